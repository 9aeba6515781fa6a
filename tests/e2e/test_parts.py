"""Parts of the graph: one neighbourhood, more of them, a path; what is pinned, hidden, moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from playwright.sync_api import expect

from e2e.conftest import PARAGRAPH, PASSAGE, PHONE, same_colour

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
AT = """ids => {
  const canvas = document.querySelector("#graph canvas");
  const ratio = canvas.width / canvas.clientWidth;
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return ids.map((id) => {
    const { x, y } = window.page.network.canvasToDOM(window.page.network.getPosition(id));
    const at = 4 * (Math.round(y * ratio) * canvas.width + Math.round(x * ratio));
    const found = [...pixels.slice(at, at + 4)];
    // Nothing but what is drawn is opaque: a pale node is a thin one.
    return ["#" + found.slice(0, 3).map((part) => part.toString(16).padStart(2, "0")).join(""), found[3] / 255];
  });
}"""


def search(opened: Any, name: str) -> None:
    opened.page.locator("#search").fill(name)
    opened.page.keyboard.press("Enter")


def act(opened: Any, what: str) -> None:
    opened.page.locator(f"[data-act={what}]").click()
    opened.settle()


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_neighbourhood_grows_step_by_step_and_back_to_the_whole(
    open_graph: Open, region: nx.MultiDiGraph[Any], viewport: dict[str, int]
) -> None:
    opened = open_graph(region, viewport=viewport)
    search(opened, "留守儿童")

    act(opened, "focus_here")
    assert opened.shown() == ["“护苗”行动", "留守儿童"]
    expect(opened.page.locator("#notice")).to_contain_text("只看 留守儿童 的周围")
    search(opened, "“护苗”行动")
    act(opened, "expand")
    assert opened.shown() == ["“护苗”行动", "杭州市公安局", "株洲市公安局", "留守儿童"]
    assert "around=group" in opened.page.evaluate("location.hash") or "留守" in opened.page.evaluate(
        "decodeURIComponent(location.hash)"
    )
    opened.page.locator("#notice button").click()

    assert len(opened.shown()) == len(region)
    opened.assert_quiet()


def test_double_click_adds_the_neighbours(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)

    opened.page.mouse.dblclick(*opened.place(opened.entity("留守儿童")))

    expect(opened.page.locator("#notice")).to_contain_text("留守儿童")
    assert opened.shown() == ["“护苗”行动", "留守儿童"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_shortest_path_between_two_entities(
    open_graph: Open, region: nx.MultiDiGraph[Any], language: str, viewport: dict[str, int]
) -> None:
    opened = open_graph(region, viewport=viewport, fragment=f"#lang={language}")
    page = opened.page
    search(opened, "林青松")
    act(opened, "find_path")
    expect(page.locator("#notice")).to_contain_text("出发" if language == "zh" else "From")
    expect(page.locator("#search")).to_be_focused()

    search(opened, "杭州市公安局")
    opened.settle()

    expect(page.locator("ol.path .entity")).to_have_text(
        ["林青松", "林青松工作室", "株洲市公安局", "“护苗”行动", "杭州市公安局"]
    )
    expect(page.locator("#details")).to_contain_text(
        "经过 4 条关系" if language == "zh" else "4 relations long"
    )
    # On the picture the way stands out: what is not on it is pale. All of it is looked at: fonts decide how much is in view.
    page.locator("#fit").click()
    opened.settle()
    on, off = page.evaluate(AT, [opened.entity(name) for name in ("“护苗”行动", "天元区第一中学")])
    assert same_colour(on[0], "#cf5b4a")
    assert on[1] == 1
    assert off[1] < 0.3
    page.locator("ol.path .step").nth(1).click()
    expect(page.locator("blockquote")).to_be_visible()
    page.locator(".back").click()
    expect(page.locator("ol.path")).to_be_visible()
    opened.assert_quiet()


def test_no_path_is_said(open_graph: Open, county: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(county)
    search(opened, "丙村")
    act(opened, "find_path")

    search(opened, "甲县公安局")

    expect(opened.page.locator("#details .hint")).to_have_text("这两个实体之间没有路径。")


def test_path_keeps_to_the_filters(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)
    keys = opened.page.evaluate(
        "window.page.data.entities.map((entity) => entity.id.slice('https://example.org/id/'.length))"
    )
    one, two = (keys[opened.entity(name)] for name in ("株洲市公安局", "留守儿童"))

    opened.page.goto(opened.page.url + f"#path={one},{two}&no=conducts")

    expect(opened.page.locator("#details .hint")).to_have_text("这两个实体之间没有路径。")


def test_picking_the_end_of_a_path_can_be_called_off(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)
    search(opened, "林青松")
    act(opened, "find_path")

    opened.page.locator("#notice button").click()
    search(opened, "杭州市公安局")

    expect(opened.page.locator("h2.title")).to_have_text("杭州市公安局")


def test_hidden_entity_is_out_of_the_picture_until_shown_again(
    open_graph: Open, region: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(region)
    page = opened.page
    search(opened, "株洲市公安局")

    act(opened, "hide")

    assert "株洲市公安局" not in opened.shown()
    assert not [line for line in opened.lines() if "株洲市公安局" in line]
    page.locator("#filter").click()
    page.locator("[data-unhide]").click()
    assert len(opened.shown()) == len(region)


def test_pinned_entity_stays_where_it_is_while_the_others_move(
    open_graph: Open, region: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(region)
    page = opened.page
    position = (
        "name => window.page.network.getPosition(window.page.data.entities.findIndex((e) => e.name === name))"
    )
    search(opened, "株洲市公安局")
    act(opened, "pin")
    assert "pin=" in page.evaluate("location.hash")
    pinned, other = page.evaluate(position, "株洲市公安局"), page.evaluate(position, "留守儿童")

    page.locator("#physics").click()
    expect(page.locator("#physics")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(700)
    page.locator("#physics").click()

    assert page.evaluate(position, "株洲市公安局") == pinned
    moved = page.evaluate(position, "留守儿童")
    assert moved != other
    # Stopped, everything stays where it came to rest, also when something else is looked at.
    search(opened, "林青松")
    rest = page.evaluate(position, "留守儿童")
    assert abs(rest["x"] - moved["x"]) + abs(rest["y"] - moved["y"]) <= 2
    search(opened, "株洲市公安局")
    act(opened, "unpin")
    assert "pin=" not in page.evaluate("location.hash")
    opened.assert_quiet()


def test_what_is_in_focus_is_shown_again_when_it_is_searched_again(
    open_graph: Open, region: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(region, viewport=PHONE)
    search(opened, "留守儿童")
    opened.page.locator("#fold").click()
    expect(opened.page.locator("[data-act=pin]")).to_be_hidden()

    search(opened, "留守儿童")

    expect(opened.page.locator("[data-act=pin]")).to_be_visible()


def test_dragging_a_node_pins_it_where_it_is_let_go(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)
    page = opened.page
    number = opened.entity("留守儿童")
    x, y = opened.place(number)

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y - 40, steps=5)
    page.mouse.up()

    place = opened.place(number)
    assert abs(place[0] - x - 60) < 3
    assert abs(place[1] - y + 40) < 3
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    opened.wait_until_ready()
    again = page.evaluate("id => window.page.network.getPosition(id)", number)
    assert page.evaluate("window.page.state().pinned") == [[number, again["x"], again["y"]]]


def test_passage_is_marked_in_its_paragraph_with_place_and_reprints(
    open_graph: Open, region: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(region)
    page = opened.page
    search(opened, "渌口区明德小学")
    expect(page.locator("#details .where")).to_have_text("湖南省 › 株洲市 › 渌口区")

    page.locator("#details h3", has_text="派驻").locator("+ ul .fact").click()

    passages = page.locator("#details .passages")
    expect(passages.locator("blockquote")).to_have_text(PARAGRAPH)
    expect(passages.locator("blockquote mark")).to_have_text(PASSAGE)
    expect(passages.locator("> .meta")).to_have_text("1 条依据 · 来自 1 篇独立文章 · 另有 2 处转载")
    expect(passages.locator(".attributes dd")).to_have_text(["20 名", "法治副校长", "2024年3月"])
    page.locator("#details .fact[aria-expanded=true]").click()
    expect(passages.first).to_be_hidden()


def test_links_go_to_the_web_only(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)

    search(opened, "“护苗”行动")
    for button in opened.page.locator("#details .fact").all():
        button.click()

    assert set(opened.page.locator("#details a").evaluate_all("all => all.map((a) => a.href)")) == {
        "http://example.org/2"
    }
    expect(opened.page.locator("#details .source", has_text="ftp://example.org/4").first).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "found"),
    [("zzsgaj", "株洲市公安局"), ("zhuzhoushigonganju", "株洲市公安局"), ("ZZSGAJ", "株洲市公安局")],
)
def test_search_finds_by_pinyin(
    open_graph: Open, region: nx.MultiDiGraph[Any], typed: str, found: str
) -> None:
    opened = open_graph(region)

    search(opened, typed)

    expect(opened.page.locator("h2.title")).to_have_text(found)
