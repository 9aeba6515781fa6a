"""Why an article gives what it gives: sentence by sentence, what was seen, weighed, dropped and claimed.

Nothing is decided here: :func:`explain` asks the parts of the pipeline again what they found, and writes it
down as plain data. Offsets count in the article text, spans are half-open.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

from spacy.tokens import Doc

from kg.language.anaphora import is_anaphor, iter_unresolved
from kg.language.characters import text_of
from kg.language.clauses import CLAUSE_END, Phrase, Ref, Verb
from kg.language.extraction import Outcome, to_extraction, to_outcomes, trim
from kg.language.frames import Candidate, rules_by_trigger
from kg.language.matching import objects_of, subject_of
from kg.language.names import Name
from kg.language.predicates import ENDS
from kg.language.ranking import MODEL, load_ranker
from kg.language.relations import (
    Reading,
    Weighed,
    iter_readings,
    officials_of,
    prepare,
    weigh,
)
from kg.model import Article, Claim, Entity, Extraction
from kg.ontology import Text
from kg.yamlfile import load_yaml

PATH = Path(__file__).parent / "explanation.yaml"
Item = TypeVar("Item")
_OPEN, _CLOSE = "“", "”"


@dataclass(frozen=True, slots=True)
class SeenMention:
    """Words that name or stand for something.

    ``found`` is what found them: crf, rule, repeat (a name found elsewhere in the article), anaphor, or name
    (a studio named in the phrase). ``names`` are the canonical names of what they stand for, several for a
    set (四部门), ``entities`` their ids in the graph. ``note`` is why something is missing: office (a person
    without one), absent (nothing of it in the graph), unresolved (an anaphor that nothing before explains).
    """

    start: int
    end: int
    text: str
    kind: str
    found: str
    names: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A frame, a construction or a post that proposed something, and the words at which it did.

    ``carried``: its subject stands before the clause. ``vetoed``: plan, negation or nothing.
    """

    rule: str
    start: int
    end: int
    text: str
    carried: bool = False
    vetoed: str = ""


@dataclass(frozen=True, slots=True)
class SeenCandidate:
    """A relation that the sentence may state, and what became of it: ``verdict`` is one of ``words()``, or a veto of the rules.

    ``probability`` and ``threshold`` are between 0 and 1, None where no model weighs. ``rule`` is "ranker"
    where no rule proposed it. ``context`` names what colours its clause: carried, speech, quotation, plan,
    negation. ``times``: so often it was considered with the same verdict.
    """

    predicate: str
    subject: str
    subject_kind: str
    object: str
    object_kind: str
    rule: str
    verdict: str
    probability: float | None = None
    threshold: float | None = None
    context: tuple[str, ...] = ()
    times: int = 1


