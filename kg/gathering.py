"""Items -> outcomes in the ledger: every item is found and noted, only what is new is read and extracted."""

from __future__ import annotations

import hashlib
import io
import logging
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kg.chunks import iter_chunks
from kg.config import Settings
from kg.errors import ArticleError
from kg.ledger import Found, Ledger, Outcome, Plan
from kg.privacy import hide
from kg.reading import Item, iter_items
from kg.reading.items import STDIN
from kg.workers import Job, iter_outcomes

if TYPE_CHECKING:
    from kg.cluster import Cluster

LOG = logging.getLogger("kg")
# Items noted at once.
NOTED = 100


@dataclass(frozen=True, slots=True)
class Listener:
    """Who wants to hear how a build goes on."""

    on_stage: Callable[[str], None] = lambda _: None
    on_plan: Callable[[Plan], None] = lambda _: None
    on_outcome: Callable[[Outcome], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Run:
    """What the steps of one build share."""

    ledger: Ledger
    paths: Sequence[str | Path]
    stdin: BinaryIO | None
    settings: Settings
    fingerprint: dict[str, str]
    add: bool
    listener: Listener


@contextmanager
def kept_stdin(paths: Sequence[str | Path]) -> Iterator[BinaryIO | None]:
    """Give what stands on stdin as a file that can be read twice; None where no path asks for it."""
    if STDIN not in map(str, paths):
        yield None
        return
    with tempfile.TemporaryFile(buffering=0) as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        yield io.BufferedReader(file)


def scan(run: Run) -> Plan:
    """Find every item and note it; return what has to be done."""
    run.listener.on_stage("looking for articles")
    for _ in _iter_noted(run):
        pass
    plan = run.ledger.plan(run.fingerprint)
    LOG.info("scanned", extra={"event": "scanned", **plan.to_json()})
    run.listener.on_plan(plan)
    return plan


def _iter_noted(run: Run) -> Iterator[Item]:
    """Yield every item that can be opened, once it and those that cannot are noted."""
    run.ledger.forget_found()
    if run.stdin:
        run.stdin.seek(0)
    settings = run.settings
    items = enumerate(
        iter_items(run.paths, limits=settings.limits, columns=settings.columns, stdin=run.stdin)
    )
    while some := list(islice(items, NOTED)):
        run.ledger.note(_found(position, item) for position, item in some)
        yield from (item for _, item in some if isinstance(item, Item))
    if run.add:
        run.ledger.keep_others()


def _found(position: int, item: Item | ArticleError) -> Found:
    """Return what is noted of an item; its place is masked before it is written (:mod:`kg.publishing`)."""
    key = hashlib.sha256(item.where.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    if isinstance(item, ArticleError):
        return Found(position, item.where, "", hide(item.reason), key)
    return Found(position, item.where, item.digest, "", key)


def extract(run: Run, job: Job, *, processes: int, cluster: Cluster | None) -> None:
    """Read and extract what is pending, and keep each chunk's outcomes as it is finished."""
    run.listener.on_stage("reading articles")
    if cluster and cluster.shards:
        _take_shards(run, cluster.shards)
    chunks = iter_chunks(_iter_pending(run))
    if cluster:
        from kg.cluster import iter_outcomes as iter_cluster_outcomes

        results = iter_cluster_outcomes(
            chunks, job=job, cluster=cluster, fingerprint=run.fingerprint, on_loss=_log_loss
        )
    else:
        results = iter_outcomes(chunks, job=job, processes=processes, on_loss=_log_loss)
    for outcomes in results:
        _keep(run, outcomes)


def _take_shards(run: Run, url: str) -> None:
    """Keep what the workers of an earlier run left, that had no client to come back to."""
    from kg.cluster import iter_shards

    for outcomes in iter_shards(url, run.fingerprint):
        if needed := [o for o in outcomes if run.ledger.needs(o.digest, run.fingerprint)]:
            _keep(run, needed)


def _keep(run: Run, outcomes: Sequence[Outcome]) -> None:
    run.ledger.keep(outcomes, run.fingerprint)
    for outcome in outcomes:
        _log(outcome)
        run.listener.on_outcome(outcome)


def _iter_pending(run: Run) -> Iterator[Item]:
    """Yield the items that must be read, each once; what changed since the first look is found as it is now."""
    asked: set[str] = set()
    for item in _iter_noted(run):
        digest = item.digest
        if digest not in asked and run.ledger.needs(digest, run.fingerprint):
            asked.add(digest)
            yield item


def _log_loss(what: str) -> None:
    LOG.warning(hide(what), extra={"event": "worker lost"})


def _log(outcome: Outcome) -> None:
    if outcome.reason:
        LOG.info("skipped", extra={"event": "skipped", "id": outcome.article, "reason": outcome.reason})
    else:
        names = ("name", "characters", "entities", "claims", "seconds")
        said = {name: outcome.record[name] for name in names}
        LOG.info("article", extra={"event": "article", "id": outcome.article, "article": said})
