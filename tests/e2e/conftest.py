"""A browser that sees the page's file and nothing else, and hears every complaint."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, Route, sync_playwright

from kg.pages import write_page

# Chromium as root needs --no-sandbox; the rest keeps it from calling home at every start.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Opened:
    """A page in the browser with everything that should not have happened."""

    page: Page
    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def wait_until_ready(self) -> None:
        """Wait until the page has drawn: its policy lets no test's own waiting be evaluated in it."""
        for _ in range(1000):
            if self.page.evaluate("window.page !== undefined"):
                break
            self.page.wait_for_timeout(10)
        self.settle()

    def settle(self) -> None:
        """Wait for two frames: the first draws, fits the view and asks for the second."""
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def shown(self) -> list[str]:
        """Return the names of the entities that are drawn, sorted."""
        names: list[str] = self.page.evaluate(
            "window.page.nodes.getIds().map((id) => window.page.data.entities[id]?.name ?? id)"
        )
        return sorted(names)

    def lines(self) -> list[tuple[str, str, str]]:
        """Return the relations that are drawn: subject, predicate, object, sorted."""
        found = self.page.evaluate(
            """() => {
              const { entities, relations } = window.page.data;
              return window.page.edges.getIds().map((id) => {
                const [subject, object, predicate] = relations[id];
                return [entities[subject].name, predicate, entities[object].name];
              });
            }"""
        )
        return sorted(map(tuple, found))

    def assert_quiet(self) -> None:
        """Check that the page asked for nothing, complained about nothing, and opened no dialog."""
        assert self.requests == []
        assert self.failed == []
        assert self.complaints == []
        assert self.dialogs == []

    def entity(self, name: str) -> int:
        """Return the drawing's id of a named entity."""
        found: int = self.page.evaluate(
            "name => window.page.data.entities.findIndex((entity) => entity.name === name)", name
        )
        assert found >= 0, name
        return found

    def place(self, entity: int) -> tuple[float, float]:
        """Return where on the screen an entity is drawn."""
        x, y = self.page.evaluate(
            """entity => {
              const { network } = window.page;
              const { x, y } = network.canvasToDOM(network.getPosition(entity));
              const { left, top } = document.querySelector("#graph canvas").getBoundingClientRect();
              return [left + x, top + y];
            }""",
            entity,
        )
        return x, y

    def focus(self) -> tuple[list[int], list[int]]:
        """Return the selected nodes and edges of the drawing."""
        selected = self.page.evaluate("window.page.network.getSelection()")
        return selected["nodes"], selected["edges"]


