"""Score predicted graphs against gold articles: precision, recall, F1, attributes, leaks.

The rules are those of the annotation guidelines beside the gold. An entity is right when its class and
one of its labels agree with gold, a relation when both ends and the predicate do. An optional gold item
is neither asked for nor held against the prediction. Names agree when they are equal without quotes,
spaces, separators and width differences.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from kg.errors import ArticleError
from kg.gold import GoldArticle, GoldEntity, GoldRelation, iter_gold
from kg.model import Extraction
from kg.prediction import Node, Prediction, Triple, from_extraction, from_turtle, normalise
from kg.scores import CAUSES, Counts, Difference, Report

SYMMETRIC = "collaboratesWith"
# Free wording: a gold role or topic inside the predicted one, or around it, is right too.
LOOSE_ATTRIBUTES = frozenset({"role", "topic"})


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
