"""What a build did, article by article: written beside the graph, and read again.

``report.json`` is also the mark of a folder that a new build may replace.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.errors import StoreError

REPORT = "report.json"
TOOL = "child-protection-kg"


@dataclass(slots=True)
class Totals:
    """Counts of distinct things: an entity or a relation of two articles is one, each claim counts.

    Things are counted by 64-bit digests, eight bytes each: among a million, one chance in thirty million that
    two are taken for one.
    """

    articles: int = 0
    quarantined: int = 0
    kinds: dict[str, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("Q")))
    relations: dict[str, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("Q")))
    claims: Counter[str] = field(default_factory=Counter)

    def add(self, record: Mapping[str, Any]) -> None:
        """Count what one article yields: the record of its outcome (see :mod:`kg.chunks`)."""
        self.articles += 1
        self.quarantined += len(record["quarantined"])
        for counts, said in ((self.kinds, record["kinds"]), (self.relations, record["relations"])):
            for name, digests in said.items():
                counts[name].extend(digests)
        self.claims.update(record["by_predicate"])

    @property
    def by_class(self) -> dict[str, int]:
        """Entities of each class."""
        return {name: _distinct(digests) for name, digests in sorted(self.kinds.items())}

    @property
    def by_predicate(self) -> dict[str, dict[str, int]]:
        """Relations and claims of each predicate."""
        return {
            name: {"relations": _distinct(self.relations[name]), "claims": claims}
            for name, claims in sorted(self.claims.items())
        }


def _distinct(digests: array[int]) -> int:
    """Return how many different numbers there are."""
    import numpy as np

    return int(np.unique(np.frombuffer(digests, dtype=np.uint64)).size)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """A finished build: what ``report.json`` says before it lists the articles.

    ``plan`` says what the run found and had to do, ``started`` and ``seconds`` when and how long; all else
    is the same for two builds of the same articles. ``changed`` is False where there was nothing to do.
    """

    articles: int
    skipped: int
    copies: int
    quarantined: int
    quads: int
    by_class: Mapping[str, int]
    by_predicate: Mapping[str, Mapping[str, int]]
    sources: tuple[str, ...]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    plan: Mapping[str, Any]
    started: str
    seconds: float
    changed: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the head of report.json: all but the articles."""
        return {
            "tool": TOOL,
            "versions": dict(self.versions),
            "settings": dict(self.settings),
            "sources": list(self.sources),
            "started": self.started,
            "seconds": self.seconds,
            "run": dict(self.plan),
            "totals": {
                "articles": self.articles,
                "skipped": self.skipped,
                "copies": self.copies,
                "quarantined": self.quarantined,
                "quads": self.quads,
                "classes": dict(self.by_class),
                "predicates": {name: dict(counts) for name, counts in self.by_predicate.items()},
            },
        }


def from_json(report: Mapping[str, Any], **changed: Any) -> BuildReport:
    """Return the report that ``report.json`` holds, with some values changed."""
    totals = report["totals"]
    names = ("articles", "skipped", "copies", "quarantined", "quads")
    return BuildReport(
        **{name: totals[name] for name in names},
        by_class=totals["classes"],
        by_predicate=totals["predicates"],
        sources=tuple(report["sources"]),
        settings=report["settings"],
        versions=report["versions"],
        **{"plan": report["run"], "started": report["started"], "seconds": report["seconds"]} | changed,
    )


def write_report(path: Path, report: BuildReport, articles: Iterable[Mapping[str, Any]]) -> None:
    """Write report.json, an article a line; nothing but one article is in memory."""
    head = json.dumps(report.to_json(), ensure_ascii=False, indent=1)
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(head.removesuffix("\n}") + ',\n "articles": [')
        for number, article in enumerate(articles):
            file.write(("," if number else "") + "\n  " + json.dumps(article, ensure_ascii=False))
        file.write("\n ]\n}\n")


def page_title(articles: int, first: str) -> str:
    """Return what to write above a drawing of this many articles, the first of which is called ``first``."""
    return first if articles == 1 else f"{articles} articles"


def read_title(build: Path) -> str:
    """Return what to write above a drawing of a whole build.

    Raises:
        StoreError: as ``read_report``.
    """
    done = [article for article in read_report(build)["articles"] if article["status"] == "done"]
    return page_title(len(done), done[0]["title"] or done[0]["name"] if done else "")


def iter_skipped(build: Path) -> Iterator[tuple[str, str]]:
    """Yield where each skipped item of a build was, and why it is not in the graph.

    Raises:
        StoreError: as ``read_report``.
    """
    for article in read_report(build)["articles"]:
        if article["status"] == "skipped":
            yield article["where"], article["reason"]


def read_report(build: Path) -> dict[str, Any]:
    """Return report.json of a build.

    Raises:
        StoreError: the folder is missing, or is no build of this tool.
    """
    path = build / REPORT
    if not build.is_dir():
        raise StoreError(str(build), "no such build", "make one with: kg build PATH -o DIR")
    try:
        report = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise StoreError(str(build), f"no build: {REPORT} is missing", "make one with: kg build") from None
    except (OSError, ValueError) as error:
        raise StoreError(str(path), f"broken: {error}", "build again") from error
    if not isinstance(report, dict) or report.get("tool") != TOOL:
        raise StoreError(str(path), "not the report of a build", f'a report of "tool": "{TOOL}"')
    return report
