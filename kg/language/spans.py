"""The spans of a text by where they stand, so that a sentence finds its own without looking at all of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

# So many spans back something may still be meant. The longest gold article has a quarter of that in all.
REACH = 500


class Spanned(Protocol):
    """What stands at ``text[start:end]``."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where it ends, half-open."""


T = TypeVar("T", bound=Spanned)


class SpanIndex(Generic[T]):
    """Spans in the order of their starts; each answer costs what it holds, not what the text holds."""

    def __init__(self, spans: Iterable[T]) -> None:
        self.spans = sorted(spans, key=lambda span: span.start)
        self._starts = [span.start for span in self.spans]

    def starting(self, start: int, end: int) -> list[T]:
        """Return the spans that begin at ``start`` or behind it, before ``end``."""
        return self.spans[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def inside(self, start: int, end: int) -> list[T]:
        """Return the spans that lie in ``text[start:end]`` whole."""
        return [span for span in self.starting(start, end) if span.end <= end]

    def before(self, position: int) -> list[T]:
        """Return the last REACH spans before ``position``, the nearest last."""
        at = bisect_left(self._starts, position)
        return [span for span in self.spans[max(0, at - REACH) : at] if span.end <= position]
