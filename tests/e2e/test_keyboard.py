"""Everything by keyboard alone, and said to those who do not see the picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from playwright.sync_api import expect

from e2e.conftest import PHONE

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
NAMELESS = """() => [...document.querySelectorAll("button, input, a[href], [tabindex='0'], nav, aside, form, table, [role]")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true }))
  .filter((node) => {
    const label = node.getAttribute("aria-label") || node.labels?.[0]?.textContent || node.textContent;
    return !label?.trim() && !["status", "listbox"].includes(node.getAttribute("role"));
  })
  .map((node) => node.outerHTML.slice(0, 120))"""


def test_tab_goes_through_the_page_in_its_order(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)
    page = opened.page
    where = """() => {
      const { id, dataset } = document.activeElement;
      return document.activeElement.closest("#details") ? "details" : id || dataset.class || "";
    }"""

    seen: list[str] = []
    while "details" not in seen and len(seen) < 40:
        page.keyboard.press("Tab")
        seen.append(page.evaluate(where))

    wanted = ["search", "download", "filter", "Agency", "graph", "zoom-in", "zoom-out", "fit", "physics"]
    places = [seen.index(name) for name in (*wanted, "details")]
    assert places == sorted(places)


def test_arrows_walk_from_entity_to_entity(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)
    page = opened.page
    page.locator("#graph").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#details h2.title")).to_have_text("株洲市公安局")
    around = page.evaluate(
        """() => {
          const { network, state, edges } = window.page;
          const id = state().entity;
          const here = network.getPosition(id);
          return edges.get().filter(({ from, to }) => from === id || to === id).map(({ from, to }) => {
            const other = from === id ? to : from;
            const { x, y } = network.getPosition(other);
            return [other, x - here.x, y - here.y];
          });
        }"""
    )

    for key, right, down in (
        ("ArrowRight", 1, 0),
        ("ArrowLeft", -1, 0),
        ("ArrowDown", 0, 1),
        ("ArrowUp", 0, -1),
    ):
        ahead = {
            other
            for other, x, y in around
            if x * right + y * down > 0 and abs(x * down) + abs(y * right) <= 1.73 * (x * right + y * down)
        }
        page.keyboard.press(key)
        there = page.evaluate("window.page.state().entity")
        assert there in ahead if ahead else there == opened.entity("株洲市公安局")
        page.evaluate("id => { location.hash = ''; }")
        page.locator("#search").fill("株洲市公安局")
        page.keyboard.press("Enter")
        page.locator("#graph").focus()
    opened.assert_quiet()


def test_arrows_move_the_view_where_nothing_is_in_focus(
    open_graph: Open, region: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(region)
    page = opened.page
    page.locator("#graph").focus()
    before = page.evaluate("window.page.network.getViewPosition()")

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")

    after = page.evaluate("window.page.network.getViewPosition()")
    assert after["x"] > before["x"]
    assert after["y"] < before["y"]


def test_enter_reads_the_details_and_escape_leads_out_step_by_step(
    open_graph: Open, region: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(region)
    page = opened.page
    page.locator("#search").fill("留守儿童")
    page.keyboard.press("Enter")
    page.locator("[data-act=focus_here]").press("Enter")
    page.locator("#graph").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#details")).to_be_focused()

    page.keyboard.press("Escape")
    expect(page.locator("#details .counts")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text("留守儿童")
    page.keyboard.press("Escape")

    expect(page.locator("#notice")).to_be_empty()
    assert len(opened.shown()) == len(region)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("view", ["graph", "table", "figures"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_everything_that_can_be_used_has_a_name(
    open_graph: Open, region: nx.MultiDiGraph[Any], language: str, view: str, viewport: dict[str, int]
) -> None:
    opened = open_graph(region, fragment=f"#lang={language}&view={view}", viewport=viewport)
    page = opened.page
    page.locator("#filter").click()

    assert page.evaluate(NAMELESS) == []
    assert page.evaluate("document.documentElement.lang") == language
    if language == "en":
        shown = page.evaluate(
            "[...document.querySelectorAll('[aria-label]')].map((n) => n.getAttribute('aria-label'))"
        )
        own = {region.nodes[node]["label"] for node in region}
        chinese = [text for text in shown if any("\u4e00" <= char <= "\u9fff" for char in text)]
        assert [
            text
            for text in chinese
            if not any(name in text for name in own) and not text.startswith("Unfold")
        ] == []


def test_picture_is_described(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)

    picture = opened.page.get_by_role("img", name="关系图，共 10 个实体、9 条关系；“表格”里有同样的内容。")

    expect(picture).to_be_visible()
    expect(opened.page.locator("[role=status]")).to_have_count(1)
