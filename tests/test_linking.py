"""Linking: ids that merge what is the same and nothing else, names, and the divisions behind them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.divisions import LEVELS, load_divisions, read_divisions
from kg.errors import DataError
from kg.linking import Thing, link_entities, located_in, normalise
from kg.model import CLASSES

DIVISIONS = load_divisions()


def identity(kind: str, name: str, *, own: str = "", context: str | None = "渌口区") -> str:
    return link_entities([Thing("t", kind, name, context=own)], context=context)["t"].id


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("Agency", "株洲市公安局", "agency/株洲市公安局"),
        ("Agency", "共青团株洲市委", "agency/共青团株洲市委"),
        ("Agency", "最高人民检察院", "agency/最高人民检察院"),
        ("Agency", "南丰派出所", "agency/430212/南丰派出所"),
        ("Agency", "南丰镇妇联", "agency/430212/南丰镇妇联"),
        ("Agency", "伊林市公安局", "agency/伊林市公安局"),
        ("School", "渌口区朱亭小学", "school/渌口区朱亭小学"),
        ("School", "明德小学", "school/430212/明德小学"),
        ("School", "朝阳小学", "school/430212/朝阳小学"),
        ("Studio", "“冬琴护苗”工作室", "studio/430212/冬琴护苗工作室"),
        ("Station", "“新市民服务驿站”", "station/430212/新市民服务驿站"),
        ("Team", "护苗先锋队", "team/430212/护苗先锋队"),
        ("Program", "“女警联校”行动", "program/430212/女警联校行动"),
        ("Document", "《株洲市“护校安园”工作方案》", "document/株洲市护校安园工作方案"),
        ("Person", "陈宇娟", "person/430212/陈宇娟"),
        ("Group", "留守儿童", "group/留守儿童"),
        ("Place", "株洲市", "place/株洲市"),
        ("Place", "株洲", "place/株洲市"),
        ("Place", "南丰镇", "place/430212/南丰镇"),
    ],
)
def test_id_is_readable_and_says_where_only_where_it_must(kind: str, name: str, expected: str) -> None:
    assert identity(kind, name) == expected


@pytest.mark.parametrize(
    ("own", "context", "expected"),
    [
        ("伊林市", "渌口区", "school/伊林市/明德小学"),
        ("", "伊林市", "school/伊林市/明德小学"),
        ("", None, "school/明德小学"),
        ("醴陵市", "渌口区", "school/430281/明德小学"),
        ("市", "渌口区", "school/430212/明德小学"),
    ],
)
def test_context_of_the_thing_comes_before_that_of_the_article(
    own: str, context: str | None, expected: str
) -> None:
    assert identity("School", "明德小学", own=own, context=context) == expected


def test_place_name_of_several_divisions_gets_the_code_of_the_one_that_is_meant() -> None:
    assert identity("Agency", "朝阳区公安局", context="北京市") == "agency/110105/朝阳区公安局"
    assert identity("Agency", "朝阳区公安局", context="长春市") == "agency/220104/朝阳区公安局"
    assert identity("Place", "朝阳区", context="北京市") == "place/110105/朝阳区"


def test_persons_of_one_name_in_two_bodies_stay_apart() -> None:
    things = [
        Thing("a", "Person", "陈宇娟", context="株洲市公安局"),
        Thing("b", "Person", "陈宇娟", context="渌口区人民法院"),
    ]

    entities = link_entities(things, context="株洲市")

    assert entities["a"].id == "person/株洲市公安局/陈宇娟"
    assert entities["b"].id == "person/渌口区人民法院/陈宇娟"
    assert entities["b"].division == "430212"


def test_forms_of_one_thing_become_one_entity_with_every_label() -> None:
    things = [
        Thing("a", "Studio", "“冬琴护苗”工作室", ("冬琴工作室",)),
        Thing("b", "Studio", "冬琴护苗工作室", ("工作室",)),
    ]

    entities = link_entities(things, context="渌口区")

    assert entities["a"] is entities["b"]
    assert entities["a"].name == "“冬琴护苗”工作室"
    assert entities["a"].labels == ("冬琴工作室", "冬琴护苗工作室", "工作室")


def test_kind_is_the_subclass_that_the_name_tells() -> None:
    entity = link_entities([Thing("t", "Agency", "渌口区南丰派出所")], context=None)["t"]

    assert entity.kind == "PoliceStation"
    assert entity.id.startswith("agency/")
    assert entity.division == "430212"


def test_short_form_of_a_division_stays_as_a_label() -> None:
    entity = link_entities([Thing("t", "Place", "株洲")], context=None)["t"]

    assert (entity.name, entity.labels) == ("株洲市", ("株洲",))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("“向日葵”", "向日葵"),
        ('"女警联校" 行动', "“女警联校”行动"),
        ("「护苗」工作室", "“护苗”工作室"),
        ("“女警联校行动", "女警联校行动"),
        ("未保站（总站）", "未保站(总站)"),
        ("株 洲　市公安局", "株洲市公安局"),
        ("《方案》", "方案"),
    ],
)
def test_name_is_normalised_for_display(name: str, expected: str) -> None:
    assert normalise(name) == expected


def test_name_is_located_up_to_the_province() -> None:
    assert [d.name for d in located_in("渌口区南丰派出所")] == ["渌口区", "株洲市", "湖南省"]
    assert [d.name for d in located_in("共青团株洲市委")] == ["株洲市", "湖南省"]
    assert located_in("明德小学", context="株洲市") == ()


def test_place_is_located_in_what_lies_above_it() -> None:
    county, town = link_entities(
        [Thing("a", "Place", "渌口区"), Thing("b", "Place", "南丰镇")], context="渌口区"
    ).values()

    assert [d.name for d in located_in(county)] == ["株洲市", "湖南省"]
    assert [d.name for d in located_in(town)] == ["渌口区", "株洲市", "湖南省"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("湖南省株洲市渌口区", "430212"),
        ("湖南株洲市", "430200"),
        ("株洲", "430200"),
        ("恩施州", "422800"),
        ("内蒙古", "150000"),
        ("吉林", "220000"),
        ("北京市朝阳区", "110105"),
        ("济源市", "419001"),
        ("香港", "810000"),
    ],
)
def test_division_is_found_by_any_of_its_names(name: str, code: str) -> None:
    division = DIVISIONS.find(name)

    assert division is not None
    assert division.code == code


@pytest.mark.parametrize("name", ["朝阳区", "鼓楼区", "伊林市", "", "市", "株洲市公安局"])
def test_name_without_one_meaning_finds_no_division(name: str) -> None:
    assert DIVISIONS.find(name) is None


def test_every_division_has_its_level_and_a_province_above() -> None:
    for division in DIVISIONS.by_code.values():
        above = DIVISIONS.ancestors(division)
        levels = [LEVELS.index(d.level) for d in (division, *above)]

        assert levels == sorted(levels, reverse=True)
        assert levels[-1] == 0
    assert sum(d.level == "province" for d in DIVISIONS.by_code.values()) == 34


def test_broken_table_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "divisions.tsv"
    path.write_text("430000\t湖南省\tprovince\t\t湖南\n430200\t株洲市\n", "utf-8")

    with pytest.raises(DataError, match=r"divisions\.tsv:2"):
        read_divisions(path)


NAMES = st.text("株洲市渌口区公安局小学“”《》（）南丰镇护苗行动 /?#\\", max_size=12) | st.text(max_size=8)


@given(NAMES)
def test_normalising_twice_is_once(name: str) -> None:
    once = normalise(name)

    assert normalise(once) == once


@given(st.lists(st.tuples(st.sampled_from(CLASSES), NAMES, NAMES), max_size=8), st.none() | NAMES)
def test_any_names_give_well_formed_entities_in_any_order(
    rows: list[tuple[str, str, str]], context: str | None
) -> None:
    things = [Thing(str(i), kind, name, context=own) for i, (kind, name, own) in enumerate(rows)]
    shuffled = random.Random(0).sample(things, len(things))

    entities = link_entities(things, context=context)

    assert set(entities) == {thing.key for thing in things}
    again = link_entities(shuffled, context=context)
    assert {k: e.id for k, e in again.items()} == {k: e.id for k, e in entities.items()}
    for thing in things:
        entity = entities[thing.key]
        assert entity.id.split("/")[0] == thing.kind.lower()
        assert len(entity.id.split("/")) <= 3
        assert not set(entity.id) & set(" “”《》?#\\")
        assert entity.name not in entity.labels
