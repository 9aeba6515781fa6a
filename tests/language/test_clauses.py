"""The shallow parse: phrases with their markers, lists, owners, and what colours a clause."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.language.clauses import Clause, Phrase, Ref, iter_sentences, parse_sentence
from kg.language.frames import trigger_words
from kg.language.matching import State, match_sentence, subject_of

Refs = Callable[[str], tuple[str, list[Ref]]]
Parse = Callable[[str], list[Clause]]


@pytest.fixture
def parse(refs: Refs) -> Parse:
    def run(marked: str) -> list[Clause]:
        text, mentions = refs(marked)
        return parse_sentence(text, 0, len(text), mentions, verbs=trigger_words())

    return run


def shown(clause: Clause) -> list[tuple[tuple[str, ...], str]]:
    return [(tuple(ref.text for ref in phrase.refs), phrase.marker) for phrase in clause.phrases]


@pytest.mark.parametrize(
    ("marked", "marker"),
    [
        ("[县检察院:Agency]对[保安员:Group]进行培训", "dui"),
        ("[县检察院:Agency]针对[保安员:Group]开展培训", "dui"),
        ("[县检察院:Agency]为[学生:Group]讲课", "wei"),
        ("[县检察院:Agency]给[学生:Group]讲课", "wei"),
        ("[县检察院:Agency]面向[学生:Group]宣讲", "xiang"),
        ("[县检察院:Agency]把[学生:Group]送到学校", "ba"),
        ("[县检察院:Agency]会同[县教育局:Agency]检查", "with"),
        ("[县检察院:Agency]在[柳溪小学:School]讲课", "zai"),
        ("[县检察院:Agency]为全市各镇受到侵害的[学生:Group]服务", "wei"),
    ],
)
def test_phrase_takes_the_marker_on_its_left(marked: str, marker: str, parse: Parse) -> None:
    (clause,) = parse(marked)

    assert [phrase.marker for phrase in clause.phrases] == ["", marker]


@pytest.mark.parametrize(
    "marked",
    [
        "成为[县检察院:Agency]伙伴",
        "面对[学生:Group]",
        "以来[县检察院:Agency]讲课",
        "由于[县检察院:Agency]讲课",
    ],
)
def test_longer_word_shields_the_marker_inside_it(marked: str, parse: Parse) -> None:
    (clause,) = parse(marked)

    assert [phrase.marker for phrase in clause.phrases] == [""]


def test_body_after_since_is_governed_but_not_behind_a_time(parse: Parse) -> None:
    (near,) = parse("自[区残联:Agency]出发")
    (behind,) = parse("自2022年[区残联:Agency]牵头以来")

    assert near.phrases[0].marker == "zai"
    assert behind.phrases[0].marker == ""


@pytest.mark.parametrize("joint", ["、", "和", "与", "及", "以及"])
def test_members_of_a_list_are_one_phrase(joint: str, parse: Parse) -> None:
    (clause,) = parse(f"[县公安局:Agency]、[县教育局:Agency]{joint}[县司法局:Agency]印发方案")

    assert shown(clause) == [(("县公安局", "县教育局", "县司法局"), "")]


def test_list_may_end_in_what_its_members_are(parse: Parse) -> None:
    (clause,) = parse("走进[柳溪小学:School]、[云泽小学:School]等4所[学校:Group]")

    assert shown(clause) == [(("柳溪小学", "云泽小学", "学校"), "")]


def test_partners_after_together_with_are_a_phrase_of_their_own(parse: Parse) -> None:
    (clause,) = parse("[县检察院:Agency]联合[县教育局:Agency]、[县妇联:Agency]对[保安员:Group]进行培训")

    assert shown(clause) == [
        (("县检察院",), ""),
        (("县教育局", "县妇联"), "with"),
        (("保安员",), "dui"),
    ]
    assert clause.joint


@pytest.mark.parametrize("between", ["", "的", "内", "辖区内", "的42名", "42名", "各"])
def test_group_behind_a_body_belongs_to_it(between: str, parse: Parse) -> None:
    (clause,) = parse(f"[柳溪小学:School]{between}[教师:Group]")

    (phrase,) = clause.phrases
    assert [ref.text for ref in phrase.refs] == ["教师"]
    assert [ref.text for ref in phrase.owners] == ["柳溪小学"]


def test_leader_after_by_does_not_own_the_unit_behind_him(parse: Parse) -> None:
    (clause,) = parse("由[许文静:Person]任主任的[柳芽工作室:Studio]成立")

    assert shown(clause) == [(("许文静",), "you"), (("柳芽工作室",), "")]
    assert all(not phrase.owners for phrase in clause.phrases)


def test_actor_after_by_is_the_subject(parse: Parse) -> None:
    (clause,) = parse("[护苗方案:Document]由[县检察院:Agency]印发")

    subject = subject_of(clause)
    assert isinstance(subject, Phrase)
    assert [ref.text for ref in subject.refs] == ["县检察院"]


@pytest.mark.parametrize("mark", [*"，,；;：:。！？", "——"])
def test_clause_ends_at_a_mark(mark: str, parse: Parse) -> None:
    clauses = parse(f"[县检察院:Agency]讲课{mark}[县教育局:Agency]到场")

    assert [shown(clause) for clause in clauses] == [[(("县检察院",), "")], [(("县教育局",), "")]]


@pytest.mark.parametrize("figure", ["3,000", "3，000", "9:30"])
def test_mark_inside_a_figure_ends_nothing(figure: str, parse: Parse) -> None:
    assert len(parse(f"[县检察院:Agency]发放{figure}")) == 1


@pytest.mark.parametrize("word", ["下一步", "拟", "计划", "打算", "力争", "今后"])
def test_plan_word_marks_its_clause(word: str, parse: Parse) -> None:
    (clause,) = parse(f"[县检察院:Agency]{word}走进[柳溪小学:School]")

    assert clause.plan is not None


@pytest.mark.parametrize("word", ["未", "没有", "尚未", "未能"])
def test_negation_marks_its_clause(word: str, parse: Parse) -> None:
    (clause,) = parse(f"[县检察院:Agency]{word}走进[柳溪小学:School]")

    assert clause.negated
    assert clause.plan is None


@pytest.mark.parametrize("word", ["未成年人", "未检", "模拟"])
def test_word_that_only_holds_a_veto_character_vetoes_nothing(word: str, parse: Parse) -> None:
    (clause,) = parse(f"[县检察院:Agency]带着{word}道具走进[柳溪小学:School]")

    assert clause.plan is None
    assert not clause.negated


def test_verb_inside_a_noun_is_no_verb(parse: Parse) -> None:
    (clause,) = parse("[县检察院:Agency]培训班走进[柳溪小学:School]")

    assert [verb.word for verb in clause.verbs] == ["走进"]


def test_invitation_attendance_and_speech_are_noted(parse: Parse) -> None:
    (invites,) = parse("[柳溪小学:School]邀请[县检察院:Agency]讲课")
    (attends,) = parse("[县妇联:Agency]参与[柳芽行动:Program]")
    (speaks,) = parse("[许文静:Person]表示")

    assert invites.invites is not None
    assert invites.invites.word == "邀请"
    assert attends.attends
    assert speaks.speech


def test_plan_lasts_to_the_end_of_its_sentence_and_negation_to_the_end_of_its_clause(refs: Refs) -> None:
    def vetoes(marked: str) -> list[str]:
        text, mentions = refs(marked)
        clauses = parse_sentence(text, 0, len(text), mentions, verbs=trigger_words())
        return [c.vetoed for c in match_sentence(text, clauses, State()) if c.rule == "visits.go"]

    assert vetoes("[县检察院:Agency]计划走进[柳溪小学:School]，走访[云泽小学:School]") == ["plan", "plan"]
    assert vetoes("[县检察院:Agency]未走进[柳溪小学:School]，走访[云泽小学:School]") == ["negation", ""]
    assert vetoes("[县检察院:Agency]走进[柳溪小学:School]，计划走访[云泽小学:School]") == ["", "plan"]


def test_sentences_end_at_marks_with_their_quotes_and_leave_blanks_out() -> None:
    text = "第一句。第二句！“第三句？”\n\n 第四句"

    assert [text[start:end].strip() for start, end in iter_sentences(text)] == [
        "第一句。",
        "第二句！",
        "“第三句？”",
        "第四句",
    ]


@pytest.mark.parametrize(
    ("marked", "pairs"),
    [
        ("[甲局:Agency]、[乙局:Agency]、[丙局:Agency]联合走访[家庭:Group]", {"甲乙", "甲丙", "乙丙"}),
        ("[甲局:Agency]联合[乙局:Agency]、[丙局:Agency]走访[家庭:Group]", {"甲乙", "甲丙"}),
        ("[甲局:Agency]与[乙局:Agency]、[丙局:Agency]签订协议", {"甲乙", "甲丙"}),
        ("[甲局:Agency]、[乙局:Agency]走访[家庭:Group]", set()),
    ],
)
def test_partners_are_paired_as_the_words_say(marked: str, pairs: set[str], refs: Refs) -> None:
    text, mentions = refs(marked)
    clauses = parse_sentence(text, 0, len(text), mentions, verbs=trigger_words())

    found = {
        "".join(sorted((c.subject.text[0], c.object.text[0]), key="甲乙丙".index))
        for c in match_sentence(text, clauses, State())
        if c.predicate == "collaboratesWith"
    }

    assert found == pairs


def test_subject_runs_on_into_clauses_without_one(refs: Refs) -> None:
    text, mentions = refs(
        "[甲局:Agency]走进[柳溪小学:School]，走访[云泽小学:School]；[乙局:Agency]走进[丹霞小学:School]"
    )
    clauses = parse_sentence(text, 0, len(text), mentions, verbs=trigger_words())

    found = {
        (c.subject.text, c.object.text)
        for c in match_sentence(text, clauses, State())
        if c.predicate == "visits"
    }

    assert found == {("甲局", "柳溪小学"), ("甲局", "云泽小学"), ("乙局", "丹霞小学")}
