"""Tables -> items: a row an article. JSON Lines, JSON, CSV, TSV and Parquet, read in pieces of any size."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from kg.config import Limits
from kg.errors import ArticleError
from kg.reading.archives import Source, short
from kg.reading.columns import Columns, Row, find_columns, load_words, no_text, read_row
from kg.reading.decoding import decode
from kg.reading.formats import HEAD, stem_of
from kg.reading.item import Item, to_name
from kg.reading.streams import CHUNK, BudgetError, iter_lines, look, new_budget, spool

# A row as it was found, with its number for messages and names; why there is none; or None for an empty line.
Found = tuple[int, Mapping[str, Any] | ArticleError | None]
# A file of this many empty lines in a row is no table: a bomb has a thousand million.
EMPTY_LINES = 100_000
# Rows of Parquet are read in batches of about this many bytes.
BATCH = 16_000_000
_DELIMITERS = ",;\t|"
_GAP = re.compile(r"[\s,]*")
_ESCAPED = re.compile("[\udc80-\udcff]")
_HALF = re.compile("[\ud800-\udfff]")


def iter_rows(
    source: Source, format: str, *, limits: Limits, columns: Columns
) -> Iterator[Item | ArticleError]:
    """Yield the item of each row of a table; a row without an article as its error, in its place.

    ``format`` is jsonl, json, csv, tsv or parquet.
    """
    known: dict[tuple[str, ...], dict[str, str]] = {}
    empty = 0
    for number, row in _READERS[format](source, limits, columns):
        empty = empty + 1 if row is None else 0
        if row is None:
            if empty == EMPTY_LINES:
                raise ArticleError(source.where, f"{EMPTY_LINES:,} empty lines, the rest is left")
            continue
        where = f"{source.where}:{number}"
        if isinstance(row, ArticleError):
            yield row
            continue
        names = tuple(row)
        if names not in known:
            # Rows of one table have the same columns; others' are not kept.
            known.clear()
            known[names] = find_columns(names, columns=columns)
        try:
            if not known[names].keys() & {"text", "html"}:
                raise no_text(where, names, columns=columns)
            yield _to_item(read_row(row, known[names], where=where), source, number, limits)
        except ArticleError as error:
            yield error


def _to_item(row: Row, source: Source, number: int, limits: Limits) -> Item:
    where = f"{source.where}:{number}"
    name = row.name or urlsplit_path(row.said.url) or f"{stem_of(source.name)}-{number}"
    raw = _ESCAPED.search(row.text) is not None
    if raw:
        # Bytes that are no UTF-8 stay as they are: what reads the item finds their encoding, or refuses it.
        data = _HALF.sub(lambda half: half[0] if _ESCAPED.match(half[0]) else "", row.text).encode(
            "utf-8", "surrogateescape"
        )
    else:
        data = _HALF.sub("", row.text).encode("utf-8")
    if len(data) > limits.item_bytes:
        raise ArticleError(where, f"larger than {limits.item_bytes:,} bytes", "--limit item_bytes=N")
    return Item(where, to_name(name), data, row.format, row.said, "" if raw else "utf-8")


def urlsplit_path(url: str) -> str:
    """Return the end of an address's path, as far as it makes a name; nothing where it is no address."""
    try:
        path = urlsplit(url).path.strip("/")
    except ValueError:
        return ""
    return stem_of(path)[-60:].strip("/") if url else ""


def _iter_json_lines(source: Source, limits: Limits, _: Columns) -> Iterator[Found]:
    for number, line in enumerate(iter_lines(to_utf8(source.stream), limits.item_bytes), 1):
        where = f"{source.where}:{number}"
        if line is None:
            yield number, _too_long(where, limits)
        else:
            yield number, _parse_line(line, where) if line.strip(b"\xef\xbb\xbf \t\r\n") else None


def _parse_line(line: bytes, where: str) -> Mapping[str, Any] | ArticleError:
    text = decode(line)
    if text is None:
        return ArticleError(where, "not text", "JSON in UTF-8")
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        return ArticleError(where, f"no JSON ({short(error)})", "one object a line")
    return row if isinstance(row, dict) else _wrong_shape(where, row)


