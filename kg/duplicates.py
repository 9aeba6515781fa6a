"""Reposts and near copies: a sketch for each text, and which sketches are of one text.

A sketch is a MinHash (library ``rensa``) over runs of eight characters, with two things beside it: how many
runs there are, so that a shortened copy is told by how much of it the longer text holds, and a bit for each
figure with the word after it (890名). Bulletins that one office writes after one model share most of their
words and none of their figures; a repost keeps them.

The same text gives the same bytes in every process and on every machine, and the same sketches the same
clusters in whatever order they come.
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from kg.errors import StoreError

# Bytes of a sketch: how many runs (4), a checksum of the text (4), the figures (32), the MinHash (2 each).
SIZE, FIGURE_BYTES, VALUES = 512, 32, 236
# Characters of a run. At 4 two articles after one model share .55 of the shorter, at 8 .30-.47, while a text
# with typos mended keeps .89 and more; at 12 typos cost more than models.
RUN = 8
# Runs below which only the same characters make a copy: there is too little to judge by.
SHORTEST = 40
# How much of the shorter text's runs the longer one must hold, of its figures, and of both together. Where
# there are fewer than FEW figures nearly all words must agree. Measured with tests/bench/duplicates.py.
SHARED, FIGURES, TOGETHER = 0.76, 0.7, 1.6
FEW, NEARLY_ALL = 3, 0.88
# A text that is less than this of the other is a brief or a digest of it, not the same article.
SMALLEST = 0.34
# Values in a band of the index: texts that agree in one whole band are compared. 78 bands of 3 find 99 of a
# hundred pairs that have four tenths of all their runs in common, 59 bands of 4 only 78.
ROWS = 3
# In a band each is compared with so many that follow it, and with the first: however many one model made.
NEIGHBOURS = 32
_SEED, _CHUNK = 20_260_101, 1 << 15

_NO_LETTER = re.compile(r"[\W_]+")
_FIGURE = re.compile(r"\d+(?:\.\d+)?[^\W\d_]?")
_HEAD = struct.Struct("<I4s")

Numbers = NDArray[np.intp]
Sketches = NDArray[np.uint8]


def make_sketch(text: str) -> bytes:
    """Return the sketch of a text: 512 bytes.

    Width of characters, capitals, punctuation and spaces do not count; two scripts of one text do.

    >>> make_sketch("５月10日，民警走进校园。") == make_sketch("5月10日 民警走进校园")
    True
    >>> len(make_sketch(""))
    512
    """
    wide = unicodedata.normalize("NFKC", text).lower()
    plain = _NO_LETTER.sub("", wide)
    runs = {plain[start : start + RUN] for start in range(len(plain) - RUN + 1)}
    values = RMinHash(num_perm=VALUES, seed=_SEED)
    # A lone surrogate is no UTF-8; what is made of it stays the same.
    values.update([run.encode("utf-8", "surrogatepass") for run in runs])
    low = np.array(values.digest(), dtype=np.uint64).astype("<u2")
    checksum = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()[: _HEAD.size - 4]
    return _HEAD.pack(len(runs) or len(plain) > 0, checksum) + _figures(wide) + low.tobytes()


def _figures(text: str) -> bytes:
    bits = bytearray(FIGURE_BYTES)
    for figure in _FIGURE.findall(text):
        place = int.from_bytes(hashlib.sha256(figure.encode()).digest()[:2], "little") % (8 * FIGURE_BYTES)
        bits[place // 8] |= 1 << place % 8
    return bytes(bits)


def find_copies(sketches: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Return for each id the id of the article that stands for its cluster: itself where it is alone.

    The fullest text of a cluster stands for it, and every other one is a copy of that very text: chains of
    small changes do not drift. An id that comes twice counts once, with the sketch that sorts first.
    Needs about 1.2 kB an article.

    Raises:
        StoreError: what stands for a sketch has another length.
    """
    ids, rows = _in_order(sketches)
    same = _same_rows(rows)
    judged = np.flatnonzero((same == np.arange(len(rows))) & (_sizes(rows) >= SHORTEST))
    leaders = same.copy()
    leaders[judged] = judged[_lead(*_pairs(rows[judged]), count=len(judged))]
    # What equals a row goes where that row went.
    leaders = leaders[same]
    return {ids[row]: ids[leader] for row, leader in enumerate(leaders)}


def _in_order(sketches: Iterable[tuple[str, bytes]]) -> tuple[list[str], Sketches]:
    """Return ids and sketches, the longest text first, those of one length by their bytes and ids."""
    found: dict[str, int] = {}
    data = bytearray()
    for name, sketch in sketches:
        if len(sketch) != SIZE:
            raise StoreError(name, f"{len(sketch)} bytes are no sketch", f"a sketch has {SIZE}")
        if name not in found:
            found[name] = len(found)
            data += sketch
        elif sketch < bytes(data[found[name] * SIZE : (found[name] + 1) * SIZE]):
            data[found[name] * SIZE : (found[name] + 1) * SIZE] = sketch
    rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, SIZE)
    ids = list(found)
    sizes = _sizes(rows)
    order = sorted(range(len(ids)), key=lambda row: (-int(sizes[row]), rows[row, 4:40].tobytes(), ids[row]))
    return [ids[row] for row in order], rows[order]


