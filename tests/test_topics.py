from __future__ import annotations

import time
from datetime import date

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.language import figures
from kg.language.offices import role_for
from kg.language.topics import topic_for

PIECES = [
    "开展",
    "讲授",
    "围绕",
    "以“",
    "”为题",
    "《",
    "》",
    "教",
    "学生",
    "课",
    "培训",
    "法治",
    "担任",
    "副校长",
    "分别",
    "，",
    "；",
    "、",
    "12名",
]


def topic(text: str, verb: str, audience: str) -> str | None:
    at, heard = text.index(verb), text.index(audience)
    return topic_for(text, (0, len(text)), (at, at + len(verb)), (heard, heard + len(audience)))


@pytest.mark.parametrize(
    ("text", "verb", "audience", "said"),
    [
        ("为1300余名学生讲授防欺凌、防溺水知识", "讲授", "学生", "防欺凌、防溺水知识"),
        ("对该校32名保安员开展防暴器械使用培训", "开展", "保安员", "防暴器械使用"),
        ("为班主任开展强制报告制度专题培训，90余人参训", "开展", "班主任", "强制报告制度"),
        ("向学生讲防侵害常识，向家长讲家庭教育责任", "讲", "学生", "防侵害常识"),
        ("向学生讲防侵害常识，向家长讲家庭教育责任", "讲", "家长", "家庭教育责任"),
        ("给学生们讲了19堂法治课", "讲了", "学生", "法治课"),
        ("给家长上了一堂别开生面的家庭教育课", "上", "家长", "家庭教育课"),
        ("以“法槌为谁而敲”为题给同学们上了一堂法治课", "上", "同学", "“法槌为谁而敲”法治课"),
        ("以“别做旁观者”为题，给学生上了聘任后的第一课", "上", "学生", "“别做旁观者”"),
        ("为42名班主任作了题为《教育惩戒的边界》的讲座", "作", "班主任", "《教育惩戒的边界》"),
        ("就强制报告制度向在场教师进行了宣讲", "宣讲", "教师", "强制报告制度"),
        ("围绕网络欺凌、游戏充值诈骗等内容为学生授课", "授课", "学生", "网络欺凌、游戏充值诈骗"),
        ("手把手教保安员使用钢叉、盾牌", "教", "保安员", "使用钢叉、盾牌"),
        ("把防性侵知识送到留守儿童手里", "送到", "留守儿童", "防性侵知识"),
        ("为女生讲青春期自护、为男生讲网络陷阱", "讲", "女生", "青春期自护"),
        ("就岗位站位逐项点评，并为保安补上一堂防暴器械使用课", "补上", "保安", "防暴器械使用课"),
        ("围绕车辆停放和应急疏导，给教职工作了讲解", "讲解", "教职工", "车辆停放和应急疏导"),
        ("面向家长授课33场", "授课", "家长", None),
        ("培训班主任1300余人次", "培训", "班主任", None),
        ("甲为学生授课；乙讲授防溺水知识", "授课", "学生", None),
    ],
)
def test_the_topic_is_what_is_taught_to_this_audience(
    text: str, verb: str, audience: str, said: str | None
) -> None:
    assert topic(text, verb, audience) == said


@pytest.mark.parametrize(
    ("text", "verb", "person", "said"),
    [
        ("选派63名民警担任全县中小学校法治副校长或法治辅导员", "选派", None, "法治副校长"),
        ("派出检察官某甲担任“额吉”警务室法治联络员", "派出", "某甲", "法治联络员"),
        ("聘请某甲担任学校法治副校长、某乙担任交通安全辅导员", "聘请", "某乙", "交通安全辅导员"),
        ("岳某被聘为县第二小学心理健康副校长", "聘为", "岳某", "心理健康副校长"),
        ("由该中心选派12名社工进驻市一中", "选派", None, "社工"),
        ("县妇联选派家庭教育指导师8名轮流驻点", "选派", None, "家庭教育指导师"),
        ("出台《检察官担任法治副校长工作细则》，派驻民警到校", "派驻", None, "民警"),
        ("甲所民警与市一中结对", "结对", None, None),
        ("甲所与市一中结对；某乙受聘为法治副校长", "结对", None, None),
    ],
)
def test_the_role_is_the_office_of_the_deployed(
    text: str, verb: str, person: str | None, said: str | None
) -> None:
    at = text.index(verb)
    subject = (text.index(person), text.index(person) + len(person)) if person else None

    assert role_for(text, (0, len(text)), (at, at + len(verb)), subject=subject) == said


def test_offices_and_schools_go_pair_by_pair() -> None:
    text = "某甲被县二中、思源学校分别聘为法治副校长和家庭教育指导师"
    objects = [(3, 6), (7, 11)]
    trigger = (text.index("聘为"), text.index("聘为") + 2)

    roles = [
        role_for(text, (0, len(text)), trigger, subject=(0, 2), objects=objects, index=index)
        for index in (0, 1)
    ]

    assert roles == ["法治副校长", "家庭教育指导师"]


@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join), st.data())
@settings(max_examples=300, deadline=None)
def test_topic_and_role_stand_in_the_text(text: str, data: st.DataObject) -> None:
    at = st.integers(0, len(text))
    verb, person = (tuple(sorted((data.draw(at), data.draw(at)))) for _ in range(2))

    said = topic_for(text, (0, len(text)), verb, person)
    role = role_for(text, (0, len(text)), verb, subject=person, objects=[verb, person], index=1)

    assert said is None or (said and set(said) <= set(text))
    assert role is None or role in text


@pytest.mark.parametrize("unit", ["讲", "开展", "就", "法治", "校外", "教学生", "以“"])
def test_a_huge_line_takes_time_in_proportion(unit: str) -> None:
    text = unit * (30_000 // len(unit))
    whole, middle = (0, len(text)), (15_000, 15_002)
    started = time.perf_counter()

    topic_for(text, whole, middle, (12_000, 12_002))
    role_for(text, whole, middle)

    assert time.perf_counter() - started < 10


def test_the_pipeline_shows_dates_and_counts() -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("kg_dates")
    nlp.add_pipe("kg_quantities")

    doc = nlp("2024年5月20日，近日，揭牌仪式后，选派890余名民警。")

    assert [(span.text, span.label_) for span in doc.spans["dates"]] == [
        ("2024年5月20日", "2024-05-20"),
        ("近日", figures.VAGUE),
    ]
    assert [(span.text, span.label_) for span in doc.spans["quantities"]] == [("890余名", "890 名")]
    assert doc.user_data["dates"][0].first == date(2024, 5, 20)
