"""What a large page costs: seconds to make, its size, the first picture and panning, beside stock pyvis.

`python tests/bench/pages.py` makes a page of 10,000 entities and 30,000 relations, then opens it and what stock
pyvis makes of the same graph in one headless Chromium, in turn, with the network blocked. Stock pyvis gets our
places and no physics there: without places it shows nothing at all. With 2,000 entities stock pyvis runs as it
comes, with physics, and is waited for --patience seconds. Without Chromium only the first part runs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
from graphs import make_graph
from rich.console import Console
from rich.table import Table

from kg.pages import islands, write_page
from kg.pages.content import Content, read_content
from kg.pages.data import page_data

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from e2e.conftest import FLAGS

LARGE, MIDDLE = (10_000, 30_000), (2_000, 6_000)
# Seconds of panning, and how far each step goes in pixels.
PANNING, STEP = 3.0, 7
PICTURE = "first picture"
SIZE = {"width": 1280, "height": 800}
# Counts every drawing of vis-network's canvas; the first one that has something to show is the first picture.
COUNT = """
window.drawn = { first: null, count: 0 };
const wrap = () => {
  const found = window.page ? window.page.network : window.network;
  if (!found || found.counted) return Boolean(found);
  found.counted = true;
  found.on("afterDrawing", () => { window.drawn.count += 1; });
  return true;
};
const first = () => {
  if (window.drawn.first !== null) return;
  const canvas = document.querySelector(CANVAS);
  wrap();
  if (canvas && canvas.width > 0) {
    const { width, height } = canvas;
    const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    // Paper has one colour: as soon as pixels differ from the corner's there is a picture.
    for (let at = 0; at < pixels.length; at += 4 * 97) {
      if (pixels[at + 3] !== pixels[3] || pixels[at] !== pixels[0]) {
        window.drawn.first = performance.now();
        console.log(PICTURE);
        return;
      }
    }
  }
  setTimeout(first, 20);
};
first();
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a browser made of a page: seconds to the first picture, None where there was none; drawings a second."""

    first: float | None
    panning: float | None


def measure_making(folder: Path, size: tuple[int, int]) -> tuple[Path, Content, list[tuple[str, str]]]:
    """Return a page on the disk and what it cost."""
    graph = make_graph(*size)
    path = folder / f"page{size[0]}.html"
    wall, cpu = time.perf_counter(), time.process_time()
    write_page(graph, path, title="bench")
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    content = read_content(graph)
    spent: list[float] = []
    with _timed(islands, "place", spent):
        page_data(content)
    claims = graph.number_of_edges()
    return (
        path,
        content,
        [
            ("entities, relations, claims", f"{size[0]}, {len(content.relations)}, {claims}"),
            ("making the page, seconds", f"{wall:.1f} ({cpu:.1f} of processor time)"),
            ("of which layout, seconds of processor time", f"{sum(spent):.1f}"),
            ("file, MB", f"{path.stat().st_size / 1e6:.1f}"),
        ],
    )


@contextmanager
def _timed(module: Any, name: str, spent: list[float]) -> Iterator[None]:
    function = getattr(module, name)

    def timed(*arguments: Any, **options: Any) -> Any:
        start = time.process_time()
        try:
            return function(*arguments, **options)
        finally:
            spent.append(time.process_time() - start)

    setattr(module, name, timed)
    try:
        yield
    finally:
        setattr(module, name, function)


def write_stock(content: Content, path: Path, *, physics: bool) -> None:
    """Write what stock pyvis makes of the same entities and relations, its script inside the file."""
    from pyvis.network import Network

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    places = page_data(content)["network"]["nodes"]
    for number, entity in enumerate(content.entities):
        where = {} if physics else {"x": places[number]["x"], "y": places[number]["y"]}
        graph.add_node(number, label=entity["name"], **where)
    graph.add_edges_from((line.subject, line.object) for line in content.relations)
    network = Network(directed=True, cdn_resources="in_line", height="800px", width="100%")
    # pyvis' from_nx and add_edge walk a list at every edge: minutes here, and not what is measured.
    network.nodes = [{"id": n, "shape": "dot", **about} for n, about in graph.nodes(data=True)]
    network.edges = [{"from": one, "to": two, "arrows": "to"} for one, two in graph.edges()]
    network.toggle_physics(physics)
    if not physics:
        network.options.layout = {"improvedLayout": False}
    path.write_text(network.generate_html(), encoding="utf-8")


def look(browser: Any, path: Path, *, canvas: str, fragment: str = "", patience: float = 120.0) -> Seen:
    """Open a page, wait for its first picture, and drag it about."""
    from playwright.sync_api import TimeoutError as Late

    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    page.set_default_timeout(patience * 1000)
    page.route(
        "**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort()
    )
    page.add_init_script(COUNT.replace("CANVAS", json.dumps(canvas)).replace("PICTURE", json.dumps(PICTURE)))
    try:
        # A message, because the page's policy lets no wait_for_function evaluate anything.
        with page.expect_console_message(lambda message: message.text == PICTURE, timeout=patience * 1000):
            page.goto(path.as_uri() + fragment, wait_until="commit")
    except Late:
        context.close()
        return Seen(None, None)
    first = page.evaluate("window.drawn.first / 1000")
    page.wait_for_timeout(1500)
    panning = _pan(page)
    context.close()
    return Seen(first, panning)


def _pan(page: Any) -> float:
    """Return how often the canvas was drawn in a second while a mouse dragged it."""
    # Beside the middle, where there most likely is no node to catch the mouse.
    x, y = SIZE["width"] * 0.37, SIZE["height"] * 0.41
    page.mouse.move(x, y)
    page.mouse.down()
    begun, before, step = time.monotonic(), page.evaluate("window.drawn.count"), 0
    while time.monotonic() - begun < PANNING:
        step += 1
        page.mouse.move(x + (step * STEP) % 300, y + (step * STEP) % 200)
    drawn = page.evaluate("window.drawn.count") - before
    took = time.monotonic() - begun
    page.mouse.up()
    return float(drawn / took)


def compare(folder: Path, large: tuple[Path, Content], middle: tuple[Path, Content], patience: float) -> None:
    """Print what Chromium makes of both, ours and stock."""
    from playwright.sync_api import sync_playwright

    write_stock(large[1], folder / "stock-large.html", physics=False)
    write_stock(middle[1], folder / "stock-middle.html", physics=True)
    views: list[tuple[str, Callable[[Any], Seen]]] = [
        ("ours, 10,000, as it opens", lambda b: look(b, large[0], canvas="#graph canvas")),
        ("ours, 10,000, all at once", lambda b: look(b, large[0], canvas="#graph canvas", fragment="#all=1")),
        (
            "stock pyvis, 10,000, our places, no physics",
            lambda b: look(b, folder / "stock-large.html", canvas="#mynetwork canvas"),
        ),
        ("ours, 2,000", lambda b: look(b, middle[0], canvas="#graph canvas")),
        (
            "stock pyvis, 2,000",
            lambda b: look(b, folder / "stock-middle.html", canvas="#mynetwork canvas", patience=patience),
        ),
    ]
    table = Table("page", "first picture, s", "drawings a second while panning")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        for name, view in views:
            seen = view(browser)
            first = f"{seen.first:.2f}" if seen.first is not None else f"none in {patience:.0f}"
            table.add_row(name, first, f"{seen.panning:.1f}" if seen.panning is not None else "")
        browser.close()
    Console(width=110).print(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patience", type=float, default=120.0, help="seconds for stock pyvis with physics")
    parser.add_argument("--no-browser", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = Table("large page", "")
        path, content, rows = measure_making(folder, LARGE)
        for row in rows:
            table.add_row(*row)
        Console(width=110).print(table)
        if given.no_browser or not shutil.which("chromium"):
            print("pages: without Chromium the browser's part is left out")
            return
        middle = measure_making(folder, MIDDLE)
        compare(folder, (path, content), middle[:2], given.patience)


if __name__ == "__main__":
    main()