def _iter_json(source: Source, limits: Limits, columns: Columns) -> Iterator[Found]:
    """Yield the rows of a JSON file: objects in a list, one after the other, wrapped in one, or one alone."""
    number, good = 0, False
    for value in iter_values(to_utf8(source.stream), limits.item_bytes):
        rows = value if isinstance(value, list) else _unwrap(value, columns)
        for row in rows:
            number += 1
            good = good or isinstance(row, dict)
            yield number, row if isinstance(row, dict) else _wrong_shape(f"{source.where}:{number}", row)
            if not good:
                # What follows has the same shape: one message for all.
                return


def _unwrap(value: object, columns: Columns) -> Sequence[object]:
    if isinstance(value, dict) and not find_columns(list(value), columns=columns).keys() & {"text", "html"}:
        for key in load_words().wrappers:
            if isinstance(value.get(key), list):
                rows: list[object] = value[key]
                return rows
    return [value]


def iter_values(stream: BinaryIO, limit: int) -> Iterator[object]:
    """Yield the JSON values in a stream, those of a list one by one, none longer than ``limit`` bytes.

    Raises:
        ValueError: it is no JSON, or a value is longer.
    """
    decoder, to_text = json.JSONDecoder(), codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    text, at, more, in_list = "", 0, True, False
    while True:
        match = _GAP.match(text, at)
        at = match.end() if match else at
        if at < len(text) and text[at] in "[]" and (text[at] == "]") == in_list:
            in_list = not in_list
            at += 1
            continue
        try:
            value, end = decoder.raw_decode(text, at) if at < len(text) else (None, -1)
        except json.JSONDecodeError as error:
            if not more:
                raise ValueError(f"no JSON ({error.msg})") from error
            end = -1
        if end >= 0 and (end < len(text) or not more):
            yield value
            at = end
        elif not more:
            return
        elif len(text) - at > limit:
            raise ValueError(f"a value longer than {limit:,} bytes")
        else:
            # Twice as much each time, so that a long value is not tried again for every piece of it.
            data = stream.read(max(CHUNK, len(text) - at))
            more = bool(data)
            text, at = text[at:] + to_text.decode(data, final=not data), 0


