"""``kg evaluate``: how good the extraction is, against gold articles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.application import app
from kg.cli.terminal import note, show_table, visible

if TYPE_CHECKING:
    from kg.evaluation import Counts, Report

HEADINGS = ("P", "R", "F1", "tp", "fp", "fn")


@app.command()
def evaluate(
    gold_dir: Annotated[Path, typer.Argument(metavar="GOLD_DIR", help="Folder with NAME.txt and NAME.json.")],
    *,
    errors: Annotated[
        bool, typer.Option("--errors", help="List what is missing (-) and what is too much (+).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the score as JSON.")] = False,
    pred: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Score DIR/NAME.ttl instead of extracting.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="An installed spaCy pipeline to run first.")] = None,
) -> None:
    """Score the extraction, or Turtle files, against gold articles."""
    report = _score(gold_dir, pred, model)
    if as_json:
        differences = [[d.article, d.kind, d.what, d.first, d.second] for d in report.differences if errors]
        data = report.to_json() | ({"errors": differences} if errors else {})
        typer.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return
    for d in report.differences if errors else ():
        typer.echo("\t".join(map(visible, (d.article, d.kind, d.what, d.first, d.second))))
    _show(report)


def _score(gold_dir: Path, pred: Path | None, model: str | None) -> Report:
    from kg.evaluation import evaluate, evaluate_turtle

    if pred is not None:
        return evaluate_turtle(gold_dir, pred)
    from kg.config import Settings
    from kg.pipeline import extract_one, load_extractor

    extractor, settings = load_extractor(model=model), Settings()
    return evaluate(
        gold_dir, lambda path: extract_one(path, settings=settings, extractor=extractor).extraction
    )


def _show(report: Report) -> None:
    show_table("", ("entities", *HEADINGS), _rows(report.entities, report.by_class))
    show_table("", ("relations", *HEADINGS), _rows(report.relations, report.by_predicate))
    attributes = [
        (name, f"{c.recall:.3f}", f"{c.tp}/{c.tp + c.fn}") for name, c in report.by_attribute.items()
    ]
    show_table("", ("attributes", "right", "of"), attributes)
    for failure in report.failed:
        note(f"failed: {failure}")
    typer.echo(
        f"articles {report.articles}  entity F1 {report.entities.f1:.3f}  "
        f"relation F1 {report.relations.f1:.3f}  attributes {report.attributes:.3f}  "
        f"leaks {report.leaks}  failed {len(report.failed)}"
    )


def _rows(total: Counts, by_name: Mapping[str, Counts]) -> list[tuple[str, ...]]:
    named = [*by_name.items(), ("all", total)]
    return [
        (name, f"{c.precision:.3f}", f"{c.recall:.3f}", f"{c.f1:.3f}", str(c.tp), str(c.fp), str(c.fn))
        for name, c in named
    ]
