"""What a build already knows: one SQLite file beside the graph, on disk as the work goes.

An item (:class:`kg.reading.Item`) is known by the digest of all that was read of it; what it gave is kept as an
:class:`Outcome`, together with the fingerprint of the code, rules, weights and settings that made it. The graph
is made from the outcomes of the items that the last run found, and from nothing else: so a build that was killed
goes on where it stood, an item that changed replaces what it said, and one that is gone takes that along.

SQLite writes each batch whole or not at all and forces it to the disk. Only one process can open a ledger to write.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.ledgerfile import close_file, name_damage, name_error, open_file

LEDGER = "ledger.db"
# The format of the file; another one is made anew.
FORMAT = 2
_SCHEMA = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE fingerprint (id TEXT PRIMARY KEY, parts TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE outcome (
    digest TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, article TEXT NOT NULL, reason TEXT NOT NULL,
    record BLOB NOT NULL, sketch BLOB NOT NULL, quads BLOB NOT NULL
);
CREATE TABLE input (
    position INTEGER PRIMARY KEY, place TEXT NOT NULL, digest TEXT NOT NULL, reason TEXT NOT NULL, key TEXT NOT NULL
);
CREATE INDEX input_key ON input (key);
CREATE TABLE removed (article TEXT PRIMARY KEY, day TEXT NOT NULL) WITHOUT ROWID;
"""
_SCAN = """
CREATE TEMP TABLE scan (
    position INTEGER PRIMARY KEY, place TEXT NOT NULL, digest TEXT NOT NULL, reason TEXT NOT NULL, key TEXT NOT NULL
);
CREATE INDEX temp.scan_digest ON scan (digest);
CREATE INDEX temp.scan_key ON scan (key);
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one item gave. ``digest`` is the item's; ``reason`` says why it gave nothing, else it is empty.

    ``article`` is the article's id. ``record`` is plain data for the report (:mod:`kg.chunks` says what),
    ``quads`` the article's sorted N-Quads, zlib-compressed, ``sketch`` what tells near copies.
    """

    digest: str
    article: str = ""
    reason: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)
    sketch: bytes = b""
    quads: bytes = b""

    def read_quads(self) -> bytes:
        """Return the N-Quads.

        Raises:
            StoreError: they are broken.
        """
        return _unpack(self.quads)


