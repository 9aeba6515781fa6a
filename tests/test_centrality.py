"""Who stands where: held against networkx where it has the same measure, and against counting by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import networkx as nx
import pytest
import small_world
from hypothesis import given
from hypothesis import strategies as st

from kg.centrality import Bridge, betweenness, bridges, communities, degree, measure, pagerank
from kg.network import to_gexf, to_graphml, to_networkx


def graph_of(*edges: tuple[str, str], predicate: str = "visits") -> nx.MultiDiGraph[Any]:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    for one, two in edges:
        graph.add_edge(one, two, predicate=predicate)
    return graph


@st.composite
def graphs(draw: st.DrawFn) -> nx.MultiDiGraph[Any]:
    nodes = [f"n{number}" for number in range(draw(st.integers(1, 12)))]
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    graph.add_nodes_from(nodes)
    for one, two in draw(st.lists(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)), max_size=30)):
        graph.add_edge(one, two, predicate="visits")
    return graph


def simple(graph: nx.MultiDiGraph[Any]) -> nx.Graph[Any]:
    plain = nx.Graph(graph)
    plain.remove_edges_from(list(nx.selfloop_edges(plain)))
    return plain


def test_degree_counts_others_not_claims() -> None:
    graph = graph_of(("a", "b"), ("a", "b"), ("b", "a"), ("c", "a"), ("a", "a"))

    assert degree(graph) == {"a": 2, "b": 1, "c": 1}


@given(graphs())
def test_betweenness_is_that_of_networkx(graph: nx.MultiDiGraph[Any]) -> None:
    assert betweenness(graph) == pytest.approx(nx.betweenness_centrality(simple(graph)), abs=1e-8)


@given(graphs())
def test_pagerank_adds_up_to_one(graph: nx.MultiDiGraph[Any]) -> None:
    assert sum(pagerank(graph).values()) == pytest.approx(1, abs=1e-6)


def test_pagerank_takes_a_way_as_often_as_it_is_stated() -> None:
    found = pagerank(graph_of(("a", "b"), ("a", "b"), ("a", "b"), ("a", "c")))

    # All three are jumped to alike; what goes on from a is parted 3 to 1.
    jumps = found["a"]
    assert (found["b"] - jumps) / (found["c"] - jumps) == pytest.approx(3, abs=1e-4)


def test_working_together_goes_both_ways() -> None:
    found = pagerank(graph_of(("a", "b"), predicate="collaboratesWith"))

    assert found["a"] == pytest.approx(found["b"])
    assert pagerank(graph_of(("a", "b")))["a"] < 0.5


@given(graphs())
def test_bridges_are_those_of_networkx_and_cut_off_what_they_say(graph: nx.MultiDiGraph[Any]) -> None:
    plain = simple(graph)

    found = bridges(graph)

    assert {(b.one, b.other) for b in found} == {(min(e), max(e)) for e in nx.bridges(plain)}
    for bridge in found:
        cut = plain.copy()
        cut.remove_edge(bridge.one, bridge.other)
        sides = [len(nx.node_connected_component(cut, end)) for end in (bridge.one, bridge.other)]
        assert bridge.cut == min(sides)


def test_the_bridge_that_holds_most_comes_first() -> None:
    graph = graph_of(("a", "b"), ("b", "c"), ("c", "a"), ("a", "x"), ("x", "y"), ("y", "z"), ("z", "x"))

    assert bridges(graph) == (Bridge("a", "x", 3),)


def test_a_long_chain_is_no_trouble() -> None:
    names = [f"{number:05}" for number in range(5_000)]

    found = bridges(graph_of(*pairwise(names)))

    assert len(found) == 4_999
    assert found[0].cut == 2_500


def test_communities_are_names_the_largest_first() -> None:
    graph = graph_of(("a", "b"), ("b", "c"), ("c", "a"), ("x", "y"))

    assert communities(graph) == (("a", "b", "c"), ("x", "y"))


def test_measures_stand_at_the_nodes_and_go_into_graph_files() -> None:
    graph = to_networkx(small_world.store())

    measured = measure(graph)

    police = "https://w3id.org/cpkg/id/agency/阳东市公安局"
    assert measured.nodes[police]["degree"] == 11
    assert max(measured, key=lambda node: measured.nodes[node]["betweenness"]) == police
    assert {measured.nodes[node]["community"] for node in measured} == set(
        range(1, len(communities(graph)) + 1)
    )
    assert "degree" not in graph.nodes[police]
    for write in (to_graphml, to_gexf):
        assert b"pagerank" in write(measured)


def test_an_empty_graph_has_no_measures() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()

    assert (degree(graph), betweenness(graph), pagerank(graph), communities(graph), bridges(graph)) == (
        {},
        {},
        {},
        (),
        (),
    )
