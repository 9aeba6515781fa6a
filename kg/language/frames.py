"""The frame table: which verb says which relation between which slots.

Each ``rules/*.yaml`` holds one predicate. :func:`match_sentence` reads the clauses of one sentence with
what the discourse carries over and yields every relation that a rule proposes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import yaml

from kg.errors import DataError
from kg.language.clauses import Clause, Phrase, Ref, Verb
from kg.model import CLASSES, ORGANISATIONS, PREDICATES

RULES = Path(__file__).parent / "rules"
NOT_FRAMES = frozenset({"constructions.yaml", "studios.yaml"})
POSITIONS = ("right", "left", "front", "dui", "wei", "xiang", "ba", "zai", "with", "named")
KEYS = {"id", "triggers", "needs", "context", "subject", "object", "groups", "at", "match", "no_match"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One frame: ``triggers`` between a subject and an object of the given classes at given places."""

    id: str
    predicate: str
    triggers: frozenset[str]
    subject: frozenset[str]
    object: frozenset[str]
    at: tuple[str, ...]
    groups: frozenset[str] = frozenset()
    needs: re.Pattern[str] | None = None
    context: re.Pattern[str] | None = None
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One relation that a rule proposes, with where in the text it does so."""

    predicate: str
    subject: Ref
    object: Ref
    rule: str
    verb: tuple[int, int]
    clause: tuple[int, int]
    objects: tuple[Ref, ...] = ()
    carried: bool = False
    vetoed: str = ""
    role: str | None = None
    confidence: float = 0.0


@cache
def load_rules() -> tuple[Rule, ...]:
    """Return the rules of every file in ``rules/``, in the order of file name and place.

    Raises:
        DataError: a file breaks the format; the message names file, rule and what is allowed.
    """
    rules: list[Rule] = []
    for path in sorted(RULES.glob("*.yaml")):
        if path.name in NOT_FRAMES:
            continue
        data = yaml.safe_load(path.read_text("utf-8"))
        if data.get("predicate") not in PREDICATES:
            raise DataError(path.name, f"unknown predicate {data.get('predicate')!r}", ", ".join(PREDICATES))
        rules += [_rule(path.name, data["predicate"], entry) for entry in data["rules"]]
    return tuple(rules)


def _rule(where: str, predicate: str, entry: dict[str, object]) -> Rule:
    def words(key: str) -> list[str]:
        value = entry.get(key, [])
        return [str(item) for item in value] if isinstance(value, list) else []

    if unknown := set(entry) - KEYS:
        raise DataError(f"{where}: rule {entry.get('id')}", f"unknown key {min(unknown)!r}", ", ".join(sorted(KEYS)))
    for key, allowed in (("subject", CLASSES), ("object", CLASSES), ("at", POSITIONS)):
        if wrong := set(words(key)) - set(allowed):
            raise DataError(f"{where}: rule {entry.get('id')}", f"unknown {key} {min(wrong)!r}", ", ".join(allowed))
    needs, context = entry.get("needs"), entry.get("context")
    return Rule(
        id=str(entry["id"]),
        predicate=predicate,
        triggers=frozenset(words("triggers")),
        subject=frozenset(words("subject")),
        object=frozenset(words("object")),
        at=tuple(words("at")),
        groups=frozenset(words("groups")),
        needs=re.compile(str(needs)) if needs else None,
        context=re.compile(str(context)) if context else None,
        match=tuple(words("match")),
        no_match=tuple(words("no_match")),
    )


@cache
def trigger_words() -> frozenset[str]:
    """Return the trigger words of all rules."""
    return frozenset().union(*(rule.triggers for rule in load_rules()))


@cache
def _by_trigger() -> dict[str, list[Rule]]:
    table: dict[str, list[Rule]] = {}
    for rule in load_rules():
        for word in rule.triggers:
            table.setdefault(word, []).append(rule)
    return table


RESPECTIVELY = "分别"
STAFF = frozenset({"民警", "社工", "志愿者", "教师"})
AGENT = ORGANISATIONS | {"Person"}


@dataclass(slots=True)
class State:
    """What the discourse carries from clause to clause."""

    subject: Phrase | None = None
    organisation: Phrase | None = None
    partners: list[Ref] = field(default_factory=list)
    programs: list[Ref] = field(default_factory=list)
    groups: list[Ref] = field(default_factory=list)
    pending: list[Phrase] = field(default_factory=list)
    units: list[Ref] = field(default_factory=list)
    sentence: int = 0


def subject_of(clause: Clause) -> Phrase | None:
    """Return the phrase that acts in ``clause``: after 由, else the last free one before the first verb."""
    free: Phrase | None = None
    for item in clause.items:
        if isinstance(item, Verb):
            break
        if item.marker == "you" and item.refs[-1].kind in AGENT:
            return item
        owners = [ref for ref in item.owners if ref.kind in ORGANISATIONS]
        if not item.marker and item.refs[-1].kind == "Group" and owners and item.refs[-1].name in STAFF:
            item = replace(item, refs=owners)
        if not item.marker and (item.refs[-1].kind in AGENT or item.refs[-1].kind == "Program"):
            free = item if free is None or free.refs[-1].kind not in AGENT else free
    return free


def match_sentence(text: str, clauses: list[Clause], state: State) -> Iterator[Candidate]:
    """Yield what the rules propose for one sentence; ``state`` is read and brought forward."""
    planned = False
    state.sentence = clauses[0].start if clauses else 0
    for clause in clauses:
        explicit = subject_of(clause)
        partners = [ref for phrase in clause.phrases if phrase.marker == "with" for ref in phrase.refs]
        partners = [ref for ref in partners if ref.kind in AGENT]
        if explicit is not None:
            state.partners = []
        subject = explicit or state.subject
        carried = explicit is None
        if partners:
            state.partners = partners
        if clause.plan is not None:
            planned = True
        veto = "plan" if planned else "negation" if clause.negated else ""
        own = list(clause.phrases)
        if state.pending:
            clause.items[:0] = [*state.pending]
        last = clause.items[-1] if clause.items else None
        state.pending = [last] if isinstance(last, Phrase) and last.marker in CARRIED_MARKERS else []
        if subject is not None:
            founded: list[Ref] = []
            for candidate in _clause_candidates(text, clause, subject, carried, state):
                if candidate.predicate == "establishes":
                    founded.append(candidate.object)
                yield replace(candidate, vetoed=veto) if veto else candidate
            if explicit is not None and not (explicit.marker == "you" and explicit.refs[-1].kind == "Person"):
                state.units = []
            if founded:
                state.units = founded
        if clause.attends and explicit is not None and not any(v.word in LEADS for v in clause.verbs):
            state.partners = [ref for ref in explicit.refs if ref.kind in ORGANISATIONS]
            continue
        if clause.invites:
            guest = _guest(clause)
            if guest is not None:
                state.subject = guest
                continue
        if explicit is not None and not clause.speech:
            if explicit.refs[-1].kind in AGENT and not (explicit.marker == "you" and explicit.refs[-1].kind == "Person"):
                state.subject = replace(explicit, refs=explicit.refs[:1]) if explicit.joined else explicit
                if explicit.refs[-1].kind in ORGANISATIONS:
                    state.organisation = explicit
        elif explicit is not None and clause.speech and explicit.refs[-1].kind == "Person":
            state.subject = state.organisation or state.subject


EXPLICIT = frozenset({"participatesIn.join"})
UNIT_FIRST = frozenset({"serves", "trains", "visits"})
CARRIED_MARKERS = frozenset({"dui", "wei", "xiang"})
UNITS = ("Studio", "Station", "Team")
OPENS = frozenset({"挂牌", "揭牌", "成立", "挂牌成立", "揭牌成立", "启用", "落成", "建成"})
EQUAL = frozenset({"与", "和", "同", "跟"})
LEADS = frozenset({"牵头"})


def _guest(clause: Clause) -> Phrase | None:
    """Return the phrase of those who are invited and act from here on."""
    after = clause.items[clause.items.index(clause.invites) + 1 :] if clause.invites else []
    for item in after:
        if isinstance(item, Phrase) and item.refs[-1].kind in AGENT:
            return item
        if isinstance(item, Verb):
            return None
    return None


def _clause_candidates(
    text: str, clause: Clause, subject: Phrase, carried: bool, state: State
) -> Iterator[Candidate]:
    span = (clause.start, clause.end)
    actors = subject.refs
    # partners
    organisations = [ref for ref in actors if ref.kind in ORGANISATIONS]
    several = [ref for ref in organisations if not (ref.bare and ref.kind in UNITS)]
    seen_with = False
    for phrase in clause.phrases:
        if phrase.marker == "with":
            seen_with = True
            for actor in organisations:
                for ref in phrase.refs:
                    if ref.kind in ORGANISATIONS:
                        yield Candidate("collaboratesWith", actor, ref, "collaboratesWith.with", (phrase.start, phrase.end), span, tuple(phrase.refs), carried)
    equals = [ref for p in clause.phrases if p.marker == "with" and p.word in EQUAL for ref in p.refs if ref.kind in ORGANISATIONS]
    if clause.joint and len(equals) > 1:
        for i, a in enumerate(equals):
            for b in equals[i + 1 :]:
                yield Candidate("collaboratesWith", a, b, "collaboratesWith.equals", (clause.start, clause.end), span, tuple(equals), carried)
    if not carried and len(several) > 1 and (clause.joint or clause.mutual or (subject.joined and clause.verbs)):
        split = subject.joined if subject.joined and not clause.joint else 0
        for i, a in enumerate(several):
            for b in several[i + 1 :]:
                if not split or (subject.refs.index(a) < split <= subject.refs.index(b)):
                    where = (subject.start, subject.end)
                    yield Candidate(
                        "collaboratesWith", a, b, "collaboratesWith.joint", where, span, tuple(several), carried
                    )
    # owner of a program
    for phrase in clause.phrases:
        for ref in phrase.refs:
            if ref.kind == "Program":
                for owner in phrase.owners:
                    if owner.kind in AGENT:
                        yield Candidate("conducts", owner, ref, "conducts.owner", (phrase.start, phrase.end), span, (ref,), False)
    items = clause.items
    guest = _guest(clause) if clause.invites else None
    for index, verb in enumerate(items):
        if not isinstance(verb, Verb):
            continue
        if guest is not None and verb.start > guest.start:
            actors = guest.refs
        for rule in _by_trigger().get(verb.word, ()):
            if rule.needs and not rule.needs.search(text, verb.end, clause.end):
                continue
            if rule.context and not rule.context.search(text, state.sentence, verb.start):
                continue
            for phrase, where in _objects(items, index, rule, text):
                doers = subject.refs[: subject.joined] if where == "with" and subject.joined and actors is subject.refs else actors
                fitting = [ref for ref in phrase.refs if ref.kind in rule.object]
                pairwise = len(actors) > 1 and len(fitting) > 1 and RESPECTIVELY in text[clause.start : verb.end]
                if pairwise and len(actors) != len(fitting):
                    continue
                for place, ref in enumerate(fitting):
                    if rule.groups and ref.kind == "Group" and ref.name not in rule.groups:
                        continue
                    if carried and state.units and rule.predicate in UNIT_FIRST:
                        doers = state.units
                    if carried and rule.id in EXPLICIT:
                        continue
                    for actor in doers[place : place + 1] if pairwise else doers:
                        if actor.kind in rule.subject and not set(actor.keys) & set(ref.keys):
                            yield Candidate(rule.predicate, actor, ref, rule.id, (verb.start, verb.end), span, tuple(phrase.refs), carried)
                    if rule.predicate == "conducts":
                        for partner in state.partners:
                            yield Candidate("participatesIn", partner, ref, "participatesIn.with", (verb.start, verb.end), span, tuple(phrase.refs), carried)
                    if rule.predicate == "issues":
                        for partner in state.partners:
                            yield Candidate("issues", partner, ref, "issues.with", (verb.start, verb.end), span, tuple(phrase.refs), carried)
    first = next((item for item in items if isinstance(item, Phrase) and not item.marker), None)
    if first is not None and first.refs[-1].kind in UNITS and state.subject is not None:
        if any(isinstance(item, Verb) and item.word in OPENS for item in items) and not any(p.marker == "you" for p in clause.phrases):
            for unit in first.refs:
                for actor in state.subject.refs:
                    if actor.kind in ORGANISATIONS and not set(actor.keys) & set(unit.keys):
                        yield Candidate("establishes", actor, unit, "establishes.opens", span, span, (unit,), True)
    # programmes at places
    programs = [ref for phrase in clause.phrases for ref in phrase.refs if ref.kind == "Program"]
    for phrase in clause.phrases:
        if phrase.marker == "zai":
            for ref in phrase.refs:
                if ref.kind in ("School", "Station", "Place"):
                    for program in programs:
                        yield Candidate("heldAt", program, ref, "heldAt.at", (phrase.start, phrase.end), span, tuple(phrase.refs), carried)


def _objects(items: list[Phrase | Verb], index: int, rule: Rule, text: str) -> Iterator[tuple[Phrase, str]]:
    """Yield the phrases that stand where ``rule`` wants its object, seen from the verb at ``index``."""
    if "right" in rule.at:
        end = items[index].end
        for item in items[index + 1 :]:
            if isinstance(item, Verb):
                if item.start - end > 1:
                    break
                end = item.end
            elif not item.marker or item.start - len(item.word) - end <= 1:
                yield item, "right"
                end = -9
    for item in items[:index]:
        if isinstance(item, Phrase) and item.marker in rule.at:
            yield item, item.marker
        if isinstance(item, Phrase) and not item.marker and item.joined and "with" in rule.at:
            yield replace(item, refs=item.refs[item.joined :]), "with"
        if isinstance(item, Phrase) and not item.marker and "left" in rule.at:
            yield item, "left"
    if "front" in rule.at and any(isinstance(i, Phrase) and i.marker == "you" for i in items):
        for item in items[:index]:
            if isinstance(item, Phrase) and not item.marker:
                yield item, "front"
