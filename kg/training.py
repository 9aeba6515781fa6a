"""Gold articles -> the trained mention recogniser: alignment, augmentation, training, cross-validation.

The recogniser is a linear-chain CRF over characters (python-crfsuite) with BIES labels. Only this
project's own gold articles train it.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pycrfsuite
from spacy.language import Language

from kg.gold import GoldArticle, GoldEntity
from kg.language.anaphora import is_anaphor
from kg.language.mentions import MODEL, entities_of, shifted
from kg.language.names import place_of
from kg.language.tagger import save_tagger
from kg.language.tagging import begins_with_surname, features
from kg.model import CLASSES
from kg.occurrences import any_of
from kg.reading import read_article

# Regularisation and rounds: best of a small grid by cross-validation on train.
PARAMETERS = {
    "c1": 0.08,
    "c2": 0.02,
    "max_iterations": 140,
    "feature.possible_transitions": True,
    "feature.minfreq": 2,
}
# Exchanged copies of each article: without one the seed article lost .10 entity F1, dev nothing.
COPIES = 1
TAGGED = tuple(kind for kind in CLASSES if kind != "Group")
# Characters of the names of persons that are exchanged.
PERSON = (2, 3)
_BRAND = re.compile(r"“([^”]{2,8})”")
_DIVISION = re.compile(r"([\u4e00-\u9fff]{2,3}?)(?:省|市|区|县|州|旗|镇|乡)")


@dataclass(frozen=True, slots=True)
class Aligned:
    """An article's text with the spans of its gold mentions: start, end, class, in text order.

    ``seen`` are the entities that another spaCy pipeline sees in it.
    """

    id: str
    text: str
    spans: tuple[tuple[int, int, str], ...]
    seen: tuple[tuple[int, int, str], ...] = ()


def align(article: GoldArticle, text: str) -> Aligned:
    """Return ``text`` with every occurrence of a gold name, longest first, none inside another.

    Required entities come before optional ones where both have a name; bare words that stand for
    something (该院, 学校) and Groups are left out: other components read those.
    """
    forms: dict[str, str] = {}
    for entity in sorted(article.entities, key=lambda entity: entity.optional):
        if entity.kind == "Group":
            continue
        for form in _forms(entity):
            if len(form) >= 2 and not is_anaphor(form):
                forms.setdefault(form, entity.kind)
    taken = bytearray(len(text))
    spans: list[tuple[int, int, str]] = []
    for form in sorted(forms, key=lambda form: (-len(form), form)):
        for match in re.finditer(re.escape(form), text):
            start, end = match.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                spans.append((start, end, forms[form]))
    return Aligned(article.id, text, tuple(sorted(spans)))


def _forms(entity: GoldEntity) -> Iterator[str]:
    """Yield a gold entity's names as texts write them: with and without quotes around them."""
    for name in entity.names:
        if entity.kind == "Document":
            yield from sorted({name.strip("《》"), name.strip("《》").replace(" ", "")})
            continue
        bare = re.sub(r"[“”\"]", "", name)
        forms = {name, bare, name.replace("“", '"').replace("”", '"'), name.replace(" ", "")}
        if entity.kind != "Person":
            forms |= {f"“{bare}”", f'"{bare}"'}
        yield from sorted(forms)


def iter_aligned(articles: Iterable[GoldArticle], *, model: Language | None = None) -> Iterator[Aligned]:
    """Yield gold articles, read as a user's file is, with their aligned spans and what ``model`` sees."""
    for gold in articles:
        aligned = align(gold, read_article(gold.text_path).text)
        yield replace(aligned, seen=tuple(entities_of(model(aligned.text)))) if model else aligned


@dataclass(frozen=True, slots=True)
class Pool:
    """What names are made of: the characters of given names, and the stems of places and the brands by length."""

    surnames: tuple[str, ...]
    given: tuple[str, ...]
    stems: Mapping[int, Sequence[str]]
    brands: Mapping[int, Sequence[str]]

    @classmethod
    def of(cls, articles: Iterable[Aligned]) -> Pool:
        """Return what the names in ``articles`` are made of, in order."""
        surnames: set[str] = set()
        given: set[str] = set()
        stems: dict[int, set[str]] = defaultdict(set)
        brands: dict[int, set[str]] = defaultdict(set)
        for article in articles:
            for start, end, kind in article.spans:
                words = article.text[start:end]
                if kind == "Person" and len(words) in PERSON and begins_with_surname(words):
                    surnames.add(words[0])
                    given.update(words[1:])
                for stem in _stems(words, kind):
                    stems[len(stem)].add(stem)
                for brand in _BRAND.findall(words):
                    brands[len(brand)].add(brand)
        return cls(
            tuple(sorted(surnames)),
            tuple(sorted(given)),
            {length: sorted(found) for length, found in stems.items()},
            {length: sorted(found) for length, found in brands.items()},
        )


