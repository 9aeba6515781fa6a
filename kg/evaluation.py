"""Score predicted graphs against gold articles: precision, recall, F1, attributes, leaks.

The rules are those of the annotation guidelines beside the gold. An entity is right when its class and
one of its labels agree with gold, a relation when both ends and the predicate do. An optional gold item
is neither asked for nor held against the prediction. Names agree when they are equal without quotes,
spaces, separators and width differences.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.errors import ArticleError
from kg.gold import GoldArticle, GoldEntity, GoldRelation, iter_gold
from kg.model import Extraction
from kg.prediction import Node, Prediction, Triple, from_extraction, from_turtle, normalise

SYMMETRIC = "collaboratesWith"
# Free wording: a gold role or topic inside the predicted one, or around it, is right too.
LOOSE_ATTRIBUTES = frozenset({"role", "topic"})


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
        return sum(b.count * abs(b.confidence - b.right) for b in self.calibration()) / total if total else 0.0

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


def evaluate(gold_dir: Path, predict: Callable[[Path], Extraction]) -> Report:
    """Return the score of an extractor, called with the path of each gold article's text.

    An article that the extractor refuses with an ArticleError counts as an empty graph and is named.

    Raises:
        ArticleError: the folder holds no gold, or a gold file is broken.
    """
    return evaluate_articles(iter_gold(gold_dir), predict)


def evaluate_articles(articles: Iterable[GoldArticle], predict: Callable[[Path], Extraction]) -> Report:
    """Return the score of an extractor on some gold articles, as ``evaluate``."""
    return _evaluate(articles, lambda gold: from_extraction(predict(gold.text_path)))


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


def evaluate_turtle(gold_dir: Path, predicted_dir: Path) -> Report:
    """Return the score of ``predicted_dir/NAME.ttl``, one file an article; a missing file is an empty graph.

    Raises:
        ArticleError: the folder holds no gold, or a gold file is broken.
    """

    def predict(gold: GoldArticle) -> Prediction:
        path = predicted_dir / f"{gold.id}.ttl"
        return from_turtle(path) if path.exists() else Prediction()

    if not predicted_dir.is_dir():
        raise ArticleError(str(predicted_dir), "no such folder", "a folder with NAME.ttl for each gold NAME")
    return _evaluate(iter_gold(gold_dir), predict)


def _evaluate(golds: Iterable[GoldArticle], predict: Callable[[GoldArticle], Prediction]) -> Report:
    tally = _Tally()
    articles, failed = 0, []
    for gold in golds:
        articles += 1
        try:
            prediction = predict(gold)
        except ArticleError as error:
            failed.append(f"{gold.id}: {error}")
            prediction = Prediction()
        tally.article = gold.id
        _score(gold, prediction, tally)
    return tally.report(articles, failed)


class _Tally:
    """Counts and differences as they come in, article by article."""

    def __init__(self) -> None:
        self.article = ""
        self.counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self.differences: list[Difference] = []
        self.judged: list[tuple[float, bool]] = []

    def _count(self, group: str, what: str, outcome: str) -> None:
        self.counts[group][what][outcome] += 1
        if group == "relation":
            self.counts["article"][self.article][outcome] += 1

    def right(self, group: str, what: str) -> None:
        self._count(group, what, "tp")

    def missing(self, group: str, what: str, first: str, second: str = "", *, cause: str = "") -> None:
        self._count(group, what, "fn")
        self.differences.append(Difference(self.article, f"{group}-", what, first, second, cause))

    def surplus(
        self, group: str, what: str, first: str, second: str = "", *, kind: str = "", cause: str = ""
    ) -> None:
        self._count(group, what, "fp")
        self.differences.append(Difference(self.article, kind or f"{group}+", what, first, second, cause))

    def report(self, articles: int, failed: Iterable[str]) -> Report:
        def table(group: str) -> dict[str, Counts]:
            return {what: Counts(**counts) for what, counts in sorted(self.counts[group].items())}

        leaks = table("leak").get("never", Counts()).fp
        return Report(
            articles,
            table("entity"),
            table("relation"),
            table("attribute"),
            leaks,
            tuple(self.differences),
            tuple(failed),
            tuple(self.judged),
            table("article"),
        )


def _score(gold: GoldArticle, prediction: Prediction, tally: _Tally) -> None:
    """Add one article's counts and differences to the tally."""
    stands_for = _match_entities(gold.entities, prediction.nodes)
    _score_entities(gold.entities, prediction.nodes, stands_for, tally)
    _score_relations(gold, prediction, stands_for, tally)
    for name in gold.never:
        if any(normalise(name) in label for label in prediction.labels):
            tally.surplus("leak", "never", name, kind="leak")


def _match_entities(entities: Iterable[GoldEntity], nodes: Mapping[str, Node]) -> dict[str, list[GoldEntity]]:
    """Return for each predicted node the gold entities that it may stand for, perhaps none."""
    by_label: dict[tuple[str, str], list[GoldEntity]] = defaultdict(list)
    for entity in entities:
        for label in {normalise(name) for name in entity.names}:
            by_label[entity.kind, label].append(entity)
    stands_for = {}
    for key, node in nodes.items():
        found = {
            e.id: e for kind in node.kinds for label in node.labels for e in by_label.get((kind, label), ())
        }
        stands_for[key] = list(found.values())
    return stands_for


