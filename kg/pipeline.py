"""The one place that knows the order: files, articles, extractions, the gate, quads, a build on disk."""

from __future__ import annotations

import json
import platform
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kg import __version__, ontology
from kg.config import Settings
from kg.errors import ArticleError, ConfigError, OutputError, StoreError
from kg.model import Article, Extraction
from kg.output import replacing_folder
from kg.report import REPORT, BuildReport, Done, Skipped, Totals, page_title, read_report

if TYPE_CHECKING:
    from pyoxigraph import Quad
    from spacy.language import Language

    from kg.shapes import Quarantined

STORE, TURTLE, NQUADS, PAGE = "store", "graph.ttl", "graph.nq", "graph.html"
OUTPUTS = (STORE, TURTLE, NQUADS, PAGE, REPORT)

Extractor = Callable[[Iterable[Article]], Iterator[Extraction]]
# What is made of one article.
Made = TypeVar("Made")


def load_extractor(*, model: str | None = None, weights: Path | None = None) -> Extractor:
    """Return the extractor of this package; it loads its language pipeline (seconds) when first used.

    ``model`` names an installed spaCy pipeline whose own components run first, ``weights`` a folder that
    ``kg train`` wrote. One that is not there is a ConfigError when the extractor is used.
    """
    pipelines: list[Language] = []

    def extract(articles: Iterable[Article]) -> Iterator[Extraction]:
        from kg import language

        if not pipelines:
            pipelines.append(load_language(model, weights=weights))
        return language.extract(articles, nlp=pipelines[0])

    return extract


def load_language(model: str | None, *, weights: Path | None = None, components: bool = True) -> Language:
    """Return the language pipeline, behind the installed spaCy pipeline ``model`` where one is named.

    Without ``components`` it is that pipeline alone.

    Raises:
        ConfigError: ``model`` is not installed.
    """
    import spacy

    from kg import language

    try:
        if model and not components:
            return spacy.load(model)
        return language.load(model=model, weights=weights)
    except OSError as error:
        raise ConfigError("model", repr(model), "an installed spaCy pipeline") from error


def iter_extractions(
    paths: Iterable[str | Path],
    *,
    extractor: Callable[[Iterable[Article]], Iterator[Made]],
    settings: Settings | None = None,
) -> Iterator[Made | ArticleError]:
    """Yield what each file or folder gives, in order; what cannot be read comes as its error.

    ``extractor`` is an Extractor, or makes something else of each article that was read and masked. The same text a second time is an error too: it would say everything twice.
    """
    from kg.privacy import redact
    from kg.reading import iter_articles

    settings = settings or Settings()
    refused: Aside = deque()
    names: dict[str, str] = {}

    def articles() -> Iterator[Article]:
        for item in iter_articles(paths, limits=settings.limits, columns=settings.columns):
            if isinstance(item, ArticleError):
                refused.append((len(names), item))
            elif item.id in names:
                again = ArticleError(redact(item).name, f"the same text as {names[item.id]}")
                refused.append((len(names), again))
            else:
                article = redact(item)
                names[item.id] = article.name
                yield article

    def made() -> Iterator[Made]:
        readable = articles()
        for first in readable:
            # Without one article there is no need to load anything.
            yield from extractor(chain([first], readable))

    yield from _in_place(made(), refused)


# Errors put aside while articles are read ahead, each with how many articles came before it.
Aside = deque[tuple[int, ArticleError]]


