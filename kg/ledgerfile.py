"""The SQLite file of a ledger: opened by one process to write, or to read without a trace, its errors in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from kg.errors import OutputError, StoreError

# Written into the file ("cpkg"), so that a database of somebody else is not taken for an old ledger.
APPLICATION = 0x63706B67


def open_file(
    path: Path | None, *, schema: str, format: int, read_only: bool
) -> tuple[sqlite3.Connection, list[Path]]:
    """Return the open file, in memory where ``path`` is None, and the files that reading it makes beside it.

    A file of another format is emptied and made anew; to a reader it is empty.

    Raises:
        OutputError: another process has it open, or the place cannot be written.
        StoreError: the file is broken, or no ledger.
    """
    if path is None:
        db = sqlite3.connect(":memory:", isolation_level=None)
        _prepare(db, schema, format)
        return db, []
    beside = [path.with_name(path.name + end) for end in ("-wal", "-shm")] if read_only else []
    made = [file for file in beside if not file.exists()]
    try:
        db = _connect(path, read_only=read_only)
    except sqlite3.Error as error:
        raise name_error(path, error) from error
    try:
        _refuse_foreign(db, path)
        if not read_only:
            _prepare(db, schema, format)
        elif _pragma(db, "user_version") != format:
            close_file(db, made)
            return open_file(None, schema=schema, format=format, read_only=False)
    except sqlite3.Error as error:
        close_file(db, made)
        raise name_error(path, error) from error
    except StoreError:
        close_file(db, made)
        raise
    return db, made


def close_file(db: sqlite3.Connection, made: Iterable[Path]) -> None:
    """Close the file, and remove what reading it made."""
    # Before it is closed, for so long nobody writes; what Windows does not remove is of no harm.
    for path in made:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    db.close()


def name_error(path: Path | None, error: sqlite3.Error) -> OutputError | StoreError:
    """Return what SQLite says as an error of ours that names the folder."""
    where = str(path.parent) if path else "memory"
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return OutputError(
            where, "another build is at work in this folder", "wait for it, or name another folder"
        )
    if path and code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return name_damage(where, f"{path.name} is broken", error)
    return OutputError(where, f"cannot be written: {error}")


def name_damage(where: str, what: str, error: Exception) -> StoreError:
    """Return the error of a broken file, which says what to do."""
    return StoreError(where, f"{what}: {error}", "delete it; the next build makes all anew")


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    mode = "ro" if read_only else "rwc"
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=0, isolation_level=None
    )


def _refuse_foreign(db: sqlite3.Connection, path: Path) -> None:
    if _pragma(db, "schema_version") and _pragma(db, "application_id") != APPLICATION:
        raise StoreError(str(path.parent), f"{path.name} is not the ledger of a build", "name another folder")


def _prepare(db: sqlite3.Connection, schema: str, format: int) -> None:
    """Take the file for this process, and make the tables, all or none."""
    # The lock holds for as long as the connection, and goes with the process whatever ends it.
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("BEGIN IMMEDIATE")
    if _pragma(db, "user_version") != format:
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            db.execute(f'DROP TABLE "{table}"')
        for statement in filter(str.strip, schema.split(";")):
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {format}")
    db.execute("COMMIT")


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])