class _Lines:
    """The lines of a stream for csv: one that is too long is an error, after which the next ones follow."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._lines = iter_lines(stream, limit)
        self.count = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.count += 1
        if line is None:
            raise OverflowError("a line that is too long")
        return line.decode("utf-8", "surrogateescape").removeprefix("\ufeff" if self.count == 1 else "")


def _iter_csv(source: Source, limits: Limits, columns: Columns) -> Iterator[Found]:
    delimiter = _delimiter(look(source.stream, HEAD))
    yield from _iter_separated(source, limits, columns, delimiter)


def _iter_tsv(source: Source, limits: Limits, columns: Columns) -> Iterator[Found]:
    yield from _iter_separated(source, limits, columns, "\t")


def _iter_separated(source: Source, limits: Limits, columns: Columns, delimiter: str) -> Iterator[Found]:
    csv.field_size_limit(max(csv.field_size_limit(), limits.item_bytes))
    lines = _Lines(to_utf8(source.stream), limits.item_bytes)
    reader = csv.reader(lines, delimiter=delimiter)
    names: list[str] = []
    while True:
        number = lines.count + 1
        where = f"{source.where}:{number}"
        try:
            cells = next(reader)
        except StopIteration:
            return
        except OverflowError:
            yield number, _too_long(where, limits)
            continue
        except csv.Error as error:
            yield number, ArticleError(where, f"no row ({short(error)})", "a closed quotation mark")
            continue
        if not any(cell.strip() for cell in cells):
            yield number, None
        elif not names:
            names = cells
            if not find_columns(names, columns=columns).keys() & {"text", "html"}:
                yield number, no_text(source.where, names, columns=columns)
                return
        elif any(cells[len(names) :]):
            yield (
                number,
                ArticleError(where, f"{len(cells)} cells under {len(names)} headings", "quote commas"),
            )
        else:
            yield number, dict(zip_longest(names, cells[: len(names)]))


def _delimiter(head: bytes) -> str:
    """Return what parts the cells of a heading."""
    line = head.replace(b"\x00", b"").splitlines()[0] if head.strip() else b""
    return max(_DELIMITERS, key=lambda mark: line.count(mark.encode()))


def _iter_parquet(source: Source, limits: Limits, columns: Columns) -> Iterator[Found]:
    try:
        from pyarrow import parquet
    except ImportError:
        allowed = "pip install 'child-protection-kg[parquet]'"
        yield 0, ArticleError(source.where, "Parquet needs pyarrow, which is not installed", allowed)
        return
    stream = source.stream if source.depth == 0 and source.stream.seekable() else spool(source.stream)
    with parquet.ParquetFile(stream, read_dictionary=_text_columns(stream)) as table:
        names = list(table.schema_arrow.names)
        found = find_columns(names, columns=columns)
        if not found.keys() & {"text", "html"}:
            yield 0, no_text(source.where, names, columns=columns)
            return
        wanted = list(dict.fromkeys(found.values()))
        size = _check_size(table.metadata, wanted, source, limits)
        rows = max(1, min(1024, BATCH // max(1, size // max(1, table.metadata.num_rows))))
        number = 0
        for batch in table.iter_batches(batch_size=rows, columns=wanted):
            for index in range(batch.num_rows):
                number += 1
                # One by one: a thousand rows may share one text of a million characters.
                yield number, {name: batch.column(name)[index].as_py() for name in wanted}


def _text_columns(stream: BinaryIO) -> list[str]:
    """Return the columns of strings: they are not multiplied when rows share them."""
    import pyarrow
    from pyarrow import parquet

    schema = parquet.read_schema(stream)
    stream.seek(0)
    kinds = (pyarrow.string(), pyarrow.large_string(), pyarrow.binary())
    return [field.name for field in schema if field.type in kinds]


def _check_size(metadata: Any, wanted: Sequence[str], source: Source, limits: Limits) -> int:
    """Return the bytes that the wanted columns unpack to, as the file says.

    Raises:
        BudgetError: it is more than the file's size allows.
    """
    total = 0
    for group in range(metadata.num_row_groups):
        parts = metadata.row_group(group)
        for index in range(parts.num_columns):
            column = parts.column(index)
            if column.path_in_schema.split(".")[0] in wanted:
                total += column.total_uncompressed_size
    budget = source.budget or new_budget(
        source.size, max_bytes=limits.archive_bytes, max_ratio=limits.archive_ratio, max_items=1
    )
    if total < 0 or total > budget.bytes:
        raise BudgetError("unpacks to far more than its own size")
    return total


def to_utf8(stream: io.BufferedReader) -> BinaryIO:
    """Return a stream of text as UTF-8, whatever of the usual encodings its beginning is in."""
    encoding = _encoding_of(look(stream, HEAD))
    return stream if encoding == "utf-8" else io.BufferedReader(_Recoded(stream, encoding), CHUNK)


def _encoding_of(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        whole = head[: head.rfind(b"\n") + 1] or head
        text = decode(whole)
        for encoding in ("gb18030", "big5", "utf-16-le", "utf-16-be"):
            if text and whole.decode(encoding, "ignore")[:500] == text[:500]:
                return encoding
    return "utf-8"


class _Recoded(io.RawIOBase):
    """A stream of text in another encoding, as UTF-8; what cannot be decoded is replaced."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer has no len
        while not self._ready and not self._ended:
            data = self._stream.read(CHUNK)
            self._ended = not data
            self._ready = self._decoder.decode(data, final=not data).encode("utf-8", "replace")
        part = self._ready[: len(buffer)]
        self._ready = self._ready[len(part) :]
        buffer[: len(part)] = part
        return len(part)


def _too_long(where: str, limits: Limits) -> ArticleError:
    return ArticleError(where, f"a line longer than {limits.item_bytes:,} bytes", "--limit item_bytes=N")


def _wrong_shape(where: str, value: object) -> ArticleError:
    kinds = {list: "a list", str: "a string", int: "a number", float: "a number", bool: "true or false"}
    return ArticleError(where, f"JSON of another shape ({kinds.get(type(value), 'null')})", "an object a row")


_READERS: Mapping[str, Callable[[Source, Limits, Columns], Iterable[Found]]] = {
    "jsonl": _iter_json_lines,
    "json": _iter_json,
    "csv": _iter_csv,
    "tsv": _iter_tsv,
    "parquet": _iter_parquet,
}
