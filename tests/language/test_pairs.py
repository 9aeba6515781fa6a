"""All pairs of a sentence: who may stand at their ends, what is seen of them, what the discourse adds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from spacy.tokens import Doc

from kg.language.pairs import Pair
from kg.language.predicates import ENDS, predicates_between
from kg.language.relations import Reading, iter_readings, prepare

Readings = Callable[[str], list[Reading]]


@pytest.fixture(scope="session")
def readings(doc: Callable[[str], Doc]) -> Readings:
    def run(text: str) -> list[Reading]:
        made = doc(text)
        offices, merged, namesakes = prepare(made)
        return list(iter_readings(text, made._.refs, merged, offices, namesakes=namesakes))

    return run


def between(pairs: list[Pair], subject: str, target: str) -> list[Pair]:
    return [pair for pair in pairs if pair.subject.text == subject and pair.object.text == target]


def test_ends_name_classes_of_the_ontology_only() -> None:
    from kg.model import CLASSES, PREDICATES

    assert set(ENDS) <= set(PREDICATES)
    assert {kind for ends in ENDS.values() for end in ends for kind in end} <= set(CLASSES)


def test_predicates_between_classes_come_in_a_fixed_order() -> None:
    assert predicates_between("Person", "School") == (
        "deployedTo",
        "inspects",
        "trains",
        "visits",
        "worksFor",
    )
    assert predicates_between("Group", "Person") == ()


def test_every_pair_has_two_different_things_with_one_key_each(readings: Readings) -> None:
    text = "青岭县公安局联合青岭县教育局走进青岭县柳溪小学，为学生讲法治课。"
    (reading,) = readings(text)

    pairs = list(reading.pairs(text))

    assert len(pairs) > 6
    for pair in pairs:
        assert len(pair.subject.keys) == len(pair.object.keys) == 1
        assert pair.subject.keys != pair.object.keys
        assert {option.predicate for option in pair.options} == set(
            predicates_between(pair.subject.kind, pair.object.kind)
        )


def test_the_words_between_two_ends_are_seen(readings: Readings) -> None:
    text = "青岭县公安局走进青岭县柳溪小学。"
    (reading,) = readings(text)

    (pair,) = between(list(reading.pairs(text)), "青岭县公安局", "青岭县柳溪小学")

    assert {"kk:AS", "btw:走进<", "near", "d:0", "mt:visits.go"} <= set(pair.features)
    (visits,) = (option for option in pair.options if option.predicate == "visits")
    assert {"R:visits.go", "R+"} <= set(visits.features)
    assert visits.proposal is not None
    (trains,) = (option for option in pair.options if option.predicate == "trains")
    assert trains.proposal is None
    assert "R-" in trains.features


def test_what_stands_outside_the_sentence_is_paired_with_what_is_in_it(readings: Readings) -> None:
    text = "青岭县公安局成立专班。先后走进青岭县柳溪小学。"
    reading = readings(text)[-1]

    (pair,) = between(list(reading.pairs(text)), "青岭县公安局", "青岭县柳溪小学")

    assert pair.ends[0].outside
    assert {"Xssrc:carr", "Xssrc:lead"} <= set(pair.features)


def test_same_sentence_same_features_in_the_same_order(readings: Readings) -> None:
    text = "由青岭县公安局牵头，青岭县教育局、青岭县妇联参与，走进青岭县柳溪小学。"

    def seen() -> list[tuple[str, ...]]:
        return [pair.features for reading in readings(text) for pair in reading.pairs(text)]

    assert seen() == seen()


def test_a_plan_reaches_over_a_semicolon_and_not_over_a_full_stop(readings: Readings) -> None:
    over = readings("下一步，青岭县公安局将走进青岭县柳溪小学；青岭县教育局举办讲座。青岭县妇联到场。")

    assert [reading.planned for reading in over] == [False, True, False]
    assert set(over[1].vetoes.values()) == {"plan"}
    assert over[2].vetoes == {}
