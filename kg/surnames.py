"""Chinese family names, for whoever must tell that two or three characters may be a person."""

from __future__ import annotations

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
