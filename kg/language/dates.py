"""Time phrases of Chinese news: where they stand, which days they mean, which clauses they govern.

Everything is worked out from the text and the day it was published. What cannot be worked out
(近日, 本学期, 三年来) keeps its place and has no ``iso``: a vague phrase is never a guess.
"""

from __future__ import annotations

import calendar
import csv
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from kg.errors import DataError

LEXICON = Path(__file__).parent / "lexicon"
Grain = Literal["day", "month", "year", "since"]
Days = tuple[date, date, Grain]
_FOLD = str.maketrans("０１２３４５６７８９：－／．", "0123456789:-/.")
# News tells what has happened: a month ahead of the publication is as far as three months behind it.
_FUTURE = 3
# A phrase that starts within so many characters of its clause opens it (每年暑假, 正值暑假).
_OPENING = 2
# Between two phrases for one day stand at most so many characters (5月16日,第三十五次全国助残日前夕).
_APPOSED = 12
# A day of ISO 8601 is so long; two of them with a stroke between leave the same rest.
_DAY_LONG = len("2024-08-31")
# A title in 《》 is looked for so many characters back.
_TITLE = 60
_CLAUSE_ENDS = frozenset("，。；！？,;!?\n：:")
# How the first and the last day of a phrase are written; `since`: from a year to the month of publication.
_GRAINS: dict[Grain, tuple[str, str]] = {
    "day": ("%Y-%m-%d", "%Y-%m-%d"),
    "month": ("%Y-%m", "%Y-%m"),
    "year": ("%Y", "%Y"),
    "since": ("%Y", "%Y-%m"),
}


@dataclass(frozen=True, slots=True)
class DateSpan:
    """One time phrase: ``text[start:end]``, the days it means, and how it stands in its clause.

    ``iso`` is a year, month, day or interval of ISO 8601 (``2024-07/2024-08``), None when the phrase
    is vague. ``clause`` is where its clause starts. ``adverbial``: it tells when something happens,
    and is no attribute of a name (2025年春季运动会). ``opening``: something opens then (2020年6月挂牌),
    which also dates the words before that say who set it up. ``kind`` is ``scene`` for words that go on with
    the event just told (揭牌仪式后), ``background`` for words that leave it (据悉), else ``date``.
    """

    start: int
    end: int
    first: date | None = None
    last: date | None = None
    iso: str | None = None
    clause: int = 0
    adverbial: bool = True
    opening: bool = False
    kind: Literal["date", "scene", "background"] = "date"


@dataclass(frozen=True, slots=True)
class _Grammar:
    phrase: re.Pattern[str]
    since: re.Pattern[str]
    before: re.Pattern[str]
    naming: re.Pattern[str]
    frame: re.Pattern[str]
    adverb: re.Pattern[str]
    opening: re.Pattern[str]
    digits: dict[str, int]
    ten: str
    years: dict[str, int | str]
    months: dict[str, int | str]
    days: dict[str, int | str]
    quarters: dict[str, tuple[int, int]]
    seasons: dict[str, tuple[str, str]]


@dataclass(slots=True)
class _Context:
    """What was understood so far: the anchors of 同年, 当月 and 当天.

    ``day`` is the last full date, ``lead`` the first: 开学当天 far down the text is the day of the event
    that the article is about, whatever dates of its background stand between.
    """

    published: date | None
    year: int | None = None
    month: tuple[int, int] | None = None
    day: date | None = None
    lead: date | None = None

    def move(self, days: Days, *, dateline: bool) -> None:
        """Take ``days`` as the new anchor; a dateline is none for the events of the text."""
        first, last, grain = days
        self.year = first.year
        if grain != "year" and (first.year, first.month) == (last.year, last.month):
            self.month = first.year, first.month
        if grain == "day" and first == last and not dateline:
            self.day = first
            self.lead = self.lead or first


def find_dates(text: str, published: date | None) -> list[DateSpan]:
    """Return every time phrase of ``text`` in order, resolved as seen from ``published``.

    A phrase without a year takes this year or the last, whichever brings it nearer to ``published``
    (what is still to come counts as further away): 12月30日 in a January article is last year's. 当天 and 同日 are the last full date before them. Without ``published`` only phrases
    that carry their own year are resolved.

    >>> [d.iso for d in find_dates("去年3月至5月，近日", date(2026, 1, 5))]
    ['2025-03/2025-05', None]
    """
    grammar = _grammar()
    folded = text.translate(_FOLD)
    context = _Context(published)
    clauses = [0, *(i + 1 for i, char in enumerate(folded) if char in _CLAUSE_ENDS)]
    spans: list[DateSpan] = []
    for match in grammar.phrase.finditer(folded):
        clause = clauses[bisect_right(clauses, match.start()) - 1]
        if match.lastgroup == "frame_end":
            spans.extend(_since_frame(spans[-1:], match, folded, clause, context, grammar))
        else:
            spans.append(_span(match, folded, clause, context, grammar))
    return spans


