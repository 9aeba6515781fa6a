"""build(): from files to a graph on disk, only what is new, whatever happens on the way."""

from __future__ import annotations

import logging
import platform
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

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
    add: bool = False,
    listener: Listener | None = None,
) -> BuildReport:
    """Make the graph of what ``paths`` hold in ``out``; return the report of the build now there.

    Only what is new is read and extracted: ``out`` keeps what earlier runs made. What changed replaces what it
    said, what is gone takes that along, unless ``add`` keeps what earlier runs found elsewhere. The same
    items give the same graph, byte for byte, whatever was there before. ``model`` names an installed spaCy
    pipeline that runs first, ``extractor`` stands in for this package's own. With more than one of
    ``processes`` the calling module must be importable (``if __name__ == "__main__"``).

    Raises:
        ArticleError: not one article can be read.
        OutputError: ``out`` cannot be written, is a folder that no build made, or another build is at work there.
        ConfigError: ``model`` is not installed.
    """
    settings, listener = settings or Settings(), listener or Listener()
    job = Job(settings, model=model, extractor=extractor)
    started, clock = datetime.now(UTC), time.monotonic()
    fingerprint = _fingerprint(job)
    with _opened(out) as ledger:
        plan = _scan(ledger, paths, fingerprint, settings=settings, add=add, listener=listener)
        if plan.pending:
            used = processes if plan.pending >= FEW else 1
            _extract(ledger, paths, fingerprint, job=job, processes=used, add=add, listener=listener)
        _refuse_nothing(ledger, paths)
        sources = tuple(hide(str(path)) for path in paths)
        state = take_state(ledger, fingerprint | take_writing_fingerprint(), sources)

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
        return _scan(ledger, paths, _fingerprint(job), settings=job.settings, add=add, listener=Listener())


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


def _scan(
    ledger: Ledger,
    paths: Sequence[Path],
    fingerprint: Mapping[str, str],
    *,
    settings: Settings,
    add: bool,
    listener: Listener,
) -> Plan:
    """Find every item and note it; return what has to be done."""
    listener.on_stage("looking for articles")
    for _ in _noted(ledger, paths, settings):
        pass
    if add:
        ledger.keep_others()
    plan = ledger.plan(fingerprint)
    LOG.info("scanned", extra={"event": "scanned", **plan.to_json()})
    listener.on_plan(plan)
    return plan


def _noted(ledger: Ledger, paths: Sequence[Path], settings: Settings) -> Iterator[Item]:
    """Yield every item that can be opened, once it and those that cannot are noted."""
    items = enumerate(_iter_items(paths, settings))
    while some := list(islice(items, NOTED)):
        ledger.note(_found(position, item) for position, item in some)
        yield from (item for _, item in some if isinstance(item, Item))


def _found(position: int, item: Item | ArticleError) -> Found:
    if isinstance(item, ArticleError):
        return Found(position, item.where, "", item.what)
    return Found(position, item.where, item.digest, "")


def _iter_items(paths: Sequence[Path], settings: Settings) -> Iterator[Item | ArticleError]:  # noqa: ARG001
    return iter_items(paths)


def _extract(
    ledger: Ledger,
    paths: Sequence[Path],
    fingerprint: Mapping[str, str],
    *,
    job: Job,
    processes: int,
    add: bool,
    listener: Listener,
) -> None:
    """Read and extract what is pending, and keep each chunk's outcomes as it is finished."""
    listener.on_stage("reading articles")
    chunks = iter_chunks(_iter_pending(ledger, paths, fingerprint, job.settings))

    def lost(what: str) -> None:
        LOG.warning(what, extra={"event": "worker lost"})

    for outcomes in iter_outcomes(chunks, job=job, processes=processes, on_loss=lost):
        ledger.keep(outcomes, fingerprint)
        for outcome in outcomes:
            _log(outcome)
            listener.on_outcome(outcome)
    if add:
        ledger.keep_others()


def _iter_pending(
    ledger: Ledger, paths: Sequence[Path], fingerprint: Mapping[str, str], settings: Settings
) -> Iterator[Item]:
    """Yield the items that must be read, each once; what changed since the first look is found as it is now."""
    asked: set[str] = set()
    ledger.forget_found()
    for item in _noted(ledger, paths, settings):
        digest = item.digest
        if digest not in asked and ledger.needs(digest, fingerprint):
            asked.add(digest)
            yield item


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
