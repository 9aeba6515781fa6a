"""The learned ranker: of all pairs that a sentence could relate, which ones does it relate?

Frames and constructions propose; this model disposes. A pair's features are what fired for it and for its
neighbours, where both ends stand, the verbs and markers around them, and how the subject is known when it is
not written. The weights (``model/relations.crfsuite``) are a logistic regression trained on the gold
articles, stored as a CRF over sequences of one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pycrfsuite

from kg.errors import DataError
from kg.language.clauses import Clause, Phrase, Ref
from kg.language.frames import Candidate, load_rules
from kg.language.matching import is_respective, subject_of
from kg.model import ORGANISATIONS

MODEL = Path(__file__).parent / "model" / "relations.crfsuite"
# Proposed by constructions and posts alone; the ranker has nothing to add to them.
SETTLED = frozenset({"worksFor", "namedAfter", "partOf"})
# Neighbouring words tell something up to this many characters between the ends of a pair.
CLOSE = 8


@dataclass(frozen=True, slots=True)
class Slots:
    """What may stand at the ends of a predicate, taken from its rules."""

    subject: frozenset[str]
    object: frozenset[str]
    groups: frozenset[str]
    triggers: frozenset[str]


@dataclass(slots=True)
class Scene:
    """What a sentence finds when it begins: who acted last, and what the article is about."""

    subject: Phrase | None = None
    organisation: Phrase | None = None
    lead: Ref | None = None
    topic: Ref | None = None
    person: Ref | None = None
    recent: Sequence[Ref] = ()
    units: Sequence[Ref] = ()
    mentions: Mapping[str, int] = field(default_factory=dict)
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things that a sentence may relate; ``proposal`` is what a rule said about them, if one did."""

    predicate: str
    subject: Ref
    object: Ref
    clause: Clause
    features: tuple[str, ...]
    proposal: Candidate | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    ref: Ref
    clause: int
    marker: str
    before: str
    after: str
    acts: bool
    members: int
    position: int


@cache
def slots() -> dict[str, Slots]:
    """Return the slots of every predicate that the ranker judges."""
    table: dict[str, tuple[set[str], set[str], set[str], set[str]]] = {}
    for rule in load_rules():
        sets = table.setdefault(rule.predicate, (set(), set(), set(), set()))
        for have, more in zip(sets, (rule.subject, rule.object, rule.groups, rule.triggers), strict=True):
            have |= more
    return {name: Slots(*map(frozenset, sets)) for name, sets in sorted(table.items()) if name not in SETTLED}


@cache
def load_ranker(path: Path = MODEL) -> pycrfsuite.Tagger:
    """Return the trained ranker.

    Raises:
        DataError: the weights are missing.
    """
    if not path.is_file():
        raise DataError(path.name, "the trained weights are missing", "kg train GOLD_DIR -o DIR makes them")
    tagger = pycrfsuite.Tagger()
    tagger.open(str(path))
    return tagger


def probability(pair: Pair, tagger: pycrfsuite.Tagger) -> float:
    """Return how likely the sentence states ``pair``, between 0 and 1."""
    tagger.set([list(pair.features)])
    return float(tagger.marginal("Y", 0))


