"""What words stand for something named before: 该院, 我校, the bare 工作室, 四部门, 她, unnamed 民警.

:func:`resolve` adds a :class:`~kg.language.clauses.Ref` for each, so that later steps see entities only.
Heads and staff words are data in ``lexicon/anaphors.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.language.clauses import Ref
from kg.language.spans import REACH
from kg.model import ORGANISATIONS
from kg.occurrences import any_of
from kg.yamlfile import load_yaml

PATH = Path(__file__).parent / "lexicon" / "anaphors.yaml"
NUMERALS = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


@dataclass(frozen=True, slots=True)
class _Anaphors:
    pattern: re.Pattern[str]
    heads: dict[str, tuple[frozenset[str], tuple[str, ...]]]
    staff: dict[str, tuple[str, ...]]
    assistants: tuple[str, ...]
    plural: tuple[str, ...]
    own: tuple[str, ...]
    site: re.Pattern[str]
    bodies: tuple[tuple[str, tuple[str, ...]], ...]
    not_after: str
    not_before: str


@cache
def _load() -> _Anaphors:
    data = load_yaml(PATH.read_text("utf-8"))
    heads: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {}
    for entry in data["heads"]:
        for word in entry["words"]:
            heads.setdefault(word, (frozenset(entry["kind"]), tuple(entry["ends"])))
    staff = {word: tuple(entry["ends"]) for entry in data["staff"] for word in entry["words"]}

    pattern = re.compile(
        rf"(?P<shown>(?:{any_of(data['demonstratives'])})(?P<shown_head>{any_of(list(heads))}))"
        rf"|(?P<set>(?:(?P<number>[两二三四五六七八九十]|\d{{1,2}})(?:个|家)?(?:{any_of(data['sets']['heads'])}))|{any_of(data['sets']['pairs'])})"
        rf"|(?P<staff>{any_of(list(staff))})"
        rf"|(?P<bare>{any_of(data['bare'])})"
        rf"|(?P<person>她们|他们|他|她|本人)"
    )
    return _Anaphors(
        pattern,
        heads,
        staff,
        tuple(data["assistants"]),
        tuple(data["plural"]),
        tuple(data["own"]),
        re.compile(f"(?:{any_of(data['publisher']['strip'])})$"),
        tuple((kind, tuple(ends)) for kind, ends in data["publisher"]["ends"].items()),
        data["not_after"],
        data["not_before"],
    )


def body_of(publisher: str) -> tuple[str, str]:
    """Return class and name of the body that a publisher is, ("", "") for a paper or a site.

    >>> body_of("东陵县实验初级中学校园网")
    ('School', '东陵县实验初级中学')
    """
    known = _load()
    name = known.site.sub("", publisher.strip())
    kinds = (
        kind for kind, ends in known.bodies if name.endswith(ends) and len(name) > len(max(ends, key=len))
    )
    kind = next(kinds, "")
    return (kind, name) if kind else ("", "")


def first_person(text: str, name: str) -> re.Match[str] | None:
    """Return where ``text`` first speaks of the body ``name`` as its own: 我校 for a school, 我院 for a court."""
    known = _load()
    for match in known.pattern.finditer(text):
        own = match["shown"] and match["shown"].startswith(known.own)
        if own and name.endswith(known.heads[match["shown_head"]][1]):
            return match
    return None


def resolve(text: str, refs: Sequence[Ref], *, writer: Ref | None = None) -> list[Ref]:
    """Return ``refs`` with what stands for them added, in text order.

    ``writer`` is the body whose page it is: 我校 is that school wherever others are named.
    Staff words right behind their unit (县公安局民警) or away from a subject's place are left out, and
    so are the Group mentions that they make there.
    """
    known = _load()
    owner = [writer] if writer else []
    taken = [(ref.start, ref.end) for ref in refs if ref.kind != "Group"]
    found: list[Ref] = []
    out: list[Ref] = []
    groups = {ref.start: ref for ref in refs if ref.kind == "Group"}
    pending = sorted(refs, key=lambda ref: ref.start)
    index = 0
    covered = _Cover(taken)
    dropped: set[int] = set()
    persons = {ref.start for ref in refs if ref.kind == "Person"}
    for match in known.pattern.finditer(text):
        start, end = match.span()
        while index < len(pending) and pending[index].start < start:
            found.append(pending[index])
            index += 1
        if covered.hits(start, end):
            continue
        ref = _resolve_one(text, match, found[-REACH:], known, persons, [*owner, *found[:REACH]])
        if ref is None:
            continue
        found.append(ref)
        out.append(ref)
        dropped |= {at for at in range(start, end) if at in groups}
    kept = [ref for ref in refs if ref.kind != "Group" or ref.start not in dropped]
    return sorted([*kept, *out], key=lambda ref: ref.start)


class _Cover:
    """Spans that hold a full mention already."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self.marks: set[int] = set()
        for start, end in spans:
            self.marks.update(range(start, end))

    def hits(self, start: int, end: int) -> bool:
        return start in self.marks or end - 1 in self.marks


