"""``kg query``: questions to a build."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.application import NO, app
from kg.cli.inspecting import DEFAULT_BUILD, Build
from kg.cli.terminal import note, put, show_table

if TYPE_CHECKING:
    from kg.queries import Answer
Parameters = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter: agency=株洲市公安局"),
]


class AnswerFormat(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    XML = "xml"
    TURTLE = "turtle"


@app.command()
def query(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME|FILE.rq", help="A question of the list, or a SPARQL file.")
    ] = None,
    *,
    parameters: Parameters = None,
    format: Annotated[
        AnswerFormat | None, typer.Option(help="Default: table, and turtle where the answer is a graph.")
    ] = None,
    list_all: Annotated[
        bool, typer.Option("--list", help="List the questions with their parameters.")
    ] = False,
    store: Build = DEFAULT_BUILD,
) -> None:
    """Answer a question from a build. A yes-or-no question that is answered no exits with 1."""
    if list_all:
        _show_list()
        return
    if name is None:
        raise typer.BadParameter("a question is needed; kg query --list shows them", param_hint="NAME")
    from kg.queries import answer, find_query
    from kg.store import open_store

    given = parse_parameters(parameters or ())
    asked = find_query(name)
    found = answer(open_store(store), asked, given)
    _show(found, format, given)
    if found.truth is False:
        raise typer.Exit(NO)


def _show_list() -> None:
    from kg.queries import load_queries

    rows = [
        (
            name,
            " ".join(param.name if param.required else f"[{param.name}]" for param in query.params),
            query.summary.en,
            query.summary.zh,
        )
        for name, query in load_queries().items()
    ]
    show_table("", ("query", "parameters", "en", "zh"), rows)


def parse_parameters(parameters: Sequence[str]) -> dict[str, str]:
    """Return the parameters by name; what is no NAME=VALUE is wrong usage."""
    given: dict[str, str] = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals or name in given:
            what = "given twice" if equals else "without ="
            raise typer.BadParameter(f"{parameter!r} is {what}", param_hint="--param")
        given[name] = value
    return given


def _show(answer: Answer, format: AnswerFormat | None, given: dict[str, str]) -> None:
    from kg.queries import cell, serialize

    chosen = format or (AnswerFormat.TABLE if answer.triples is None else AnswerFormat.TURTLE)
    if chosen is not AnswerFormat.TABLE or answer.triples is not None:
        put(serialize(answer, chosen.value))
    elif answer.truth is not None:
        typer.echo("yes" if answer.truth else "no")
    else:
        title = _question(answer, given)
        show_table(title, answer.headings(), [[cell(term) for term in row] for row in answer.rows])
        if not answer.rows:
            note("nothing found")


def _question(answer: Answer, given: dict[str, str]) -> str:
    """Return the question as asked; without its parameters the summary says more."""
    query = answer.query
    if {param.name for param in query.params} <= given.keys():
        return query.question.en.format(**given) or query.summary.en
    return query.summary.en
