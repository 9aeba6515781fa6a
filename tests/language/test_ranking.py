"""The ranker: probabilities from weights, weights on disk, what cannot be read."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from spacy.tokens import Doc

from kg.errors import DataError
from kg.language.predicates import ENDS
from kg.language.ranking import BIAS, FIRST_LOOK, features_of, load_ranker, save_ranker
from kg.language.relations import iter_readings, prepare

TEXT = "青岭县公安局走进青岭县柳溪小学。"


def columns(**weights: float) -> dict[str, dict[str, float]]:
    return {predicate: {BIAS: -1.0, **weights} for predicate in ENDS}


def test_probability_is_the_logistic_of_the_sum_of_all_weights(
    tmp_path: Path, doc: Callable[[str], Doc]
) -> None:
    weights = {"sk:Agency": 0.5, "ok:School": 0.25, "kk:AS": 1.0, "R+": 2.0, "unseen": 9.0}
    save_ranker(tmp_path / "own.npz", columns(**weights))
    look = load_ranker(tmp_path / "own.npz").look()
    made = doc(TEXT)
    offices, merged, _ = prepare(made)
    (reading,) = iter_readings(TEXT, made._.refs, merged, offices)

    found = {
        (pair.subject.kind, pair.object.kind, option.predicate): likely
        for pair, option, likely in look.probabilities(reading.pairs(TEXT, screen=look.screen))
    }

    assert found["Agency", "School", "visits"] == pytest.approx(1 / (1 + math.exp(-2.75)), abs=1e-3)
    assert found["Agency", "School", "deployedTo"] == pytest.approx(1 / (1 + math.exp(-0.75)), abs=1e-3)


def test_a_pair_whose_ends_speak_against_it_is_passed_over(tmp_path: Path, doc: Callable[[str], Doc]) -> None:
    save_ranker(tmp_path / "own.npz", columns(**{"sk:Agency": FIRST_LOOK - 5}))
    made = doc(TEXT)
    offices, merged, _ = prepare(made)
    (reading,) = iter_readings(TEXT, made._.refs, merged, offices)

    look = load_ranker(tmp_path / "own.npz").look()
    found = list(look.probabilities(reading.pairs(TEXT, screen=look.screen)))

    assert not [pair for pair, _, _ in found if pair.subject.kind == "Agency"]


def test_features_of_an_option_hold_both_ends_the_pair_and_the_rules(doc: Callable[[str], Doc]) -> None:
    made = doc(TEXT)
    offices, merged, _ = prepare(made)
    (reading,) = iter_readings(TEXT, made._.refs, merged, offices)
    pair = next(pair for pair in reading.pairs(TEXT) if pair.subject.kind == "Agency")
    option = next(option for option in pair.options if option.predicate == "visits")

    features = features_of(pair, option)

    assert features[0] == BIAS
    assert {"sk:Agency", "ok:School", "kk:AS", "R:visits.go"} <= set(features)


def test_saved_weights_are_the_same_bytes_whatever_the_order(tmp_path: Path) -> None:
    one = {"b": 1.0, "a\n": -0.5, BIAS: -2.0, "nothing": 0.001}
    save_ranker(tmp_path / "one.npz", {"visits": one, "trains": {BIAS: 0.0}})
    save_ranker(tmp_path / "two.npz", {"visits": dict(reversed(one.items())), "trains": {BIAS: 0.0}})

    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    ranker = load_ranker(tmp_path / "one.npz")
    assert set(ranker.index) == {"a\n", "b", BIAS}
    assert ranker.columns == {"visits": 0, "trains": 1}


@pytest.mark.parametrize("content", [None, b"", b"not weights", b"PK\x03\x04broken"])
def test_weights_that_are_missing_or_broken_are_an_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "relations.npz"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(DataError, match="weights"):
        load_ranker(path)
