"""Files and folders -> Articles: one text file is one article, page chrome taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.errors import ArticleError
from kg.model import Article
from kg.reading.decoding import decode
from kg.reading.lines import split_lines
from kg.reading.page import read_page

SUFFIXES = (".txt",)
# The longest news features are below 100 kB; what is above this is no single article.
MAX_BYTES = 8_000_000


def read_article(path: Path) -> Article:
    """Return the article in one text file.

    Raises:
        ArticleError: the file is missing, a folder, unreadable, empty, no text, or nothing but page chrome.
    """
    text = decode(_read_bytes(path))
    if text is None:
        raise ArticleError(str(path), "not a text file", "UTF-8, GB18030, Big5 or UTF-16")
    return to_article(text, name=path.stem, where=str(path))


def to_article(text: str, *, name: str, where: str) -> Article:
    """Return the article in the text of a page; ``where`` names the source in an error.

    Raises:
        ArticleError: there is no text, or nothing but page chrome.
    """
    lines = split_lines(text)
    if not lines:
        raise ArticleError(where, "the file is empty")
    page = read_page(lines)
    if not page.paragraphs:
        raise ArticleError(where, "no article text, only page chrome")
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
        title=page.title,
        publisher=page.publisher,
        author=page.author,
        published=page.published,
        url=page.url,
    )


def iter_articles(paths: Iterable[Path]) -> Iterator[Article | ArticleError]:
    """Yield the article of each file, folders searched through in the order of their paths.

    A named file is read whatever its suffix, in a folder only ``.txt``. A file reached twice is read
    once. What cannot be read comes out as its ArticleError, in its place.
    """
    seen: set[Path] = set()
    for path in paths:
        found = False
        for file in _iter_files(path):
            found = True
            if (place := file.resolve()) in seen:
                continue
            seen.add(place)
            try:
                yield read_article(file)
            except ArticleError as error:
                yield error
        if not found:
            yield ArticleError(str(path), "a folder without articles", f"*{', *'.join(SUFFIXES)} files")


def _iter_files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    yield from sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and not file.is_dir()
    )


def _read_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ArticleError(str(path), "a folder", "one text file")
        if path.exists() and not path.is_file():
            raise ArticleError(str(path), "neither a file nor a folder", "one text file")
        if path.stat().st_size > MAX_BYTES:
            raise ArticleError(str(path), f"larger than {MAX_BYTES // 1_000_000} MB", "one article a file")
        return path.read_bytes()
    except OSError as error:
        raise ArticleError(str(path), error.strerror or "cannot be read") from error
    except ValueError as error:
        raise ArticleError(repr(str(path)), str(error)) from error
