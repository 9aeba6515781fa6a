from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.sorting import iter_sorted

# Few letters, so that lines are equal and begin alike; a line ends in \n and holds no other.
lines = st.lists(st.binary(max_size=3).map(lambda b: b.replace(b"\n", b"a") + b"\n"), max_size=40)


@given(lines, st.integers(1, 45))
@example([], 1)
@example([b"b\n", b"a\n"], 2)
@example([b"a\n"] * 5, 2)
def test_lines_come_out_sorted_and_each_once_whatever_fits_in_memory(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], run: int
) -> None:
    folder = tmp_path_factory.getbasetemp()

    assert list(iter_sorted(lines, folder=folder, run=run)) == sorted(set(lines))


def test_what_does_not_fit_waits_on_disk_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = []
    make = __import__("tempfile").TemporaryFile

    def watch(*, dir: Path) -> object:
        files.append(make(dir=dir))
        return files[-1]

    monkeypatch.setattr("tempfile.TemporaryFile", watch)

    found = list(iter_sorted((b"%d\n" % n for n in range(10, 30)), folder=tmp_path, run=8))

    assert found == [b"%d\n" % n for n in range(10, 30)]
    assert len(files) == 3
    assert all(file.closed for file in files)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("run", [2, 100])
def test_a_source_that_fails_leaves_no_file(tmp_path: Path, run: int) -> None:
    def source() -> Iterator[bytes]:
        yield from (b"a\n", b"b\n", b"c\n")
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        list(iter_sorted(source(), folder=tmp_path, run=run))

    assert list(tmp_path.iterdir()) == []


def test_who_stops_early_leaves_no_file(tmp_path: Path) -> None:
    sorting = iter_sorted([b"b\n", b"a\n", b"c\n"], folder=tmp_path, run=1)

    assert next(sorting) == b"a\n"

    sorting.close()
    assert list(tmp_path.iterdir()) == []
