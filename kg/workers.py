"""Chunks -> outcomes in worker processes, any of which may die or hang at any time.

Every worker has its own pipe, so it is always known whose chunk is lost. A lost chunk is done again; a second
time it is cut in half, so that the one item that kills its worker is found, named and left out.
``concurrent.futures`` would lose every chunk in flight with one worker, and not say whose fault it was.
"""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING

from kg import pipeline
from kg.chunks import SLOWEST, Chunk, run_chunk
from kg.config import Limits, Settings
from kg.errors import ConfigError
from kg.ledger import Outcome
from kg.pipeline import Extractor

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

# Seconds that a worker process has to begin.
START = 60.0
# Seconds beyond what its items may take: to load the language pipeline, to send the results.
GRACE = 60.0
# So many workers in a row may end before they begin: then it is no accident, and no item's fault.
STARTS = 3


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker needs to know; ``extractor`` stands in for the one that ``load_extractor`` gives."""

    settings: Settings
    model: str | None = None
    weights: Path | None = None
    extractor: Extractor | None = None

    def load(self) -> Extractor:
        """Return the extractor."""
        return self.extractor or pipeline.load_extractor(model=self.model, weights=self.weights)


@dataclass(slots=True)
class _Task:
    chunk: Chunk
    losses: int = 0


def iter_outcomes(
    chunks: Iterable[Chunk], *, job: Job, processes: int = 1, on_loss: Callable[[str], None] | None = None
) -> Iterator[list[Outcome]]:
    """Yield the outcomes of each chunk as it is finished, in any order.

    With one process the work is done in this one. ``on_loss`` hears in words of every worker that was lost.
    An error of the product itself (a broken rule, a model that is not installed) is raised.

    Raises:
        ConfigError: no worker process can be started.
    """
    if processes < 2:
        extractor = job.load()
        for chunk in chunks:
            yield run_chunk(chunk, settings=job.settings, extractor=extractor)
        return
    crew = _Crew(job, processes, on_loss or (lambda _: None))
    try:
        yield from crew.work(iter(chunks))
    finally:
        crew.stop()


class _Worker:
    """One process, and the task it is at."""

    def __init__(self, job: Job) -> None:
        # It hands on no open pipes, as forking would, so a worker notices when this process is gone.
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs, job), daemon=True)
        self.process.start()
        theirs.close()
        self.task: _Task | None = None
        self.begun = False
        self.seconds = 0.0
        self.until = 0.0

    def give(self, task: _Task, limits: Limits) -> None:
        self.task = task
        weight = sum(len(item.data) for item in task.chunk)
        # To read, to extract, and to do both again one by one where something went wrong.
        self.seconds = GRACE + 2 * (2 * limits.item_seconds * len(task.chunk) + weight / SLOWEST)
        self.until = time.monotonic() + (self.seconds if self.begun else START)
        # A worker that died while it was idle is noticed when nothing comes back.
        try:
            self.connection.send(task.chunk)
        except OSError:
            self.until = 0.0

    def begin(self) -> None:
        """Note that the process is there: only from now on does its task take time."""
        self.begun = True
        self.until = time.monotonic() + self.seconds

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


class _Crew:
    def __init__(self, job: Job, processes: int, on_loss: Callable[[str], None]) -> None:
        self.job = job
        self.on_loss = on_loss
        self.size = processes
        self.workers: list[_Worker] = []
        self.again: deque[_Task] = deque()
        self.failed_starts = 0

    def work(self, chunks: Iterator[Chunk]) -> Iterator[list[Outcome]]:
        """Yield the outcomes of all chunks."""
        while True:
            self._hand_out(chunks)
            busy = [worker for worker in self.workers if worker.task]
            if not busy:
                return
            patience = max(0.0, min(worker.until for worker in busy) - time.monotonic())
            ready = set(wait([worker.connection for worker in busy], timeout=patience))
            for worker in busy:
                if worker.connection in ready:
                    outcomes = self._receive(worker)
                    # First something to do for it, then the result to the ledger.
                    self._hand_out(chunks)
                    if outcomes:
                        yield outcomes
                elif time.monotonic() >= worker.until:
                    yield from self._lost(worker, "took too long")

    def stop(self) -> None:
        """End every process."""
        for worker in self.workers:
            worker.end()
        self.workers.clear()

    def _hand_out(self, chunks: Iterator[Chunk]) -> None:
        while True:
            idle = next((worker for worker in self.workers if not worker.task), None)
            if idle is None and len(self.workers) >= self.size:
                return
            task = self.again.popleft() if self.again else None
            if task is None:
                chunk = next(chunks, None)
                if chunk is None:
                    return
                task = _Task(chunk)
            if idle is None:
                idle = _Worker(self.job)
                self.workers.append(idle)
            idle.give(task, self.job.settings.limits)

    def _receive(self, worker: _Worker) -> list[Outcome]:
        try:
            result = worker.connection.recv()
        except (EOFError, OSError):
            return list(self._lost_outcomes(worker, "died"))
        if result is None:
            worker.begin()
            self.failed_starts = 0
            return []
        if isinstance(result, BaseException):
            raise result
        worker.task = None
        return list(result)

    def _lost(self, worker: _Worker, how: str) -> Iterator[list[Outcome]]:
        outcomes = list(self._lost_outcomes(worker, how))
        if outcomes:
            yield outcomes

    def _lost_outcomes(self, worker: _Worker, how: str) -> Iterator[Outcome]:
        """End a worker, and see to it that its chunk is done by another; what kills two is given up."""
        task = worker.task
        worker.end()
        self.workers.remove(worker)
        if task is None:
            return
        if not worker.begun:
            self._note_failed_start(how)
            self.again.append(task)
            return
        task.losses += 1
        where = task.chunk[0].where
        self.on_loss(f"a worker process {how} at {len(task.chunk)} articles from {where} on")
        if task.losses < 2:
            self.again.append(task)
        elif len(task.chunk) > 1:
            half = len(task.chunk) // 2
            self.again.extend(_Task(part, losses=1) for part in (task.chunk[:half], task.chunk[half:]))
        else:
            yield Outcome(task.chunk[0].digest, reason=f"the process that worked on it {how}, twice")

    def _note_failed_start(self, how: str) -> None:
        self.failed_starts += 1
        self.on_loss(f"a worker process {how} before it began")
        if self.failed_starts >= STARTS:
            raise ConfigError("processes", "worker processes end before they begin", "1 needs none")


def _serve(connection: Connection, job: Job) -> None:
    """Work on chunks until there is nobody left who sends any."""
    # Ctrl-C reaches every process of a terminal; what it means is decided by the one that sent the chunks.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    extractor = job.load()
    connection.send(None)
    while True:
        try:
            chunk: Chunk = connection.recv()
        except (EOFError, OSError):
            return
        try:
            result: object = run_chunk(chunk, settings=job.settings, extractor=extractor)
        except Exception as error:  # noqa: BLE001  it is raised again on the other side
            result = error
        try:
            connection.send(result)
        except OSError:
            return
