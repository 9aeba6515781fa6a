"""A build that is killed, interrupted, out of disk or robbed of a worker: started again it ends in the same bytes.

KG_KILLS=30 KG_CRASH_ARTICLES=2000 KG_CRASH_SEED=7 take it further than the few kills of the suite.
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from corpus import iter_made, to_page
from machine import SCRIPTS

KILLS = int(os.environ.get("KG_KILLS", "4"))
ARTICLES = int(os.environ.get("KG_CRASH_ARTICLES", "200"))
SEED = int(os.environ.get("KG_CRASH_SEED", "1"))
FILES = ("graph.nq", "graph.ttl")
# Seconds after which a build that says nothing is taken for hanging, here on a machine with other work.
PATIENCE = 600 + ARTICLES
FAILED, INTERRUPTED = 3, 130

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="kills processes by their group"),
]


class Run:
    """A `kg build` in a process group of its own, and what it logs."""

    def __init__(
        self, corpus: Path, out: Path, *options: str, log: Path, limit: Callable[[], None] | None = None
    ) -> None:
        self.log, self.begun = log, time.monotonic()
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [SCRIPTS / "kg", "build", corpus, "-o", out, "--log-format", "json", *options],
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
                preexec_fn=limit,  # noqa: PLW1509  no thread runs here
            )

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def events(self, name: str) -> int:
        """Return how many events of a kind it has logged."""
        return self.said().count(f'"event": "{name}"')

    def wait_until(self, reached: Callable[[], bool]) -> bool:
        """Wait until something is reached, and return whether it was before the build ended."""
        while self.process.poll() is None:
            if reached():
                return True
            assert time.monotonic() - self.begun < PATIENCE, self.said()[-2000:]
            time.sleep(0.01)
        return False

    def end(self) -> int:
        return self.process.wait(PATIENCE)

    def send(self, number: int) -> None:
        """Send a signal to every process of the group, as a terminal does, and wait for the end."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.end()


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """The builds that nobody disturbed, of half the corpus and of all of it, and how long the whole one took.

    ``old`` is the folder of the half, to start from; ``first``, ``last`` and ``seconds`` say when the first and
    the last article of the whole build were kept and when it ended.
    """

    corpus: Path
    old: Path
    halved: dict[str, bytes]
    whole: dict[str, bytes]
    first: float
    last: float
    seconds: float


def results(out: Path) -> dict[str, bytes]:
    """Return the bytes of a build's files and of what its store gives back."""
    return {**{name: (out / name).read_bytes() for name in FILES}, "export": exported(out)}


