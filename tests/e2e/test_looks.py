"""What the eye needs: contrast, nothing cut off, nothing on top of another thing, light and dark, large and small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest

from e2e.conftest import PHONE

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
# WCAG 2.1, 1.4.3 (AA): text 4.5 to 1, large text (18.66 px and bold, or 24 px) 3 to 1.
TOO_PALE = """() => {
  const channel = (part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const parse = (text) => (text.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const found = parse(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] === 1) return found.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || ["SCRIPT", "STYLE", "NOSCRIPT"].includes(node.tagName)) continue;
    if (!node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const style = getComputedStyle(node);
    const ink = parse(node instanceof SVGElement ? style.fill : style.color).slice(0, 3);
    const [a, b] = [light(ink), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5) && !node.closest(".cell, g")) bad.push([text.data.trim().slice(0, 20), ratio.toFixed(2)]);
  }
  return bad;
}"""
CUT_OFF = """() => [...document.querySelectorAll("button, input, h1, h2, h3, dt, dd, label, legend")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest("#legend, #table, #figures, #details, #filters"))
  .map((node) => [node, node.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.left < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.top < -1))
  .map(([node]) => node.outerHTML.slice(0, 100))"""
COVERED = """() => {
  const controls = [...document.querySelectorAll(".bar button, .bar input, #filter, .tools button")];
  const boxes = controls.filter((node) => node.checkVisibility({ visibilityProperty: true })).map((node) => [node, node.getBoundingClientRect()]);
  return boxes.filter(([node, box]) => {
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return !(node === top || node.contains(top) || top?.contains(node));
  }).map(([node]) => node.outerHTML.slice(0, 100));
}"""
WIDTHS = [
    {"width": 1280, "height": 800},
    {"width": 1000, "height": 700},
    PHONE,
    {"width": 320, "height": 640},
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "fragment", ["", "#e={entity}", "#view=table&off=School", "#view=figures", "#place=430212"]
)
def test_every_text_has_contrast_enough(
    open_graph: Open, region: nx.MultiDiGraph[Any], scheme: str, fragment: str
) -> None:
    opened = open_graph(region, color_scheme=scheme, fragment=fragment.format(entity="株洲市公安局"))
    page = opened.page
    page.locator("#filter").click()
    for fact in page.locator("#details .fact").all()[:2]:
        fact.click()
    page.locator("#download").click()

    assert page.evaluate(TOO_PALE) == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("viewport", WIDTHS, ids=lambda size: str(size["width"]))
def test_nothing_is_cut_off_or_covered(
    open_graph: Open, region: nx.MultiDiGraph[Any], language: str, viewport: dict[str, int]
) -> None:
    opened = open_graph(region, viewport=viewport, fragment=f"#lang={language}")
    page = opened.page

    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(COVERED) == []
    graph = page.locator("#graph").bounding_box()
    assert graph["height"] > 0.25 * viewport["height"]
    page.locator("#download").click()
    menu = page.locator("#downloads").bounding_box()
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= viewport["width"]


def test_dark_and_light_change_with_the_system(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region, color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    label = "window.page.network.nodesHandler.options.font.color"
    assert opened.page.evaluate(paper) == "rgb(251, 250, 248)"

    opened.page.emulate_media(color_scheme="dark")
    opened.settle()

    assert opened.page.evaluate(paper) == "rgb(23, 25, 29)"
    assert opened.page.evaluate(label) == "#e6e7e9"
    assert opened.page.evaluate("window.page.nodes.get()[0].font.color") == "#e6e7e9"


def test_names_of_the_picture_do_not_lie_on_each_other(
    open_graph: Open, region: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(region)

    boxes = opened.page.evaluate(
        "window.page.nodes.getIds().map((id) => Object.values(window.page.network.getBoundingBox(id)))"
    )

    sides = [dict(zip(("top", "left", "right", "bottom"), box, strict=True)) for box in boxes]
    assert not [
        (one, two)
        for place, one in enumerate(sides)
        for two in sides[:place]
        if one["left"] < two["right"]
        and two["left"] < one["right"]
        and one["top"] < two["bottom"]
        and two["top"] < one["bottom"]
    ]
