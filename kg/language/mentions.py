"""The spaCy component ``kg_mentions``: where a text names bodies, schools, programmes, persons, places, groups.

A trained CRF over characters finds names; what it found once is found everywhere in the article; rules add
short forms that cannot be anything else (县检察院) and the Group concepts of ``ontology/groups.ttl``.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans

from kg import ontology
from kg.language.anaphora import is_anaphor
from kg.language.characters import text_of
from kg.language.segments import cut_long
from kg.language.tagger import Tagger, load_tagger
from kg.language.tagging import begins_with_surname, class_by_ending, observe
from kg.language.weights import TrainedComponent
from kg.occurrences import any_of, find_occurrences
from kg.surnames import load_surnames, to_pattern
from kg.yamlfile import load_yaml

MODEL = Path(__file__).parent / "model" / "kg_mentions" / "mentions.npz"
LEXICON = Path(__file__).parent / "lexicon"
# A name shorter than this is not looked for again elsewhere in the article: it means too many things.
REPEATED = 3
# Docs whose lines are tagged together.
BATCH = 32
# What makes no name by itself, however much of it there is.
_MARKS = re.compile(r"[\W_]")
_QUOTES = re.compile(r"[“”\"「」《》]")
# What a quoted name may be besides a programme.
UNITS = frozenset({"Studio", "Station", "Team"})

Span = tuple[int, int, str]


def decode(labels: Sequence[str]) -> Iterator[Span]:
    """Yield the spans that BIES labels make; a broken span is none.

    >>> list(decode(["B-Person", "E-Person", "O", "B-Place"]))
    [(0, 2, 'Person')]
    """
    start, kind = -1, ""
    for at, label in enumerate(labels):
        mark, _, name = label.partition("-")
        if mark == "S":
            yield at, at + 1, name
        elif mark == "B":
            start, kind = at, name
            continue
        elif mark == "I" and name == kind and start >= 0:
            continue
        elif mark == "E" and name == kind and start >= 0:
            yield start, at + 1, name
        start, kind = -1, ""


@cache
def _edges() -> dict[str, re.Pattern[str]]:
    data = load_yaml((LEXICON / "mentions.yaml").read_text("utf-8"))
    names = load_yaml((LEXICON / "names.yaml").read_text("utf-8"))

    systems = [
        word
        for word in [*names["systems"], *names["short"]]
        if len(word) >= 3 or word in ("法院", "妇联", "团委")
    ]
    return {
        "short": re.compile(
            rf"(?<![{data['not_before_level']}])(?:{any_of(data['levels'])})(?:{any_of(systems)})(?![{data['not_after_system']}])"
            rf"|团(?:{any_of(data['levels'])})委|{any_of(data['always'])}"
        ),
        "list": re.compile(
            rf"(?:{any_of(names['systems'])})(?:[、和与及](?:{any_of(names['systems'])}))+(?=[、和与及等，,。]|$)"
        ),
        "document": re.compile(
            rf"(?<=《)[^《》\n]{{2,80}}?(?:{any_of(data['documents'])})(?:[（(][^（）()\n]{{1,12}}[）)])?(?=》)"
        ),
        "titled": re.compile(r"《[^《》\n]*》"),
        "system": re.compile(any_of(names["systems"])),
        "unnamed": re.compile(rf"(?:{any_of(data['unnamed'])})$"),
        "trailing": re.compile(
            rf"(?!{to_pattern(name for name in load_surnames() if len(name) > 1)})[\u4e00-\u9fff]{{3}}"
            rf"(?:{any_of(data['trailing'])})"
        ),
        "leading": re.compile(rf"^(?:{any_of(data['leading'])})"),
    }


@cache
def _broken() -> tuple[tuple[str, str], ...]:
    data = load_yaml((LEXICON / "mentions.yaml").read_text("utf-8"))
    return tuple((head, rest) for head, rest in data["whole"])


@cache
def _concepts() -> tuple[re.Pattern[str], dict[str, str], re.Pattern[str]]:
    """Return the pattern of all Group words, the concept of each, and the longer words they are no Group in."""
    words: dict[str, str] = {}
    shields: set[str] = set()
    for concept in ontology.load_groups():
        shields.update(concept.not_within)
        for word in (concept.name, *concept.labels):
            words.setdefault(word, concept.name)
    data = load_yaml((LEXICON / "mentions.yaml").read_text("utf-8"))
    words.update(data["groups"])
    pattern = re.compile(any_of(words))
    stops = re.compile("|".join([any_of(shields - words.keys()), *data["not_groups"]]))
    return pattern, words, stops


def find_names(text: str, tagger: Tagger) -> list[Span]:
    """Return the names in ``text``, non-overlapping, in text order."""
    (sourced,) = find_sourced_names([(text, ())], tagger)
    return [span for span, _ in sourced]


def find_sourced_names(
    texts: Sequence[tuple[str, Sequence[Span]]], tagger: Tagger
) -> Iterator[list[tuple[Span, str]]]:
    """Yield the names in each of ``texts`` as ``find_names``, each with what found it: crf, rule or repeat.

    Beside each text stand the entities that another recogniser sees in it.
    """
    pieces = [list(_pieces(text)) for text, _ in texts]
    labels = tagger.tag(
        observe(text[first:last], seen=shifted(seen, first, last))
        for (text, seen), own in zip(texts, pieces, strict=True)
        for first, last in own
    )
    for (text, _), own in zip(texts, pieces, strict=True):
        found = [
            (first + s, first + e, kind)
            for (first, _), line in zip(own, labels, strict=False)
            for s, e, kind in decode(line)
        ]
        yield _complete(text, found)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield the lines of ``text`` that hold anything, long ones in pieces."""
    start = 0
    for line in text.split("\n"):
        for first, last in cut_long(text, start, start + len(line)):
            if text[first:last].strip():
                yield first, last
        start += len(line) + 1


