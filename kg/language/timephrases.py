"""The grammar of Chinese time phrases, and the days that the parts of one phrase mean.

``lexicon/dates.yaml`` holds the words and the pattern, ``lexicon/seasons.tsv`` the named times of the
year. Finding phrases in a text is the work of ``kg.language.dates``.
"""

from __future__ import annotations

import calendar
import csv
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from kg.errors import DataError
from kg.occurrences import any_of
from kg.yamlfile import load_yaml

LEXICON = Path(__file__).parent / "lexicon"
Grain = Literal["day", "month", "year", "since"]
Days = tuple[date, date, Grain]
# News tells what has happened: a month ahead of the publication is as far as three months behind it.
_FUTURE = 3
# How the first and the last day of a phrase are written; `since`: from a year to the month of publication.
GRAINS: dict[Grain, tuple[str, str]] = {
    "day": ("%Y-%m-%d", "%Y-%m-%d"),
    "month": ("%Y-%m", "%Y-%m"),
    "year": ("%Y", "%Y"),
    "since": ("%Y", "%Y-%m"),
}


@dataclass(frozen=True, slots=True)
class Grammar:
    """The compiled pattern of a phrase, the patterns of what stands around it, and the words by meaning."""

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
class Context:
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


def read_days(parts: dict[str, str], context: Context, grammar: Grammar) -> Days | None:
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


def until_published(days: Days, published: date | None) -> Days:
    """Return ``days`` drawn on to the publication: 今年以来 is the year, 去年以来 2023/2024-06."""
    first, last, grain = days
    if published is None or published <= last:
        return days
    return first, published, "since" if grain == "year" else "month"


def to_iso(days: Days) -> str:
    """Return days as ISO 8601: 2024, 2024-08, 2024-07/2024-08, 2025-04-16/2025-04-17."""
    first, last, grain = days
    ends = first.strftime(GRAINS[grain][0]), last.strftime(GRAINS[grain][1])
    return ends[0] if ends[0] == ends[1] else "/".join(ends)


def _day(year: int, month: int, day: int) -> Days:
    only = date(year, month, day)
    return only, only, "day"


def _months(year: int, first: int, last: int, *, last_year: int | None = None) -> Days:
    end = last_year or year
    return date(year, first, 1), date(end, last, calendar.monthrange(end, last)[1]), "month"


def _relative_day(shift: int | str, parts: dict[str, str], context: Context) -> Days | None:
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
    shift: int | str, parts: dict[str, str], context: Context, grammar: Grammar
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


def _only_day(day: int, context: Context) -> Days | None:
    """Return the day of the publication's month, of the month before when that is still to come."""
    if context.published is None:
        return None
    year, month = context.published.year, context.published.month
    if day > context.published.day:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return _day(year, month, day)


def _calendar(parts: dict[str, str], context: Context, grammar: Grammar) -> Days | None:
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


def _month_range(parts: dict[str, str], grammar: Grammar) -> tuple[int, int]:
    if "month" in parts:
        month = _number(parts["month"], grammar)
        return month, month
    if "quarter" in parts:
        return next(months for word, months in grammar.quarters.items() if word in parts["quarter"])
    season = grammar.seasons.get(parts.get("season", ""))
    return (int(season[0][:2]), int((season[1] or season[0])[:2])) if season and season[0] else (0, 0)


def _year(word: str, months: tuple[int, int], context: Context, grammar: Grammar) -> int | None:
    """Return the year that ``word`` says, else the year that brings ``months`` nearest to publication."""
    if word in grammar.years:
        shift = grammar.years[word]
        if isinstance(shift, str):
            return None if context.year is None else context.year + (shift == "next")
        return context.published.year + shift if context.published else None
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


def _through(start: Days, parts: dict[str, str], grammar: Grammar) -> Days:
    """Return ``start`` drawn on to the end of its range: 16日至17日, 7月至8月, 2021年至2023年."""
    first, _, grain = start
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


def _number(word: str, grammar: Grammar) -> int:
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
def load_grammar() -> Grammar:
    """Return the compiled patterns of ``lexicon/dates.yaml`` and ``lexicon/seasons.tsv``."""
    path = LEXICON / "dates.yaml"
    try:
        data: dict[str, Any] = load_yaml(path.read_text("utf-8"))
        with (LEXICON / "seasons.tsv").open(encoding="utf-8") as lines:
            rows = list(csv.DictReader((line for line in lines if line[0] != "#"), delimiter="\t"))
        pieces = {name: piece.replace("{to}", data["to"]) for name, piece in data["pieces"].items()}
        words = {"year_words": data["years"], "month_words": data["months"], "day_words": data["days"]}
        words |= {
            "season": {row["word"] for row in rows},
            "quarter": data["quarters"],
            "vague_words": data["vague"],
        }
        pieces |= {name: any_of(entries) for name, entries in words.items()} | {"to": data["to"]}
        phrase = data["phrase"]
        for name, piece in pieces.items():
            phrase = phrase.replace("{" + name + "}", f"(?:{piece})")
        return Grammar(
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
