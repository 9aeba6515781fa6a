"""What a large graph opens with: its communities as dots that a person can take in, with what each is about."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from kg.communities import find_communities
from kg.divisions import load_divisions
from kg.pages import islands, labels, layout
from kg.pages.content import LANGUAGES, Content, interface

# So many entities can be read at once: more open as dots. Chosen by eye.
READABLE = 400
# So many dots fit a screen with their names.
MOST_DOTS = 60
# In a large graph what is smaller than this is no community of its own: two bodies that met once.
SMALL = 5
# A community is called by its place where so large a share of what has a place lies there.
MOSTLY = 0.6
# A dot that lies in two counties of a city is called by them.
PARTS = 2
SMALLEST_DOT, LARGEST_DOT = 14.0, 60.0
COVERAGE = 0.3


def group(content: Content) -> list[list[int]]:
    """Return the entities in communities, the largest first; the last one may be of those that are in none.

    In a large graph what keeps to itself belongs to the largest community of its place.
    """
    count = len(content.entities)
    is_large = count > READABLE
    edges = [(line.subject, line.object, float(len(line.claims))) for line in content.relations]
    found = find_communities(count, edges, most=MOST_DOTS - 1 if is_large else None)
    least = SMALL if is_large else 2
    groups = [members for members in found if len(members) >= least][: MOST_DOTS - 1]
    kept = {node for members in groups for node in members}
    rest = [members for members in found if members[0] not in kept]
    homes = _homes(content, groups) if is_large else {}
    others: list[int] = []
    for members in rest:
        home = next((homes[code] for code in _places(content, members) if code in homes), None)
        (others if home is None else groups[home]).extend(members)
    groups = sorted((sorted(members) for members in groups), key=lambda members: (-len(members), members[0]))
    return [*groups, sorted(others)] if others else groups


def describe(content: Content, groups: Sequence[Sequence[int]], nodes: Sequence[Any]) -> list[dict[str, Any]]:
    """Return label, place, size and circle of each community; ``nodes`` are those of the drawing.

    The label is the name of the member with the most relations, or "" where none has any.
    """
    degrees = _degrees(content)
    rows = []
    for members in groups:
        points = np.array([(nodes[member]["x"], nodes[member]["y"]) for member in members], dtype=float)
        middle = (points.min(axis=0) + points.max(axis=0)) / 2
        radius = np.hypot(*(points - middle).T).max()
        first = _first(members, degrees)
        rows.append(
            {
                "label": content.entities[first]["name"] if degrees[first] else "",
                "place": _place(content, members),
                "members": len(members),
                "x": round(float(middle[0])),
                "y": round(float(middle[1])),
                "radius": round(float(radius)),
            }
        )
    return rows


def overview(content: Content, groups: Sequence[Sequence[int]]) -> dict[str, Any] | None:
    """Return the opening view of a large graph, None for one that can be read whole.

    The dots have a layout of their own, in which no name lies on another dot.
    """
    if len(content.entities) <= READABLE:
        return None
    names = _names(content, groups)
    texts = [labels.wrap(name["zh"]) for name in names]
    largest = max(map(len, groups))
    sizes = [
        round(max(SMALLEST_DOT, LARGEST_DOT * math.sqrt(len(members) / largest)), 1) for members in groups
    ]
    boxes = np.array(
        [(max(2 * size, text.width), 2 * size + text.height) for size, text in zip(sizes, texts, strict=True)]
    )
    lines = islands.strongest(_across(content, groups), islands.NEIGHBOURS)
    centres = layout.place(boxes, lines, coverage=COVERAGE)
    dots = [
        {
            "label": name,
            "entities": list(members),
            "x": round(float(x)),
            "y": round(float(y) - text.height / 2),
            "size": size,
        }
        for name, members, (x, y), text, size in zip(names, groups, centres, texts, sizes, strict=True)
    ]
    return {"by": "community", "groups": dots}


def _names(content: Content, groups: Sequence[Sequence[int]]) -> list[dict[str, str]]:
    """Return what each dot is called: its place, and where several have that place its first member too."""
    degrees = _degrees(content)
    table = load_divisions().by_code
    seen: set[str] = set()
    names = []
    for members in groups:
        code, first = _place(content, members), _first(members, degrees)
        leading = content.entities[first]["name"]
        if not degrees[first]:
            names.append(dict(interface()["other"]))
            continue
        place = "、".join(table[part].name for part in _parts(content, members, code))
        if place and place in seen:
            name = leading if leading.startswith(place) else f"{place} · {leading}"
        else:
            name = place or leading
        seen.add(place)
        names.append(dict.fromkeys(LANGUAGES, name))
    return names


def _place(content: Content, members: Sequence[int]) -> str | None:
    """Return the narrowest division that most of the members lie in."""
    counts: Counter[str] = Counter()
    placed = 0
    for member in members:
        chain = list(_chain(content.entities[member]["place"]))
        placed += bool(chain)
        counts.update(chain)
    often = [code for code, count in counts.items() if count >= MOSTLY * placed]
    return min(often, key=lambda code: (counts[code], -len(list(_chain(code))), code)) if often else None


def _parts(content: Content, members: Sequence[int], code: str | None) -> list[str]:
    """Return the two divisions below one in which most of its members lie, or itself."""
    if code is None:
        return []
    table = load_divisions().by_code
    below: Counter[str] = Counter()
    for member in members:
        chain = list(_chain(content.entities[member]["place"]))
        if code in chain:
            below.update(chain[: chain.index(code)][-1:])
    pair = sorted(below.items(), key=lambda item: (-item[1], item[0]))[:PARTS]
    inside = sum(code in _chain(content.entities[member]["place"]) for member in members)
    enough = sum(count for _, count in pair) >= MOSTLY * inside
    return sorted(part for part, _ in pair) if len(pair) == PARTS and enough and code in table else [code]


def _homes(content: Content, groups: Sequence[Sequence[int]]) -> dict[str, int]:
    """Return the largest community of each division, and of those above it."""
    homes: dict[str, int] = {}
    for number, members in enumerate(groups):
        for code in _chain(_place(content, members)):
            homes.setdefault(code, number)
    return homes


def _places(content: Content, members: Sequence[int]) -> Iterator[str]:
    for member in members:
        yield from _chain(content.entities[member]["place"])


def _chain(code: str | None) -> Iterator[str]:
    if code:
        table = load_divisions()
        yield code
        yield from (division.code for division in table.ancestors(table.by_code[code]))


def _across(content: Content, groups: Sequence[Sequence[int]]) -> Counter[tuple[int, int]]:
    home = {member: number for number, members in enumerate(groups) for member in members}
    across: Counter[tuple[int, int]] = Counter()
    for line in content.relations:
        one, two = sorted((home[line.subject], home[line.object]))
        if one != two:
            across[one, two] += 1
    return across


def _degrees(content: Content) -> dict[int, int]:
    degrees: dict[int, int] = defaultdict(int)
    for line in content.relations:
        for end in {line.subject, line.object}:
            degrees[end] += 1
    return degrees


def _first(members: Sequence[int], degrees: dict[int, int]) -> int:
    return max(members, key=lambda member: (degrees[member], -member))
