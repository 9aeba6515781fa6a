"""``kg build`` and ``kg extract``: from articles to a graph."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.application import app
from kg.cli.inspecting import show_summary
from kg.cli.terminal import note, put, visible
from kg.config import COLUMN_FIELDS, DEFAULT_BASE, Limits, Settings, read_columns, read_limits
from kg.errors import ArticleError

if TYPE_CHECKING:
    from kg.pipeline import Accepted

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


@app.command()
def build(
    paths: Paths,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="The folder of the build.")],
    column: Columns = [],  # noqa: B006  Typer reads the default and makes a list of its own
    limit: Limited = [],  # noqa: B006
    base: Base = DEFAULT_BASE,
    model: Model = None,
) -> None:
    """Read, extract, check and store articles: DIR/store, graph.ttl, graph.nq, graph.html, report.json."""
    from kg import pipeline

    settings = Settings(base=base, limits=read_limits(limit), columns=read_columns(column))
    with _progress() as on_article:
        extractor = pipeline.load_extractor(model=model)
        report = pipeline.build(paths, out=out, settings=settings, extractor=extractor, on_article=on_article)
    for skipped in report.skipped:
        note(f"skipped {skipped.where}: {skipped.reason}")
    show_summary(report.to_json()["totals"])
    typer.echo()
    typer.echo(
        f"articles {len(report.done)}  skipped {len(report.skipped)}  quarantined {report.quarantined}  "
        f"quads {report.quads}  seconds {report.seconds:.1f}  build {out}"
    )


@contextmanager
def _progress() -> Iterator[Callable[[Accepted | ArticleError], None]]:
    """Give what to call for each article: on a terminal a line that counts, else nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed:.0f} articles", markup=False),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("loading the language pipeline", total=None)

        def on_article(item: Accepted | ArticleError) -> None:
            name = item.where if isinstance(item, ArticleError) else item.extraction.article.name
            progress.update(task, advance=1, description=visible(name))

        yield on_article


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