def iter_pairs(
    text: str, span: tuple[int, int], clauses: Sequence[Clause], proposals: Iterable[Candidate], scene: Scene
) -> Iterator[Pair]:
    """Yield the pairs of one sentence that a verb or a rule gives a reason to look at, with their features."""
    fired = _Fired(proposals)
    places = _places(clauses)
    acting = [subject_of(clause) for clause in clauses]
    planned = any(clause.plan is not None for clause in clauses)
    pool = _pool(places, scene)
    for key, found in places.items():
        for place in found:
            clause = clauses[place.clause]
            near = [phrase for phrase in acting[: place.clause + 1] if phrase is not None]
            words = {verb.word for verb in clause.verbs}
            ahead = {verb.word for c in clauses[place.clause : place.clause + 2] for verb in c.verbs}
            for predicate, slot in slots().items():
                if not fits(place.ref, slot):
                    continue
                around = fired.by_object.get((predicate, key))
                reason = (words | ahead if place.marker else words) & slot.triggers
                together = predicate == "collaboratesWith" and (clause.joint or clause.mutual)
                if not (around or reason or together or predicate == "heldAt"):
                    continue
                shared = [
                    *(f"RO:{tag}" for tag in sorted(around or ())),
                    *(f"t:{word}" for word in sorted(words & slot.triggers)),
                    *_place_features(text, span, place),
                    *_clause_features(text, clause, planned=planned, fresh=scene.fresh),
                ]
                for other, (ref, sources) in pool.items():
                    if ref.kind not in slot.subject or other == key:
                        continue
                    own = _pair_features(text, clause, place, places.get(other, ()), near, sources, other)
                    tags, proposal = fired.by_pair.get((predicate, other, key), ((), None))
                    own += [f"R:{tag}" for tag in sorted(tags)]
                    own += ["R+", f"Rn:{min(3, len(tags))}"] if tags else ["R-"]
                    if around and not tags:
                        own.append("other")
                    own += [
                        f"RS:{tag.partition('.')[0]}"
                        for tag in sorted(fired.by_subject.get((predicate, other), ()))
                    ]
                    own.append(f"sal:{min(4, scene.mentions.get(other, 0) // 2)}")
                    features = [
                        "b",
                        f"kk:{ref.kind}{place.ref.kind}",
                        f"sk:{ref.kind}",
                        f"ok:{place.ref.kind}",
                        *shared,
                        *own,
                    ]
                    yield Pair(
                        predicate,
                        replace(ref, keys=(other,)),
                        replace(place.ref, keys=(key,)),
                        clause,
                        (*(f"{predicate}|{feature}" for feature in features), *features),
                        proposal,
                    )


class _Fired:
    """The rules that fired in a sentence, by pair and by each end."""

    def __init__(self, proposals: Iterable[Candidate]) -> None:
        self.by_pair: dict[tuple[str, str, str], tuple[set[str], Candidate | None]] = {}
        self.by_object: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.by_subject: dict[tuple[str, str], set[str]] = defaultdict(set)
        for proposal in proposals:
            tag = (
                proposal.rule
                + ("~" if proposal.carried else "")
                + (f"!{proposal.vetoed}" if proposal.vetoed else "")
            )
            for subject in proposal.subject.keys:
                for target in proposal.object.keys:
                    self._add(proposal, subject, target, tag)
                    if proposal.predicate == "collaboratesWith":
                        self._add(proposal, target, subject, tag)

    def _add(self, proposal: Candidate, subject: str, target: str, tag: str) -> None:
        key = (proposal.predicate, subject, target)
        tags, first = self.by_pair.get(key, (set(), None))
        self.by_pair[key] = (
            tags | {tag},
            proposal if first is None or _rank(proposal) < _rank(first) else first,
        )
        self.by_object[proposal.predicate, target].add(tag)
        self.by_subject[proposal.predicate, subject].add(tag)


def _rank(proposal: Candidate) -> tuple[bool, bool]:
    """Order proposals of one pair: the one that holds and saw both ends first."""
    return bool(proposal.vetoed), proposal.carried


def fits(ref: Ref, slot: Slots) -> bool:
    """Tell whether ``ref`` may stand at the object's end: by its class, a Group by its concept too."""
    return ref.kind in slot.object and not (
        slot.groups and ref.kind == "Group" and ref.name not in slot.groups
    )


def _places(clauses: Sequence[Clause]) -> dict[str, list[_Place]]:
    """Return where each thing stands in the sentence, by key."""
    places: dict[str, list[_Place]] = {}
    for number, clause in enumerate(clauses):
        acts = subject_of(clause)
        for index, item in enumerate(clause.items):
            if not isinstance(item, Phrase):
                continue
            before = [verb.word for verb in clause.items[:index] if not isinstance(verb, Phrase)]
            after = [verb.word for verb in clause.items[index + 1 :] if not isinstance(verb, Phrase)]
            around = (before[-1] if before else "", after[0] if after else "")
            for position, ref in enumerate(item.refs):
                place = _Place(ref, number, item.marker, *around, acts is item, len(item.refs), position)
                for key in ref.keys:
                    places.setdefault(key, []).append(place)
            for ref in item.owners:
                place = _Place(ref, number, "own", *around, acts=False, members=1, position=0)
                for key in ref.keys:
                    places.setdefault(key, []).append(place)
    return places


