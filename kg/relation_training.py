"""Gold articles -> the trained relation ranker.

The pairs of every sentence are made by the pipeline itself, on the gold mentions; a pair is right when gold
has the relation and the sentence is its evidence. What gold leaves open is left out.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pycrfsuite
import spacy
from spacy.language import Language

from kg.gold import GoldArticle, iter_gold
from kg.language.mentions import find_groups
from kg.language.names import Name
from kg.language.ranking import SETTLED, Pair, iter_pairs
from kg.language.relations import iter_readings, prepare
from kg.language.resolution import NameResolver
from kg.prediction import normalise
from kg.reading import read_article
from kg.training import align

# Regularisation: best of a small grid by cross-validation on train.
PARAMETERS = {"c1": 0.2, "c2": 0.5, "max_iterations": 80, "feature.minfreq": 2}
# So much of a gold evidence must stand in a sentence for the sentence to be it.
EVIDENCE = 20


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair with what gold says of it."""

    pair: Pair
    right: bool


def judge(gold: GoldArticle, nlp: Language) -> Iterator[Judged]:
    """Yield the pairs of a gold article that gold decides, its own mentions given."""
    aligned = align(gold, read_article(gold.text_path).text)
    doc = nlp.make_doc(aligned.text)
    spans = [doc.char_span(start, end, label=kind) for start, end, kind in aligned.spans]
    groups = find_groups(aligned.text, aligned.spans)
    spans += [doc.char_span(start, end, label="Group", kb_id=concept) for start, end, concept in groups]
    doc.spans["mentions"] = sorted((span for span in spans if span is not None), key=lambda span: span.start)
    doc = NameResolver()(doc)
    known = {key: _gold_ids(name, gold) for key, name in doc._.names.items()}
    wanted, free = _relations(gold)
    offices, merged, namesakes = prepare(doc)
    for reading in iter_readings(doc.text, merged, offices, namesakes=namesakes):
        sentence = re.sub(r"\s", "", doc.text[reading.start : reading.end])
        judged = [proposal for proposal in reading.proposals if proposal.predicate not in SETTLED]
        span = (reading.start, reading.end)
        for pair in iter_pairs(doc.text, span, reading.clauses, judged, reading.scene):
            keys = {
                (one, pair.predicate, other)
                for one in known[pair.subject.keys[0]]
                for other in known[pair.object.keys[0]]
            }
            evidence = [passage for key in keys for passage in wanted.get(key, ())]
            if evidence:
                if any(_is_evidence(passage, sentence) for passage in evidence):
                    yield Judged(pair, right=True)
            elif not keys & free:
                yield Judged(pair, right=False)


def _gold_ids(name: Name, gold: GoldArticle) -> set[str]:
    labels = {normalise(label) for label in (name.full, *name.labels)}
    return {e.id for e in gold.entities if e.kind == name.kind and labels & set(map(normalise, e.names))}


def _relations(gold: GoldArticle) -> tuple[dict[tuple[str, str, str], list[str]], set[tuple[str, str, str]]]:
    """Return the evidence of each required relation, and the relations that gold leaves open."""
    optional = {entity.id for entity in gold.entities if entity.optional}
    wanted: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    free: set[tuple[str, str, str]] = set()
    for relation in gold.relations:
        keys = [(relation.subject, relation.predicate, relation.object)]
        if relation.predicate == "collaboratesWith":
            keys.append((relation.object, relation.predicate, relation.subject))
        for key in keys:
            if relation.optional or {relation.subject, relation.object} & optional:
                free.add(key)
            else:
                wanted[key].append(re.sub(r"\s", "", relation.evidence))
    return wanted, free


def _is_evidence(passage: str, sentence: str) -> bool:
    return passage in sentence or sentence.strip("。") in passage or passage[:EVIDENCE] in sentence


def train_ranker(judged: Iterable[Judged], path: Path) -> None:
    """Train the ranker on judged pairs and write its weights to ``path``; same input, same bytes."""
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    for item in judged:
        trainer.append([list(item.pair.features)], ["Y" if item.right else "N"])
    trainer.set_params(PARAMETERS)
    trainer.train(str(path))


def judge_all(articles: Sequence[GoldArticle]) -> list[Judged]:
    """Return the judged pairs of gold articles, in a fixed order."""
    nlp = spacy.blank("zh")
    pairs = [item for gold in articles for item in judge(gold, nlp)]
    random.Random(0).shuffle(pairs)
    return pairs


def train(gold_dir: Path, out: Path) -> Path:
    """Train on the gold articles of a folder and return the written weights, ``out/relations.crfsuite``."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "relations.crfsuite"
    train_ranker(judge_all(list(iter_gold(gold_dir))), path)
    return path
