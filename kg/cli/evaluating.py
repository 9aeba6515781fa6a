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
    from kg.scores import Counts, Report

HEADINGS = ("P", "R", "F1", "tp", "fp", "fn")
# The learning curve: shares of what is trained on, and into how many parts the articles fall.
# So many articles with the lowest relation F1 are named.
WORST = 5
SHARES, PARTS = (0.125, 0.25, 0.5, 1.0), 5


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
    weights: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What kg train wrote, in place of our own weights.")
    ] = None,
    cross_validate: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=2, help="Train N times without a part of GOLD_DIR, score what was left out."
        ),
    ] = None,
    curve: Annotated[
        bool,
        typer.Option("--learning-curve", help="Train on an eighth, a quarter, half and all but a fifth."),
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes that train at the same time.")] = 1,
) -> None:
    """Score the extraction, or Turtle files, against gold articles."""
    if curve:
        _show_curve(gold_dir, workers)
        return
    report = _score(gold_dir, pred, model, weights, cross_validate, workers)
    if as_json:
        differences = [
            [d.article, d.kind, d.what, d.first, d.second, d.cause] for d in report.differences if errors
        ]
        data = report.to_json() | ({"errors": differences} if errors else {})
        typer.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return
    for d in report.differences if errors else ():
        typer.echo("\t".join(map(visible, (d.article, d.kind, d.what, d.first, d.second, d.cause))))
    if errors:
        _show_causes(report)
    _show(report)


def _score(
    gold_dir: Path,
    pred: Path | None,
    model: str | None,
    weights: Path | None,
    parts: int | None,
    workers: int,
) -> Report:
    if pred is not None:
        from kg.evaluation import evaluate_turtle

        return evaluate_turtle(gold_dir, pred)
    if parts is not None:
        from kg.fitting import cross_validate

        return cross_validate(gold_dir, count=parts, workers=workers)
    from kg.config import Settings
    from kg.evaluation import evaluate
    from kg.pipeline import extract_one, load_extractor

    extractor, settings = load_extractor(model=model, weights=weights), Settings()
    return evaluate(
        gold_dir, lambda path: extract_one(path, settings=settings, extractor=extractor).extraction
    )


def _show_curve(gold_dir: Path, workers: int) -> None:
    from kg.fitting import learning_curve

    rows = [
        (
            str(point.articles),
            f"{point.report.entities.f1:.3f}",
            f"{point.report.relations.f1:.3f}",
            f"{point.report.attributes:.3f}",
        )
        for point in learning_curve(gold_dir, shares=SHARES, count=PARTS, workers=workers)
    ]
    show_table("", ("trained on", "entity F1", "relation F1", "attributes"), rows)


def _show_causes(report: Report) -> None:
    table = report.causes
    names = sorted({cause for counts in table.values() for cause in counts})
    rows = [(name, str(table["relation-"][name]), str(table["relation+"][name])) for name in names]
    show_table("", ("cause", "missing", "too much"), rows)


def _show(report: Report) -> None:
    from kg.scores import Counts

    show_table("", ("entities", *HEADINGS), _rows(report.entities, report.by_class))
    show_table("", ("relations", *HEADINGS), _rows(report.relations, report.by_predicate))
    attributes = [
        (name, f"{c.recall:.3f}", f"{c.tp}/{c.tp + c.fn}") for name, c in report.by_attribute.items()
    ]
    show_table("", ("attributes", "right", "of"), attributes)
    bins = [
        (f"{b.low:.1f}-{b.high:.1f}", str(b.count), f"{b.confidence:.3f}", f"{b.right:.3f}")
        for b in report.calibration()
    ]
    if bins:
        show_table("", ("confidence", "relations", "mean", "right"), bins)
        typer.echo(f"calibration error {report.calibration_error:.3f}")
    worst = sorted(report.by_article.items(), key=lambda item: item[1].f1)[:WORST]
    show_table("", ("hardest articles", *HEADINGS), _rows(Counts(), dict(worst))[:-1])
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
