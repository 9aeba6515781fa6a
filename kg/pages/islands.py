"""The layout of a graph too large to be one careful picture: each community an island, neighbours side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from kg.pages import layout
from kg.pages.layout import Array

# Water around an island, in the drawing's units.
SHORE = 240.0
# An island lies near those to which it has the most lines; all its lines would draw all islands to one point.
NEIGHBOURS = 3
# Islands are drawn close together first; pushing them apart is quick.
COVERAGE = 1.5


def place(boxes: Array, edges: Sequence[tuple[int, int]], communities: Sequence[Sequence[int]]) -> Array:
    """Return the centres of boxes as ``layout.place`` does; members of one community stand together."""
    centres = np.zeros((len(boxes), 2))
    home = np.zeros(len(boxes), dtype=np.int64)
    inner = np.zeros(len(boxes), dtype=np.int64)
    for number, members in enumerate(communities):
        home[members] = number
        inner[members] = np.arange(len(members))
    inside: list[list[tuple[int, int]]] = [[] for _ in communities]
    across: Counter[tuple[int, int]] = Counter()
    for one, two in edges:
        if home[one] == home[two]:
            inside[home[one]].append((int(inner[one]), int(inner[two])))
        else:
            across[int(min(home[one], home[two])), int(max(home[one], home[two]))] += 1
    sizes = np.zeros((len(communities), 2))
    for number, members in enumerate(communities):
        own = layout.place(boxes[members], inside[number], exact=layout.PIVOTS)
        low = (own - boxes[members] / 2).min(axis=0)
        high = (own + boxes[members] / 2).max(axis=0)
        centres[members] = own - (low + high) / 2
        sizes[number] = high - low + SHORE
    islands = place_islands(sizes, across)
    centres += islands[home]
    return centres


def place_islands(sizes: Array, across: Counter[tuple[int, int]]) -> Array:
    """Return the centres of islands of these sizes; ``across`` counts the lines between two of them."""
    scale = float(np.sqrt(np.prod(sizes, axis=1).mean())) / layout.EDGE_LENGTH
    return layout.place(sizes / scale, strongest(across, NEIGHBOURS), coverage=COVERAGE) * scale


def strongest(across: Counter[tuple[int, int]], each: int) -> list[tuple[int, int]]:
    """Return the pairs that are among the ``each`` strongest of one of their ends."""
    taken: Counter[int] = Counter()
    kept = []
    for (one, two), _ in sorted(across.items(), key=lambda item: (-item[1], item[0])):
        if taken[one] < each or taken[two] < each:
            kept.append((one, two))
            taken.update((one, two))
    return sorted(kept)
