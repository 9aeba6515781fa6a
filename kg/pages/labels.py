"""Names as they stand in a drawing: broken into short lines, and the room that these take."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Columns are half a Chinese character wide. Eleven characters a line keep an agency's full name, the
# commonest kind of label, on one line, and a document's title on two.
LINE_COLUMNS = 22
MAX_LINES = 3
FONT_SIZE = 14
LINE_HEIGHT = 18
# A font's Latin letters are wider than half a Chinese character: 0.58 em on average in system fonts.
COLUMN_WIDTH = FONT_SIZE * 0.55


@dataclass(frozen=True, slots=True)
class Label:
    """A name in lines, and its width and height in the drawing's units."""

    text: str
    width: float
    height: float


def columns(text: str) -> int:
    """Return the width of a text in half-width columns.

    >>> columns("株洲市A")
    7
    """
    return sum(_columns(char) for char in text)


def wrap(name: str) -> Label:
    """Return a name in at most three lines of about equal length; what does not fit ends in an ellipsis.

    >>> wrap("株洲市公安局").text
    '株洲市公安局'
    >>> wrap("株洲市中小学幼儿园“护校安园”专项工作方案").text.split(chr(10))
    ['株洲市中小学幼儿园“护', '校安园”专项工作方案']
    """
    room = LINE_COLUMNS * MAX_LINES
    # No name needs more characters than twice the columns; a hostile one may have a hundred thousand.
    text = " ".join(name[: room * 2 + 1].split())
    if columns(text) > room:
        while columns(text) > room - 2:
            text = text[:-1]
        text += "…"
    total = columns(text)
    lines = max(1, -(-total // LINE_COLUMNS))
    target = -(-total // lines)
    rows = [""]
    filled = 0
    for char in text:
        if filled >= target and len(rows) < lines:
            rows.append("")
            filled = 0
        rows[-1] += char
        filled += _columns(char)
    rows = [row.strip() for row in rows]
    width = max(columns(row) for row in rows) * COLUMN_WIDTH
    return Label("\n".join(rows), width, len(rows) * LINE_HEIGHT)


@lru_cache(8192)
def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WFA" else 1
