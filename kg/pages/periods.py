"""Which days a claim is about: what the passage says, else the day on which the article came out."""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import lru_cache

_TIME = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


@lru_cache(8192)
def period(time: str | None, published: str | None = None) -> tuple[str, str] | None:
    """Return the first and the last day of an ISO 8601 time (day, month, year, interval), or None.

    >>> period("2024-02")
    ('2024-02-01', '2024-02-29')
    >>> period("2024-07/2024-08-03")
    ('2024-07-01', '2024-08-03')
    >>> period("soon", "2025-09-03")
    ('2025-09-03', '2025-09-03')
    """
    for said in (time, published):
        spans = [_span(part) for part in (said or "").split("/")]
        whole = [span for span in spans if span]
        if whole and len(whole) == len(spans):
            first, last = min(first for first, _ in whole), max(last for _, last in whole)
            return first.isoformat(), last.isoformat()
    return None


def _span(time: str) -> tuple[date, date] | None:
    # A date may come with the time of day.
    match = _TIME.fullmatch(time.partition("T")[0].strip())
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        end = month or 12
        return first, date(first.year, end, day or calendar.monthrange(first.year, end)[1])
    except ValueError:
        return None
