"""Where else an article was printed, and how many independent articles state a relation. All names are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pyoxigraph as ox
import pytest
import small_world
from hypothesis import given
from hypothesis import strategies as st

from kg import shapes
from kg.config import Settings
from kg.corroboration import add_copies, copies_to_quads, copy_iri
from kg.graph import article_iri, in_order, serialize, term, to_quads
from kg.model import Article, Claim, Copy, Extraction
from kg.queries import answer, cell, find_query
from kg.store import load_extractions, retract

SETTINGS = Settings()
REPRINT = Copy(
    id="3333333333333333",
    name="reprint",
    title="“青苗”行动启动",
    publisher="未来护航网",
    published=date(2025, 8, 3),
    url="https://reprints.example/7",
)
PLAIN = Copy(id="4444444444444444", name="plain")


def to_copy(article: Article) -> Copy:
    """Return an article as no more than a copy of another."""
    names = ("id", "name", "title", "publisher", "published", "url")
    return Copy(**{name: getattr(article, name) for name in names})


def store(*copies: Copy) -> ox.Store:
    """Return the small world's store with copies of its first article."""
    first, _ = small_world.articles()
    made = ox.Store()
    load_extractions(made, [*small_world.quads(), *copies_to_quads(first, copies, settings=SETTINGS)])
    return made


def table(made: ox.Store, name: str, **params: str) -> list[tuple[str, ...]]:
    return [tuple(map(cell, row)) for row in answer(made, find_query(name), params).rows]


def test_a_copy_stands_in_the_graph_of_the_article_that_is_kept() -> None:
    first, _ = small_world.articles()

    quads = copies_to_quads(first, [REPRINT], settings=SETTINGS)

    node, article = copy_iri(first, REPRINT, settings=SETTINGS), article_iri(first, settings=SETTINGS)
    assert {quad.graph_name for quad in quads} == {article}
    assert {quad.subject for quad in quads} == {node}
    assert [(quad.predicate, quad.object) for quad in quads] == [
        (term("rdf:type"), term("cpkg:Copy")),
        (term("dcterms:date"), ox.Literal("2025-08-03", datatype=term("xsd:date"))),
        (term("dcterms:identifier"), ox.Literal("3333333333333333")),
        (term("dcterms:publisher"), ox.Literal("未来护航网", language="zh")),
        (term("dcterms:title"), ox.Literal("“青苗”行动启动", language="zh")),
        (term("prov:alternateOf"), article),
        (term("schema:url"), ox.Literal("https://reprints.example/7", datatype=term("xsd:anyURI"))),
    ]


def test_the_order_of_copies_does_not_matter_and_each_counts_once() -> None:
    first, _ = small_world.articles()

    quads = copies_to_quads(first, [PLAIN, REPRINT, PLAIN], settings=SETTINGS)

    assert quads == copies_to_quads(first, [REPRINT, PLAIN], settings=SETTINGS)
    assert len({quad.subject for quad in quads}) == 2


def test_the_same_page_saved_twice_is_no_copy() -> None:
    first, _ = small_world.articles()

    assert copies_to_quads(first, [to_copy(replace(first, name="again"))], settings=SETTINGS) == []


def test_the_same_words_on_another_page_are_a_copy() -> None:
    first, _ = small_world.articles()
    other = to_copy(replace(first, publisher="晨光新闻"))

    quads = copies_to_quads(first, [other], settings=SETTINGS)

    assert ox.Literal("晨光新闻", language="zh") in {quad.object for quad in quads}


TEXTS = st.text(max_size=8)
COPIES = st.builds(
    Copy,
    id=st.text("0123456789abcdef", min_size=16, max_size=16),
    name=TEXTS,
    title=TEXTS,
    publisher=TEXTS,
    published=st.none() | st.dates(),
    url=TEXTS,
)


