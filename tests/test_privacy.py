"""The minors guard: every rule's own examples, and that nothing else is touched. All names are invented."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machine import TRAIN as ALL_TRAIN
from machine import measured_training_gold

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
TRAIN = measured_training_gold()
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

    assert redact(read) == read


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
        "同学们口中的“周警官”周慧走进校园",
        "同学们说，周桂平局长真好",
        "留守儿童之家由教师林燕负责",
        "学生代表向法治副校长周慧献花",
        "孤儿院院长陈芳",
        "女生宿舍管理员陈芳",
        "女孩关爱行动",
        "“一念花开”家长沙龙。",
        "10岁的江西男孩",
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


# All children and officials are invented. In each text the guard must hide the first names wherever they
# stand, and keep the second ones.
HARD = [
    ("小雨走失之后\n女童小雨走失后被找回。", "小雨", ""),
    ("小 明（化名）上初二，小明的父母在外。", "小明|小 明", ""),
    ("小　明（化名）说。小明走了。", "小明|小　明", ""),
    ("受害人 陈某某报警，陈 某某的家人也来了。", "某", ""),
    ("陳某某報警。", "某", ""),
    ("女孩 小雨说，10岁的 小晨笑了。", "小雨|小晨", ""),
    ("乳名“豆豆”的男孩被找到，豆豆说谢谢。", "豆豆", ""),
    ("孩子小名叫团团，团团不哭了。", "团团", ""),
    ("双胞胎兄弟张子轩、张子昂走失，张子昂被找到，张子轩还没有。", "张子轩|张子昂", ""),
    ("双胞胎姐妹朵朵和果果（均为化名）被送到福利院，果果哭了，朵朵没有。", "朵朵|果果", ""),
    ("双胞胎李明、李亮（均为化名）由校长李明亮陪着，李亮笑了。", "李亮（|李亮笑", "李明亮"),
    ("受害人陈某某报警。", "陈某", ""),
    ("学生李小花说谢谢，李小花的家长也来了。", "李小花|小花", ""),
    ("“女孩小雨”来信，小雨说想上学。", "小雨", ""),
    ("年仅9岁的张一诺遭受侵害，张一诺不说话。", "张一诺", ""),
    ("小学生刘思琪收到礼物，留守儿童陈梦瑶收到书包。", "刘思琪|陈梦瑶", ""),
    ("初二学生陈晓\n陈晓同学说，陈小雨小朋友来了。", "陈晓|陈小雨", ""),
    ("14岁的她叫陈小雨。", "陈小雨", ""),
    ("陈小雨，女，2012年5月出生。周慧，女，1985年5月出生。", "陈小雨", "周慧"),
    ("名叫小雨的13岁女孩和一名叫陈晓的初二学生", "小雨|陈晓", ""),
    ("网名“小雨点”的女孩，婴儿“安安”，高一学生“阿飞”", "小雨点|安安|阿飞", ""),
    ("女孩Lily（化名）说，Lily走了，小Y（化名）没走。", "Lily|小Y", ""),
    ("欧阳小雨（化名）说，小雨走了。", "小雨", ""),
    ("玛依拉（化名）到校，玛依拉笑了。", "玛依拉|依拉", ""),
    ("未成年人小A和小B", "小A|小B", ""),
    ("民警抱起小雨\n“小晨，别怕。”检察官周慧说。", "小雨|小晨", "周慧"),
    ("学生家长陈建军。", "陈建军", ""),
    # An official whose name holds the child's, or who shares the family name.
    ("王小明（化名）走了。县公安局局长张小明说，小明很勇敢。", "王小明|，小明", "张小明"),
    ("陈静（化名）走了。检察官陈静怡说，陈静不怕了。", "，陈静不", "陈静怡"),
    ("12岁的张丽（化名）由县妇联主席张丽娟陪着，张丽低着头。", "，张丽", "张丽娟"),
    ("明德小学副校长陈建国说，陈同学（化名）来了。", "陈同学", "陈建国"),
    ("周某被抓。县公安局局长周桂平说。", "周某", "周桂平"),
    ("副校长李建平说，学生李小花（化名）很勇敢。", "李小花", "李建平"),
    ("检察官周慧走进“小雨姐姐”工作室，女孩小雨（化名）来信。", "女孩小雨", "周慧|“小雨姐姐”工作室"),
    *((f"小宁{mark}走了，小宁不怕。", "小宁", "") for mark in
      ("（化名）", "(化名)", "〔化名〕", "【化名】", "[化名]", "<化名>", "《化名》", "﹙化名﹚", "（ 化 名 ）",
       "（假名）", "（此为化名）", "（系化名）", "（以下均为化名）", "（应家属要求化名）", "，化名，", ",化名,")),
    *((f"{name}（化名）走了，小宁不怕。", "小宁", "") for name in
      ("“小宁”", "‘小宁’", "「小宁」", "『小宁』", "《小宁》", "小宁 ")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "hidden", "kept"), HARD, ids=[text[:16] for text, _, _ in HARD])
def test_hard_cases_hide_the_child_and_keep_the_official(text: str, hidden: str, kept: str) -> None:
    result = masked(text)

    assert all(name in text for name in [*hidden.split("|"), *kept.split("|")])
    assert [name for name in hidden.split("|") if name in result] == []
    assert all(name in result for name in kept.split("|"))


def test_title_file_name_and_address_lose_the_name_too() -> None:
    read = replace(
        article("小雨走出阴影\n13岁的小雨（化名）由母亲陪着走来，检察官周慧在门口迎接她们。"),
        name="小雨走出阴影",
        url="https://example.org/%E5%B0%8F%E9%9B%A8.html",
    )

    result = redact(read)

    assert (result.title, result.name, result.url) == ("▇▇走出阴影", "▇▇走出阴影", "")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("12岁的留守儿童小麦（化名）在信中写道。", "12岁的留守儿童▇▇（化名）在信中写道。"),
        (
            "对6800多名留守儿童来说，有人跟着海风去父母身边。",
            "对6800多名留守儿童来说，有人跟着海风去父母身边。",
        ),
        ("针对青少年文身问题，区检察院开展整治。", "针对青少年文身问题，区检察院开展整治。"),
        ("云山村妇女儿童之家今天揭牌。", "云山村妇女儿童之家今天揭牌。"),
        ("女孩童小雪（化名）的母亲来了。", "女孩▇▇▇（化名）的母亲来了。"),
    ],
)
def test_a_name_begins_where_a_word_does(text: str, kept: str) -> None:
    assert masked(text) == kept


@pytest.mark.parametrize("path", sorted(ALL_TRAIN.glob("*.json")), ids=lambda path: path.stem)
def test_no_entity_of_gold_is_masked(path: Path) -> None:
    gold = json.loads(path.read_text("utf-8"))
    read = read_article(path.with_suffix(".txt"))
    entities = {name for entity in gold["entities"] for name in entity["names"]}

    result = redact(read)

    assert {name for name in entities if read.text.count(name) != result.text.count(name)} == set()


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


WIDE = str.maketrans("(),:", "（），：")


@given(
    st.lists(
        st.sampled_from(["A", "B", " ", "(", ")", ",", ":", '"', "12", "/", "Xiao Yu"])
        | st.characters(codec="ascii")
    )
)
def test_no_rule_finds_anything_without_a_chinese_character(pieces: list[str]) -> None:
    text = "".join(pieces)

    found = [
        (rule.id, name)
        for rule in RULES
        for view in (text, text.translate(WIDE))
        for name in find_names(view, rule)
    ]

    assert found == []
    assert find_spans(text) == []


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
