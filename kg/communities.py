"""Which entities belong together: communities of a graph, by how much more is said among them than by chance."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

Weights = dict[tuple[int, int], float]

SEED = 1
# A community is split where the parts hold together this well: below, it would be cut at random.
LEAST_MODULARITY = 0.2
# Splitting sheds splinters: what is smaller than this part of a large community joins another.
SMALL = 5


def find_communities(
    count: int, edges: Iterable[tuple[int, int, float]], *, most: int | None = None, large: int = 150
) -> list[list[int]]:
    """Return the communities of nodes 0 to ``count``, the largest first; each node is in one.

    Louvain's method on weighted edges, whose direction does not count; a node without edges is alone. With
    ``most``, communities of more than ``large`` members are split again, and then the smallest are merged until
    there are no more than so many that have to do with each other, none of them tiny. The same edges give the same
    communities.
    """
    weights: Weights = {}
    for one, two, weight in edges:
        if one != two:
            pair = (min(one, two), max(one, two))
            weights[pair] = weights.get(pair, 0.0) + weight
    joined = sorted(weights.items())
    found = _louvain(range(count), [(one, two, weight) for (one, two), weight in joined])
    if most is not None:
        ordered = dict(joined)
        found = _merge(_split(found, ordered, large=large), ordered, most=most, small=large // SMALL)
    return sorted(found, key=lambda members: (-len(members), members[0]))


def _split(found: list[list[int]], weights: Weights, *, large: int) -> list[list[int]]:
    """Return the communities with each large one in parts, as long as these hold together."""
    done = [members for members in found if len(members) <= large]
    waiting = [members for members in found if len(members) > large]
    while waiting:
        home = {node: number for number, members in enumerate(waiting) for node in members}
        inner: list[list[tuple[int, int, float]]] = [[] for _ in waiting]
        for (one, two), weight in weights.items():
            if one in home and home[one] == home.get(two):
                inner[home[one]].append((one, two, weight))
        again: list[list[int]] = []
        for members, edges in zip(waiting, inner, strict=True):
            parts = _louvain(members, edges)
            if len(parts) == 1 or _modularity(parts, edges) < LEAST_MODULARITY:
                done.append(members)
                continue
            for part in parts:
                (again if len(part) > large else done).append(part)
        waiting = again
    return done


def _merge(found: list[list[int]], weights: Weights, *, most: int, small: int) -> list[list[int]]:
    """Return at most so many communities that have to do with others: the smallest joins the one it knows best.

    So does each that has fewer than ``small`` members.

    What has nothing to do with others stays as it is.
    """
    home = {node: number for number, members in enumerate(found) for node in members}
    across: list[dict[int, float]] = [{} for _ in found]
    for (one, two), weight in weights.items():
        here, there = home[one], home[two]
        if here != there:
            across[here][there] = across[here].get(there, 0.0) + weight
            across[there][here] = across[there].get(here, 0.0) + weight
    parts: dict[int, list[int]] = dict(enumerate(found))
    waiting = [(len(members), number) for number, members in parts.items() if across[number]]
    heapq.heapify(waiting)
    excess = len(waiting) - most
    while waiting and (excess > 0 or waiting[0][0] < small):
        size, number = heapq.heappop(waiting)
        if number not in parts or size != len(parts[number]) or not across[number]:
            continue
        # By size, or the largest would swallow all.
        other = min(across[number], key=lambda n: (-across[number][n] / len(parts[n]), n))
        parts[other] += parts.pop(number)
        for third, weight in across[number].items():
            del across[third][number]
            if third != other:
                across[other][third] = across[other].get(third, 0.0) + weight
                across[third][other] = across[other][third]
        heapq.heappush(waiting, (len(parts[other]), other))
        excess -= 1
    return [sorted(members) for members in parts.values()]


def _louvain(nodes: Sequence[int], edges: Iterable[tuple[int, int, float]]) -> list[list[int]]:
    import networkx as nx

    # Nodes and edges in order: the method goes through them with a seeded shuffle.
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_weighted_edges_from(edges)
    if not graph.size():
        return [[node] for node in nodes]
    # Moving a node away can leave a community in two pieces.
    return [
        sorted(piece)
        for part in nx.community.louvain_communities(graph, seed=SEED)
        for piece in nx.connected_components(graph.subgraph(part))
    ]


def _modularity(parts: list[list[int]], edges: Sequence[tuple[int, int, float]]) -> float:
    """Return the share of weight inside the parts, less what chance would put there."""
    home = {node: number for number, part in enumerate(parts) for node in part}
    total = sum(weight for _, _, weight in edges)
    inside, degrees = 0.0, [0.0] * len(parts)
    for one, two, weight in edges:
        inside += weight * (home[one] == home[two])
        degrees[home[one]] += weight
        degrees[home[two]] += weight
    return inside / total - sum((degree / (2 * total)) ** 2 for degree in degrees)
