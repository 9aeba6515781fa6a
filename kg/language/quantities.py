"""Counts of Chinese news: 890余名, 5.6万余人次, 两家; and which of them counts the object of a relation.

Dates, ages, percentages, ordinals (第7站), grades (七年级), rooms and telephone numbers are no counts:
only a number with a measure word of ``lexicon/units.tsv`` is one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kg.errors import DataError
from kg.language.segments import Span, segment
from kg.yamlfile import load_yaml

LEXICON = Path(__file__).parent / "lexicon"
# A count stands at most so many characters before what it counts (37名有严重不良行为的学生), behind it
# fewer (保安员共34人).
_REACH = 16
_BEHIND = 5
# What the members of a Group are counted as.
_MEMBERS = frozenset({"people", "place", "vehicle"})
# Named things of which one body can open many.
_MANY = frozenset({"Station", "Studio", "Team", "Program"})
# People are sent by the verb next to their number, not by one further off.
_NEAR = 30
_FOLD = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its measure word: ``text[start:end]``.

    ``value`` is None when the words give none (数十名). ``approximate`` marks 余, 多, 近, 约. ``kind``
    is what the measure word counts: ``people``, ``place``, ``vehicle``, ``act`` (场, 次) or ``thing``.
    """

    start: int
    end: int
    value: int | None
    unit: str
    approximate: bool
    kind: str


@dataclass(frozen=True, slots=True)
class _Grammar:
    phrase: re.Pattern[str]
    exact: re.Pattern[str]
    one: str
    counts_one: frozenset[str]
    digits: dict[str, int]
    scales: dict[str, int]
    kinds: dict[str, str]
    between: re.Pattern[str]
    list_joint: re.Pattern[str]
    own_share: re.Pattern[str]
    each: re.Pattern[str]
    closed: re.Pattern[str]
    norm: re.Pattern[str]
    summed: re.Pattern[str]
    pairwise: str
    counts: dict[str, list[str]]


def find_quantities(text: str) -> list[Quantity]:
    """Return the counts of ``text`` in order.

    >>> [(q.value, q.unit, q.approximate) for q in find_quantities("5.6万余人次，45所，第7站")]
    [(56000, '人次', True), (45, '所', False)]
    """
    grammar = _grammar()
    found = (_quantity(match, grammar) for match in grammar.phrase.finditer(text.translate(_FOLD)))
    return [quantity for quantity in found if quantity is not None]


def count_for(
    text: str,
    quantities: Sequence[Quantity],
    *,
    clause: Span,
    trigger: Span,
    objects: Sequence[Span],
    index: int,
    predicate: str,
    kinds: tuple[str, str] = ("Agency", "Group"),
    mentions: Sequence[Span] = (),
    again: Sequence[Span] = (),
    subject: Span | None = None,
) -> Quantity | None:
    """Return the count that belongs to ``objects[index]`` of a verb, None when the clause has none for it.

    The count stands directly before the object (45所中小学校) or after it (网吧17家), once for a whole
    list (文具店、网吧、旅馆780余家次); else it counts the act (开展巡查410余次) or those whom it reached.
    What is deployed are the people sent: 86 of 86名干警入驻84所.

    Args:
        text: what ``quantities`` was found in, and all spans count in.
        quantities: of the whole text, in order.
        clause: the sentence of the verb; a semicolon ends what it says.
        trigger: the verb.
        objects: the list of objects that it governs.
        index: the place of the object asked for in ``objects``.
        predicate: local name of the relation.
        kinds: the classes of subject and object. Only a Group has many members to count; one named
            school was at most taught several times.
        mentions: all mentions of the clause, by which a list is seen.
        again: other mentions of the same object (对民宿、超市抽查，共抽查民宿28家、超市15家).
        subject: which of several counts is meant after 分别.
    """
    grammar = _grammar()
    clause = segment(text, clause, trigger)
    inside = [
        q for q in quantities if clause[0] <= q.start and q.end <= clause[1] and _told(text, q, grammar)
    ]
    if not inside or not 0 <= index < len(objects):
        return None
    mentions = sorted({*mentions, *objects, *again, *([subject] if subject else [])})
    places = [objects[index], *(span for span in again if clause[0] <= span[0] < clause[1])]
    if kinds[1] == "Group":
        own = next((q for q in (_own(text, inside, mentions, span, grammar) for span in places) if q), None)
    else:
        own = next((q for q in (_of_unit(text, inside, span, kinds[1]) for span in places) if q), None)
    if predicate == "deployedTo":
        if kinds[0] == "Person":
            return own
        return _deployed(text, inside, trigger, own, mentions, subject, grammar)
    wanted = grammar.counts.get(predicate, [])
    if kinds[1] != "Group":
        wanted = [kind for kind in wanted if kind == "act"]
    return own or _of_act(text, inside, trigger, wanted, grammar)


