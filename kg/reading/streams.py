"""Streams that stay within bounds: counted while they are unpacked, read line by line up to a length."""

from __future__ import annotations

import csv
import io
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

CHUNK = 1 << 16
# Nobody makes a bomb of this size; small files full of repetition are ordinary.
HARMLESS = 50_000_000
# Up to here an archive inside an archive stays in memory while it is read, above in a nameless temporary file.
IN_MEMORY = 8_000_000


# What reading a damaged archive or table raises. NotImplementedError and RecursionError are RuntimeErrors.
BROKEN = (
    *(OSError, EOFError, ValueError, RuntimeError, OverflowError, LookupError, TypeError, AttributeError),
    *(zlib.error, zipfile.BadZipFile, tarfile.TarError, struct.error, csv.Error),
)


class BudgetError(Exception):
    """An archive unpacks to more than is allowed: it is given up as a whole."""


@dataclass(slots=True)
class Budget:
    """What one archive, with all the archives in it, may still unpack to."""

    bytes: int
    items: int
    reason: str = ""

    def spend(self, *, bytes: int = 0, items: int = 0) -> None:
        """Count what was unpacked.

        Raises:
            BudgetError: it is more than the archive may.
        """
        self.bytes -= bytes
        self.items -= items
        if self.bytes < 0:
            self.reason = self.reason or "unpacks to far more than its own size (a zip bomb)"
        elif self.items < 0:
            self.reason = self.reason or "holds too many files"
        if self.reason:
            raise BudgetError(self.reason)


def new_budget(size: int | None, *, max_bytes: int, max_ratio: int, max_items: int) -> Budget:
    """Return the budget of an archive of ``size`` bytes (None where that is unknown)."""
    allowed = max_bytes if size is None else min(max_bytes, max(size * max_ratio, HARMLESS))
    return Budget(allowed, max_items)


class _Metered(io.RawIOBase):
    """A stream whose bytes are counted against a budget as they are read."""

    def __init__(self, stream: BinaryIO, budget: Budget | None) -> None:
        # What was read before the stream broke is lost in read(), which waits for all that it was asked for.
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self._budget = budget
        self._broken: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer has no len
        """Fill the buffer; what was read before the stream broke comes first, its error after that."""
        filled = 0
        while filled < len(buffer) and self._broken is None:
            try:
                data = self._read(len(buffer) - filled)
            except BROKEN as error:
                self._broken = error
                break
            if not data:
                break
            if self._budget:
                self._budget.spend(bytes=len(data))
            buffer[filled : filled + len(data)] = data
            filled += len(data)
        if self._broken and not filled:
            raise self._broken
        return filled


def meter(stream: BinaryIO, budget: Budget | None) -> io.BufferedReader:
    """Return the stream, buffered; what is read of it counts against the budget."""
    return io.BufferedReader(_Metered(stream, budget), CHUNK)


def buffer(stream: BinaryIO) -> io.BufferedReader:
    """Return a stream that can be looked into without taking anything from it (``peek``)."""
    if isinstance(stream, io.BufferedReader):
        return stream
    return io.BufferedReader(cast(io.RawIOBase, stream), CHUNK)


def look(stream: io.BufferedReader, size: int) -> bytes:
    """Return up to ``size`` of the next bytes, less than a buffer; they are still there afterwards."""
    return stream.peek(size)[:size]


def read_up_to(stream: BinaryIO, limit: int) -> bytes | None:
    """Return all that a stream holds, or None where that is more than ``limit`` bytes."""
    parts: list[bytes] = []
    left = limit + 1
    while left and (data := stream.read(min(left, CHUNK))):
        parts.append(data)
        left -= len(data)
    return b"".join(parts) if left else None


def spool(stream: BinaryIO) -> BinaryIO:
    """Return what a stream holds where it can be read in any order: formats with their index at the end."""
    spooled = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  whoever reads it closes it
    while data := stream.read(CHUNK):
        spooled.write(data)
    spooled.seek(0)
    return cast(BinaryIO, spooled)


def iter_lines(stream: BinaryIO, limit: int) -> Iterator[bytes | None]:
    """Yield each line with its end; None in the place of one longer than ``limit`` bytes, which is skipped."""
    while line := stream.readline(limit + 1):
        if len(line) <= limit:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(CHUNK)
        yield None
