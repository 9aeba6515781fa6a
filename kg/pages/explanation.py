"""Explanations as one HTML page without a script: what stands behind each sentence of one or more articles.

displaCy draws the mentions and the words at which rules fired; all else is our own template.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from spacy import displacy

from kg import ontology
from kg.language.explanation import Explanation, SeenCandidate, SeenMention, SeenSentence, words
from kg.language.relations import UNPROPOSED
from kg.linking import normalise
from kg.model import Claim
from kg.ontology import Text
from kg.output import write_file
from kg.pages.page import load_template, policy, printable, read_style

# displaCy's own template has its colours in style attributes, which the page's policy does not let in.
_MARK = '<mark class="{tint}" title="{hint}">{text}<small>{label}</small></mark>'
# In displaCy's output only: there a quotation mark of the text is &quot;.
_STYLE = re.compile(' style="[^"]*"')
# So many names of a set are written out beside it.
FEW = 2
# What a claim says besides its ends: the columns of a table that need not be there.
ATTRIBUTES = ("count", "role", "topic", "time")


def render_explanations(explanations: Sequence[Explanation]) -> str:
    """Return the whole page: the same explanations, the same text.

    Lone surrogates and control characters, which no page can hold, become U+FFFD.
    """
    style = read_style("explanation.css")
    titles = [explanation.article.title or explanation.article.name for explanation in explanations]
    page = load_template("explanation.html.j2").render(
        title=" · ".join(titles[:FEW]) + (" …" if len(titles) > FEW else ""),
        policy=policy([], style),
        style=style,
        articles=[
            {"number": number, "explanation": explanation, "sentences": list(_sentences(explanation))}
            for number, explanation in enumerate(explanations, 1)
        ],
        words=words(),
        word=_word,
        said=_said,
        classes=ontology.load().classes,
        properties=ontology.load().properties,
        kinds=sorted({m.kind for e in explanations for s in e.sentences for m in s.mentions}),
    )
    return printable(page)


def write_explanations(explanations: Sequence[Explanation], path: Path) -> None:
    """Write the page as UTF-8; a page that cannot be written whole leaves what was there before.

    Raises:
        OutputError: the place cannot be written.
    """
    write_file(path, render_explanations(explanations).encode("utf-8"))


def _word(group: str, name: str) -> Text:
    """Return the words for a name; a veto that has none is shown as it is."""
    return words()[group].get(name, Text(name, name))


def _sentences(explanation: Explanation) -> Iterator[dict[str, Any]]:
    """Yield each sentence with its drawing, and its candidates by how much they tell."""
    for sentence in explanation.sentences:
        fitting = [c for c in sentence.candidates if c.verdict != "type"]
        unlikely = [c for c in fitting if c.rule == UNPROPOSED and c.verdict in ("threshold", "office")]
        yield {
            "seen": sentence,
            "drawing": _draw(sentence),
            "candidates": [c for c in fitting if c not in unlikely],
            "unlikely": unlikely,
            "misfits": _misfits(sentence.candidates),
            "columns": [name for name in ATTRIBUTES if any(_said(c, name) for c in _stated(sentence))],
        }


def _stated(sentence: SeenSentence) -> list[Claim]:
    return [*sentence.claims, *(claim for claim, _ in sentence.refused)]


def _said(claim: Claim, name: str) -> str:
    """Return an attribute of a claim as a cell of a table, the count with its measure word."""
    value = getattr(claim, name)
    if name == "count" and value is not None:
        return f"{value}{claim.unit or ''}"
    return str(value or "")


def _misfits(candidates: Iterable[SeenCandidate]) -> list[tuple[str, str, list[SeenCandidate]]]:
    """Return predicate and subject with what stood at the object's place and is of no fitting class."""
    found: dict[tuple[str, str], list[SeenCandidate]] = {}
    for candidate in candidates:
        if candidate.verdict == "type":
            found.setdefault((candidate.predicate, candidate.subject), []).append(candidate)
    return [(*key, group) for key, group in found.items()]


def _draw(sentence: SeenSentence) -> str:
    """Return the sentence as markup: mentions and trigger words marked, the longer of two that overlap."""
    marks = [
        *(_mark(m.start, m.end, _tint(m), _label(m), _hint(m)) for m in sentence.mentions),
        *_triggers(sentence),
    ]
    marks.sort(key=lambda mark: (mark["start"], -mark["end"]))
    kept: list[dict[str, Any]] = []
    for mark in marks:
        if not kept or mark["start"] >= kept[-1]["end"]:
            kept.append(mark)
    for mark in kept:
        mark["start"] -= sentence.start
        mark["end"] -= sentence.start
    drawn = displacy.render(
        {"text": sentence.text, "ents": kept},
        style="ent",
        manual=True,
        page=False,
        jupyter=False,
        options={"template": _MARK},
    )
    return _STYLE.sub("", str(drawn))


def _mark(start: int, end: int, tint: str, label: str, hint: str) -> dict[str, Any]:
    """Return what displaCy draws; it escapes the marked words only, so all else is escaped here."""
    params = {"tint": html.escape(tint), "hint": html.escape(hint)}
    return {"start": start, "end": end, "label": html.escape(label), "params": params}


def _triggers(sentence: SeenSentence) -> Iterator[dict[str, Any]]:
    """Yield the words at which rules fired, where they hold no mention."""
    fired: dict[tuple[int, int], list[str]] = {}
    for rule in sentence.rules:
        if not any(m.start < rule.end and rule.start < m.end for m in sentence.mentions):
            fired.setdefault((rule.start, rule.end), []).append(rule.rule)
    for (start, end), rules in fired.items():
        yield _mark(start, end, "trigger", "", " ".join(dict.fromkeys(rules)))


def _tint(mention: SeenMention) -> str:
    return f"{mention.kind.lower()} idle" if mention.note else mention.kind.lower()


def _label(mention: SeenMention) -> str:
    """Return the class, and what the words stand for where they do not say it themselves."""
    kind = ontology.load().classes[mention.kind].label.zh
    if [normalise(name) for name in mention.names] in ([], [normalise(mention.text)]):
        return kind
    more = f"…{len(mention.names)}" if len(mention.names) > FEW else ""
    return f"{kind} {'、'.join(mention.names[:FEW])}{more}"


def _hint(mention: SeenMention) -> str:
    notes = (_word("found", mention.found), *([_word("notes", mention.note)] if mention.note else []))
    said = "; ".join(f"{text.zh} {text.en}" for text in notes)
    return (
        f"{mention.kind}: {'、'.join(mention.names)} ({said})"
        if mention.names
        else f"{mention.kind} ({said})"
    )
