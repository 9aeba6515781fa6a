"""Which rules fired in a sentence, by pair and by each end: what the ranker knows of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

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
        self.by_pair: dict[tuple[str, str, str], list[tuple[str, Candidate]]] = defaultdict(list)
        self.by_object: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.by_subject: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._named: set[str] = set()
        for proposal in proposals:
            tag = proposal.rule + ("~" if proposal.carried else "")
            tag += f"!{proposal.vetoed}" if proposal.vetoed else ""
            for subject in proposal.subject.keys:
                for target in proposal.object.keys:
                    self._add(proposal, subject, target, tag)
                    if proposal.predicate == "collaboratesWith":
                        self._add(proposal, target, subject, tag)

    def _add(self, proposal: Candidate, subject: str, target: str, tag: str) -> None:
        self._named |= {subject, target}
        self.by_pair[proposal.predicate, subject, target].append((tag, proposal))
        self.by_object[proposal.predicate, target].append(tag)
        self.by_subject[proposal.predicate, subject].append(tag)

    def names(self, keys: Iterable[str]) -> bool:
        """Tell whether a rule says something of one of ``keys``."""
        return not self._named.isdisjoint(keys)

    def option(self, predicate: str, subject: str, target: str) -> Option:
        """Return what the rules say of one predicate between two things."""
        found = self.by_pair.get((predicate, subject, target), ())
        around = self.by_object.get((predicate, target))
        acting = self.by_subject.get((predicate, subject))
        if not (found or around or acting):
            return _unfired(predicate)
        tags = unique(tag for tag, _ in found)
        seen = [f"R:{tag}" for tag in tags]
        seen += ["R+", f"Rn:{min(3, len(tags))}"] if tags else [UNFIRED]
        if around and not tags:
            seen += ["other", *(f"RO:{tag}" for tag in around)]
        seen += [f"RS:{tag.partition('.')[0]}" for tag in acting or ()]
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