@dataclass(frozen=True, slots=True)
class SeenSentence:
    """One sentence, the ``number``-th of its article, counted from 1.

    ``subject`` is who acts where the sentence does not say it, ``lead`` whom the article is about, ``topic``
    the unit (several of one name) named last before: canonical names. ``refused`` are claims that the SHACL
    gate holds back, each with its reason.
    """

    number: int
    start: int
    end: int
    text: str
    subject: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    mentions: tuple[SeenMention, ...] = ()
    rules: tuple[FiredRule, ...] = ()
    candidates: tuple[SeenCandidate, ...] = ()
    claims: tuple[Claim, ...] = ()
    refused: tuple[tuple[Claim, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """An article with all its sentences, and what the pipeline makes of it."""

    article: Article
    sentences: tuple[SeenSentence, ...]
    extraction: Extraction


@cache
def words() -> dict[str, dict[str, Text]]:
    """Return the words for what an explanation says (verdicts, context, found, notes, parts), by its keys."""
    data = load_yaml(PATH.read_text("utf-8"))
    return {name: {key: Text(**texts) for key, texts in group.items()} for name, group in data.items()}


def explain(doc: Doc, *, weights: Path = MODEL) -> Explanation:
    """Return the explanation of a Doc that has gone through the pipeline.

    ``weights`` are those of the ranker that the pipeline used.
    """
    return _Explainer(doc, weights).explanation()


class _Explainer:
    """What the parts of one explanation share."""

    def __init__(self, doc: Doc, weights: Path) -> None:
        self.doc = doc
        self.text = text_of(doc)
        # What is shown: the words as they stand in the article, of which ``text`` may be the simplified view.
        self.written: str = doc._.article.text
        self.names: dict[str, Name] = doc._.names
        self.ranker = load_ranker(weights)
        self.offices, self.merged, self.namesakes = prepare(doc)
        self.officials = officials_of(doc._.candidates) | self.namesakes
        self.entities: dict[str, Entity]
        self.outcomes: list[Outcome]
        self.entities, self.outcomes = to_outcomes(doc)
        self.readings = list(
            iter_readings(self.text, doc._.refs, self.merged, self.offices, namesakes=self.namesakes)
        )
        self.starts = [reading.start for reading in self.readings]

    def explanation(self) -> Explanation:
        weighed = [list(weigh(self.text, reading, self.ranker)) for reading in self.readings]
        known = {_identity(item.candidate): item for items in weighed for item in items}
        outcomes = self._by_sentence((outcome.candidate.verb[0], outcome) for outcome in self.outcomes)
        mentions = self._by_sentence(
            (m.start, m) for m in sorted(self._mentions(), key=lambda mention: mention.start)
        )
        offices = self._by_sentence((office.verb[0], office) for office in self.offices)
        sentences = []
        for number, (reading, items) in enumerate(zip(self.readings, weighed, strict=True)):
            candidates = [
                *(self._decided(reading, outcome, known) for outcome in outcomes[number]),
                *self._all_passed_over(reading, (item for item in items if not item.taken), "threshold"),
                *self._misfits(reading),
            ]
            scene = reading.scene
            start, end = trim(self.text, reading.start, reading.end)
            sentences.append(
                SeenSentence(
                    number + 1,
                    start,
                    end,
                    self.written[start:end],
                    self._named(scene.subject.refs if scene.subject else ()),
                    self._named([scene.lead] if scene.lead else ()),
                    self._named([scene.topic] if scene.topic else ()),
                    tuple(mentions[number]),
                    tuple(self._fired([*offices[number], *reading.proposals])),
                    tuple(_ordered(candidates)),
                    tuple(outcome.claim for outcome in outcomes[number] if outcome.claim),
                )
            )
        return Explanation(self.doc._.article, tuple(sentences), to_extraction(self.doc))

    def _by_sentence(self, items: Iterable[tuple[int, Item]]) -> Mapping[int, list[Item]]:
        """Return the items by the index of the sentence in which each begins."""
        found: dict[int, list[Item]] = defaultdict(list)
        for at, item in items:
            found[max(0, bisect_right(self.starts, at) - 1)].append(item)
        return found

    def _name(self, key: str) -> str:
        entity = self.entities.get(key)
        return entity.name if entity else self.names[key].full if key in self.names else key

    def _named(self, refs: Iterable[Ref]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._name(key) for ref in refs for key in ref.keys))

    def _mentions(self) -> Iterator[SeenMention]:
        """Yield what was resolved, and what was recognised and resolved to nothing."""
        spans = self.doc.spans.get("mentions", ())
        sources = {(span.start_char, span.end_char): span.id_ for span in spans}
        covered: set[int] = set()
        for ref in self.doc._.refs:
            covered.update(range(ref.start, ref.end))
            found = sources.get((ref.start, ref.end), "name")
            if ref.bare:
                named = ref.kind == "Studio" and not is_anaphor(self.text[ref.start : ref.end])
                found = "name" if named else "anaphor"
            ids = dict.fromkeys(self.entities[key].id for key in ref.keys if key in self.entities)
            idle = ref.kind == "Person" and not set(ref.keys) & self.officials
            note = "office" if idle else "" if ids else "absent"
            yield self._mention(ref.start, ref.end, ref.kind, found, self._named([ref]), tuple(ids), note)
        loose = {(span.start_char, span.end_char): (span.label_, span.id_) for span in spans}
        loose |= {
            (start, end): (kind, "anaphor")
            for start, end, kind in iter_unresolved(self.text, self.doc._.refs)
        }
        for (start, end), (kind, found) in loose.items():
            if not covered & set(range(start, end)):
                yield self._mention(start, end, kind, found, (), (), "unresolved")

    def _mention(
        self,
        start: int,
        end: int,
        kind: str,
        found: str,
        names: tuple[str, ...],
        ids: tuple[str, ...],
        note: str,
    ) -> SeenMention:
        return SeenMention(start, end, self.written[start:end], kind, found, names, ids, note)

    def _fired(self, proposals: Iterable[Candidate]) -> Iterator[FiredRule]:
        fired = (
            FiredRule(p.rule, *p.verb, self.written[slice(*p.verb)], p.carried, p.vetoed) for p in proposals
        )
        yield from sorted(dict.fromkeys(fired), key=lambda rule: (rule.start, rule.rule))

    def _decided(
        self, reading: Reading, outcome: Outcome, known: Mapping[Identity, Weighed]
    ) -> SeenCandidate:
        item = known.get(_identity(outcome.candidate), Weighed(outcome.candidate))
        item = replace(item, candidate=outcome.candidate)
        verdict = "claim" if outcome.claim else outcome.reason
        return self._seen(reading, item, outcome.subject, outcome.object, verdict)

    def _all_passed_over(
        self, reading: Reading, items: Iterable[Weighed], why: str
    ) -> Iterator[SeenCandidate]:
        for item in items:
            yield from self._passed_over(reading, item, why)

    def _passed_over(self, reading: Reading, item: Weighed, why: str) -> Iterator[SeenCandidate]:
        candidate = item.candidate
        for one in candidate.subject.keys:
            for other in candidate.object.keys:
                yield self._seen(reading, item, one, other, candidate.vetoed or why)

    def _seen(self, reading: Reading, item: Weighed, one: str, other: str, verdict: str) -> SeenCandidate:
        candidate = item.candidate
        return SeenCandidate(
            candidate.predicate,
            self._name(one),
            candidate.subject.kind,
            self._name(other),
            candidate.object.kind,
            candidate.rule,
            verdict,
            None if item.probability is None else round(item.probability, 3),
            item.threshold,
            tuple(self._context(reading, candidate)),
        )

    def _context(self, reading: Reading, candidate: Candidate) -> Iterator[str]:
        """Yield what colours the clauses that a candidate spans."""
        start, end = candidate.clause
        spanned = [clause for clause in reading.clauses if clause.start < end and start < clause.end]
        vetoes = {reading.vetoes.get(clause.start, "") for clause in spanned}
        if candidate.carried:
            yield "carried"
        if any(clause.speech for clause in reading.clauses if clause.start < end):
            yield "speech"
        if self._is_quoted(candidate.verb[0]):
            yield "quotation"
        yield from sorted(vetoes - {""})

    def _is_quoted(self, at: int) -> bool:
        """Tell whether ``at`` stands in words that somebody says: quoted, and more than a brand."""
        begin = self.text.rfind("\n", 0, at) + 1
        opened = self.text.rfind(_OPEN, begin, at)
        closed = self.text.find(_CLOSE, opened)
        return 0 <= opened < at < closed and CLAUSE_END.search(self.text, opened, closed) is not None

    def _misfits(self, reading: Reading) -> Iterator[SeenCandidate]:
        """Yield what a frame found at its places and could not take because of its class."""
        acting = reading.scene.subject
        for clause in reading.clauses:
            acting = subject_of(clause) or acting
            for index, verb in enumerate(clause.items):
                if acting is None or not isinstance(verb, Verb):
                    continue
                for rule in rules_by_trigger().get(verb.word, ()):
                    if rule.needs and not rule.needs.search(self.text, verb.end, clause.end):
                        continue
                    if rule.context and not rule.context.search(self.text, reading.start, verb.start):
                        continue
                    span = ((verb.start, verb.end), (clause.start, clause.end))
                    for phrase, _ in objects_of(clause.items, index, rule):
                        for actor, ref in _wrong(acting, phrase, rule.predicate):
                            candidate = Candidate(rule.predicate, actor, ref, rule.id, *span)
                            yield from self._passed_over(reading, Weighed(candidate), "type")


Identity = tuple[str, tuple[str, ...], tuple[str, ...], tuple[int, int]]


def _identity(candidate: Candidate) -> Identity:
    """Return what stays of a candidate when it is vetoed."""
    return candidate.predicate, candidate.subject.keys, candidate.object.keys, candidate.verb


def _wrong(acting: Phrase, phrase: Phrase, predicate: str) -> Iterator[tuple[Ref, Ref]]:
    """Yield the pairs of two phrases of which one end or both are of no class that ``predicate`` takes."""
    ends = ENDS.get(predicate)
    for actor in acting.refs if ends else ():
        for ref in phrase.refs:
            fitting = ends is not None and actor.kind in ends[0] and ref.kind in ends[1]
            if not fitting and not set(actor.keys) & set(ref.keys):
                yield actor, ref


def _ordered(candidates: Iterable[SeenCandidate]) -> list[SeenCandidate]:
    """Return the candidates, the likeliest first; what has the same ends and verdict is one, its best."""
    groups: dict[tuple[str, str, str, str], list[SeenCandidate]] = defaultdict(list)
    for candidate in candidates:
        key = (candidate.predicate, candidate.subject, candidate.object, candidate.verdict)
        groups[key].append(candidate)
    best = [replace(max(group, key=_score), times=len(group)) for group in groups.values()]
    return sorted(best, key=lambda c: (-_score(c), c.verdict != "claim", c.predicate, c.subject, c.object))


def _score(candidate: SeenCandidate) -> float:
    """Order what no model weighs: before all else what the rules settle, behind it what fits nowhere."""
    if candidate.probability is None:
        return -1 if candidate.verdict == "type" else 1
    return candidate.probability
