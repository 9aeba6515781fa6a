"""``kg view``: a build, or a part of it, as one page."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.application import app
from kg.cli.asking import Parameters, parse_parameters
from kg.cli.inspecting import DEFAULT_BUILD, Build
from kg.cli.terminal import note

if TYPE_CHECKING:
    import networkx as nx
    from pyoxigraph import Store

DEFAULT_PAGE = Path("page.html")


class Language(StrEnum):
    """What the page opens in; a person can switch on the page."""

    ZH = "zh"
    EN = "en"


@app.command()
def view(
    entity: Annotated[
        str | None, typer.Argument(metavar="ENTITY", help="Draw what is around it; without it everything.")
    ] = None,
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="The page to write.")
    ] = DEFAULT_PAGE,
    hops: Annotated[int, typer.Option(min=0, help="How many relations away from ENTITY.")] = 1,
    query: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE.rq", help="Draw the entities in its answer and what is between them."
        ),
    ] = None,
    parameters: Parameters = None,
    article: Annotated[
        str | None,
        typer.Option(
            metavar="ARTICLE", help="Draw what it says: an id, title, address or where it was found."
        ),
    ] = None,
    language: Annotated[Language, typer.Option(help="What the page opens in.")] = Language.ZH,
    store: Build = DEFAULT_BUILD,
) -> None:
    """Draw a build, or a part of it, as one page that works offline."""
    from kg.network import to_networkx
    from kg.pages import write_page
    from kg.report import read_title
    from kg.store import open_store

    if sum(given is not None for given in (entity, query, article)) > 1:
        raise typer.BadParameter("one of ENTITY, --query and --article")
    if parameters and query is None:
        raise typer.BadParameter("only with --query", param_hint="--param")
    opened = open_store(store)
    if query is not None:
        title, graph = _answer(opened, query, parameters or (), language.value)
    elif article is not None:
        title, graph = _article(opened, article, store)
    else:
        title = read_title(store) if entity is None else entity
        graph = to_networkx(opened, entity=entity, hops=hops)
    write_page(graph, out, title=title, language=language.value)
    note(f"{len(graph)} entities drawn on {out}")


def _answer(
    store: Store, name: str, parameters: Sequence[str], language: str
) -> tuple[str, nx.MultiDiGraph[Any]]:
    """Return the question as title, and the entities of its answer with what is between them."""
    from kg.answers import answer_entities
    from kg.network import to_networkx
    from kg.queries import answer, find_query

    given = parse_parameters(parameters)
    asked = find_query(name)
    found = answer(store, asked, given)
    whole = {param.name for param in asked.params} <= given.keys()
    title = asked.question[language].format(**given) if whole else ""
    among = answer_entities(store, found, given)
    return title or asked.summary[language] or name, to_networkx(store, among=among)


def _article(store: Store, name: str, build: Path) -> tuple[str, nx.MultiDiGraph[Any]]:
    from kg.lookup import find_articles
    from kg.network import to_networkx

    graph = to_networkx(store, articles=find_articles(store, name, build=build))
    titles = {claim["source_title"] for *_, claim in graph.edges(data=True) if "source_title" in claim}
    return min(titles, default=name), graph
