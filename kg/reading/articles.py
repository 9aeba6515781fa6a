"""Items -> Articles: decoded, page chrome taken away."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from kg.config import Limits
from kg.deadlines import time_limit
from kg.errors import ArticleError, KgError
from kg.model import Article
from kg.reading.columns import Columns
from kg.reading.decoding import decode
from kg.reading.documents import read_docx, read_markdown, read_mhtml, read_pdf
from kg.reading.html import read_html
from kg.reading.items import Item, iter_items, open_item
from kg.reading.lines import split_lines
from kg.reading.page import read_page
from kg.reading.said import Said, merge

# A title that the container states is looked for at the start of so many lines of the text.
TITLE_WITHIN = 10


def read_article(path: Path) -> Article:
    """Return the article in one file.

    Raises:
        ArticleError: the file is missing, a folder, unreadable, empty, no text, or nothing but page chrome.
    """
    return read_item(open_item(path))


def read_item(item: Item, *, limits: Limits | None = None) -> Article:
    """Return the article in an item.

    Raises:
        ArticleError: it is empty, damaged, encrypted, too long, no text, or nothing but page chrome; or reading
            it takes longer than ``limits`` allow.
    """
    limits = limits or Limits()
    try:
        with time_limit(limits.item_seconds):
            text, said = _read_text(item, limits)
            _check_length(text, item.where, limits)
            return to_article(text, name=item.name, where=item.where, said=said)
    except KgError:
        # The article's own error, or a broken file of the product.
        raise
    except TimeoutError as error:
        raise ArticleError(item.where, str(error), "--limit item_seconds=N") from error
    except Exception as error:
        # Parsers of documents raise whatever they stumble over: KeyError, AttributeError, struct.error, …
        what = f"damaged, or no {item.format} file ({type(error).__name__})"
        raise ArticleError(item.where, what) from error


def _read_text(item: Item, limits: Limits) -> tuple[str, Said]:
    """Return the text of an item and what is said about it beside the text, in the page or by the container."""
    if item.format == "pdf":
        return read_pdf(item.data, where=item.where, limits=limits), item.said
    if item.format == "docx":
        return read_docx(item.data, where=item.where, limits=limits), item.said
    if item.format == "mhtml":
        page, charset, url = read_mhtml(item.data, where=item.where)
        text, said = read_html(page, charset=charset or None, url=url or item.said.url)
        return text, said.filled_from(item.said)
    if item.format == "html":
        text, said = read_html(item.data, charset=item.charset or None, url=item.said.url)
        return text, said.filled_from(item.said)
    decoded = decode(item.data)
    if decoded is None:
        raise ArticleError(item.where, "not a text file", "UTF-8, GB18030, Big5 or UTF-16")
    text, said = read_markdown(decoded) if item.format == "md" else (decoded, Said())
    said = said.filled_from(item.said)
    return _with_title(text, said.title), said


def _with_title(text: str, title: str) -> str:
    """Return the text with its title above it, as a page has it; a row holds the two apart."""
    lines = islice((line for line in text.splitlines() if line.strip()), TITLE_WITHIN)
    is_there = any(_squeeze(line).startswith(_squeeze(title)) for line in lines)
    return text if is_there or not text.strip() else f"{title}\n{text}"


def _squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def _check_length(text: str, where: str, limits: Limits) -> None:
    if len(text) > limits.article_chars:
        what = f"longer than {limits.article_chars:,} characters"
        raise ArticleError(where, what, "--limit article_chars=N")
    if len(text) > limits.line_chars and max(map(len, text.splitlines())) > limits.line_chars:
        what = f"a line longer than {limits.line_chars:,} characters"
        raise ArticleError(where, what, "--limit line_chars=N")


def to_article(text: str, *, name: str, where: str, said: Said | None = None) -> Article:
    """Return the article in the text of a page; ``where`` names the source in an error.

    ``said`` is what metadata around the text says: it fills what the page's own lines leave open.

    Raises:
        ArticleError: there is no text, or nothing but page chrome.
    """
    said = said or Said()
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


def iter_articles(
    paths: Iterable[str | Path], *, limits: Limits | None = None, columns: Columns = ()
) -> Iterator[Article | ArticleError]:
    """Yield the article of each item of ``paths``; what cannot be read as its ArticleError, in its place."""
    for item in iter_items(paths, limits=limits, columns=columns):
        try:
            yield item if isinstance(item, ArticleError) else read_item(item, limits=limits)
        except ArticleError as error:
            yield error
