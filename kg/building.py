"""build(): from files to a graph on disk, only what is new, whatever happens on the way."""

from __future__ import annotations

import logging
import platform
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import __version__, ontology
from kg.chunks import iter_chunks
from kg.config import Settings
from kg.errors import ArticleError, OutputError, StoreError
from kg.fingerprint import take_fingerprint, take_writing_fingerprint
from kg.ledger import LEDGER, Found, Ledger, Outcome, Plan
from kg.pipeline import Extractor
from kg.privacy import hide
from kg.publishing import Selection, is_published, publish, sweep, take_state
from kg.reading import Item, iter_items
from kg.report import BuildReport, Totals, from_json, read_report
from kg.workers import Job, iter_outcomes

if TYPE_CHECKING:
    from kg.cluster import Cluster

LOG = logging.getLogger("kg")
# Fewer items than this are done before other processes have started.
FEW = 100
# Items noted at once.
NOTED = 100


@dataclass(frozen=True, slots=True)
class Listener:
    """Who wants to hear how a build goes on."""

    on_stage: Callable[[str], None] = lambda _: None
    on_plan: Callable[[Plan], None] = lambda _: None
    on_outcome: Callable[[Outcome], None] = lambda _: None


def build(
    paths: Sequence[Path],
    *,
    out: Path,
    settings: Settings | None = None,
    extractor: Extractor | None = None,
    model: str | None = None,
    processes: int = 1,
    cluster: Cluster | None = None,
    add: bool = False,
    listener: Listener | None = None,
) -> BuildReport:
    """Make the graph of what ``paths`` hold in ``out``; return the report of the build now there.

    Only what is new is read and extracted: ``out`` keeps what earlier runs made. What changed replaces what it
    said, what is gone takes that along, unless ``add`` keeps what earlier runs found elsewhere. The same
    items give the same graph, byte for byte, whatever was there before. ``model`` names an installed spaCy
    pipeline that runs first, ``extractor`` stands in for this package's own. With more than one of
    ``processes`` the calling module must be importable (``if __name__ == "__main__"``). ``cluster`` has the work
    done by Dask instead.

    Raises:
        ArticleError: not one article can be read.
        OutputError: ``out`` cannot be written, is a folder that no build made, or another build is at work there.
        ConfigError: ``model`` is not installed.
    """
    settings, listener = settings or Settings(), listener or Listener()
    job = Job(settings, model=model, extractor=extractor)
    started, clock = datetime.now(UTC), time.monotonic()
    with _opened(out) as ledger:
        run = _Run(ledger, paths, settings, _fingerprint(job), add, listener)
        plan = _scan(run)
        if plan.pending:
            _extract(run, job, processes=processes if plan.pending >= FEW else 1, cluster=cluster)
        _refuse_nothing(ledger, paths)
        sources = tuple(hide(str(path)) for path in paths)
        state = take_state(ledger, run.fingerprint | take_writing_fingerprint(), sources)

        def took() -> dict[str, Any]:
            return {
                "plan": plan.to_json(),
                "started": started.isoformat(timespec="seconds"),
                "seconds": round(time.monotonic() - clock, 3),
            }

        if is_published(ledger, out, state):
            LOG.info("nothing new", extra={"event": "unchanged", "found": plan.found})
            return from_json(read_report(out), changed=False, **took())

        def head(selection: Selection, totals: Totals, quads: int, skipped: int) -> BuildReport:
            return BuildReport(
                articles=totals.articles,
                skipped=skipped,
                copies=sum(map(len, selection.copies.values())),
                quarantined=totals.quarantined,
                quads=quads,
                by_class=totals.by_class,
                by_predicate=totals.by_predicate,
                sources=sources,
                settings=_told(settings, model),
                versions=take_versions(),
                **took(),
            )

        listener.on_stage("writing the graph")
        report = publish(ledger, out, state=state, head=head, processes=processes)
        LOG.info("published", extra={"event": "published", **report.to_json()["totals"]})
        return replace(report, seconds=round(time.monotonic() - clock, 3))


def plan_build(
    paths: Sequence[Path],
    *,
    out: Path,
    settings: Settings | None = None,
    extractor: Extractor | None = None,
    model: str | None = None,
    add: bool = False,
) -> Plan:
    """Return what ``build`` would do; nothing is written.

    Raises:
        OutputError: as ``build``.
    """
    _refuse_foreign(out)
    job = Job(settings or Settings(), model=model, extractor=extractor)
    there = (out / LEDGER).is_file()
    with Ledger(out / LEDGER if there else None, read_only=there) as ledger:
        return _scan(_Run(ledger, paths, job.settings, _fingerprint(job), add, Listener()))


