"""What a Chinese name is found by when only Latin letters are typed: its Pinyin, whole and by initials."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

# Nobody types more; a hostile name may be a hundred thousand characters long.
LONGEST = 60
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")
_TYPED = re.compile("[a-z0-9]")


def search_keys(names: Iterable[str]) -> list[str]:
    """Return the keys of names, each once: lower-case letters and digits, tones left out, ü written v.

    A character with several readings is read as in the longest word of the dictionary that it stands in.

    >>> search_keys(["株洲市公安局", "110"])
    ['zhuzhoushigonganju', 'zzsgaj']
    """
    return list(dict.fromkeys(key for name in names for key in _keys(name[:LONGEST]) if key))


@lru_cache(maxsize=65536)
def _keys(name: str) -> tuple[str, ...]:
    if not _HAN.search(name):
        return ()
    # Its dictionaries take a third of a second to load.
    from pypinyin import Style, lazy_pinyin

    # What is no Chinese character is taken letter by letter, so that each is an initial of its own.
    parts = lazy_pinyin(name, style=Style.NORMAL, errors=_letters)  # type: ignore[arg-type]
    syllables = [part for part in ("".join(_TYPED.findall(part)) for part in parts) if part]
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)


def _letters(text: str) -> list[str]:
    """Return what pypinyin should take for a text without Pinyin; it takes lists too, which it does not declare."""
    return list(text.lower())
