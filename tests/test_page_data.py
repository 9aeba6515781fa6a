"""What the page knows of a graph: keys, places, periods, paragraphs, communities, clusters, names of claims."""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
import small_world
from graphs import make_graph
from hypothesis import given
from hypothesis import strategies as st

from kg.network import to_networkx
from kg.pages import clusters, islands, labels, layout
from kg.pages.content import Content, read_content, terms
from kg.pages.data import page_data
from kg.pages.keys import search_keys
from kg.pages.page import embed
from kg.pages.periods import period
from kg.pages.places import carry_places, own_place, place_tree
from kg.pages.sources import AROUND, LONGEST

ZHUZHOU, LUKOU, HUNAN, TAIYUAN = "430200", "430212", "430000", "140100"


def node(graph: nx.MultiDiGraph[Any], name: str, scored: str, **more: Any) -> str:
    graph.add_node(name, label=name, labels=(), scored=scored, **({"kind": scored} | more))
    return name


def content_of(graph: nx.MultiDiGraph[Any]) -> Content:
    return read_content(graph)


def entity(content: Content, name: str) -> dict[str, Any]:
    return next(found for found in content.entities if found["name"] == name)


@pytest.fixture(scope="module")
def county() -> Content:
    return read_content(make_graph(600, 1500))


# Keys


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("株洲市公安局", ["zhuzhoushigonganju", "zzsgaj"]),
        # Characters of several readings are read by their words.
        ("重庆市教育局", ["chongqingshijiaoyuju", "cqsjyj"]),
        ("长沙市银行学校", ["changshashiyinhangxuexiao", "cssyhxx"]),
        ("吕梁市", ["lvliangshi", "lls"]),
        ("“护苗2025”行动", ["humiao2025xingdong", "hm2025xd"]),
        ("12309检察服务中心", ["12309jianchafuwuzhongxin", "12309jcfwzx"]),
        ("KTV", []),
        ("", []),
        ("\ud83d\x00\u202e甲", ["jia", "j"]),
    ],
)
def test_a_name_is_found_by_its_pinyin_and_its_initials(name: str, keys: list[str]) -> None:
    assert search_keys([name]) == keys


def test_keys_of_all_names_stand_once() -> None:
    assert search_keys(["县公安局", "县公安局", "公安局"]) == ["xiangonganju", "xgaj", "gonganju", "gaj"]


@given(st.text())
def test_keys_are_letters_and_digits_that_anybody_can_type(name: str) -> None:
    keys = search_keys([name])

    assert all(key.isascii() and key.isalnum() and key == key.lower() for key in keys)
    assert len(keys) <= 2


def test_a_hostile_name_takes_no_time() -> None:
    start = time.process_time()

    search_keys(["株" * 100_000])

    assert time.process_time() - start < 3


# Periods


@pytest.mark.parametrize(
    ("time", "published", "days"),
    [
        ("2024-02-28", None, ("2024-02-28", "2024-02-28")),
        ("2024-02", None, ("2024-02-01", "2024-02-29")),
        ("2024", None, ("2024-01-01", "2024-12-31")),
        ("2024-07/2024-08", None, ("2024-07-01", "2024-08-31")),
        ("2023/2024-03-05", "2020-01-01", ("2023-01-01", "2024-03-05")),
        # The other way round is still these days.
        ("2024-08/2024-07", None, ("2024-07-01", "2024-08-31")),
        (None, "2025-09-03", ("2025-09-03", "2025-09-03")),
        (None, "2025-09-03T08:00:00", ("2025-09-03", "2025-09-03")),
        ("2024-13", "2025-09-03", ("2025-09-03", "2025-09-03")),
        ("2024-07/..", "2025-09-03", ("2025-09-03", "2025-09-03")),
        ("", "", None),
        (None, "昨天", None),
        ("0000", None, None),
    ],
)
def test_a_time_is_first_and_last_day(
    time: str | None, published: str | None, days: tuple[str, str] | None
) -> None:
    assert period(time, published) == days