def _told(text: str, quantity: Quantity, grammar: _Grammar) -> bool:
    """Tell whether a count has a value and is no duty (每学期不少于两次)."""
    before = text[max(0, quantity.start - _REACH) : quantity.start]
    return quantity.value is not None and not (quantity.kind == "act" and grammar.norm.search(before))


def _of_unit(text: str, quantities: Sequence[Quantity], obj: Span, kind: str) -> Quantity | None:
    """Return the count of a named thing of which there are many: 32个“爱心托管点”, 护学岗163个, 沙龙8期."""
    wanted = "act" if kind == "Program" else "place"
    for quantity in quantities:
        touches = 0 <= obj[0] - quantity.end <= 1 or 0 <= quantity.start - obj[1] <= 1
        if (
            touches
            and quantity.kind == wanted
            and kind in _MANY
            and not text[quantity.end : obj[0]].strip("“")
        ):
            return quantity
    return None


def _own(
    text: str, quantities: Sequence[Quantity], mentions: Sequence[Span], obj: Span, grammar: _Grammar
) -> Quantity | None:
    """Return the count at the object or, where its list shares one, at the list."""
    first = last = mentions.index(obj)
    while first > 0 and _joined(text, mentions[first - 1], mentions[first], grammar):
        if _before(text, quantities, mentions[first], grammar):
            break
        first -= 1
    while last + 1 < len(mentions) and _joined(text, mentions[last], mentions[last + 1], grammar):
        if _after(text, quantities, mentions[last], grammar):
            break
        last += 1
    shared = None if grammar.own_share.match(text, mentions[max(0, first)][1]) else mentions[first]
    return (
        _before(text, quantities, obj, grammar)
        or _after(text, quantities, mentions[last], grammar)
        or (shared and _before(text, quantities, shared, grammar))
    )


def _joined(text: str, left: Span, right: Span, grammar: _Grammar) -> bool:
    gap = right[0] - left[1]
    return 0 < gap <= _REACH and bool(grammar.list_joint.fullmatch(text, left[1], right[0]))


def _before(text: str, quantities: Sequence[Quantity], obj: Span, grammar: _Grammar) -> Quantity | None:
    near = [q for q in quantities if obj[0] - _REACH <= q.end <= obj[0] and q.kind in _MEMBERS]
    if near and grammar.between.fullmatch(text, near[-1].end, obj[0]):
        return near[-1]
    return next((q for q in quantities if obj[0] <= q.start and q.end < obj[1] and q.kind in _MEMBERS), None)


def _after(text: str, quantities: Sequence[Quantity], obj: Span, grammar: _Grammar) -> Quantity | None:
    near = next((q for q in quantities if obj[1] <= q.start <= obj[1] + _BEHIND and q.kind in _MEMBERS), None)
    if near is None or not grammar.between.fullmatch(text, obj[1], near.start):
        return None
    summed = grammar.summed.search(text, obj[1], near.start)
    return None if _names_a_noun(text, near, grammar) and not summed else near


def _deployed(
    text: str,
    quantities: Sequence[Quantity],
    trigger: Span,
    own: Quantity | None,
    mentions: Sequence[Span],
    subject: Span | None,
    grammar: _Grammar,
) -> Quantity | None:
    """Return how many people are sent; how many places they go to where no other figure stands."""
    if own is not None and own.kind == "people":
        return own
    people = [q for q in quantities if q.kind == "people" and _near(text, q, trigger)]
    if (
        subject is not None
        and subject in mentions
        and text.find(grammar.pairwise, subject[0], trigger[1]) >= 0
    ):
        first = last = mentions.index(subject)
        while first > 0 and _joined(text, mentions[first - 1], mentions[first], grammar):
            first -= 1
        while last + 1 < len(mentions) and _joined(text, mentions[last], mentions[last + 1], grammar):
            last += 1
        sent = [q for q in people if q.start >= mentions[last][1]]
        if len(sent) == last - first + 1:
            return sent[mentions.index(subject) - first]
    nearest = min(people, key=lambda q: max(q.start - trigger[1], trigger[0] - q.end), default=None)
    if nearest and own and grammar.each.search(text, max(0, nearest.start - _REACH), nearest.start):
        return own
    return nearest or own


