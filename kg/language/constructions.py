"""Relations that a whole construction says, not one verb: 受聘为, 由…任, 分别, 以…命名, invitations.

``rules/constructions.yaml`` holds regular expressions over the slot string of a sentence, in which every
mention is one private-use character; ``{person}``, ``{schools}`` and the like stand for those characters
and for lists of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.errors import DataError
from kg.language.clauses import Ref
from kg.language.frames import Candidate
from kg.language.slots import FAMILIES, Slotted, expand, to_slots
from kg.model import PREDICATES
from kg.yamlfile import load_yaml

PATH = Path(__file__).parent / "rules" / "constructions.yaml"
ANY = frozenset(PREDICATES)


@dataclass(frozen=True, slots=True)
class Saying:
    """One relation that a construction says: named groups of the pattern, and the role's group or word."""

    subject: str
    predicate: str
    object: str
    role: str = ""
    pairs: bool = False


@dataclass(frozen=True, slots=True)
class Construction:
    """One pattern over slot strings with what it says."""

    id: str
    pattern: re.Pattern[str]
    says: tuple[Saying, ...]
    where: tuple[tuple[str, str], ...] = ()
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


@cache
def load_constructions() -> tuple[Construction, ...]:
    """Return the constructions of ``rules/constructions.yaml``.

    Raises:
        DataError: a pattern does not compile or names an unknown slot, group or predicate.
    """
    data = load_yaml(PATH.read_text("utf-8"))
    return tuple(_construction(entry, data["words"]) for entry in data["constructions"])


def _construction(entry: dict[str, object], words: Mapping[str, Sequence[str]]) -> Construction:
    where = f"{PATH.name}: {entry.get('id')}"

    source = expand(str(entry["pattern"]), words, where)
    try:
        pattern = re.compile(source)
    except re.error as error:
        raise DataError(where, f"bad pattern: {error}") from error
    says = []
    for line in entry["says"]:  # type: ignore[attr-defined]
        subject, predicate, object_, *rest = str(line).split()
        if predicate not in PREDICATES:
            raise DataError(where, f"unknown predicate {predicate!r}", ", ".join(PREDICATES))
        says.append(Saying(subject, predicate, object_, rest[0] if rest else "", bool(entry.get("pairs"))))
    return Construction(
        str(entry["id"]),
        pattern,
        tuple(says),
        tuple(dict(entry.get("where", {})).items()),  # type: ignore[call-overload]
        tuple(entry.get("match", ())),  # type: ignore[arg-type]
        tuple(entry.get("no_match", ())),  # type: ignore[arg-type]
    )


@cache
def _saying_one_of(predicates: frozenset[str]) -> tuple[Construction, ...]:
    return tuple(
        construction
        for construction in load_constructions()
        if any(saying.predicate in predicates for saying in construction.says)
    )


def match_constructions(
    text: str,
    start: int,
    end: int,
    refs: Sequence[Ref],
    *,
    topic: Ref | None,
    subject: Sequence[Ref],
    predicates: frozenset[str] = ANY,
) -> Iterator[Candidate]:
    """Yield what the constructions say in one sentence; ``topic`` is the unit named last before it.

    Constructions that say none of ``predicates`` are left out.
    """
    slotted = to_slots(text, start, end, refs)
    for construction in _saying_one_of(predicates):
        for match in construction.pattern.finditer(slotted.string):
            if construction.where and not all(
                re.search(wanted, text[ref.start : ref.end])
                for name, wanted in construction.where
                for ref in slotted.refs_in(*match.span(name))
            ):
                continue
            yield from _say(construction, match, slotted, topic, subject)


def _say(
    construction: Construction,
    match: re.Match[str],
    slotted: Slotted,
    topic: Ref | None,
    carried: Sequence[Ref],
) -> Iterator[Candidate]:
    span = (slotted.offsets[match.start()], slotted.offsets[match.end()])

    def side(name: str) -> list[Ref]:
        if name == "topic":
            here = [r for at, r in slotted.refs.items() if at < match.start() and r.kind in FAMILIES["unit"]]
            return [here[-1]] if here else [topic] if topic else []
        if name == "who":
            here = [r for at, r in slotted.refs.items() if at < match.start() and r.kind == "Person"]
            return here[-1:] or [ref for ref in carried if ref.kind == "Person"]
        if name == "school":
            here = [r for at, r in slotted.refs.items() if at < match.start() and r.kind == "School"]
            return [ref for ref in carried if ref.kind in ("School", "Station")] or here[-1:]
        if name == "carried":
            here = [r for at, r in slotted.refs.items() if at < match.start() and r.kind in FAMILIES["org"]]
            return list(carried) or here[:1]
        if match.groupdict().get(name) is None:
            return []
        return slotted.refs_in(*match.span(name))

    for saying in construction.says:
        subjects, objects = side(saying.subject), side(saying.object)
        if not subjects or not objects:
            continue
        pairs = (
            list(zip(subjects, objects, strict=True))
            if saying.pairs and len(subjects) == len(objects)
            else []
            if saying.pairs and len(objects) > 1
            else [(s, o) for s in subjects for o in objects]
        )
        role = match.groupdict().get(saying.role) if saying.role in match.groupdict() else saying.role or None
        for s, o in pairs:
            if not set(s.keys) & set(o.keys):
                yield Candidate(
                    saying.predicate, s, o, construction.id, span, span, tuple(objects), role=role
                )
