"""The state of the page lives in its address: a view is a link, and the browser's buttons lead back and forth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from playwright.sync_api import expect

from e2e.conftest import PHONE
from kg.pages import render_page

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_browsers_buttons_lead_back_and_forth(
    open_graph: Open, region: nx.MultiDiGraph[Any], viewport: dict[str, int]
) -> None:
    opened = open_graph(region, viewport=viewport)
    page = opened.page
    title = page.locator("#details h2.title")
    for name in ("株洲市公安局", "留守儿童"):
        page.locator("#search").fill(name)
        page.keyboard.press("Enter")
    page.locator("[data-view=table]").click()
    page.locator("[data-class=Agency]").click()

    page.go_back()
    expect(page.locator("[data-class=Agency]")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page.locator("#table")).to_be_hidden()
    expect(title).to_have_text("留守儿童")
    page.go_back()
    expect(title).to_have_text("株洲市公安局")
    page.go_back()
    expect(page.locator("#details .counts")).to_be_visible()
    page.go_forward()

    expect(title).to_have_text("株洲市公安局")
    assert opened.focus()[0] == [opened.entity("株洲市公安局")]
    opened.assert_quiet()


def test_a_view_is_a_link(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)
    page = opened.page
    page.locator("[data-language=en]").click()
    page.locator("#search").fill("株洲市公安局")
    page.keyboard.press("Enter")
    page.locator("[data-act=focus_here]").click()
    page.locator("[data-class=School]").click()
    page.locator("#filter").click()
    page.locator("[data-predicate=establishes]").uncheck()
    page.locator("#least").press("ArrowRight")
    page.locator("#least").press("ArrowLeft")
    page.locator("[data-key=from]").press("ArrowRight")
    page.locator("[data-view=table]").click()
    address, state, shown = page.url, page.evaluate("window.page.state()"), opened.shown()

    page.goto("about:blank")
    page.goto(address)
    opened.wait_until_ready()

    assert page.evaluate("window.page.state()") == state
    assert opened.shown() == shown
    expect(page.locator("#details h2.title")).to_have_text("株洲市公安局")
    expect(page.locator("#table caption")).to_contain_text("relations")
    opened.assert_quiet()


def test_relation_has_a_link_of_its_own(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)
    page = opened.page
    page.locator("[data-view=table]").click()
    page.locator("#table .fact").first.click()
    line = page.locator("#details .relation").inner_text()
    address = page.url

    page.goto("about:blank")
    page.goto(address)
    opened.wait_until_ready()

    expect(page.locator("#details .relation")).to_have_text(line, use_inner_text=True)


def test_address_typed_by_hand_is_followed(open_graph: Open, region: nx.MultiDiGraph[Any]) -> None:
    opened = open_graph(region)

    opened.page.evaluate("location.hash = 'off=School&lang=en'")

    expect(opened.page.locator("[data-class=School]")).to_have_attribute("aria-pressed", "false")
    expect(opened.page.locator("#search")).to_have_attribute("placeholder", "Search names")
    assert "天元区第一中学" not in opened.shown()


@pytest.mark.parametrize(
    "fragment",
    [
        "#e=nobody&r=a,b,c&place=999999&from=20-1&to=x&min=-3&view=editor&lang=fr&open=7&off=Suspect&pin=a@1@2",
        "#e=%E4%B8&path=%FF,%&around=,,,&hide=%00&min=99999999999999999999",
        "#" + "&".join("=" * number for number in range(50)),
        "#__proto__=1&constructor=2&e=__proto__&place=toString",
    ],
    ids=["unknown", "broken", "signs", "prototype"],
)
def test_what_an_address_gets_wrong_is_passed_over(
    open_graph: Open, region: nx.MultiDiGraph[Any], fragment: str
) -> None:
    opened = open_graph(region, fragment=fragment)

    state = opened.page.evaluate("window.page.state()")
    assert {name: state[name] for name in ("entity", "relation", "place", "path", "open", "view")} == {
        **dict.fromkeys(("entity", "relation", "place", "path", "open")),
        "view": "graph",
    }
    opened.assert_quiet()


def test_inside_a_frame_that_may_write_no_address_the_page_works(
    open_graph: Open, region: nx.MultiDiGraph[Any]
) -> None:
    opened = open_graph(region)
    page = opened.page
    page.evaluate(
        "() => { history.pushState = history.replaceState = () => { throw new DOMException('no'); }; }"
    )

    for name in ("株洲市公安局", "留守儿童"):
        page.locator("#search").fill(name)
        page.keyboard.press("Enter")
    expect(page.locator("#details h2.title")).to_have_text("留守儿童")
    page.locator("#details .back").click()

    expect(page.locator("#details h2.title")).to_have_text("株洲市公安局")
    opened.assert_quiet()


@pytest.mark.parametrize("sandbox", ["allow-scripts", "allow-scripts allow-downloads allow-popups"])
def test_inside_a_sandboxed_frame_of_a_notebook_the_page_works(
    open_graph: Open, region: nx.MultiDiGraph[Any], sandbox: str
) -> None:
    opened = open_graph(region)
    html = render_page(region, title="图谱")
    heard: list[str] = []
    page = opened.page.context.new_page()
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.set_content(f"<iframe sandbox='{sandbox}' width=1000 height=700></iframe>")

    page.locator("iframe").evaluate("(frame, html) => { frame.srcdoc = html; }", html)
    frame = page.frame_locator("iframe")
    for name in ("株洲市公安局", "留守儿童"):
        frame.locator("#search").fill(name)
        frame.locator("#search").press("Enter")
        expect(frame.locator("#details h2.title")).to_have_text(name)
    frame.locator("#details .back").click()

    expect(frame.locator("#details h2.title")).to_have_text("株洲市公安局")
    assert heard == []
