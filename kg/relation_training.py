"""Gold articles -> the trained relation ranker.

The pairs of every sentence are made by the pipeline itself, on the gold mentions; a pair is right when gold
has the relation and the sentence is its evidence. What gold leaves open is left out.
"""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pycrfsuite
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from kg.gold import GoldArticle
from kg.language.constructions import Construction, load_constructions
from kg.language.frames import Rule, load_rules
from kg.language.mentions import MentionRecogniser, find_groups
from kg.language.names import Name
from kg.language.predicates import ENDS
from kg.language.ranking import MODEL, features_of, save_ranker
from kg.language.relations import iter_readings, prepare
from kg.language.resolution import NameResolver
from kg.prediction import normalise
from kg.reading import read_article
from kg.training import align

# Regularisation: best of a small grid by cross-validation on train.
PARAMETERS = {"c1": 0.0, "c2": 3.0, "max_iterations": 80, "feature.minfreq": 4}
# So much of a gold evidence must stand in a sentence for the sentence to be it.
EVIDENCE = 20
# So often a rule's sentence counts as one of an article's: it is there to be kept to.
REPEATS = 3
RIGHT, WRONG = "Y", "N"

Triple = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """One relation that a sentence could state, with all that is seen of it, and whether gold has it."""

    predicate: str
    features: tuple[str, ...]
    right: bool


def gold_doc(gold: GoldArticle, nlp: Language) -> Doc:
    """Return a gold article with its gold mentions, its names resolved."""
    article = read_article(gold.text_path)
    aligned = align(gold, article.text)
    doc = nlp.make_doc(aligned.text)
    doc._.article = article
    spans = [doc.char_span(start, end, label=kind) for start, end, kind in aligned.spans]
    groups = find_groups(aligned.text, aligned.spans)
    spans += [doc.char_span(start, end, label="Group", kb_id=concept) for start, end, concept in groups]
    doc.spans["mentions"] = sorted((span for span in spans if span is not None), key=lambda span: span.start)
    return NameResolver()(doc)


def judge(gold: GoldArticle, doc: Doc) -> Iterator[Judged]:
    """Yield what the sentences of a gold article could state and gold decides."""
    text = doc.text
    known = {key: _gold_ids(name, gold) for key, name in doc._.names.items()}
    wanted, free = _relations(gold)
    offices, merged, namesakes = prepare(doc)
    for reading in iter_readings(text, doc._.refs, merged, offices, namesakes=namesakes):
        sentence = re.sub(r"\s", "", text[reading.start : reading.end])
        for pair in reading.pairs(text):
            subjects, objects = known[pair.subject.keys[0]], known[pair.object.keys[0]]
            for option in pair.options:
                keys = {(one, option.predicate, other) for one in subjects for other in objects}
                right = _verdict(keys, wanted, free, sentence)
                if right is not None:
                    yield Judged(option.predicate, tuple(features_of(pair, option)), right)


def _verdict(
    keys: set[Triple], wanted: Mapping[Triple, list[str]], free: set[Triple], sentence: str
) -> bool | None:
    """Return whether gold has one of ``keys`` in ``sentence``; None where it leaves that open."""
    evidence = [passage for key in sorted(keys) for passage in wanted.get(key, ())]
    if evidence:
        return True if any(_is_evidence(passage, sentence) for passage in evidence) else None
    return None if keys & free else False


def _gold_ids(name: Name, gold: GoldArticle) -> set[str]:
    labels = {normalise(label) for label in (name.full, *name.labels)}
    return {e.id for e in gold.entities if e.kind == name.kind and labels & set(map(normalise, e.names))}


def _relations(gold: GoldArticle) -> tuple[dict[Triple, list[str]], set[Triple]]:
    """Return the evidence of each required relation, and the relations that gold leaves open."""
    optional = {entity.id for entity in gold.entities if entity.optional}
    wanted: dict[Triple, list[str]] = defaultdict(list)
    free: set[Triple] = set()
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
    return passage in sentence or sentence.strip("。；;") in passage or passage[:EVIDENCE] in sentence


def train_ranker(judged: Sequence[Judged], path: Path) -> None:
    """Train the ranker on what gold decides and write its weights to ``path``; same input, same bytes."""
    columns = {
        predicate: _column(item for item in judged if item.predicate == predicate) for predicate in ENDS
    }
    save_ranker(path, columns)


def _column(judged: Iterable[Judged]) -> dict[str, float]:
    """Return the weights of a logistic regression: a CRF over sequences of one.

    The trainer sees numbers for features: what it prints of the weights could not be read back otherwise.
    """
    numbers: dict[str, str] = {}
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    for item in judged:
        row = [numbers.setdefault(feature, str(len(numbers))) for feature in item.features]
        trainer.append([row], [RIGHT if item.right else WRONG])
    trainer.set_params(PARAMETERS)
    names = list(numbers)
    weights: dict[str, float] = defaultdict(float)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "weights")
        trainer.train(str(path))
        tagger = pycrfsuite.Tagger()
        with tagger.open(str(path)):
            for (number, label), weight in tagger.info().state_features.items():
                weights[names[int(number)]] += weight if label == RIGHT else -weight
    return dict(weights)


def judge_all(articles: Iterable[GoldArticle]) -> list[Judged]:
    """Return what gold decides in all articles, in text order."""
    nlp = spacy.blank("zh")
    return [item for gold in articles for item in judge(gold, gold_doc(gold, nlp))]


def judge_rules(mentions: Path) -> Iterator[Judged]:
    """Yield what the rules' own sentences decide: what a match states, and all that a no_match does not.

    ``mentions`` are the weights of the recogniser that reads them.
    """
    nlp, recogniser, resolver = spacy.blank("zh"), MentionRecogniser(mentions), NameResolver()
    rules: list[Rule | Construction] = [*load_rules(), *load_constructions()]
    for rule in rules:
        said = {rule.predicate} if isinstance(rule, Rule) else {saying.predicate for saying in rule.says}
        for line in rule.match:
            sentence, _, relation = line.partition(" => ")
            subject, target, *_ = relation.split(" | ")
            for predicate, features, ends in _options(resolver(recogniser(nlp.make_doc(sentence)))):
                if predicate in said and ends == (subject, target):
                    yield Judged(predicate, features, right=True)
        for sentence in rule.no_match:
            for predicate, features, _ in _options(resolver(recogniser(nlp.make_doc(sentence)))):
                if predicate in said:
                    yield Judged(predicate, features, right=False)


def _options(doc: Doc) -> Iterator[tuple[str, tuple[str, ...], tuple[str, str]]]:
    """Yield predicate, features and the names of both ends of all that a Doc's sentences could state."""
    names: dict[str, Name] = doc._.names
    offices, merged, namesakes = prepare(doc)
    for reading in iter_readings(doc.text, doc._.refs, merged, offices, namesakes=namesakes):
        for pair in reading.pairs(doc.text):
            ends = (names[pair.subject.keys[0]].full, names[pair.object.keys[0]].full)
            for option in pair.options:
                yield option.predicate, tuple(features_of(pair, option)), ends


def train(articles: Iterable[GoldArticle], out: Path, *, mentions: Path) -> Path:
    """Train on gold articles and the rules' sentences, and return the written weights, in the folder ``out``.

    ``mentions`` are the weights of the mention recogniser.
    """
    out.mkdir(parents=True, exist_ok=True)
    path = out / MODEL.name
    train_ranker([*judge_all(articles), *REPEATS * list(judge_rules(mentions))], path)
    return path