def _score_entities(
    entities: Iterable[GoldEntity],
    nodes: Mapping[str, Node],
    stands_for: Mapping[str, list[GoldEntity]],
    tally: _Tally,
) -> None:
    found: set[str] = set()
    for key, node in sorted(nodes.items()):
        what = "/".join(sorted(node.kinds))
        matches = stands_for[key]
        if not matches:
            tally.surplus("entity", what, node.name)
        elif not all(entity.optional for entity in matches) and found.issuperset(e.id for e in matches):
            tally.surplus("entity", what, node.name, kind="entity2")
        found.update(entity.id for entity in matches)
    for entity in entities:
        if not entity.optional:
            if entity.id in found:
                tally.right("entity", entity.kind)
            else:
                tally.missing("entity", entity.kind, entity.names[0])


def _undirected(subject: str, predicate: str, other: str) -> Triple:
    """Return the triple, its ends in a fixed order where the predicate is symmetric."""
    if predicate == SYMMETRIC and other < subject:
        subject, other = other, subject
    return subject, predicate, other


def _score_relations(
    gold: GoldArticle, prediction: Prediction, stands_for: Mapping[str, list[GoldEntity]], tally: _Tally
) -> None:
    wanted, allowed = _wanted(gold)
    found: dict[Triple, dict[str, set[str]]] = {}
    wrong: set[Triple] = set()
    read: set[Triple] = set()
    for (subject, predicate, other), said in prediction.relations.items():
        readings = {
            _undirected(s.id, predicate, o.id)
            for s in stands_for.get(subject, ())
            for o in stands_for.get(other, ())
        }
        read |= readings
        confidence = prediction.confidences.get((subject, predicate, other))
        if confidence is not None and (readings & wanted.keys() or not readings & allowed):
            tally.judged.append((confidence, bool(readings & wanted.keys())))
        for reading in readings & wanted.keys():
            attributes = found.setdefault(reading, defaultdict(set))
            for name, values in said.items():
                attributes[name].update(values)
        if not readings & (wanted.keys() | allowed):
            wrong.add(_undirected(subject, predicate, other))
    nodes = prediction.nodes
    for subject, predicate, other in sorted(wrong):
        ends = [nodes[end].name if end in nodes else end for end in (subject, other)]
        meant = {
            (s.id, predicate, o.id) for s in stands_for.get(subject, ()) for o in stands_for.get(other, ())
        }
        tally.surplus("relation", predicate, *ends, cause=_cause(meant, wanted.keys()))
    names = {entity.id: entity.names[0] for entity in gold.entities}
    for triple, relations in wanted.items():
        subject, predicate, other = names[triple[0]], triple[1], names[triple[2]]
        if triple not in found:
            there = {e.id for matches in stands_for.values() for e in matches} >= {triple[0], triple[2]}
            tally.missing(
                "relation", predicate, subject, other, cause=_cause({triple} if there else set(), read)
            )
            continue
        tally.right("relation", predicate)
        for relation in relations:
            _score_attributes(relation, f"{subject} {predicate} {other}", found[triple], tally)


def _cause(triples: Iterable[Triple], others: Iterable[Triple]) -> str:
    """Return why the other side lacks all of ``triples``; none of them means that an end is not there."""
    others, causes = set(others), []
    for subject, predicate, other in triples:
        agree = {
            "predicate": any(s == subject and o == other for s, _, o in others),
            "direction": (other, predicate, subject) in others,
            "subject": any(p == predicate and o == other for _, p, o in others),
            "object": any(p == predicate and s == subject for s, p, _ in others),
        }
        causes += [cause for cause, holds in agree.items() if holds] or ["unstated"]
    return min(causes, key=CAUSES.index, default="entity")


def _wanted(gold: GoldArticle) -> tuple[dict[Triple, list[GoldRelation]], set[Triple]]:
    """Return the relations asked for, and the triples that are free.

    A relation of an optional entity is free. Two statements of one triple are one relation with the
    attributes of both.
    """
    optional = {entity.id for entity in gold.entities if entity.optional}
    wanted: dict[Triple, list[GoldRelation]] = defaultdict(list)
    allowed = set()
    for relation in gold.relations:
        triple = _undirected(relation.subject, relation.predicate, relation.object)
        if relation.optional or optional & {relation.subject, relation.object}:
            allowed.add(triple)
        else:
            wanted[triple].append(relation)
    return dict(wanted), allowed


def _score_attributes(
    relation: GoldRelation, shown: str, said: Mapping[str, set[str]], tally: _Tally
) -> None:
    for name, value in relation.attributes:
        want = normalise(value)
        values = {normalise(v) for v in said.get(name, ())}
        loose = name in LOOSE_ATTRIBUTES and any(want in v or v in want for v in values if v)
        if want in values or loose:
            tally.right("attribute", name)
        else:
            got = "|".join(sorted(said.get(name, ())))
            tally.missing("attribute", name, f"{shown}: {value}", f"got {got}" if got else "")
