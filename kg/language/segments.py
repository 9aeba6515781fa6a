"""The stretch of a sentence in which a verb can find what it governs."""

from __future__ import annotations

from collections.abc import Iterator

Span = tuple[int, int]
# Nobody writes a sentence of so many characters (the gold's longest has 248): what goes on without an end is
# a list or a table, and each part of it is read by itself.
LONGEST = 500
_SEMICOLONS = "；;"
_MARKS = "；，、;, 　"
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


def cut_long(text: str, start: int, end: int, *, longest: int = LONGEST) -> Iterator[Span]:
    """Yield ``text[start:end]`` in pieces of at most ``longest`` characters, cut behind a mark if there is one.

    >>> list(cut_long("甲，乙乙乙乙乙", 0, 7, longest=4))
    [(0, 2), (2, 6), (6, 7)]
    """
    while end - start > longest:
        stop = max(text.rfind(mark, start, start + longest) for mark in _MARKS) + 1
        stop = stop if stop > start else start + longest
        yield start, stop
        start = stop
    yield start, end


def in_title(text: str, start: int, at: int) -> bool:
    """Tell whether ``at`` stands inside 《》 that open at or behind ``start``."""
    near = max(start, at - _TITLE)
    return text.rfind("《", near, at) > text.rfind("》", near, at)
