"""Chinese family names, for whoever must tell that two or three characters may be a person."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from kg.errors import DataError

PATH = Path(__file__).parent / "language" / "lexicon" / "surnames.tsv"


@cache
def load_surnames() -> tuple[str, ...]:
    """Return the family names of ``surnames.tsv``, in the order of the file.

    >>> "陈" in load_surnames(), "欧阳" in load_surnames()
    (True, True)

    Raises:
        DataError: the file is missing.
    """
    try:
        lines = PATH.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise DataError(PATH.name, f"cannot be read: {error}") from error
    return tuple(line.split("\t")[0] for line in lines if line and not line.startswith("#"))


def to_pattern(names: Iterable[str]) -> str:
    """Return a regular expression for any of the names; a character class is far faster than alternatives.

    >>> to_pattern(["陈", "欧阳", "王"])
    '(?:欧阳|[王陈])'
    """
    found = set(names)
    single = "".join(sorted(name for name in found if len(name) == 1))
    longer = sorted((name for name in found if len(name) > 1), key=lambda name: (-len(name), name))
    return "(?:" + "|".join([*longer, *([f"[{single}]"] if single else [])]) + ")"
