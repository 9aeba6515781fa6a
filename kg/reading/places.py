"""Where files are: this machine's disk, or anything that fsspec opens. The one place that opens a file.

A Place is one file; :func:`iter_places` finds them under a path or an address (``s3://…``, ``memory://…``).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import unquote, urlsplit

from kg.errors import ArticleError

# One letter before the colon is a drive of Windows.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Place:
    """One file: ``where`` for messages, ``name`` as its folder has it, what tells it from others, ``open``.

    ``open`` gives a buffered binary stream and the size in bytes, where it is known.

    Raises:
        ArticleError: (``open``) it is missing, no file, or unreadable.
    """

    where: str
    name: str
    key: object
    open: Callable[[], tuple[BinaryIO, int | None]]


def iter_places(path: str | Path, *, wanted: Callable[[str], bool]) -> Iterator[Place | ArticleError]:
    """Yield the file at a path or address, or in the order of their paths those in a folder with a wanted name.

    Hidden files and folders are passed over. A link to a folder is an error, so that no loop is walked.
    """
    text = str(path)
    if isinstance(path, str) and path.startswith("file://"):
        path = unquote(urlsplit(path).path)
    elif isinstance(path, str) and _ADDRESS.match(path):
        yield from _iter_remote(path, wanted)
        return
    local = Path(path)
    try:
        if local.is_dir():
            yield from _walk(local, wanted)
            return
        status = local.stat() if local.exists() else None
    except (OSError, ValueError) as error:
        yield ArticleError(readable(text), _reason(error))
        return
    yield _local(local, (status.st_dev, status.st_ino) if status else text)


def is_hidden(name: str) -> bool:
    """Return whether a file or folder is there for the system only: ``.git``, ``._page.html``, ``__MACOSX``."""
    return name.startswith(".") or name == "__MACOSX"


def readable(name: str) -> str:
    r"""Return a file's name or path as text that can be written anywhere; names in GBK are read as such.

    >>> readable("\udcd0\udcc2\udcce\udcc5.txt")
    '新闻.txt'
    """
    try:
        parts = name.encode("utf-8", "surrogateescape").split(b"/")
    except UnicodeEncodeError:
        return _HALF.sub("\ufffd", name)
    return "/".join(map(decode_name, parts))


def decode_name(name: bytes) -> str:
    """Return the file name in bytes: UTF-8, else GB18030, else what of it is ASCII."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("ascii", "replace")


def _walk(folder: Path, wanted: Callable[[str], bool]) -> Iterator[Place | ArticleError]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield ArticleError(readable(str(folder)), _reason(error))
        return
    names = {entry.name for entry in entries}
    for entry in entries:
        if is_hidden(entry.name):
            continue
        path = folder / entry.name
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(path, wanted)
            elif entry.is_symlink() and entry.is_dir():
                yield ArticleError(readable(str(path)), "a link to a folder", "name the folder itself")
            elif wanted(entry.name) and not _is_sidecar(entry.name, names):
                status = entry.stat()
                yield _local(path, (status.st_dev, status.st_ino))
        except OSError as error:
            yield ArticleError(readable(str(path)), _reason(error))


def _is_sidecar(name: str, names: set[str]) -> bool:
    """Return whether a .json describes the article file beside it, as scrapers and annotators write them."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122  a name, no path
    return suffix.lower() == ".json" and any(stem + other in names for other in (".txt", ".html", ".htm"))


def _local(path: Path, key: object) -> Place:
    return Place(readable(str(path)), readable(path.name), key, lambda: _open_local(path))


def _open_local(path: Path) -> tuple[BinaryIO, int | None]:
    where = readable(str(path))
    try:
        if path.is_dir():
            raise ArticleError(where, "a folder", "a file")
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise ArticleError(where, "neither a file nor a folder", "a file")
        stream = path.open("rb")
        return stream, os.fstat(stream.fileno()).st_size
    except (OSError, ValueError) as error:
        raise ArticleError(where, _reason(error)) from error


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or "cannot be read"


def _iter_remote(address: str, wanted: Callable[[str], bool]) -> Iterator[Place | ArticleError]:
    try:
        system, root = _filesystem(address)
        found = sorted(system.find(root)) if system.isdir(root) else None
    except ImportError as error:
        yield ArticleError(
            address, f"cannot be opened ({error})", "pip install 'child-protection-kg[cluster]'"
        )
        return
    except Exception as error:  # noqa: BLE001  a file system of fsspec raises whatever its service's client does
        yield ArticleError(address, f"cannot be opened ({type(error).__name__}: {error})")
        return
    if found is None:
        yield _remote(system, root)
        return
    names = set(found)
    for path in found:
        inner = path.removeprefix(root).lstrip("/").split("/")
        if any(map(is_hidden, inner)) or not wanted(inner[-1]) or _is_sidecar(path, names):
            continue
        yield _remote(system, path)


def _filesystem(address: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    return cast(tuple[Any, str], url_to_fs(address))


def _remote(system: Any, path: str) -> Place:
    where = readable(str(system.unstrip_protocol(path)))

    def open_remote() -> tuple[BinaryIO, int | None]:
        try:
            return system.open(path, "rb"), system.info(path).get("size")
        except Exception as error:
            raise ArticleError(where, f"cannot be opened ({type(error).__name__}: {error})") from error

    return Place(where, readable(path.rsplit("/", 1)[-1]), where, open_remote)
