"""Where every node stands: the same picture for the same graph, with no label on another.

Each connected component is drawn by itself so that distances on the page follow distances in the graph
(stress majorisation; above EXACT nodes over a sample of pivots, so that the work grows with the number
of nodes and not with its square), then its boxes are pushed apart, then the components are packed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.int64]

# Up to EXACT nodes every node is a pivot, which is the exact model; above, PIVOTS of them: twice as many
# take twice as long for a picture that cannot be told from it.
EXACT = 200
PIVOTS = 60
ROUNDS = 150
# A round that moves no node by more than this share of an edge is the last.
SETTLED = 0.002
# Length of an edge between small labels, and how much of the page boxes may cover, both chosen by eye.
EDGE_LENGTH = 150.0
COVERAGE = 0.26
# Distances in these graphs are small, 2 to 5 steps: taken as they are, the last leaves stand far out.
COMPRESSION = 0.7
# Screens are wider than high, and so are labels.
STRETCH = 1.35
GAP = 14.0
COMPONENT_GAP = 90.0
SEPARATING_ROUNDS = 400
# Up to so many boxes comparing all pairs at once is faster than a sweep.
ALL_PAIRS = 300
# Where boxes still overlap after PATIENCE rounds there is no room between them: the whole picture grows.
PATIENCE = 100
GROWTH = 1.004
# Distance in a heap that is strewn, in sizes of a box: a little less than one, the rest is for separate.
HEAP = 0.6
GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


def place(
    boxes: Array, edges: Sequence[tuple[int, int]], *, coverage: float = COVERAGE, exact: int = EXACT
) -> Array:
    """Return the centres of boxes (rows of width and height) that ``edges`` join, as rows of x and y.

    ``coverage`` is the share of the page that boxes may cover before they are pushed apart,
    ``exact`` the size up to which every box of a component is a pivot.
    """
    count = len(boxes)
    centres = np.zeros((count, 2))
    if not count:
        return centres
    pairs = np.array(sorted({(min(e), max(e)) for e in edges if e[0] != e[1]}), dtype=np.int64).reshape(-1, 2)
    component = _components(count, pairs)
    groups = [np.flatnonzero(component == label) for label in np.unique(component)]
    inner = np.full(count, -1, dtype=np.int64)
    for group in groups:
        inner[group] = np.arange(len(group))
        own = inner[pairs[component[pairs[:, 0]] == component[group[0]]]]
        centres[group] = separate(_component(boxes[group], own, coverage, exact), boxes[group])
    _pack(centres, boxes, sorted(groups, key=lambda group: (-len(group), int(group[0]))))
    return centres


def separate(centres: Array, boxes: Array) -> Array:
    """Return the centres moved apart until no two boxes touch, or as far as SEPARATING_ROUNDS bring it."""
    moved = centres.copy()
    if len(moved) < 2:
        return moved
    half = boxes / 2 + GAP / 2
    for turn in range(SEPARATING_ROUNDS):
        first, second = _overlaps(moved, half)
        if not len(first):
            break
        difference = moved[second] - moved[first]
        depth = half[first] + half[second] - np.abs(difference)
        # The shorter way out; of two boxes at one place the one that comes later goes right or down.
        axis = np.argmin(depth, axis=1)
        rows = np.arange(len(axis))
        away = np.where(difference[rows, axis] < 0, -1.0, 1.0) * (depth[rows, axis] / 2 + 0.05)
        for side in (0, 1):
            here = axis == side
            # Half of the sum of all pushes: whole pushes from several sides swing to and fro.
            push = np.bincount(second[here], away[here], len(moved))
            push -= np.bincount(first[here], away[here], len(moved))
            hits = np.bincount(np.concatenate([first[here], second[here]]), minlength=len(moved))
            moved[:, side] += push / np.maximum(1.0, hits / 2)
        if turn >= PATIENCE:
            moved *= GROWTH
    return moved


def _overlaps(centres: Array, half: Array) -> tuple[Indexes, Indexes]:
    """Return the pairs of boxes that overlap: a sweep from left to right, all boxes a step at a time.

    Few boxes are compared each with each.
    """
    order = np.argsort(centres[:, 0] - half[:, 0], kind="stable")
    left = (centres[:, 0] - half[:, 0])[order]
    right = (centres[:, 0] + half[:, 0])[order]
    middle, reach = centres[order, 1], half[order, 1]
    if len(order) <= ALL_PAIRS:
        hit = left[None, :] < right[:, None]
        hit &= np.abs(middle[None, :] - middle[:, None]) < reach[None, :] + reach[:, None]
        one, two = np.nonzero(np.triu(hit, 1))
        return order[one], order[two]
    first, second = [], []
    for step in range(1, len(order)):
        near = left[step:] < right[:-step]
        if not near.any():
            # Sorted by the left side: what stands later in the order begins further right still.
            break
        hit = near & (np.abs(middle[step:] - middle[:-step]) < reach[step:] + reach[:-step])
        found = np.flatnonzero(hit)
        first.append(order[found])
        second.append(order[found + step])
    none = np.zeros(0, dtype=np.int64)
    return np.concatenate([none, *first]), np.concatenate([none, *second])


def _components(count: int, pairs: Indexes) -> Indexes:
    """Return the lowest node of each node's component."""
    label = np.arange(count)
    while True:
        before = label.copy()
        lowest = np.minimum(label[pairs[:, 0]], label[pairs[:, 1]])
        np.minimum.at(label, pairs[:, 0], lowest)
        np.minimum.at(label, pairs[:, 1], lowest)
        label = label[label]
        if (label == before).all():
            return label


