"""Archives -> the files in them, one after the other, as streams; nothing is unpacked into a folder.

Names lead nowhere for that reason, but one that tries to is a sign of an attack, and links have no content of
their own: both are errors.
"""

from __future__ import annotations

import gzip
import io
import re
import stat
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from kg.errors import ArticleError
from kg.reading.formats import is_wanted, suffix_of
from kg.reading.places import decode_name, is_hidden, readable
from kg.reading.streams import BROKEN, Budget, BudgetError, meter, spool

# The list of a zip file is read as a whole: this many bytes of it hold 200,000 ordinary files, and at the
# worst 700,000 with the shortest names, which take 400 MB.
ZIP_LIST = 32_000_000
# A name or a set of attributes in a tar file; the longest path that Linux knows has 4,096 bytes.
TAR_HEADER = 1_000_000
_END, _END64, _END64_AT = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_OUTSIDE = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be read once: ``where`` for messages, ``name`` with its suffix, the ``stream``.

    ``size`` is in bytes, None where it is unknown. ``depth`` counts the archives around it, ``budget`` is
    that of the outermost. ``named`` says that the user named it, so that its suffix does not matter.
    """

    where: str
    name: str
    stream: io.BufferedReader
    size: int | None = None
    depth: int = 0
    budget: Budget | None = None
    named: bool = False

    def inside(self, path: str, stream: io.BufferedReader, *, size: int | None, budget: Budget) -> Source:
        """Return the file at ``path`` in this archive."""
        name = path.replace("\\", "/").rsplit("/", 1)[-1]
        return Source(f"{self.where}!{path}", name, stream, size, self.depth + 1, budget)


def iter_gzip(source: Source, *, budget: Budget) -> Iterator[Source | ArticleError]:
    """Yield the one file in a gzip file."""
    stream = meter(cast(BinaryIO, gzip.GzipFile(fileobj=source.stream)), budget)
    depth = source.depth + 1
    yield Source(source.where, _unzipped(source.name), stream, None, depth, budget, source.named)


def _unzipped(name: str) -> str:
    """Return the name of the file in a gzip file."""
    if suffix_of(name) == ".tgz":
        return name[: -len("tgz")] + "tar"
    return name[: -len(".gz")] if suffix_of(name) == ".gz" else name


def iter_tar(source: Source, *, budget: Budget) -> Iterator[Source | ArticleError]:
    """Yield the files in a tar file that may be articles or hold some; a damaged one up to its damage.

    Raises:
        tarfile.TarError: it is damaged.
    """
    with tarfile.open(fileobj=source.stream, mode="r|", tarinfo=_Member, errors="surrogateescape") as archive:
        while member := archive.next():
            # The list of all members would grow with the archive.
            archive.members = []  # type: ignore[attr-defined]
            budget.spend(items=1)
            path = readable(member.name)
            if member.isdir() or _is_passed_over(path):
                continue
            kind = None if member.isreg() else "a link" if member.islnk() or member.issym() else "a device"
            if member.issparse():
                kind = "a file with holes"
            if error := _refuse(source, path, kind):
                yield error
            elif is_wanted(path) and (stream := archive.extractfile(member)):
                # Packed it was before, if at all: what comes out has been counted.
                plain = meter(cast(BinaryIO, stream), None)
                yield source.inside(path, plain, size=member.size, budget=budget)


class _Member(tarfile.TarInfo):
    """A member of a tar file whose header is checked before it is believed."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> _Member:
        try:
            return super().fromtarfile(tarfile)
        except _tar_errors() as error:
            # tarfile would take what is damaged for the end.
            raise _damaged(f"damaged at byte {tarfile.offset}") from error

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        extended = not (self.isreg() or self.isdir() or self.islnk() or self.issym() or self.isdev())
        if self.size < 0 or (extended and self.size > TAR_HEADER):
            raise _damaged(f"damaged at byte {archive.offset}")
        return cast(tarfile.TarInfo, super()._proc_member(archive))  # type: ignore[misc]


def _damaged(what: str) -> tarfile.TarError:
    return tarfile.ReadError(what)


def _tar_errors() -> tuple[type[Exception], ...]:
    return (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError)  # type: ignore[attr-defined]


def iter_zip(source: Source, *, budget: Budget, max_items: int) -> Iterator[Source | ArticleError]:
    """Yield the files in a zip file that may be articles or hold some.

    Raises:
        zipfile.BadZipFile: it is damaged.
        BudgetError: it lists more files than are allowed.
    """
    # Only a file on this machine's disk can be read in any order as it is.
    spooled = None if source.depth == 0 and source.stream.seekable() else spool(source.stream)
    try:
        whole = spooled or source.stream
        _check_list(whole, max_items=max_items)
        with zipfile.ZipFile(whole) as archive:
            yield from _iter_members(source, archive, budget)
    finally:
        if spooled:
            spooled.close()


def _iter_members(
    source: Source, archive: zipfile.ZipFile, budget: Budget
) -> Iterator[Source | ArticleError]:
    for member in archive.infolist():
        budget.spend(items=1)
        path = _zip_name(member)
        if member.is_dir() or _is_passed_over(path):
            continue
        mode = member.external_attr >> 16
        kind = "a link" if stat.S_ISLNK(mode) else None
        if member.flag_bits & _ENCRYPTED:
            kind = "encrypted"
        elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # The others of zipfile unpack without a bound on what one read gives.
            kind = f"packed by method {member.compress_type}, not deflate"
        if refused := _refuse(source, path, kind):
            yield refused
        elif is_wanted(path):
            try:
                with archive.open(member) as stream:
                    unpacked = meter(cast(BinaryIO, stream), budget)
                    yield source.inside(path, unpacked, size=member.file_size, budget=budget)
            except BROKEN as error:
                yield ArticleError(f"{source.where}!{path}", f"damaged ({short(error)})")


def _zip_name(member: zipfile.ZipInfo) -> str:
    """Return the path of a member; old Windows programs write GBK where the standard says code page 437."""
    if not member.flag_bits & _UTF8_NAME:
        try:
            return decode_name(member.filename.encode("cp437"))
        except UnicodeEncodeError:
            pass
    return readable(member.filename)


def _check_list(stream: BinaryIO, *, max_items: int) -> None:
    """Refuse a zip file whose list of files is too long to be held, before zipfile reads it."""
    size = stream.seek(0, io.SEEK_END)
    start = max(0, size - (1 << 16) - 22 - 20)
    stream.seek(start)
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile("its end is missing")
    items, length = struct.unpack_from("<HL", tail, at + 10)
    if at >= 20 and tail[at - 20 : at - 16] == _END64_AT:
        stream.seek(min(struct.unpack_from("<Q", tail, at - 12)[0], size))
        record = stream.read(56)
        stream.seek(0)
        if len(record) == 56 and record.startswith(_END64):
            items, length = struct.unpack_from("<QQ", record, 32)
    if items > max_items or length > ZIP_LIST:
        raise BudgetError("lists too many files")


def _is_passed_over(path: str) -> bool:
    return any(is_hidden(part) and part not in (".", "..") for part in path.replace("\\", "/").split("/"))


def _refuse(source: Source, path: str, kind: str | None) -> ArticleError | None:
    """Return the error of a member that is not read, whatever its suffix."""
    where = f"{source.where}!{path}"
    if _OUTSIDE.search(path.replace("\\", "/")):
        return ArticleError(where, "its path leads out of the archive")
    return ArticleError(where, kind, "a plain file") if kind else None


def short(error: Exception) -> str:
    """Return what an error of another library says, on one short line."""
    return " ".join(str(error).split())[:120] or type(error).__name__
