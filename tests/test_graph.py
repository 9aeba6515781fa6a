"""Extractions as quads, and quads as files."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import rdflib
import small_world
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kg import ontology
from kg.config import NAMESPACE, Settings
from kg.errors import ConfigError
from kg.graph import FORMATS, article_iri, claim_iri, iri, serialize, term, time_literal, to_quads
from kg.model import PREDICATES, Article, Claim, Entity, Evidence, Extraction

HOSTILE = "</script><img src=x onerror=alert(1)>"
RDFLIB = {
    "turtle": "turtle",
    "trig": "trig",
    "nquads": "nquads",
    "ntriples": "nt",
    "jsonld": "json-ld",
    "rdfxml": "xml",
}
# Everything Python can hold, lone surrogates too: what is read from a broken file.
anything = st.text(st.characters(), max_size=40)
labels = st.lists(anything, max_size=3).map(tuple)
entities = st.builds(
    Entity,
    id=anything.map("agency/{}".format),
    kind=st.sampled_from(sorted(ontology.load().subclasses("Entity") - {"Entity", "Organisation"})),
    name=anything,
    labels=labels,
    division=st.none() | anything,
)


@st.composite
def made_up(draw: st.DrawFn) -> Extraction:
    """Any extraction at all, with texts that no article has."""
    text = draw(st.text(st.characters(), min_size=1, max_size=60))
    article = Article(
        id=draw(st.text("0123456789abcdef", min_size=16, max_size=16)),
        name=draw(anything),
        text=text,
        paragraphs=((0, len(text)),),
        title=draw(anything),
        publisher=draw(anything),
        author=draw(anything),
        published=draw(st.none() | st.dates()),
        url=draw(anything),
    )
    found = draw(st.lists(entities, min_size=1, max_size=4))
    claims = draw(
        st.lists(
            st.builds(
                Claim,
                subject=st.sampled_from(found),
                predicate=st.sampled_from(PREDICATES),
                object=st.sampled_from(found),
                evidence=st.builds(
                    Evidence,
                    article=st.just(article.id),
                    start=st.integers(0, 60),
                    end=st.integers(0, 60),
                    text=anything,
                    rule=anything,
                    confidence=st.floats(0, 1),
                ),
                count=st.none() | st.integers(0, 10**9),
                unit=st.none() | anything,
                role=st.none() | anything,
                topic=st.none() | anything,
                time=st.none() | anything | st.dates().map(str) | st.dates().map(lambda day: str(day)[:7]),
                approximate=st.booleans(),
            ),
            max_size=4,
        )
    )
    return Extraction(article, tuple(found), tuple(claims))


def triples(quads: list[Quad]) -> set[Triple]:
    return {quad.triple for quad in quads}


def said_of(quads: list[Quad], node: NamedNode) -> dict[str, set[str]]:
    said: dict[str, set[str]] = {}
    for quad in quads:
        if quad.subject == node:
            said.setdefault(quad.predicate.value, set()).add(str(quad.object))
    return said


# IRIs


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("agency/株洲市公安局", "agency/株洲市公安局"),
        ("school/430212/明德小学", "school/430212/明德小学"),
        ("program/“女警联校”行动", "program/“女警联校”行动"),
        ("team/“1+1+N”巡逻小组", "team/“1+1+N”巡逻小组"),
        (f"studio/{HOSTILE}", "studio/%3C/script%3E%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E"),
        ("agency/100%", "agency/100%25"),
        ("agency/甲 乙\u3000丙", "agency/甲%20乙%E3%80%80丙"),
        ("agency/甲\u202e乙\u200b", "agency/甲%E2%80%AE乙%E2%80%8B"),
        ("agency/甲\ud800", "agency/甲%ED%A0%80"),
        ("agency/../../甲", "agency/%2E%2E/%2E%2E/甲"),
        ("agency/甲#乙?丙", "agency/甲%23乙%3F丙"),
    ],
)
def test_an_iri_is_readable_and_valid(path: str, expected: str) -> None:
    node = iri(Settings(), path)

    assert node.value == f"https://w3id.org/cpkg/id/{expected}"


@given(anything, anything)
def test_different_paths_have_different_iris(one: str, other: str) -> None:
    assert (iri(Settings(), one) == iri(Settings(), other)) == (one == other)


@pytest.mark.parametrize("form", ["turtle", "ntriples"])
@given(path=anything)
def test_an_iri_survives_every_parser_of_ours(form: str, path: str) -> None:
    node = iri(Settings(), path)
    data = serialize([Quad(node, node, node)], form)

    read = list(parse(data, format=FORMATS[form], base_iri="http://elsewhere.example/a/b"))
    (found,) = rdflib.Graph().parse(data=data, format=RDFLIB[form])

    assert read == [Quad(node, node, node)]
    assert {str(part) for part in found} == {node.value}


def test_a_base_that_is_no_iri_is_named() -> None:
    with pytest.raises(ConfigError, match="base: 'http://exa mple/'"):
        iri(Settings(base="http://exa mple/"), "agency/甲")


# Quads


def test_everything_an_article_yields_stands_in_its_own_graph() -> None:
    for extraction in small_world.extractions():
        quads = to_quads(extraction, settings=Settings())

        names = {quad.graph_name for quad in quads}
        assert names == {article_iri(extraction.article, settings=Settings())}


def test_an_entity_has_its_types_labels_and_code() -> None:
    quads = small_world.quads()

    assert said_of(quads, NamedNode("https://w3id.org/cpkg/id/agency/阳东市公安局")) == {
        term("rdf:type").value: {f"<{NAMESPACE}Agency>", f"<{NAMESPACE}PublicSecurityOrgan>"},
        term("skos:prefLabel").value: {'"阳东市公安局"@zh'},
        term("rdfs:label").value: {'"阳东市公安局"@zh'},
        term("skos:altLabel").value: {'"市公安局"@zh', '"市局"@zh'},
        term("cpkg:divisionCode").value: {'"990100"'},
        **{
            term(f"cpkg:{predicate}").value: {f"<https://w3id.org/cpkg/id/{path}>" for path in paths.split()}
            for predicate, paths in {
                "collaboratesWith": "agency/阳东市教育局 agency/阳东市妇联",
                "conducts": "program/青苗行动",
                "deployedTo": "group/中小学校",
                "establishes": "station/青苗驿站 studio/何清工作室",
                "inspects": "group/网吧",
                "issues": "document/青苗行动方案",
                "locatedIn": "place/990100",
                "visits": "school/990101/明德小学",
            }.items()
        },
    }


def test_a_claim_says_all_that_its_passage_says() -> None:
    first, _ = small_world.extractions()
    claim = next(claim for claim in first.claims if claim.predicate == "deployedTo")

    said = said_of(small_world.quads(), claim_iri(claim, settings=Settings()))

    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert said == {
        term("rdf:type").value: {f"<{NAMESPACE}Claim>", f"<{term('rdf:Statement').value}>"},
        term("rdf:subject").value: {"<https://w3id.org/cpkg/id/agency/阳东市公安局>"},
        term("rdf:predicate").value: {f"<{NAMESPACE}deployedTo>"},
        term("rdf:object").value: {"<https://w3id.org/cpkg/id/group/中小学校>"},
        term("prov:wasDerivedFrom").value: {"<https://w3id.org/cpkg/id/article/1111111111111111>"},
        NAMESPACE + "count": {f'"120"^^<{xsd}integer>'},
        NAMESPACE + "approximate": {f'"true"^^<{xsd}boolean>'},
        NAMESPACE + "unit": {'"名"'},
        NAMESPACE + "role": {'"法治副校长"'},
        NAMESPACE + "evidence": {'"市局选派120余名民警担任中小学校法治副校长"'},
        NAMESPACE + "start": {f'"45"^^<{xsd}integer>'},
        NAMESPACE + "end": {f'"67"^^<{xsd}integer>'},
        NAMESPACE + "rule": {'"deployedTo.hand"'},
        NAMESPACE + "confidence": {f'"0.9"^^<{xsd}decimal>'},
    }


def test_an_article_keeps_its_text_and_its_source() -> None:
    said = said_of(small_world.quads(), NamedNode("https://w3id.org/cpkg/id/article/1111111111111111"))

    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert said[term("rdf:type").value] == {f"<{NAMESPACE}Article>", "<https://schema.org/NewsArticle>"}
    assert said[term("dcterms:title").value] == {'"阳东市公安局启动“青苗”行动"@zh'}
    assert said[term("dcterms:publisher").value] == {'"阳东新闻网"@zh'}
    assert said[term("dcterms:creator").value] == {'"宣传科"@zh'}
    assert said[term("dcterms:date").value] == {f'"2025-08-01"^^<{xsd}date>'}
    assert said[term("schema:url").value] == {f'"https://news.example/1?a=1&b=<2>"^^<{xsd}anyURI>'}
    assert said[NAMESPACE + "text"] == {str(Literal(small_world.FIRST_TEXT))}


def test_every_offset_counts_in_the_stored_text() -> None:
    quads = small_world.quads()
    texts = {quad.graph_name: quad.object.value for quad in quads if quad.predicate == term("cpkg:text")}
    values = {(quad.subject, quad.predicate): quad.object.value for quad in quads}
    passages = [quad for quad in quads if quad.predicate == term("cpkg:evidence")]

    cut = [
        texts[quad.graph_name][
            int(values[quad.subject, term("cpkg:start")]) : int(values[quad.subject, term("cpkg:end")])
        ]
        for quad in passages
    ]

    assert len(passages) == 23
    assert cut == [quad.object.value for quad in passages]


def test_working_together_holds_both_ways_and_nothing_else_does() -> None:
    found = triples(small_world.quads())

    for predicate in PREDICATES:
        stated = [t for t in found if t.predicate == term(f"cpkg:{predicate}")]
        turned = [Triple(t.object, t.predicate, t.subject) for t in stated]
        assert stated
        assert {t in found for t in turned} == {predicate == "collaboratesWith"}, predicate


def test_a_group_is_linked_to_its_concept() -> None:
    said = said_of(small_world.quads(), NamedNode("https://w3id.org/cpkg/id/group/留守儿童"))

    concept = next(concept for concept in ontology.load_groups() if concept.name == "留守儿童")
    assert said[term("skos:exactMatch").value] == {f"<{concept.iri}>"}


def test_one_passage_that_gives_two_figures_is_two_claims() -> None:
    first, _ = small_world.extractions()
    claim = next(claim for claim in first.claims if claim.count == 120)

    others = [replace(claim, count=121), replace(claim, role="法治辅导员"), replace(claim, time="2025")]

    assert len({claim_iri(c, settings=Settings()) for c in (claim, *others)}) == 4
    assert claim_iri(replace(claim), settings=Settings()) == claim_iri(claim, settings=Settings())


@pytest.mark.parametrize(
    ("time", "datatype"),
    [
        ("2024-08-31", "date"),
        ("2024-08", "gYearMonth"),
        ("2024", "gYear"),
        ("2024-07/2024-08", "string"),
        ("2024-02-30", "string"),
        ("2024-13", "string"),
        ("0000", "string"),
        ("２０２４", "string"),
    ],
)
def test_a_time_has_the_datatype_that_fits_and_reads_as_it_was(time: str, datatype: str) -> None:
    literal = time_literal(time)

    assert literal.datatype.value.rpartition("#")[2] == datatype
    read = rdflib.Graph().parse(
        data=serialize([Quad(NamedNode("x:s"), NamedNode("x:p"), literal)], "turtle"), format="turtle"
    )
    assert [str(value) for value in read.objects()] == [time]


def test_a_character_that_no_format_can_carry_is_replaced_one_for_one() -> None:
    first, _ = small_world.extractions()
    text = "甲\x00乙\x0b丙\r丁\ud800戊\uffff己\t\n"
    extraction = replace(first, article=replace(first.article, text=text))

    quads = to_quads(extraction, settings=Settings())

    stored = next(q.object.value for q in quads if q.predicate == term("cpkg:text"))
    assert stored == "甲\ufffd乙\ufffd丙\ufffd丁\ufffd戊\ufffd己\t\n"
    assert len(stored) == len(text)


@given(made_up())
def test_any_extraction_gives_sorted_quads_without_blank_nodes(extraction: Extraction) -> None:
    quads = to_quads(extraction, settings=Settings())

    assert len(set(quads)) == len(quads)
    assert not any(isinstance(part, BlankNode) for quad in quads for part in quad)
    turned = replace(extraction, entities=extraction.entities[::-1], claims=extraction.claims[::-1])
    if len({entity.id for entity in extraction.entities}) == len(extraction.entities):
        assert to_quads(turned, settings=Settings()) == quads


# Files


@settings(max_examples=40)
@given(extraction=made_up(), format=st.sampled_from(sorted(FORMATS)))
def test_what_is_written_reads_back_the_same(extraction: Extraction, format: str) -> None:
    quads = to_quads(extraction, settings=Settings())

    read = list(parse(serialize(quads, format), format=FORMATS[format]))

    if FORMATS[format].supports_datasets:
        assert set(read) == set(quads)
    else:
        assert {quad.triple for quad in read} == {quad.triple for quad in quads}
    assert len(read) == len(set(read))


# rdflib's own parsers of quads use what rdflib has deprecated.
@pytest.mark.filterwarnings(
    "ignore:(Dataset[.]default_context|ConjunctiveGraph) is deprecated:DeprecationWarning"
)
@pytest.mark.parametrize("format", FORMATS)
def test_rdflib_counts_the_same(format: str) -> None:
    quads = small_world.quads()

    dataset = rdflib.Dataset()
    dataset.parse(data=serialize(quads, format), format=RDFLIB[format])

    named = FORMATS[format].supports_datasets
    assert len(list(dataset.quads())) == (len(quads) if named else len(triples(quads)))


@settings(max_examples=30)
@given(extraction=made_up())
def test_rdflib_reads_the_same_turtle(extraction: Extraction) -> None:
    quads = to_quads(extraction, settings=Settings())

    graph = rdflib.Graph().parse(data=serialize(quads, "turtle"), format="turtle")

    assert len(graph) == len(triples(quads))
    assert {str(o) for _, _, o in graph} == {quad.object.value for quad in quads}


@pytest.mark.parametrize("format", FORMATS)
def test_the_order_of_the_input_does_not_matter(format: str) -> None:
    quads = small_world.quads()

    assert serialize(quads, format) == serialize([*quads[::-1], *quads[:5]], format)


def test_the_same_input_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, small_world; from kg.graph import FORMATS, serialize; "
        "print([hashlib.sha256(serialize(small_world.quads(), f)).hexdigest() for f in FORMATS])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=Path(small_world.__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(runs) == 1
    assert len(runs.pop()) > 6 * 64


def test_turtle_names_things_shortly() -> None:
    turtle = serialize(small_world.quads(), "turtle").decode()

    assert (
        "<https://w3id.org/cpkg/id/agency/阳东市公安局> a cpkg:Agency , cpkg:PublicSecurityOrgan ;" in turtle
    )
    assert "cpkg:count 120 ;" in turtle
    assert NAMESPACE not in turtle.replace(f"@prefix cpkg: <{NAMESPACE}>", "")


def test_an_unknown_format_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="'yaml'; allowed: turtle, trig"):
        serialize([], "yaml")


def test_a_date_is_a_date() -> None:
    first, _ = small_world.articles()
    extraction = Extraction(replace(first, published=date(824, 3, 1)), (), ())

    quads = to_quads(extraction, settings=Settings())

    assert [q.object.value for q in quads if q.predicate == term("dcterms:date")] == ["0824-03-01"]
    assert list(parse(serialize(quads, "nquads"), format=RdfFormat.N_QUADS)) == quads