def _complete(text: str, found: Sequence[Span]) -> list[tuple[Span, str]]:
    """Return the spans that the tagger found, trimmed, with what rules and repetition add."""
    edges = _edges()
    documents = [
        (m.start(), m.end(), "Document") for m in edges["document"].finditer(text) if "▇" not in m.group()
    ]
    titles = [m.span() for m in edges["titled"].finditer(text)]
    opened = [start for start, _ in titles]
    found = [
        span
        for span in (_trim(text, span) for span in found)
        if span is not None and not ((at := bisect_right(opened, span[0])) and span[1] <= titles[at - 1][1])
    ]
    sources = dict.fromkeys(found, "crf") | dict.fromkeys(documents, "rule")
    found += documents
    taken = bytearray(len(text))
    for s, e, _ in found:
        taken[s:e] = b"\x01" * (e - s)
    rules = [(m.start(), m.end(), "Agency") for m in edges["short"].finditer(text)]
    for listed in edges["list"].finditer(text):
        rules += [(m.start(), m.end(), "Agency") for m in edges["system"].finditer(text, *listed.span())]
    # The repeated words are those of the names found so far.
    repeats = ((span, "repeat") for span in _again(text, tuple(found)))
    for (s, e, kind), source in chain(repeats, ((span, "rule") for span in rules)):
        if not any(taken[s:e]):
            taken[s:e] = b"\x01" * (e - s)
            found.append((s, e, kind))
            sources[s, e, kind] = source
    return [(span, sources[span]) for span in sorted(found)]