def time_for(
    dates: Sequence[DateSpan], sentence: tuple[int, int], trigger: int, paragraph: tuple[int, int]
) -> str | None:
    """Return the time of what the verb at ``trigger`` says, as ISO 8601, None when nothing tells it.

    The last time phrase before the verb in its sentence governs it, else one behind the verb in its
    clause (成立于2022年) or of an opening (…共建，2020年6月挂牌), else the day that an earlier sentence
    of the paragraph set. Words that lead to the
    background (据悉) and vague phrases (近日) end what a date before them governs.
    """
    inside = [span for span in dates if paragraph[0] <= span.start < sentence[1] and span.adverbial]
    governing: DateSpan | None = None
    for span in (span for span in inside if sentence[0] <= span.start <= trigger):
        if governing is None or not _within(governing, span):
            governing = span
    if governing is not None and governing.kind != "background":
        return governing.iso
    behind = (span for span in inside if span.start > trigger and span.kind == "date" and span.iso)
    late = next((span for span in behind if span.clause <= trigger or span.opening), None)
    if late is not None or governing is not None:
        return late and late.iso
    return _carried([span for span in inside if span.end <= sentence[0]])


def _carried(earlier: Sequence[DateSpan]) -> str | None:
    """Return the day that earlier sentences set; a month or a year does not reach beyond its sentence."""
    governing: DateSpan | None = None
    for span in earlier:
        if governing is None or not _within(governing, span):
            governing = span
    return (
        governing.iso
        if governing and governing.iso and len(governing.iso) % (_DAY_LONG + 1) == _DAY_LONG
        else None
    )


def _within(first: DateSpan, second: DateSpan) -> bool:
    """Tell whether ``second`` only names what ``first`` dates: 3月6日，…举行2025年春季聘任仪式."""
    if second.start <= second.clause + _OPENING and second.iso:
        return False
    if second.first is None or second.last is None:
        return second.start - first.end <= _APPOSED and second.kind == "date"
    return bool(first.first and first.last and second.first <= first.first and first.last <= second.last)


def _since_frame(
    before: list[DateSpan], match: re.Match[str], text: str, clause: int, context: _Context, grammar: _Grammar
) -> Iterator[DateSpan]:
    """Yield what 以来 means that closes 自4月试运行以来: from the date in the frame to the publication."""
    for span in before:
        opened = grammar.frame.search(text, max(0, span.start - 2), span.start)
        if opened and span.clause == clause and span.first and span.last and span.iso:
            grain: Grain = "year" if len(span.iso) == 4 else "month"
            days = _until_published((span.first, span.last, grain), context.published)
            yield DateSpan(match.start(), match.end(), days[0], days[1], _iso(days), match.start())


def _span(match: re.Match[str], text: str, clause: int, context: _Context, grammar: _Grammar) -> DateSpan:
    """Return the span of one match, and move ``context`` on."""
    start, end = match.span()
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    if "background" in parts:
        return DateSpan(start, end, clause=clause, kind="background")
    if "scene" in parts:
        day = context.day
        return DateSpan(start, end, day, day, day and day.isoformat(), clause, kind="scene")
    adverbial = not grammar.naming.match(text, end) and _tells_time(parts, match, text, clause, grammar)
    try:
        days = _read(parts, context, grammar)
    except (ValueError, OverflowError):  # 2月30日: no such day
        days = None
    if days is None:
        return DateSpan(start, end, clause=clause, adverbial=adverbial)
    if adverbial:
        stamped = "numeric" in parts or parts.get("year", "")[:1].isdigit()
        dateline = days[0] == context.published and (stamped or "relday" in parts)
        context.move(days, dateline=dateline)
    suffix = parts.get("suffix", "")
    if suffix and grammar.before.fullmatch(suffix):
        return DateSpan(start, end, clause=clause, adverbial=adverbial)
    if suffix and grammar.since.fullmatch(suffix):
        days = _until_published(days, context.published)
    opening = bool(grammar.opening.match(text, end))
    return DateSpan(start, end, days[0], days[1], _iso(days), clause, adverbial, opening)


