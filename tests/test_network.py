"""The graph for networkx and for graph tools."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
import small_world
from pyoxigraph import NamedNode, Store

from kg.config import Settings
from kg.corroboration import copies_to_quads
from kg.errors import DataError, QueryError
from kg.graph import to_quads
from kg.model import Copy
from kg.network import _paragraphs, count_entities, to_gexf, to_graphml, to_networkx
from kg.store import load_extractions

STORE = small_world.store()
BASE = "https://w3id.org/cpkg/id/"
WRITERS = {"graphml": to_graphml, "gexf": to_gexf}


def read(form: str, data: bytes) -> nx.MultiDiGraph[str]:
    if form == "graphml":
        return nx.read_graphml(io.BytesIO(data), force_multigraph=True)
    return nx.read_gexf(io.BytesIO(data))


def between(graph: nx.MultiDiGraph[str], subject: str, object_: str) -> list[dict[str, Any]]:
    return list((graph.get_edge_data(BASE + subject, BASE + object_) or {}).values())


def test_every_entity_is_a_node_and_no_concept_is() -> None:
    graph = to_networkx(STORE)

    ids = {entity.id for extraction in small_world.extractions() for entity in extraction.entities}
    assert set(graph) == {BASE + name for name in ids}
    assert len(ids) == 16


def test_a_node_says_what_it_is_called_and_what_it_is() -> None:
    graph = to_networkx(STORE)

    assert graph.nodes[BASE + "agency/阳东市公安局"] == {
        "iri": BASE + "agency/阳东市公安局",
        "label": "阳东市公安局",
        "labels": ("市公安局", "市局"),
        "kind": "PublicSecurityOrgan",
        "scored": "Agency",
        "division": "990100",
    }
    assert "division" not in graph.nodes[BASE + "studio/何清工作室"]
    assert graph.nodes[BASE + "studio/何清工作室"]["kind"] == "Studio"


def test_the_most_special_class_wins_where_articles_differ() -> None:
    first, second = small_world.extractions()
    plain = replace(small_world.STATION_HOUSE, kind="PublicSecurityOrgan")
    second = replace(second, entities=(*second.entities, plain))
    store = Store()
    load_extractions(store, [q for e in (first, second) for q in to_quads(e, settings=Settings())])

    node = to_networkx(store).nodes[BASE + "agency/阳东市公安局河口派出所"]

    assert (node["kind"], node["scored"]) == ("PoliceStation", "Agency")


def test_an_edge_says_what_its_passage_says_and_where_it_stands() -> None:
    (edge,) = between(to_networkx(STORE), "agency/阳东市公安局", "group/中小学校")

    assert edge == {
        "predicate": "deployedTo",
        "article": BASE + "article/1111111111111111",
        "count": 120,
        "approximate": True,
        "unit": "名",
        "role": "法治副校长",
        "evidence": "市局选派120余名民警担任中小学校法治副校长",
        "start": 45,
        "end": 67,
        "confidence": 0.9,
        "rule": "deployedTo.hand",
        "source_title": "阳东市公安局启动“青苗”行动",
        "publisher": "阳东新闻网",
        "date": "2025-08-01",
        "url": "https://news.example/1?a=1&b=<2>",
    }


def test_what_an_article_does_not_give_is_left_out() -> None:
    (edge,) = between(to_networkx(STORE), "agency/阳东市公安局", "group/网吧")

    assert not {"publisher", "url", "role", "time"} & edge.keys()
    assert edge["approximate"] is False


def test_one_edge_a_claim() -> None:
    graph = to_networkx(STORE)

    claims = [claim for extraction in small_world.extractions() for claim in extraction.claims]
    assert graph.number_of_edges() == len(claims) == 23
    assert len({key for _, _, key in graph.edges(keys=True)}) == 23


def test_working_together_is_one_edge_a_passage_whichever_way_round() -> None:
    first, _ = small_world.extractions()
    turned = tuple(
        replace(claim, subject=claim.object, object=claim.subject)
        for claim in first.claims
        if claim.predicate == "collaboratesWith"
    )
    store = Store()
    load_extractions(store, to_quads(replace(first, claims=(*first.claims, *turned)), settings=Settings()))

    graph = to_networkx(store)

    pair = ("agency/阳东市公安局", "agency/阳东市教育局")
    assert len([*between(graph, *pair), *between(graph, *pair[::-1])]) == 2
    assert graph.number_of_edges() == len(first.claims)


def test_a_graph_knows_the_paragraphs_of_its_passages() -> None:
    articles = to_networkx(STORE).graph["articles"]

    first = articles[BASE + "article/1111111111111111"]
    assert list(articles) == sorted(articles)
    assert first["copies"] == 0
    assert [text for _, text in first["paragraphs"]] == small_world.FIRST_TEXT.split("\n")
    for offset, text in first["paragraphs"]:
        assert small_world.FIRST_TEXT[offset : offset + len(text)] == text
    # A passage of another article brings that one's paragraphs only.
    around = to_networkx(STORE, entity="网吧").graph["articles"]
    assert [len(about["paragraphs"]) for about in around.values()] == [1]


def test_a_passage_over_several_paragraphs_makes_one_of_them() -> None:
    text = "一二三\n四五六\n七八九"

    assert _paragraphs(text, [(0, 2), (5, 9)]) == ((0, "一二三"), (4, "四五六\n七八九"))
    assert _paragraphs(text, [(4, 5), (6, 9)]) == ((4, "四五六\n七八九"),)
    assert _paragraphs("", [(0, 2)]) == _paragraphs(text, []) == ()


def test_a_graph_counts_the_copies_of_its_articles() -> None:
    first, _ = small_world.articles()
    copies = [Copy(id="3333333333333333", name="reprint", title="“青苗”行动启动")]
    store = Store()
    load_extractions(store, [*small_world.quads(), *copies_to_quads(first, copies, settings=Settings())])

    articles = to_networkx(store).graph["articles"]

    assert [about["copies"] for about in articles.values()] == [1, 0]


# Some entities, some articles


def test_given_entities_have_all_that_is_between_them() -> None:
    names = ("agency/阳东市公安局", "agency/阳东市教育局", "group/网吧")

    graph = to_networkx(STORE, among=[NamedNode(BASE + name) for name in names])

    whole = to_networkx(STORE)
    assert set(graph) == {BASE + name for name in names}
    assert set(graph.edges(keys=True)) == {
        (s, o, key) for s, o, key in whole.edges(keys=True) if {s, o} <= set(graph)
    }


def test_an_article_has_what_it_says_and_nothing_of_others() -> None:
    second = BASE + "article/2222222222222222"

    graph = to_networkx(STORE, articles=[NamedNode(second)])

    assert {article for *_, article in graph.edges(data="article")} == {second}
    assert graph.number_of_edges() == 3
    # Also what it names without a claim.
    assert BASE + "place/990100" in graph
    assert list(graph.graph["articles"]) == [second]


# Around one entity


@pytest.mark.parametrize(
    ("hops", "expected"),
    [
        (0, {"person/何清"}),
        (
            1,
            {
                *("person/何清", "studio/何清工作室", "agency/阳东市公安局河口派出所"),
                *("group/学生", "group/留守儿童", "school/990102/明德小学"),
            },
        ),
    ],
)
def test_around_an_entity_stands_what_is_that_near(hops: int, expected: set[str]) -> None:
    graph = to_networkx(STORE, entity="何警官", hops=hops)

    assert set(graph) == {BASE + name for name in expected}


def test_all_claims_among_the_near_ones_are_there() -> None:
    whole, part = to_networkx(STORE), to_networkx(STORE, entity="市局")

    assert BASE + "school/990102/明德小学" not in part
    assert set(part.edges(keys=True)) == {
        (s, o, key) for s, o, key in whole.edges(keys=True) if s in part and o in part
    }
    assert between(part, "studio/何清工作室", "person/何清") == []
    assert len(between(part, "agency/阳东市教育局", "document/青苗行动方案")) == 1


def test_far_enough_is_everything() -> None:
    far, whole = to_networkx(STORE, entity="学生", hops=9), to_networkx(STORE)

    assert dict(far.nodes) == dict(whole.nodes)
    assert set(far.edges(keys=True)) == set(whole.edges(keys=True))


def test_two_things_of_one_name_are_both_shown() -> None:
    graph = to_networkx(STORE, entity="明德小学", hops=0)

    assert len(graph) == 2


def test_an_unknown_entity_gets_the_closest_names() -> None:
    with pytest.raises(
        QueryError, match="entity: no Entity is called '阳东市公安'; the closest: 阳东市公安局, "
    ):
        to_networkx(STORE, entity="阳东市公安")


def test_there_is_no_way_to_go_back_hops() -> None:
    with pytest.raises(QueryError, match="hops: -1; 0 or more"):
        to_networkx(STORE, entity="市局", hops=-1)


def test_a_thing_of_no_class_is_named() -> None:
    store = small_world.store()
    store.update("INSERT DATA { <x:odd> <http://www.w3.org/2004/02/skos/core#prefLabel> '怪'@zh }")

    with pytest.raises(DataError, match="x:odd: an entity of no class; one of Agency, "):
        to_networkx(store)


# Files


@pytest.mark.parametrize("form", WRITERS)
def test_networkx_reads_back_nodes_edges_and_figures(form: str) -> None:
    graph = to_networkx(STORE)

    back = read(form, WRITERS[form](graph))

    assert set(back) == set(graph)
    assert back.number_of_edges() == graph.number_of_edges()
    assert back.nodes[BASE + "agency/阳东市公安局"]["labels"] == "市公安局|市局"
    (edge,) = between(back, "agency/阳东市公安局", "group/中小学校")
    assert edge["count"] == 120
    assert edge["approximate"] is True
    assert edge["confidence"] == 0.9
    assert (edge["passage_start"], edge["passage_end"]) == (45, 67)
    assert edge["label"] == "派驻"


@pytest.mark.parametrize("form", WRITERS)
def test_characters_that_xml_forbids_are_replaced(form: str) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    hostile = "</script>]]>&\x00\x0b\ud800\uffff甲"
    graph.add_node("a\x01", label=hostile, labels=(hostile, "乙"), kind="Agency", scored="Agency", extra=None)
    graph.add_edge("a\x01", "a\x01", key="k\x02", predicate="no\x03ne", evidence=hostile, count=None)

    data = WRITERS[form](graph)

    ET.fromstring(data)
    back = read(form, data)
    (node,) = back
    assert node == "a\ufffd"
    assert back.nodes[node]["label"] == "</script>]]>&\ufffd\ufffd\ufffd\ufffd甲"
    assert [edge["predicate"] for _, _, edge in back.edges(data=True)] == ["no\ufffdne"]


@pytest.mark.parametrize("form", WRITERS)
def test_an_empty_graph_is_a_file_too(form: str) -> None:
    assert len(read(form, WRITERS[form](nx.MultiDiGraph()))) == 0


def test_an_edge_of_gexf_has_no_life_time() -> None:
    assert b' start="' not in to_gexf(to_networkx(STORE))
    assert b"lastmodifieddate" not in to_gexf(to_networkx(STORE))


def test_the_same_store_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, small_world; from kg.network import to_gexf, to_graphml, to_networkx; "
        "graph = to_networkx(small_world.store()); "
        "print([hashlib.sha256(write(graph)).hexdigest() for write in (to_gexf, to_graphml)])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=Path(small_world.__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(runs) == 1
    assert len(runs.pop()) > 2 * 64


def test_of_a_larger_graph_the_busiest_are_taken_and_what_is_between_them() -> None:
    store = small_world.store()
    whole = to_networkx(store)
    claims = Counter(end for one, other in whole.edges() for end in {one, other})

    some = to_networkx(store, busiest=3)

    assert len(some) == 3
    assert count_entities(store) == len(whole) > 3
    assert min(claims[node] for node in some) >= max(claims[node] for node in set(whole) - set(some))
    assert set(some.edges()) == set(whole.subgraph(some.nodes).edges())
    assert set(to_networkx(store, busiest=len(whole))) == set(whole)
