"""WARC -> items: the HTML pages that a crawler got, each with its address.

The record format is read here, line by line within bounds, and found again behind a damaged record: the
libraries for it stop there, or take a header of any length.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO, cast

from kg.config import Limits
from kg.errors import ArticleError
from kg.reading.archives import Source
from kg.reading.formats import stem_of
from kg.reading.item import Item, to_name
from kg.reading.said import Said
from kg.reading.streams import CHUNK, Budget, read_up_to
from kg.reading.tables import urlsplit_path

# The longest line of a header, and the most lines: an address may have 8,000 bytes, cookies somewhat more.
LINE, LINES = 1 << 16, 500
PAGES = ("text/html", "application/xhtml+xml")
_VERSION = re.compile(rb"WARC/\d\.\d+\s*")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r?\n")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


class _Block:
    """The block of one record as a stream: it ends where the record does."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream = stream
        self.left = length

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, self.left))
        if not data and size and self.left:
            raise EOFError("the record is cut off")
        self.left -= len(data)
        return data

    def readline(self, size: int) -> bytes:
        data = self._stream.readline(min(size, self.left))
        self.left -= len(data)
        return data


def iter_pages(source: Source, *, budget: Budget, limits: Limits) -> Iterator[Item | ArticleError]:
    """Yield the item of each HTML response with status 200; a broken one as its error, in its place.

    Raises:
        EOFError: the file ends inside a record.
    """
    stream: BinaryIO = source.stream
    number, lost = 0, False
    while line := stream.readline(LINE):
        if not _VERSION.fullmatch(line):
            if line.strip() and not lost:
                lost = True
                yield ArticleError(f"{source.where}:{number}", "damage behind this record", "WARC/1.0 or 1.1")
            continue
        number, lost = number + 1, False
        budget.spend(items=1)
        where = f"{source.where}:{number}"
        try:
            headers = _read_headers(stream, where)
            block = _Block(stream, _length_of(headers, where))
        except ArticleError as error:
            lost = True
            yield error
            continue
        try:
            item = _read_record(source, number, headers, block, limits)
            if item is not None:
                yield item
        except ArticleError as error:
            yield error
        while block.left:
            block.read(CHUNK)


def _read_headers(stream: BinaryIO | _Block, where: str) -> dict[str, str]:
    """Return the headers up to the empty line, names in small letters."""
    headers: dict[str, str] = {}
    name = ""
    for _ in range(LINES):
        line = stream.readline(LINE)
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            return headers
        if len(line) == LINE:
            break
        if text[0] in " \t" and name:
            headers[name] += " " + text.strip()
            continue
        name, colon, value = text.partition(":")
        name = name.strip().lower()
        if colon:
            headers.setdefault(name, value.strip())
    raise ArticleError(where, "a record whose header does not end")


def _length_of(headers: Mapping[str, str], where: str) -> int:
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdecimal()) or len(length) > 15:
        raise ArticleError(where, "a record without its length")
    return int(length)


def _read_record(
    source: Source, number: int, headers: Mapping[str, str], block: _Block, limits: Limits
) -> Item | None:
    """Return the page in a record, or None where the record holds something else.

    Raises:
        ArticleError: it should hold a page, and does not.
    """
    is_http = headers.get("content-type", "application/http").lower().startswith("application/http")
    if headers.get("warc-type", "").lower() != "response" or not is_http:
        return None
    where = f"{source.where}:{number}"
    status = block.readline(LINE).split(None, 2)
    if len(status) < 2 or not status[0].startswith(b"HTTP/"):
        raise ArticleError(where, "no HTTP response")
    http = _read_headers(block, where)
    kind = http.get("content-type", "")
    if status[1] != b"200" or kind.partition(";")[0].strip().lower() not in PAGES:
        return None
    url = headers.get("warc-target-uri", "").strip("<>")
    charset = _CHARSET.search(kind)
    name = urlsplit_path(url) or f"{stem_of(source.name)}-{number}"
    said = Said(url=url, origins=(("url", "warc"),) if url else ())
    data = _read_body(block, http, where, limits)
    return Item(where, to_name(name), data, "html", said, charset[1] if charset else "")


def _read_body(block: _Block, http: Mapping[str, str], where: str, limits: Limits) -> bytes:
    """Return the page as its server meant it: transfer and content encodings undone."""
    limit = limits.item_bytes
    data = read_up_to(cast(BinaryIO, block), limit)
    if data is not None and "chunked" in http.get("transfer-encoding", "").lower():
        data = _join_chunks(data)
    for encoding in reversed(http.get("content-encoding", "").lower().split(",")):
        if data is None:
            break
        try:
            data = _decode(data, encoding.strip(), where, limit)
        except (zlib.error, ValueError) as error:
            raise ArticleError(where, f"its {encoding.strip()} is damaged") from error
    if data is None:
        raise ArticleError(where, f"larger than {limit:,} bytes", "--limit item_bytes=N")
    return data


def _join_chunks(data: bytes) -> bytes:
    """Return a body sent in chunks; one that is not (some crawlers join them and keep the header) as it is."""
    parts: list[bytes] = []
    at = 0
    while match := _CHUNK.match(data, at):
        size = int(match[1], 16)
        if not size:
            return b"".join(parts)
        parts.append(data[match.end() : match.end() + size])
        at = match.end() + size
        at += 2 if data[at : at + 2] == b"\r\n" else 0
    return b"".join(parts) if parts and at >= len(data) else data


def _decode(data: bytes, encoding: str, where: str, limit: int) -> bytes | None:
    """Return data without one content encoding, or None where it is longer than ``limit`` bytes."""
    if encoding in ("", "identity", "utf-8"):
        return data
    if encoding in ("gzip", "x-gzip", "deflate"):
        if encoding != "deflate" and not data.startswith(b"\x1f\x8b"):
            # Some crawlers unpack the page and keep the header.
            return data
        window = zlib.MAX_WBITS | 32 if data[:1] in (b"\x1f", b"\x78") else -zlib.MAX_WBITS
        unpacker = zlib.decompressobj(window)
        unpacked = unpacker.decompress(data, limit + 1)
        return _bounded(unpacked, limit, whole=unpacker.eof)
    if encoding == "br":
        import brotli

        brotli_unpacker = brotli.Decompressor()
        try:
            unpacked = brotli_unpacker.process(data, output_buffer_limit=limit + 1)
            return _bounded(unpacked, limit, whole=brotli_unpacker.is_finished())
        except brotli.error as error:
            raise ValueError(str(error)) from error
    raise ArticleError(where, f"content encoding {encoding[:20]!r}", "gzip, deflate or br")


def _bounded(data: bytes, limit: int, *, whole: bool) -> bytes | None:
    """Return the data, or None where it is longer than ``limit`` bytes.

    Raises:
        ValueError: it is shorter, and not whole.
    """
    if len(data) <= limit and not whole:
        raise ValueError("cut off")
    return data if len(data) <= limit else None
