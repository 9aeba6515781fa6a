"""The one place that knows the order: files, articles, extractions, quads, a build on disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kg.errors import ArticleError
from kg.model import Article, Extraction

Extractor = Callable[[Iterable[Article]], Iterator[Extraction]]


def load_extractor(*, model: str | None = None) -> Extractor:
    """Return the extractor of this package, its language pipeline loaded (seconds).

    ``model`` names an installed spaCy pipeline to use in place of our own.
    """
    from kg import language

    nlp = language.load(model=model)
    return lambda articles: language.extract(articles, nlp=nlp)


def iter_extractions(paths: Iterable[Path], *, extractor: Extractor) -> Iterator[Extraction | ArticleError]:
    """Yield what each file or folder gives, in order; what cannot be read comes as its error."""
    from kg.privacy import redact
    from kg.reading import iter_articles

    refused: deque[ArticleError] = deque()

    def articles() -> Iterator[Article]:
        for item in iter_articles(paths):
            if isinstance(item, ArticleError):
                refused.append(item)
            else:
                yield redact(item)

    for extraction in extractor(articles()):
        while refused:
            yield refused.popleft()
        yield extraction
    yield from refused


def extract_one(path: Path, *, extractor: Extractor) -> Extraction:
    """Return the extraction of one article file.

    Raises:
        ArticleError: the file cannot be read as an article.
    """
    from kg.privacy import redact
    from kg.reading import read_article

    return next(extractor([redact(read_article(path))]))
