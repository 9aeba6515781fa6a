"""More quads than memory holds -> one of the RDF formats, sorted: the same bytes as ``kg.graph.serialize`` gives."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from pyoxigraph import DefaultGraph, Quad, RdfFormat, parse, serialize

from kg.graph import FORMATS, PREFIXES, TYPE
from kg.output import writing
from kg.sorting import RUN, iter_sorted

# Between the parts of a line that is to be sorted: less than any character, so that lines stand as their parts do.
_GAP = b"\0"


def export(quads: Iterable[Quad], format: str, file: IO[bytes], *, run: int = RUN) -> None:
    """Write quads in one of FORMATS: sorted, each once; the formats for triples drop the graph names.

    At most ``run`` quads are in memory; the others wait on the disk, in the system's folder for temporary files.

    Raises:
        OutputError: that folder cannot be written.
        OSError: the file cannot be written.
    """
    kind = FORMATS[format]
    named = kind.supports_datasets
    folder = Path(tempfile.gettempdir())
    ordered = iter_sorted((_to_sort(quad, named=named) for quad in quads), folder=folder, run=run)
    with writing(folder):
        # All are sorted before the first comes out.
        first = list(islice(ordered, 1))
    lines = map(_to_line, chain(first, ordered))
    if kind in (RdfFormat.N_QUADS, RdfFormat.N_TRIPLES):
        file.writelines(lines)
        return
    read = parse(io.BufferedReader(_Lines(lines)), format=RdfFormat.N_QUADS)
    serialize(read if named else (quad.triple for quad in read), output=file, format=kind, prefixes=PREFIXES)


def _to_sort(quad: Quad, *, named: bool) -> bytes:
    """Return a line for a quad: by graph and subject, types first, as ``kg.graph.in_order`` has it."""
    graph = "" if not named or isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
    mark = "\1" if quad.predicate == TYPE else "\2"
    parts = (graph, str(quad.subject), mark, quad.predicate.value, str(quad.object), "\n")
    return "\0".join(parts).encode()


def _to_line(line: bytes) -> bytes:
    graph, subject, _, predicate, object_, _ = line.split(_GAP)
    name = b"<%b> " % graph if graph else b""
    return b"%b <%b> %b %b.\n" % (subject, predicate, object_, name)


class _Lines(io.RawIOBase):
    """Lines to read as a file."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        data = self._rest or next(self._lines, b"")
        size = min(len(data), len(view))
        view[:size], self._rest = data[:size], data[size:]
        return size