def _component(boxes: Array, pairs: Indexes, coverage: float, exact: int) -> Array:
    """Return the centres of one connected component, before its boxes are pushed apart."""
    count = len(boxes)
    if count == 1:
        return np.zeros((1, 2))
    distances, pivots = _distances(count, pairs, exact)
    points = _stress(_start(distances), distances, pivots, pairs)
    points *= (STRETCH, 1.0)
    spread = np.prod(np.maximum(np.ptp(points, axis=0), 0.5))
    needed = float(np.prod(boxes + GAP, axis=1).sum()) / coverage
    points = points * max(EDGE_LENGTH, float(np.sqrt(needed / spread)))
    return _spread(points, boxes) if count > exact else points


def _spread(points: Array, boxes: Array) -> Array:
    """Return the points with each heap strewn around its middle: what is as far from all pivots lies in one.

    ``separate`` would make a straight column of it.
    """
    size = np.sqrt(np.prod(boxes + GAP, axis=1).mean())
    _, heap, counts = np.unique(np.round(points / size), axis=0, return_inverse=True, return_counts=True)
    heap = heap.ravel()
    order = np.argsort(heap, kind="stable")
    ranks = np.empty(len(points))
    ranks[order] = np.arange(len(points)) - np.repeat(np.cumsum(counts) - counts, counts)
    radii = size * HEAP * np.sqrt(ranks)
    spiral = np.column_stack([np.cos(ranks * GOLDEN_ANGLE), np.sin(ranks * GOLDEN_ANGLE)])
    return np.where((counts[heap] > 2)[:, None], points + spiral * radii[:, None], points)


def _distances(count: int, pairs: Indexes, exact: int) -> tuple[Array, Indexes]:
    """Return the steps from each pivot to each node. Each pivot is the node furthest from those before."""
    ends = np.concatenate([pairs, pairs[:, ::-1]])
    ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))]
    begins = np.searchsorted(ends[:, 0], np.arange(count + 1))
    pivots = [int(np.argmax(np.diff(begins)))]
    rows: list[Array] = []
    wanted = count if count <= exact else PIVOTS
    nearest = np.full(count, np.inf)
    while True:
        rows.append(_steps(pivots[-1], begins, ends[:, 1]))
        nearest = np.minimum(nearest, rows[-1])
        if len(pivots) == wanted:
            return np.array(rows) ** COMPRESSION, np.array(pivots)
        pivots.append(int(np.argmax(nearest)))


