"""Time phrases of Chinese news: where they stand, which days they mean, which clauses they govern.

Everything is worked out from the text and the day it was published. What cannot be worked out
(近日, 本学期, 三年来) keeps its place and has no ``iso``: a vague phrase is never a guess.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kg.language.segments import in_title
from kg.language.timephrases import Context, Grain, Grammar, load_grammar, read_days, to_iso, until_published

_FOLD = str.maketrans("０１２３４５６７８９：－／．", "0123456789:-/.")
# A phrase that starts within so many characters of its clause opens it (每年暑假, 正值暑假).
_OPENING = 2
# Between two phrases for one day stand at most so many characters (5月16日,第三十五次全国助残日前夕).
_APPOSED = 12
# A day of ISO 8601 is so long; two of them with a stroke between leave the same rest.
_DAY_LONG = len("2024-08-31")
_CLAUSE_ENDS = frozenset("，。；！？,;!?\n：:")


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


def find_dates(text: str, published: date | None) -> list[DateSpan]:
    """Return every time phrase of ``text`` in order, resolved as seen from ``published``.

    A phrase without a year takes this year or the last, whichever brings it nearer to ``published``
    (what is still to come counts as further away): 12月30日 in a January article is last year's. 当天 and 同日 are the last full date before them. Without ``published`` only phrases
    that carry their own year are resolved.

    >>> [d.iso for d in find_dates("去年3月至5月，近日", date(2026, 1, 5))]
    ['2025-03/2025-05', None]
    """
    grammar = load_grammar()
    folded = text.translate(_FOLD)
    context = Context(published)
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
        return late.iso if late else None
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
    before: list[DateSpan], match: re.Match[str], text: str, clause: int, context: Context, grammar: Grammar
) -> Iterator[DateSpan]:
    """Yield what 以来 means that closes 自4月试运行以来: from the date in the frame to the publication."""
    for span in before:
        opened = grammar.frame.search(text, max(0, span.start - 2), span.start)
        if opened and span.clause == clause and span.first and span.last and span.iso:
            grain: Grain = "year" if len(span.iso) == 4 else "month"
            days = until_published((span.first, span.last, grain), context.published)
            yield DateSpan(match.start(), match.end(), days[0], days[1], to_iso(days), match.start())


def _span(match: re.Match[str], text: str, clause: int, context: Context, grammar: Grammar) -> DateSpan:
    """Return the span of one match, and move ``context`` on."""
    start, end = match.span()
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    if "background" in parts:
        return DateSpan(start, end, clause=clause, kind="background")
    if "scene" in parts:
        day = context.day
        return DateSpan(start, end, day, day, day.isoformat() if day else None, clause, kind="scene")
    adverbial = not grammar.naming.match(text, end) and _tells_time(parts, match, text, clause, grammar)
    try:
        days = read_days(parts, context, grammar)
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
        days = until_published(days, context.published)
    opening = bool(grammar.opening.match(text, end))
    return DateSpan(start, end, days[0], days[1], to_iso(days), clause, adverbial, opening)


def _tells_time(
    parts: dict[str, str], match: re.Match[str], text: str, clause: int, grammar: Grammar
) -> bool:
    """Tell whether a phrase says when, where it might be an attribute: not in 《》, no 社区暑期托管班."""
    start, end = match.span()
    if in_title(text, clause, start):
        return False
    bare_season = "season" in parts and "year" not in parts and "suffix" not in parts
    return not bare_season or start - clause <= _OPENING or bool(grammar.adverb.match(text, end))
