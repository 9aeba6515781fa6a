"""The slot string: a stretch of text in which every mention is one private-use character.

Regular expressions over it see typed slots: ``{person}`` is any person, ``{persons}`` a list of them,
``{org}`` any organisation, ``{in_any}`` the characters of every slot for use inside brackets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.errors import DataError
from kg.language.clauses import Ref
from kg.model import CLASSES
from kg.occurrences import any_of

FIRST_SLOT = 0xE000
SLOTS = {kind: chr(FIRST_SLOT + index) for index, kind in enumerate(CLASSES)}
FAMILIES = {
    "org": ("Agency", "School", "Studio", "Station", "Team"),
    "actor": ("Agency", "School", "Studio", "Station", "Team", "Person"),
    "unit": ("Studio", "Station", "Team"),
    "any": CLASSES,
    "spot": ("School", "Station", "Place", "Agency"),
    **{kind.lower(): (kind,) for kind in CLASSES},
}
PLURALS = {name + "s": name for name in FAMILIES}


@dataclass(frozen=True, slots=True)
class Slotted:
    """A stretch of text as a slot string: ``offsets[i]`` is where character ``i`` stands in the text."""

    string: str
    offsets: tuple[int, ...]
    refs: dict[int, Ref]

    def refs_in(self, start: int, end: int) -> list[Ref]:
        """Return the mentions at the positions from ``start`` to ``end`` of ``string``."""
        return [self.refs[at] for at in range(start, end) if at in self.refs]


def to_slots(text: str, start: int, end: int, refs: Sequence[Ref]) -> Slotted:
    """Return ``text[start:end]`` with each mention as one private-use character."""
    pieces: list[str] = []
    offsets: list[int] = []
    at_slot: dict[int, Ref] = {}
    position = start
    for ref in refs:
        if ref.start < position or ref.end > end:
            continue
        pieces += text[position : ref.start]
        offsets += range(position, ref.start)
        at_slot[len(pieces)] = ref
        pieces.append(SLOTS[ref.kind])
        offsets.append(ref.start)
        position = ref.end
    pieces += text[position:end]
    offsets += range(position, end)
    return Slotted("".join(pieces), (*offsets, end), at_slot)


def expand(source: str, words: Mapping[str, Sequence[str]], where: str) -> str:
    """Return the regular expression ``source`` with its ``{names}`` written out.

    Raises:
        DataError: a name is no slot, list of slots or key of ``words``.
    """

    def one(name: str) -> str:
        return "[" + "".join(SLOTS[kind] for kind in FAMILIES[name]) + "]"

    def written(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.startswith("in_") and name.removeprefix("in_") in FAMILIES:
            return "".join(SLOTS[kind] for kind in FAMILIES[name.removeprefix("in_")])
        if name in words:
            return any_of(words[name])
        if name in FAMILIES:
            return one(name)
        if name in PLURALS:
            member = one(PLURALS[name])
            return rf"{member}(?:(?:{'|'.join(map(re.escape, words['and']))}){member})*(?:等)?"
        raise DataError(where, f"unknown slot {{{name}}}", ", ".join([*FAMILIES, *PLURALS, *words]))

    return re.sub(r"\{([a-z_]+)\}", written, source)
