"""Both models from one set of gold articles, as a spaCy pipeline on disk; cross-validation with them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import cast

from kg import language, relation_training, training
from kg.config import Settings
from kg.errors import ConfigError
from kg.evaluation import evaluate_articles
from kg.gold import GoldArticle, iter_gold
from kg.language.weights import TrainedComponent
from kg.pipeline import extract_one, load_extractor, load_language
from kg.scores import Report, pool


def fit(gold_dir: Path, out: Path, *, model: str | None = None) -> Path:
    """Train on the gold articles of a folder and return ``out``, a spaCy pipeline; same input, same bytes.

    ``model`` names an installed spaCy pipeline whose entities become features of the mention recogniser.

    Raises:
        ArticleError: the folder holds no gold, or a gold file is broken.
        ConfigError: ``model`` is not installed.
    """
    return fit_articles(list(iter_gold(gold_dir)), out, model=model)


def fit_articles(articles: Sequence[GoldArticle], out: Path, *, model: str | None = None) -> Path:
    """Train on ``articles``, as ``fit``."""
    before = load_language(model, components=False) if model else None
    mentions = training.train(articles, out / "kg_mentions", model=before)
    relations = relation_training.train(articles, out / "kg_relations", mentions=mentions)
    nlp = language.load()
    for part, path in (("kg_mentions", mentions), ("kg_relations", relations)):
        # Not by its configuration, which would keep where the folder lies today.
        cast(TrainedComponent, nlp.get_pipe(part)).path = path
    nlp.to_disk(out)
    return out


@dataclass(frozen=True, slots=True)
class Curve:
    """The score of one point of a learning curve: how many articles were trained on."""

    articles: int
    report: Report


def cross_validate(gold_dir: Path, *, count: int, workers: int = 1) -> Report:
    """Return the score over all articles of a folder, each read by a pipeline that was trained without it.

    The articles are split into ``count`` parts, whole; every part is scored by what the others teach. Each
    part takes as long as ``kg train``; ``workers`` processes share them.

    Raises:
        ArticleError: the folder holds no gold, or a gold file is broken.
        ConfigError: there are fewer articles than parts.
    """
    return pool(_map(_parts(gold_dir, count), workers))


def learning_curve(gold_dir: Path, *, shares: Sequence[float], count: int, workers: int = 1) -> list[Curve]:
    """Return the score of one part of ``count`` by pipelines trained on growing shares (0 to 1) of the rest.

    Raises as ``cross_validate``.
    """
    rest, held_out = _parts(gold_dir, count)[0]
    parts = [(rest[: max(1, round(share * len(rest)))], held_out) for share in shares]
    reports = _map(parts, workers)
    return [Curve(len(some), report) for (some, _), report in zip(parts, reports, strict=True)]


Part = tuple[Sequence[GoldArticle], Sequence[GoldArticle]]


def _parts(gold_dir: Path, count: int) -> list[Part]:
    """Return what is trained on and what is held out, for each part."""
    articles = list(iter_gold(gold_dir))
    if len(articles) < count:
        raise ConfigError(
            str(gold_dir), f"{count} parts of {len(articles)} articles", f"at most {len(articles)}"
        )
    return list(training.folds(articles, count))


def _map(parts: Iterable[Part], workers: int) -> list[Report]:
    if workers == 1:
        return [_trained_and_scored(part) for part in parts]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as processes:
        return list(processes.map(_trained_and_scored, parts))


def _trained_and_scored(part: Part) -> Report:
    known, held_out = part
    with tempfile.TemporaryDirectory() as folder:
        weights = fit_articles(known, Path(folder))
        extractor, settings = load_extractor(weights=weights), Settings()
        return evaluate_articles(
            held_out, lambda path: extract_one(path, settings=settings, extractor=extractor).extraction
        )
