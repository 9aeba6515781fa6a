"""What one read article yields: candidates of a Doc to claims with evidence, names to entities."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from kg.language.attributes import Attributes
from kg.language.clauses import iter_sentences
from kg.language.frames import Candidate
from kg.language.names import Name
from kg.linking import Thing, link_entities
from kg.model import Article, Claim, Entity, Evidence, Extraction

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


def to_extraction(doc: Doc) -> Extraction:
    """Return the entities and claims of a Doc that has gone through the pipeline, in text order."""
    article: Article = doc._.article
    names: dict[str, Name] = doc._.names
    text = doc.text
    spans = tuple(_trimmed(text, start, end) for start, end in iter_sentences(text))
    sentences = _Sentences(tuple(start for start, _ in spans), spans)
    proposed = [candidate for candidate in _all(doc) if not candidate.vetoed]
    claimed = {key for c in proposed for key in (*c.subject.keys, *c.object.keys)}
    bodies = {
        key: names[c.object.keys[0]].full
        for c in reversed(proposed)
        if c.predicate == "worksFor" and c.object.keys[0] in names
        for key in c.subject.keys
    }
    things = [
        Thing(key, name.kind, name.full, tuple(sorted(name.labels)), bodies.get(key, name.place))
        for key, name in names.items()
        if key in claimed or not (name.kind in NEEDS_CLAIM or _is_unnamed(name))
    ]
    entities = link_entities(things, context=_context(names))
    claims = list(
        _claims(article, text, sentences, proposed, entities, Attributes(text, article, doc._.refs))
    )
    shown = {entity.id: entity for entity in entities.values()}
    return Extraction(article, tuple(shown[key] for key in sorted(shown)), tuple(claims))


def _is_unnamed(name: Name) -> bool:
    """Tell whether a programme has no brand: in no claim it is one sentence's words, not an initiative."""
    return name.kind == "Program" and not any(BRAND & set(label) for label in (name.full, *name.labels))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
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


def _claims(
    article: Article,
    text: str,
    sentences: _Sentences,
    proposed: list[Candidate],
    entities: dict[str, Entity],
    attributes: Attributes,
) -> Iterator[Claim]:
    seen: set[tuple[str, str, str, int]] = set()
    for candidate in sorted(proposed, key=lambda c: (c.verb[0], c.predicate, c.rule)):
        start, end = sentences.around(*candidate.verb)
        for one in candidate.subject.keys:
            for other in candidate.object.keys:
                subject, target = entities.get(one), entities.get(other)
                if subject is None or target is None or subject.id == target.id:
                    continue
                pair = (subject.id, target.id)
                if candidate.predicate == "collaboratesWith":
                    pair = (min(pair), max(pair))
                key = (candidate.predicate, *pair, start)
                if key in seen:
                    continue
                seen.add(key)
                family = candidate.rule.partition(".")[0]
                confidence = candidate.confidence or CONFIDENCE.get(family, DEFAULT_CONFIDENCE)
                evidence = Evidence(article.id, start, end, text[start:end], candidate.rule, confidence)
                yield Claim(
                    subject, candidate.predicate, target, evidence, **attributes.of(candidate, (start, end))
                )