@given(st.text(alphabet="0123456789-/T.", max_size=24), st.text(max_size=12))
def test_no_time_breaks_the_page(time: str, published: str) -> None:
    days = period(time, published)

    assert days is None or (days[0] <= days[1] and len(days[0]) == 10)


# Places


@pytest.mark.parametrize(
    ("attributes", "scored", "name", "code"),
    [
        ({"division": LUKOU}, "School", "明德小学", LUKOU),
        ({}, "Agency", "株洲市公安局", ZHUZHOU),
        ({"division": "999999"}, "Agency", "株洲市公安局", ZHUZHOU),
        ({}, "Agency", "青岭县公安局", None),
        # A name of a person or a group tells no place.
        ({}, "Group", "株洲市学生", None),
        ({}, "Person", "株洲市", None),
    ],
)
def test_a_place_is_given_or_in_the_name(
    attributes: dict[str, str], scored: str, name: str, code: str | None
) -> None:
    assert own_place(attributes, scored=scored, name=name) == code


def test_what_belongs_to_a_body_is_where_that_is() -> None:
    scored = ["Agency", "Studio", "Person", "Group", "Program"]
    lines = [(0, 1, "establishes"), (2, 1, "worksFor"), (0, 3, "serves"), (0, 4, "conducts")]

    assert carry_places([LUKOU, None, None, None, None], scored, lines) == [LUKOU, LUKOU, LUKOU, None, LUKOU]


def test_what_belongs_to_two_is_where_both_are() -> None:
    scored = ["Agency", "Agency", "Document"]

    def document(one: str, other: str) -> str | None:
        return carry_places([one, other, None], scored, [(0, 2, "issues"), (1, 2, "issues")])[2]

    assert document(LUKOU, ZHUZHOU) == ZHUZHOU
    assert document(LUKOU, HUNAN) == HUNAN
    assert document(LUKOU, TAIYUAN) is None


def test_the_tree_reaches_up_to_the_province() -> None:
    assert place_tree([LUKOU, None]) == {
        HUNAN: ("湖南省", None),
        ZHUZHOU: ("株洲市", HUNAN),
        LUKOU: ("渌口区", ZHUZHOU),
    }


# Paragraphs


def evidence_of(content: Content, number: int) -> str:
    paragraph, start, end = content.claims[number]["evidence"]
    return content.paragraphs[paragraph][start:end]


def test_every_passage_stands_in_its_paragraph() -> None:
    graph = to_networkx(small_world.store())

    content = read_content(graph)

    said = {evidence for *_, evidence in graph.edges(data="evidence")}
    assert {evidence_of(content, number) for number in range(len(content.claims))} == said
    assert set(content.paragraphs) <= {
        line for text in (small_world.FIRST_TEXT, small_world.SECOND_TEXT) for line in text.split("\n")
    }
    assert len(content.paragraphs) == len(set(content.paragraphs)) < len(content.claims)


def passage(text: str, start: int, end: int, *, paragraphs: tuple[tuple[int, str], ...]) -> Content:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    graph.graph["articles"] = {"a1": {"copies": 2, "paragraphs": paragraphs}}
    about = {"article": "a1", "predicate": "visits", "evidence": text, "start": start, "end": end}
    graph.add_edge(node(graph, "甲局", "Agency"), node(graph, "乙校", "School"), **about)
    return read_content(graph)


@pytest.mark.parametrize(
    ("paragraphs", "found"),
    [
        ((), ["甲局走访乙校"]),
        # What the offsets point at is something else.
        (((0, "乙校走访甲局和别的单位"),), ["甲局走访乙校"]),
        (((900, "甲局走访乙校"),), ["甲局走访乙校"]),
        (((0, "昨天，甲局走访乙校。"),), ["昨天，甲局走访乙校。"]),
    ],
)
def test_a_passage_without_its_paragraph_is_one(
    paragraphs: tuple[tuple[int, str], ...], found: list[str]
) -> None:
    content = passage("甲局走访乙校", 3, 9, paragraphs=paragraphs)

    assert list(content.paragraphs) == found
    assert evidence_of(content, 0) == "甲局走访乙校"


