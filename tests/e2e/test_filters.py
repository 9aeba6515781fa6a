"""The filters of the page: relations, places, period, number of articles; what they leave is what is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from playwright.sync_api import expect

from e2e.conftest import PHONE

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
SIZES = pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])


@SIZES
def test_relations_can_be_left_out_and_come_back(
    open_graph: Open, region: nx.MultiDiGraph[Any], viewport: dict[str, int]
) -> None:
    opened = open_graph(region, viewport=viewport)
    page = opened.page
    page.locator("#filter").click()

    page.locator("[data-predicate=visits]").uncheck()

    assert not [line for line in opened.lines() if line[1] == "visits"]
    assert "渌口区人民检察院" not in opened.shown()
    assert page.evaluate("location.hash") == "#no=visits"
    expect(page.locator("#active")).to_have_text("1")
    page.locator("[data-key=predicates]").click()
    assert opened.lines() == opened.shown() == []
    page.locator("#reset").click()
    assert len(opened.shown()) == len(region)
    opened.assert_quiet()


@SIZES
def test_a_place_keeps_what_lies_in_it_and_what_that_has_to_do_with(
    open_graph: Open, region: nx.MultiDiGraph[Any], viewport: dict[str, int]
) -> None:
    opened = open_graph(region, viewport=viewport)
    page = opened.page
    page.locator("#filter").click()
    expect(page.locator("#filters [data-place]")).to_have_text(["浙江省1", "湖南省6"])

    page.locator("[data-place='430000']").click()
    assert "杭州市公安局" not in opened.shown()
    assert "“护苗”行动" in opened.shown()
    page.locator("[aria-label=展开湖南省]").click()
    page.locator("[aria-label=展开株洲市]").click()
    page.locator("[data-place='430212']").click()

    assert opened.shown() == ["渌口区人民检察院", "渌口区明德小学"]
    assert opened.lines() == [("渌口区人民检察院", "visits", "渌口区明德小学")]
    assert page.evaluate("location.hash") == "#place=430212"
    expect(page.locator("[data-place='430212']")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-place='430212']")).to_be_focused()
    page.locator("[data-key=place]").click()
    assert len(opened.shown()) == len(region)
    opened.assert_quiet()


@SIZES
def test_the_sliders_keep_a_period(
    open_graph: Open, region: nx.MultiDiGraph[Any], viewport: dict[str, int]
) -> None:
    opened = open_graph(region, viewport=viewport)
    page = opened.page
    page.locator("#filter").click()
    expect(page.locator("#period")).to_have_text("2024年3月 – 2025年8月")

    page.locator("[data-key=from]").press("End")
    assert {line[1] for line in opened.lines()} == {"conducts", "serves"}
    assert opened.shown() == ["“护苗”行动", "杭州市公安局", "留守儿童"]
    expect(page.locator("#period")).to_have_text("2025年8月 – 2025年8月")
    page.locator("[data-key=from]").press("Home")
    for _ in range(7):
        page.locator("[data-key=to]").press("ArrowLeft")

    assert ("渌口区人民检察院", "visits", "渌口区明德小学") in opened.lines()
    assert ("“护苗”行动", "serves", "留守儿童") not in opened.lines()
    assert page.evaluate("location.hash") == "#to=2025-01"
    expect(page.locator("[data-key=to]")).to_have_attribute("aria-valuetext", "2025年1月")
    # What is told of a relation is what falls into the period, too.
    page.locator("[data-key=to]").press("PageDown")
    page.locator("[data-key=to]").press("Home")
    assert page.evaluate("window.page.shown().relations.size") == 4
    opened.assert_quiet()


def test_ends_of_a_period_do_not_pass_each_other(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region, fragment="#to=2024-06")
    opened.page.locator("#filter").click()

    opened.page.locator("[data-key=from]").press("End")

    expect(opened.page.locator("#period")).to_have_text("2024年6月 – 2024年6月")
    assert (
        opened.page.locator("[data-key=from]").input_value()
        == opened.page.locator("[data-key=to]").input_value()
    )


@SIZES
def test_only_what_several_articles_tell(
    open_graph: Open, region: nx.MultiDiGraph[Any], viewport: dict[str, int]
) -> None:
    opened = open_graph(region, viewport=viewport)
    page = opened.page
    page.locator("#filter").click()

    page.locator("#least").press("ArrowRight")

    assert [line[1] for line in opened.lines()] == ["collaboratesWith"]
    assert opened.shown() == ["天元区教育局", "株洲市公安局"]
    assert page.evaluate("location.hash") == "#min=2"
    expect(page.locator("#filters")).to_contain_text("至少 2 篇")
    opened.assert_quiet()


def test_filters_speak_english(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region, fragment="#lang=en")
    page = opened.page

    page.locator("#filter").click()

    expect(page.locator("#filters legend")).to_have_text(
        ["Relations", "Place", "Period", "Independent articles"]
    )
    expect(page.locator("#period")).to_have_text("Mar 2024 – Aug 2025")
    expect(page.locator("#filters label").first).to_contain_text("collaborates with")


def test_facts_and_counts_follow_the_filters(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region, fragment="#from=2024-06&to=2024-07")
    page = opened.page
    expect(page.locator(".counts dd")).to_have_text(["4", "3", "1"])
    expect(page.locator(".counts + .meta")).to_have_text("全图共 10 个实体、9 条关系、4 篇文章")

    page.mouse.click(*opened.place(opened.entity("株洲市公安局")))

    expect(page.locator("#details h3")).to_have_text(["合作1", "开展1"])
    expect(page.locator("#details .fact").first).to_have_text("1 条依据")


def test_filters_that_leave_nothing_say_so_and_can_be_cleared(
    open_graph: Open, region: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(region, fragment="#place=330000&to=2024-03")
    page = opened.page
    expect(page.locator("#notice")).to_contain_text("筛选之后什么也不剩。")

    page.locator("#notice button").click()

    assert len(opened.shown()) == len(region)
    expect(page.locator("#notice")).to_be_empty()


def test_filter_panel_opens_closes_and_keeps_the_keyboards_place(
    open_graph: Open, region: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(region)
    page = opened.page
    page.locator("#filter").press("Enter")
    expect(page.locator("#filters")).to_be_visible()
    expect(page.locator("#filter")).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[data-predicate=collaboratesWith]")).to_be_focused()

    page.keyboard.press("Space")
    expect(page.locator("[data-predicate=collaboratesWith]")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("#filter")).to_be_focused()
    assert not [line for line in opened.lines() if line[1] == "collaboratesWith"]
