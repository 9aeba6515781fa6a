"""Which classes stand at the ends of each predicate that the ranker judges."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from kg.model import ORGANISATIONS

AGENTS = ORGANISATIONS | {"Person"}
ACTORS = AGENTS | {"Program"}
# The classes at the ends of each predicate that is judged.
ENDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "collaboratesWith": (ORGANISATIONS, ORGANISATIONS),
    "conducts": (AGENTS, frozenset({"Program"})),
    "deployedTo": (AGENTS, ORGANISATIONS | {"Group", "Place"}),
    "establishes": (ORGANISATIONS | {"Program"}, frozenset({"Studio", "Station", "Team"})),
    "heldAt": (frozenset({"Program"}), frozenset({"School", "Station", "Place"})),
    "inspects": (AGENTS, frozenset({"Group", "School"})),
    "issues": (ORGANISATIONS, frozenset({"Document"})),
    "participatesIn": (AGENTS, frozenset({"Program"})),
    "serves": (ACTORS, frozenset({"Group"})),
    "trains": (ACTORS, frozenset({"Group", "School"})),
    "visits": (ACTORS, frozenset({"School", "Station", "Agency", "Group", "Place"})),
    "worksFor": (frozenset({"Person"}), ORGANISATIONS),
}
# A class as one letter, where words are seen as a shape.
LETTERS = {
    "Agency": "A",
    "School": "S",
    "Studio": "U",
    "Station": "T",
    "Team": "M",
    "Program": "P",
    "Document": "D",
    "Person": "R",
    "Group": "G",
    "Place": "L",
}


@cache
def predicates_between(subject: str, target: str) -> tuple[str, ...]:
    """Return the predicates that take these classes, in alphabetical order."""
    return tuple(name for name, (left, right) in ENDS.items() if subject in left and target in right)