def test_a_text_without_paragraphs_is_cut_around_the_passage() -> None:
    text = "字" * LONGEST + "甲局走访乙校" + "字" * LONGEST

    content = passage("甲局走访乙校", LONGEST, LONGEST + 6, paragraphs=((0, text),))

    assert [len(paragraph) for paragraph in content.paragraphs] == [2 * AROUND + 6]
    assert evidence_of(content, 0) == "甲局走访乙校"


def test_an_article_says_how_many_others_printed_it() -> None:
    assert [article["copies"] for article in passage("甲", 0, 1, paragraphs=()).articles] == [2]


# Communities and clusters


def test_each_entity_has_a_community_and_each_community_its_circle(county: Content) -> None:
    data = page_data(county)

    members: dict[int, list[int]] = {}
    for number, found in enumerate(data["entities"]):
        members.setdefault(found["community"], []).append(number)
    assert sorted(members) == list(range(len(data["communities"])))
    for number, row in enumerate(data["communities"]):
        assert row["members"] == len(members[number])
        assert row["label"] in {"", *(data["entities"][m]["name"] for m in members[number])}
        for member in members[number]:
            place = data["network"]["nodes"][member]
            assert np.hypot(place["x"] - row["x"], place["y"] - row["y"]) <= row["radius"] + 2


def test_a_graph_that_can_be_read_opens_whole() -> None:
    content = read_content(make_graph(300, 500))

    assert page_data(content)["clusters"] is None


def test_a_large_graph_opens_with_dots_that_do_not_cover_each_other(county: Content) -> None:
    overview = page_data(county)["clusters"]

    dots = overview["groups"]
    assert overview["by"] == "community"
    assert 2 <= len(dots) <= clusters.MOST_DOTS
    assert sorted(n for dot in dots for n in dot["entities"]) == list(range(len(county.entities)))
    texts = [labels.wrap(dot["label"]["zh"]) for dot in dots]
    boxes = np.array(
        [(max(2 * d["size"], t.width), 2 * d["size"] + t.height) for d, t in zip(dots, texts, strict=True)]
    )
    centres = np.array([(d["x"], d["y"] + t.height / 2) for d, t in zip(dots, texts, strict=True)])
    apart = np.abs(centres[:, None] - centres[None]) + 1
    assert not np.triu((apart < (boxes[:, None] + boxes[None]) / 2).all(axis=2), 1).any()


def test_a_dot_is_called_by_its_county(county: Content) -> None:
    names = [dot["label"]["zh"] for dot in page_data(county)["clusters"]["groups"]]

    counties = {name for code, (name, _) in county.places.items()}
    assert sum(name.split("、")[0] in counties for name in names) >= len(names) - 2
    assert len(set(names)) == len(names)


def test_in_a_large_graph_what_keeps_to_itself_is_with_its_place() -> None:
    graph = make_graph(600, 1500)
    code = next(iter(nx.get_node_attributes(graph, "division").values()))
    node(graph, "孤山小学", "School", division=code)
    node(graph, "无处小学", "School")
    content = content_of(graph)

    groups = clusters.group(content)

    home = {member: number for number, members in enumerate(groups) for member in members}
    alone, nowhere = (content.entities.index(entity(content, name)) for name in ("孤山小学", "无处小学"))
    shared = sum(content.entities[m]["place"] == code for m in groups[home[alone]])
    assert shared > len(groups[home[alone]]) / 3
    assert home[nowhere] == len(groups) - 1


def test_members_of_a_community_stand_together(county: Content) -> None:
    data = page_data(county)

    where = np.array([(n["x"], n["y"]) for n in data["network"]["nodes"]], dtype=float)
    home = np.array([found["community"] for found in data["entities"]])
    nearest = np.hypot(*(where[:, None] - where[None]).transpose(2, 0, 1))
    np.fill_diagonal(nearest, np.inf)
    assert (home[nearest.argmin(axis=1)] == home).mean() > 0.97


