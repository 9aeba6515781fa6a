"""Shards: the outcomes of one chunk as two files, in a folder or under any address that fsspec knows.

``NAME.nq.gz`` holds the articles' canonical N-Quads, in the order of the chunk; ``NAME.jsonl.gz`` a line for each
item: its digest, what it gave, and how many bytes of the N-Quads are its own. NAME is a digest of the items and of
the fingerprint, so that a chunk done twice writes one shard: the N-Quads to the byte, the index but for the seconds
that the work took. The index is written last: a shard without it is not there.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg.errors import ConfigError, OutputError, StoreError
from kg.ledger import Outcome, identify

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

QUADS, INDEX = ".nq.gz", ".jsonl.gz"


def name_shard(digests: Sequence[str], fingerprint: Mapping[str, str]) -> str:
    """Return the name of the shard of items with these digests, made under this fingerprint."""
    return f"{name_fingerprint(fingerprint)}-{_digest(' '.join(digests))}"


def name_fingerprint(fingerprint: Mapping[str, str]) -> str:
    """Return what the names of all shards made under a fingerprint start with."""
    return _digest(identify(fingerprint))


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]


class ShardFolder:
    """A place for shards: a folder, or a URL such as ``s3://bucket/shards``.

    Raises:
        ConfigError: fsspec does not know such an address, or lacks a package for it.
    """

    def __init__(self, url: str) -> None:
        try:
            from fsspec.core import url_to_fs

            self._fs: AbstractFileSystem
            self._fs, self._root = url_to_fs(url)
        except (ImportError, ValueError) as error:
            allowed = "a folder, or an address that fsspec knows: pip install 'child-protection-kg[cluster]'"
            raise ConfigError("shards", f"{url!r}: {error}", allowed) from error
        self.url = url

    def write(self, name: str, outcomes: Sequence[Outcome]) -> None:
        """Write a shard, whole or not at all.

        Raises:
            OutputError: the place cannot be written.
        """
        quads = [outcome.read_quads() if outcome.quads else b"" for outcome in outcomes]
        lines = [
            json.dumps(_to_line(outcome, len(data)), ensure_ascii=False, sort_keys=True)
            for outcome, data in zip(outcomes, quads, strict=True)
        ]
        try:
            self._fs.makedirs(self._root, exist_ok=True)
            self._put(name + QUADS, b"".join(quads))
            self._put(name + INDEX, "\n".join(lines).encode("utf-8", "surrogatepass"))
        except OSError as error:
            raise OutputError(self.url, f"cannot be written: {error.strerror or error}") from error

    def read(self, name: str) -> list[Outcome]:
        """Return the outcomes of a shard.

        Raises:
            StoreError: it is not there, or is broken.
        """
        try:
            quads = gzip.decompress(self._fs.cat_file(f"{self._root}/{name}{QUADS}"))
            index = gzip.decompress(self._fs.cat_file(f"{self._root}/{name}{INDEX}"))
            return list(_outcomes(index.decode("utf-8", "surrogatepass").splitlines(), quads))
        except (OSError, EOFError, ValueError, KeyError, zlib.error) as error:
            raise StoreError(f"{self.url}/{name}", f"no whole shard: {error}") from error

    def names(self, fingerprint: Mapping[str, str]) -> list[str]:
        """Return the names of the shards made under a fingerprint, sorted."""
        start = name_fingerprint(fingerprint)
        try:
            found = self._fs.ls(self._root, detail=False, refresh=True)
        except FileNotFoundError:
            return []
        names = (path.rsplit("/", 1)[-1] for path in found)
        return sorted(n.removesuffix(INDEX) for n in names if n.startswith(start) and n.endswith(INDEX))

    def _put(self, name: str, data: bytes) -> None:
        """Write one file: the same data gives the same bytes, and nobody sees a part of it."""
        packed = gzip.compress(data, 6, mtime=0)
        target, beside = f"{self._root}/{name}", f"{self._root}/.{name}.part"
        self._fs.pipe_file(beside, packed)
        self._fs.mv(beside, target)


def _to_line(outcome: Outcome, size: int) -> dict[str, Any]:
    return {
        "digest": outcome.digest,
        "article": outcome.article,
        "reason": outcome.reason,
        "record": dict(outcome.record),
        "sketch": base64.b64encode(outcome.sketch).decode(),
        "quads": size,
    }


def _outcomes(lines: Sequence[str], quads: bytes) -> Iterator[Outcome]:
    at = 0
    for said in map(json.loads, lines):
        own = quads[at : at + said["quads"]]
        at += said["quads"]
        yield Outcome(
            said["digest"],
            said["article"],
            said["reason"],
            said["record"],
            base64.b64decode(said["sketch"]),
            zlib.compress(own, 6) if own else b"",
        )
    if at != len(quads):
        raise ValueError("N-Quads and index do not belong together")