def _steps(source: int, begins: Indexes, targets: Indexes) -> Array:
    """Return the number of steps from one node to every other: a breadth-first search, a ring at a time."""
    steps = np.full(len(begins) - 1, -1.0)
    steps[source] = 0
    ring = np.array([source])
    while len(ring):
        sizes = begins[ring + 1] - begins[ring]
        offsets = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        reached = np.unique(targets[np.repeat(begins[ring], sizes) + offsets])
        reached = reached[steps[reached] < 0]
        steps[reached] = steps[ring[0]] + 1
        ring = reached
    return steps


def _start(distances: Array) -> Array:
    """Return a first picture: classical scaling over the pivots, and a spiral to part what it puts together."""
    squares = distances.T**2
    centred = -(squares - squares.mean(axis=0) - squares.mean(axis=1, keepdims=True) + squares.mean()) / 2
    _, vectors = np.linalg.eigh(centred.T @ centred)
    points = centred @ vectors[:, -2:][:, ::-1]
    for axis in range(points.shape[1]):
        # An eigenvector's sign is free: settle it.
        if points[np.argmax(np.abs(points[:, axis])), axis] < 0:
            points[:, axis] *= -1
    if points.shape[1] < 2:
        points = np.column_stack([points[:, 0], np.zeros(len(points))])
    size = np.abs(points).max() or 1.0
    angles = np.arange(len(points)) * GOLDEN_ANGLE
    radii = 0.3 * np.sqrt((np.arange(len(points)) + 1) / len(points))
    spiral = np.column_stack([np.cos(angles), np.sin(angles)]) * radii[:, None]
    picture: Array = (points / size + spiral) * distances.max() / 2
    return picture


def _stress(points: Array, distances: Array, pivots: Indexes, pairs: Indexes) -> Array:
    """Return the points moved so that their distances follow ``distances``, near ones first.

    Every point goes half way to the mean of where the pivots, seen from it, want it.
    """
    weights = np.where(distances > 0, 1.0 / np.maximum(distances, 1.0) ** 2, 0.0)
    lengths = weights * distances
    total = weights.sum(axis=0)
    count = len(points)
    sampled = count > len(pivots)
    if sampled:
        # Over a sample the edges must hold neighbours together: half as strong as all the pivots.
        pull = np.full(2 * len(pairs), 0.5 * total.mean())
        ends, others = pairs.T.ravel(), pairs[:, ::-1].T.ravel()
        total = total + np.bincount(ends, pull, count)
    for _ in range(ROUNDS):
        hubs = points[pivots]
        gaps = np.hypot(points[:, 0] - hubs[:, :1], points[:, 1] - hubs[:, 1:])
        ratio = lengths / np.maximum(gaps, 1e-9)
        wanted = weights.T @ hubs + points * ratio.sum(axis=0)[:, None] - ratio.T @ hubs
        if sampled:
            along = points[ends] - points[others]
            along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
            target = points[others] + along
            wanted += np.column_stack([np.bincount(ends, pull * target[:, axis], count) for axis in (0, 1)])
        moved = (points + wanted / total[:, None]) / 2
        settled = np.abs(moved - points).max() < SETTLED
        points = moved
        if settled:
            break
    centred: Array = points - points.mean(axis=0)
    return centred


def _pack(centres: Array, boxes: Array, groups: Sequence[Indexes]) -> None:
    """Move whole components into rows, the largest first, on a page about as wide as a screen."""
    sizes, corners = [], []
    for group in groups:
        low = (centres[group] - boxes[group] / 2).min(axis=0)
        high = (centres[group] + boxes[group] / 2).max(axis=0)
        corners.append(low)
        sizes.append(high - low)
    gap = COMPONENT_GAP if len(groups) < 40 else GAP * 2
    area = sum(float(np.prod(size + gap)) for size in sizes)
    width = max(float(sizes[0][0]), float(np.sqrt(area * STRETCH)))
    x = y = row = 0.0
    for group, size, low in zip(groups, sizes, corners, strict=True):
        if x and x + size[0] > width:
            x, y, row = 0.0, y + row + gap, 0.0
        centres[group] += np.array([x, y]) - low
        x += float(size[0]) + gap
        row = max(row, float(size[1]))
