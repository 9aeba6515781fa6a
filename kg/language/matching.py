"""What the rules propose for a sentence, clause by clause, with what the discourse carries over.

:class:`State` is the discourse: who acts when nobody is written, who works along, which units were just
founded. :func:`match_sentence` reads it and brings it forward.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from kg.language.clauses import Clause, Phrase, Ref, Verb, word_lists
from kg.language.frames import Candidate, Rule, rules_by_trigger
from kg.model import ORGANISATIONS

AGENT = ORGANISATIONS | {"Person"}
UNITS = ("Studio", "Station", "Team")
# These rules say nothing about a subject that is not written.
EXPLICIT = frozenset({"participatesIn.join"})
# What a unit that was just founded does is its own work, not its founder's.
UNIT_FIRST = frozenset({"serves", "trains", "visits"})
# A phrase after these markers may stand in the clause before its verb (针对留守儿童，…).
CARRIED_MARKERS = frozenset({"dui", "wei", "xiang"})


@dataclass(slots=True)
class State:
    """What the discourse carries from clause to clause."""

    subject: Phrase | None = None
    organisation: Phrase | None = None
    partners: list[Ref] = field(default_factory=list)
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
        if (
            not item.marker
            and item.refs[-1].kind == "Group"
            and owners
            and item.refs[-1].name in word_lists()["staff"]
        ):
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
        partners = [ref for p in clause.phrases if p.marker == "with" for ref in p.refs if ref.kind in AGENT]
        if explicit is not None:
            state.partners = []
        state.partners = partners or state.partners
        planned = planned or clause.plan is not None
        veto = "plan" if planned else "negation" if clause.negated else ""
        clause.items[:0] = state.pending
        last = clause.items[-1] if clause.items else None
        state.pending = [last] if isinstance(last, Phrase) and last.marker in CARRIED_MARKERS else []
        founded: list[Ref] = []
        if (subject := explicit or state.subject) is not None:
            for candidate in _Matcher(text, clause, subject, state, carried=explicit is None).candidates():
                if candidate.predicate == "establishes":
                    founded.append(candidate.object)
                yield replace(candidate, vetoed=veto) if veto else candidate
            if explicit is not None and not _by_person(explicit):
                state.units = []
            state.units = founded or state.units
        _carry(clause, explicit, state)


def _by_person(phrase: Phrase) -> bool:
    """Tell whether ``phrase`` is a person after 由: in charge of what others lead."""
    return phrase.marker == "you" and phrase.refs[-1].kind == "Person"


def _carry(clause: Clause, explicit: Phrase | None, state: State) -> None:
    """Bring ``state`` forward over ``clause``."""
    if clause.attends and explicit is not None and not _has_verb(clause, "leads"):
        state.partners = [ref for ref in explicit.refs if ref.kind in ORGANISATIONS]
        return
    if (guest := guest_of(clause)) is not None:
        state.subject = guest
        return
    if explicit is None:
        return
    if clause.speech:
        if explicit.refs[-1].kind == "Person":
            state.subject = state.organisation or state.subject
    elif explicit.refs[-1].kind in AGENT and not _by_person(explicit):
        state.subject = replace(explicit, refs=explicit.refs[:1]) if explicit.joined else explicit
        if explicit.refs[-1].kind in ORGANISATIONS:
            state.organisation = explicit


def _has_verb(clause: Clause, words: str) -> bool:
    return any(verb.word in word_lists()[words] for verb in clause.verbs)


def guest_of(clause: Clause) -> Phrase | None:
    """Return the phrase of those whom ``clause`` invites and who act from there on."""
    after = clause.items[clause.items.index(clause.invites) + 1 :] if clause.invites else []
    for item in after:
        if isinstance(item, Phrase) and item.refs[-1].kind in AGENT:
            return item
        if isinstance(item, Verb):
            return None
    return None


class _Matcher:
    """Applies every rule to one clause."""

    def __init__(self, text: str, clause: Clause, subject: Phrase, state: State, *, carried: bool) -> None:
        self.text = text
        self.clause = clause
        self.subject = subject
        self.state = state
        self.carried = carried

    def candidates(self) -> Iterator[Candidate]:
        """Yield what the clause says: partners, owners, verbs with their frames, openings, places."""
        yield from self._partners()
        yield from self._owners()
        yield from self._frames()
        yield from self._openings()
        yield from self._places()

    def _say(
        self,
        predicate: str,
        subject: Ref,
        target: Ref,
        rule: str,
        where: tuple[int, int],
        members: Sequence[Ref],
        *,
        carried: bool | None = None,
    ) -> Candidate:
        span = (self.clause.start, self.clause.end)
        known = self.carried if carried is None else carried
        return Candidate(predicate, subject, target, rule, where, span, tuple(members), known)

    def _partners(self) -> Iterator[Candidate]:
        clause, subject = self.clause, self.subject
        organisations = [ref for ref in subject.refs if ref.kind in ORGANISATIONS]
        together = "collaboratesWith"
        for phrase in (phrase for phrase in clause.phrases if phrase.marker == "with"):
            for actor in organisations:
                for ref in (ref for ref in phrase.refs if ref.kind in ORGANISATIONS):
                    yield self._say(
                        together, actor, ref, f"{together}.with", (phrase.start, phrase.end), phrase.refs
                    )
        equals = [
            ref
            for phrase in clause.phrases
            if phrase.marker == "with" and phrase.word in word_lists()["equal"]
            for ref in phrase.refs
            if ref.kind in ORGANISATIONS
        ]
        if clause.joint:
            for one, other in combinations(equals, 2):
                yield self._say(
                    together, one, other, f"{together}.equals", (clause.start, clause.end), equals
                )
        several = [ref for ref in organisations if not (ref.bare and ref.kind in UNITS)]
        if self.carried or not (clause.joint or clause.mutual or (subject.joined and clause.verbs)):
            return
        split = subject.joined if subject.joined and not clause.joint else 0
        for one, other in combinations(several, 2):
            if not split or subject.refs.index(one) < split <= subject.refs.index(other):
                where = (subject.start, subject.end)
                yield self._say(together, one, other, f"{together}.joint", where, several)

    def _owners(self) -> Iterator[Candidate]:
        for phrase in self.clause.phrases:
            for ref in (ref for ref in phrase.refs if ref.kind == "Program"):
                for owner in (owner for owner in phrase.owners if owner.kind in AGENT):
                    where = (phrase.start, phrase.end)
                    yield self._say("conducts", owner, ref, "conducts.owner", where, [ref], carried=False)

    def _frames(self) -> Iterator[Candidate]:
        guest = guest_of(self.clause)
        for index, verb in enumerate(self.clause.items):
            if not isinstance(verb, Verb):
                continue
            invited = guest is not None and verb.start > guest.start
            for rule in rules_by_trigger().get(verb.word, ()):
                if rule.needs and not rule.needs.search(self.text, verb.end, self.clause.end):
                    continue
                if rule.context and not rule.context.search(self.text, self.state.sentence, verb.start):
                    continue
                for phrase, where in objects_of(self.clause.items, index, rule):
                    yield from self._frame(rule, verb, phrase, where, guest if invited else None)

    def _frame(
        self, rule: Rule, verb: Verb, phrase: Phrase, where: str, guest: Phrase | None
    ) -> Iterator[Candidate]:
        actors = guest.refs if guest else self.subject.refs
        doers = actors
        if where == "with" and self.subject.joined and guest is None:
            doers = self.subject.refs[: self.subject.joined]
        fitting = [ref for ref in phrase.refs if ref.kind in rule.object]
        words = self.text[self.clause.start : verb.end]
        pairwise = len(actors) > 1 and len(fitting) > 1 and is_respective(words)
        if pairwise and len(actors) != len(fitting):
            return
        if self.carried and self.state.units and rule.predicate in UNIT_FIRST:
            doers = self.state.units
        if self.carried and rule.id in EXPLICIT:
            return
        span = (verb.start, verb.end)
        for place, ref in enumerate(fitting):
            if rule.groups and ref.kind == "Group" and ref.name not in rule.groups:
                continue
            for actor in doers[place : place + 1] if pairwise else doers:
                if actor.kind in rule.subject and not set(actor.keys) & set(ref.keys):
                    yield self._say(rule.predicate, actor, ref, rule.id, span, phrase.refs)
            if rule.predicate in ("conducts", "issues"):
                joins = "participatesIn" if rule.predicate == "conducts" else "issues"
                for partner in self.state.partners:
                    yield self._say(joins, partner, ref, f"{joins}.with", span, phrase.refs)

    def _openings(self) -> Iterator[Candidate]:
        """Yield founders of a unit that opens without one in its clause (…工作站在…挂牌)."""
        clause, subject = self.clause, self.state.subject
        first = next((phrase for phrase in clause.phrases if not phrase.marker), None)
        if (
            first is None
            or first.refs[-1].kind not in UNITS
            or subject is None
            or not _has_verb(clause, "opens")
        ):
            return
        if any(phrase.marker == "you" for phrase in clause.phrases):
            return
        span = (clause.start, clause.end)
        for unit in first.refs:
            for actor in subject.refs:
                if actor.kind in ORGANISATIONS and not set(actor.keys) & set(unit.keys):
                    yield self._say(
                        "establishes", actor, unit, "establishes.opens", span, [unit], carried=True
                    )

    def _places(self) -> Iterator[Candidate]:
        phrases = self.clause.phrases
        programs = [ref for phrase in phrases for ref in phrase.refs if ref.kind == "Program"]
        for phrase in (phrase for phrase in phrases if phrase.marker == "zai"):
            for ref in (ref for ref in phrase.refs if ref.kind in ("School", "Station", "Place")):
                for program in programs:
                    yield self._say(
                        "heldAt", program, ref, "heldAt.at", (phrase.start, phrase.end), phrase.refs
                    )


def is_respective(words: str) -> bool:
    """Tell whether ``words`` pair two lists member by member (分别)."""
    return any(word in words for word in word_lists()["respectively"])


def objects_of(items: Sequence[Phrase | Verb], index: int, rule: Rule) -> Iterator[tuple[Phrase, str]]:
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
    before = [item for item in items[:index] if isinstance(item, Phrase)]
    for item in before:
        if item.marker in rule.at:
            yield item, item.marker
        if not item.marker and item.joined and "with" in rule.at:
            yield replace(item, refs=item.refs[item.joined :]), "with"
        if not item.marker and "left" in rule.at:
            yield item, "left"
    if "front" in rule.at and any(isinstance(item, Phrase) and item.marker == "you" for item in items):
        for item in before:
            if not item.marker:
                yield item, "front"
