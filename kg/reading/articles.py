"""Items -> Articles: decoded, page chrome taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.errors import ArticleError
from kg.model import Article
from kg.reading.decoding import decode
from kg.reading.items import Item, iter_items, open_item
from kg.reading.lines import split_lines
from kg.reading.page import read_page
from kg.reading.said import Said, merge


def read_article(path: Path) -> Article:
    """Return the article in one text file.

    Raises:
        ArticleError: the file is missing, a folder, unreadable, empty, no text, or nothing but page chrome.
    """
    return read_item(open_item(path))


def read_item(item: Item) -> Article:
    """Return the article in an item.

    Raises:
        ArticleError: it is empty, no text, or nothing but page chrome.
    """
    text = decode(item.data)
    if text is None:
        raise ArticleError(item.where, "not a text file", "UTF-8, GB18030, Big5 or UTF-16")
    return to_article(text, name=item.name, where=item.where)


def to_article(text: str, *, name: str, where: str, said: Said | None = None) -> Article:
    """Return the article in the text of a page; ``where`` names the source in an error.

    ``said`` is what metadata around the text says: it fills what the page's own lines leave open.

    Raises:
        ArticleError: there is no text, or nothing but page chrome.
    """
    lines = split_lines(text)
    if not lines:
        raise ArticleError(where, "the file is empty")
    page = read_page(lines)
    if not page.paragraphs:
        raise ArticleError(where, "no article text, only page chrome")
    known = merge(page, said or Said())
    stored = "\n".join(page.paragraphs)
    spans: list[tuple[int, int]] = []
    start = 0
    for paragraph in page.paragraphs:
        spans.append((start, start + len(paragraph)))
        start += len(paragraph) + 1
    return Article(
        id=hashlib.sha256(stored.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        name=name,
        text=stored,
        paragraphs=tuple(spans),
        title=known.title,
        publisher=known.publisher,
        author=known.author,
        published=known.published,
        url=known.url,
        origins=known.origins,
    )


def iter_articles(paths: Iterable[Path]) -> Iterator[Article | ArticleError]:
    """Yield the article of each item of ``paths``; what cannot be read as its ArticleError, in its place."""
    for item in iter_items(paths):
        try:
            yield item if isinstance(item, ArticleError) else read_item(item)
        except ArticleError as error:
            yield error
