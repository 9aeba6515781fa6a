"""Words that stand for something named before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.language.anaphora import is_anaphor, resolve
from kg.language.clauses import Ref

Refs = Callable[[str], tuple[str, list[Ref]]]


def stands(found: list[Ref]) -> list[tuple[str, set[str]]]:
    """Return the words that stand for something with the names at the end of their keys."""
    return [(ref.text, {key.partition(":")[2] for key in ref.keys}) for ref in found if ref.bare]


@pytest.mark.parametrize(
    ("marked", "words", "name"),
    [
        ("[青岭县检察院:Agency]成立。该院走访。", "该院", "青岭县检察院"),
        ("[青岭县柳溪小学:School]开学。我校聘请律师。", "我校", "青岭县柳溪小学"),
        ("[云泽镇派出所:Agency]和[青岭县柳溪小学:School]。该所走访。", "该所", "云泽镇派出所"),
        ("[青岭县检察院:Agency]设立[柳芽工作室:Studio]。工作室接访。", "工作室", "柳芽工作室"),
        ("检察官[许文静:Person]讲课。她带来教具。", "她", "许文静"),
        ("[罗建明:Person]主持。[许文静:Person]讲课。她带来教具。", "她", "许文静"),
        ("[云泽镇派出所:Agency]重视。民警走进校园。", "民警", "云泽镇派出所"),
        ("[县检察院:Agency]来。[云泽镇派出所:Agency]来。检察官讲课。", "检察官", "县检察院"),
    ],
)
def test_word_stands_for_the_last_thing_of_its_sort(marked: str, words: str, name: str, refs: Refs) -> None:
    text, mentions = refs(marked)

    found = resolve(text, mentions)

    assert stands(found) == [(words, {name})]


@pytest.mark.parametrize(
    ("marked", "words", "names"),
    [
        (
            "[县检察院:Agency]、[县法院:Agency]、[县公安局:Agency]、[县教育局:Agency]开会。四部门会签。",
            "四部门",
            {"县检察院", "县法院", "县公安局", "县教育局"},
        ),
        ("[县检察院:Agency]、[县教育局:Agency]签约。双方约定。", "双方", {"县检察院", "县教育局"}),
        (
            "[柳溪小学:School]、[云泽中学:School]、[丹霞中学:School]。三所学校响应。",
            "三所学校",
            {"柳溪小学", "云泽中学", "丹霞中学"},
        ),
    ],
)
def test_counted_set_stands_for_that_many_named_last(
    marked: str, words: str, names: set[str], refs: Refs
) -> None:
    text, mentions = refs(marked)

    found = resolve(text, mentions)

    assert stands(found) == [(words, names)]


@pytest.mark.parametrize(
    "marked",
    [
        "该院走访。",
        "[青岭县柳溪小学:School]开学。每所学校都有。",
        "[青岭县柳溪小学:School]开学。学校里很好。",
        "[县检察院:Agency]、[县教育局:Agency]开会。五部门会签。",
        "[县法院:Agency]重视。法官助理到场。",
        "[云泽镇派出所:Agency]民警走进校园。",
        "[云泽镇派出所:Agency]重视。学生听民警讲解。",
        "[县检察院:Agency]重视。民警走进校园。",
    ],
)
def test_word_without_its_thing_or_its_place_stands_for_nothing(marked: str, refs: Refs) -> None:
    text, mentions = refs(marked)

    found = resolve(text, mentions)

    assert stands(found) == []


def test_staff_word_as_subject_takes_the_place_of_the_group(refs: Refs) -> None:
    text, mentions = refs("[云泽镇派出所:Agency]重视。[民警:Group]走进校园，培训[民警:Group]。")

    found = resolve(text, mentions)

    assert [(ref.text, ref.kind) for ref in found] == [
        ("云泽镇派出所", "Agency"),
        ("民警", "Agency"),
        ("民警", "Group"),
    ]


def test_found_words_stand_in_text_order(refs: Refs) -> None:
    text, mentions = refs(
        "[柳溪小学:School]开学。该校聘请[许文静:Person]。她到[云泽中学:School]。该校欢迎她。"
    )

    found = resolve(text, mentions)

    assert [ref.start for ref in found] == sorted(ref.start for ref in found)
    assert all(text[ref.start : ref.end] == ref.text for ref in found)
    assert stands(found)[-2:] == [("该校", {"云泽中学"}), ("她", {"许文静"})]


@pytest.mark.parametrize("words", ["该院", "我校", "这家工作室", "学校", "“学校”", "双方", "四部门"])
def test_words_that_name_nothing_by_themselves_are_anaphors(words: str) -> None:
    assert is_anaphor(words)


@pytest.mark.parametrize("words", ["青岭县柳溪小学", "民警", "“青柳护苗”工作室", ""])
def test_names_and_staff_words_are_no_anaphors(words: str) -> None:
    assert not is_anaphor(words)


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        (
            "青岭县人民检察院走进校园。该院走进青岭县柳溪小学。",
            ("青岭县人民检察院", "visits", "青岭县柳溪小学"),
        ),
        (
            "云泽镇派出所重视校园安全。民警走进青岭县柳溪小学。",
            ("云泽镇派出所", "visits", "青岭县柳溪小学"),
        ),
    ],
)
def test_relation_is_that_of_the_thing_a_word_stands_for(
    text: str, relation: tuple[str, str, str], said: Callable[[str], set[tuple[str, str, str]]]
) -> None:
    assert relation in said(text)
