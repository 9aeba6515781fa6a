"""Every place where a text prints one of many words, in one pass however many words there are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

# So many characters at the head of a word decide whether it is looked at.
HEAD = 2


def find_occurrences(text: str, words: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield the span of every word at every place, also inside another; at one place the longest first.

    >>> list(find_occurrences("小明和小明明", {"小明", "小明明"}))
    [(0, 2), (3, 6), (3, 5)]
    """
    lengths: dict[str, list[int]] = {}
    for length in sorted({len(word) for word in words if word}, reverse=True):
        for head in {word[:HEAD] for word in words if len(word) == length}:
            lengths.setdefault(head, []).append(length)
    known, firsts = frozenset(words), {head[0] for head in lengths}
    for start, first in enumerate(text):
        if first not in firsts:
            continue
        for head in dict.fromkeys((text[start : start + HEAD], first)):
            for length in lengths.get(head, ()):
                word = text[start : start + length]
                # At the end of the text it may be shorter, and another of the words.
                if len(word) == length and word in known:
                    yield start, start + length


def any_of(words: Iterable[str]) -> str:
    """Return the source of a pattern that matches any of ``words``, the longest that stands at a place.

    Words are parted by their first character, so that a place where none begins costs next to nothing.

    >>> any_of(["公安", "公安局", "校"])
    '(?=[公校])(?:公(?:安局|安)|校)'
    """
    rests: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda word: (-len(word), word)):
        rests.setdefault(word[0], []).append(word[1:])
    if not rests:
        return r"(?!)"
    parts = []
    for first, ends in sorted(rests.items()):
        tail = "|".join(map(re.escape, ends))
        parts.append(re.escape(first) + (f"(?:{tail})" if len(ends) > 1 else tail))
    return f"(?=[{''.join(map(re.escape, sorted(rests)))}])(?:{'|'.join(parts)})"
