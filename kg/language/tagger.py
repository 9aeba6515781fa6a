"""The trained tagger: a linear-chain CRF over characters, decoded with numpy for all lines of an article at once.

Its weights (``model/kg_mentions/mentions.npz``) are what python-crfsuite learns from the features of
:mod:`kg.language.tagging`. A character's score for a label is the sum of its features' weights; the best path of labels
is found by the Viterbi algorithm (Forney 1973). The labels are those that python-crfsuite's own tagger gives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from kg.errors import DataError
from kg.language.tagging import BEFORE, BEHIND, GRAMS, WINDOW, Seen

Floats = NDArray[np.float32]
Rows = NDArray[np.int32]
Keys = NDArray[np.int64]
# From where a character's tags are seen, and where it then stands from the one that sees them.
SIDES = {"": 0, BEFORE: 1, BEHIND: -1}
TAGS = "tags"
# Lines that are decoded together: with fewer it takes longer, with more it needs memory for nothing.
LINES = 256
# Bits of a code point; three fit into a key.
CODE_BITS = 21
_GRAM = re.compile(rf"(-?\d+)([{''.join(GRAMS)}])")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The weights' rows of words: a column a word, a line a place that it is seen from; row 0 weighs nothing.

    The words of a gram are ``keys``, sorted, made of the code points of its characters.
    """

    numbers: Mapping[str, int]
    keys: Keys
    rows: Rows

    def look_up(self, keys: Keys) -> NDArray[np.intp]:
        """Return the column of each key, of an unknown one the first."""
        if not self.keys.size:
            return np.zeros(len(keys), dtype=np.intp)
        found = np.searchsorted(self.keys, keys)
        found[found == len(self.keys)] = 0
        return np.where(self.keys[found] == keys, found + 1, 0)


@dataclass(frozen=True, slots=True)
class Tagger:
    """Trained weights: ``weights`` holds a row a feature and a column a label, ``transitions`` label by label."""

    labels: Sequence[str]
    weights: Floats
    transitions: Floats
    grams: Mapping[str, Vocabulary]
    tags: Vocabulary

    def tag(self, lines: Iterable[Seen]) -> Iterator[list[str]]:
        """Yield the best labels of every character of each line."""
        waiting = iter(lines)
        while some := list(islice(waiting, LINES)):
            for path in _viterbi(self._scores(some), [line.size for line in some], self.transitions):
                yield [self.labels[label] for label in path]

    def _scores(self, lines: Sequence[Seen]) -> Floats:
        """Return the score of each label for every character of all lines, one behind another."""
        places = _places([line.size for line in lines])
        scores = np.zeros((len(places), len(self.labels)), dtype=np.float32)
        texts = ["".join(line.padded for line in lines), "".join(line.kinds for line in lines)]
        for mark, gram in GRAMS.items():
            vocabulary = self.grams[mark]
            numbers = vocabulary.look_up(_keys(texts[gram.kinds], gram.width))
            for rows, offset in zip(vocabulary.rows, gram.offsets, strict=True):
                scores += self.weights[rows[numbers[places + offset]]]
        self._add(scores, [words for line in lines for words in line.own], (0,))
        tags: list[list[str]] = []
        for line in lines:
            # A blank between two lines: no line sees the tags of another.
            tags += [*line.tags, []]
        spread = np.zeros((len(tags), len(self.labels)), dtype=np.float32)
        self._add(spread, tags, tuple(SIDES.values()))
        inside = np.ones(len(tags), dtype=np.bool_)
        inside[np.cumsum([line.size + 1 for line in lines]) - 1] = False
        scores += spread[inside]
        return scores

    def _add(self, scores: Floats, words: Sequence[Sequence[str]], shifts: Sequence[int]) -> None:
        """Add to ``scores`` what the words of each character weigh, there and so many characters further on."""
        get = self.tags.numbers.get
        at = [place for place, here in enumerate(words) if here]
        if not at:
            return
        numbers = np.array([get(word, 0) for place in at for word in words[place]], dtype=np.int32)
        starts = np.cumsum([0, *(len(words[place]) for place in at[:-1])])
        for rows, shift in zip(self.tags.rows, shifts, strict=False):
            sums = np.add.reduceat(self.weights[rows[numbers]], starts, axis=0)
            seen = np.array(at) + shift
            within = (seen >= 0) & (seen < len(words))
            scores[seen[within]] += sums[within]


