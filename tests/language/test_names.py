"""Names of one article: what is one thing, what stays apart, what is part of what."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.language.names import Names, comparable, place_of

Resolve = Callable[[str], Names]


def full_names(names: Names) -> list[str]:
    return [names.table[key].full for key in names.keys]


def test_short_forms_of_one_body_are_one_entity_with_every_form_as_label(names: Resolve) -> None:
    found = names("[渌口区检察院:Agency]讲课。[区检察院:Agency]走访。[检察院:Agency]表示。")

    assert full_names(found) == ["渌口区人民检察院"] * 3
    (name,) = found.table.values()
    assert {"渌口区检察院", "区检察院", "检察院"} <= name.labels


def test_bodies_of_two_districts_stay_apart(names: Resolve) -> None:
    found = names(
        "[柏川市云泽区人民检察院:Agency]和[柏川市丹霞区人民检察院:Agency]。"
        "[云泽区检察院:Agency]说。[丹霞区检察院:Agency]说。"
    )

    assert full_names(found) == ["柏川市云泽区人民检察院", "柏川市丹霞区人民检察院"] * 2


def test_level_alone_means_the_division_named_last_before_it(names: Resolve) -> None:
    found = names("[云泽区人民检察院:Agency]到场。[丹霞区人民检察院:Agency]到场。[区检察院:Agency]说。")

    assert full_names(found)[2] == "丹霞区人民检察院"


@pytest.mark.parametrize("form", ["团区委", "共青团云泽区委", "团委", "共青团", "团云泽区委"])
def test_youth_league_carries_its_place_inside(names: Resolve, form: str) -> None:
    found = names(f"[云泽区人民检察院:Agency]联合[{form}:Agency]。")

    assert full_names(found)[1] == "共青团云泽区委"


def test_youth_league_forms_are_one_entity(names: Resolve) -> None:
    found = names("[共青团青岭县委:Agency]发文。[团县委:Agency]说。")

    assert len(set(found.keys)) == 1


def test_bare_systems_of_a_partner_list_take_the_jurisdiction(names: Resolve) -> None:
    found = names("[青岭县人民检察院:Agency]联合[教育:Agency]、[民政:Agency]、[妇联:Agency]。")

    assert full_names(found)[1:] == ["青岭县教育部门", "青岭县民政部门", "青岭县妇联"]


def test_level_with_bare_bureau_is_the_police(names: Resolve) -> None:
    found = names("[青岭县公安局:Agency]说，[县局:Agency]部署。")

    assert full_names(found) == ["青岭县公安局"] * 2


def test_nested_unit_is_part_of_each_next_body(names: Resolve) -> None:
    found = names("[柏川市公安局云泽分局刑侦大队:Agency]到场。")

    chain, key = [], found.keys[0]
    while key is not None:
        chain.append(found.table[key].full)
        key = found.table[key].parent
    assert chain == ["柏川市公安局云泽分局刑侦大队", "柏川市公安局云泽分局", "柏川市公安局"]


def test_parent_in_front_of_a_unit_is_the_body_named_elsewhere(names: Resolve) -> None:
    found = names("[青岭县公安局云泽派出所:Agency]巡逻。[县公安局:Agency]部署。")

    assert found.table[found.keys[0]].parent == found.keys[1]


def test_unit_without_its_body_is_the_unit_with_it(names: Resolve) -> None:
    found = names("[青岭县公安局治安管理大队:Agency]检查。[治安大队:Agency]复查。")

    assert full_names(found) == ["青岭县公安局治安管理大队"] * 2


def test_outlying_court_is_found_by_its_short_form_and_part_of_the_court(names: Resolve) -> None:
    found = names("[青岭县人民法院柳溪人民法庭:Agency]开庭。[柳溪法庭:Agency]回访。")

    assert len(set(found.keys)) == 1
    parent = found.table[found.keys[0]].parent
    assert parent is not None
    assert found.table[parent].full == "青岭县人民法院"


def test_brand_alone_or_behind_its_owner_is_the_branded_studio(names: Resolve) -> None:
    found = names(
        "[青岭县检察院“青柳护苗”工作室:Studio]成立。[“青柳护苗”工作室:Studio]。[“青柳护苗”:Studio]。[青柳护苗:Studio]。"
    )

    assert full_names(found) == ["“青柳护苗”工作室"] * 4


def test_one_brand_of_two_classes_is_two_entities(names: Resolve) -> None:
    found = names("[“青柳护苗”行动:Program]启动。[“青柳护苗”工作室:Studio]揭牌。")

    assert full_names(found) == ["“青柳护苗”行动", "“青柳护苗”工作室"]


def test_quotes_around_a_whole_name_are_not_part_of_it(names: Resolve) -> None:
    found = names("[“柳芽驿站”:Station]启用。[柳芽驿站:Station]接访。")

    assert full_names(found) == ["柳芽驿站"] * 2


def test_campus_is_part_of_its_school(names: Resolve) -> None:
    found = names("[青岭县第一中学初中部:School]开学。[青岭县第一中学:School]招生。")

    assert found.keys[0] != found.keys[1]
    assert found.table[found.keys[0]].parent == found.keys[1]


def test_document_is_named_without_its_title_marks(names: Resolve) -> None:
    found = names("[《青岭县护苗工作方案》:Document]印发。[青岭县护苗工作方案:Document]施行。")

    assert full_names(found) == ["青岭县护苗工作方案"] * 2


def test_no_thing_is_its_own_parent(names: Resolve) -> None:
    found = names("[青岭县公安局:Agency]、[青岭县公安局公安局:Agency]、[公安局:Agency]")

    assert all(name.parent != key for key, name in found.table.items())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("青岭县人民检察院", "青岭县检察院"),
        ("青岭县妇女联合会", "青岭县妇联"),
        ("“柳芽”驿站", "柳芽驿站"),
        ("１＋１小组", "1+1小组"),
        ("青岭县 公安局", "青岭县公安局"),
    ],
)
def test_wording_quotes_width_and_space_make_no_difference(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("湘北省柏川市云泽区人民检察院", "湘北省柏川市云泽区"),
        ("云泽镇派出所", "云泽镇"),
        ("教育局", ""),
    ],
)
def test_place_is_the_division_at_the_head_of_a_name(name: str, place: str) -> None:
    assert place_of(name) == place
