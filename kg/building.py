"""build(): from files to a graph on disk, only what is new, whatever happens on the way."""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import __version__, ontology
from kg.config import Settings
from kg.errors import ArticleError, KgError, OutputError, StoreError
from kg.fingerprint import take_fingerprint
from kg.gathering import LOG, Listener, Run, extract, kept_stdin, scan
from kg.ledger import LEDGER, Ledger, Plan
from kg.pipeline import Extractor
from kg.privacy import hide
from kg.publishing import Selection, publish, read_published, sweep, take_state
from kg.report import BuildReport, Totals, from_json, read_report
from kg.workers import Job

if TYPE_CHECKING:
    from kg.cluster import Cluster

# Fewer items than this are done before other processes have started.
FEW = 100


def build(
    paths: Sequence[str | Path],
    *,
    out: Path,
    settings: Settings | None = None,
    extractor: Extractor | None = None,
    model: str | None = None,
    processes: int = 1,
    cluster: Cluster | None = None,
    add: bool = False,
    retry: bool = False,
    listener: Listener | None = None,
) -> BuildReport:
    """Make the graph of what ``paths`` hold in ``out``; return the report of the build now there.

    Only what is new is read and extracted: ``out`` keeps what earlier runs made. What changed replaces what it
    said, what is gone takes that along, unless ``add`` keeps what earlier runs found elsewhere.
    What gave nothing is not tried again unless ``retry`` says so. The same
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
    with kept_stdin(paths) as stdin, _opened(out) as ledger:
        run = Run(ledger, paths, stdin, settings, _fingerprint(job), add, listener)
        if retry:
            ledger.forget_skipped()
        plan = scan(run)
        if plan.pending:
            extract(run, job, processes=processes if plan.pending >= FEW else 1, cluster=cluster)
        _refuse_nothing(ledger, paths)
        told = _Told(tuple(hide(str(path)) for path in paths), _settings(settings, model), plan.to_json())
        state = take_state(ledger, told.sources)
        if report := read_published(ledger, out, state):
            LOG.info("nothing new", extra={"event": "unchanged", "found": plan.found})
            return from_json(report, changed=False, plan=told.plan, **_took(started, clock))
        listener.on_stage("writing the graph")
        return _publish(ledger, out, told, state=state, processes=processes, started=started, clock=clock)


def remove(out: Path, name: str, *, again: bool = False) -> list[str]:
    """Take an article out of the build in ``out`` for good and return its ids; later builds leave it out.

    ``name`` is the article's id, its IRI, its address on the web, its title, or where it was found; its copies
    go with it. With ``again`` it is let in again, by the next build.

    Raises:
        StoreError: there is no build, or no such article in it.
        ArticleError: no other article would be left.
        OutputError: as ``build``.
    """
    report = read_report(out)
    if not (out / LEDGER).exists():
        raise StoreError(
            str(out), f"has no {LEDGER}, by which articles are taken out", "run kg build on it again"
        )
    started, clock = datetime.now(UTC), time.monotonic()
    with Ledger(out / LEDGER) as ledger:
        sweep(out)
        if again:
            return _restore(ledger, name)
        rows = [row for row in report["articles"] if name in _names(row, report["settings"]["base"])]
        meant = {row["id"] for row in rows}
        # Else a copy of it would take its place.
        ids = sorted(meant | {row["id"] for row in report["articles"] if row.get("of") in meant})
        if not ids:
            raise StoreError(
                str(out), f"no article {name!r}", "an id, title, address or place of report.json"
            )
        ledger.resume()
        if not {outcome.article for _, outcome in ledger.iter_articles()} - set(ids):
            raise ArticleError(str(out), "no other article is left", "delete the folder instead")
        for article in ids:
            ledger.remove(article, day=started.date().isoformat())
            LOG.info("removed", extra={"event": "removed", "id": article})
        told = _Told(tuple(report["sources"]), report["settings"], report["run"])
        state = take_state(ledger, told.sources)
        _publish(ledger, out, told, state=state, processes=1, started=started, clock=clock)
    return ids


def _names(row: Mapping[str, Any], base: str) -> set[str]:
    """Return all by which a row of the report can be meant; a skipped item by nothing."""
    if row["status"] == "skipped":
        return set()
    said = {row["id"], f"{base}article/{row['id']}", row["where"], row["title"], row["url"], row["name"]}
    return said - {""}


def _restore(ledger: Ledger, name: str) -> list[str]:
    article = name.rsplit("/", 1)[-1]
    if article not in ledger.removed:
        allowed = ", ".join(ledger.removed) or "none was taken out"
        raise StoreError(str(ledger.path), f"{name!r} was not taken out", allowed)
    ledger.restore(article)
    return [article]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the report says besides counts and times."""

    sources: tuple[str, ...]
    settings: Mapping[str, Any]
    plan: Mapping[str, Any]


def _publish(
    ledger: Ledger, out: Path, told: _Told, *, state: str, processes: int, started: datetime, clock: float
) -> BuildReport:
    def head(selection: Selection, totals: Totals, quads: int, skipped: int) -> BuildReport:
        return BuildReport(
            articles=totals.articles,
            skipped=skipped,
            copies=sum(map(len, selection.copies.values())),
            quarantined=totals.quarantined,
            quads=quads,
            by_class=totals.by_class,
            by_predicate=totals.by_predicate,
            sources=told.sources,
            settings=told.settings,
            versions=take_versions(),
            plan=told.plan,
            **_took(started, clock),
        )

    base = Settings(base=told.settings["base"])
    report = publish(ledger, out, state=state, settings=base, head=head, processes=processes)
    LOG.info("published", extra={"event": "published", **report.to_json()["totals"]})
    return replace(report, seconds=_took(started, clock)["seconds"])


def _took(started: datetime, clock: float) -> dict[str, Any]:
    return {
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - clock, 3),
    }


def plan_build(
    paths: Sequence[str | Path],
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
    with kept_stdin(paths) as stdin, Ledger(out / LEDGER if there else None, read_only=there) as ledger:
        return scan(Run(ledger, paths, stdin, job.settings, _fingerprint(job), add, Listener()))


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
            try:
                sweep(out)
                yield ledger
            except KgError as error:
                # What was read and extracted by then is worth keeping, what was refused alone is not.
                new = new and (isinstance(error, ArticleError) or not any(ledger.iter_made()))
                raise
    except KgError:
        if new:
            for path in out.iterdir():
                path.unlink() if path.is_file() else shutil.rmtree(path)
            if made:
                out.rmdir()
        raise


def _fingerprint(job: Job) -> dict[str, str]:
    name = f"{job.extractor.__module__}.{getattr(job.extractor, '__qualname__', '')}" if job.extractor else ""
    return take_fingerprint(job.settings, model=job.model, weights=job.weights, extractor=name)


def _refuse_foreign(out: Path) -> None:
    allowed = "an empty or new folder, or an earlier build"
    if out.exists() and not out.is_dir():
        raise OutputError(str(out), "is a file", allowed)
    if out.is_dir() and any(out.iterdir()) and not (out / LEDGER).is_file():
        try:
            read_report(out)
        except StoreError:
            raise OutputError(str(out), "holds files that no build made", allowed) from None


def _refuse_nothing(ledger: Ledger, paths: Sequence[str | Path]) -> None:
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


def _settings(settings: Settings, model: str | None) -> dict[str, Any]:
    return {
        "base": settings.base,
        "model": model or "",
        "limits": asdict(settings.limits),
        "columns": dict(settings.columns),
    }
