"""``kg build`` and ``kg extract``: from articles to a graph."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.application import app
from kg.cli.inspecting import DEFAULT_BUILD, Build, show_summary
from kg.cli.progress import Tally, count_cores, say_plan, show_progress
from kg.cli.terminal import note, put
from kg.config import COLUMN_FIELDS, DEFAULT_BASE, Limits, Settings, read_columns, read_limits
from kg.errors import ArticleError, ConfigError
from kg.report import REPORT, iter_skipped

if TYPE_CHECKING:
    from kg.cluster import Cluster
    from kg.pipeline import Accepted
    from kg.report import BuildReport

# Skipped items named one by one on the screen; report.json names all.
SHOWN = 20

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH…",
        help="Articles (txt, html, mhtml, md, docx, pdf), tables of them (jsonl, json, csv, tsv, parquet), web "
        "archives (warc), any of these packed (zip, tar, gz), folders, fsspec addresses; - is JSON Lines on stdin.",
    ),
]
Columns = Annotated[
    list[str],
    typer.Option(
        "--column",
        metavar="FIELD=NAME",
        help=f"What the column NAME of a table holds: {', '.join(COLUMN_FIELDS)}. Usual names need no mention.",
    ),
]
Limited = Annotated[
    list[str],
    typer.Option(
        "--limit",
        metavar="NAME=N",
        help="How much is read before an input is refused; N may end in k, M or G. "
        + "; ".join(f"{limit.name}={limit.default} {limit.metadata['about']}" for limit in fields(Limits))
        + ".",
    ),
]
Base = Annotated[str, typer.Option(help="The IRI under which individuals live; ends in / or #.")]
Model = Annotated[str | None, typer.Option(help="An installed spaCy pipeline to run first.")]


class ExtractFormat(StrEnum):
    """What ``kg extract`` writes; ``json`` is described in ``kg.records``."""

    TURTLE = "turtle"
    TRIG = "trig"
    NQUADS = "nquads"
    JSONLD = "jsonld"
    JSON = "json"


SUFFIXES = {"turtle": "ttl", "trig": "trig", "nquads": "nq", "jsonld": "jsonld", "json": "json"}


class LogFormat(StrEnum):
    """How ``kg build`` tells on stderr what happens; ``json`` is one object a line."""

    TEXT = "text"
    JSON = "json"


@app.command()
def build(
    paths: Paths,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="The folder of the build.")],
    column: Columns = [],  # noqa: B006  Typer reads the default and makes a list of its own
    limit: Limited = [],  # noqa: B006
    base: Base = DEFAULT_BASE,
    model: Model = None,
    processes: Annotated[
        int, typer.Option(min=0, help="Worker processes; 0 takes one for each core.", show_default=False)
    ] = 0,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Work on the Dask cluster of this scheduler.")
    ] = "",
    workers: Annotated[
        int, typer.Option(min=0, help="Work on a Dask cluster of so many processes here.", show_default=False)
    ] = 0,
    shards: Annotated[
        str,
        typer.Option(metavar="URL", help="Where a cluster leaves its results: a folder or fsspec address."),
    ] = "",
    add: Annotated[bool, typer.Option("--add", help="Keep what earlier runs found in other places.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Try again what was skipped.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
    log_format: Annotated[
        LogFormat | None, typer.Option(help="Log every step on stderr, instead of a progress bar.")
    ] = None,
) -> None:
    """Read, extract, check and store articles: DIR/store, graph.ttl, graph.nq, graph.html, report.json.

    Only what is new or changed is read and extracted; what is gone is taken back. A run that was stopped goes
    on where it stood.
    """
    from kg import building

    settings = Settings(base=base, limits=read_limits(limit), columns=read_columns(column))
    if dry_run:
        plan = building.plan_build(paths, out=out, settings=settings, model=model, add=add)
        typer.echo(json.dumps(plan.to_json(), ensure_ascii=False) if as_json else "\n".join(say_plan(plan)))
        return
    cluster = _cluster(scheduler, workers, shards)
    tally = Tally()
    try:
        with _logging(log_format), show_progress(hidden=quiet or bool(log_format)) as listener:
            report = building.build(
                paths,
                out=out,
                settings=settings,
                model=model,
                processes=processes or count_cores(),
                cluster=cluster,
                add=add,
                retry=retry,
                listener=tally.hear(listener),
            )
    except KeyboardInterrupt:
        note(f"{tally.kept} of {tally.pending} articles are kept: the same command goes on from there")
        raise
    if as_json:
        typer.echo(json.dumps(report.to_json() | {"changed": report.changed}, ensure_ascii=False))
    elif not quiet:
        _show_build(report, out)


@app.command()
def remove(
    article: Annotated[
        str, typer.Argument(metavar="ARTICLE", help="Its id, IRI, address, title, or where it was found.")
    ],
    *,
    store: Build = DEFAULT_BUILD,
    undo: Annotated[bool, typer.Option("--undo", help="Let it in again, by the next build.")] = False,
) -> None:
    """Take an article out of a build, with all that only it says; later builds leave it out."""
    from kg import building

    for number in building.remove(store, article, again=undo):
        note(f"{number} {'comes back with the next kg build' if undo else f'is taken out of {store}'}")


def _cluster(scheduler: str, workers: int, shards: str) -> Cluster | None:
    if not scheduler and not workers:
        if shards:
            raise ConfigError("shards", shards, "only with --scheduler or --workers")
        return None
    from kg.cluster import Cluster

    return Cluster(scheduler, workers, shards)


def _show_build(report: BuildReport, out: Path) -> None:
    if not report.changed:
        typer.echo(
            f"nothing new: {report.articles} articles as they were  seconds {report.seconds:.1f}  build {out}"
        )
        return
    for number, (where, reason) in enumerate(iter_skipped(out)):
        if number == SHOWN:
            note(f"and {report.skipped - SHOWN} more: see {out / REPORT}")
            break
        note(f"skipped {where}: {reason}")
    show_summary(report.to_json()["totals"])
    typer.echo()
    copies = f"copies {report.copies}  " if report.copies else ""
    typer.echo(
        f"articles {report.articles}  {copies}skipped {report.skipped}  quarantined {report.quarantined}  "
        f"quads {report.quads}  seconds {report.seconds:.1f}  build {out}"
    )


@contextmanager
def _logging(format: LogFormat | None) -> Iterator[None]:
    """Let this package's log go to stderr."""
    if format is None:
        yield
        return
    from kg.logs import JsonFormatter

    handler = logging.StreamHandler()
    text = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(JsonFormatter() if format is LogFormat.JSON else text)
    logger = logging.getLogger("kg")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


