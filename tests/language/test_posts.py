"""Posts that stand before a name: whose they are and what they say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.language.clauses import Ref
from kg.language.posts import find_posts, merge

Refs = Callable[[str], tuple[str, list[Ref]]]


def offices(marked: str, refs: Refs) -> set[tuple[str, str, str, str]]:
    text, mentions = refs(marked)
    return {
        (post.person.text, post.predicate, post.body.text, post.role) for post in find_posts(text, mentions)
    }


def test_words_between_body_and_name_are_the_post(refs: Refs) -> None:
    found = offices("[青岭县公安局:Agency]副局长[罗建明:Person]说。", refs)

    assert found == {("罗建明", "worksFor", "青岭县公安局", "副局长")}


def test_inner_department_is_part_of_the_role(refs: Refs) -> None:
    found = offices("[青岭县法院:Agency]立案庭庭长[许文静:Person]说。", refs)

    assert found == {("许文静", "worksFor", "青岭县法院", "立案庭庭长")}


@pytest.mark.parametrize(
    "marked",
    [
        "[云泽镇派出所:Agency]教导员、[青岭县柳溪小学:School]法治副校长[罗建明:Person]",
        "[青岭县柳溪小学:School]法治副校长、[云泽镇派出所:Agency]教导员[罗建明:Person]",
    ],
)
def test_two_posts_of_one_person_are_two_relations(marked: str, refs: Refs) -> None:
    found = offices(marked, refs)

    assert found == {
        ("罗建明", "worksFor", "云泽镇派出所", "教导员"),
        ("罗建明", "deployedTo", "青岭县柳溪小学", "法治副校长"),
    }


def test_two_offices_at_one_body_are_one_role(refs: Refs) -> None:
    found = offices("[青岭县检察院:Agency]党组书记、检察长[许文静:Person]", refs)

    assert found == {("许文静", "worksFor", "青岭县检察院", "党组书记、检察长")}


@pytest.mark.parametrize("joint", ["、", "和", "与", "以及"])
def test_persons_of_a_list_share_the_body(joint: str, refs: Refs) -> None:
    found = offices(f"[云泽镇派出所:Agency]民警[罗建明:Person]{joint}[何志远:Person]到场", refs)

    assert {(person, body) for person, _, body, _ in found} == {
        ("罗建明", "云泽镇派出所"),
        ("何志远", "云泽镇派出所"),
    }


def test_list_of_persons_with_bodies_of_their_own_is_no_cross_product(refs: Refs) -> None:
    found = offices("[青岭县妇联:Agency]主席[唐晓燕:Person]、[县教育局:Agency]局长[何志远:Person]", refs)

    assert found == {
        ("唐晓燕", "worksFor", "青岭县妇联", "主席"),
        ("何志远", "worksFor", "县教育局", "局长"),
    }


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (
            "[云泽镇派出所:Agency]到场。副所长[罗建明:Person]说",
            ("罗建明", "worksFor", "云泽镇派出所", "副所长"),
        ),
        (
            "[青岭县检察院:Agency]讲课。[县教育局:Agency]到场。检察官[许文静:Person]说",
            ("许文静", "worksFor", "青岭县检察院", "检察官"),
        ),
        (
            "[青岭县柳溪小学:School]开会。校长[唐晓燕:Person]说",
            ("唐晓燕", "worksFor", "青岭县柳溪小学", "校长"),
        ),
    ],
)
def test_bare_post_belongs_to_the_last_body_that_has_such_posts(
    marked: str, expected: tuple[str, str, str, str], refs: Refs
) -> None:
    assert offices(marked, refs) == {expected}


@pytest.mark.parametrize(
    "marked",
    [
        "[云泽镇派出所:Agency]看望老人[罗建明:Person]",
        "[云泽镇派出所:Agency]成立。[罗建明:Person]说",
        "庭长[罗建明:Person]说",
        "[青岭县公安局:Agency]开会。检察长[罗建明:Person]说",
    ],
)
def test_no_post_or_no_fitting_body_gives_nothing(marked: str, refs: Refs) -> None:
    assert offices(marked, refs) == set()


def test_merge_makes_body_post_and_person_one_mention(refs: Refs) -> None:
    text, mentions = refs("[县公安局:Agency]副局长[罗建明:Person]走进[柳溪小学:School]")

    merged = merge(mentions, list(find_posts(text, mentions)))

    assert [(text[ref.start : ref.end], ref.kind) for ref in merged] == [
        ("县公安局副局长罗建明", "Person"),
        ("柳溪小学", "School"),
    ]
