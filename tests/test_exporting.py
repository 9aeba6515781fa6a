"""The export of a store: the bytes that one sort in memory gives, without the memory."""

from __future__ import annotations

import errno
import io
import os
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from kg.errors import OutputError
from kg.exporting import export
from kg.graph import FORMATS, TYPE, serialize

IRIS = st.sampled_from(
    ["https://a.org/x", "https://a.org/x1", "https://a.org/x/y", "https://a.org/x-", "urn:小"]
)
NODES = IRIS.map(NamedNode)
# Control characters aside: XML has none.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from('\n\t"\\'),
    max_size=8,
)
LITERALS = st.builds(Literal, WORDS) | st.builds(Literal, WORDS, language=st.sampled_from(["zh", "en"]))
# RDF/XML splits a predicate into namespace and name.
PREDICATES = st.sampled_from([TYPE, NamedNode("https://a.org/p"), NamedNode("https://a.org/p1")])
GRAPHS = NODES | st.just(DefaultGraph())
QUADS = st.lists(st.builds(Quad, NODES, PREDICATES, NODES | LITERALS, GRAPHS), max_size=30)


@pytest.mark.parametrize("name", FORMATS)
@given(quads=QUADS, run=st.integers(1, 40))
def test_every_format_has_the_bytes_of_a_sort_in_memory(name: str, quads: list[Quad], run: int) -> None:
    file = io.BytesIO()

    export(quads, name, file, run=run)

    assert file.getvalue() == serialize(quads, name)


class Nowhere(io.RawIOBase):
    """Takes all and keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return len(memoryview(data))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FORMATS)
def test_memory_does_not_grow_with_the_graph(name: str) -> None:
    def quads(count: int) -> Iterator[Quad]:
        for n in range(count):
            node = NamedNode(f"https://a.org/{n}")
            yield Quad(node, TYPE, Literal("护" * 50), node)

    peaks = []
    for count in (4_000, 40_000):
        tracemalloc.start()
        export(quads(count), name, Nowhere(), run=2_000)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < 2 * peaks[0]


def test_a_full_temporary_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    node = NamedNode("https://a.org/x")

    with pytest.raises(OutputError, match="cannot be written: No space left"):
        export([Quad(node, node, Literal(str(n)), node) for n in range(9)], "turtle", Nowhere(), run=2)
