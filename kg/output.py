"""Write results so that a good one is never replaced by half of a new one.

Everything is written beside its place first and moved in by renaming. What cannot be written is one
OutputError; what was there before stays.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kg.errors import OutputError


def write_file(path: Path, data: bytes) -> None:
    """Write a whole file, or leave what was there; a device or pipe is written to directly.

    Raises:
        OutputError: the place cannot be written.
    """
    with _named(path):
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                device.write(data)
            return
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).chmod(_mode(target))
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


@contextmanager
def replacing_folder(target: Path, *, contents: Collection[str]) -> Iterator[Path]:
    """Give a new folder to fill, which then takes the place of ``target``.

    ``contents`` names what belongs to the folder: other entries of an older ``target`` are the
    user's and move along. When the block fails, the new folder goes and ``target`` stays as it was.

    Raises:
        OutputError: the place cannot be written, also when the block itself runs into that.
    """
    with _named(target):
        place = target.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{place.name}.new-", dir=place.parent))
        try:
            new.chmod(0o777 & ~_umask())
            yield new
            if place.exists():
                _swap(new, place, contents)
            else:
                new.replace(place)
        except OutputError as error:
            # The user knows nothing of the new folder.
            raise OutputError(str(target), error.what, error.allowed) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)


def _swap(new: Path, place: Path, contents: Collection[str]) -> None:
    old = Path(tempfile.mkdtemp(prefix=f".{place.name}.old-", dir=place.parent))
    # A folder takes the place of an empty one: this rename cannot meet anything of the user's.
    try:
        place.replace(old)
    except OSError:
        old.rmdir()
        raise
    try:
        new.replace(place)
    except BaseException:
        old.replace(place)
        raise
    for entry in old.iterdir():
        if entry.name not in contents:
            entry.replace(place / entry.name)
    shutil.rmtree(old, ignore_errors=True)


def _mode(target: Path) -> int:
    with suppress(FileNotFoundError):
        return target.stat().st_mode & 0o777
    return 0o666 & ~_umask()


def _umask() -> int:
    # There is no call that only reads it.
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _named(place: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(str(place), f"cannot be written: {error.strerror or error}") from error
