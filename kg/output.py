"""Write results so that a good one is never replaced by half of a new one.

A file is written beside its place first and moved in by renaming. What cannot be written is one OutputError;
what was there before stays.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from kg.errors import OutputError


def write_file(path: Path, data: bytes) -> None:
    """Write a whole file, or leave what was there; a device or pipe is written to directly.

    Raises:
        OutputError: the place cannot be written.
    """
    with replacing(path) as file:
        file.write(data)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write to that takes its place when all is written; what was there stays until then.

    A device or pipe is written to directly.

    Raises:
        OutputError: the place cannot be written.
    """
    with writing(path):
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                yield device
            return
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            Path(temporary).chmod(_mode(target))
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def sync_folder(folder: Path, *, files: bool = True) -> None:
    """Force a folder's entries to the disk, with what is in its files unless ``files`` is false."""
    for path in (*(folder.iterdir() if files else ()), folder):
        if path.is_symlink() or not (path.is_file() or path == folder):
            continue
        # Windows opens no folders, and keeps their entries by itself.
        with suppress(PermissionError):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn what the system says about a place that cannot be written into an OutputError that names it.

    An OutputError about something inside names the place too, which is what the user knows.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OutputError as error:
        raise OutputError(str(place), error.what, error.allowed) from error
    except OSError as error:
        raise OutputError(str(place), f"cannot be written: {error.strerror or error}") from error


def _mode(target: Path) -> int:
    with suppress(FileNotFoundError):
        return target.stat().st_mode & 0o777
    return 0o666 & ~_umask()


def _umask() -> int:
    # There is no call that only reads it.
    mask = os.umask(0)
    os.umask(mask)
    return mask