def test_islands_have_no_label_on_another() -> None:
    lots = random.Random(3)
    communities = [list(range(start, start + 40)) for start in range(0, 480, 40)]
    edges = [(m, lots.choice(part)) for part in communities for m in part for _ in range(2)]
    edges += [(lots.randrange(480), lots.randrange(480)) for _ in range(60)]
    boxes = np.full((480, 2), (110.0, 40.0))

    centres = islands.place(boxes, edges, communities)

    apart = np.abs(centres[:, None] - centres[None])
    assert not np.triu((apart < boxes[0] - 1e-6).all(axis=2), 1).any()
    assert np.array_equal(centres, islands.place(boxes, edges, communities))


def test_leaves_of_one_hub_are_no_column() -> None:
    star = [(0, leaf) for leaf in range(1, 260)]

    centres = layout.place(np.full((260, 2), (120.0, 40.0)), star)

    width, height = np.ptp(centres, axis=0)
    assert 0.4 < width / height < 3.5


# The whole


def test_the_order_of_nodes_and_edges_does_not_matter() -> None:
    graph = make_graph(500, 900)
    turned: nx.MultiDiGraph[Any] = nx.MultiDiGraph(**graph.graph)
    turned.add_nodes_from(reversed(list(graph.nodes(data=True))))
    turned.add_edges_from(reversed(list(graph.edges(keys=True, data=True))))

    assert embed(page_data(read_content(turned))) == embed(page_data(read_content(graph)))


def test_data_is_plain_and_points_at_what_is_there(county: Content) -> None:
    data = json.loads(embed(page_data(county)))

    for claim in data["claims"]:
        paragraph, start, end = claim["evidence"]
        assert 0 <= start < end <= len(data["paragraphs"][paragraph])
        assert 0 <= claim["article"] < len(data["articles"])
        assert claim["first"] <= claim["last"]
    assert {e["place"] for e in data["entities"]} - {None} <= data["places"].keys()
    assert {above for _, above in data["places"].values()} - {None} <= data["places"].keys()
    assert sorted(n for line in data["relations"] for n in line[4]) == list(range(len(data["claims"])))


def test_claims_and_articles_keep_their_names() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    one, other = node(graph, "甲局", "Agency"), node(graph, "乙局", "Agency")
    said = {
        "predicate": "collaboratesWith",
        "article": "https://example.org/article/1",
        "evidence": "甲局联合乙局",
    }
    graph.add_edge(one, other, key="https://example.org/claim/2", **said)
    graph.add_edge(other, one, key="https://example.org/claim/1", **said)
    graph.add_edge(other, one, predicate="visits")

    content = read_content(graph)

    (merged,) = [claim for claim in content.claims if "evidence" in claim]
    # What two claims say in the same words is one, under the first name and the way round that it has.
    low = min([one, other])
    assert (merged["id"], merged.get("turned", False)) == ("https://example.org/claim/1", low != other)
    assert [claim.get("id") for claim in content.claims if "evidence" not in claim] == [None]
    assert sorted(article.get("id", "") for article in content.articles) == ["", said["article"]]


def test_kinds_of_agencies_fall_under_sectors_that_have_names() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    for kind in ("PoliceStation", "Court", "Agency", "no such kind"):
        node(graph, kind, "Agency", kind=kind)

    found = terms(read_content(graph))

    assert found["sectors"] == {
        "PoliceStation": "PublicSecurityOrgan",
        "Court": "Court",
        "Agency": "Agency",
        "no such kind": "Agency",
    }
    assert found["kinds"]["PublicSecurityOrgan"] == {"zh": "公安机关", "en": "Public security organ"}


def test_an_empty_graph_has_data_too() -> None:
    data = page_data(read_content(nx.MultiDiGraph()))

    assert (data["entities"], data["communities"], data["clusters"]) == ([], [], None)


@pytest.mark.slow
def test_ten_thousand_entities_take_seconds_not_minutes() -> None:
    graph = make_graph(10_000, 30_000)
    start = time.process_time()

    page_data(read_content(graph))

    # 9 s on the machine it was made for; another may be half as fast.
    assert time.process_time() - start < 20


def test_a_large_graph_without_relations_is_one_community_without_a_name(county: Content) -> None:
    lone = replace(county, relations=())

    (row,) = page_data(lone)["communities"]

    assert (row["label"], row["members"]) == ("", len(county.entities))
