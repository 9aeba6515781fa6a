"""The page of explanations in a real browser, with the network blocked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from kg.explaining import iter_explanations
from kg.language.explanation import Explanation
from kg.pages.explanation import write_explanations

pytestmark = pytest.mark.browser

TEXT = (
    "青岭县公安局护航开学季\n"
    "　　青岭县公安局走进青岭县柳溪小学，为300名学生讲法治课。路人唐晓燕走进青岭县柳溪小学。\n"
    "　　青岭县公安局联合青岭县<script>alert(1)</script>教育局开展“<img src=x onerror=alert(1)>护苗”行动。\n"
)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explained")
    (folder / "qingling.txt").write_text(TEXT, "utf-8")
    found = [item for item in iter_explanations([folder]) if isinstance(item, Explanation)]
    write_explanations(found, folder / "page.html")
    return folder / "page.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_quiet_and_readable(browser: Browser, page_file: Path, scheme: Any, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: heard.append(request.url))

    page.goto(page_file.as_uri())
    for summary in page.locator("summary").all():
        summary.click()

    assert heard == [page_file.as_uri()]
    # Wide tables scroll inside their own box.
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("section").count() == 4
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(251, 250, 248)" if scheme == "light" else "rgb(23, 25, 29)")
    assert (
        page.locator("section mark.agency").first.evaluate("mark => mark.firstChild.data") == "青岭县公安局"
    )
    assert (
        page.locator("section", has_text="唐晓燕").locator("td", has_text="a person without office").count()
    )
    assert page.locator("img, script").count() == 0
    context.close()
