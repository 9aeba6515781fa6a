"""Rows -> items: which column is what of an article, as ``columns.yaml`` and the user say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from kg.errors import ArticleError
from kg.reading.fields import find_date
from kg.reading.said import Said
from kg.yamlfile import load_yaml

PATH = Path(__file__).parent / "columns.yaml"
Columns = Sequence[tuple[str, str]]
SAID = ("title", "publisher", "author", "published", "url")
# Page mark-up in a column that should hold text: two elements of blocks, not a stray <b>.
_MARKUP = re.compile(r"</?(?:p|div|br|html|body|span|table|section|article)\b[^>]{0,500}>", re.IGNORECASE)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:\d{6})?")
_HALF = re.compile("[\ud800-\udfff]")
CHINA = timezone(timedelta(hours=8))
# Seconds since 1970 have ten digits from 2001 on, milliseconds thirteen.
_SECONDS, _MILLISECONDS = range(10**9, 10**10), range(10**12, 10**13)
MAX_NAME = 80
# Columns that a message about a missing one names.
NAMED = 8


@dataclass(frozen=True, slots=True)
class ColumnWords:
    """Everything in ``columns.yaml``: the usual names of each field, folded, and where rows are wrapped in."""

    names: Mapping[str, tuple[str, ...]]
    wrappers: tuple[str, ...]
    match: tuple[tuple[str, str], ...]
    no_match: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What a row holds of an article: ``text`` in the ``format`` txt or html, ``name`` where the row has one."""

    text: str
    format: str
    said: Said
    name: str


@cache
def load_words() -> ColumnWords:
    """Return the words of ``columns.yaml``."""
    data = load_yaml(PATH.read_text("utf-8"))
    return ColumnWords(
        {field: tuple(dict.fromkeys(map(fold, names))) for field, names in data["names"].items()},
        tuple(data["wrappers"]),
        tuple((name, field) for name, field in data["match"]),
        tuple(data["no_match"]),
    )


def fold(name: str) -> str:
    """Return a column's name as it is compared.

    >>> fold(" Pub_Time")
    'pubtime'
    """
    return re.sub(r"[\s_-]+", "", name.replace("\ufeff", "")).casefold()


def find_columns(names: Sequence[str], *, columns: Columns) -> dict[str, str]:
    """Return for each field the column that holds it: the one of ``columns``, else one of a usual name."""
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(fold(name), name)
    found = {}
    for field, usual in load_words().names.items():
        wanted = [fold(column) for own, column in columns if own == field] or usual
        column = next((folded[name] for name in wanted if name in folded), None)
        if column is not None:
            found[field] = column
    return found


def no_text(where: str, names: Sequence[str], *, columns: Columns) -> ArticleError:
    """Return the error of rows in which no column holds the text."""
    wanted = [column for field, column in columns if field in ("text", "html")]
    what = f"no column {' or '.join(map(repr, wanted))}" if wanted else "no text column"
    shown = ", ".join(name[:40] for name in names[:NAMED]) + (", …" if len(names) > NAMED else "")
    return ArticleError(where, f"{what} among: {shown or '(none)'}", "--column text=NAME says which it is")


def read_row(row: Mapping[str, Any], found: Mapping[str, str], *, where: str) -> Row:
    """Return the article in a row whose fields stand in the columns ``found``.

    Raises:
        ArticleError: neither text nor html holds text.
    """
    values = {field: row.get(column) for field, column in found.items()}
    html = values.get("html")
    text = html if isinstance(html, str) and html.strip() else _text_of(values.get("text"))
    if text is None:
        kind = type(values.get("text")).__name__
        raise ArticleError(where, f"column {found.get('text', 'html')!r} holds no text ({kind})", "a string")
    if not text.strip():
        raise ArticleError(where, "the text is empty")
    is_page = text is html or len(_MARKUP.findall(text[:20_000])) > 1
    return Row(
        text, "html" if is_page else "txt", read_said(row, found), _line_of(values.get("id"))[:MAX_NAME]
    )


def _text_of(value: object) -> str | None:
    """Return a text, also where it comes as a list of paragraphs."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "\n".join(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else "" if value is None else None


def read_said(row: Mapping[str, Any], found: Mapping[str, str], *, origin: str = "column") -> Said:
    """Return what a row says about its article, given the columns of the fields."""
    values = {field: row.get(found[field]) for field in SAID if field in found}
    published = to_date(values.pop("published", None))
    texts = {field: _line_of(value) for field, value in values.items()}
    filled = [field for field in SAID if texts.get(field) or (field == "published" and published)]
    return Said(published=published, origins=tuple((field, origin) for field in filled), **texts)


def _line_of(value: object) -> str:
    """Return a value on one line; of a list its members, of an object its name (JSON-LD's way)."""
    if isinstance(value, list):
        return " ".join(filter(None, map(_line_of, value)))
    if isinstance(value, Mapping):
        return _line_of(value.get("name"))
    if value is None or isinstance(value, bool):
        return ""
    return " ".join(_HALF.sub("", str(value)[:2000]).split())


def to_date(value: object) -> date | None:
    """Return the day of publication that a column states, in whatever way columns do.

    >>> to_date("20240831"), to_date(1725033600), to_date("2024年8月31日 16:40")
    (datetime.date(2024, 8, 31), datetime.date(2024, 8, 31), datetime.date(2024, 8, 31))
    """
    if isinstance(value, datetime):
        return (value.astimezone(CHINA) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    text = _line_of(value)[:100]
    if text.isdecimal() and text.isascii() and len(text) < 14:
        number = int(text)
        if number in _MILLISECONDS:
            number //= 1000
        if number in _SECONDS:
            return datetime.fromtimestamp(number, UTC).astimezone(CHINA).date()
    if match := _COMPACT.fullmatch(text):
        text = "-".join(match.groups())
    return find_date(text)