def _stems(words: str, kind: str) -> list[str]:
    """Return the names of the places in a name, without what they are: 清河 for 清河县公安局."""
    if kind not in ("Agency", "School", "Place"):
        return []
    return _DIVISION.findall(place_of(words) or (words if kind == "Place" else ""))


def augmented(article: Aligned, pool: Pool, *, seed: int) -> Aligned:
    """Return a copy of ``article`` with its places, persons and brands exchanged, all occurrences alike."""
    rng = random.Random(f"{seed}:{article.id}")
    exchange: dict[str, str] = {}
    for start, end, kind in article.spans:
        words = article.text[start:end]
        if kind == "Person" and len(words) in PERSON and pool.given:
            made = rng.choice(pool.surnames) + "".join(rng.choice(pool.given) for _ in words[1:])
            exchange.setdefault(words, made)
        for stem in _stems(words, kind):
            exchange.setdefault(stem, rng.choice(pool.stems.get(len(stem), (stem,))))
        for brand in _BRAND.findall(words):
            exchange.setdefault(brand, rng.choice(pool.brands.get(len(brand), (brand,))))
    if not exchange:
        return article
    pattern = re.compile(any_of(exchange))
    text = pattern.sub(lambda match: exchange[match.group()], article.text)
    if rng.random() < 0.3:
        text = text.translate(str.maketrans("，：；（）", ",:;()"))
    if rng.random() < 0.2:
        text = text.replace("“", '"').replace("”", '"')
    return replace(article, text=text)


def sequences(article: Aligned) -> Iterator[tuple[list[list[str]], list[str]]]:
    """Yield features and BIES labels for each paragraph of an aligned article."""
    labels = ["O"] * len(article.text)
    for start, end, kind in article.spans:
        if end - start == 1:
            labels[start] = f"S-{kind}"
            continue
        labels[start:end] = [f"B-{kind}", *[f"I-{kind}"] * (end - start - 2), f"E-{kind}"]
    start = 0
    for line in article.text.split("\n"):
        if line.strip():
            rows = features(line, seen=shifted(article.seen, start, start + len(line)))
            yield rows, labels[start : start + len(line)]
        start += len(line) + 1


def train_recogniser(articles: Iterable[Aligned], path: Path, *, copies: int = COPIES) -> None:
    """Train the recogniser on aligned articles and write its weights to ``path``; same input, same bytes."""
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    articles = list(articles)
    pool = Pool.of(articles)
    for article in articles:
        for version in (article, *(augmented(article, pool, seed=seed) for seed in range(copies))):
            for rows, labels in sequences(version):
                trainer.append(rows, labels)
    trainer.set_params(PARAMETERS)
    with tempfile.TemporaryDirectory() as folder:
        learned = Path(folder) / "crf"
        trainer.train(str(learned))
        convert(learned, path)


def convert(learned: Path, path: Path) -> None:
    """Write what python-crfsuite learned into ``path``, as the recogniser reads it."""
    tagger = pycrfsuite.Tagger()
    with tagger.open(str(learned)):
        info = tagger.info()
        save_tagger(path, info.state_features, info.transitions)


def folds(
    articles: Sequence[GoldArticle], count: int
) -> Iterator[tuple[list[GoldArticle], list[GoldArticle]]]:
    """Yield training and test articles for each fold; articles stay whole, the split depends on ids only."""
    order = sorted(articles, key=lambda article: article.id)
    random.Random(count).shuffle(order)
    for fold in range(count):
        yield [a for i, a in enumerate(order) if i % count != fold], order[fold::count]


def train(
    articles: Iterable[GoldArticle], out: Path, *, copies: int = COPIES, model: Language | None = None
) -> Path:
    """Train on gold articles and return the written weights, in the folder ``out``.

    ``model`` is a spaCy pipeline whose entities become features; who uses the weights runs it too.
    """
    out.mkdir(parents=True, exist_ok=True)
    path = out / MODEL.name
    train_recogniser(iter_aligned(articles, model=model), path, copies=copies)
    return path
