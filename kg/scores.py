"""What a score is made of: counts, differences with their causes, calibration, and a report of all of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Counts:
    """True positives, false positives and false negatives."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float:
        """The share of what was predicted that is right; 0 where nothing was."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        """The share of gold that was found; 0 where there is none."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between a prediction and gold.

    ``kind`` is ``entity``, ``relation`` or ``attribute`` and ``-`` (missing) or ``+`` (too much),
    ``entity2`` (a second node for one thing) or ``leak``; ``what`` is the class, predicate or attribute.
    ``cause`` says of a relation what else is there: one of CAUSES.
    """

    article: str
    kind: str
    what: str
    first: str
    second: str = ""
    cause: str = ""


# Why a relation is missing or too much: an end is no entity of the other side, the same ends have another
# predicate, the ends are exchanged, the other side has another subject or object; else nothing of it is there.
CAUSES = ("entity", "predicate", "direction", "subject", "object", "unstated")


@dataclass(frozen=True, slots=True)
class Bin:
    """Relations of like confidence: how many, their mean confidence, the share that is right; 0 to 1."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Report:
    """The score over all articles; ``failed`` says which articles gave no graph, and why."""

    articles: int
    by_class: Mapping[str, Counts]
    by_predicate: Mapping[str, Counts]
    by_attribute: Mapping[str, Counts]
    leaks: int
    differences: tuple[Difference, ...]
    failed: tuple[str, ...]
    judged: tuple[tuple[float, bool], ...] = ()
    by_article: Mapping[str, Counts] = field(default_factory=dict)

    @property
    def causes(self) -> dict[str, Counter[str]]:
        """How often each cause stands behind a missing (-) and a surplus (+) relation."""
        table: dict[str, Counter[str]] = {"relation-": Counter(), "relation+": Counter()}
        for difference in self.differences:
            if difference.kind in table:
                table[difference.kind][difference.cause] += 1
        return table

    def calibration(self, bins: int = 10) -> list[Bin]:
        """Return how often relations of each confidence are right; empty bins are left out."""
        groups: dict[int, list[tuple[float, bool]]] = defaultdict(list)
        for confidence, right in self.judged:
            groups[min(bins - 1, int(confidence * bins))].append((confidence, right))
        return [
            Bin(
                number / bins,
                (number + 1) / bins,
                len(group),
                sum(confidence for confidence, _ in group) / len(group),
                sum(right for _, right in group) / len(group),
            )
            for number, group in sorted(groups.items())
        ]

    @property
    def calibration_error(self) -> float:
        """The expected calibration error: the mean distance of confidence and share right, 0 to 1."""
        total = len(self.judged)
        return (
            sum(b.count * abs(b.confidence - b.right) for b in self.calibration()) / total if total else 0.0
        )

    @property
    def entities(self) -> Counts:
        """The counts over all classes."""
        return sum(self.by_class.values(), Counts())

    @property
    def relations(self) -> Counts:
        """The counts over all predicates."""
        return sum(self.by_predicate.values(), Counts())

    @property
    def attributes(self) -> float:
        """The share of gold attributes that the relations found have right."""
        return sum(self.by_attribute.values(), Counts()).recall

    def to_json(self) -> dict[str, Any]:
        """Return plain data: ``[P, R, F1]`` over all, ``[P, R, F1, tp, fp, fn]`` a class and predicate."""
        shares = {name: f"{c.tp}/{c.tp + c.fn}" for name, c in self.by_attribute.items()}
        return {
            "articles": self.articles,
            "failed": list(self.failed),
            "ent": _rows(self.entities, self.by_class),
            "rel": _rows(self.relations, self.by_predicate),
            "attributes": {"all": self.attributes, **shares},
            "leaks": self.leaks,
        }


def _rows(total: Counts, by_name: Mapping[str, Counts]) -> dict[str, list[float]]:
    rows: dict[str, list[float]] = {"all": [total.precision, total.recall, total.f1]}
    for name, c in by_name.items():
        rows[name] = [c.precision, c.recall, c.f1, c.tp, c.fp, c.fn]
    return rows


def pool(reports: Iterable[Report]) -> Report:
    """Return one report over the articles of several."""
    pooled = list(reports)

    def table(parts: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
        total: dict[str, Counts] = {}
        for part in parts:
            for name, counts in part.items():
                total[name] = total.get(name, Counts()) + counts
        return dict(sorted(total.items()))

    return Report(
        sum(report.articles for report in pooled),
        table(report.by_class for report in pooled),
        table(report.by_predicate for report in pooled),
        table(report.by_attribute for report in pooled),
        sum(report.leaks for report in pooled),
        tuple(difference for report in pooled for difference in report.differences),
        tuple(failure for report in pooled for failure in report.failed),
        tuple(item for report in pooled for item in report.judged),
        table(report.by_article for report in pooled),
    )
