"""Who stands where in a graph of ``kg.network``: centralities, communities, bridges, one call each.

All look at the entities and whether they have anything to do with each other; how often articles say so is
the weight, where there is one. A relation of an entity to itself counts nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx
import rustworkx as rx

from kg.communities import find_communities
from kg.ontology import load

Graph = nx.MultiDiGraph

# Sums over threads end in other digits each time: so many are the same.
DIGITS = 9
# The usual share of walks that go on.
DAMPING = 0.85


@dataclass(frozen=True, slots=True)
class Bridge:
    """Two entities whose relation is all that joins ``cut`` others, one of them included, to the rest."""

    one: str
    other: str
    cut: int


def degree(graph: Graph[str]) -> dict[str, int]:
    """Return with how many others each entity has to do."""
    return {
        node: len({*graph.successors(node), *graph.predecessors(node)} - {node}) for node in sorted(graph)
    }


def betweenness(graph: Graph[str]) -> dict[str, float]:
    """Return on what share of the shortest paths between two others each entity lies, directions aside."""
    nodes, undirected = _undirected(graph)
    found = rx.betweenness_centrality(undirected, normalized=True)
    return {node: round(found[number], DIGITS) for number, node in enumerate(nodes)}


def pagerank(graph: Graph[str]) -> dict[str, float]:
    """Return how often a walk along the relations is at each entity; the values add up to 1.

    It takes each way as often as articles state it, a symmetric relation both ways.
    """
    nodes = sorted(graph)
    if not nodes:
        return {}
    index = {node: number for number, node in enumerate(nodes)}
    weights: Counter[tuple[int, int]] = Counter()
    for subject, object_, claim in graph.edges(data=True):
        ends = index[subject], index[object_]
        if ends[0] != ends[1]:
            weights[ends] += 1
            weights[ends[::-1]] += _is_symmetric(str(claim.get("predicate", "")))
    directed: rx.PyDiGraph[str, float] = rx.PyDiGraph()
    directed.add_nodes_from(nodes)
    directed.add_edges_from([(*ends, float(weight)) for ends, weight in sorted(weights.items()) if weight])
    found = rx.pagerank(directed, alpha=DAMPING, weight_fn=float)
    return {node: round(found[number], DIGITS) for number, node in enumerate(nodes)}


def communities(graph: Graph[str]) -> tuple[tuple[str, ...], ...]:
    """Return which entities belong together, the largest community first; see ``find_communities``."""
    nodes = sorted(graph)
    found = find_communities(len(nodes), [(*pair, weight) for pair, weight in _weights(graph, nodes).items()])
    return tuple(tuple(nodes[number] for number in members) for members in found)


def bridges(graph: Graph[str]) -> tuple[Bridge, ...]:
    """Return the relations without which a part would fall off, the largest part first.

    ``cut`` counts the smaller of the two parts.
    """
    nodes, undirected = _undirected(graph)
    pairs = sorted((min(pair), max(pair)) for pair in rx.bridges(undirected))
    whole = [len(part) for part in rx.connected_components(undirected)]
    component = {n: i for i, part in enumerate(rx.connected_components(undirected)) for n in part}
    blocks = undirected.copy()
    blocks.remove_edges_from(pairs)
    parts = rx.connected_components(blocks)
    home = {node: number for number, part in enumerate(parts) for node in part}
    below = _cut_sizes([len(part) for part in parts], [(home[one], home[two]) for one, two in pairs])
    found = []
    for (one, two), size in zip(pairs, below, strict=True):
        found.append(Bridge(nodes[one], nodes[two], min(size, whole[component[one]] - size)))
    return tuple(sorted(found, key=lambda bridge: (-bridge.cut, bridge.one, bridge.other)))


def measure(graph: Graph[str]) -> Graph[str]:
    """Return the graph with ``degree betweenness pagerank community`` at each node.

    Communities are numbered from 1, the largest first.
    """
    found: Graph[str] = graph.copy()
    for name, values in (
        ("degree", degree(graph)),
        ("betweenness", betweenness(graph)),
        ("pagerank", pagerank(graph)),
        ("community", _numbered(communities(graph))),
    ):
        nx.set_node_attributes(found, values, name)
    return found


def _numbered(parts: tuple[tuple[str, ...], ...]) -> Mapping[str, int]:
    return {node: number for number, part in enumerate(parts, 1) for node in part}


def _weights(graph: Graph[str], nodes: list[str]) -> dict[tuple[int, int], float]:
    index = {node: number for number, node in enumerate(nodes)}
    weights: Counter[tuple[int, int]] = Counter()
    for subject, object_ in graph.edges():
        if subject != object_:
            one, two = sorted((index[subject], index[object_]))
            weights[one, two] += 1
    return {pair: float(weight) for pair, weight in sorted(weights.items())}


def _undirected(graph: Graph[str]) -> tuple[list[str], rx.PyGraph[str, float]]:
    nodes = sorted(graph)
    undirected: rx.PyGraph[str, float] = rx.PyGraph(multigraph=False)
    undirected.add_nodes_from(nodes)
    undirected.add_edges_from([(*pair, weight) for pair, weight in _weights(graph, nodes).items()])
    return nodes, undirected


def _cut_sizes(sizes: list[int], tree: list[tuple[int, int]]) -> list[int]:
    """Return for each edge of a forest of parts how many nodes lie on its far side, seen from the root."""
    around: dict[int, list[tuple[int, int]]] = {}
    for number, (one, two) in enumerate(tree):
        around.setdefault(one, []).append((two, number))
        around.setdefault(two, []).append((one, number))
    total = list(sizes)
    found = [0] * len(tree)
    seen: set[int] = set()
    for root in sorted(around):
        if root in seen:
            continue
        # Down to the leaves, then up again: a chain may be longer than Python's stack.
        order: list[tuple[int, int, int]] = []
        waiting = [(root, -1, -1)]
        while waiting:
            part, above, edge = waiting.pop()
            seen.add(part)
            order.append((part, above, edge))
            waiting += [(other, part, number) for other, number in around[part] if number != edge]
        for part, above, edge in reversed(order):
            if edge >= 0:
                found[edge] = total[part]
                total[above] += total[part]
    return found


def _is_symmetric(predicate: str) -> bool:
    known = load().properties.get(predicate)
    return known is not None and known.symmetric