def _pool(places: Mapping[str, Sequence[_Place]], scene: Scene) -> dict[str, tuple[Ref, set[str]]]:
    """Return everything that could act in the sentence, with how it is known when it is not written there."""
    pool: dict[str, tuple[Ref, set[str]]] = {key: (found[0].ref, set()) for key, found in places.items()}
    known: list[tuple[str, Sequence[Ref]]] = [
        ("carr", scene.subject.refs if scene.subject else ()),
        ("corg", scene.organisation.refs if scene.organisation else ()),
        ("lead", [scene.lead] if scene.lead else ()),
        ("topic", [scene.topic] if scene.topic else ()),
        ("lastp", [scene.person] if scene.person else ()),
        ("prevorg", scene.recent),
        ("unit", scene.units),
    ]
    for source, refs in known:
        for ref in refs:
            for key in ref.keys:
                pool.setdefault(key, (ref, set()))[1].add(source)
    return pool


def _place_features(text: str, span: tuple[int, int], place: _Place) -> list[str]:
    ref = place.ref
    left, right = text[max(span[0], ref.start - 2) : ref.start], text[ref.end : ref.end + 2]
    out = [
        f"mk:{place.marker}",
        f"vb:{place.before}",
        f"va:{place.after}",
        f"ob2:{left}",
        f"ob1:{left[-1:]}",
        f"oa2:{right}",
        f"oa1:{right[:1]}",
    ]
    out += [f"g:{ref.name}"] if ref.name else []
    out += ["obare"] if ref.bare else []
    out += ["olist"] if place.members > 1 else []
    out += ["onotfirst"] if place.position else []
    return out


def _clause_features(text: str, clause: Clause, *, planned: bool, fresh: bool) -> list[str]:
    flags = {
        "joint": clause.joint,
        "mutual": clause.mutual,
        "plan": planned,
        "neg": bool(clause.negated),
        "speech": clause.speech,
        "respectively": is_respective(text[clause.start : clause.end]),
        "fresh": fresh,
    }
    return [name for name, holds in flags.items() if holds]


def _pair_features(
    text: str,
    clause: Clause,
    place: _Place,
    own: Sequence[_Place],
    near: Sequence[Phrase],
    sources: set[str],
    key: str,
) -> list[str]:
    out: list[str] = []
    if own:
        best = min(own, key=lambda other: abs(other.clause - place.clause))
        distance = place.clause - best.clause
        out += [
            f"d:{max(-2, min(3, distance))}",
            f"smk:{best.marker}",
            f"smkd:{best.marker}{max(-1, min(2, distance))}",
            f"smkmk:{best.marker}/{place.marker}",
            f"svb:{best.before}",
            f"sa:{text[best.ref.end : best.ref.end + 2]}",
            f"sb:{text[max(0, best.ref.start - 1) : best.ref.start]}",
            "sub" if best.acts else "nsub",
            "before" if best.ref.start < place.ref.start else "after",
        ]
        out += ["slist"] if best.members > 1 else []
        out += ["samephrase"] if distance == 0 and best.marker == place.marker and not best.acts else []
        if 0 <= place.ref.start - best.ref.end <= CLOSE:
            out.append("btw:" + re.sub(r"\d+", "9", text[best.ref.end : place.ref.start]))
        if distance == 0:
            low, high = min(best.ref.end, place.ref.end), max(best.ref.start, place.ref.start)
            between = [verb.word for verb in clause.verbs if low <= verb.start <= high]
            out.append("mid:" + "+".join(between[:3]))
            out += [f"midv:{word}" for word in between]
    else:
        out.append("ext")
    if near:
        out.append("hasnear")
        out += ["near"] if any(key in other.keys for other in near[-1].refs) else []
        out += ["first"] if any(key in other.keys for other in near[0].refs) else []
    for source in sorted(sources):
        out.append(f"src:{source}{'' if own else '*'}")
        if not near:
            out.append(f"nosub+{source}")
    return out


def salience(refs: Iterable[Ref]) -> Counter[str]:
    """Return how often each thing is mentioned."""
    return Counter(key for ref in refs for key in ref.keys)


def recent_organisations(refs: Sequence[Ref], start: int, count: int = 2) -> list[Ref]:
    """Return the organisations mentioned last before ``start``."""
    return [ref for ref in refs if ref.end <= start and ref.kind in ORGANISATIONS][-count:]