def _tells_time(
    parts: dict[str, str], match: re.Match[str], text: str, clause: int, grammar: _Grammar
) -> bool:
    """Tell whether a phrase says when, where it might be an attribute: not in 《》, no 社区暑期托管班."""
    start, end = match.span()
    near = max(clause, start - _TITLE)
    if text.rfind("《", near, start) > text.rfind("》", near, start):
        return False
    bare_season = "season" in parts and "year" not in parts and "suffix" not in parts
    return not bare_season or start - clause <= _OPENING or bool(grammar.adverb.match(text, end))


def _until_published(days: Days, published: date | None) -> Days:
    """Return ``days`` drawn on to the publication: 今年以来 is the year, 去年以来 2023/2024-06."""
    first, last, grain = days
    if published is None or published <= last:
        return days
    return first, published, "since" if grain == "year" else "month"


def _iso(days: Days) -> str:
    first, last, grain = days
    ends = first.strftime(_GRAINS[grain][0]), last.strftime(_GRAINS[grain][1])
    return ends[0] if ends[0] == ends[1] else "/".join(ends)


def _read(parts: dict[str, str], context: _Context, grammar: _Grammar) -> Days | None:
    """Return the days that the named parts of a match mean, None when they are vague."""
    if "numeric" in parts:
        year, month, day = (int(piece) for piece in re.split(r"[-./]", parts["numeric"]))
        return _day(year, month, day)
    if "relday" in parts:
        return _relative_day(grammar.days[parts["relday"]], parts, context)
    if "relmonth" in parts:
        return _relative_month(grammar.months[parts["relmonth"]], parts, context, grammar)
    if "onlyday" in parts:
        return _only_day(int(parts["onlyday"][:-1]), context)
    if "vague" in parts:
        return None
    return _calendar(parts, context, grammar)


def _day(year: int, month: int, day: int) -> Days:
    only = date(year, month, day)
    return only, only, "day"


def _months(year: int, first: int, last: int, *, last_year: int | None = None) -> Days:
    end = last_year or year
    return date(year, first, 1), date(end, last, calendar.monthrange(end, last)[1]), "month"


def _relative_day(shift: int | str, parts: dict[str, str], context: _Context) -> Days | None:
    base = (
        (context.lead if "occasion" in parts else context.day)
        if isinstance(shift, str)
        else context.published
    )
    if base is None:
        return None
    step = timedelta(days=shift if isinstance(shift, int) else int(shift == "next"))
    return base + step, base + step, "day"


def _relative_month(
    shift: int | str, parts: dict[str, str], context: _Context, grammar: _Grammar
) -> Days | None:
    base = context.month if isinstance(shift, str) else None
    if isinstance(shift, int) and context.published:
        base = context.published.year, context.published.month
    if base is None:
        return None
    count = base[0] * 12 + base[1] - 1 + (shift if isinstance(shift, int) else int(shift == "next"))
    year, month = divmod(count, 12)
    if "relmonth_day" in parts:
        return _day(year, month + 1, _number(parts["relmonth_day"], grammar))
    return _months(year, month + 1, month + 1)


def _only_day(day: int, context: _Context) -> Days | None:
    """Return the day of the publication's month, of the month before when that is still to come."""
    if context.published is None:
        return None
    year, month = context.published.year, context.published.month
    if day > context.published.day:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return _day(year, month, day)


def _calendar(parts: dict[str, str], context: _Context, grammar: _Grammar) -> Days | None:
    """Return the days of a phrase made of year, month, day, quarter or season, and of its range."""
    months = _month_range(parts, grammar)
    year = _year(parts.get("year", ""), months, context, grammar)
    if year is None:
        return None
    if "day" in parts:
        start = _day(year, months[0], _number(parts["day"], grammar))
        return _through(start, parts, grammar)
    if "month" in parts:
        return _through(_months(year, *months), parts, grammar)
    season = grammar.seasons.get(parts.get("season", ""))
    if season is not None:
        return _season(year, season)
    if "quarter" in parts:
        return _months(year, *months)
    return _through((date(year, 1, 1), date(year, 12, 31), "year"), parts, grammar)


def _month_range(parts: dict[str, str], grammar: _Grammar) -> tuple[int, int]:
    if "month" in parts:
        month = _number(parts["month"], grammar)
        return month, month
    if "quarter" in parts:
        return next(months for word, months in grammar.quarters.items() if word in parts["quarter"])
    season = grammar.seasons.get(parts.get("season", ""))
    return (int(season[0][:2]), int((season[1] or season[0])[:2])) if season and season[0] else (0, 0)


