"""Files -> articles -> extractions -> what the gate lets through: the order of the work on one article."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kg.config import Settings
from kg.errors import ArticleError, ConfigError
from kg.model import Article, Extraction

if TYPE_CHECKING:
    from pyoxigraph import Quad
    from spacy.language import Language

    from kg.shapes import GateResult, Quarantined

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


def accept(
    articles: Iterable[Article], *, settings: Settings, extractor: Extractor
) -> Iterator[Accepted | ArticleError]:
    """Yield what may be written of each masked article, in order; one that is refused whole as its error."""
    from kg.shapes import gate

    readable = iter(articles)
    for first in readable:
        # Without one article there is no need to load anything.
        for result in gate(extractor(chain([first], readable)), settings=settings):
            yield _accepted(result)


def _accepted(result: GateResult) -> Accepted | ArticleError:
    if result.kept:
        return Accepted(result.kept, result.quads, result.quarantined)
    for held in result.quarantined:
        if isinstance(held.item, Article):
            return ArticleError(held.item.name, held.reason_en)
    raise AssertionError("the gate keeps nothing and says nothing")


def iter_accepted(
    paths: Iterable[str | Path], *, settings: Settings, extractor: Extractor
) -> Iterator[Accepted | ArticleError]:
    """Yield what may be written of each article; what cannot be read, or is refused whole, as its error."""

    def taken(articles: Iterable[Article]) -> Iterator[Accepted | ArticleError]:
        return accept(articles, settings=settings, extractor=extractor)

    yield from iter_extractions(paths, extractor=taken, settings=settings)


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


def nothing_read(paths: Sequence[str | Path], refused: Sequence[ArticleError]) -> ArticleError:
    """Return the one error to raise when all that was asked for was refused."""
    if len(refused) == 1:
        return refused[0]
    return ArticleError(", ".join(map(str, paths)), f"no article can be read ({len(refused)} refused)")
