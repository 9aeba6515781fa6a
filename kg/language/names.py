"""Which mentions of one article name the same thing, and what that thing is called in full.

区检察院, 渌口区检察院 and 检察院 become one 渌口区人民检察院; 爱林分局刑侦大队 is a unit of 牡江市公安局爱林分局.
The words are data in ``lexicon/names.yaml``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from kg.divisions import load_divisions
from kg.model import Mention
from kg.occurrences import any_of
from kg.yamlfile import load_yaml

PATH = Path(__file__).parent / "lexicon" / "names.yaml"
DROPPED = re.compile(r"[\s“”\"'‘’「」『』《》〈〉]")
# A short form must keep this many characters to be taken for the end of a longer name.
SHORTEST = 2
# So many things are looked through for the longer name; no gold article has a third of that.
MANY = 400
PREFECTURE = "prefecture"


@dataclass(slots=True)
class Name:
    """A thing of one article: its class, its full name, and every form that the article uses."""

    key: str
    kind: str
    full: str
    labels: set[str] = field(default_factory=set)
    first: int = 0
    last: int = 0
    parent: str | None = None
    namesake: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class _Rules:
    short: tuple[tuple[str, str], ...]
    official: dict[str, str]
    prefectural: dict[str, str]
    levels: tuple[str, ...]
    systems: tuple[str, ...]
    departments: dict[str, str]
    league: re.Pattern[str]
    split: re.Pattern[str]
    campus: re.Pattern[str]
    place: re.Pattern[str]
    brand: re.Pattern[str]
    inner: tuple[str, ...]
    stem_ends: tuple[str, ...]
    branch: re.Pattern[str]
    branch_forms: tuple[str, ...]


@cache
def _rules() -> _Rules:
    data = load_yaml(PATH.read_text("utf-8"))

    return _Rules(
        short=tuple(sorted(data["short"].items(), key=lambda pair: -len(pair[0]))),
        official=data["official"],
        prefectural=data["prefectural"],
        levels=tuple(data["levels"]),
        systems=tuple(sorted(set(data["systems"]), key=len, reverse=True)),
        departments=data["departments"],
        league=re.compile(data["league"]),
        split=re.compile(
            rf"^(?P<parent>.*(?:{any_of(data['parents'])}))(?P<unit>.+(?<=.)(?:{any_of(data['units'])}))$"
        ),
        campus=re.compile(
            rf"^(?P<parent>.+(?:中学|学校|小学|一中|二中|三中|四中))(?P<unit>[^的]{{0,4}}(?:{any_of(data['campuses'])}))$"
        ),
        place=re.compile(data["place"]),
        brand=re.compile(data["brand"]),
        inner=tuple(data["inner"]),
        stem_ends=tuple(data["stem_ends"]),
        branch=re.compile(data["branch"]),
        branch_forms=tuple(data["branch_forms"]),
    )


@lru_cache(maxsize=4096)
def comparable(name: str) -> str:
    """Return ``name`` as names are compared: no quotes or space, half width, usual short wordings."""
    bare = DROPPED.sub("", unicodedata.normalize("NFKC", name))
    for long, short in _rules().short:
        bare = bare.replace(long, short)
    return bare


def place_of(name: str) -> str:
    """Return the administrative division at the head of ``name``, or ""."""
    match = _rules().place.match(name)
    return match.group().strip() if match else ""


class Names:
    """The things of one article, found mention by mention.

    ``keys[i]`` is the key of ``mentions[i]``; ``table`` holds every thing, those of nested names too.
    """

    def __init__(self, mentions: Sequence[Mention]) -> None:
        self.table: dict[str, Name] = {}
        self._index: dict[tuple[str, str], str] = {}
        self._places: list[tuple[int, str]] = []
        self._bodies: list[tuple[int, str]] = []
        self._collect(mentions)
        order = sorted(
            range(len(mentions)), key=lambda i: (-len(comparable(mentions[i].text)), mentions[i].start)
        )
        fully = {i for i in order if self._is_full(mentions[i])}
        found: dict[int, str] = {}
        for i in [i for i in order if i in fully]:
            found[i] = self._resolve(mentions[i])
        for i in sorted(set(order) - fully):
            found[i] = self._resolve(mentions[i])
        self.keys = [found[i] for i in range(len(mentions))]
        for name in list(self.table.values()):
            self._set_parent(name)
        self._merge()

    # -- what the article is about -------------------------------------------------------------

    def _collect(self, mentions: Sequence[Mention]) -> None:
        for mention in mentions:
            bare = DROPPED.sub("", mention.text)
            if mention.kind == "Place":
                place = bare
            elif mention.kind in ("Agency", "School", "Station"):
                league = _rules().league.match(bare)
                if league:
                    place = league["place"] + league["level"] if league["place"] and league["level"] else ""
                else:
                    place = "" if self._level_of(bare) else place_of(bare)
                if mention.kind == "Agency" and place and place != bare:
                    self._bodies.append((mention.start, place))
            else:
                continue
            if place:
                self._places.append((mention.start, place))

    def _place_at(self, level: str, start: int) -> str:
        """Return the division of ``level`` named last before ``start``, else the first after it."""
        before = after = ""
        for at, place in self._places:
            if place.endswith(level) and len(place) > len(level):
                if at < start:
                    before = place
                elif not after:
                    after = place
            elif (inner := re.match(rf".+?{level}", place)) and len(inner.group()) > len(level) + 1:
                if at < start:
                    before = before or inner.group()
                elif not after:
                    after = inner.group()
        return before or after

    def _jurisdiction(self, start: int) -> str:
        before = [place for at, place in self._bodies if at <= start]
        return before[-1] if before else self._bodies[0][1] if self._bodies else ""

    def _is_full(self, mention: Mention) -> bool:
        bare = DROPPED.sub("", mention.text)
        if mention.kind in ("Agency", "School"):
            return len(place_of(bare)) > 1 and not self._level_of(bare)
        return True

    def _level_of(self, bare: str) -> str:
        return next(
            (level for level in _rules().levels if bare.startswith(level) and len(bare) > len(level)), ""
        )

    # -- one mention ---------------------------------------------------------------------------

    def _resolve(self, mention: Mention) -> str:
        if mention.kind in ("Group", "Person"):
            return self._take(mention.kind, DROPPED.sub("", mention.text), mention)
        compared = comparable(mention.text)
        if key := self._index.get((mention.kind, compared)):
            return self._add(key, mention)
        if key := self._longer(mention, compared):
            return self._add(key, mention)
        return self._take(mention.kind, self._full_name(mention), mention)

    def _longer(self, mention: Mention, compared: str) -> str | None:
        """Return the key of the known longer name that ``mention`` shortens: the nearest one before it."""
        rules = _rules()
        ending = compared if len(compared) >= SHORTEST else ""
        if level := self._level_of(compared):
            rest = compared[len(level) :]
            # 县局 ends no name as it stands; 清河县公安局 ends in 县公安局 behind one character more.
            ending = level + ("公安局" if rest == "局" else rest)
        pattern = None
        if (league := rules.league.match(compared)) and mention.kind == "Agency":
            place = league["place"]
            pattern = re.compile(rf"团.*{re.escape(place)}" if place else rf"团.+{league['level'] or ''}委$")
        quoted = rules.brand.search(mention.text)
        best: tuple[int, int, str] | None = None
        for key, name in list(self.table.items())[-MANY:]:
            if name.kind != mention.kind:
                continue
            full = comparable(name.full)
            if mention.kind == "Agency" and self._is_usual(compared, full, name):
                return key
            if pattern:
                hit = pattern.search(full) is not None
            else:
                hit = bool(ending) and full.endswith(ending) and (not level or len(full) > len(ending))
            if not hit and quoted and mention.kind not in ("Document", "Program"):
                other = rules.brand.search(name.full)
                hit = other is not None and other["brand"] == quoted["brand"]
            if not hit and mention.kind in ("Studio", "Station", "Team", "Program"):
                other = rules.brand.search(name.full)
                hit = other is not None and DROPPED.sub("", other["brand"]) == compared
                if quoted and other and mention.kind == "Program":
                    hit = hit or other["brand"] == quoted["brand"]
            if hit:
                distance = mention.start - name.first
                rank = (0, distance) if distance >= 0 else (1, -distance)
                if best is None or rank < best[:2]:
                    best = (*rank, key)
        return best[2] if best else None

    def _is_usual(self, compared: str, full: str, name: Name) -> bool:
        """Tell whether ``compared`` is what people call the body: 丹桂法院, 东湾公安 for 宁昌市公安局东湾分局."""
        rules = _rules()
        branch = rules.branch.match(full)
        if branch and compared in {form.format(**branch.groupdict()) for form in rules.branch_forms}:
            return True
        if not name.place or not full.startswith(name.place):
            return False
        stem = name.place[:-1] + full[len(name.place) :]
        return stem in {compared + ending for ending in ("", *rules.stem_ends)}

    def _full_name(self, mention: Mention) -> str:
        rules = _rules()
        bare = re.sub(r"\s", "", unicodedata.normalize("NFKC", mention.text))
        if mention.kind == "Document":
            return bare.strip("《》")
        if mention.kind not in ("Agency", "School"):
            return self._brand_name(bare)
        bare = DROPPED.sub("", bare) if mention.kind == "School" else bare
        if (league := rules.league.match(bare)) and mention.kind == "Agency":
            place = league["place"] + (league["level"] or "")
            if not league["place"]:
                place = (
                    self._place_at(league["level"], mention.start)
                    if league["level"]
                    else self._jurisdiction(mention.start)
                )
            return f"共青团{place}委" if place else bare
        level = self._level_of(bare)
        place = place_of(bare)
        rest = bare
        if level:
            place = self._place_at(level, mention.start)
            rest = bare[len(level) :] if place else bare
            rest = "公安局" if rest == "局" else rest
        elif not place and mention.kind == "Agency" and bare.endswith(rules.systems):
            place = self._jurisdiction(mention.start) if self._is_bare_system(bare) else ""
            rest = rules.departments.get(bare, bare)
            if bare == "共青团":
                return f"共青团{place}委" if place else bare
        elif place:
            rest = bare[len(place) :]
            rest = "公安局" if rest == "局" else rest
        if place and mention.kind == "Agency":
            rest = rules.official.get(rest, rest)
            if (
                rest in rules.prefectural
                and (division := load_divisions().find(place))
                and division.level == PREFECTURE
            ):
                rest = rules.prefectural[rest]
        return place + rest if place else bare

    def _is_bare_system(self, bare: str) -> bool:
        return any(bare == system for system in _rules().systems)

    def _brand_name(self, bare: str) -> str:
        """Return the name without its owner in front of the brand, and without quotes around the whole."""
        match = _rules().brand.search(bare)
        if (
            match
            and match.start()
            and re.search(r"(?:局|院|委|联|会|所|队|校|学|中心|办|团)$", bare[: match.start()])
        ):
            bare = bare[match.start() :]
            match = _rules().brand.search(bare)
        if match and match.group() == bare:
            return match["brand"]
        return bare

    def _take(self, kind: str, full: str, mention: Mention) -> str:
        compared = comparable(full)
        key = self._index.get((kind, compared)) or f"{kind}:{compared}"
        if key not in self.table:
            self.table[key] = Name(
                key, kind, full, {full}, mention.start, mention.start, place=place_of(full)
            )
        self._index[kind, compared] = key
        return self._add(key, mention)

    def _add(self, key: str, mention: Mention) -> str:
        name = self.table[key]
        name.labels.add(re.sub(r"\s", "", mention.text))
        name.first, name.last = min(name.first, mention.start), max(name.last, mention.start)
        self._index[mention.kind, comparable(mention.text)] = key
        return key

    def _merge(self) -> None:
        """Make one of the things whose full names turned out to be the same."""
        kept: dict[tuple[str, str], str] = {}
        moved: dict[str, str] = {}
        for key, name in list(self.table.items()):
            other = kept.setdefault((name.kind, comparable(name.full)), key)
            if other == key:
                continue
            target = self.table[other]
            target.labels |= name.labels
            target.first, target.last = min(target.first, name.first), max(target.last, name.last)
            target.parent = target.parent or name.parent
            moved[key] = other
            del self.table[key]
        for name in self.table.values():
            if name.parent in moved:
                name.parent = moved[name.parent]
            if name.parent == name.key:
                name.parent = None
        self.keys = [moved.get(key, key) for key in self.keys]

    # -- nested names --------------------------------------------------------------------------

    def _set_parent(self, name: Name) -> None:
        if name.parent is not None or name.kind not in ("Agency", "School", "Station"):
            return
        surface = max(name.labels | {name.full}, key=len)
        rules = _rules()
        match = (rules.campus if name.kind == "School" else rules.split).match(surface)
        if name.kind == "Station" and not surface.endswith(rules.inner):
            return
        if not match or not match["unit"] or match["parent"] == surface:
            return
        kind = "School" if name.kind == "School" else "Agency"
        parent = self._resolve(Mention(name.first, name.first + len(match["parent"]), kind, match["parent"]))
        if parent == name.key:
            return
        name.parent = parent
        self._set_parent(self.table[parent])
        whole = self.table[parent].full
        if name.kind == "Agency" and len(whole) > len(match["parent"]):
            name.full = whole + match["unit"]
