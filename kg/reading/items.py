"""Files, folders, archives, tables -> items: one article each, as it came, not yet read.

Finding items is cheap and needs one process; what reads them (:func:`kg.reading.articles.read_item`) may be many.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from kg.config import Limits
from kg.errors import ArticleError
from kg.reading.archives import Source, iter_gzip, iter_tar, iter_zip, short
from kg.reading.columns import Columns
from kg.reading.formats import HEAD, SUFFIXES, TABLES, is_wanted, stem_of, tell_format
from kg.reading.item import Item, to_name
from kg.reading.places import Place, iter_places
from kg.reading.streams import BROKEN, Budget, BudgetError, buffer, look, new_budget, read_up_to
from kg.reading.tables import iter_rows
from kg.reading.webarchive import iter_pages

__all__ = ["Item", "iter_items", "open_item"]

STDIN = "-"
# These carry pictures beside the text.
DOCUMENTS = ("pdf", "docx", "mhtml")


def iter_items(
    paths: Iterable[str | Path],
    *,
    limits: Limits | None = None,
    columns: Columns = (),
    stdin: BinaryIO | None = None,
) -> Iterator[Item | ArticleError]:
    """Yield the items at each path, folders and archives searched through in the order of their paths.

    A path is a file, a folder, an address that fsspec opens, or ``-`` for JSON Lines on stdin. A named file
    is taken whatever its suffix, in a folder only known ones. A file reached twice is taken once. What cannot
    be opened comes out as its ArticleError, in its place. ``stdin`` is read in place of the process's own.
    """
    limits = limits or Limits()
    seen: set[object] = set()
    for path in paths:
        if str(path) == STDIN:
            source = Source("stdin", "stdin.jsonl", buffer(stdin or sys.stdin.buffer))
            rows = iter_rows(source, "jsonl", limits=limits, columns=columns)
            yield from _stop_early(source, _guard(source, rows), limits)
            continue
        found = False
        for place in iter_places(path, wanted=is_wanted):
            found = True
            if isinstance(place, ArticleError):
                yield place
            elif place.key not in seen:
                seen.add(place.key)
                yield from _open(place, limits, columns)
        if not found:
            yield ArticleError(str(path), "a folder without articles", f"*{', *'.join(SUFFIXES)} files")


def open_item(path: str | Path, *, limits: Limits | None = None) -> Item:
    """Return the item of one file.

    Raises:
        ArticleError: the file is missing, a folder, too large, unreadable, or holds more than one article.
    """
    if Path(path).is_dir():
        raise ArticleError(str(path), "a folder", "a file")
    found: Item | None = None
    for item in iter_items([path], limits=limits):
        if isinstance(item, ArticleError):
            raise item
        if found is not None:
            raise ArticleError(str(path), "holds more than one article", "one article a file")
        found = item
    if found is None:
        raise ArticleError(str(path), "holds no article")
    return found


def _open(place: Place, limits: Limits, columns: Columns) -> Iterator[Item | ArticleError]:
    """Yield the items in one file; its own error where it cannot be opened."""
    try:
        stream, size = place.open()
    except ArticleError as error:
        yield error
        return
    with closing(stream):
        source = Source(place.where, place.name, buffer(stream), size)
        yield from _stop_early(source, _guard(source, _expand(source, limits, columns)), limits)


def _stop_early(
    source: Source, items: Iterator[Item | ArticleError], limits: Limits
) -> Iterator[Item | ArticleError]:
    """Yield items; a file in which nothing is right any more would fill the report."""
    errors = 0
    for item in items:
        errors = errors + 1 if isinstance(item, ArticleError) else 0
        yield item
        if errors >= limits.errors_in_row:
            what = f"{errors:,} errors one after the other, the rest is left"
            yield ArticleError(source.where, what, "--limit errors_in_row=N")
            return


def _guard(source: Source, items: Iterator[Item | ArticleError]) -> Iterator[Item | ArticleError]:
    """Yield items; where the file that they come from breaks, its error is the last of them."""
    try:
        yield from items
    except ArticleError as error:
        yield error
    except BudgetError as error:
        # The outermost archive is given up, and it is the one to name.
        if source.depth:
            raise
        yield ArticleError(source.where, str(error), "--limit sets other bounds")
    except BROKEN as error:
        if source.budget and source.budget.reason:
            # A parser took the end of the budget for an error of its own.
            raise BudgetError(source.budget.reason) from error
        yield ArticleError(source.where, f"damaged or cut off ({short(error)})")


def _expand(source: Source, limits: Limits, columns: Columns) -> Iterator[Item | ArticleError]:
    """Yield the items in a file, whatever it is.

    Raises:
        ArticleError: it is nothing that is read here, or too large.
    """
    kind = tell_format(source.name, look(source.stream, HEAD), where=source.where)
    if kind in TABLES.values():
        yield from iter_rows(source, kind, limits=limits, columns=columns)
    elif kind in ("zip", "tar", "gz", "warc"):
        yield from _unpack(source, kind, limits, columns)
    else:
        yield _read_whole(source, kind, limits)


def _unpack(source: Source, format: str, limits: Limits, columns: Columns) -> Iterator[Item | ArticleError]:
    """Yield the items in an archive, archives inside it included."""
    if source.depth >= limits.archive_depth:
        what = f"more than {limits.archive_depth} archives inside one another"
        raise ArticleError(source.where, what, "--limit archive_depth=N")
    budget = source.budget or _new_budget(source, limits)
    found = False
    if format == "warc":
        for page in iter_pages(source, budget=budget, limits=limits):
            found = True
            yield page
    else:
        for inner in _members(source, format, budget, limits):
            found = True
            if isinstance(inner, ArticleError):
                yield inner
            else:
                yield from _guard(inner, _expand(inner, limits, columns))
    if not found:
        raise ArticleError(source.where, "an archive without articles")


def _members(source: Source, format: str, budget: Budget, limits: Limits) -> Iterator[Source | ArticleError]:
    if format == "zip":
        return iter_zip(source, budget=budget, max_items=limits.archive_items)
    return (iter_tar if format == "tar" else iter_gzip)(source, budget=budget)


def _new_budget(source: Source, limits: Limits) -> Budget:
    return new_budget(
        source.size,
        max_bytes=limits.archive_bytes,
        max_ratio=limits.archive_ratio,
        max_items=limits.archive_items,
    )


def _read_whole(source: Source, format: str, limits: Limits) -> Item:
    name = "document_bytes" if format in DOCUMENTS else "item_bytes"
    limit: int = getattr(limits, name)
    # A stated size is believed where it refuses; what is read is held against the limit all the same.
    data = None if source.size is not None and source.size > limit else read_up_to(source.stream, limit)
    if data is None:
        raise ArticleError(source.where, f"larger than {limit:,} bytes", f"--limit {name}=N")
    return Item(source.where, to_name(stem_of(source.name)), data, format)
