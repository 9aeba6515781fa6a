"""Studios that carry the names of persons."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.language.clauses import Ref
from kg.language.studios import find_named_studios, person_in

Refs = Callable[[str], tuple[str, list[Ref]]]


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        (
            "以[许文静:Person]、[唐晓燕:Person]等两位检察官命名的个人工作室",
            {"许文静工作室", "唐晓燕工作室"},
        ),
        (
            "以[许文静:Person]、[唐晓燕:Person]和[何志远:Person]的名字命名的工作室",
            {"许文静工作室", "唐晓燕工作室", "何志远工作室"},
        ),
        ("以民警[罗建明:Person]命名的工作室揭牌", {"罗建明工作室"}),
    ],
)
def test_phrase_names_one_studio_for_each_person(marked: str, names: set[str], refs: Refs) -> None:
    found = find_named_studios(*refs(marked))

    assert {studio.names[0] for studio in found} == names
    assert all(studio.names[0].startswith(studio.person.text) for studio in found)


def test_head_with_a_masked_name_makes_no_second_name(refs: Refs) -> None:
    text, mentions = refs("以民警[罗建明:Person]命名的护▇苗工作室揭牌")

    (studio,) = find_named_studios(text, mentions)

    assert studio.names == ("罗建明工作室",)


def test_head_that_says_more_than_its_class_makes_a_second_name(refs: Refs) -> None:
    text, mentions = refs("以民警[罗建明:Person]命名的护苗工作室揭牌")

    (studio,) = find_named_studios(text, mentions)

    assert studio.names == ("罗建明工作室", "罗建明护苗工作室")
    assert text[studio.start : studio.end] == "护苗工作室"


@pytest.mark.parametrize("marked", ["以[许文静:Person]为组长的工作室", "[许文静:Person]参观工作室"])
def test_person_beside_a_studio_does_not_name_it(marked: str, refs: Refs) -> None:
    assert find_named_studios(*refs(marked)) == []


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("罗建明工作室", "罗建明"),
        ("“罗建明普法工作室”", "罗建明"),
        ("许文静检察官工作室", "许文静"),
        ("欧阳明警官工作室", "欧阳明"),
        ("青柳护苗工作室", None),
        ("老罗说法工作室", None),
    ],
)
def test_studio_is_named_after_the_person_whose_full_name_it_begins_with(
    name: str, person: str | None
) -> None:
    assert person_in(name) == person


def test_each_studio_of_a_phrase_is_an_entity_named_after_its_person(
    said: Callable[[str], set[tuple[str, str, str]]],
) -> None:
    relations = said(
        "青岭县公安局民警罗建明、何志远常年护校。青岭县公安局成立了以罗建明、何志远命名的个人工作室。"
    )

    assert {
        ("罗建明工作室", "namedAfter", "罗建明"),
        ("何志远工作室", "namedAfter", "何志远"),
    } <= relations