def take_versions() -> dict[str, str]:
    """Return the versions of what made a build."""
    packages = ("pyoxigraph", "pyshacl", "rdflib", "spacy")
    return {
        "kg": __version__,
        "ontology": ontology.load().version,
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


@contextmanager
def _opened(out: Path) -> Iterator[Ledger]:
    """Open the ledger in ``out``; a folder that was made for nothing goes again."""
    _refuse_foreign(out)
    new = not out.exists() or not any(out.iterdir())
    made = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(str(out), f"cannot be written: {error.strerror or error}") from error
    try:
        with Ledger(out / LEDGER) as ledger:
            sweep(out)
            yield ledger
    except ArticleError:
        if new:
            for path in out.iterdir():
                path.unlink() if path.is_file() else shutil.rmtree(path)
            if made:
                out.rmdir()
        raise


def _fingerprint(job: Job) -> dict[str, str]:
    name = f"{job.extractor.__module__}.{getattr(job.extractor, '__qualname__', '')}" if job.extractor else ""
    return take_fingerprint(job.settings, model=job.model, weights=job.weights, extractor=name)


@dataclass(frozen=True, slots=True)
class _Run:
    """What the steps of one build share."""

    ledger: Ledger
    paths: Sequence[Path]
    settings: Settings
    fingerprint: dict[str, str]
    add: bool
    listener: Listener


def _scan(run: _Run) -> Plan:
    """Find every item and note it; return what has to be done."""
    run.listener.on_stage("looking for articles")
    for _ in _iter_noted(run):
        pass
    plan = run.ledger.plan(run.fingerprint)
    LOG.info("scanned", extra={"event": "scanned", **plan.to_json()})
    run.listener.on_plan(plan)
    return plan


def _iter_noted(run: _Run) -> Iterator[Item]:
    """Yield every item that can be opened, once it and those that cannot are noted."""
    run.ledger.forget_found()
    items = enumerate(iter_items(run.paths))
    while some := list(islice(items, NOTED)):
        run.ledger.note(_found(position, item) for position, item in some)
        yield from (item for _, item in some if isinstance(item, Item))
    if run.add:
        run.ledger.keep_others()


def _found(position: int, item: Item | ArticleError) -> Found:
    if isinstance(item, ArticleError):
        return Found(position, item.where, "", item.what)
    return Found(position, item.where, item.digest, "")


def _extract(run: _Run, job: Job, *, processes: int, cluster: Cluster | None) -> None:
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


def _take_shards(run: _Run, url: str) -> None:
    """Keep what the workers of an earlier run left, that had no client to come back to."""
    from kg.cluster import iter_shards

    for outcomes in iter_shards(url, run.fingerprint):
        if needed := [o for o in outcomes if run.ledger.needs(o.digest, run.fingerprint)]:
            _keep(run, needed)


def _keep(run: _Run, outcomes: Sequence[Outcome]) -> None:
    run.ledger.keep(outcomes, run.fingerprint)
    for outcome in outcomes:
        _log(outcome)
        run.listener.on_outcome(outcome)


def _iter_pending(run: _Run) -> Iterator[Item]:
    """Yield the items that must be read, each once; what changed since the first look is found as it is now."""
    asked: set[str] = set()
    for item in _iter_noted(run):
        digest = item.digest
        if digest not in asked and run.ledger.needs(digest, run.fingerprint):
            asked.add(digest)
            yield item


def _log_loss(what: str) -> None:
    LOG.warning(what, extra={"event": "worker lost"})


def _log(outcome: Outcome) -> None:
    if outcome.reason:
        LOG.info("skipped", extra={"event": "skipped", "id": outcome.article, "reason": outcome.reason})
    else:
        names = ("name", "characters", "entities", "claims", "seconds")
        said = {name: outcome.record[name] for name in names}
        LOG.info("article", extra={"event": "article", "id": outcome.article, "article": said})


def _refuse_foreign(out: Path) -> None:
    allowed = "an empty or new folder, or an earlier build"
    if out.exists() and not out.is_dir():
        raise OutputError(str(out), "is a file", allowed)
    if out.is_dir() and any(out.iterdir()) and not (out / LEDGER).is_file():
        try:
            read_report(out)
        except StoreError:
            raise OutputError(str(out), "holds files that no build made", allowed) from None


def _refuse_nothing(ledger: Ledger, paths: Sequence[Path]) -> None:
    """Raise what is wrong where not one item gave an article."""
    if any(True for _ in ledger.iter_articles()):
        return
    refused: list[ArticleError] = []
    for found in islice(ledger.iter_found(), 2):
        outcome = ledger.outcome(found.digest) if found.digest else None
        reason = outcome.reason if outcome else found.reason
        refused.append(ArticleError(found.place, reason or "taken out by kg remove"))
    if len(refused) == 1:
        raise refused[0]
    number = sum(1 for _ in ledger.iter_found())
    raise ArticleError(", ".join(map(str, paths)), f"no article can be read ({number} refused)")


def _told(settings: Settings, model: str | None) -> dict[str, Any]:
    return {"base": settings.base, "model": model or "", "seconds": settings.limits.seconds}
