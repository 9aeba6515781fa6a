"""The page inside another one, as a notebook shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from playwright.sync_api import Browser, Frame, Page

from kg.pages import render_page
from kg.pages.notebook import View

pytestmark = pytest.mark.browser

BREAKOUT = "\"></iframe><script>window.broken = true</script><img src=x onerror='window.broken = true'>"


@pytest.fixture
def notebook(browser: Browser, tmp_path: Path, county: nx.MultiDiGraph[Any]) -> Any:
    """Return a page that holds a view as a cell's output does, and all that it complains about."""
    contexts = []

    def opening(title: str) -> tuple[Page, Frame, list[str]]:
        view = View(render_page(county, title=title), title)
        path = tmp_path / "notebook.html"
        path.write_text(
            f"<!DOCTYPE html><meta charset=utf-8><h1>book</h1>{view._repr_html_()}", encoding="utf-8"
        )
        context = browser.new_context(viewport={"width": 1000, "height": 760}, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        heard: list[str] = []
        page.on(
            "console",
            lambda message: heard.append(message.text) if message.type in {"error", "warning"} else None,
        )
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on(
            "request",
            lambda request: (
                heard.append(request.url)
                if not request.url.startswith(("file:", "about:", "data:"))
                else None
            ),
        )
        page.goto(path.as_uri())
        (frame,) = page.frames[1:]
        # The page's policy lets no wait_for_function be evaluated in it.
        for _ in range(1000):
            if frame.evaluate("window.page !== undefined"):
                break
            page.wait_for_timeout(10)
        return page, frame, heard

    yield opening
    for context in contexts:
        context.close()


def test_a_view_is_drawn_and_answers_in_its_frame(notebook: Any) -> None:
    _, frame, heard = notebook("甲县")

    frame.fill("#search", "xgaj")
    frame.press("#search", "Enter")

    assert "甲县公安局" in frame.inner_text("#panel")
    size = frame.evaluate("[document.querySelector('#graph canvas').width, innerHeight]")
    assert size[0] > 300
    assert size[1] == 640
    assert heard == []


def test_a_view_sees_nothing_of_the_notebook_and_runs_nothing_in_it(notebook: Any) -> None:
    page, frame, heard = notebook(BREAKOUT)

    assert page.evaluate("window.broken") is None
    assert page.locator("iframe").count() == 1
    assert page.locator("img").count() == 0
    seen = frame.evaluate(
        "() => { try { return parent.document.title; } catch (error) { return error.name; } }"
    )
    assert seen == "SecurityError"
    assert heard == []