@app.command()
def extract(
    paths: Paths,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write DIR/NAME.ttl for each article.")
    ] = None,
    format: Annotated[
        ExtractFormat, typer.Option(help="json: the claims as plain JSON.")
    ] = ExtractFormat.TURTLE,
    column: Columns = [],  # noqa: B006  Typer reads the default and makes a list of its own
    limit: Limited = [],  # noqa: B006
    base: Base = DEFAULT_BASE,
    model: Model = None,
) -> None:
    """Extract one article to stdout, or each into a file of its own."""
    from kg import pipeline

    settings = Settings(base=base, limits=read_limits(limit), columns=read_columns(column))
    items = pipeline.iter_accepted(paths, settings=settings, extractor=pipeline.load_extractor(model=model))
    if out is None:
        _extract_to_stdout(items, format)
    else:
        _extract_to_folder(items, paths, format, out)


def _extract_to_stdout(items: Iterator[Accepted | ArticleError], format: ExtractFormat) -> None:
    found = list(islice(items, 2))
    if len(found) > 1:
        raise typer.BadParameter("more than one article; -o DIR writes a file for each", param_hint="PATH")
    if isinstance(found[0], ArticleError):
        raise found[0]
    put(_serialize(found[0], format))


def _extract_to_folder(
    items: Iterator[Accepted | ArticleError], paths: list[str], format: ExtractFormat, out: Path
) -> None:
    from kg.output import write_file
    from kg.pipeline import nothing_read

    written: set[str] = set()
    refused: list[ArticleError] = []
    for item in items:
        if isinstance(item, ArticleError):
            refused.append(item)
            continue
        article = item.extraction.article
        # Two folders can hold files of one name.
        name = f"{article.name}-{article.id}" if article.name in written else article.name
        written.add(name)
        write_file(out / f"{name}.{SUFFIXES[format]}", _serialize(item, format))
    if not written:
        raise nothing_read(paths, refused)
    for error in refused:
        note(f"skipped {error}")
    note(f"{len(written)} written to {out}")


def _serialize(item: Accepted, format: ExtractFormat) -> bytes:
    if format is ExtractFormat.JSON:
        from kg.records import to_record

        return json.dumps(to_record(item.extraction), ensure_ascii=False, indent=1).encode() + b"\n"
    from kg.graph import serialize

    return serialize(item.quads, format.value)
