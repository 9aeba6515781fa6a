"""Where everything is: the division of each entity, its own or that of what it belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kg.divisions import Division, load_divisions
from kg.linking import located_in

# A relation whose subject lies where its object does, and one whose object lies where its subject does.
SUBJECT_FOLLOWS = frozenset({"worksFor", "partOf", "heldAt", "locatedIn"})
OBJECT_FOLLOWS = frozenset({"establishes", "issues", "conducts"})
# A group is spoken of everywhere; a document is where those are who issued it.
NOWHERE = frozenset({"Group"})
NAMED_BY_PLACE = frozenset({"Agency", "School", "Studio", "Station", "Team", "Place"})
# An officer of a station of a bureau: so many steps carry a place on.
STEPS = 2


def own_place(attributes: Mapping[str, Any], *, scored: str, name: str) -> str | None:
    """Return the code of the division a node of ``kg.network`` gives, or that its name begins with."""
    code = attributes.get("division")
    if code and str(code) in load_divisions().by_code:
        return str(code)
    if scored not in NAMED_BY_PLACE:
        return None
    found = located_in(name)
    return found[0].code if found else None


def carry_places(
    places: Sequence[str | None], scored: Sequence[str], relations: Iterable[tuple[int, int, str]]
) -> list[str | None]:
    """Return the places, also of what has none of its own: where what it belongs to lies.

    Where that lies in several divisions, it is the nearest one that holds them all, if there is one.
    """
    followed = [
        pair
        for subject, object_, predicate in relations
        for pair in (
            [(subject, object_)]
            if predicate in SUBJECT_FOLLOWS
            else [(object_, subject)]
            if predicate in OBJECT_FOLLOWS
            else []
        )
        if places[pair[0]] is None and scored[pair[0]] not in NOWHERE
    ]
    found = list(places)
    for _ in range(STEPS):
        around: dict[int, set[str]] = defaultdict(set)
        for follower, leader in followed:
            if found[follower] is None and (code := found[leader]):
                around[follower].add(code)
        for follower, codes in around.items():
            found[follower] = _common(codes)
    return found


def place_tree(codes: Iterable[str | None]) -> dict[str, tuple[str, str | None]]:
    """Return name and parent of every division that is used, and of those above them, by code."""
    table = load_divisions().by_code
    tree: dict[str, tuple[str, str | None]] = {}
    for code in sorted({code for code in codes if code}):
        for division in _upwards(table[code]):
            tree[division.code] = (division.name, division.parent or None)
    return dict(sorted(tree.items()))


def _common(codes: set[str]) -> str | None:
    table = load_divisions().by_code
    chains = [[division.code for division in _upwards(table[code])] for code in sorted(codes)]
    shared = set(chains[0]).intersection(*chains[1:])
    return next((code for code in chains[0] if code in shared), None)


def _upwards(division: Division) -> tuple[Division, ...]:
    return (division, *load_divisions().ancestors(division))
