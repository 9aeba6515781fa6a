"""What a whole `kg build` costs: seconds, memory of every process, size of the result; 1 process against 2, Dask.

`python tests/bench/building.py 1000 5000 20000` builds generated corpora of these sizes, one way after the other
in each round, so that what else the machine does falls on all alike; the best round counts. "Afterwards" is the
cost of an article when what a build of one article takes is left out. Memory is the kernel's own mark of each
process (VmHWM), read while it runs; "at once" is the most that all of them held at one time (VmRSS).
Then the same build again, with nothing new.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from json import loads
from pathlib import Path

from corpus import write_corpus
from rich.console import Console
from rich.table import Table

KG = Path(sys.executable).parent / "kg"
# Seconds between two looks at the memory: a mark is kept by the kernel, only processes that live less are missed.
PAUSE = 0.05
COLUMNS = (
    *("articles", "way", "s", "CPU s", "articles/s", "ms each", "afterwards"),
    *("MB", "others MB", "at once MB", "out MB"),
)
WAYS = {
    "1 process": ("--processes", "1"),
    "2 processes": ("--processes", "2"),
    "2 Dask workers": ("--workers", "2"),
}


@dataclass(slots=True)
class Watch:
    """The highest mark of every process below one, by process id, and the most of all at one time, in kB."""

    root: int
    peaks: dict[int, int] = field(default_factory=dict)
    together: int = 0

    def look(self) -> None:
        """Read the marks once."""
        parents = {pid: parent for pid in _processes() if (parent := _status(pid, "PPid")) is not None}
        together = 0
        for pid in _below(self.root, parents):
            together += _status(pid, "VmRSS") or 0
            if peak := _status(pid, "VmHWM"):
                self.peaks[pid] = max(peak, self.peaks.get(pid, 0))
        self.together = max(self.together, together)

    def follow(self, ended: threading.Event) -> None:
        """Look again and again until the event is set."""
        while not ended.wait(PAUSE):
            self.look()


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _status(pid: int, name: str) -> int | None:
    """Return a number of a process, None where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    found = next((line.split()[1] for line in lines if line.startswith(f"{name}:")), None)
    return None if found is None else int(found)


def _below(root: int, parents: Mapping[int, int]) -> set[int]:
    """Return a process and all that descend from it."""
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


@dataclass(frozen=True, slots=True)
class Built:
    """What one build took: seconds by the clock and of all processors, megabytes of memory and on the disk."""

    articles: int
    seconds: float
    worked: float
    main: float
    others: tuple[float, ...]
    together: float
    size: float


def build(folder: Path, out: Path, options: Iterable[str]) -> Built:
    """Return what `kg build` of a folder takes."""
    command = [KG, "build", folder, "-o", out, "--json", "--quiet", *options]
    before, begun = _worked(), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    watch, ended = Watch(process.pid), threading.Event()
    thread = threading.Thread(target=watch.follow, args=(ended,))
    thread.start()
    summary, _ = process.communicate()
    seconds = time.perf_counter() - begun
    ended.set()
    thread.join()
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}")
    main = watch.peaks.pop(process.pid, 0)
    others = sorted((peak / 1024 for peak in watch.peaks.values()), reverse=True)
    return Built(
        loads(summary)["run"]["found"],
        seconds,
        _worked() - before,
        main / 1024,
        tuple(others),
        watch.together / 1024,
        size_of(out) / 1e6,
    )


def _worked() -> float:
    """Return the processor seconds of all processes that have ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def size_of(folder: Path) -> int:
    """Return the bytes that all files under a folder take on the disk, what stands there twice by a link once."""
    files = {}
    for root, _, names in os.walk(folder):
        for name in names:
            said = (Path(root) / name).lstat()
            # The store keeps room that it has not filled: what is taken counts.
            files[said.st_ino] = 512 * said.st_blocks
    return sum(files.values())


def measure(folder: Path, ways: Sequence[str], rounds: int, work: Path) -> dict[str, Built]:
    """Return the best build of each way; they take turns, and the first way's first build stays."""
    best: dict[str, Built] = {}
    for number in range(rounds):
        for way in ways if number % 2 == 0 else reversed(ways):
            out = work / f"{way} {number}"
            built = build(folder, out, WAYS[way])
            if number or way != ways[0]:
                shutil.rmtree(out)
            if way not in best or built.seconds < best[way].seconds:
                best[way] = built
    return best


def add_row(table: Table, way: str, built: Built, *, start: float) -> None:
    """Add what one way took; ``start`` is what it takes for one article."""
    afterwards = (built.seconds - start) / max(built.articles - 1, 1)
    others = " + ".join(f"{peak:.0f}" for peak in built.others) or "-"
    table.add_row(
        f"{built.articles:,}",
        way,
        f"{built.seconds:.1f}",
        f"{built.worked:.1f}",
        f"{built.articles / built.seconds:.1f}",
        f"{1000 * built.seconds / built.articles:.1f}",
        f"{1000 * afterwards:.1f}",
        f"{built.main:.0f}",
        others,
        f"{built.together:.0f}",
        f"{built.size:.1f}",
    )


def compare(sizes: Sequence[int], ways: Sequence[str], *, rounds: int, form: str, work: Path) -> None:
    """Print a table for each size and what the same build takes again."""
    write_corpus(work / "one", 1, seed=1)
    starts = {way: build(work / "one", work / f"one {way}", WAYS[way]).seconds for way in ways}
    table = Table(*COLUMNS, title="whole builds")
    for size in sizes:
        folder = work / f"corpus {size}"
        write_corpus(folder, size, seed=size, mixed=form == "mixed")
        for way, built in measure(folder, ways, rounds, work / f"builds {size}").items():
            add_row(table, way, built, start=starts[way])
        out = work / f"builds {size}" / f"{ways[0]} 0"
        add_row(table, "nothing new", build(folder, out, WAYS[ways[0]]), start=0.0)
    Console(width=120).print(table)
    print("a build of one article: " + ", ".join(f"{way} {starts[way]:.1f} s" for way in ways))


def main() -> None:
    """Build corpora of the sizes that were asked for."""
    parser = argparse.ArgumentParser(description="Measure whole builds.")
    parser.add_argument("sizes", nargs="*", type=int, default=[200], help="articles (default 200)")
    parser.add_argument("--rounds", type=int, default=1, help="each way so many times, the best counts")
    parser.add_argument("--format", choices=("txt", "mixed"), default="txt", help="as corpus.py has it")
    parser.add_argument("--only", choices=WAYS, action="append", help="this way only; may be repeated")
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    options = parser.parse_args()
    ways = options.only or [way for way in WAYS if "Dask" not in way or find_spec("distributed")]
    with tempfile.TemporaryDirectory(dir=options.folder) as work:
        compare(options.sizes, ways, rounds=options.rounds, form=options.format, work=Path(work))


if __name__ == "__main__":
    main()
