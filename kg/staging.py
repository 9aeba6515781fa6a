"""The store of the next build, filled while its articles are still being read.

Loading a store takes a tenth of the work on an article, and one process. While others extract, this one has
time for it. What turns out not to belong (a copy, another edition of the same text) is taken out again at the end.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from kg.config import Settings
from kg.graph import iri
from kg.ledger import Outcome
from kg.store import BATCH, LINE, NewStore

# What such a folder is called: a link points to the one in use, the others are swept away.
GENERATION = ".store-"


class StagedStore:
    """A new store in a folder of its own in ``out``; nothing is made before the first article comes.

    Raises:
        OutputError: the place cannot be written, also from every method.
    """

    def __init__(self, out: Path, *, settings: Settings, without: Collection[str] = ()) -> None:
        self._out = out
        self._settings = settings
        self._without = without
        self._store: NewStore | None = None
        self._loaded: dict[str, str] = {}
        self._waiting: list[bytes] = []
        self._size = 0

    @property
    def folder(self) -> Path:
        """Where the store is."""
        return self._opened.directory

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Add the articles of outcomes, of one text the first that comes."""
        for outcome in outcomes:
            if outcome.quads and outcome.article not in self._loaded and outcome.article not in self._without:
                self._loaded[outcome.article] = outcome.digest
                self.put(outcome.read_quads())

    def put(self, nquads: bytes) -> None:
        """Add the quads of an article, or more about one that is there."""
        self._waiting.append(nquads)
        self._size += len(nquads)
        if self._size >= BATCH * LINE:
            self._flush()

    def holds(self, article: str, digest: str) -> bool:
        """Return whether the article is there as this item gave it."""
        return self._loaded.get(article) == digest

    def keep(self, wanted: Mapping[str, str]) -> None:
        """Take out every article that is not there as ``wanted`` has it, by article the digest of its item."""
        self._flush()
        for article, digest in self._loaded.items():
            if wanted.get(article) != digest:
                self._opened.remove(iri(self._settings, f"article/{article}"))

    def finish(self) -> None:
        """Add the ontology and close the store."""
        self._flush()
        self._opened.finish()

    def _flush(self) -> None:
        if self._waiting:
            self._opened.add(b"".join(self._waiting))
            self._waiting.clear()
            self._size = 0

    @property
    def _opened(self) -> NewStore:
        if self._store is None:
            folder = Path(tempfile.mkdtemp(prefix=GENERATION, dir=self._out))
            # A folder of mkdtemp is its owner's only.
            folder.chmod(self._out.stat().st_mode & 0o777)
            self._store = NewStore(folder)
        return self._store