@dataclass(frozen=True, slots=True)
class Found:
    """One item as the last run found it: ``place`` for people; no digest where it could not even be opened.

    ``key`` stands for the place where two may look the same to people, because names in them are masked.
    """

    position: int
    place: str
    digest: str
    reason: str
    key: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run has to do: numbers of items.

    ``known`` need nothing, ``new`` were never seen, ``changed`` stand where another text stood, ``again`` were
    made by other code, rules, weights or settings (``because`` names those parts), ``gone`` are no longer
    there, ``refused`` cannot be opened.
    """

    known: int
    new: int
    changed: int
    again: int
    gone: int
    refused: int
    because: tuple[str, ...] = ()

    @property
    def pending(self) -> int:
        """How many items must be read and extracted."""
        return self.new + self.changed + self.again

    @property
    def found(self) -> int:
        """How many items there are."""
        return self.known + self.pending + self.refused

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        names = ("found", "known", "new", "changed", "again", "gone", "refused")
        return {name: getattr(self, name) for name in names} | {"because": list(self.because)}


class Ledger:
    """An open ledger. ``path`` None keeps it in memory: for a look at what a first build would do."""

    def __init__(self, path: Path | None, *, read_only: bool = False) -> None:
        """Open or make the ledger.

        Raises:
            OutputError: another build is at work in this folder, or the place cannot be written.
            StoreError: the file is broken.
        """
        self.path = path
        self._db, self._made = open_file(path, schema=_SCHEMA, format=FORMAT, read_only=read_only)
        with self._guarded():
            self._db.executescript(_SCAN)

    def close(self) -> None:
        """Close the file; what was not kept is not there."""
        close_file(self._db, self._made)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What the run finds.

    def note(self, found: Iterable[Found]) -> None:
        """Add items to what this run found."""
        with self._guarded():
            rows = (
                (f.position, _text(f.place), f.digest, _text(f.reason), _text(f.key or f.place))
                for f in found
            )
            self._db.executemany("INSERT INTO scan VALUES (?, ?, ?, ?, ?)", rows)

    def forget_found(self) -> None:
        """Forget what this run found, before it looks again."""
        with self._guarded():
            self._db.execute("DELETE FROM scan")

    def keep_others(self) -> None:
        """Take over what earlier runs found and this one did not look for."""
        with self._guarded():
            self._db.execute(
                "INSERT INTO scan SELECT position + (SELECT coalesce(max(position), 0) + 1 FROM scan), place, digest,"
                " reason, key FROM input WHERE digest <> '' AND key NOT IN (SELECT key FROM scan)"
            )

    def plan(self, fingerprint: Mapping[str, str]) -> Plan:
        """Return what has to be done for the items that this run found."""
        wanted = identify(fingerprint)
        made = "SELECT fingerprint FROM outcome o WHERE o.digest = s.digest"
        with self._guarded():
            count = self._one
            old = [
                json.loads(parts)
                for (parts,) in self._db.execute(
                    "SELECT parts FROM fingerprint WHERE id <> ? AND id IN (SELECT o.fingerprint FROM outcome o"
                    " JOIN scan s ON s.digest = o.digest)",
                    (wanted,),
                )
            ]
            missing = f"s.digest <> '' AND NOT EXISTS ({made})"
            changed = count(f"SELECT count(*) FROM scan s WHERE {missing} AND key IN (SELECT key FROM input)")
            return Plan(
                known=count(f"SELECT count(*) FROM scan s WHERE ({made}) = ?", wanted),
                new=count(f"SELECT count(*) FROM scan s WHERE {missing}") - changed,
                changed=changed,
                again=count(f"SELECT count(*) FROM scan s WHERE ({made}) <> ?", wanted),
                gone=count("SELECT count(*) FROM input WHERE key NOT IN (SELECT key FROM scan)"),
                refused=count("SELECT count(*) FROM scan WHERE digest = ''"),
                because=tuple(sorted({p for parts in old for p in _different(parts, fingerprint)})),
            )

    def needs(self, digest: str, fingerprint: Mapping[str, str]) -> bool:
        """Return whether an item must be read and extracted."""
        with self._guarded():
            row = self._db.execute("SELECT fingerprint FROM outcome WHERE digest = ?", (digest,)).fetchone()
        return row is None or row[0] != identify(fingerprint)

    def forget_skipped(self) -> None:
        """Forget what gave nothing, so that it is tried again."""
        with self._guarded(), self._transaction():
            self._db.execute("DELETE FROM outcome WHERE reason <> ''")

    # What is kept.

    def keep(self, outcomes: Sequence[Outcome], fingerprint: Mapping[str, str]) -> None:
        """Write outcomes, all or none, and force them to the disk."""
        name = identify(fingerprint)
        removed = self.removed
        rows = [
            (o.digest, name, o.article, _text(o.reason), *_said(o, removed))
            for o in sorted(outcomes, key=lambda o: o.digest)
        ]
        with self._guarded(), self._transaction():
            parts = json.dumps(dict(fingerprint), sort_keys=True)
            self._db.execute("INSERT OR IGNORE INTO fingerprint VALUES (?, ?)", (name, parts))
            self._db.executemany("INSERT OR REPLACE INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def settle(self, state: str) -> None:
        """Make what this run found the input of the build, forget all else, and remember ``state``."""
        with self._guarded(), self._transaction():
            self._db.execute("DELETE FROM input")
            self._db.execute("INSERT INTO input SELECT * FROM scan ORDER BY position")
            self._db.execute("DELETE FROM outcome WHERE digest NOT IN (SELECT digest FROM input)")
            self._db.execute(
                "DELETE FROM fingerprint WHERE id NOT IN (SELECT DISTINCT fingerprint FROM outcome)"
            )
            self._set("published", state)

    @property
    def published(self) -> str:
        """The state that the files beside the ledger show; empty while they are being exchanged."""
        return self.fact("published")

    def unpublish(self) -> None:
        """Say that the files beside the ledger are being exchanged."""
        with self._guarded(), self._transaction():
            self._set("published", "")

    def fact(self, name: str) -> str:
        """Return a remembered word, empty where there is none."""
        with self._guarded():
            row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    # What the graph is made of.

    def resume(self) -> None:
        """Take what the last finished run found as found again: for a graph made anew without a look at files."""
        with self._guarded():
            self._db.execute("INSERT OR REPLACE INTO scan SELECT * FROM input")

    def rename_places(self, rename: Callable[[str, str], str]) -> None:
        """Give every place found the name that ``rename`` makes of it and its article's name, empty without one."""

        def renamed(place: str, record: bytes | None) -> str:
            return rename(place, json.loads(_unpack(record)).get("name", "") if record else "")

        record = "SELECT record FROM outcome o WHERE o.digest = scan.digest AND o.reason = ''"
        with self._guarded():
            self._db.create_function("renamed", 2, renamed)
            self._db.execute(f"UPDATE scan SET place = renamed(place, ({record}))")

    def iter_found(self) -> Iterator[Found]:
        """Yield what this run found, in order."""
        for row in self._rows("SELECT position, place, digest, reason, key FROM scan ORDER BY position"):
            yield Found(*row)

    def outcome(self, digest: str) -> Outcome | None:
        """Return what an item gave."""
        return next(
            (_outcome(row) for row in self._rows("SELECT * FROM outcome WHERE digest = ?", digest)), None
        )

    def iter_made(self) -> Iterator[tuple[str, str, str]]:
        """Yield of each item found that was worked on, in order: digest, what made its outcome, why it is none."""
        yield from self._rows(
            "SELECT o.digest, o.fingerprint, o.reason FROM scan s JOIN outcome o ON o.digest = s.digest ORDER BY s.position"
        )

    def iter_articles(self) -> Iterator[tuple[Found, Outcome]]:
        """Yield each item that gave an article, in the order of the items, without its quads."""
        wanted = "o.digest, o.fingerprint, o.article, o.reason, o.record, o.sketch, x''"
        for row in self._rows(
            f"SELECT s.position, s.place, s.digest, s.reason, {wanted} FROM scan s JOIN outcome o ON o.digest = s.digest WHERE o.reason = ''"
            " AND o.article NOT IN (SELECT article FROM removed) ORDER BY s.position"
        ):
            yield Found(*row[:4]), _outcome(row[4:])

    # Articles that somebody took out.

    @property
    def removed(self) -> dict[str, str]:
        """The articles that were taken out by name, each with the day."""
        return dict(self._rows("SELECT article, day FROM removed ORDER BY article"))

    def remove(self, article: str, *, day: str) -> None:
        """Keep an article out of the graph from now on; what it gave is forgotten."""
        with self._guarded(), self._transaction():
            self._db.execute("INSERT OR IGNORE INTO removed VALUES (?, ?)", (article, day))
            self._db.execute(
                "UPDATE outcome SET quads = x'', record = ?, sketch = x'' WHERE article = ?",
                (_pack({}), article),
            )

    def restore(self, article: str) -> None:
        """Let an article in again: the next run reads it anew."""
        with self._guarded(), self._transaction():
            self._db.execute("DELETE FROM removed WHERE article = ?", (article,))
            self._db.execute("DELETE FROM outcome WHERE article = ?", (article,))

    def _rows(self, sql: str, *values: object) -> Iterator[Any]:
        with self._guarded():
            yield from self._db.execute(sql, values)

    def _one(self, sql: str, *values: object) -> int:
        return int(self._db.execute(sql, values).fetchone()[0])

    def _set(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise name_error(self.path, error) from error


def identify(fingerprint: Mapping[str, str]) -> str:
    """Return one word for a fingerprint."""
    return " ".join(f"{name}={value}" for name, value in sorted(fingerprint.items()))


def _different(old: Mapping[str, str], new: Mapping[str, str]) -> set[str]:
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}


def _pack(record: Mapping[str, Any]) -> bytes:
    return zlib.compress(
        json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    )


def _unpack(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error as error:
        raise name_damage(LEDGER, "broken", error) from error


def _text(words: str) -> str:
    """Return words as SQLite takes them: a name of a file may hold bytes that are no text."""
    return words.encode("utf-8", "backslashreplace").decode()


def _said(outcome: Outcome, removed: Container[str]) -> tuple[bytes, bytes, bytes]:
    """Return what is kept of an outcome's content: nothing where somebody took the article out."""
    if outcome.article in removed:
        return _pack({}), b"", b""
    return _pack(outcome.record), outcome.sketch, outcome.quads


def _outcome(row: Sequence[Any]) -> Outcome:
    digest, _, article, reason, record, sketch, quads = row
    return Outcome(digest, article, reason, json.loads(_unpack(record)), sketch, quads)
