"""The errors that this package raises on purpose.

    KgError                  one line for the user, exit code 3
    ├── ArticleError         an input that cannot be read as an article: .path, .reason
    ├── ConfigError          a setting that is not allowed
    ├── DataError            a broken file of the product itself: ontology, rule, lexicon, model
    ├── QueryError           an unknown query, a broken .rq, a bad parameter
    ├── StoreError           a missing, broken or locked build
    └── OutputError          a place that cannot be written
    ShapeError (DataError)   a shapes file that pySHACL refuses

A message says where, what, and what is allowed. The parts stay readable on ``where`` and ``what``.
"""


class KgError(Exception):
    """Base of every deliberate error; ``str()`` is one line: where, what, what is allowed."""

    def __init__(self, where: str, what: str, allowed: str = "") -> None:
        self.where = where
        self.what = what
        self.allowed = allowed
        super().__init__(f"{where}: {what}" + (f"; {allowed}" if allowed else ""))


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
