"""``kg explain``: why an article gives what it gives, sentence by sentence."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.application import NO, app
from kg.cli.building import Model, Paths
from kg.cli.terminal import note, show_table, visible
from kg.errors import ArticleError

if TYPE_CHECKING:
    from kg.language.explanation import Explanation, SeenCandidate, SeenSentence
    from kg.model import Claim
    from kg.ontology import Text

# The colours of the classes on a terminal.
STYLES = {
    "Agency": "bold blue",
    "School": "bold yellow",
    "Studio": "bold magenta",
    "Station": "bold cyan",
    "Team": "bold magenta",
    "Program": "bold red",
    "Document": "bold underline",
    "Person": "bold green",
    "Group": "yellow",
    "Place": "cyan",
}


@app.command()
def explain(
    paths: Paths,
    *,
    sentence: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the N-th sentence.")] = None,
    find: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Only sentences that hold TEXT, or name something called so."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also list what no rule proposed and the ranker puts below 0.05.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a sentence.")] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one page that works offline.")
    ] = None,
    model: Model = None,
) -> None:
    """Show why an article gives what it gives: mentions, rules, candidates with scores and verdicts, claims."""
    from kg.explaining import iter_explanations, narrow
    from kg.pipeline import nothing_read

    pages: list[Explanation] = []
    refused: list[ArticleError] = []
    read = found = 0
    for item in iter_explanations(paths, model=model):
        if isinstance(item, ArticleError):
            refused.append(item)
            continue
        explanation = narrow(item, number=sentence, find=find, everything=everything)
        read += 1
        found += len(explanation.sentences)
        if html and explanation.sentences:
            pages.append(explanation)
        if as_json or not html:
            _print(explanation, as_json=as_json)
    if not read:
        raise nothing_read(paths, refused)
    for error in refused:
        note(f"skipped {error}")
    if not found:
        note("no such sentence")
        raise typer.Exit(NO)
    if html:
        from kg.pages.explanation import write_explanations

        write_explanations(pages, html)
        note(f"written to {html}")


def _print(explanation: Explanation, *, as_json: bool) -> None:
    from kg.explaining import to_record

    for sentence in explanation.sentences:
        if as_json:
            typer.echo(json.dumps(to_record(explanation, sentence), ensure_ascii=False))
        else:
            _show(explanation, sentence)


def _show(explanation: Explanation, sentence: SeenSentence) -> None:
    """Print one sentence: its text, who is carried into it, and a table for each thing that was found."""
    from kg.language.explanation import words

    known = words()
    carried = (("subject", sentence.subject), ("lead", sentence.lead), ("topic", sentence.topic))
    parts = [f"{known['parts'][name].en} {'、'.join(names)}" for name, names in carried if names]
    heading = (f"{explanation.article.name} {sentence.number}", *parts)
    typer.secho("  ".join(map(visible, heading)), bold=True)
    _show_text(sentence)
    tables = (
        ("mentions", ("mention", "class", "name", "found", "note"), list(_mention_rows(sentence))),
        ("rules", ("rule", "words", "note"), list(_rule_rows(sentence))),
        (
            "candidates",
            ("score", "threshold", "predicate", "subject", "object", "rule", "verdict"),
            [_candidate_row(c) for c in sentence.candidates if c.verdict != "type"],
        ),
        (
            "claims",
            (
                *("claim", "subject", "object", "count", "unit", "role", "topic", "time"),
                *("confidence", "rule", "refused"),
            ),
            [
                *(_claim_row(claim) for claim in sentence.claims),
                *(_claim_row(claim, reason) for claim, reason in sentence.refused),
            ],
        ),
    )
    for name, columns, rows in tables:
        if rows:
            typer.echo()
            _show_filled(known["parts"][name].en, columns, rows)
    for line in _misfits(sentence):
        typer.echo(visible(line))
    typer.echo()


def _show_text(sentence: SeenSentence) -> None:
    if not sys.stdout.isatty():
        typer.echo(visible(sentence.text))
        return
    from rich.console import Console
    from rich.text import Text

    text = Text()
    at = sentence.start
    for mention in sorted(sentence.mentions, key=lambda mention: (mention.start, -mention.end)):
        if mention.start >= at:
            text.append(visible(sentence.text[at - sentence.start : mention.start - sentence.start]))
            text.append(visible(mention.text), STYLES.get(mention.kind, "bold"))
            at = mention.end
    text.append(visible(sentence.text[at - sentence.start :]))
    Console().print(text)


def _show_filled(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table without the columns that hold nothing."""
    filled = [i for i in range(len(columns)) if any(row[i] for row in rows)]
    show_table(title, [columns[i] for i in filled], [[row[i] for i in filled] for row in rows])


def _mention_rows(sentence: SeenSentence) -> Iterator[tuple[str, ...]]:
    from kg.language.explanation import words

    known = words()
    for m in sentence.mentions:
        missing = known["notes"][m.note].en if m.note else ""
        yield m.text, m.kind, "、".join(m.names), known["found"][m.found].en, missing


def _rule_rows(sentence: SeenSentence) -> Iterator[tuple[str, ...]]:
    from kg.language.explanation import words

    context = words()["context"]
    for fired in sentence.rules:
        notes = ("carried" if fired.carried else "", fired.vetoed)
        yield fired.rule, fired.text, ", ".join(_word(context, name) for name in notes if name)


def _candidate_row(candidate: SeenCandidate) -> tuple[str, ...]:
    from kg.language.explanation import words

    verdict = _word(words()["verdicts"], candidate.verdict)
    context = [_word(words()["context"], name) for name in candidate.context if name != candidate.verdict]
    return (
        "" if candidate.probability is None else f"{candidate.probability:.3f}",
        "" if candidate.threshold is None else f"{candidate.threshold:.2f}",
        candidate.predicate,
        candidate.subject,
        candidate.object,
        candidate.rule,
        f"{verdict} ({', '.join(context)})" if context else verdict,
    )


def _word(known: dict[str, Text], name: str) -> str:
    return known[name].en if name in known else name


def _claim_row(claim: Claim, reason: str = "") -> tuple[str, ...]:
    count = "" if claim.count is None else f"{'about ' if claim.approximate else ''}{claim.count}"
    said = (claim.unit, claim.role, claim.topic, claim.time)
    return (
        *(claim.predicate, claim.subject.name, claim.object.name, count),
        *(value or "" for value in said),
        *(f"{claim.evidence.confidence:.3f}", claim.evidence.rule, reason),
    )


def _misfits(sentence: SeenSentence) -> Iterator[str]:
    """Yield a line for each predicate and subject: what stood at the object's place and is of no fitting class."""
    from kg.language.explanation import words

    found: dict[tuple[str, str], list[str]] = {}
    for c in sentence.candidates:
        if c.verdict == "type":
            found.setdefault((c.predicate, f"{c.subject} ({c.subject_kind})"), []).append(
                f"{c.object} ({c.object_kind})"
            )
    for (predicate, subject), objects in found.items():
        yield f"{words()['parts']['misfits'].en}: {subject} {predicate} {', '.join(objects)}"
