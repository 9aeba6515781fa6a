"""China's administrative divisions: which one a name means, and what lies above it.

The table is ``language/lexicon/divisions.tsv`` (GB/T 2260: provinces, prefectures, counties; towns and
villages have no national code here). It is read once, at first use, in about 30 ms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from kg.errors import DataError

PATH = Path(__file__).parent / "language" / "lexicon" / "divisions.tsv"
LEVELS = ("province", "prefecture", "county")


@dataclass(frozen=True, slots=True)
class Division:
    """One division: GB/T 2260 code, official name, level, code of the parent ("" for a province)."""

    code: str
    name: str
    level: str
    parent: str
    short: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Divisions:
    """All divisions, by code and by name."""

    by_code: Mapping[str, Division]
    _official: Mapping[str, tuple[Division, ...]]
    _short: Mapping[str, tuple[Division, ...]]
    _longest: int

    def find(self, name: str, *, within: Division | None = None) -> Division | None:
        """Return the division that a name means: official, short, or with those above in front.

        A name that several bear counts only if one of them lies in ``within`` or around it.

        >>> load_divisions().find("湖南省株洲市渌口区").code
        '430212'
        >>> load_divisions().find("朝阳区") is None
        True
        >>> load_divisions().find("朝阳区", within=load_divisions().by_code["110000"]).code
        '110105'
        """
        found, length = self.leading(name, within=within)
        if found and length == len(name):
            return found
        return self._choose(self._short.get(name, ()), within)

    def leading(self, name: str, *, within: Division | None = None) -> tuple[Division | None, int]:
        """Return the division that a longer name begins with, and how many characters say so.

        Each division in the chain lies in the one before it; a short form counts only in front of another
        division (湖南株洲市), since 朝阳小学 need not lie in any 朝阳.

        >>> division, length = load_divisions().leading("株洲市渌口区朱亭小学")
        >>> division.name, length
        ('渌口区', 6)
        """
        found: Division | None = None
        position = 0
        while step := self._step(name, position, found, within):
            found, position = step
        return found, position

    def ancestors(self, division: Division) -> tuple[Division, ...]:
        """Return the divisions above, the nearest first.

        >>> [d.name for d in load_divisions().ancestors(load_divisions().by_code["430212"])]
        ['株洲市', '湖南省']
        """
        above: list[Division] = []
        while division.parent:
            division = self.by_code[division.parent]
            above.append(division)
        return tuple(above)

    def is_within(self, inner: Division, outer: Division) -> bool:
        """Return whether ``inner`` is ``outer`` or lies in it."""
        return inner == outer or outer in self.ancestors(inner)

    def _step(
        self, name: str, position: int, above: Division | None, within: Division | None
    ) -> tuple[Division, int] | None:
        """Return the next division of a chain and where it ends."""
        for end in range(min(len(name), position + self._longest), position + 1, -1):
            part = name[position:end]
            if chosen := self._choose(
                self._official.get(part, ()), above or within, inside=above is not None
            ):
                return chosen, end
        for end in range(min(len(name), position + self._longest), position + 1, -1):
            chosen = self._choose(
                self._short.get(name[position:end], ()), above or within, inside=above is not None
            )
            if chosen and chosen.level != "county" and self._step_official(name, end, chosen):
                return chosen, end
        return None

    def _step_official(self, name: str, position: int, above: Division) -> bool:
        ends = range(position + 2, min(len(name), position + self._longest) + 1)
        return any(
            self._choose(self._official.get(name[position:end], ()), above, inside=True) is not None
            for end in ends
        )

    def _choose(
        self, candidates: Sequence[Division], near: Division | None, *, inside: bool = False
    ) -> Division | None:
        """Return the one candidate that fits: properly inside ``near``, or near it, or the only one."""
        if inside and near:
            candidates = [d for d in candidates if d != near and self.is_within(d, near)]
        elif near and len(candidates) > 1:
            candidates = [d for d in candidates if self.is_within(d, near) or self.is_within(near, d)] or [
                d for d in candidates if d.code[:4] == near.code[:4] or d.code[:2] == near.code[:2]
            ]
        return candidates[0] if len(candidates) == 1 else None


@cache
def load_divisions() -> Divisions:
    """Return the divisions of ``divisions.tsv``.

    Raises:
        DataError: the file is missing or a line is broken.
    """
    return read_divisions(PATH)


def read_divisions(path: Path) -> Divisions:
    """Return the divisions in one TSV file: code, name, level, code of the parent, short names.

    Raises:
        DataError: as ``load_divisions``.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise DataError(path.name, f"cannot be read: {error}") from error
    found: dict[str, Division] = {}
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        parts = line.split("\t")
        if len(parts) != 5 or parts[2] not in LEVELS:
            raise DataError(
                f"{path.name}:{number}", f"broken line {line!r}", "code, name, level, parent, short names"
            )
        code, name, level, parent, short = parts
        found[code] = Division(code, name, level, parent, tuple(short.split()))
    if lost := [d.code for d in found.values() if d.parent and d.parent not in found]:
        raise DataError(path.name, f"unknown parent of {', '.join(lost)}")
    official: dict[str, list[Division]] = defaultdict(list)
    shorts: dict[str, list[Division]] = defaultdict(list)
    for division in found.values():
        official[division.name].append(division)
        for short in division.short:
            shorts[short].append(division)
    return Divisions(
        by_code=MappingProxyType(found),
        _official=MappingProxyType({name: tuple(all_) for name, all_ in official.items()}),
        _short=MappingProxyType({name: tuple(_highest(all_)) for name, all_ in shorts.items()}),
        _longest=max((len(name) for name in official), default=0),
    )


def _highest(divisions: Sequence[Division]) -> list[Division]:
    """Return those of the highest level: 吉林 is the province, 朝阳 the prefecture, whatever lies below."""
    level = min(LEVELS.index(division.level) for division in divisions)
    return [division for division in divisions if LEVELS.index(division.level) == level]
