"""The same articles give the same claims and the same bytes, however and wherever they are read."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from spacy.language import Language

from kg import language
from kg.building import build
from kg.config import Settings
from kg.graph import serialize
from kg.model import Article, Extraction
from kg.privacy import redact
from kg.reading import iter_articles
from kg.report import read_report
from kg.shapes import gate
from kg.store import iter_data, open_store

GOLD = Path(__file__).parent / "gold"
# What `kg export` writes of a set of quads.
FORMATS = ("nquads", "turtle", "trig", "jsonld", "rdfxml")
# Every so manieth article: a glance by default, four minutes in the slow run (`KG_ALL=1` takes every one).
FEW = 20
MANY = 1 if os.environ.get("KG_ALL") else 4
SCOPES = [pytest.param(FEW, id="few"), pytest.param(MANY, marks=pytest.mark.slow, id="many")]
SEEDS = ("0", "4711")


def load_articles(step: int) -> list[Article]:
    """Return every so manieth gold article, masked, in the order of their paths."""
    found = [item for item in iter_articles([GOLD]) if isinstance(item, Article)]
    return [redact(article) for article in found[::step]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What articles give: each article's extraction by its id, and the bytes of each export."""

    extractions: dict[str, Extraction]
    exports: dict[str, bytes]


def run(articles: list[Article], nlp: Language, *, batch: int) -> Outcome:
    """Return the outcome of articles read in this order, so many at once."""
    nlp.batch_size = batch
    extractions = list(language.extract(articles, nlp=nlp))
    results = list(gate(extractions, settings=Settings(), batch=batch))
    quads = [quad for result in results for quad in result.quads]
    exports = {name: serialize(quads, name) for name in FORMATS}
    return Outcome({extraction.article.id: extraction for extraction in extractions}, exports)


def orders(articles: list[Article]) -> Iterator[list[Article]]:
    shuffled = list(articles)
    random.Random(7).shuffle(shuffled)
    yield from (articles, articles[::-1], shuffled)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return language.load()


@pytest.mark.parametrize("step", SCOPES)
def test_batches_and_order_change_nothing(step: int, nlp: Language) -> None:
    articles = load_articles(step)

    first, *others = [
        run(ordered, nlp, batch=batch) for ordered, batch in zip(orders(articles), (1, 7, 64), strict=True)
    ]

    assert len(first.extractions) == len(articles) >= 5
    assert sum(len(extraction.claims) for extraction in first.extractions.values()) > 50
    for other in others:
        assert other.extractions == first.extractions
        assert other.exports == first.exports


@pytest.mark.parametrize("step", SCOPES)
def test_an_article_alone_says_what_it_says_in_company(step: int, nlp: Language) -> None:
    articles = load_articles(step)
    company = run(articles, nlp, batch=64)

    alone = [run([article], nlp, batch=1) for article in articles]

    assert {key: e for outcome in alone for key, e in outcome.extractions.items()} == company.extractions
    lines = {line for outcome in alone for line in outcome.exports["nquads"].splitlines()}
    assert lines == set(company.exports["nquads"].splitlines())


def digests(step: int) -> dict[str, str]:
    """Return a digest of all that this process makes of the articles: claims in their order, and exports."""
    outcome = run(load_articles(step), language.load(), batch=64)
    parts = {"extractions": repr(sorted(outcome.extractions.items())).encode(), **outcome.exports}
    return {name: sha256(data).hexdigest() for name, data in parts.items()}


@pytest.mark.parametrize("step", SCOPES)
def test_processes_with_other_hash_seeds_agree(step: int) -> None:
    code = f"import json, test_determinism as t; print(json.dumps(t.digests({step})))"
    path = {"PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", code]
    processes = [
        subprocess.Popen(command, env={**os.environ, **path, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE)
        for seed in SEEDS
    ]
    found = [json.loads(process.communicate()[0].splitlines()[-1]) for process in processes]

    assert found[0].keys() == {"extractions", *FORMATS}
    assert found == [found[0]] * len(SEEDS)


def test_two_builds_give_the_same_bytes_in_whatever_order_of_folders(tmp_path: Path) -> None:
    folders = [*sorted((GOLD / "dev").glob("*.txt"))[:6], GOLD / "seed"]
    outs = [tmp_path / name for name in ("first", "second", "turned")]

    for out, paths in zip(outs, (folders, folders, folders[::-1]), strict=True):
        build(paths, out=out)

    first, second, turned = outs
    for name in ("graph.nq", "graph.ttl", "graph.html"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    for name in ("graph.nq", "graph.ttl"):
        assert (first / name).read_bytes() == (turned / name).read_bytes(), name
    stores = [serialize(iter_data(open_store(out)), "nquads") for out in outs]
    assert stores == [stores[0]] * 3
    reports = [read_report(out) for out in (first, second)]
    for report in reports:
        del report["started"], report["seconds"]
        # How long each article took is told too.
        for row in report["articles"]:
            row.pop("seconds", None)
    assert reports[0] == reports[1]
