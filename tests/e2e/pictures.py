"""Pictures of the page for the README: `make pictures` writes them, a person looks at them.

The seed's page on a desktop, in the dark and on a phone, and an invented graph of 10,000 entities.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.graphs import make_graph
from playwright.sync_api import Browser, Page, sync_playwright

from e2e.conftest import FLAGS, PHONE, Opened
from kg.network import to_networkx
from kg.pages import write_page
from kg.report import read_title
from kg.store import open_store

REPO = Path(__file__).resolve().parents[2]
KG = Path(sys.executable).with_name("kg")
DESKTOP = {"width": 1280, "height": 800}


def bureau(page: Page) -> None:
    """Look at the best connected entity, with the passages of its first posting."""
    page.locator("#search").fill("zzsgaj")
    page.keyboard.press("Enter")
    page.locator("#search").evaluate("field => { field.value = ''; }")
    page.locator("#details h3", has_text="派驻").locator("+ ul .fact").first.click()
    page.locator("#details h3", has_text="派驻").evaluate("head => head.scrollIntoView()")


def nothing(page: Page) -> None:
    """The page as it opens."""


def take(browser: Browser, file: Path, picture: Path, act: Callable[[Page], None], **options: Any) -> None:
    """Open a page's file, do something with it, and write what the screen then shows."""
    settings = {"viewport": DESKTOP, "reduced_motion": "reduce"} | options
    context = browser.new_context(**settings)
    opened = Opened(context.new_page())
    opened.page.goto(file.as_uri())
    opened.wait_until_ready()
    act(opened.page)
    opened.settle()
    opened.page.screenshot(path=picture)
    context.close()


def main() -> int:
    """Write all pictures into ``.images``."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("pictures: no chromium; apt-get install chromium fonts-noto-cjk", file=sys.stderr)
        return 1
    out = REPO / ".images"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([KG, "build", REPO / "seeds", "-o", folder / "build"], check=True, capture_output=True)
        write_page(
            to_networkx(open_store(folder / "build")),
            folder / "seed.html",
            title=read_title(folder / "build"),
        )
        write_page(make_graph(10_000, 30_000), folder / "large.html", title="未成年人保护：一万个实体")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            take(browser, folder / "seed.html", out / "page.png", bureau)
            take(browser, folder / "seed.html", out / "dark.png", bureau, color_scheme="dark")
            take(browser, folder / "seed.html", out / "phone.png", nothing, viewport=PHONE, has_touch=True)
            take(browser, folder / "large.html", out / "large.png", nothing)
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
