"""What one read article yields: candidates of a Doc to claims with evidence, names to entities."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from kg.language.attributes import Attributes
from kg.language.characters import text_of
from kg.language.clauses import iter_sentences
from kg.language.frames import Candidate
from kg.language.names import Name
from kg.linking import Thing, link_entities
from kg.model import Article, Claim, Entity, Evidence, Extraction
from kg.occurrences import find_occurrences

# What stands in no claim is shown only when the article names it as an actor or an initiative.
NEEDS_CLAIM = frozenset({"Person"})
# Marks of a brand name.
BRAND = frozenset('“”"「」')
# Confidence of what no model weighs: the share of its proposals that were right on the training articles.
CONFIDENCE = {"posts": 0.97, "appointed": 0.9, "studios": 0.98, "names": 0.9}
DEFAULT_CONFIDENCE = 0.7


@dataclass(frozen=True, slots=True)
class _Sentences:
    starts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    def around(self, start: int, end: int) -> tuple[int, int]:
        """Return the span from the sentence that holds ``start`` to the one that holds ``end``."""
        first = self.spans[max(0, bisect_right(self.starts, start) - 1)]
        last = self.spans[max(0, bisect_right(self.starts, max(start, end - 1)) - 1)]
        return first[0], last[1]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a candidate between two of its keys: a claim, or None and why not.

    ``reason`` is what vetoed the candidate, ``absent`` where an end is no entity of the article, ``same``
    where both ends are one, ``duplicate`` where the passage has said it before.
    """

    candidate: Candidate
    subject: str
    object: str
    claim: Claim | None = None
    reason: str = ""


def to_extraction(doc: Doc) -> Extraction:
    """Return the entities and claims of a Doc that has gone through the pipeline, in text order."""
    entities, outcomes = to_outcomes(doc)
    shown = {entity.id: entity for entity in entities.values()}
    claims = tuple(outcome.claim for outcome in outcomes if outcome.claim)
    return Extraction(doc._.article, tuple(shown[key] for key in sorted(shown)), claims)


def to_outcomes(doc: Doc) -> tuple[dict[str, Entity], list[Outcome]]:
    """Return the entities of a Doc by the keys of its names, and what became of each candidate, in text order.

    The Doc may be of the simplified view of its article: evidence is cut out of the article itself.
    """
    article: Article = doc._.article
    names: dict[str, Name] = doc._.names
    text = text_of(doc)
    spans = tuple(trim(text, start, end) for start, end in iter_sentences(text))
    sentences = _Sentences(tuple(start for start, _ in spans), spans)
    candidates = list(_all(doc))
    proposed = [candidate for candidate in candidates if not candidate.vetoed]
    claimed = {key for c in proposed for key in (*c.subject.keys, *c.object.keys)}
    bodies = {
        key: names[c.object.keys[0]].full
        for c in reversed(proposed)
        if c.predicate == "worksFor" and c.object.keys[0] in names
        for key in c.subject.keys
    }
    labels = {key: name.labels for key, name in names.items()}
    if article.text != text:
        labels = _as_written(labels, text, article.text)
    things = [
        Thing(key, name.kind, name.full, tuple(sorted(labels[key])), bodies.get(key, name.place))
        for key, name in names.items()
        if key in claimed or not (name.kind in NEEDS_CLAIM or _is_unnamed(name))
    ]
    entities = link_entities(things, context=_context(names))
    attributes = Attributes(text, article, doc._.refs)
    return entities, list(_outcomes(article, sentences, candidates, entities, attributes))


def _as_written(labels: dict[str, set[str]], view: str, text: str) -> dict[str, set[str]]:
    """Return the labels with the forms in which a traditional text writes them."""
    found: dict[str, set[str]] = {}
    for start, end in find_occurrences(view, set().union(*labels.values())):
        found.setdefault(view[start:end], set()).add(text[start:end])
    return {key: own.union(*(found.get(label, ()) for label in own)) for key, own in labels.items()}


def _is_unnamed(name: Name) -> bool:
    """Tell whether a programme has no brand: in no claim it is one sentence's words, not an initiative."""
    return name.kind == "Program" and not any(BRAND & set(label) for label in (name.full, *name.labels))


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the white space at its edges."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _context(names: dict[str, Name]) -> str | None:
    """Return the division that most names of the article begin with."""
    counts: dict[str, int] = {}
    for name in names.values():
        if name.place:
            counts[name.place] = counts.get(name.place, 0) + len(name.labels)
    return max(sorted(counts), key=lambda place: counts[place], default=None)


def _all(doc: Doc) -> Iterator[Candidate]:
    """Yield the candidates of the sentences and what the names themselves say."""
    yield from doc._.candidates
    from kg.language.clauses import Ref

    for name in doc._.names.values():
        for predicate, other in (("partOf", name.parent), ("namedAfter", name.namesake)):
            if other and other in doc._.names:
                here = (name.first, name.first + 1)
                subject = Ref(*here, name.kind, (name.key,), name.full)
                target = Ref(*here, doc._.names[other].kind, (other,), doc._.names[other].full)
                yield Candidate(predicate, subject, target, f"names.{predicate}", here, here)


def _outcomes(
    article: Article,
    sentences: _Sentences,
    candidates: list[Candidate],
    entities: dict[str, Entity],
    attributes: Attributes,
) -> Iterator[Outcome]:
    seen: set[tuple[str, str, str, int]] = set()
    for candidate in sorted(candidates, key=lambda c: (c.verb[0], c.predicate, c.rule)):
        start, end = sentences.around(*candidate.verb)
        for one in candidate.subject.keys:
            for other in candidate.object.keys:
                if candidate.vetoed:
                    yield Outcome(candidate, one, other, reason=candidate.vetoed)
                    continue
                subject, target = entities.get(one), entities.get(other)
                if subject is None or target is None:
                    yield Outcome(candidate, one, other, reason="absent")
                    continue
                if subject.id == target.id:
                    yield Outcome(candidate, one, other, reason="same")
                    continue
                pair = (subject.id, target.id)
                if candidate.predicate == "collaboratesWith":
                    pair = (min(pair), max(pair))
                key = (candidate.predicate, *pair, start)
                if key in seen:
                    yield Outcome(candidate, one, other, reason="duplicate")
                    continue
                seen.add(key)
                family = candidate.rule.partition(".")[0]
                confidence = candidate.confidence or CONFIDENCE.get(family, DEFAULT_CONFIDENCE)
                evidence = Evidence(
                    article.id, start, end, article.text[start:end], candidate.rule, confidence
                )
                said = attributes.of(candidate, (start, end))
                claim = Claim(subject, candidate.predicate, target, evidence, **said)
                yield Outcome(candidate, one, other, claim)
