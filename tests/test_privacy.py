"""The minors guard: every rule's own examples, and that nothing else is touched. All names are invented."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import DataError
from kg.model import Article
from kg.privacy import (
    MASK,
    PrivacyRule,
    find_names,
    find_spans,
    load_privacy_rules,
    mask,
    read_privacy_rules,
    redact,
)
from kg.reading import read_article, to_article

RULES = load_privacy_rules().rules
TRAIN = sorted((Path(__file__).parent / "gold" / "train").glob("*.json"))
SENTENCES = [
    "12岁的小棠（化名）父母离异，跟着爷爷生活。",
    "小棠如今已经转学。",
    "犯罪嫌疑人马某已被批准逮捕。",
    "清河县公安局局长周桂平走进明德小学。",
    "“小杏林”工作室在小河村挂牌。",
    "四年级学生小哲说，假期有人陪了。",
]


def masked(text: str) -> str:
    return mask(text, find_spans(text))


def article(text: str) -> Article:
    return to_article(text, name="a", where="a")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_finds_the_names_of_its_examples(rule: PrivacyRule) -> None:
    found = [tuple(text[start:end] for start, end in find_names(text, rule)) for text, _ in rule.match]

    assert found == [names for _, names in rule.match]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_finds_nothing_in_its_counterexamples(rule: PrivacyRule) -> None:
    assert rule.no_match
    assert [text for text in rule.no_match if list(find_names(text, rule))] == []


def test_pseudonym_is_masked_wherever_it_stands() -> None:
    read = article(
        "小棠回到了课堂\n12岁的小棠（化名）父母离异，跟着爷爷生活，社工每周都上门看望。\n如今，小棠已经转学。"
    )

    result = redact(read)

    assert result.text == read.text.replace("小棠", MASK * 2)
    assert result.title == "▇▇回到了课堂"


def test_offsets_and_identity_stay() -> None:
    read = article("犯罪嫌疑人马某已被批准逮捕，清河县人民检察院提前介入，引导侦查取证工作。")

    result = redact(read)

    assert replace(result, text=read.text) == read
    assert len(result.text) == len(read.text)
    assert "马某" not in result.text


def test_article_without_such_names_is_returned_as_it_is() -> None:
    read = article("清河县公安局联合县教育局走进明德小学，为学生上了一堂法治课，受到师生欢迎。")

    assert redact(read) is read


@pytest.mark.parametrize(
    "text",
    [
        "县公安局局长张小明说",
        "“小杏林”工作室走进小雁塔小学",
        "“小荷尖尖”宣讲队来到小河村",
        "73岁的杨立本退休前是庭长",
        "少年法庭庭长周慧",
        "阿坝县公安局会同阿里地区教育局",
        "大学生志愿者马丽、李雪等参加",
        "主席王晓红女士",
        "位于某小区的警务室",
        "宋婉和丈夫李兆阳同为民警",
        "学生安全、成长等课程",
    ],
)
def test_officials_studios_and_places_stay(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("受害女童林某（7岁）", "受害女童▇▇（7岁）"),
        ("未成年人A、B多次盗窃", "未成年人▇、▇多次盗窃"),
        ("张小雨（化名）说，小雨不怕了", "▇▇▇（化名）说，▇▇不怕了"),
        ("家长赵女士说", "家长▇女士说"),
        ("他叫小棠（化名）。“小棠妈妈”讲师团来了", "他叫▇▇（化名）。“小棠妈妈”讲师团来了"),
    ],
)
def test_names_of_children_and_families_go(text: str, result: str) -> None:
    assert masked(text) == result


def test_note_at_the_end_uncovers_names_without_a_cue() -> None:
    text = "，小宁在民警陪同下走出房间。"

    assert masked(text) == text
    assert masked(text + "（文中未成年人均为化名）").startswith("，▇▇在")


@pytest.mark.parametrize("path", TRAIN, ids=lambda path: path.stem)
def test_gold_loses_every_child_and_no_entity(path: Path) -> None:
    gold = json.loads(path.read_text("utf-8"))
    read = read_article(path.with_suffix(".txt"))
    result = redact(read)
    # `never` also lists films and songs (in 《》), which this guard has nothing to do with.
    people = [name for name in gold.get("never", []) if f"《{name}" not in read.text]
    entities = [name for entity in gold["entities"] for name in entity["names"]]

    assert [name for name in people if name in result.text] == []
    assert [name for name in entities if read.text.count(name) != result.text.count(name)] == []


@given(st.lists(st.sampled_from(SENTENCES) | st.text(max_size=20)))
def test_length_stays_and_a_second_time_changes_nothing(sentences: list[str]) -> None:
    text = "".join(sentences)

    once = masked(text)

    assert len(once) == len(text)
    assert all(after in (before, MASK) for before, after in zip(text, once, strict=True))
    assert masked(once) == once


def test_broken_rule_is_named(tmp_path: Path) -> None:
    path = tmp_path / "privacy.yaml"
    path.write_text(
        "words: {}\nshapes: {nick: '小.'}\nwordlike_families: []\nending_families: []\n"
        "rules: [{id: bad, pattern: '(', match: [], no_match: []}]\n",
        "utf-8",
    )

    with pytest.raises(DataError, match="rule 'bad': broken pattern"):
        read_privacy_rules(path)