def _resolve_one(
    text: str,
    match: re.Match[str],
    found: list[Ref],
    known: _Anaphors,
    known_starts: set[int],
    first: list[Ref],
) -> Ref | None:
    start, end = match.span()
    before = text[start - 1 : start]
    if match["person"]:
        if match["person"] in ("他们", "她们"):
            target = next(
                (ref for ref in reversed(found) if ref.kind in ("Team", "Agency", "Studio", "Station")), None
            )
        else:
            target = next((ref for ref in reversed(found) if ref.kind == "Person"), None)
        return _stand(start, end, target, text)
    if match["shown"]:
        kinds, ends = known.heads[match["shown_head"]]
        if match["shown"].startswith(known.own):
            return _stand(start, end, _own(first, kinds, ends), text)
        several = match["shown"].startswith(known.plural)
        return _stand(start, end, _antecedent(found, kinds, ends, several=several), text)
    if match["set"]:
        return _set(text, match, found)
    if match["staff"]:
        if (
            end in known_starts
            or text.startswith(known.assistants, end)
            or not _at_subject(text, start)
            or text[end : end + 1] in "、和"
        ):
            return None
        target = next(
            (
                r
                for r in reversed(found)
                if r.kind in ORGANISATIONS
                and len(r.keys) == 1
                and r.text.endswith(known.staff[match["staff"]])
            ),
            None,
        )
        return _stand(start, end, target, text)
    if (before and before in known.not_after) or (
        text[end : end + 1] in known.not_before and text[end : end + 1]
    ):
        return None
    kinds, ends = known.heads[match["bare"]]
    return _stand(start, end, _antecedent(found, kinds, ends), text)


def _stand(start: int, end: int, target: Ref | None, text: str) -> Ref | None:
    if target is None:
        return None
    return Ref(start, end, target.kind, target.keys, text[start:end], bare=True)


def _own(first: list[Ref], kinds: frozenset[str], ends: tuple[str, ...]) -> Ref | None:
    """Return the body that speaks of itself: whose page it is, else the one that is named first."""
    fitting = (ref for ref in first if ref.kind in kinds and len(ref.keys) == 1)
    return next((ref for ref in fitting if ref.text.rstrip('”"').endswith(ends)), None)


def _antecedent(
    found: list[Ref], kinds: frozenset[str], ends: tuple[str, ...], *, several: bool = False
) -> Ref | None:
    for ref in reversed(found):
        if (
            ref.kind in kinds
            and (len(ref.keys) > 1) == several
            and (ref.text.endswith(ends) or ref.text.rstrip('”"').endswith(ends))
            and not (ref.bare and not ref.text.endswith(ends))
        ):
            return ref
    return None


def _set(text: str, match: re.Match[str], found: list[Ref]) -> Ref | None:
    start, end = match.span()
    number = match["number"]
    wanted = (
        2
        if not number
        else NUMERALS.get(number) or int(number)
        if number.isdigit() or number in NUMERALS
        else 2
    )
    kinds = {"School"} if "学校" in match["set"] else {"Agency"}
    keys: list[str] = []
    for ref in reversed(found):
        if ref.kind in kinds and start - ref.end < 400:
            for key in ref.keys:
                if key not in keys:
                    keys.append(key)
        if len(keys) >= wanted:
            break
    if len(keys) != wanted or wanted < 2:
        return None
    return Ref(
        start, end, "School" if kinds == {"School"} else "Agency", tuple(keys), text[start:end], bare=True
    )


SUBJECT = re.compile(
    r"(?:^|[，。；：！？\n,;:“”]|(?:其间|期间|当天|随后|同时|现场|活动中|活动现场|课上|课后|仪式上|上午|下午|日|课堂上|此外|目前|还|的))\s*$"
)


def _at_subject(text: str, start: int) -> bool:
    """Tell whether a subject can begin at ``start``: after a comma or an adverb of time."""
    return bool(SUBJECT.search(text, max(0, start - 6), start)) and text[start - 1 : start] != "的"


def is_anaphor(words: str) -> bool:
    """Tell whether ``words`` name nothing by themselves: 该院, 我校, 这家工作室, the bare 学校."""
    match = _load().pattern.match(words.strip("“”"))
    return match is not None and match.end() == len(words.strip("“”")) and not match["staff"]


def iter_unresolved(text: str, refs: Sequence[Ref]) -> Iterator[tuple[int, int, str]]:
    """Yield where ``text`` points back (该院) and none of the resolved ``refs`` stands, with a class.

    The class is the first of those that the words may stand for. Bare heads and numbers (学校, 45所) mostly
    point at nothing, and are passed over.
    """
    known = _load()
    covered = _Cover([(ref.start, ref.end) for ref in refs])
    for match in known.pattern.finditer(text):
        if match["shown"] and not covered.hits(*match.span()):
            yield *match.span(), min(known.heads[match["shown_head"]][0])
