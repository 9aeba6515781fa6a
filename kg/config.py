"""Where the product's data files are, and the settings of a build."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from kg.errors import ConfigError, DataError

NAMESPACE = "https://w3id.org/cpkg/ontology#"
DEFAULT_BASE = "https://w3id.org/cpkg/id/"
# What a column of a table can be of an article.
COLUMN_FIELDS = ("text", "html", "title", "publisher", "author", "published", "url", "id")
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_QUANTITY = re.compile(r"(\d+(?:_\d+)*(?:\.\d+)?)([kmg]?)b?", re.IGNORECASE)


def data_dir(name: str) -> Path:
    """Return the folder ``ontology`` or ``queries``: inside an installed wheel, else beside the package.

    Raises:
        DataError: neither place has it.
    """
    package = Path(__file__).resolve().parent
    for place in (package / "data" / name, package.parent / name):
        if place.is_dir():
            return place
    raise DataError(name, "the data folder is not installed", "reinstall child-protection-kg")


def _limit(value: int, about: str) -> int:
    """Return a dataclass field that says what it is about: ``kg build --help`` prints it."""
    made: int = field(default=value, metadata={"about": about})
    return made


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an input is read before it is refused; sizes in bytes and characters, times in seconds.

    The longest news features are below 100 kB; a page saved with its pictures has some 10 MB. A build takes
    1 GB for an article of 600,000 characters with something to find in every line (measured).
    """

    item_bytes: int = _limit(8_000_000, "bytes of one article: a text, a page, a row")
    document_bytes: int = _limit(50_000_000, "bytes of one PDF, Word or MHTML file, pictures included")
    line_chars: int = _limit(200_000, "characters in one line of an article")
    article_chars: int = _limit(500_000, "characters of one article")
    item_seconds: int = _limit(30, "seconds to read one article out of its file")
    pdf_pages: int = _limit(300, "pages of one PDF")
    archive_bytes: int = _limit(20_000_000_000, "bytes that one archive may unpack to")
    archive_ratio: int = _limit(100, "times its own size that one archive may unpack to")
    archive_depth: int = _limit(4, "archives inside one another; .tar.gz counts as two")
    errors_in_row: int = _limit(1_000, "errors one after the other before the rest of a file is left")
    archive_items: int = _limit(1_000_000, "files in one archive")

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if not isinstance(value, int) or value < 1:
                raise ConfigError(f"limit {limit.name}", repr(value), "a whole number from 1")


def read_limits(options: Iterable[str], *, limits: Limits | None = None) -> Limits:
    """Return ``limits`` with each ``NAME=VALUE`` of ``options`` set; a value may end in k, M or G.

    >>> read_limits(["item-bytes=20M"]).item_bytes
    20000000

    Raises:
        ConfigError: an option is no NAME=VALUE, its name is unknown, or its value no whole number from 1.
    """
    limits = limits or Limits()
    names = [limit.name for limit in fields(Limits)]
    for option in options:
        name, equals, value = option.partition("=")
        name = name.strip().replace("-", "_")
        number = _QUANTITY.fullmatch(value.strip())
        if not equals or name not in names:
            raise ConfigError("--limit", repr(option), f"NAME=VALUE with NAME one of {', '.join(names)}")
        if number is None:
            raise ConfigError(f"--limit {name}", repr(value), "a whole number from 1; k, M and G may follow")
        limits = replace(limits, **{name: int(float(number[1]) * _UNITS[number[2].lower()])})
    return limits


def read_columns(options: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the column map that options ``FIELD=COLUMN`` state.

    >>> read_columns(["text=content", "url=link"])
    (('text', 'content'), ('url', 'link'))

    Raises:
        ConfigError: an option is no FIELD=COLUMN, or its field is unknown.
    """
    columns = []
    for option in options:
        name, equals, column = option.partition("=")
        if not equals or not column.strip() or name.strip() not in COLUMN_FIELDS:
            allowed = f"FIELD=COLUMN with FIELD one of {', '.join(COLUMN_FIELDS)}"
            raise ConfigError("--column", repr(option), allowed)
        columns.append((name.strip(), column.strip()))
    return tuple(columns)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a build; ``base`` is the IRI under which individuals live and ends in / or #.

    ``columns`` says which column of a table is what of an article, as (field, column) with a field of
    COLUMN_FIELDS; the usual names need no mention.
    """

    base: str = DEFAULT_BASE
    limits: Limits = field(default_factory=Limits)
    columns: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.base.startswith(("http://", "https://", "urn:")) or self.base[-1:] not in "/#:":
            raise ConfigError("base", repr(self.base), "an absolute IRI that ends in / or #")