@pytest.fixture(scope="session")
def browser(need_tool: Callable[[str], Path]) -> Iterator[Browser]:
    chromium = need_tool("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_file(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Open a page's file with the network blocked; options go to the browser's context."""
    contexts = []

    def opening(
        path: Path, *, fragment: str = "", init: str = "", ready: bool = True, **options: Any
    ) -> Opened:
        options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | options
        context = browser.new_context(**options)
        contexts.append(context)
        opened = Opened(context.new_page())

        def guard(route: Route) -> None:
            if route.request.url.split("#", 1)[0] == path.as_uri():
                route.continue_()
            else:
                opened.requests.append(route.request.url)
                route.abort()

        def hear(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                opened.complaints.append(message.text)

        def dismiss(dialog: Dialog) -> None:
            opened.dialogs.append(dialog.message)
            dialog.dismiss()

        def fail(request: Request) -> None:
            opened.failed.append(request.url)

        context.route("**/*", guard)
        opened.page.on("console", hear)
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("dialog", dismiss)
        opened.page.on("requestfailed", fail)
        if init:
            opened.page.add_init_script(init)
        opened.page.goto(path.as_uri() + fragment)
        if ready:
            opened.wait_until_ready()
        return opened

    yield opening
    for context in contexts:
        context.close()


@pytest.fixture
def open_graph(open_file: Callable[..., Opened], tmp_path: Path) -> Callable[..., Opened]:
    """Write a graph's page and open it, as ``open_file`` does."""

    def opening(graph: nx.MultiDiGraph[Any], *, title: str = "未成年人保护", **options: Any) -> Opened:
        path = tmp_path / "page.html"
        write_page(graph, path, title=title)
        return open_file(path, **options)

    return opening


def add_entity(graph: nx.MultiDiGraph[Any], name: str, scored: str, *labels: str, kind: str = "") -> str:
    node = f"https://example.org/id/{name}"
    graph.add_node(node, label=name, labels=list(labels), kind=kind or scored, scored=scored, iri=node)
    return node


def add_claim(graph: nx.MultiDiGraph[Any], one: str, predicate: str, two: str, **more: Any) -> None:
    about = {
        "article": "a1",
        "source_title": "甲县公安局护航开学季",
        "publisher": "甲县融媒",
        "date": "2025-09-03",
        "url": "https://example.org/news/1.html",
        "evidence": f"{graph.nodes[one]['label']}……{graph.nodes[two]['label']}",
        "start": 10,
        "end": 29,
        "confidence": 0.9,
        "rule": f"{predicate}.rule",
    }
    graph.add_edge(one, two, predicate=predicate, **(about | more))


@pytest.fixture
def county() -> nx.MultiDiGraph[Any]:
    """Return an invented county's graph: every class, a pair with two relations, a relation told twice."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    police = add_entity(graph, "甲县公安局", "Agency", "县公安局", "该局", kind="PublicSecurityOrgan")
    women = add_entity(graph, "甲县妇联", "Agency")
    school = add_entity(graph, "甲县第一小学", "School", "一小")
    studio = add_entity(graph, "林青松工作室", "Studio")
    officer = add_entity(graph, "林青松", "Person")
    station = add_entity(graph, "未成年人保护工作站", "Station")
    team = add_entity(graph, "“护苗”小分队", "Team")
    program = add_entity(graph, "“护校安园”行动", "Program")
    document = add_entity(graph, "甲县中小学幼儿园安全防范工作实施方案", "Document")
    children = add_entity(graph, "留守儿童", "Group")
    place = add_entity(graph, "乙镇", "Place")
    add_entity(graph, "丙村", "Place")
    add_claim(
        *(graph, police, "deployedTo", school),
        count=20,
        unit="名",
        approximate=True,
        role="法治副校长",
        time="2025-09",
        evidence="甲县公安局选派20余名民警到甲县第一小学担任法治副校长",
    )
    add_claim(
        *(graph, police, "deployedTo", school),
        article="a2",
        source_title="开学第一课",
        publisher="甲县教育",
        date="2026-03-01",
        evidence="民警走上讲台，担任甲县第一小学法治副校长",
        url="javascript:alert(1)",
    )
    add_claim(graph, police, "visits", school)
    add_claim(graph, police, "collaboratesWith", women)
    add_claim(graph, women, "collaboratesWith", police)
    add_claim(graph, police, "establishes", studio)
    add_claim(graph, studio, "namedAfter", officer)
    add_claim(graph, officer, "worksFor", police, role="民警")
    add_claim(graph, women, "establishes", station)
    add_claim(graph, station, "serves", children, count=31, unit="名")
    add_claim(graph, police, "establishes", team)
    add_claim(graph, team, "participatesIn", program)
    add_claim(graph, program, "heldAt", place)
    add_claim(graph, police, "issues", document)
    return graph


# An article that printed one passage in the middle of a paragraph, behind a character of two UTF-16 units.
PARAGRAPH = "😀本报讯。株洲市公安局选派20名民警到渌口区明德小学担任法治副校长，家长都说好。"
PASSAGE = "株洲市公安局选派20名民警到渌口区明德小学担任法治副校长"


@pytest.fixture
def region() -> nx.MultiDiGraph[Any]:
    """Return an invented graph of two provinces: places, dates from 2024 to 2025, articles with reprints."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    graph.graph["articles"] = {"a1": {"copies": 2, "paragraphs": ((0, "标题"), (3, PARAGRAPH))}}
    police = add_entity(graph, "株洲市公安局", "Agency", kind="PublicSecurityOrgan")
    teachers = add_entity(graph, "天元区教育局", "Agency", kind="EducationDepartment")
    attorney = add_entity(graph, "渌口区人民检察院", "Agency", kind="Procuratorate")
    far = add_entity(graph, "杭州市公安局", "Agency", kind="PublicSecurityOrgan")
    small = add_entity(graph, "渌口区明德小学", "School", kind="PrimarySchool")
    middle = add_entity(graph, "天元区第一中学", "School", kind="MiddleSchool")
    program = add_entity(graph, "“护苗”行动", "Program")
    children = add_entity(graph, "留守儿童", "Group")
    studio = add_entity(graph, "林青松工作室", "Studio")
    officer = add_entity(graph, "林青松", "Person")
    for node, code in (
        *((police, "430200"), (teachers, "430211"), (attorney, "430212"), (far, "330100")),
        *((small, "430212"), (middle, "430211")),
    ):
        graph.nodes[node]["division"] = code
    first = {"article": "a1", "date": "2024-03-05"}
    second = {
        "article": "a2",
        "date": "2024-06-10",
        "source_title": "株洲护苗",
        "url": "http://example.org/2",
    }
    third = {"article": "a3", "date": "2025-01-15", "source_title": "检察官进校园", "url": ""}
    fourth = {"article": "a4", "date": "2025-08-01", "source_title": "杭州护苗", "url": "ftp://example.org/4"}
    start = PARAGRAPH.index(PASSAGE) + 3
    add_claim(
        *(graph, police, "deployedTo", small),
        **first,
        count=20,
        unit="名",
        role="法治副校长",
        time="2024-03",
        evidence=PASSAGE,
        start=start,
        end=start + len(PASSAGE),
    )
    add_claim(graph, police, "collaboratesWith", teachers, **first)
    add_claim(graph, teachers, "collaboratesWith", police, **second)
    add_claim(graph, police, "conducts", program, **second)
    add_claim(graph, teachers, "trains", middle, **second)
    add_claim(graph, attorney, "visits", small, **third)
    add_claim(graph, far, "conducts", program, **fourth)
    add_claim(graph, program, "serves", children, **fourth)
    add_claim(graph, police, "establishes", studio, **first)
    add_claim(graph, studio, "namedAfter", officer, **first)
    return graph


@pytest.fixture(scope="session")
def crowd() -> nx.MultiDiGraph[Any]:
    """Return an invented graph too large to be read whole: six counties' bodies, each with its schools."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    counties = {
        "天元区": "430211",
        "渌口区": "430212",
        "荷塘区": "430202",
        "芦淞区": "430203",
        "石峰区": "430204",
        "攸县": "430223",
    }
    heads = []
    for county, code in counties.items():
        head = add_entity(graph, f"{county}公安局", "Agency", kind="PublicSecurityOrgan")
        graph.nodes[head]["division"] = code
        heads.append(head)
        for number in range(1, 81):
            school = add_entity(graph, f"{county}第{number}小学", "School", kind="PrimarySchool")
            graph.nodes[school]["division"] = code
            add_claim(
                graph,
                head,
                "visits",
                school,
                article=f"{code} {number % 7}",
                date=f"2025-{number % 9 + 1:02}-01",
            )
            if number % 3 == 0:
                add_claim(graph, head, "trains", school, article=f"{code} t", date="2025-05-05")
    for one, two in itertools.pairwise(heads):
        add_claim(graph, one, "collaboratesWith", two)
    return graph


# The colour of the drawing at an entity's place, against the colour of its class in the style sheet.
COLOURS = """() => {
  const { network, data } = window.page;
  const canvas = document.querySelector("#graph canvas");
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const ratio = canvas.width / canvas.clientWidth;
  const style = getComputedStyle(document.documentElement);
  return data.entities.map((entity, id) => {
    const { x, y } = network.canvasToDOM(network.getPosition(id));
    const at = 4 * (Math.round(y * ratio) * canvas.width + Math.round(x * ratio));
    const drawn = "#" + [...pixels.slice(at, at + 3)].map((part) => part.toString(16).padStart(2, "0")).join("");
    return [entity.name, drawn, style.getPropertyValue("--" + entity.scored.toLowerCase()).trim()];
  });
}"""


def same_colour(drawn: str, wanted: str) -> bool:
    """Whether two colours agree but for the smoothed edge of a node that is few pixels wide."""
    parts = zip(bytes.fromhex(drawn[1:]), bytes.fromhex(wanted[1:]), strict=True)
    return all(abs(one - two) < 32 for one, two in parts)


PHONE = {"width": 390, "height": 800}
