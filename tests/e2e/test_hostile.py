"""Hostile strings everywhere that a text can come from: nothing runs, nothing leaves, nothing breaks the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import networkx as nx
import pytest
from playwright.sync_api import expect
from pyoxigraph import NamedNode, RdfFormat, parse

from e2e.conftest import add_claim, add_entity
from e2e.hostile import STRINGS
from kg.config import NAMESPACE

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
CLAIM = NAMESPACE + "Claim"


def hostile_graph(text: str) -> nx.MultiDiGraph[Any]:
    """Return a graph in which every text that an article or a user gives is this one."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    one = add_entity(graph, text, "Agency", f"{text}乙")
    graph.nodes[one]["iri"] = text
    two = add_entity(graph, "甲县第一小学", "School", kind=text[:200])
    three = add_entity(graph, "乙镇", "Place")
    same = dict.fromkeys(
        ("evidence", "source_title", "publisher", "url", "role", "topic", "unit", "rule"), text
    )
    add_claim(graph, one, "visits", two, **same, article=text, date=text, time=text, count=7, key=text)
    add_claim(graph, one, text[:5000], three, **same, article=text, key=f"https://example.org/{text}")
    graph.graph["articles"] = {text: {"copies": 1, "paragraphs": ((10, text),)}}
    return graph


def test_there_are_sixty() -> None:
    assert len(set(STRINGS.values())) >= 60


def assert_only_text(opened: Any) -> None:
    """Check that no string became an element, a link, a request, a script or a line that breaks the page."""
    page = opened.page
    forbidden = "img, iframe, object, embed, base, meta[http-equiv=refresh], link[rel=stylesheet]"
    assert page.locator(forbidden).count() == 0
    assert page.locator("script").count() == 3
    assert page.locator("style").count() == 1
    links = page.locator("a[href]").evaluate_all("all => all.map((a) => new URL(a.href).protocol)")
    assert set(links) <= {"http:", "https:"}
    assert page.evaluate("document.documentElement.scrollWidth") == 1280
    assert page.evaluate("document.body.scrollHeight <= innerHeight")
    opened.assert_quiet()


def test_all_of_them_on_one_page_are_only_text(open_graph: Open) -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    for text in STRINGS.values():
        graph = nx.compose(graph, hostile_graph(text))
    opened = open_graph(graph, title=" ".join(text for text in STRINGS.values() if len(text) < 500))
    page = opened.page

    for view in ("table", "figures", "graph"):
        page.locator(f".views [data-view={view}]").evaluate("button => button.click()")
    page.locator("#filter").click()
    page.evaluate(
        """async () => {
          const { data } = window.page;
          const later = () => new Promise((done) => setTimeout(done));
          for (const id of data.entities.keys()) {
            location.hash = `e=~${id}`;
            await later();
            for (const fact of document.querySelectorAll("#details .fact")) fact.click();
          }
          location.hash = "view=table&lang=en";
          await later();
          for (const fact of document.querySelectorAll("#table .fact")) fact.click();
        }"""
    )

    assert len(opened.lines()) == page.evaluate("window.page.data.relations.length")
    assert_only_text(opened)


@pytest.mark.slow
@pytest.mark.parametrize("text", STRINGS.values(), ids=STRINGS.keys())
def test_hostile_string_is_only_ever_text(open_graph: Open, text: str) -> None:
    opened = open_graph(
        hostile_graph(text), title=text, fragment="#view=graph&e=" + quote(text[:2000], errors="replace")
    )
    page = opened.page
    first = "window.page.data.entities.findIndex((entity) => entity.scored === 'Agency')"
    page.evaluate("location.hash = ''")
    page.mouse.move(*opened.place(page.evaluate(first)))
    page.mouse.click(*opened.place(page.evaluate(first)))
    expect(page.locator("#details h2.title")).to_be_visible()
    for fact in page.locator("#details .fact").all():
        fact.click()
    expect(page.locator("#details blockquote")).to_have_count(2)
    marked = page.locator("#details blockquote mark").first.evaluate("node => node.textContent")
    assert marked == page.evaluate(f"window.page.data.entities[{first}].name")
    page.locator("[data-act=pin]").click()
    page.locator("[data-act=focus_here]").click()
    page.locator("[data-language=en]").click()
    page.locator("#filter").click()
    page.locator("#search").fill(text[:2000].replace("\x00", "").encode("utf-8", "replace").decode())
    page.locator("[data-view=table]").click()
    page.locator("[data-view=graph]").click()
    page.evaluate("value => { location.hash = value; }", text[:5000].encode("utf-8", "replace").decode())
    page.evaluate(
        "value => { location.hash = `around=${value}&e=${value}&off=${value}`; }",
        quote(text[:2000], errors="replace"),
    )
    for kind in ("csv", "ttl", "svg"):
        page.locator("#download").click()
        with page.expect_download() as waiting:
            page.locator(f"[data-download={kind}]").click()
        assert "/" not in waiting.value.suggested_filename
        content = Path(waiting.value.path()).read_bytes()
        assert content
        if kind == "ttl":
            found = list(parse(content, format=RdfFormat.TURTLE))
            assert len([quad for quad in found if quad.object == NamedNode(CLAIM)]) == 2

    assert_only_text(opened)
