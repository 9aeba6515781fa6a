"""Files and folders -> items: one article each, as it came, not yet read.

Finding items is cheap and needs one process; what reads them (:func:`kg.reading.articles.read_item`) may be many.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.errors import ArticleError

SUFFIXES = (".txt",)
# The longest news features are below 100 kB; what is above this is no single article.
MAX_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Item:
    """One article as it came: ``data`` in some encoding, ``name`` for the article, ``where`` for messages."""

    where: str
    name: str
    data: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of all that is read of the item, in hexadecimal."""
        found = hashlib.sha256()
        for part in (self.name.encode("utf-8", "surrogatepass"), self.data):
            found.update(hashlib.sha256(part).digest())
        return found.hexdigest()


def iter_items(paths: Iterable[Path]) -> Iterator[Item | ArticleError]:
    """Yield the item of each file, folders searched through in the order of their paths.

    A named file is taken whatever its suffix, in a folder only ``.txt``. A file reached twice is taken
    once. What cannot be opened comes out as its ArticleError, in its place.
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
                yield open_item(file)
            except ArticleError as error:
                yield error
        if not found:
            yield ArticleError(str(path), "a folder without articles", f"*{', *'.join(SUFFIXES)} files")


def open_item(path: Path) -> Item:
    """Return the item of one file.

    Raises:
        ArticleError: the file is missing, a folder, too large or unreadable.
    """
    return Item(str(path), path.stem, _read_bytes(path))


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
