"""Which nodes belong together."""

from __future__ import annotations

import random

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.communities import find_communities

Edges = list[tuple[int, int, float]]


def cliques(number: int, size: int) -> Edges:
    """Return cliques in a ring, each joined to the next by one edge."""
    edges = [
        (size * part + one, size * part + two, 1.0)
        for part in range(number)
        for two in range(size)
        for one in range(two)
    ]
    return [*edges, *((size * part, (size * part + size) % (number * size), 1.0) for part in range(number))]


def test_what_is_closely_joined_is_together() -> None:
    found = find_communities(20, cliques(4, 5))

    assert found == [[5 * part + n for n in range(5)] for part in range(4)]


def test_a_node_without_edges_is_alone() -> None:
    assert find_communities(3, [(0, 2, 1.0)]) == [[0, 2], [1]]
    assert find_communities(2, []) == [[0], [1]]
    assert find_communities(0, []) == []


def test_an_edge_to_itself_and_its_direction_do_not_count() -> None:
    edges = cliques(3, 4)
    turned = [(two, one, weight) for one, two, weight in edges] + [(0, 0, 9.0)]

    assert find_communities(12, turned) == find_communities(12, edges)


def test_the_weight_decides() -> None:
    path: Edges = [(0, 1, 9.0), (1, 2, 1.0), (2, 3, 9.0)]

    assert find_communities(4, path) == [[0, 1], [2, 3]]


@pytest.mark.parametrize("most", [3, 10, 30])
def test_large_ones_are_split_and_small_ones_merged_down_to_a_number(most: int) -> None:
    edges = cliques(30, 12)

    found = find_communities(360, edges, most=most, large=20)

    assert len(found) <= most
    assert max(map(len, found)) <= 3 * 360 / most
    # No clique is torn apart.
    home = {node: number for number, members in enumerate(found) for node in members}
    assert all(len({home[12 * part + n] for n in range(12)}) == 1 for part in range(30))


def test_what_nothing_joins_is_never_merged() -> None:
    edges = [(2 * pair, 2 * pair + 1, 1.0) for pair in range(9)]

    assert len(find_communities(18, edges, most=2, large=5)) == 9


def test_what_holds_together_is_not_split() -> None:
    whole = [(one, two, 1.0) for two in range(40) for one in range(two)]

    assert find_communities(40, whole, most=8, large=10) == [list(range(40))]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 4)), max_size=90),
    st.sampled_from([None, 1, 4]),
    st.randoms(use_true_random=False),
)
def test_each_node_is_in_one_and_the_order_of_edges_does_not_matter(
    drawn: list[tuple[int, int, int]], most: int | None, lots: random.Random
) -> None:
    edges = [(one, two, float(weight)) for one, two, weight in drawn]

    found = find_communities(31, edges, most=most, large=6)

    assert sorted(node for members in found for node in members) == list(range(31))
    assert [len(members) for members in found] == sorted(map(len, found), reverse=True)
    lots.shuffle(edges)
    assert find_communities(31, edges, most=most, large=6) == found
    whole = nx.Graph([(one, two) for one, two, _ in edges])
    assert all(len(members) == 1 or nx.is_connected(whole.subgraph(members)) for members in found)


def test_splinters_of_a_split_join_another() -> None:
    # Two cliques, and a pair that hangs on one of them.
    edges = [*cliques(2, 12), (0, 24, 1.0), (24, 25, 9.0)]

    assert [len(members) for members in find_communities(26, edges)] == [12, 12, 2]
    assert [len(members) for members in find_communities(26, edges, most=9, large=20)] == [14, 12]
