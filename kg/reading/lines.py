"""The lines of a page: white space at their ends and invisible characters away, empty ones left out."""

from __future__ import annotations

import re

# str.splitlines would also break at \x1c-\x1e, which stand inside lines of some scraped pages.
_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
# What pages print as nothing: control characters, zero-width characters, marks of direction, variation
# selectors, tags, private-use glyphs (icon fonts), noncharacters. Halves of characters (lone surrogates)
# are no text at all. Any of them inside a name would hide it.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff9-\ufffc\ufffe\uffff\U000e0000-\U000e0fff]"
)
# No page sets words further apart; every pattern that looks for a gap would try each piece of a longer one.
MAX_GAP = 32
_GAP = re.compile(rf"(?<=\s{{{MAX_GAP}}})\s+")
_BULLET = re.compile(r"^[•●◦▪‣∙]\s*")
_WORD = re.compile(r"\w")


def split_lines(text: str) -> list[str]:
    r"""Return the lines that hold a word, without white space at their ends.

    Inner white space stays as it is, up to MAX_GAP characters in a row. A list bullet of the page's own mark-up goes; ▲, ★ and ■, which
    articles set themselves, stay.

    >>> split_lines("  • 首页\n\n 　一、 打牢基础\xa0\n***")
    ['首页', '一、 打牢基础']
    """
    clean = (_GAP.sub("", _INVISIBLE.sub("", line).strip()) for line in _BREAK.split(text))
    lines = (_BULLET.sub("", line).strip() for line in clean)
    return [line for line in lines if _WORD.search(line)]
