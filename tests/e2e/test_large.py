"""A graph too large to be read whole: it opens with clusters, and every way leads to a part that can be read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from playwright.sync_api import expect

from e2e.conftest import PHONE, same_colour
from kg.pages import page as pages

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
OVERLAPS = """() => {
  const { network, nodes, data } = window.page;
  const boxes = nodes.getIds().map((id) => {
    const { left, right, top, bottom } = network.getBoundingBox(id);
    return [left, top, right, bottom];
  });
  let found = 0;
  boxes.forEach((a, one) => boxes.slice(0, one).forEach((b) => {
    // Two units of air are lost in rounding.
    if (a[0] + 2 < b[2] && b[0] + 2 < a[2] && a[1] + 2 < b[3] && b[1] + 2 < a[3]) found += 1;
  }));
  return found;
}"""


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_opening_view_shows_clusters_with_their_sizes(
    open_graph: Open, crowd: nx.MultiDiGraph[Any], viewport: dict[str, int], language: str
) -> None:
    opened = open_graph(crowd, viewport=viewport, fragment=f"#lang={language}")
    page = opened.page

    groups = page.evaluate("window.page.data.clusters.groups")
    labels = page.evaluate("window.page.nodes.get().map((node) => node.label)")
    assert len(labels) == len(groups) < 60
    assert sorted(int(label.split("\n")[1].replace(",", "")) for label in labels) == sorted(
        len(group["entities"]) for group in groups
    )
    assert 0 < page.evaluate("window.page.edges.length") <= 40 + 2 * len(groups)
    expect(page.locator("#notice")).to_have_text(
        "每个圆是一个群落，点击打开" if language == "zh" else "Each circle is a cluster; click to open it"
    )
    assert page.evaluate(OVERLAPS) == 0
    opened.assert_quiet()


def test_click_opens_a_cluster_and_back_closes_it(open_graph: Open, crowd: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(crowd)
    page = opened.page
    x, y = page.evaluate(
        """() => {
          const { x, y } = window.page.network.canvasToDOM(window.page.network.getPosition("cluster 0"));
          const { left, top } = document.querySelector("#graph canvas").getBoundingClientRect();
          return [left + x, top + y];
        }"""
    )

    page.mouse.click(x, y)
    opened.settle()

    members = page.evaluate(
        "window.page.data.clusters.groups[0].entities.map((id) => window.page.data.entities[id].name)"
    )
    assert opened.shown() == sorted(members)
    assert page.evaluate(OVERLAPS) == 0
    expect(page.locator("#details .kind")).to_have_text("群落")
    assert page.evaluate("location.hash") == "#open=0"
    page.go_back()
    expect(page.locator("#notice")).to_contain_text("点击打开")
    opened.assert_quiet()


def test_clusters_can_be_opened_without_pointing(open_graph: Open, crowd: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(crowd)

    opened.page.locator("#details [data-cluster]").nth(1).press("Enter")

    assert opened.page.evaluate("window.page.state().open") is not None
    expect(opened.page.locator("#details h2", has_text="联系最多的成员")).to_be_visible()


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_search_leads_to_a_neighbourhood_with_room_for_its_names(
    open_graph: Open, crowd: nx.MultiDiGraph[Any], viewport: dict[str, int]
) -> None:
    opened = open_graph(crowd, viewport=viewport)
    page = opened.page

    page.locator("#search").fill("攸县公安局")
    page.keyboard.press("Enter")
    opened.settle()

    shown = opened.shown()
    assert "攸县第80小学" in shown
    assert "攸县公安局" in shown
    assert len(shown) == 82
    assert page.evaluate(OVERLAPS) == 0
    opened.assert_quiet()


def test_path_through_a_large_graph_is_all_that_is_shown(
    open_graph: Open, crowd: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(crowd)
    page = opened.page
    for name in ("天元区第1小学", "芦淞区第2小学"):
        page.locator("#search").fill(name)
        page.keyboard.press("Enter")
        if name.startswith("天元"):
            page.locator("[data-act=find_path]").click()
    opened.settle()

    names = ["天元区第1小学", "天元区公安局", "渌口区公安局", "荷塘区公安局", "芦淞区公安局", "芦淞区第2小学"]
    expect(page.locator("ol.path .entity")).to_have_text(names)
    assert opened.shown() == sorted(names)
    assert page.evaluate(OVERLAPS) == 0


def test_a_filter_that_leaves_little_shows_entities_instead_of_clusters(
    open_graph: Open, crowd: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(crowd, fragment="#place=430223")

    assert "攸县公安局" in opened.shown()
    assert len(opened.shown()) == 81
    assert opened.page.evaluate(OVERLAPS) == 0


def test_a_filter_that_leaves_much_makes_the_clusters_smaller(
    open_graph: Open, crowd: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(crowd)
    sizes = (
        "window.page.nodes.get().map((node) => Number(node.label.split('\\n')[1])).reduce((a, b) => a + b, 0)"
    )
    whole = opened.page.evaluate(sizes)

    opened.page.locator("[data-class=Agency]").click()

    assert opened.page.evaluate(sizes) < whole


def test_everything_at_once_keeps_names_apart_and_has_a_way_back(
    open_graph: Open, crowd: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(crowd)
    page = opened.page

    page.locator("#all").click()

    assert len(opened.shown()) == len(crowd)
    page.locator("#notice button").click()
    expect(page.locator("#all")).to_be_visible()


def test_much_data_is_packed_and_read_the_same(
    open_graph: Open, crowd: nx.MultiDiGraph[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = open_graph(crowd).page.evaluate("JSON.stringify(window.page.data)")
    monkeypatch.setattr(pages, "PACKED_ABOVE", 1000)

    opened = open_graph(crowd)

    assert opened.page.evaluate("JSON.stringify(window.page.data)") == plain
    assert opened.page.evaluate("document.getElementById('data').type") == "application/gzip"
    opened.assert_quiet()


def test_browser_that_cannot_unpack_says_so(
    open_graph: Open, crowd: nx.MultiDiGraph[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PACKED_ABOVE", 1000)
    opened = open_graph(crowd, init="delete window.DecompressionStream", ready=False)

    expect(opened.page.locator("#broken")).to_have_text("这个浏览器读不出页面里的数据，请换用较新的浏览器。")


@pytest.mark.slow
def test_ten_thousand_entities_open_and_are_all_reached(open_graph: Open) -> None:
    from bench.graphs import make_graph

    opened = open_graph(make_graph(10_000, 30_000))
    page = opened.page
    assert 5 < page.evaluate("window.page.nodes.length") <= 60
    number = page.evaluate("window.page.data.entities.length - 1")

    page.evaluate("location.hash = 'all=1'")
    opened.settle()

    assert page.evaluate("window.page.nodes.length") == number + 1
    assert page.evaluate("window.page.network.renderer.options.hideEdgesOnDrag") is True
    opened.assert_quiet()


def test_clusters_are_rings_of_their_classes_also_in_svg(
    open_graph: Open, crowd: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(crowd)
    page = opened.page
    kinds = page.evaluate(
        """() => window.page.data.clusters.groups.map(({ entities }) =>
          new Set(entities.map((id) => window.page.data.entities[id].scored)).size)"""
    )

    page.locator("#download").click()
    with page.expect_download() as waiting:
        page.locator("[data-download=svg]").click()

    root = ET.fromstring(waiting.value.path().read_bytes())
    rings = [path for path in root.iter("{http://www.w3.org/2000/svg}path") if path.get("fill") == "none"]
    assert len([path for path in rings if not path.get("data-line")]) == sum(kinds)
    # On the screen: a ring's outer edge at the top is of the first class, its middle of none.
    top, middle = page.evaluate(
        """() => {
          const { network, nodes } = window.page;
          const canvas = document.querySelector("#graph canvas");
          const ratio = canvas.width / canvas.clientWidth;
          const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          const { x, y } = network.getPosition("cluster 0");
          const size = nodes.get("cluster 0").size;
          return [[x + 0.2 * size, y - 0.8 * size], [x, y]].map(([right, down]) => {
            const at = network.canvasToDOM({ x: right, y: down });
            const place = 4 * (Math.round(at.y * ratio) * canvas.width + Math.round(at.x * ratio));
            return "#" + [...pixels.slice(place, place + 3)].map((part) => part.toString(16).padStart(2, "0")).join("");
          });
        }"""
    )
    assert same_colour(middle, "#eceae5")
    assert same_colour(top, "#3f6fb5") or same_colour(top, "#d08a2e")
