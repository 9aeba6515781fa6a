"""The table: the same content as the picture, for those who cannot use it."""

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


def column(opened: Any, number: int) -> list[str]:
    texts: list[str] = opened.page.locator(f"#table tbody tr > :nth-child({number})").all_text_contents()
    return texts


@SIZES
@pytest.mark.parametrize("language", ["zh", "en"])
def test_table_has_every_relation_that_is_shown(
    open_graph: Open, region: nx.MultiDiGraph[Any], viewport: dict[str, int], language: str
) -> None:
    opened = open_graph(region, viewport=viewport, fragment=f"#lang={language}")
    page = opened.page

    page.get_by_role("button", name="表格" if language == "zh" else "Table", exact=True).click()

    table = page.get_by_role(
        "table", name="9 条关系，10 个实体" if language == "zh" else "9 relations, 10 entities"
    )
    expect(table).to_be_visible()
    expect(table.get_by_role("columnheader")).to_have_text(
        ["主体", "关系", "客体", "数量", "职务", "时间", "文章"]
        if language == "zh"
        else ["Subject", "Relation", "Object", "Count", "Role", "Time", "Articles"]
    )
    pairs = list(zip(column(opened, 1), column(opened, 3), strict=True))
    assert sorted(pairs) == sorted((subject, object_) for subject, _, object_ in opened.lines())
    posted = page.get_by_role("row").filter(has_text="法治副校长")
    expect(posted).to_contain_text("20 名")
    expect(posted).to_contain_text("2024年3月" if language == "zh" else "Mar 2024")
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    opened.assert_quiet()


def test_table_orders_by_a_column_both_ways(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region, fragment="#view=table")
    page = opened.page

    page.locator("[data-column=articles]").click()
    assert column(opened, 7)[0] == "2"
    expect(page.locator("th", has_text="文章")).to_have_attribute("aria-sort", "descending")
    expect(page.locator("[data-column=articles]")).to_be_focused()
    page.locator("[data-column=articles]").click()
    assert column(opened, 7)[-1] == "2"

    page.locator("[data-column=subject]").click()

    # By Pinyin, as Chinese names are ordered.
    subjects = [name for name in dict.fromkeys(column(opened, 1)) if "护苗" not in name]
    assert subjects == ["杭州市公安局", "林青松工作室", "渌口区人民检察院", "天元区教育局", "株洲市公安局"]


def test_table_leads_to_facts_and_passages(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region, fragment="#view=table")
    page = opened.page

    page.locator("#table tbody tr", has_text="走访").locator(".fact").click()
    expect(page.locator("#details .relation .entity")).to_have_text(["渌口区人民检察院", "渌口区明德小学"])
    expect(page.locator("#table tr.chosen")).to_have_count(1)
    page.locator("#table .entity", has_text="天元区教育局").first.click()

    expect(page.locator("#details h2.title")).to_have_text("天元区教育局")
    expect(page.locator("#table")).to_be_visible()


def test_table_follows_the_filters_and_lists_what_nothing_joins(
    open_graph: Open, county: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(county, fragment="#view=table")
    page = opened.page
    expect(page.locator("#table .alone .entity")).to_have_text(["丙村"])

    page.locator("[data-class=Person]").click()

    assert "林青松" not in {*column(opened, 1), *column(opened, 3)}
    expect(page.locator("#table caption")).to_have_text("10 条关系，11 个实体")


def test_long_table_comes_in_parts(open_graph: Open, crowd: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(crowd, fragment="#view=table")
    page = opened.page
    assert len(column(opened, 1)) == 100

    page.locator("#table > .more").click()

    total = page.evaluate("window.page.data.relations.length")
    assert len(column(opened, 1)) == min(600, total)
    assert page.evaluate("document.activeElement.closest('tr').rowIndex") == 101
