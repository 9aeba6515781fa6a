"""What is shown as a file: pictures, a table, a graph; each read back by a program that knows the format."""

from __future__ import annotations

import base64
import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from playwright.sync_api import expect
from pyoxigraph import RdfFormat, parse

from e2e.conftest import PASSAGE, PHONE, add_claim, add_entity
from kg.config import NAMESPACE

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
SVG = "{http://www.w3.org/2000/svg}"
PREF_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
STATEMENT = "http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement"

READ_PNG = """async (data) => {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const pixels = context.getImageData(0, 0, picture.width, picture.height).data;
  const colours = new Set();
  for (let at = 0; at < pixels.length; at += 4) colours.add(pixels.slice(at, at + 3).join());
  return [[picture.width, picture.height], [...pixels.slice(0, 4)], [...colours]];
}"""


def download(opened: Any, kind: str) -> tuple[str, bytes]:
    """Return name and content of what the page's menu gives."""
    page = opened.page
    page.locator("#download").click()
    with page.expect_download() as waiting:
        page.locator(f"[data-download={kind}]").click()
    path = waiting.value.path()
    return waiting.value.suggested_filename, Path(path).read_bytes()


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_png_is_the_picture_on_paper(
    open_graph: Open, region: nx.MultiDiGraph[Any], viewport: dict[str, int]
) -> None:
    opened = open_graph(region, viewport=viewport)

    name, data = download(opened, "png")

    box = opened.page.locator("#graph canvas").bounding_box()
    size, corner, colours = opened.page.evaluate(READ_PNG, base64.b64encode(data).decode())
    assert name == "未成年人保护.png"
    assert size == [round(box["width"]), round(box["height"])]
    assert corner == [251, 250, 248, 255]
    # An agency and a school.
    assert {"63,111,181", "208,138,46"} <= set(colours)
    opened.assert_quiet()


def test_svg_holds_every_entity_and_line_that_is_shown(
    open_graph: Open, region: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(region, fragment="#off=School")

    name, data = download(opened, "svg")

    root = ET.fromstring(data)
    texts = sorted("".join(node.itertext()) for node in root.iter(f"{SVG}text"))
    assert name == "未成年人保护.svg"
    assert texts == opened.shown()
    assert len([line for line in root.iter(f"{SVG}path") if line.get("data-line")]) == len(opened.lines())
    left, top, width, height = map(float, (root.get("viewBox") or "").split())
    for circle in root.iter(f"{SVG}circle"):
        assert left < float(circle.get("cx", "nan")) < left + width
        assert top < float(circle.get("cy", "nan")) < top + height
    assert not list(root.iter(f"{SVG}script"))


@pytest.mark.parametrize(("language", "head"), [("zh", "主体"), ("en", "subject")])
def test_csv_has_a_row_for_each_passage(
    open_graph: Open, region: nx.MultiDiGraph[Any], language: str, head: str
) -> None:
    opened = open_graph(region, fragment=f"#lang={language}")

    _, data = download(opened, "csv")

    text = data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert data.startswith(b"\xef\xbb\xbf")
    assert rows[0][0] == head
    assert len(rows) == 1 + region.number_of_edges()
    (posted,) = [row for row in rows if row[8] == PASSAGE]
    assert posted[:1] + posted[2:6] == ["株洲市公安局", "渌口区明德小学", "20", "名", "法治副校长"]
    assert posted[1] == ("派驻" if language == "zh" else "deploys staff to") or posted[1]


def test_csv_follows_the_filters(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region, fragment="#from=2025-01&view=table")

    _, data = download(opened, "csv")

    assert len(list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))) == 4


def test_turtle_says_what_is_shown(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)

    name, data = download(opened, "ttl")

    quads = list(parse(data, format=RdfFormat.TURTLE))
    triples = {(quad.subject.value, quad.predicate.value, quad.object.value) for quad in quads}
    assert name == "未成年人保护.ttl"
    assert {found[2] for found in triples if found[1] == PREF_LABEL} == set(opened.shown())
    base = "https://example.org/id/"
    for subject, predicate, object_ in opened.lines():
        assert (base + subject, NAMESPACE + predicate, base + object_) in triples
    assert len([found for found in triples if found[2] == STATEMENT]) == region.number_of_edges()
    assert tuple(
        next(found[2] for found in triples if found[1] == NAMESPACE + term and found[2] in {PASSAGE, "20"})
        for term in ("evidence", "count")
    ) == (PASSAGE, "20")


def test_formulas_quotes_and_odd_ids_stay_text(open_graph: Open) -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    one = add_entity(graph, '=HYPERLINK("http://example.org","x")', "Agency")
    two = add_entity(graph, 'a"b\\c\n甲 <x>{y}|^`%zz', "School")
    graph.add_node("no iri", label="+1", labels=["@x"], kind="Place", scored="Place", iri="no iri")
    add_claim(graph, one, "visits", two, evidence='-1 "quoted",\nnew line\\', role="@role", unit="\ttab")
    add_claim(graph, one, "heldAt", "no iri", url='https://example.org/"><x y>')
    opened = open_graph(graph, title='a/b:c*"<>|\u202e甲')

    name, table = download(opened, "csv")
    _, turtle = download(opened, "ttl")
    _, drawing = download(opened, "svg")

    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    cells = [cell for row in rows for cell in row if cell]
    assert not [cell for cell in cells if cell[0] in "=+-@\t"]
    assert any(cell == '\'-1 "quoted",\nnew line\\' for cell in cells)
    labels = {
        quad.object.value
        for quad in parse(turtle, format=RdfFormat.TURTLE)
        if quad.predicate.value == PREF_LABEL
    }
    assert labels == set(opened.shown())
    assert len(list(ET.fromstring(drawing).iter(f"{SVG}text"))) == 3
    assert name == "a b c 甲.csv"
    opened.assert_quiet()


def test_menu_opens_and_closes_by_keyboard(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)
    page = opened.page
    page.locator("#download").press("Enter")
    expect(page.locator("#downloads")).to_be_visible()
    expect(page.locator("[data-download=png]")).to_be_focused()

    page.keyboard.press("Escape")

    expect(page.locator("#downloads")).to_be_hidden()
    expect(page.locator("#download")).to_be_focused()
