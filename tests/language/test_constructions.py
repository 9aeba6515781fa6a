"""Constructions that no single verb says: pairs, appointments, the reverse direction."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.errors import DataError
from kg.language.clauses import Ref
from kg.language.constructions import match_constructions
from kg.language.slots import expand, to_slots

Refs = Callable[[str], tuple[str, list[Ref]]]
Matched = set[tuple[str, str, str, str | None]]


@pytest.fixture
def matched(refs: Refs) -> Callable[[str], Matched]:
    def run(marked: str) -> Matched:
        text, mentions = refs(marked)
        found = match_constructions(text, 0, len(text), mentions, topic=None, subject=())
        return {(c.subject.text, c.predicate, c.object.text, c.role) for c in found}

    return run


def test_respectively_pairs_one_by_one(matched: Callable[[str], Matched]) -> None:
    found = matched(
        "[罗建明:Person]、[许文静:Person]、[唐晓燕:Person]分别受聘为"
        "[柳溪小学:School]、[云泽中学:School]、[丹霞中学:School]的法治副校长"
    )

    assert found == {
        ("罗建明", "deployedTo", "柳溪小学", "法治副校长"),
        ("许文静", "deployedTo", "云泽中学", "法治副校长"),
        ("唐晓燕", "deployedTo", "丹霞中学", "法治副校长"),
    }


def test_respectively_with_uneven_lists_claims_nothing(matched: Callable[[str], Matched]) -> None:
    found = matched(
        "[罗建明:Person]、[许文静:Person]、[唐晓燕:Person]分别受聘为"
        "[柳溪小学:School]、[云泽中学:School]的法治副校长"
    )

    assert found == set()


def test_one_person_at_several_schools_is_at_each_of_them(
    matched: Callable[[str], Matched],
) -> None:
    found = matched("[罗建明:Person]受聘为[柳溪小学:School]、[云泽中学:School]的法治副校长")

    assert found == {
        ("罗建明", "deployedTo", "柳溪小学", "法治副校长"),
        ("罗建明", "deployedTo", "云泽中学", "法治副校长"),
    }


@pytest.mark.parametrize(
    "marked",
    [
        "[罗建明:Person]受聘为[柳溪小学:School]法治副校长",
        "[罗建明:Person]被[柳溪小学:School]聘为法治副校长",
        "[柳溪小学:School]聘请[罗建明:Person]为法治副校长",
        "作为[柳溪小学:School]法治副校长，[罗建明:Person]讲课",
        "[罗建明:Person]以[柳溪小学:School]法治副校长的身份讲课",
    ],
)
def test_appointment_says_the_same_in_either_direction(
    marked: str, matched: Callable[[str], Matched]
) -> None:
    found = {relation for relation in matched(marked) if relation[1] == "deployedTo"}

    assert found == {("罗建明", "deployedTo", "柳溪小学", "法治副校长")}


@pytest.mark.parametrize(
    "marked",
    [
        "[柳溪小学:School]邀请[县检察院:Agency]讲课",
        "[柳溪小学:School]把[县检察院:Agency]请进课堂",
        "应[柳溪小学:School]邀请，[县检察院:Agency]讲课",
        "[县检察院:Agency]应[柳溪小学:School]邀请讲课",
    ],
)
def test_whoever_is_invited_is_the_visitor(marked: str, matched: Callable[[str], Matched]) -> None:
    assert matched(marked) == {("县检察院", "visits", "柳溪小学", None)}


def test_nobody_visits_himself(refs: Refs) -> None:
    text, mentions = refs("应[柳溪小学:School]邀请，[柳溪小学:School]讲课")

    assert list(match_constructions(text, 0, len(text), mentions, topic=None, subject=mentions[:1])) == []


def test_slot_string_keeps_the_offsets_of_its_text(refs: Refs) -> None:
    text, mentions = refs("昨天，[县检察院:Agency]走进[柳溪小学:School]。")

    slotted = to_slots(text, 0, len(text), mentions)

    assert len(slotted.string) == len("昨天，#走进#。")
    assert len(slotted.offsets) == len(slotted.string) + 1
    assert [text[slotted.offsets[at]] for at in sorted(slotted.refs)] == ["县", "柳"]
    assert slotted.offsets[-1] == len(text)


def test_unknown_slot_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(DataError, match="audiance") as raised:
        expand("{audiance}", {"and": ["、"]}, "rules.yaml")

    assert "person" in str(raised.value)
