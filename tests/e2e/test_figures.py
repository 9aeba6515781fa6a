"""The figures beside the graph: counted over what is shown, drawn as SVG in the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from playwright.sync_api import expect

from e2e.conftest import PHONE, add_claim, add_entity
from kg.pages.content import interface

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
DESKTOP = {"width": 1280, "height": 800}
Graph = nx.MultiDiGraph  # of entities and claims


def figure(opened: Any, name: str) -> dict[str, Any] | None:
    """Return the numbers of one figure of what is shown."""
    found = opened.page.evaluate("window.page.figures()")
    return next((one["data"] for one in found if one["id"] == name), None)


def labelled(found: dict[str, Any] | None) -> list[tuple[str, Any]]:
    """Return the rows of a figure: their names with their values."""
    assert found
    return [(row["label"], row.get("value", row.get("values"))) for row in found["rows"]]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_figure_is_drawn_with_its_numbers(
    open_graph: Open, region: Graph[Any], viewport: dict[str, int], language: str
) -> None:
    opened = open_graph(region, viewport=viewport, fragment=f"#lang={language}")
    page = opened.page

    page.locator("[data-view=figures]").click()

    figures = page.evaluate("window.page.figures()")
    assert {figure["kind"] for figure in figures} >= {"bars", "months"}
    for figure in figures:
        drawn = page.locator(f"[data-figure='{figure['id']}']")
        expect(drawn.locator("figcaption")).to_have_text(interface()[f"figure_{figure['id']}"][language])
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
def test_no_text_of_a_figure_is_cut_off(open_graph: Open, region: Graph[Any], language: str) -> None:
    opened = open_graph(region, fragment=f"#view=figures&lang={language}")
    assert "matrix" in opened.page.evaluate("window.page.figures().map((figure) => figure.kind)")

    outside = opened.page.evaluate(
        """() => [...document.querySelectorAll("#figures svg text")].filter((text) => {
          const [inner, outer] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()];
          return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1;
        }).map((text) => text.textContent)"""
    )

    assert outside == []


def test_bar_of_an_entity_leads_to_it(open_graph: Open, region: Graph[Any]) -> None:
    opened = open_graph(region, fragment="#view=figures")
    page = opened.page
    row = page.locator("#figures [data-entity]").first
    number = int(row.get_attribute("data-entity") or "-1")

    row.press("Enter")

    name = page.evaluate("id => window.page.data.entities[id].name", number)
    expect(page.locator("#details h2.title")).to_have_text(name)
    expect(page.locator("#figures")).to_be_hidden()


def test_figures_follow_the_filters_while_they_are_moved(open_graph: Open, region: Graph[Any]) -> None:
    opened = open_graph(region, fragment="#view=figures")
    page = opened.page
    assert labelled(figure(opened, "schools")) == [("渌口区明德小学", 2), ("天元区第一中学", 1)]
    page.locator("#filter").click()

    page.locator("[data-key=to]").press("Home")

    # In the first month one school is told of: one row is no comparison.
    assert figure(opened, "schools") is None
    expect(page.locator("[data-figure=schools]")).to_have_count(0)
    page.locator("[data-key=to]").press("End")
    page.locator("[data-place='430000']").click()
    expect(page.locator("[data-figure=schools] .row")).to_have_count(2)
    expect(page.locator("[data-figure=sectors]")).to_have_count(0)


def test_figures_of_a_part_say_which_part(open_graph: Open, region: Graph[Any]) -> None:
    opened = open_graph(region, fragment="#view=figures&around=渌口区明德小学")
    page = opened.page

    expect(page.locator("#notice")).to_contain_text("只看 渌口区明德小学 的周围")
    assert figure(opened, "partners") is None
    page.locator("#notice button").click()

    expect(page.locator("[data-figure=partners] .row")).to_have_count(2)


def test_filters_that_leave_no_figure_say_so(open_graph: Open, region: Graph[Any]) -> None:
    opened = open_graph(region, fragment="#view=figures&place=330000&to=2024-03")

    expect(opened.page.locator("#figures .hint")).to_have_text("没有统计图。")


def test_graph_without_figures_offers_none(open_graph: Open) -> None:
    graph: Graph[Any] = nx.MultiDiGraph()
    add_entity(graph, "甲局", "Agency")

    opened = open_graph(graph)

    assert opened.page.evaluate("window.page.figures()") == []
    expect(opened.page.locator(".views [data-view=figures]")).to_be_hidden()


def test_months_have_no_gaps_and_count_claims(open_graph: Open) -> None:
    graph: Graph[Any] = nx.MultiDiGraph()
    ends = add_entity(graph, "甲局", "Agency"), add_entity(graph, "乙校", "School")
    for time in ("2025-11", "2025-11-30", "2026-02", "2024", "2025-11/2026-01"):
        add_claim(graph, ends[0], "visits", ends[1], time=time, evidence=time)

    found = figure(open_graph(graph), "months")

    assert found == {"months": ["2025-11", "2025-12", "2026-01", "2026-02"], "values": [2, 0, 0, 1]}


def test_months_are_the_last_ten_years(open_graph: Open) -> None:
    graph: Graph[Any] = nx.MultiDiGraph()
    ends = add_entity(graph, "甲局", "Agency"), add_entity(graph, "乙校", "School")
    for time in ("2001-01", "2025-11", "2026-02"):
        add_claim(graph, ends[0], "visits", ends[1], time=time, evidence=time)

    found = figure(open_graph(graph), "months")

    assert found
    assert (len(found["months"]), found["months"][0], found["months"][-1]) == (120, "2016-03", "2026-02")
    assert sum(found["values"]) == 2


def test_sectors_are_the_ontologys_and_a_police_station_is_police(open_graph: Open) -> None:
    graph: Graph[Any] = nx.MultiDiGraph()
    for name, kind in (
        ("甲公安局", "PublicSecurityOrgan"),
        ("甲派出所", "PoliceStation"),
        ("甲法院", "Court"),
        ("甲办", "Agency"),
    ):
        add_entity(graph, name, "Agency", kind=kind)

    opened = open_graph(graph)

    assert labelled(figure(opened, "sectors")) == [("公安机关", 2), ("机构", 1), ("法院", 1)]


def test_collaboration_between_sectors_counts_pairs_once_and_is_symmetric(open_graph: Open) -> None:
    graph: Graph[Any] = nx.MultiDiGraph()
    police = add_entity(graph, "甲公安局", "Agency", kind="PublicSecurityOrgan")
    station = add_entity(graph, "甲派出所", "Agency", kind="PoliceStation")
    court = add_entity(graph, "甲法院", "Agency", kind="Court")
    school = add_entity(graph, "甲小学", "School")
    for pair in ((police, court), (court, police), (police, station), (station, court), (court, school)):
        add_claim(graph, pair[0], "collaboratesWith", pair[1])

    found = figure(open_graph(graph), "together")

    assert found == {"labels": ["公安机关", "法院", "学校"], "values": [[1, 2, 0], [2, 0, 1], [0, 1, 0]]}


def test_agencies_by_place_take_the_level_that_tells_them_apart(open_graph: Open) -> None:
    graph: Graph[Any] = nx.MultiDiGraph()
    for name, kind, code in (
        ("株洲市公安局", "PublicSecurityOrgan", "430200"),
        ("渌口区公安局", "PublicSecurityOrgan", "430212"),
        ("长沙市公安局", "PublicSecurityOrgan", "430100"),
        ("长沙市教育局", "EducationDepartment", "430100"),
    ):
        graph.nodes[add_entity(graph, name, "Agency", kind=kind)]["division"] = code

    found = figure(open_graph(graph), "places")

    assert found
    assert found["columns"] == ["公安机关", "教育行政部门"]
    assert labelled(found) == [("长沙市", [1, 1]), ("株洲市", [2, 0])]


def test_more_sectors_than_fit_are_one_column(open_graph: Open) -> None:
    graph: Graph[Any] = nx.MultiDiGraph()
    kinds = (
        *("PublicSecurityOrgan", "Procuratorate", "Court", "EducationDepartment", "CivilAffairsDepartment"),
        *("WomensFederation", "JudicialBureau", "HealthDepartment", "MarketRegulator", "FireRescue"),
        *("YouthLeague", "Agency"),
    )
    for place, code in (("株洲市", "430200"), ("长沙市", "430100")):
        for kind in kinds:
            graph.nodes[add_entity(graph, f"{place}{kind}", "Agency", kind=kind)]["division"] = code

    found = figure(open_graph(graph), "places")

    assert found
    assert (len(found["columns"]), found["columns"][-1]) == (10, "其他")
    assert [values for _, values in labelled(found)] == [[*[1] * 9, 3]] * 2