def _names_a_noun(text: str, quantity: Quantity, grammar: _Grammar) -> bool:
    """Tell whether a noun follows that the quantity counts: 31所学校, but not 旅馆86家，."""
    return not grammar.closed.match(text, quantity.end)


def _near(text: str, quantity: Quantity, trigger: Span) -> bool:
    """Tell whether a verb reaches the people: those before it, or behind it in the same clause."""
    if quantity.end <= trigger[0]:
        return trigger[0] - quantity.end <= _NEAR
    between = text[trigger[1] : quantity.start]
    return len(between) <= _NEAR and not any(mark in between for mark in "，,")


def _of_act(
    text: str, quantities: Sequence[Quantity], trigger: Span, kinds: Sequence[str], grammar: _Grammar
) -> Quantity | None:
    """Return the count of the act, behind the verb and without a noun of its own, by preference of kind."""
    for kind in kinds:
        for quantity in quantities:
            fits = quantity.kind == kind and quantity.start >= trigger[0]
            if fits and (kind == "act" or not _names_a_noun(text, quantity, grammar)):
                return quantity
    return None


def _quantity(match: re.Match[str], grammar: _Grammar) -> Quantity | None:
    parts = match.groupdict()
    before = parts["before"] or ""
    loose = bool(before) and not grammar.exact.fullmatch(before)
    about = loose or parts["inner"] or parts["outer"] or parts["behind"] or parts["scaled"]
    if parts["chinese"] == grammar.one and parts["unit"] not in grammar.counts_one:
        return None
    value = _value(parts, grammar)
    start = match.start() if loose or not before else match.end("before")
    return Quantity(start, match.end(), value, parts["unit"], bool(about), grammar.kinds[parts["unit"]])


def _value(parts: dict[str, str | None], grammar: _Grammar) -> int | None:
    """Return the number of a match, None when it gives none or a broken one (1.5名)."""
    if parts["arabic"]:
        number = Decimal(parts["arabic"].replace(",", "").replace("，", ""))
    elif parts["chinese"]:
        number = Decimal(_chinese(parts["chinese"], grammar))
    else:
        return None
    for char in parts["scale"] or "":
        number *= grammar.scales[char]
    return int(number) if number == int(number) else None


def _chinese(word: str, grammar: _Grammar) -> int:
    """Return the value of a Chinese numeral: 一百二十, 两千零五, 二三 read digit by digit."""
    if not any(char in grammar.scales for char in word):
        return int("".join(str(grammar.digits[char]) for char in word))
    total, digit = 0, 0
    for char in word:
        if char in grammar.scales:
            total += (digit or 1) * grammar.scales[char]
            digit = 0
        else:
            digit = grammar.digits[char]
    return total + digit


@cache
def _grammar() -> _Grammar:
    """Return the compiled pattern of ``lexicon/quantities.yaml`` over the units of ``units.tsv``."""
    path = LEXICON / "quantities.yaml"
    try:
        data: dict[str, Any] = load_yaml(path.read_text("utf-8"))
        with (LEXICON / "units.tsv").open(encoding="utf-8") as lines:
            rows = list(csv.DictReader((line for line in lines if line[0] != "#"), delimiter="\t"))
        units = sorted(rows, key=lambda row: (-len(row["unit"]), row["unit"]))
        data["unit"] = "|".join(
            row["unit"] + (f"(?!{row['not_before']})" if row["not_before"] else "") for row in units
        )
        phrase = data["phrase"]
        for name in ("not_before", "about_before", "about_after", "about_behind", "unit"):
            piece = data[name]
            phrase = phrase.replace("{" + name + "}", piece if name == "not_before" else f"(?:{piece})")
        return _Grammar(
            phrase=re.compile(phrase, re.VERBOSE),
            exact=re.compile(data["exact_before"]),
            one=data["one"],
            counts_one=frozenset(data["counts_one"]),
            digits=data["digits"],
            scales=data["scales"],
            kinds={row["unit"]: row["kind"] for row in rows},
            between=re.compile(data["between"]),
            list_joint=re.compile(data["list_joint"]),
            own_share=re.compile(data["own_share"]),
            each=re.compile(data["each"]),
            closed=re.compile(data["closed"]),
            norm=re.compile(data["norm"]),
            summed=re.compile(data["summed"]),
            pairwise=data["pairwise"],
            counts=data["counts"],
        )
    except (OSError, KeyError, TypeError, re.error, yaml.YAMLError) as error:
        raise DataError(path.name, f"not a grammar of counts: {error}") from error
