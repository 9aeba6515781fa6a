"""``kg info``, ``kg check`` and ``kg export``: what a build holds, whether it is right, and out with it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.application import NO, app
from kg.cli.terminal import note, putting, show_table, visible

if TYPE_CHECKING:
    from pyoxigraph import Store

Build = Annotated[Path, typer.Option("--store", "-s", metavar="DIR", help="The folder of the build.")]
DEFAULT_BUILD = Path("out")


class ExportFormat(StrEnum):
    """What ``kg export`` writes; the last two are for graph tools (Gephi, yEd, Cytoscape)."""

    TURTLE = "turtle"
    NQUADS = "nquads"
    TRIG = "trig"
    NTRIPLES = "ntriples"
    JSONLD = "jsonld"
    RDFXML = "rdfxml"
    GRAPHML = "graphml"
    GEXF = "gexf"


@app.command()
def info(*, store: Build = DEFAULT_BUILD) -> None:
    """Show what a build holds: versions, counts, sources."""
    from kg.report import read_report

    report = read_report(store)
    totals = report["totals"]
    rows = [
        ("build", str(store)),
        ("sources", ", ".join(report["sources"])),
        ("made", f"{report['started']}, {report['seconds']:.1f} s"),
        ("versions", ", ".join(f"{name} {version}" for name, version in report["versions"].items())),
        ("base", report["settings"]["base"]),
        *((name, str(totals[name])) for name in ("articles", "skipped", "quarantined", "quads")),
    ]
    show_table("", ("", ""), rows)
    typer.echo()
    show_summary(totals)


def show_summary(totals: Mapping[str, Any]) -> None:
    """Print what was found by class and by predicate, with the labels of both languages."""
    from kg import ontology

    known = ontology.load()
    classes = [
        (name, known.classes[name].label.zh, known.classes[name].label.en, str(count))
        for name, count in totals["classes"].items()
    ]
    show_table("", ("class", "zh", "en", "entities"), classes)
    typer.echo()
    predicates = [
        (
            name,
            known.properties[name].label.zh,
            known.properties[name].label.en,
            str(counts["relations"]),
            str(counts["claims"]),
        )
        for name, counts in totals["predicates"].items()
    ]
    show_table("", ("predicate", "zh", "en", "relations", "claims"), predicates)


@app.command()
def check(*, store: Build = DEFAULT_BUILD) -> None:
    """Hold a build against the SHACL shapes: labels, domains, ranges, and every passage at its offsets."""
    from kg.shapes import check_graph
    from kg.store import iter_data, open_store

    # Without the ontology's own graph: its concepts follow other rules.
    report = check_graph(iter_data(open_store(store)))
    for problem in report.problems:
        where = " ".join(part for part in (problem.focus, problem.path, problem.value) if part)
        typer.echo("\t".join(map(visible, (problem.shape, problem.message.zh, problem.message.en, where))))
    count = len(report.problems)
    note(f"{store}: {count or 'no'} violation{'' if count == 1 else 's'}")
    if count:
        raise typer.Exit(NO)


@app.command()
def export(
    *,
    format: Annotated[
        ExportFormat, typer.Option(help="graphml and gexf: for graph tools.")
    ] = ExportFormat.TURTLE,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write a file instead of stdout.")
    ] = None,
    store: Build = DEFAULT_BUILD,
) -> None:
    """Write the graph in a format that other tools read."""
    from kg.output import replacing
    from kg.store import open_store

    opened = open_store(store)
    with replacing(out) if out else putting() as file:
        _export(opened, format, file)


def _export(store: Store, format: ExportFormat, file: IO[bytes]) -> None:
    if format in {ExportFormat.GRAPHML, ExportFormat.GEXF}:
        from kg.network import to_gexf, to_graphml, to_networkx

        graph = to_networkx(store)
        file.write(to_graphml(graph) if format is ExportFormat.GRAPHML else to_gexf(graph))
        return
    from kg.exporting import export
    from kg.store import iter_data

    export(iter_data(store), format.value, file)