def _year(word: str, months: tuple[int, int], context: _Context, grammar: _Grammar) -> int | None:
    """Return the year that ``word`` says, else the year that brings ``months`` nearest to publication."""
    if word in grammar.years:
        shift = grammar.years[word]
        if isinstance(shift, str):
            return None if context.year is None else context.year + (shift == "next")
        return context.published and context.published.year + shift
    if word:
        return _number(word, grammar)
    if context.published is None or not months[0]:
        return None
    now = context.published.year * 12 + context.published.month
    away = {
        year: year * 12 + (months[0] if year == context.published.year else months[1]) - now
        for year in (context.published.year, context.published.year - 1)
    }
    return min(away, key=lambda year: max(-away[year], away[year] * _FUTURE))


def _through(start: Days, parts: dict[str, str], grammar: _Grammar) -> Days:
    """Return ``start`` drawn on to the end of its range: 16日至17日, 7月至8月, 2021年至2023年."""
    first, last, grain = start
    ends = {
        name: _number(parts[name], grammar) for name in ("to_year", "to_month", "to_day") if name in parts
    }
    if not ends:
        return start
    year, month = ends.get("to_year", first.year), ends.get("to_month", first.month)
    if "to_day" in ends:
        end = date(year, month, ends["to_day"])
    elif "to_month" in ends:
        end = _months(year, month, month)[1]
    else:
        end = date(year, 12, 31)
    if end < first and "to_year" not in ends:
        end = end.replace(year=end.year + 1)
    return (first, end, grain) if end >= first else start


def _season(year: int, season: tuple[str, str]) -> Days | None:
    """Return the days of a named time; ``05#3`` is the third Sunday of May."""
    if not season[0]:
        return None
    month, mark, nth = season[0].partition("#")
    if mark:
        to_sunday = 6 - date(year, int(month), 1).weekday()
        return _day(year, int(month), 1 + to_sunday + 7 * (int(nth) - 1))
    (month1, day1), (month2, day2) = ((int(x) for x in end.split("-")) for end in season)
    first, last = date(year, month1, day1), date(year, month2, day2)
    whole = day1 == 1 and day2 >= calendar.monthrange(year, month2)[1] - 1
    return first, last, "month" if whole else "day"


def _number(word: str, grammar: _Grammar) -> int:
    """Return the number a year, month or day word starts with: 2024年, 十一月, 二十日, 二〇二四年."""
    arabic = re.match(r"\d+", word)
    if arabic:
        return int(arabic.group())
    numerals = [char for char in word if char in grammar.digits or char == grammar.ten]
    if grammar.ten not in numerals:
        return int("".join(str(grammar.digits[char]) for char in numerals))
    before, after = "".join(numerals).split(grammar.ten, 1)
    return (grammar.digits[before] if before else 1) * 10 + (grammar.digits[after] if after else 0)


@cache
def _grammar() -> _Grammar:
    """Return the compiled patterns of ``lexicon/dates.yaml`` and ``lexicon/seasons.tsv``."""
    path = LEXICON / "dates.yaml"
    try:
        data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        with (LEXICON / "seasons.tsv").open(encoding="utf-8") as lines:
            rows = list(csv.DictReader((line for line in lines if line[0] != "#"), delimiter="\t"))
        pieces = {name: piece.replace("{to}", data["to"]) for name, piece in data["pieces"].items()}
        words = {"year_words": data["years"], "month_words": data["months"], "day_words": data["days"]}
        words |= {
            "season": {row["word"] for row in rows},
            "quarter": data["quarters"],
            "vague_words": data["vague"],
        }
        pieces |= {name: _any_of(entries) for name, entries in words.items()} | {"to": data["to"]}
        phrase = data["phrase"]
        for name, piece in pieces.items():
            phrase = phrase.replace("{" + name + "}", f"(?:{piece})")
        return _Grammar(
            phrase=re.compile(phrase, re.VERBOSE),
            since=re.compile(data["since"]),
            before=re.compile(data["before"]),
            naming=re.compile(data["naming"]),
            frame=re.compile(data["frame"]),
            adverb=re.compile(data["adverb"]),
            opening=re.compile(data["opening"]),
            digits=data["digits"],
            ten=data["ten"],
            years=data["years"],
            months=data["months"],
            days=data["days"],
            quarters={word: (months[0], months[1]) for word, months in data["quarters"].items()},
            seasons={row["word"]: (row["first"] or "", row["last"] or "") for row in rows},
        )
    except (OSError, KeyError, TypeError, re.error, yaml.YAMLError) as error:
        raise DataError(str(path.name), f"not a grammar of time phrases: {error}") from error


def _any_of(words: Sequence[str] | dict[str, Any] | set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
