"""Which rules fired in a sentence, by pair and by each end: what the ranker knows of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from kg.language.frames import Candidate

Features = tuple[str, ...]
# What is seen where no rule proposed a pair.
UNFIRED = "R-"


@dataclass(frozen=True, slots=True)
class Option:
    """One predicate that a pair may have: the rules' view of it, and what a rule proposed."""

    predicate: str
    features: Features
    proposal: Candidate | None = None


class Fired:
    """The rules that fired in a sentence, by pair and by each end."""

    def __init__(self, proposals: Iterable[Candidate]) -> None:
        # What fired is looked up by its ends, then by predicate.
        self.by_pair: dict[tuple[str, str], dict[str, list[tuple[str, Candidate]]]] = {}
        self.by_object: dict[str, dict[str, list[str]]] = {}
        self.by_subject: dict[str, dict[str, list[str]]] = {}
        for proposal in proposals:
            tag = proposal.rule + ("~" if proposal.carried else "")
            tag += f"!{proposal.vetoed}" if proposal.vetoed else ""
            for subject in proposal.subject.keys:
                for target in proposal.object.keys:
                    self._add(proposal, subject, target, tag)
                    if proposal.predicate == "collaboratesWith":
                        self._add(proposal, target, subject, tag)

    def _add(self, proposal: Candidate, subject: str, target: str, tag: str) -> None:
        name = proposal.predicate
        self.by_pair.setdefault((subject, target), {}).setdefault(name, []).append((tag, proposal))
        self.by_object.setdefault(target, {}).setdefault(name, []).append(tag)
        self.by_subject.setdefault(subject, {}).setdefault(name, []).append(tag)

    def options(
        self, predicates: Sequence[str], worth: Container[str], subject: str, target: str
    ) -> tuple[Option, ...]:
        """Return those of ``predicates`` of which a rule says something for either end, and those of ``worth``."""
        found = self.by_pair.get((subject, target), _NOTHING)
        around = self.by_object.get(target, _NOTHING)
        acting = self.by_subject.get(subject, _NOTHING)
        return tuple(
            _fired(name, found.get(name, ()), around.get(name, ()), acting.get(name, ()))
            if name in around or name in acting
            else _unfired(name)
            for name in predicates
            if name in worth or name in around or name in acting
        )


_NOTHING: Mapping[str, list[Any]] = {}


def _fired(
    predicate: str, found: Sequence[tuple[str, Candidate]], around: Sequence[str], acting: Sequence[str]
) -> Option:
    """Return what the rules say of one predicate: of the pair, with its object, and with its subject."""
    tags = unique(tag for tag, _ in found)
    seen = [f"R:{tag}" for tag in tags]
    seen += ["R+", f"Rn:{min(3, len(tags))}"] if tags else [UNFIRED]
    if around and not tags:
        seen += ["other", *(f"RO:{tag}" for tag in around)]
    seen += [f"RS:{tag.partition('.')[0]}" for tag in acting]
    best = min((proposal for _, proposal in found), key=_rank, default=None)
    return Option(predicate, unique(seen), best)


@cache
def _unfired(predicate: str) -> Option:
    return Option(predicate, (UNFIRED,))


def _rank(proposal: Candidate) -> tuple[bool, bool]:
    """Order proposals of one pair: the one that holds and saw both ends first."""
    return bool(proposal.vetoed), proposal.carried


def unique(features: Iterable[str]) -> Features:
    """Return ``features`` without repetitions, in their order."""
    return tuple(dict.fromkeys(features))
