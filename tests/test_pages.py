"""The page as text: what it escapes, what it allows, that it is the same each time, where things stand."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.errors import ConfigError, DataError, OutputError
from kg.model import CLASSES, PREDICATES
from kg.pages import labels, layout, render_page, write_page
from kg.pages.content import interface, read_content
from kg.pages.page import SCRIPTS, embed, read_style

STATIC = files("kg.pages").joinpath("static")
HOSTILE = "</script><img src=x onerror=alert(1)>"
LONE_SURROGATE = "\ud83d"


def add(graph: nx.MultiDiGraph[Any], name: str, scored: str, *, kind: str = "", **more: Any) -> str:
    node = f"https://example.org/id/{name}"
    graph.add_node(node, label=name, labels=[], kind=kind or scored, scored=scored, iri=node, **more)
    return node


def relate(graph: nx.MultiDiGraph[Any], one: str, predicate: str, two: str, **more: Any) -> None:
    about = {
        "article": "a1",
        "source_title": "甲县公安局护航开学季",
        "publisher": "甲县融媒",
        "date": "2025-09-03",
        "url": "https://example.org/a1",
        "evidence": "甲县公安局选派20余名民警担任法治副校长",
        "start": 10,
        "end": 29,
        "confidence": 0.9,
        "rule": "deployedTo.appoint",
    }
    graph.add_edge(one, two, predicate=predicate, **(about | more))


@pytest.fixture
def graph() -> nx.MultiDiGraph[Any]:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    police = add(graph, "甲县公安局", "Agency", kind="PublicSecurityOrgan")
    women = add(graph, "甲县妇联", "Agency")
    school = add(graph, "甲县第一小学", "School")
    add(graph, "乙村", "Place")
    relate(graph, police, "deployedTo", school, count=20, unit="名", role="法治副校长", approximate=True)
    relate(graph, police, "visits", school)
    relate(graph, police, "collaboratesWith", women)
    relate(graph, women, "collaboratesWith", police)
    return graph


def page_data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def scripts_of(page: str) -> list[str]:
    return re.findall(r"<script>(.*?)</script>", page, re.DOTALL)


def policy_of(page: str) -> dict[str, list[str]]:
    found = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    assert found
    directives = [part.split() for part in html.unescape(found[1]).split(";")]
    return {name: values for name, *values in directives}


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_policy_allows_exactly_the_scripts_and_the_style_of_the_page(graph: nx.MultiDiGraph[Any]) -> None:
    page = render_page(graph, title="图谱")

    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    policy = policy_of(page)
    assert style
    assert policy["default-src"] == ["'none'"]
    assert policy["style-src"] == [digest(style[1])]
    assert policy["script-src"] == [digest(script) for script in scripts_of(page)]
    assert len(scripts_of(page)) == 2


def test_page_names_no_address_to_load_from(graph: nx.MultiDiGraph[Any]) -> None:
    page = render_page(graph, title="图谱")

    page_own = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"https?://|//cdn", page_own)
    assert re.findall(r'(?:src|href)="([^"]*)"', page_own) == ["data:,"]
    assert "url(" not in page_own
    assert "sourceMappingURL" not in page


@pytest.mark.parametrize("script", SCRIPTS)
def test_own_scripts_never_read_a_string_as_html_or_code(script: str) -> None:
    text = STATIC.joinpath(script).read_text(encoding="utf-8")

    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\(\"on"
    )
    assert not re.search(forbidden, text)


def test_own_scripts_define_every_name_once() -> None:
    text = "\n".join(STATIC.joinpath(script).read_text(encoding="utf-8") for script in SCRIPTS)

    names = re.findall(r"^(?:async )?(?:function|const|let) (\w+)", text, re.MULTILINE)
    assert sorted(names) == sorted(set(names))


def test_hostile_text_stands_in_the_page_only_escaped(graph: nx.MultiDiGraph[Any]) -> None:
    node = add(graph, HOSTILE, "Agency")
    graph.add_node(HOSTILE, label=HOSTILE, labels=[HOSTILE], kind=HOSTILE, scored="School", iri=HOSTILE)
    relate(
        graph,
        node,
        HOSTILE,
        HOSTILE,
        **dict.fromkeys(
            (
                "evidence",
                "url",
                "publisher",
                "source_title",
                "role",
                "topic",
                "unit",
                "rule",
                "article",
                "date",
            ),
            HOSTILE,
        ),
    )

    page = render_page(graph, title=HOSTILE)

    assert "<img" not in page
    assert f"<title>{html.escape(HOSTILE)}</title>" in page
    assert len(scripts_of(page)) == 2
    data = page_data(page)
    assert data["title"] == HOSTILE
    assert HOSTILE in [entity["name"] for entity in data["entities"]]
    assert HOSTILE in data["paragraphs"]


@given(st.text())
@example("<!--<script>")
@example("]]>&amp;\u2028\u2029\x00")
@example(HOSTILE)
def test_embedded_text_comes_back_as_it_was_and_holds_no_markup(text: str) -> None:
    embedded = embed({"text": text})

    assert json.loads(embedded) == {"text": text}
    assert not re.search("[<>&\u2028\u2029]", embedded)


def test_lone_surrogates_become_replacement_characters(graph: nx.MultiDiGraph[Any]) -> None:
    node = add(graph, f"甲{LONE_SURROGATE}乙", "Agency")
    relate(graph, node, "visits", node, evidence=f"原文{LONE_SURROGATE}")

    page = render_page(graph, title=f"题{LONE_SURROGATE}目")

    assert page.encode("utf-8").decode("utf-8") == page
    assert "甲\ufffd乙" in [entity["name"] for entity in page_data(page)["entities"]]
    assert "<title>题\ufffd目</title>" in page


def test_same_graph_gives_the_same_bytes_in_whatever_order_it_was_made(graph: nx.MultiDiGraph[Any]) -> None:
    turned: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    turned.add_nodes_from(reversed(list(graph.nodes(data=True))))
    turned.add_edges_from(reversed(list(graph.edges(data=True))))

    first, second = render_page(graph, title="图谱"), render_page(turned, title="图谱")

    assert first == second == render_page(graph, title="图谱")


def test_empty_graph_gives_a_page(tmp_path: Path) -> None:
    write_page(nx.MultiDiGraph(), tmp_path / "empty.html", title="空")

    data = page_data((tmp_path / "empty.html").read_text(encoding="utf-8"))
    assert data["entities"] == data["relations"] == data["network"]["nodes"] == []


def test_every_node_and_relation_is_drawn(graph: nx.MultiDiGraph[Any]) -> None:
    data = page_data(render_page(graph, title="图谱"))

    network = data["network"]
    assert [node["id"] for node in network["nodes"]] == list(range(4))
    assert [entity["name"] for entity in data["entities"]] == sorted(
        data["label"] for _, data in graph.nodes(data=True)
    )
    drawn = [(edge["from"], edge["to"]) for edge in network["edges"]]
    assert drawn == [(subject, object_) for subject, object_, *_ in data["relations"]]
    assert network["options"]["physics"] == {"enabled": False}
    assert all(isinstance(node["x"], int) and isinstance(node["y"], int) for node in network["nodes"])


def test_two_relations_of_one_pair_are_two_lines_apart(graph: nx.MultiDiGraph[Any]) -> None:
    data = page_data(render_page(graph, title="图谱"))

    pair = [
        edge
        for edge, relation in zip(data["network"]["edges"], data["relations"], strict=True)
        if relation[2] in {"deployedTo", "visits"}
    ]
    assert len(pair) == 2
    assert pair[0]["smooth"] != pair[1]["smooth"]


def test_symmetric_relation_is_one_line_with_its_passage_once(graph: nx.MultiDiGraph[Any]) -> None:
    content = read_content(graph)

    together = [relation for relation in content.relations if relation.predicate == "collaboratesWith"]
    assert [(relation.symmetric, len(relation.claims)) for relation in together] == [(True, 1)]


def test_claim_keeps_zeros_and_leaves_out_what_is_not_said(graph: nx.MultiDiGraph[Any]) -> None:
    one, two = list(graph.nodes)[:2]
    relate(
        graph, one, "inspects", two, count=0, confidence=0.0, start=0, role=None, topic="", approximate=False
    )

    content = read_content(graph)

    (relation,) = [relation for relation in content.relations if relation.predicate == "inspects"]
    claim = content.claims[relation.claims[0]]
    assert (claim["count"], claim["confidence"], claim["start"]) == (0, 0.0, 0)
    assert not {"role", "topic", "approximate"} & claim.keys()


def test_articles_stand_once_the_newest_first(graph: nx.MultiDiGraph[Any]) -> None:
    one, two = list(graph.nodes)[:2]
    relate(graph, one, "trains", two, article="a2", source_title="较新的文章", date=date(2026, 1, 5))

    content = read_content(graph)

    assert [article["date"] for article in content.articles] == ["2026-01-05", "2025-09-03"]
    assert content.articles[0]["title"] == "较新的文章"


def test_terms_are_the_ontologys_in_both_languages(graph: nx.MultiDiGraph[Any]) -> None:
    terms = page_data(render_page(graph, title="图谱"))["terms"]

    assert terms["classes"] == list(CLASSES)
    assert terms["kinds"]["PublicSecurityOrgan"] == {"zh": "公安机关", "en": "Public security organ"}
    assert [name for name in PREDICATES if name in terms["predicates"]] == list(terms["predicates"])


def test_page_opens_in_the_language_asked_for(graph: nx.MultiDiGraph[Any]) -> None:
    page = render_page(graph, title="图谱", language="en")

    assert '<html lang="en">' in page
    assert 'placeholder="Search names"' in page


def test_unknown_language_is_refused(graph: nx.MultiDiGraph[Any]) -> None:
    with pytest.raises(ConfigError, match="language: 'fr'; allowed: zh, en"):
        render_page(graph, title="图谱", language="fr")


def test_node_of_no_class_is_refused() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    graph.add_node("x", label="x", scored="Suspect")

    with pytest.raises(DataError, match=r"graph: node x: class 'Suspect'; one of Agency"):
        render_page(graph, title="图谱")


def test_place_that_cannot_be_written_is_one_line_and_changes_nothing(
    graph: nx.MultiDiGraph[Any], tmp_path: Path
) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("here before")

    with pytest.raises(OutputError) as caught:
        write_page(graph, blocker / "page.html", title="图谱")

    assert "\n" not in str(caught.value)
    assert blocker.read_text() == "here before"
    assert list(tmp_path.iterdir()) == [blocker]


def test_written_page_is_utf8(graph: nx.MultiDiGraph[Any], tmp_path: Path) -> None:
    write_page(graph, tmp_path / "page.html", title="图谱")

    assert (tmp_path / "page.html").read_bytes().decode("utf-8") == render_page(graph, title="图谱")


def test_interface_has_exactly_the_words_that_the_page_uses() -> None:
    source = "\n".join(
        STATIC.joinpath(name).read_text(encoding="utf-8") for name in (*SCRIPTS, "page.html.j2")
    )

    said = set(re.findall(r'(?:say\(|data-label="|data-placeholder="|text\.)"?([a-z_]+)\b', source))
    quoted = set(re.findall(r'"([a-z_]+)"', source))
    words = set(interface())
    # `csv_${key}` and "view_{{ view }}": the key stands in quotes somewhere else.
    starts = re.findall(r'(?:say\(`|data-text=")([a-z_]+)(?:\$\{|\{\{)', source)
    composed = {start + key for start in starts for key in quoted | said}
    assert words <= said | quoted | composed
    assert set(re.findall(r'say\("([a-z_]+)"', source)) <= words
    assert set(re.findall(r'data-(?:label|placeholder)="([a-z_]+)"', source)) <= words


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_has_a_colour_in_light_and_in_dark(name: str) -> None:
    style = read_style("page.css")

    assert len(re.findall(rf"^ *--{name.lower()}: #[0-9a-f]{{6}};$", style, re.MULTILINE)) == 2
    assert f".mark.{name.lower()} " in style


@given(st.text(min_size=1))
@example("株洲市中小学幼儿园“护校安园”专项工作方案")
@example("甲" * 100_000)
@example(" \n\t ")
def test_label_is_at_most_three_lines_of_bounded_width(name: str) -> None:
    label = labels.wrap(name)

    lines = label.text.split("\n")
    assert len(lines) <= labels.MAX_LINES
    assert max(map(labels.columns, lines)) <= labels.LINE_COLUMNS + 1


def test_short_label_loses_nothing() -> None:
    name = "关于办理性侵害未成年人案件“一站式”取证的办法"

    assert labels.wrap(name).text.replace("\n", "") == name


def overlapping(centres: layout.Array, boxes: layout.Array) -> int:
    apart = np.abs(centres[:, None, :] - centres[None, :, :])
    touching = (apart < (boxes[:, None, :] + boxes[None, :, :]) / 2).all(axis=2)
    return int(np.triu(touching, 1).sum())


@st.composite
def layouts(draw: st.DrawFn) -> tuple[layout.Array, list[tuple[int, int]]]:
    count = draw(st.integers(1, 40))
    ends = st.integers(0, count - 1)
    boxes = np.array(
        draw(st.lists(st.tuples(st.integers(16, 180), st.integers(30, 110)), min_size=count, max_size=count))
    )
    return boxes.astype(float), draw(st.lists(st.tuples(ends, ends), max_size=80))


@settings(max_examples=60)
@given(layouts())
@example((np.full((30, 2), 60.0), []))
@example((np.full((30, 2), 60.0), [(0, leaf) for leaf in range(1, 30)]))
@example((np.full((12, 2), 60.0), [(one, two) for one in range(12) for two in range(one)]))
def test_no_label_lies_on_another(drawn: tuple[layout.Array, list[tuple[int, int]]]) -> None:
    boxes, edges = drawn

    centres = layout.place(boxes, edges)

    assert np.isfinite(centres).all()
    assert overlapping(centres, boxes) == 0


def test_large_graph_is_laid_out_over_pivots_without_overlaps() -> None:
    graph = nx.barabasi_albert_graph(1200, 2, seed=1)
    boxes = np.full((1200, 2), (90.0, 50.0))

    centres = layout.place(boxes, list(graph.edges))

    assert overlapping(centres, boxes) == 0
    assert np.array_equal(centres, layout.place(boxes, list(graph.edges)))
    joined = np.linalg.norm(np.diff(centres[np.array(graph.edges)], axis=1)[:, 0], axis=1).mean()
    strangers = np.linalg.norm(centres - centres[::-1], axis=1).mean()
    assert joined < 0.7 * strangers
