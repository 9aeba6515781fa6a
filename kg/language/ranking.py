"""The learned ranker: of all pairs that a sentence could relate, which ones does it relate?

One logistic regression a predicate over the features of :mod:`kg.language.pairs`. The weights
(``model/kg_relations/relations.npz``, made by ``kg train``) hold a row a feature and a column a predicate. A score is a
sum, so what is seen of one end is added up once and serves all its pairs.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from kg.errors import DataError
from kg.language.fired import UNFIRED, Option
from kg.language.pair_features import End
from kg.language.pairs import Pair, Worth
from kg.language.predicates import predicates_between
from kg.model import CLASSES

MODEL = Path(__file__).parent / "model" / "kg_relations" / "relations.npz"
# Said by names and constructions alone; the ranker has nothing to add to them.
SETTLED = frozenset({"namedAfter", "partOf"})
# What stands before a feature of the subject's or object's own, to part it from the pair's.
SUBJECT, OBJECT = "s", "o"
# Every sum begins with this feature's weights.
BIAS = "bias"
# The score that ends and rules must reach together before a predicate of a pair is looked at as a whole. Of 3,982
# relations taken on dev and an eighth of train nine lie below; so do nearly all that are not taken.
FIRST_LOOK = -2.5
# Weights closer to zero than this in all columns are not stored.
SMALLEST = 0.01


@dataclass(frozen=True, slots=True)
class Ranker:
    """Trained weights: ``index`` gives a feature's row, ``columns`` a predicate's column of ``weights``."""

    columns: Mapping[str, int]
    index: Mapping[str, int]
    weights: NDArray[np.float32]

    def look(self) -> Look:
        """Return what judges one sentence."""
        return Look(self)

    def of_rules(self, option: Option) -> float:
        """Return what the rules' view of a predicate weighs."""
        column = self.columns[option.predicate]
        rows = (self.index.get(feature) for feature in option.features)
        return float(sum(float(self.weights[row, column]) for row in rows if row is not None))

    def row(self, feature: str) -> int:
        """Return the row of a feature, for an unknown one the last, which weighs nothing."""
        return self.index.get(feature, len(self.index))

    def sums(self, rows: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """Return the sum of the weights of each row's features; an unknown feature weighs nothing."""
        get = self.index.get
        empty = len(self.index)
        numbers: list[int] = []
        starts: list[int] = []
        for row in rows:
            starts.append(len(numbers))
            numbers.append(empty)
            numbers += map(get, row, repeat(empty))
        sums: NDArray[np.float32] = np.add.reduceat(self.weights[numbers], starts, axis=0)
        return sums


class Look:
    """Judges one sentence; what is seen of each end is added up once."""

    def __init__(self, ranker: Ranker) -> None:
        self.ranker = ranker
        self._numbers: dict[int, int] = {}
        self._scores: NDArray[np.float32] = np.zeros((0, 0, len(ranker.columns)), dtype=np.float32)

    def screen(self, ends: Sequence[End]) -> Worth:
        """Tell which predicates are not most unlikely between ends that are seen apart."""
        ranker = self.ranker
        left = ranker.sums([[SUBJECT + feature for feature in end.features] for end in ends])
        right = ranker.sums([[OBJECT + feature for feature in end.features] for end in ends])
        left += ranker.weights[ranker.index[BIAS]]
        self._numbers = {id(end): number for number, end in enumerate(ends)}
        self._scores = left[:, None, :] + right[None, :, :]
        kinds = [CLASSES.index(end.ref.kind) for end in ends]
        fitting = _fitting(tuple(ranker.columns))[np.ix_(kinds, kinds)]
        lowest = FIRST_LOOK - ranker.weights[ranker.row(UNFIRED)]
        worth: dict[tuple[int, int], list[str]] = {}
        predicates = tuple(ranker.columns)
        for row, column, number in np.argwhere(fitting & (self._scores >= lowest)).tolist():
            worth.setdefault((row, column), []).append(predicates[number])
        return worth

    def probabilities(
        self, pairs: Iterable[Pair], *, floor: float = 0.0
    ) -> Iterator[tuple[Pair, Option, float]]:
        """Yield the options of ``pairs``, whose ends were screened, with how likely each is stated: 0 to 1.

        Options that ends and rules make most unlikely are passed over, and what is less likely than ``floor``.
        """
        ranker = self.ranker
        columns = ranker.columns
        rules: dict[tuple[str, tuple[str, ...]], float] = {}
        worth: list[tuple[Pair, list[tuple[Option, int, float]]]] = []
        for pair in pairs:
            subject, target = pair.ends
            apart = self._scores[self._numbers[id(subject)], self._numbers[id(target)]].tolist()
            scores = []
            for option in pair.options:
                seen = (option.predicate, option.features)
                if (extra := rules.get(seen)) is None:
                    extra = rules[seen] = ranker.of_rules(option)
                column = columns[option.predicate]
                if (score := extra + apart[column]) >= FIRST_LOOK:
                    scores.append((option, column, score))
            if scores:
                worth.append((pair, scores))
        if not worth:
            return
        lowest = math.log(floor / (1 - floor)) if floor else -math.inf
        shared = ranker.sums([pair.features for pair, _ in worth]).tolist()
        for (pair, scores), own in zip(worth, shared, strict=True):
            for option, column, score in scores:
                if (total := score + own[column]) >= lowest:
                    yield pair, option, 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


@cache
def _fitting(predicates: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return whether a predicate takes two classes, by subject's class, object's class and predicate."""
    table = [
        [[predicate in predicates_between(one, other) for predicate in predicates] for other in CLASSES]
        for one in CLASSES
    ]
    return np.array(table, dtype=np.bool_)


def features_of(pair: Pair, option: Option) -> list[str]:
    """Return all features of one option of a pair, as the weights name them."""
    subject, target = pair.ends
    return [
        BIAS,
        *(SUBJECT + feature for feature in subject.features),
        *(OBJECT + feature for feature in target.features),
        *pair.features,
        *option.features,
    ]


@cache
def load_ranker(path: Path = MODEL) -> Ranker:
    """Return the trained ranker.

    Raises:
        DataError: the weights are missing or broken.
    """
    if not path.is_file():
        raise DataError(path.name, "the trained weights are missing", "kg train GOLD_DIR -o DIR makes them")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            names = json.loads(bytes(data["features"]))
            columns = json.loads(bytes(data["predicates"]))
            weights = data["weights"].astype(np.float32)
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        raise DataError(path.name, f"not ranker weights: {error}") from error
    blank = np.zeros((1, len(columns)), dtype=np.float32)
    return Ranker(
        {name: column for column, name in enumerate(columns)},
        {name: row for row, name in enumerate(names)},
        np.concatenate([weights, blank]),
    )


def save_ranker(path: Path, columns: Mapping[str, Mapping[str, float]]) -> None:
    """Write the weights of each predicate's features to ``path``; same input, same bytes."""
    names = sorted(
        {
            name
            for weights in columns.values()
            for name, weight in weights.items()
            if abs(weight) >= SMALLEST or name == BIAS
        }
    )
    table = np.array(
        [[columns[predicate].get(name, 0.0) for predicate in columns] for name in names], dtype=np.float16
    )
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            features=np.frombuffer(json.dumps(names, ensure_ascii=False).encode(), dtype=np.uint8),
            predicates=np.frombuffer(json.dumps(list(columns)).encode(), dtype=np.uint8),
            weights=table,
        )
