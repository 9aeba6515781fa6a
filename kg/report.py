"""What a build did, article by article: written beside the graph, and read again.

``report.json`` is also the mark of a folder that a new build may replace.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import ontology
from kg.errors import StoreError
from kg.model import Claim, Extraction

if TYPE_CHECKING:
    from kg.shapes import Quarantined

REPORT = "report.json"
TOOL = "child-protection-kg"


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that is not in the graph, and why."""

    where: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the line of the report."""
        return {"status": "skipped", "where": self.where, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Done:
    """An article in the graph: how much of it was accepted, and what was held back."""

    id: str
    name: str
    title: str
    entities: int
    claims: int
    quarantined: tuple[Quarantined, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the line of the report."""
        return {
            "status": "done",
            "id": self.id,
            "name": self.name,
            "title": self.title,
            "entities": self.entities,
            "claims": self.claims,
            "quarantined": [_held_back(item) for item in self.quarantined],
        }


def _held_back(quarantined: Quarantined) -> dict[str, Any]:
    """Return a claim or an entity that broke a shape: it is in no graph."""
    item = quarantined.item
    reasons = {
        "shape": quarantined.shape,
        "reason": {"zh": quarantined.reason_zh, "en": quarantined.reason_en},
    }
    if isinstance(item, Claim):
        evidence = item.evidence
        return {
            "subject": item.subject.name,
            "predicate": item.predicate,
            "object": item.object.name,
            "evidence": evidence.text,
            "start": evidence.start,
            "end": evidence.end,
            "rule": evidence.rule,
            **reasons,
        }
    return {"name": item.name, **reasons}


@dataclass(slots=True)
class Totals:
    """Counts of distinct things: an entity or a relation of two articles is one, each claim counts."""

    articles: int = 0
    kinds: dict[str, str] = field(default_factory=dict)
    relations: set[tuple[str, str, str]] = field(default_factory=set)
    claims: Counter[str] = field(default_factory=Counter)

    def add(self, extraction: Extraction) -> None:
        """Count what an article yields."""
        self.articles += 1
        known = ontology.load()
        for entity in extraction.entities:
            self.kinds[entity.id] = known.scored_class(entity.kind)
        for claim in extraction.claims:
            ends = [claim.subject.id, claim.object.id]
            if known.properties[claim.predicate].symmetric:
                ends.sort()
            self.relations.add((ends[0], claim.predicate, ends[1]))
            self.claims[claim.predicate] += 1

    @property
    def by_class(self) -> dict[str, int]:
        """Entities of each class."""
        return dict(sorted(Counter(self.kinds.values()).items()))

    @property
    def by_predicate(self) -> dict[str, dict[str, int]]:
        """Relations and claims of each predicate."""
        relations = Counter(predicate for _, predicate, _ in self.relations)
        return {name: {"relations": relations[name], "claims": n} for name, n in sorted(self.claims.items())}


@dataclass(frozen=True, slots=True)
class BuildReport:
    """A finished build. ``seconds`` and ``started`` are all that differs between two equal builds."""

    done: tuple[Done, ...]
    skipped: tuple[Skipped, ...]
    by_class: Mapping[str, int]
    by_predicate: Mapping[str, Mapping[str, int]]
    quads: int
    sources: tuple[str, ...]
    base: str
    versions: Mapping[str, str]
    started: str
    seconds: float

    @property
    def quarantined(self) -> int:
        """How many claims and entities broke a shape."""
        return sum(len(article.quarantined) for article in self.done)

    def to_json(self) -> dict[str, Any]:
        """Return the content of report.json."""
        articles: list[Done | Skipped] = [*self.done, *self.skipped]
        return {
            "tool": TOOL,
            "versions": dict(self.versions),
            "settings": {"base": self.base},
            "sources": list(self.sources),
            "started": self.started,
            "seconds": self.seconds,
            "totals": {
                "articles": len(self.done),
                "skipped": len(self.skipped),
                "quarantined": self.quarantined,
                "quads": self.quads,
                "classes": dict(self.by_class),
                "predicates": {name: dict(counts) for name, counts in self.by_predicate.items()},
            },
            "articles": [article.to_json() for article in articles],
        }


def page_title(articles: Sequence[str]) -> str:
    """Return what to write above a drawing of these articles, given by title or name."""
    return articles[0] if len(articles) == 1 else f"{len(articles)} articles"


def read_title(build: Path) -> str:
    """Return what to write above a drawing of a whole build.

    Raises:
        StoreError: as ``read_report``.
    """
    done = [article for article in read_report(build)["articles"] if article["status"] == "done"]
    return page_title([article["title"] or article["name"] for article in done])


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
