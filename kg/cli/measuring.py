"""``kg network``: who is central, who belongs together, and what holds parts together."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.application import app
from kg.cli.inspecting import DEFAULT_BUILD, Build
from kg.cli.terminal import put, show_table

if TYPE_CHECKING:
    import networkx as nx

# Of a community so many names are shown.
NAMES = 5


class Measure(StrEnum):
    """What entities are ranked by."""

    DEGREE = "degree"
    BETWEENNESS = "betweenness"
    PAGERANK = "pagerank"


class NetworkFormat(StrEnum):
    """How it is written; the last two hold the whole graph, with the measures at its nodes."""

    TABLE = "table"
    CSV = "csv"
    GRAPHML = "graphml"
    GEXF = "gexf"


@app.command()
def network(
    entity: Annotated[
        str | None, typer.Argument(metavar="ENTITY", help="Only what is around it; without it everything.")
    ] = None,
    *,
    hops: Annotated[int, typer.Option(min=0, help="How many relations away from ENTITY.")] = 1,
    sort: Annotated[Measure, typer.Option(help="What to rank by.")] = Measure.DEGREE,
    top: Annotated[int, typer.Option(min=0, help="How many lines; 0 for all.")] = 20,
    communities: Annotated[
        bool, typer.Option("--communities", help="List who belongs together instead.")
    ] = False,
    bridges: Annotated[
        bool,
        typer.Option(
            "--bridges", help="List the relations without which a part would fall off, and how many it has."
        ),
    ] = False,
    format: Annotated[
        NetworkFormat, typer.Option(help="graphml and gexf: for graph tools.")
    ] = NetworkFormat.TABLE,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write a file instead of stdout.")
    ] = None,
    store: Build = DEFAULT_BUILD,
) -> None:
    """Show who is central in a build: with how many others each has to do, how many ways lead past it."""
    from kg.network import to_networkx
    from kg.store import open_store

    whole = format in {NetworkFormat.GRAPHML, NetworkFormat.GEXF}
    if (communities and bridges) or (whole and (communities or bridges)):
        raise typer.BadParameter("--communities and --bridges are tables, one at a time")
    graph = to_networkx(open_store(store), entity=entity, hops=hops)
    if whole:
        _write(_graph_file(graph, format), out)
        return
    if communities:
        columns, rows = _communities(graph)
    elif bridges:
        columns, rows = _bridges(graph)
    else:
        columns, rows = _entities(graph, sort)
    rows = rows[:top] if top else rows
    if format is NetworkFormat.TABLE and out is None:
        # An IRI fills a line of its own: it is in the files.
        shown = [n for n, name in enumerate(columns) if name != "iri"]
        show_table("", [columns[n] for n in shown], [[_cell(row[n]) for n in shown] for row in rows])
    else:
        _write(_csv(columns, rows), out)


def _graph_file(graph: nx.MultiDiGraph[str], format: NetworkFormat) -> bytes:
    from kg.centrality import measure
    from kg.network import to_gexf, to_graphml

    measured = measure(graph)
    return to_graphml(measured) if format is NetworkFormat.GRAPHML else to_gexf(measured)


def _entities(graph: nx.MultiDiGraph[str], by: Measure) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    from kg.centrality import measure

    nodes = sorted(
        (attributes for _, attributes in measure(graph).nodes(data=True)),
        key=lambda node: (-node[by.value], node["label"], node["iri"]),
    )
    names = ("label", "kind", *Measure, "community", "iri")
    return ("entity", "class", *names[2:]), [tuple(node[name] for name in names) for node in nodes]


def _communities(graph: nx.MultiDiGraph[str]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    from kg.centrality import communities, degree

    degrees = degree(graph)
    rows = []
    for number, members in enumerate(communities(graph), 1):
        leading = sorted(members, key=lambda node: (-degrees[node], node))[:NAMES]
        rows.append((number, len(members), " ".join(graph.nodes[node]["label"] for node in leading)))
    return ("community", "entities", "led by"), rows


def _bridges(graph: nx.MultiDiGraph[str]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    from kg.centrality import bridges

    rows = [
        (graph.nodes[bridge.one]["label"], graph.nodes[bridge.other]["label"], bridge.cut)
        for bridge in bridges(graph)
    ]
    return ("one", "other", "falls off"), rows


def _cell(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _write(data: bytes, out: Path | None) -> None:
    if out is None:
        put(data)
    else:
        from kg.output import write_file

        write_file(out, data)