def _in_place(results: Iterable[Made], refused: Aside) -> Iterator[Made | ArticleError]:
    """Yield results, and the errors that their reading puts aside where they belong among them."""
    for number, result in enumerate(results):
        while refused and refused[0][0] <= number:
            yield refused.popleft()[1]
        yield result
    yield from (error for _, error in refused)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the gate lets through of one article, its quads, and what it held back."""

    extraction: Extraction
    quads: tuple[Quad, ...]
    quarantined: tuple[Quarantined, ...]


def iter_accepted(
    paths: Iterable[str | Path], *, settings: Settings, extractor: Extractor
) -> Iterator[Accepted | ArticleError]:
    """Yield what may be written of each article; what cannot be read, or is refused whole, as its error."""
    from kg.shapes import gate

    refused: Aside = deque()

    def extractions() -> Iterator[Extraction]:
        number = 0
        for item in iter_extractions(paths, extractor=extractor, settings=settings):
            if isinstance(item, ArticleError):
                refused.append((number, item))
            else:
                number += 1
                yield item

    for result in _in_place(gate(extractions(), settings=settings), refused):
        if isinstance(result, ArticleError):
            yield result
            continue
        if result.kept:
            yield Accepted(result.kept, result.quads, result.quarantined)
        for held_back in result.quarantined:
            if isinstance(held_back.item, Article):
                yield ArticleError(held_back.item.name, held_back.reason_en)


def extract_one(path: Path, *, settings: Settings, extractor: Extractor) -> Accepted:
    """Return what one article file gives.

    Raises:
        ArticleError: the file cannot be read as an article.
    """
    for item in iter_accepted([path], settings=settings, extractor=extractor):
        if isinstance(item, ArticleError):
            raise item
        return item
    raise ArticleError(str(path), "no article")


def build(
    paths: Sequence[str | Path],
    *,
    out: Path,
    settings: Settings | None = None,
    extractor: Extractor | None = None,
    on_article: Callable[[Accepted | ArticleError], None] | None = None,
) -> BuildReport:
    """Read, extract, check and store articles; return the report of the build now in ``out``.

    Everything is made in a folder beside ``out`` that takes its place at the end. ``on_article`` hears
    of each article as it is finished. ``extractor`` stands in for this package's own.

    Raises:
        ArticleError: not one article could be read.
        OutputError: ``out`` cannot be written, or is a folder that no build made.
    """
    from kg.privacy import hide
    from kg.store import create_store

    settings = settings or Settings()
    started, clock = datetime.now(UTC), time.monotonic()
    _refuse_foreign(out)
    done: list[Done] = []
    refused: list[ArticleError] = []
    totals = Totals()

    def quads() -> Iterator[Quad]:
        for item in iter_accepted(paths, settings=settings, extractor=extractor or load_extractor()):
            if isinstance(item, ArticleError):
                refused.append(item)
            else:
                done.append(_done(item))
                totals.add(item.extraction)
                yield from item.quads
            if on_article:
                on_article(item)
        if not done:
            raise nothing_read(paths, refused)

    with replacing_folder(out, contents=OUTPUTS) as folder:
        create_store(folder / STORE, quads())
        count = _write_graph(folder, title=page_title([article.title or article.name for article in done]))
        report = BuildReport(
            done=tuple(done),
            skipped=tuple(Skipped(hide(error.where), hide(error.what)) for error in refused),
            by_class=totals.by_class,
            by_predicate=totals.by_predicate,
            quads=count,
            sources=tuple(hide(str(path)) for path in paths),
            base=settings.base,
            versions=_versions(),
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - clock, 3),
        )
        text = json.dumps(report.to_json(), ensure_ascii=False, indent=1)
        (folder / REPORT).write_text(text + "\n", "utf-8")
    return report


def _done(item: Accepted) -> Done:
    article, extraction = item.extraction.article, item.extraction
    return Done(
        article.id,
        article.name,
        article.title,
        len(extraction.entities),
        len(extraction.claims),
        item.quarantined,
    )


def _refuse_foreign(out: Path) -> None:
    allowed = "an empty or new folder, or an earlier build"
    if out.exists() and not out.is_dir():
        raise OutputError(str(out), "is a file", allowed)
    if out.is_dir() and any(out.iterdir()):
        try:
            read_report(out)
        except StoreError:
            raise OutputError(str(out), "holds files that no build made", allowed) from None


def nothing_read(paths: Sequence[str | Path], refused: Sequence[ArticleError]) -> ArticleError:
    """Return the one error to raise when all that was asked for was refused."""
    if len(refused) == 1:
        return refused[0]
    return ArticleError(", ".join(map(str, paths)), f"no article can be read ({len(refused)} refused)")


def _write_graph(folder: Path, *, title: str) -> int:
    """Write what the store holds as text and as a page; return how many quads the articles gave."""
    from kg.graph import serialize
    from kg.network import to_networkx
    from kg.pages import write_page
    from kg.store import iter_data, open_store

    store = open_store(folder / STORE)
    data = list(iter_data(store))
    (folder / TURTLE).write_bytes(serialize(data, "turtle"))
    (folder / NQUADS).write_bytes(serialize(data, "nquads"))
    write_page(to_networkx(store), folder / PAGE, title=title)
    return len(data)


def _versions() -> dict[str, str]:
    packages = ("pyoxigraph", "pyshacl", "rdflib", "spacy")
    return {
        "kg": __version__,
        "ontology": ontology.load().version,
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }
