"""What the recogniser marks: names, list members, groups outside of names, documents."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from spacy.tokens import Doc

from kg.errors import DataError
from kg.language.mentions import _trim, decode, find_groups, load_tagger

MakeDoc = Callable[[str], Doc]


def marked(doc: Doc) -> set[tuple[str, str]]:
    return {(span.text, span.label_) for span in doc.spans["mentions"]}


@pytest.mark.parametrize(
    ("text", "name"),
    [("许文静未到柳溪小学", "许文静"), ("罗建明拟加入", "罗建明"), ("欧阳守正到校", "欧阳守正")],
)
def test_no_adverb_belongs_to_a_name(text: str, name: str) -> None:
    assert _trim(text, (0, 4, "Person")) == (0, len(name), "Person")


def test_bare_systems_of_a_partner_list_are_bodies(doc: MakeDoc) -> None:
    found = marked(doc("青岭县人民检察院联合教育、民政、妇联等部门走访家庭。"))

    assert {("教育", "Agency"), ("民政", "Agency"), ("妇联", "Agency")} <= found


def test_system_word_outside_a_list_is_no_body(doc: MakeDoc) -> None:
    found = marked(doc("青岭县人民检察院重视教育，走访家庭。"))

    assert ("教育", "Agency") not in found


@pytest.mark.parametrize("words", ["县检察院", "区法院", "市妇联", "团区委"])
def test_short_form_with_its_level_is_a_body(words: str, doc: MakeDoc) -> None:
    assert (words, "Agency") in marked(doc(f"随后，{words}回访了学校。"))


def test_title_of_a_plan_is_a_document_and_of_a_film_is_none(doc: MakeDoc) -> None:
    found = marked(doc("青岭县教育局印发《青岭县护校工作方案》，学生观看《柳树下的少年》。"))

    assert ("青岭县护校工作方案", "Document") in found
    assert not [words for words, kind in found if "柳树下" in words]


def test_group_word_inside_a_name_is_no_group() -> None:
    text = "青岭县留守儿童关爱中心看望留守儿童。"

    found = find_groups(text, [(0, 11, "Station")])

    assert found == [(13, 17, "留守儿童")]


def test_group_words_are_their_concept() -> None:
    text = "民宿、烟酒店"

    found = find_groups(text, [])

    assert [(text[start:end], concept) for start, end, concept in found] == [
        ("民宿", "旅馆"),
        ("烟酒店", "商店"),
    ]


def test_longest_group_word_wins() -> None:
    text = "看望事实无人抚养儿童"

    assert [concept for *_, concept in find_groups(text, [])] == ["孤儿"]


def test_mentions_do_not_overlap_and_stand_in_text_order(doc: MakeDoc) -> None:
    made = doc("青岭县公安局民警罗建明走进青岭县柳溪小学，为学生讲课。")

    spans = list(made.spans["mentions"])
    assert len(spans) >= 4
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert list(made.ents) == spans


def test_name_found_once_is_found_everywhere(doc: MakeDoc) -> None:
    text = "青岭县柳溪小学开学。家长说青岭县柳溪小学好，老师说青岭县柳溪小学好。"

    made = doc(text)

    found = [span.text for span in made.spans["mentions"] if span.label_ == "School"]
    assert found == ["青岭县柳溪小学"] * text.count("青岭县柳溪小学")


def test_title_with_a_masked_name_is_no_mention(doc: MakeDoc) -> None:
    found = marked(doc("青岭县教育局印发《关于帮助▇▇的护校工作方案》。"))

    assert [words for words, _ in found if "▇" in words] == []


@pytest.mark.parametrize("marks", ["「" * 90, "」「" * 45, "《" * 90, "…" * 90], ids=lambda marks: marks[:2])
def test_marks_alone_are_no_name(marks: str, doc: MakeDoc) -> None:
    found = doc(f"县教育局提供心理干预、{marks}技能培训")

    assert all(sum(map(str.isalnum, words)) > 1 for words, _ in marked(found))


def test_masked_name_is_never_a_mention(doc: MakeDoc) -> None:
    found = marked(doc("青岭县检察院检察官看望▇▇▇，▇▇▇在青岭县柳溪小学读书。"))

    assert found
    assert not [words for words, _ in found if "▇" in words]


@pytest.mark.parametrize(
    ("labels", "spans"),
    [
        (["B-Person", "I-Person", "E-Person"], [(0, 3, "Person")]),
        (["O", "S-Place", "O"], [(1, 2, "Place")]),
        (["B-Person", "O", "E-Person"], []),
        (["B-Person", "E-Place"], []),
        (["I-Person", "E-Person"], []),
        (["B-Person", "B-Place", "E-Place"], [(1, 3, "Place")]),
        ([], []),
    ],
)
def test_broken_labels_make_no_span(labels: list[str], spans: list[tuple[int, int, str]]) -> None:
    assert list(decode(labels)) == spans


def test_missing_weights_are_an_error_that_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="weights") as raised:
        load_tagger(tmp_path / "none.npz")

    assert "train" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [("检察官助理向小溪走进明德小学。", "向小溪"), ("民警向陈静赠送锦旗。", "陈静")],
)
def test_a_family_name_that_is_a_preposition_too_stays_with_its_name(text: str, name: str) -> None:
    start = text.index("向")

    assert _trim(text, (start, start + 3, "Person")) == (
        text.index(name),
        text.index(name) + len(name),
        "Person",
    )


@pytest.mark.parametrize("name", ["和平派出所", "联合村村委会", "同心社区", "向阳街道办事处"])
def test_a_body_whose_name_begins_like_a_preposition_keeps_it(name: str) -> None:
    assert _trim(f"{name}到场。", (0, len(name), "Agency")) == (0, len(name), "Agency")


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("学校建起“春燕工作室”。", "“春燕工作室”", "Studio"),
        ("“护苗爸爸队”全员到岗。", "“护苗爸爸队”", "Team"),
        ("“向日葵”行动开始了。", "“向日葵”行动", "Program"),
        ("“阳光课堂”开讲。", "阳光课堂", "Program"),
        ("“暖冬”仪式开始。", "“暖冬”仪式", "Program"),
        ("通过举办法治教育课堂等形式。", "法治教育课堂", None),
        ("聘任仪式在县一中举行。", "聘任仪式", None),
        ("儿童主任业务培训班开班。", "儿童主任业务培训班", "Program"),
    ],
)
def test_a_programme_has_a_name_of_its_own_and_is_no_unit(text: str, name: str, kind: str | None) -> None:
    start = text.index(name)
    end = start + len(name)

    found = _trim(text, (start, end, "Program"))

    assert found == ((start, end, kind) if kind else None)
