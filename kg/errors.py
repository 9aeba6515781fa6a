"""The errors that this package raises on purpose.

    KgError                  one line for the user, exit code 3
    ├── ArticleError         an input that cannot be read as an article
    ├── ConfigError          a setting that is not allowed
    ├── DataError            a broken file of the product itself: ontology, rule, lexicon, model
    ├── QueryError           an unknown query, a broken .rq, a bad parameter
    ├── StoreError           a missing, broken or locked build
    └── OutputError          a place that cannot be written
    ShapeError (DataError)   a shapes file that pySHACL refuses

A message says where, what, and what is allowed. The parts stay readable on ``where``, ``what`` and ``allowed``.
"""

from __future__ import annotations


class KgError(Exception):
    """Base of every deliberate error; ``str()`` is one line: where, what, what is allowed."""

    def __init__(self, where: str, what: str, allowed: str = "") -> None:
        self.where = where
        self.what = what
        self.allowed = allowed
        super().__init__(f"{where}: {self.reason}")

    @property
    def reason(self) -> str:
        """The message without the place."""
        return self.what + (f"; {self.allowed}" if self.allowed else "")

    def __reduce__(self) -> tuple[type[KgError], tuple[str, str, str]]:
        """Return how another process makes the same error."""
        return type(self), (self.where, self.what, self.allowed)


class ArticleError(KgError):
    """An input that cannot be read as an article: it is skipped, counted and named."""


class ConfigError(KgError):
    """A setting that is not allowed."""


class DataError(KgError):
    """A file of the product itself is missing or broken."""


class ShapeError(DataError):
    """A shapes graph that the SHACL engine refuses."""


class QueryError(KgError):
    """An unknown query, a broken query text, or a bad parameter."""


class StoreError(KgError):
    """A build that is missing, broken or in use."""


class OutputError(KgError):
    """A place that cannot be written."""
