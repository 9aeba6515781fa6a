"""The stretch of a sentence in which a verb can find what it governs."""

from __future__ import annotations

Span = tuple[int, int]
_SEMICOLONS = "；;"
# A title in 《》 is looked for so many characters back.
_TITLE = 60


def segment(text: str, clause: Span, trigger: Span) -> Span:
    """Return the part of ``clause`` between semicolons that holds the verb ``trigger``.

    >>> segment("甲授课；乙巡查；丙走访", (0, 11), (5, 7))
    (4, 7)
    """
    at = min(max(trigger[0], clause[0]), clause[1])
    start = max(text.rfind(mark, clause[0], at) for mark in _SEMICOLONS) + 1
    ends = [found for found in (text.find(mark, at, clause[1]) for mark in _SEMICOLONS) if found >= 0]
    return max(start, clause[0]), min(ends, default=clause[1])


def in_title(text: str, start: int, at: int) -> bool:
    """Tell whether ``at`` stands inside 《》 that open at or behind ``start``."""
    near = max(start, at - _TITLE)
    return text.rfind("《", near, at) > text.rfind("》", near, at)