def _sizes(rows: Sketches) -> NDArray[np.uint32]:
    return rows[:, :4].copy().view("<u4").ravel()


def _same_rows(rows: Sketches) -> Numbers:
    """Return for each row the first one that equals it; a text without a letter equals none."""
    firsts: dict[bytes, int] = {}
    same = np.arange(len(rows))
    for number, size in enumerate(_sizes(rows)):
        if size:
            digest = hashlib.sha256(rows[number].data).digest()[:16]
            same[number] = firsts.setdefault(digest, number)
    return same


def _pairs(rows: Sketches) -> tuple[Numbers, Numbers, NDArray[np.float32]]:
    """Return the pairs of copies, the earlier row first, and how much they share."""
    values = np.ascontiguousarray(rows[:, SIZE - 2 * VALUES :]).view("<u2")
    figures = rows[:, _HEAD.size : SIZE - 2 * VALUES].copy()
    sizes = _sizes(rows).astype(np.float32)
    # Pairs as one number each: most are found in many bands, and are kept once.
    codes, shares = np.empty(0, np.intp), np.empty(0, np.float32)
    for band in range(VALUES // ROWS):
        keys = _key(values[:, band * ROWS : (band + 1) * ROWS])
        found = [(codes, shares)]
        for first, second in _neighbours(keys):
            kept, shared = _judge(values, figures, sizes, first, second)
            found.append((first[kept] * len(rows) + second[kept], shared))
        codes, where = np.unique(np.concatenate([codes for codes, _ in found]), return_index=True)
        shares = np.concatenate([shares for _, shares in found])[where]
    return codes // len(rows), codes % len(rows), shares


def _key(band: NDArray[np.uint16]) -> NDArray[np.uint64]:
    key = np.zeros(len(band), np.uint64)
    for column in band.T:
        key = key << np.uint64(16) | column
    return key


def _neighbours(keys: NDArray[np.uint64]) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield pairs of rows with one key, the earlier row first: the next ones, and the first of many.

    They come in pieces of at most _CHUNK pairs.
    """
    for first, second in _all_neighbours(keys):
        for start in range(0, len(first), _CHUNK):
            yield first[start : start + _CHUNK], second[start : start + _CHUNK]


def _all_neighbours(keys: NDArray[np.uint64]) -> Iterator[tuple[Numbers, Numbers]]:
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    places = np.arange(len(keys))
    for step in range(1, NEIGHBOURS + 1):
        places = places[places < len(keys) - step]
        places = places[ordered[places] == ordered[places + step]]
        if not len(places):
            return
        yield order[places], order[places + step]
    begins = np.repeat(starts, np.diff(np.append(starts, len(keys))))
    far = np.flatnonzero(np.arange(len(keys)) - begins > NEIGHBOURS)
    yield order[begins[far]], order[far]


def _judge(
    values: NDArray[np.uint16], figures: Sketches, sizes: NDArray[np.float32], first: Numbers, second: Numbers
) -> tuple[Numbers, NDArray[np.float32]]:
    """Return which of the pairs are copies, and how much of the shorter text the longer one holds."""
    likeness = (values[first] == values[second]).mean(axis=1, dtype=np.float32)
    longer, shorter = sizes[first], sizes[second]
    # Of two sets with the likeness J = common / all, all = (longer + shorter) / (1 + J).
    shared = likeness * (longer + shorter) / (1 + likeness) / shorter
    kept = np.flatnonzero((shared >= SHARED) & (shorter >= SMALLEST * longer))
    agree, fewest = _common_figures(figures[first[kept]], figures[second[kept]])
    part = agree / np.maximum(fewest, 1)
    told = (part >= FIGURES) & (shared[kept] + part >= TOGETHER)
    kept = kept[np.where(fewest < FEW, shared[kept] >= NEARLY_ALL, told)]
    return kept, shared[kept]


def _common_figures(first: Sketches, second: Sketches) -> tuple[Numbers, Numbers]:
    """Return how many figures two have in common, and how many the one with fewer has."""
    common, one, other = (
        np.unpackbits(bits, axis=1).sum(axis=1, dtype=np.intp) for bits in (first & second, first, second)
    )
    return common, np.minimum(one, other)


def _lead(first: Numbers, second: Numbers, shared: NDArray[np.float32], *, count: int) -> Numbers:
    """Return for each row the leader that it shares most with, itself where it is a copy of none."""
    leaders = np.arange(count)
    best = np.zeros(count, np.float32)
    order = np.lexsort((first, second))
    for one, other, share in zip(first[order], second[order], shared[order], strict=True):
        # Whoever comes before is settled: pairs stand in the order of their later row.
        if leaders[one] == one and share > best[other]:
            leaders[other], best[other] = one, share
    return leaders
