"""Score predicted graphs against gold articles: precision, recall, F1, attributes, leaks.

The rules are those of the annotation guidelines beside the gold. An entity is right when its class and
one of its labels agree with gold, a relation when both ends and the predicate do. An optional gold item
is neither asked for nor held against the prediction. Names agree when they are equal without quotes,
spaces, separators and width differences.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
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
    """

    article: str
    kind: str
    what: str
    first: str
    second: str = ""


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
    return _evaluate(gold_dir, lambda gold: from_extraction(predict(gold.text_path)))


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
    return _evaluate(gold_dir, predict)


def _evaluate(gold_dir: Path, predict: Callable[[GoldArticle], Prediction]) -> Report:
    tally = _Tally()
    articles, failed = 0, []
    for gold in iter_gold(gold_dir):
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

    def right(self, group: str, what: str) -> None:
        self.counts[group][what]["tp"] += 1

    def missing(self, group: str, what: str, first: str, second: str = "") -> None:
        self.counts[group][what]["fn"] += 1
        self.differences.append(Difference(self.article, f"{group}-", what, first, second))

    def surplus(self, group: str, what: str, first: str, second: str = "", *, kind: str = "") -> None:
        self.counts[group][what]["fp"] += 1
        self.differences.append(Difference(self.article, kind or f"{group}+", what, first, second))

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
    for (subject, predicate, other), said in prediction.relations.items():
        readings = {
            _undirected(s.id, predicate, o.id)
            for s in stands_for.get(subject, ())
            for o in stands_for.get(other, ())
        }
        for reading in readings & wanted.keys():
            attributes = found.setdefault(reading, defaultdict(set))
            for name, values in said.items():
                attributes[name].update(values)
        if not readings & (wanted.keys() | allowed):
            wrong.add(_undirected(subject, predicate, other))
    nodes = prediction.nodes
    for subject, predicate, other in sorted(wrong):
        ends = [nodes[end].name if end in nodes else end for end in (subject, other)]
        tally.surplus("relation", predicate, *ends)
    names = {entity.id: entity.names[0] for entity in gold.entities}
    for triple, relations in wanted.items():
        subject, predicate, other = names[triple[0]], triple[1], names[triple[2]]
        if triple not in found:
            tally.missing("relation", predicate, subject, other)
            continue
        tally.right("relation", predicate)
        for relation in relations:
            _score_attributes(relation, f"{subject} {predicate} {other}", found[triple], tally)


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
