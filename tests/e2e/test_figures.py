"""The figures beside the graph: drawn as SVG in the file, with the numbers of the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from playwright.sync_api import expect

from e2e.conftest import PHONE

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_every_figure_is_drawn_with_its_numbers(
    open_graph: Open, region: nx.MultiDiGraph[Any], viewport: dict[str, int], language: str
) -> None:
    opened = open_graph(region, viewport=viewport, fragment=f"#lang={language}")
    page = opened.page

    page.locator("[data-view=figures]").click()

    figures = page.evaluate("window.page.data.figures")
    assert {figure["kind"] for figure in figures} >= {"bars", "months"}
    for figure in figures:
        drawn = page.locator(f"[data-figure='{figure['id']}']")
        expect(drawn.locator("figcaption")).to_have_text(figure["title"][language])
        texts = drawn.locator("svg text").all_text_contents()
        if figure["kind"] == "bars":
            rows = figure["data"]["rows"]
            assert [text for text in texts if text.isdigit()] == [str(row["value"]) for row in rows]
            widths = drawn.locator("rect.bar-fill").evaluate_all(
                "all => all.map((one) => one.width.baseVal.value)"
            )
            assert widths == sorted(widths, reverse=True)
        elif figure["kind"] == "months":
            bars = drawn.locator("rect.bar-fill").evaluate_all(
                "all => all.map((one) => one.height.baseVal.value > 0)"
            )
            assert bars == [value > 0 for value in figure["data"]["values"]]
        else:
            values = [value for row in figure["data"].get("rows", ()) for value in row["values"]]
            values = values or [value for row in figure["data"]["values"] for value in row]
            assert [text for text in texts if text.isdigit()] == [str(value) for value in values if value]
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    opened.assert_quiet()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_of_a_figure_is_cut_off(
    open_graph: Open, region: nx.MultiDiGraph[Any], language: str
) -> None:
    opened = open_graph(region, fragment=f"#view=figures&lang={language}")
    assert "matrix" in opened.page.evaluate("window.page.data.figures.map((figure) => figure.kind)")

    outside = opened.page.evaluate(
        """() => [...document.querySelectorAll("#figures svg text")].filter((text) => {
          const [inner, outer] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()];
          return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1;
        }).map((text) => text.textContent)"""
    )

    assert outside == []


def test_bar_of_an_entity_leads_to_it(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region, fragment="#view=figures")
    page = opened.page
    row = page.locator("#figures [data-entity]").first
    number = int(row.get_attribute("data-entity") or "-1")

    row.press("Enter")

    name = page.evaluate("id => window.page.data.entities[id].name", number)
    expect(page.locator("#details h2.title")).to_have_text(name)
    expect(page.locator("#figures")).to_be_hidden()


def test_graph_without_figures_offers_none(open_graph: Open) -> None:
    opened = open_graph(nx.MultiDiGraph())

    assert opened.page.evaluate("window.page.data.figures") == []
    expect(opened.page.locator(".views [data-view=figures]")).to_be_hidden()