def shifted(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    """Return the spans that touch ``text[start:end]``, as offsets into it."""
    return [(s - start, e - start, label) for s, e, label in spans if s < end and e > start]


def _trim(text: str, span: Span) -> Span | None:
    """Return ``span`` without what belongs to no name at its edges, or None when nothing is left."""
    start, end, kind = span
    words = text[start:end]
    match = _edges()["leading"].match(words) if kind == "Person" else None
    # 向小溪 is a name whole; 向陈静 is one behind a preposition.
    if match and begins_with_surname(words[match.end() :]):
        start += match.end()
    if kind == "Person" and _edges()["trailing"].fullmatch(text[start:end]):
        end -= 1
    if kind == "Program":
        kind = _class_of_programme(text, start, end)
    if not kind:
        return None
    if kind == "Document":
        opened = text.rfind("《", max(0, start - 2), start + 1)
        start = opened + 1 if opened >= 0 else start
        end = end - 1 if text[end - 1 : end] == "》" else end
    words = text[start:end]
    if any(words.startswith(rest) and text.endswith(head, 0, start) for head, rest in _broken()):
        return None
    if len(_MARKS.sub("", words)) < 2 or (is_anaphor(words) and not listed(text, start, end)) or "▇" in words:
        return None
    if words.count("“") != words.count("”"):
        if text[end : end + 1] == "”":
            end += 1
        elif words.startswith("“") and "”" not in words:
            start += 1
    return start, end, kind


def _class_of_programme(text: str, start: int, end: int) -> str:
    """Return the class of what looks like a programme: of a unit by its last word, "" for what has no name.

    “春燕工作室” is a studio; a 讲座 or a 仪式 without a name of its own, which stands in quotes, is nothing.
    """
    words = _MARKS.sub("", text[start:end])
    unit = class_by_ending(words)
    if unit in UNITS:
        return unit
    around = text[max(0, start - 1) : end]
    unnamed = not _QUOTES.search(around) and _edges()["unnamed"].search(words)
    return "" if unnamed else "Program"


def listed(text: str, start: int, end: int) -> bool:
    """Tell whether ``text[start:end]`` is a member of a list: 教育局、检察院 names two bodies."""
    return text[start - 1 : start] == "、" or text[end : end + 1] == "、"


def _again(text: str, found: Sequence[Span]) -> Iterator[Span]:
    kinds: dict[str, str] = {}
    for s, e, kind in found:
        if e - s >= REPEATED or kind == "Person":
            kinds.setdefault(text[s:e], kind)
    # By word, and only where it starts: one word may stand in a long text half a million times.
    starts = {word: array("L") for word in kinds}
    for s, e in find_occurrences(text, kinds):
        starts[text[s:e]].append(s)
    for word in sorted(kinds, key=lambda word: (-len(word), word)):
        for s in starts[word]:
            yield s, s + len(word), kinds[word]


def find_groups(text: str, names: Sequence[Span]) -> list[tuple[int, int, str]]:
    """Return the Group words outside of names: start, end and the concept's preferred label."""
    pattern, words, stops = _concepts()
    taken = bytearray(len(text))
    for s, e, _ in names:
        taken[s:e] = b"\x01" * (e - s)
    for match in stops.finditer(text):
        taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
    return [
        (m.start(), m.end(), words[m.group()])
        for m in pattern.finditer(text)
        if not any(taken[m.start() : m.end()])
    ]


def entities_of(doc: Doc) -> list[Span]:
    """Return the entities that a pipeline has set before us, in text order."""
    return [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]


@Language.factory("kg_mentions", assigns=["doc.spans", "doc.ents"], default_config={"weights": None})
def make_mentions(nlp: Language, name: str, weights: str | None) -> MentionRecogniser:
    """Return the component; ``weights`` is a file of trained weights, our own without it."""
    return MentionRecogniser(Path(weights) if weights else MODEL)


class MentionRecogniser(TrainedComponent):
    """Writes ``doc.spans["mentions"]`` and ``doc.ents``.

    The concept of a Group span is its ``kb_id_``; what found a span (crf, rule, repeat) is its ``id_``.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Write the mentions of ``doc``; entities of a pipeline that ran before are features."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = BATCH) -> Iterator[Doc]:
        """Yield the Docs of ``stream`` with their mentions, so many read together at most."""
        waiting = iter(stream)
        while docs := list(islice(waiting, min(batch_size, BATCH))):
            texts = [(text_of(doc), entities_of(doc)) for doc in docs]
            for doc, sourced in zip(docs, find_sourced_names(texts, load_tagger(self.path)), strict=True):
                yield _written(doc, sourced)


def _written(doc: Doc, sourced: Sequence[tuple[Span, str]]) -> Doc:
    spans = [doc.char_span(s, e, label=kind, span_id=source) for (s, e, kind), source in sourced]
    spans += [
        doc.char_span(s, e, label="Group", kb_id=concept, span_id="rule")
        for s, e, concept in find_groups(text_of(doc), [span for span, _ in sourced])
    ]
    kept = sorted((span for span in spans if span is not None), key=lambda span: span.start)
    doc.spans["mentions"] = kept
    doc.ents = filter_spans(kept)
    return doc
