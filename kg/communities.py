"""Which entities belong together: communities of a graph, by how much more is said among them than by chance."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

SEED = 1
# A community is split where the parts hold together this well: below, it would be cut at random.
LEAST_MODULARITY = 0.2


def find_communities(
    count: int, edges: Iterable[tuple[int, int, float]], *, most: int | None = None, large: int = 150
) -> list[list[int]]:
    """Return the communities of nodes 0 to ``count``, the largest first; each node is in one.

    Louvain's method on weighted edges, whose direction does not count; a node without edges is alone. With
    ``most``, communities of more than ``large`` members are split again, the largest first, until there are
    so many that have more than one member. The same edges give the same communities.
    """
    weights: dict[tuple[int, int], float] = {}
    for one, two, weight in edges:
        if one != two:
            pair = (min(one, two), max(one, two))
            weights[pair] = weights.get(pair, 0.0) + weight
    joined = sorted(weights.items())
    found = _louvain(range(count), [(one, two, weight) for (one, two), weight in joined])
    if most is not None:
        found = _split(found, weights, most=most, large=large)
    return sorted(found, key=lambda members: (-len(members), members[0]))


def _split(
    found: list[list[int]], weights: dict[tuple[int, int], float], *, most: int, large: int
) -> list[list[int]]:
    done = [members for members in found if len(members) <= large]
    room = most - sum(len(members) > 1 for members in found)
    waiting = [(-len(members), members) for members in found if len(members) > large]
    heapq.heapify(waiting)
    home = {node: number for number, (_, members) in enumerate(waiting) for node in members}
    inner: dict[int, list[tuple[int, int, float]]] = {}
    for (one, two), weight in sorted(weights.items()):
        if one in home and home[one] == home.get(two):
            inner.setdefault(home[one], []).append((one, two, weight))
    while waiting:
        _, members = heapq.heappop(waiting)
        inside = set(members)
        edges = [edge for edge in inner[home[members[0]]] if edge[0] in inside and edge[1] in inside]
        parts = _louvain(members, edges)
        if len(parts) - 1 > room or _modularity(parts, edges) < LEAST_MODULARITY:
            done.append(members)
            continue
        room -= len(parts) - 1
        for part in parts:
            if len(part) > large:
                heapq.heappush(waiting, (-len(part), part))
            else:
                done.append(part)
    return done


def _louvain(nodes: Sequence[int], edges: Iterable[tuple[int, int, float]]) -> list[list[int]]:
    import networkx as nx

    # Nodes and edges in order: the method goes through them with a seeded shuffle.
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_weighted_edges_from(edges)
    if not graph.size():
        return [[node] for node in nodes]
    return [sorted(part) for part in nx.community.louvain_communities(graph, seed=SEED)]


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
