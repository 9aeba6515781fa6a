"""What the language tests share: one loaded pipeline, articles made by hand, and their claims."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from kg import language
from kg.language.clauses import Ref
from kg.language.frames import Candidate
from kg.language.names import Names
from kg.language.relations import iter_readings, prepare
from kg.model import Article, Extraction, Mention

Read = Callable[[str], Extraction]
# [青岭县公安局:Agency] marks a mention by hand, so that a test does not hang on the trained recogniser.
MARKED = re.compile(r"\[([^\[\]]+):([A-Z][a-z]+)\]")


def make_article(text: str) -> Article:
    """Return an article of ``text``, a paragraph a line, as reading makes it."""
    paragraphs, at = [], 0
    for line in text.split("\n"):
        paragraphs.append((at, at + len(line)))
        at += len(line) + 1
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Article(digest, "made", text, tuple(paragraphs), published=date(2025, 6, 1))


def unmark(marked: str) -> tuple[str, list[Mention]]:
    """Return the text of a marked one and its mentions."""
    text, mentions, at = "", [], 0
    for match in MARKED.finditer(marked):
        text += marked[at : match.start()]
        mentions.append(Mention(len(text), len(text) + len(match[1]), match[2], match[1]))
        text += match[1]
        at = match.end()
    return text + marked[at:], mentions


@pytest.fixture(scope="session")
def names() -> Callable[[str], Names]:
    """Return the resolved names of a marked text."""
    return lambda marked: Names(unmark(marked)[1])


@pytest.fixture(scope="session")
def refs() -> Callable[[str], tuple[str, list[Ref]]]:
    """Return the text of a marked one and its mentions as refs with resolved keys."""

    def run(marked: str) -> tuple[str, list[Ref]]:
        text, mentions = unmark(marked)
        found = Names(mentions)
        return text, [
            Ref(
                m.start,
                m.end,
                m.kind,
                (key,),
                m.text,
                name=found.table[key].full if m.kind == "Group" else "",
            )
            for m, key in zip(mentions, found.keys, strict=True)
        ]

    return run


@pytest.fixture(scope="session")
def article() -> Callable[[str], Article]:
    return make_article


@pytest.fixture(scope="session")
def nlp() -> Language:
    return language.load()


@pytest.fixture(scope="session")
def read(nlp: Language) -> Read:
    """Return the extraction of a text by the whole pipeline."""

    def run(text: str) -> Extraction:
        (extraction,) = language.extract([make_article(text)], nlp=nlp)
        return extraction

    return run


@pytest.fixture(scope="session")
def said(read: Read) -> Callable[[str], set[tuple[str, str, str]]]:
    """Return what a text says as (subject, predicate, object) by their full names."""

    def run(text: str) -> set[tuple[str, str, str]]:
        return {(claim.subject.name, claim.predicate, claim.object.name) for claim in read(text).claims}

    return run


@pytest.fixture(scope="session")
def doc(nlp: Language) -> Callable[[str], Doc]:
    """Return the Doc of a text after all components: mentions, names, refs, candidates."""

    def run(text: str) -> Doc:
        made = nlp.make_doc(text)
        made._.article = make_article(text)
        return next(nlp.pipe([made]))

    return run


@pytest.fixture(scope="session")
def proposals(doc: Callable[[str], Doc]) -> Callable[[str], list[tuple[Candidate, str, str]]]:
    """Return what the rules propose for a text, vetoed or not, each with the full names of its ends."""

    def run(text: str) -> list[tuple[Candidate, str, str]]:
        made = doc(text)
        offices, merged, namesakes = prepare(made)
        readings = iter_readings(text, made._.refs, merged, offices, namesakes=namesakes)
        found = [*offices, *(candidate for reading in readings for candidate in reading.proposals)]
        return [
            (candidate, made._.names[one].full, made._.names[other].full)
            for candidate in found
            for one in candidate.subject.keys
            for other in candidate.object.keys
        ]

    return run