@given(st.lists(COPIES, max_size=4))
def test_whatever_a_page_says_of_itself_the_shapes_accept(copies: list[Copy]) -> None:
    first = small_world.extractions()[0]

    quads = [
        *to_quads(first, settings=SETTINGS),
        *copies_to_quads(first.article, copies, settings=SETTINGS),
    ]

    assert shapes.check_graph(quads).conforms
    again = ox.parse(serialize(quads, "nquads"), format=ox.RdfFormat.N_QUADS)
    assert in_order(again) == in_order(quads)


def test_copies_join_the_lines_of_their_article_in_the_order_of_a_whole_graph() -> None:
    first = small_world.extractions()[0]
    quads = to_quads(first, settings=SETTINGS)
    lines = serialize(quads, "nquads")

    joined = add_copies(lines, to_copy(first.article), [REPRINT, PLAIN], settings=SETTINGS)

    copies = copies_to_quads(first.article, [REPRINT, PLAIN], settings=SETTINGS)
    assert joined == serialize([*quads, *copies], "nquads")
    assert add_copies(lines, first.article, [], settings=SETTINGS) == lines


def test_a_copy_is_not_one_more_article_that_states_a_relation() -> None:
    relation = ("阳东市公安局", "合作", "阳东市教育局")

    assert table(store(), "corroborated") == [(*relation, "2", "0", "阳东新闻网", "")]
    assert table(store(REPRINT, PLAIN), "corroborated") == [(*relation, "2", "2", "阳东新闻网", "未来护航网")]


@pytest.mark.parametrize(
    ("params", "rows"),
    [
        ({"minimum": "3"}, []),
        ({"minimum": "1", "entity": "妇联", "predicate": "合作"}, [("阳东市公安局", "阳东市妇联", "1")]),
        ({"minimum": "1", "entity": "市局", "predicate": "inspects"}, [("阳东市公安局", "网吧", "1")]),
        ({"minimum": "1", "entity": "网吧"}, [("阳东市公安局", "网吧", "1")]),
    ],
)
def test_relations_are_found_from_either_end(
    params: dict[str, str], rows: list[tuple[str, str, str]]
) -> None:
    found = [(row[0], row[2], row[3]) for row in table(store(REPRINT), "corroborated", **params)]

    assert found == rows


def test_who_works_with_whom_counts_once_whichever_is_named_first() -> None:
    first, second = small_world.articles()
    joint, inspected = (
        "阳东市公安局联合教育局、妇联开展“青苗”行动，走进明德小学",
        "阳东市公安局会同教育局检查网吧36家次",
    )
    one = small_world.say(first, small_world.POLICE, "collaboratesWith", small_world.SCHOOLS_OFFICE, joint)
    other = small_world.say(
        second, small_world.SCHOOLS_OFFICE, "collaboratesWith", small_world.POLICE, inspected
    )
    made = ox.Store()
    both = (_only(first, one), _only(second, other))
    load_extractions(made, [quad for said in both for quad in to_quads(said, settings=SETTINGS)])

    assert [row[:4] for row in table(made, "corroborated")] == [("阳东市公安局", "合作", "阳东市教育局", "2")]


def _only(article: Article, claim: Claim) -> Extraction:
    return Extraction(article, (claim.subject, claim.object), (claim,))


def test_the_copies_of_an_article_are_listed_with_where_they_stand() -> None:
    title = "阳东市公安局启动“青苗”行动"
    kept = (title, "阳东新闻网", "2025-08-01")

    assert table(store(REPRINT, PLAIN), "copies") == [
        (*kept, "", "", "", ""),
        (*kept, "未来护航网", "2025-08-03", "“青苗”行动启动", "https://reprints.example/7"),
    ]
    assert table(store(REPRINT), "copies", entity="网吧") == []


def test_an_article_that_is_taken_back_takes_its_copies_along() -> None:
    made = store(REPRINT)
    first, _ = small_world.articles()

    retract(made, article_iri(first, settings=SETTINGS))

    assert not list(made.quads_for_pattern(None, term("prov:alternateOf"), None, None))
