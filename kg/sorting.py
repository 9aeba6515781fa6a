"""Sorting more lines than memory holds."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

# Lines sorted at once: some 150 MB of N-Triples as Python keeps them.
RUN = 400_000


def iter_sorted(lines: Iterable[bytes], *, folder: Path, run: int = RUN) -> Iterator[bytes]:
    r"""Yield each different line once, in the order of its bytes; at most ``run`` are in memory.

    A line ends in ``\n`` and holds no other. Sorted runs wait in temporary files in ``folder``, which are gone at the
    end whatever happens.
    """
    source = iter(lines)
    with ExitStack() as open_files:
        runs: list[Iterable[bytes]] = []
        while some := list(islice(source, run)):
            last_run = len(some) < run
            some = sorted(set(some))
            if last_run and not runs:
                runs.append(some)
                break
            file = open_files.enter_context(tempfile.TemporaryFile(dir=folder))
            file.writelines(some)
            file.seek(0)
            runs.append(file)
            del some
        last = b""
        for line in heapq.merge(*runs):
            if line != last:
                yield line
                last = line