def exported(out: Path) -> bytes:
    run = subprocess.run(
        [SCRIPTS / "kg", "export", "--format", "nquads", "-s", out], capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout


def write_articles(corpus: Path, numbers: range) -> None:
    corpus.mkdir(exist_ok=True)
    for article in iter_made(ARTICLES, seed=SEED):
        if article.number in numbers:
            (corpus / f"{article.number:05d}.txt").write_text(to_page(article), "utf-8")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Build half of the corpus, then in another folder all of it."""
    folder = tmp_path_factory.mktemp("undisturbed")
    corpus, old, whole = folder / "corpus", folder / "old", folder / "whole"
    write_articles(corpus, range(ARTICLES // 2))
    run = Run(corpus, old, log=folder / "old.log")
    assert run.end() == 0, run.said()
    write_articles(corpus, range(ARTICLES // 2, ARTICLES))
    run = Run(corpus, whole, "--processes", "1", log=folder / "whole.log")
    assert run.wait_until(lambda: run.events("article") > 0), run.said()
    first = time.monotonic() - run.begun
    assert run.wait_until(lambda: any(whole.glob(".new-*"))), run.said()
    last = time.monotonic() - run.begun
    assert run.end() == 0, run.said()
    seconds = time.monotonic() - run.begun
    return Undisturbed(corpus, old, results(old), results(whole), first, last, seconds)


def kill_at_start(run: Run, known: Undisturbed, rng: random.Random) -> None:
    """Kill before the first article is kept, as a rule: while modules load, files are listed, chunks are made."""
    delay = rng.uniform(0, known.first)
    run.wait_until(lambda: time.monotonic() - run.begun > delay)


def kill_while_reading(run: Run, known: Undisturbed, rng: random.Random) -> None:
    """Kill some articles after the first that this run keeps: between and inside writings of the ledger."""
    wanted, delay = rng.randrange(1, max(2, ARTICLES // 8)), rng.uniform(0, (known.last - known.first) / 4)
    if run.wait_until(lambda: run.events("article") >= wanted or any_staging(run)):
        until = time.monotonic() + delay
        run.wait_until(lambda: time.monotonic() > until)


def kill_while_publishing(run: Run, known: Undisturbed, rng: random.Random) -> None:
    """Kill after the new files have been begun: while they are written or exchanged."""
    delay = rng.uniform(0, known.seconds - known.last)
    if run.wait_until(lambda: any_staging(run)):
        until = time.monotonic() + delay
        run.wait_until(lambda: time.monotonic() > until)


def any_staging(run: Run) -> bool:
    out = Path(run.process.args[4])  # type: ignore[index]
    return any(out.glob(".new-*"))


MOMENTS = (kill_while_reading, kill_while_publishing, kill_at_start, kill_while_publishing)


def test_a_build_that_is_killed_again_and_again_ends_in_the_same_bytes(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    rng = random.Random(SEED)
    out, kills, counts = tmp_path / "out", 0, {"old": 0, "new": 0}
    shutil.copytree(undisturbed.old, out, symlinks=True)
    while kills < KILLS:
        run = Run(undisturbed.corpus, out, "--processes", rng.choice("12"), log=tmp_path / "log")
        MOMENTS[kills % len(MOMENTS)](run, undisturbed, rng)
        run.send(signal.SIGKILL)
        # One that came too late killed nothing: back to the old build, and the same again.
        finished = run.process.returncode == 0
        assert finished or run.process.returncode == -signal.SIGKILL, run.said()
        kills += not finished

        found = exported(out)
        assert found in (undisturbed.halved["export"], undisturbed.whole["export"]), f"kill {kills}"
        counts["new" if found == undisturbed.whole["export"] else "old"] += 1
        if found == undisturbed.whole["export"] and kills < KILLS:
            shutil.rmtree(out)
            shutil.copytree(undisturbed.old, out, symlinks=True)

    last = Run(undisturbed.corpus, out, "--processes", "1", log=tmp_path / "log")

    assert last.end() == 0, last.said()
    assert results(out) == undisturbed.whole
    assert not [path.name for path in out.iterdir() if path.name.startswith(".new-")]
    print(f"{kills} kills of builds of {ARTICLES} articles; seen between them: {counts}")


def test_a_first_build_that_is_killed_goes_on_where_it_stood(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run = Run(undisturbed.corpus, out, "--processes", "1", log=tmp_path / "log")
    assert run.wait_until(lambda: run.events("article") > 0), run.said()
    run.send(signal.SIGKILL)

    again = Run(undisturbed.corpus, out, "--processes", "1", log=tmp_path / "again")

    assert again.end() == 0, again.said()
    assert again.events("article") < ARTICLES
    assert results(out) == undisturbed.whole


@pytest.mark.parametrize("processes", ["1", "2"])
def test_an_interrupted_build_says_how_far_it_got_and_goes_on(
    undisturbed: Undisturbed, tmp_path: Path, processes: str
) -> None:
    out = tmp_path / "out"
    run = Run(undisturbed.corpus, out, "--processes", processes, log=tmp_path / "log")
    assert run.wait_until(lambda: run.events("article") > 0), run.said()

    run.send(signal.SIGINT)

    assert run.process.returncode == INTERRUPTED, run.said()
    said = " ".join(line for line in run.said().splitlines() if not line.startswith("{"))
    assert re.search(r"\b[1-9]\d* (of \d+ )?articles\b", said), said
    assert re.search(r"goes? on", said), said
    assert "Traceback" not in run.said()
    again = Run(undisturbed.corpus, out, "--processes", processes, log=tmp_path / "again")
    assert again.end() == 0, again.said()
    assert again.events("article") < ARTICLES
    assert results(out) == undisturbed.whole


def test_a_worker_that_is_killed_costs_nothing(undisturbed: Undisturbed, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = Run(undisturbed.corpus, out, "--processes", "2", log=tmp_path / "log")
    rng = random.Random(SEED)
    assert run.wait_until(lambda: len(workers(run.process.pid)) >= 2), run.said()
    # Each has its first chunk in hand: what is lost must be noticed.
    time.sleep(rng.uniform(0, undisturbed.first / 2))

    os.kill(rng.choice(workers(run.process.pid)), signal.SIGKILL)

    assert run.end() == 0, run.said()
    assert run.events("worker lost") == 1
    assert results(out) == undisturbed.whole
    report = json.loads((out / "report.json").read_text("utf-8"))
    rows = [row["where"] for row in report["articles"]]
    assert len(rows) == len(set(rows)) == ARTICLES
    assert {row["status"] for row in report["articles"]} <= {"done", "copy"}


def workers(parent: int) -> list[int]:
    """Return the worker processes of a build, without Python's own process that tracks resources."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            status, command = (path / "status").read_text(), (path / "cmdline").read_bytes()
        except OSError:
            continue
        if f"PPid:\t{parent}\n" in status and b"spawn_main" in command:
            found.append(int(path.name))
    return sorted(found)


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Callable[[], None] | None]:
    """Make a folder that takes so many bytes, by a file system in memory; else give what limits one file."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))
        return
    try:
        yield None
    finally:
        subprocess.run(["umount", "-l", folder], check=False)


def grow(folder: Path) -> None:
    """Give a file system in memory room again; where a limit stood in for it, there is nothing to do."""
    subprocess.run(["mount", "-o", "remount,size=2g", folder], capture_output=True, check=False)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_full_disk_is_one_line_and_the_old_build_stays(
    undisturbed: Undisturbed, tmp_path: Path, part: float
) -> None:
    needed = size_of(undisturbed.old)
    with small_disk(tmp_path / "disk", needed + int(part * needed)) as limit:
        out = tmp_path / "disk" / "out"
        shutil.copytree(undisturbed.old, out, symlinks=True)

        run = Run(undisturbed.corpus, out, "--processes", "1", log=tmp_path / "log", limit=limit)

        assert run.end() == FAILED, run.said()
        said = [line for line in run.said().splitlines() if not line.startswith("{")]
        assert len(said) == 1, said
        assert str(out) in said[0]
        assert exported(out) == undisturbed.halved["export"]
        grow(tmp_path / "disk")
        again = Run(undisturbed.corpus, out, "--processes", "1", log=tmp_path / "again")
        assert again.end() == 0, again.said()
        assert results(out) == undisturbed.whole


def size_of(folder: Path) -> int:
    """Return the bytes that a folder takes, in whole blocks."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*"))