def _keys(text: str, width: int) -> Keys:
    """Return the key of the piece of ``width`` characters that begins at each character of ``text``.

    >>> _keys("ab", 1).tolist()
    [97, 98]
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    keys = codes.copy()
    for further in range(1, width):
        keys <<= CODE_BITS
        keys[:-further] |= codes[further:]
    return keys


def _places(sizes: Sequence[int]) -> NDArray[np.intp]:
    """Return where the characters of lines stand when the padded lines are put one behind another."""
    numbers = np.arange(sum(sizes))
    return numbers + np.repeat(np.arange(len(sizes)) * 2 * WINDOW + WINDOW, sizes)


def _viterbi(scores: Floats, sizes: Sequence[int], transitions: Floats) -> list[list[int]]:
    """Return the best path of labels through each line; all lines go forward together, the longest first."""
    order = sorted(range(len(sizes)), key=lambda number: -sizes[number])
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])[order].astype(np.intp)
    lengths = np.array(sizes)[order]
    longest = int(lengths[0]) if order else 0
    # Of lines sorted by length those that reach a step come first.
    reaching = np.searchsorted(-lengths, -np.arange(1, longest + 1), side="right")
    # By label before, line and label, so that sums and maxima run over whole rows: much faster.
    spread = np.repeat(transitions[:, None, :], len(order), axis=1)
    best: list[Floats] = []
    for step in range(longest):
        here = scores[firsts[: reaching[step]] + step]
        if step:
            count = int(reaching[step])
            here += (best[-1][:count].T[:, :, None] + spread[:, :count]).max(axis=0)
        best.append(here)
    labels = np.zeros((len(order), longest), dtype=np.intp)
    for step in range(longest - 1, -1, -1):
        here = best[step].copy()
        going_on = int(reaching[step + 1]) if step + 1 < longest else 0
        if going_on:
            here[:going_on] += transitions[:, labels[:going_on, step + 1]].T
        labels[: reaching[step], step] = here.argmax(axis=1)
    paths = {number: labels[row, : sizes[number]].tolist() for row, number in enumerate(order)}
    return [paths[number] for number in range(len(sizes))]


@cache
def load_tagger(path: Path) -> Tagger:
    """Return the trained recogniser.

    Raises:
        DataError: the weights are missing or broken.
    """
    if not path.is_file():
        raise DataError(path.name, "the trained weights are missing", "kg train GOLD_DIR -o DIR makes them")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            words = json.loads(bytes(data["words"]))
            labels = json.loads(bytes(data["labels"]))
            table = np.zeros((len(data["counts"]) + 1, len(labels)), dtype=np.float32)
            table[np.repeat(np.arange(1, len(table)), data["counts"]), data["columns"]] = data["weights"]
            vocabularies = {name: _vocabulary(name, words[name], data[f"rows {name}"]) for name in words}
            transitions = data["transitions"]
    except (OSError, EOFError, KeyError, ValueError, IndexError, BadZipFile) as error:
        raise DataError(path.name, f"not recogniser weights: {error}") from error
    return Tagger(
        labels=labels,
        weights=table,
        transitions=transitions,
        grams={mark: vocabularies[mark] for mark in GRAMS},
        tags=vocabularies[TAGS],
    )


def _vocabulary(name: str, words: Sequence[str], rows: Rows) -> Vocabulary:
    if name not in GRAMS:
        return Vocabulary({word: number for number, word in enumerate(words, 1)}, np.zeros(0, np.int64), rows)
    width = GRAMS[name].width
    keys = _keys("".join(words), width)[::width]
    order = np.argsort(keys, kind="stable")
    return Vocabulary({}, keys[order], np.concatenate([rows[:, :1], rows[:, 1:][:, order]], axis=1))


def save_tagger(
    path: Path, states: Mapping[tuple[str, str], float], transitions: Mapping[tuple[str, str], float]
) -> None:
    """Write weights by feature and label, and by label and next label; same input, same bytes."""
    labels = sorted({label for _, label in states} | set(chain.from_iterable(transitions)))
    column = {label: number for number, label in enumerate(labels)}
    features: dict[str, dict[int, float]] = {}
    for (feature, label), weight in sorted(states.items()):
        features.setdefault(feature, {})[column[label]] = weight
    row = {feature: number for number, feature in enumerate(features, 1)}
    follows = np.zeros((len(labels), len(labels)), dtype=np.float32)
    for (one, other), weight in transitions.items():
        follows[column[one], column[other]] = weight
    found: dict[str, dict[str, dict[int, int]]] = {name: {} for name in (*GRAMS, TAGS)}
    for feature, number in row.items():
        name, place, word = _parse(feature)
        found[name].setdefault(word, {})[place] = number
    tables: dict[str, Any] = {}
    for name, places in found.items():
        table = np.zeros(
            (len(GRAMS[name].offsets) if name in GRAMS else len(SIDES), len(places) + 1), dtype=np.int32
        )
        for number, rows in enumerate(places.values(), 1):
            table[list(rows), number] = list(rows.values())
        tables[f"rows {name}"] = table
    words = {name: list(places) for name, places in found.items()}
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            labels=_packed(labels),
            words=_packed(words),
            counts=np.array([len(weights) for weights in features.values()], dtype=np.uint8),
            columns=np.array([c for weights in features.values() for c in weights], dtype=np.uint8),
            weights=np.array(
                [w for weights in features.values() for w in weights.values()], dtype=np.float32
            ),
            transitions=follows,
            **tables,
        )


def _parse(feature: str) -> tuple[str, int, str]:
    """Return the vocabulary of a feature as words, its place there, and its word."""
    if match := _GRAM.match(feature):
        mark = match[2]
        return mark, GRAMS[mark].offsets.index(int(match[1])), feature[match.end() :]
    if feature[:1] in (BEFORE, BEHIND):
        return TAGS, list(SIDES).index(feature[:1]), feature[1:]
    return TAGS, 0, feature


def _packed(value: object) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), dtype=np.uint8)
