"""The SHACL gate: what each shape accepts and refuses, what is set aside, and that pySHACL agrees.

All names are invented.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import SH

from kg import graph, ontology, screening, shapes
from kg.config import NAMESPACE, Settings
from kg.errors import ShapeError
from kg.model import CLASSES, PREDICATES, Article, Claim, Entity, Evidence, Extraction

FILE = Path(__file__).resolve().parent.parent / "ontology" / "shapes.ttl"
SHAPE = "https://w3id.org/cpkg/shapes#"
PREFIXES = """
    @prefix cpkg: <https://w3id.org/cpkg/ontology#> .
    @prefix dcterms: <http://purl.org/dc/terms/> .
    @prefix prov: <http://www.w3.org/ns/prov#> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix schema: <https://schema.org/> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
# 😀 and 𠮷 lie outside the first plane: offsets count them as one, as SPARQL does.
GOOD = """
    :article a cpkg:Article ; cpkg:text "😀𠮷县公安局民警李明远联合𠮷县教育局对31名保安员进行培训。" ;
        dcterms:date "2024-08-31"^^xsd:date ; schema:mentions :police , :school , :guards , :officer .
    :police a cpkg:Agency , cpkg:PublicSecurityOrgan ; skos:prefLabel "𠮷县公安局"@zh ; skos:altLabel "县局"@zh ;
        cpkg:trains :guards ; cpkg:collaboratesWith :school .
    :school a cpkg:Agency , cpkg:EducationDepartment ; skos:prefLabel "𠮷县教育局"@zh ;
        cpkg:collaboratesWith :police .
    :guards a cpkg:Group ; skos:prefLabel "保安员"@zh .
    :officer a cpkg:Person ; skos:prefLabel "李明远"@zh ; cpkg:worksFor :police .
    :post a cpkg:Claim , rdf:Statement ; rdf:subject :officer ; rdf:predicate cpkg:worksFor ; rdf:object :police ;
        cpkg:role "民警" ; cpkg:evidence "公安局民警李明远" ; cpkg:start 3 ; cpkg:end 11 ; cpkg:rule "worksFor.post" ;
        cpkg:confidence 1.0 ; prov:wasDerivedFrom :article .
    :claim a cpkg:Claim , rdf:Statement ; rdf:subject :police ; rdf:predicate cpkg:trains ; rdf:object :guards ;
        cpkg:evidence "对31名保安员进行培训" ; cpkg:start 18 ; cpkg:end 29 ;
        cpkg:rule "trains.dui" ; cpkg:confidence 0.93 ;
        cpkg:count 31 ; cpkg:unit "名" ; cpkg:topic "应急处置" ; cpkg:time "2024-08"^^xsd:gYearMonth ;
        cpkg:approximate true ; prov:wasDerivedFrom :article .
    :copy a cpkg:Copy ; dcterms:identifier "3333333333333333" ; dcterms:publisher "𠮷县新闻网"@zh ;
        dcterms:date "2024-09-02"^^xsd:date ; prov:alternateOf :article .
"""
# The shape, what to replace in GOOD, and by what.
MUTANTS = [
    ("Iri", ":guards a cpkg:Group ;", "[] a cpkg:Place ; skos:prefLabel '𠮷县'@zh . :guards a cpkg:Group ;"),
    ("PrefLabel", 'skos:prefLabel "保安员"@zh', 'skos:prefLabel "保安员"@zh , "保安"@zh'),
    ("PrefLabel", 'skos:prefLabel "保安员"@zh', 'skos:altLabel "保安"@zh'),
    ("PrefLabel", 'skos:prefLabel "保安员"@zh', 'skos:prefLabel "guards"@en'),
    ("PrefLabelText", 'skos:prefLabel "保安员"@zh', 'skos:prefLabel "保▇员"@zh'),
    ("PrefLabelText", 'skos:prefLabel "保安员"@zh', 'skos:prefLabel " "@zh'),
    ("AltLabel", 'skos:altLabel "县局"@zh', 'skos:altLabel "县局" '),
    ("AltLabel", 'skos:altLabel "县局"@zh', 'skos:altLabel "县▇"@zh'),
    ("OneClass", ":guards a cpkg:Group", ":guards a cpkg:Group , cpkg:Place"),
    ("OneClass", "schema:mentions :police ,", "schema:mentions :police , :nobody ,"),
    ("PersonInOffice", "rdf:subject :officer ;", "rdf:subject :school ;"),
    ("PersonName", '"李明远"@zh', '"李某"@zh'),
    ("PersonName", '"李明远"@zh', '"李"@zh'),
    ("PersonName", '"李明远"@zh', '"小雨（化名）"@zh'),
    ("ArticleText", 'cpkg:text "😀', 'cpkg:text "甲" , "😀'),
    ("ArticleDate", '"2024-08-31"^^xsd:date', '"2024-02-30"^^xsd:date'),
    ("ArticleDate", '"2024-08-31"^^xsd:date', '"2024-08-31"'),
    ("CopyOf", "prov:alternateOf :article", 'dcterms:title "甲"@zh'),
    ("CopyOf", "prov:alternateOf :article", "prov:alternateOf :police"),
    ("CopyDate", '"2024-09-02"^^xsd:date', '"2024-02-30"^^xsd:date'),
    ("ClaimSubject", "rdf:subject :police ;", ""),
    ("ClaimSubject", "rdf:subject :police ;", "rdf:subject :police , :school ;"),
    ("ClaimSubject", "rdf:subject :police ;", "rdf:subject :guards ;"),
    ("ClaimPredicate", "rdf:predicate cpkg:trains ;", "rdf:predicate cpkg:teaches ;"),
    ("ClaimPredicate", "rdf:predicate cpkg:trains ;", ""),
    ("ClaimObject", "rdf:object :guards ;", ""),
    ("ClaimObject", "rdf:object :guards ;", 'rdf:object "保安员" ;'),
    ("ClaimEvidence", 'cpkg:evidence "对31名保安员进行培训" ;', ""),
    ("ClaimEvidence", 'cpkg:evidence "对31名保安员进行培训"', 'cpkg:evidence ""'),
    ("ClaimStart", "cpkg:start 18", "cpkg:start -1"),
    ("ClaimStart", "cpkg:start 18", 'cpkg:start "18"'),
    ("ClaimStart", "cpkg:start 18", "cpkg:start 18 , 19"),
    ("ClaimOrder", "cpkg:start 18", "cpkg:start 29"),
    ("ClaimEnd", "cpkg:end 29 ;", ""),
    ("ClaimEnd", "cpkg:end 29", 'cpkg:end "x"^^xsd:integer'),
    ("ClaimLength", "cpkg:end 29", "cpkg:end 30"),
    ("ClaimPassage", "cpkg:start 18 ; cpkg:end 29", "cpkg:start 17 ; cpkg:end 28"),
    ("ClaimPassage", '"对31名保安员进行培训"', '"对32名保安员进行培训"'),
    ("ClaimTriple", "cpkg:trains :guards ; cpkg:collab", "cpkg:collab"),
    ("ClaimRule", 'cpkg:rule "trains.dui" ;', ""),
    ("ClaimRule", 'cpkg:rule "trains.dui"', 'cpkg:rule "trains.dui" , "trains.wei"'),
    ("ClaimConfidence", "cpkg:confidence 0.93", "cpkg:confidence 1.01"),
    ("ClaimConfidence", "cpkg:confidence 0.93", "cpkg:confidence -0.1"),
    ("ClaimConfidence", "cpkg:confidence 0.93", "cpkg:confidence 9.3e-1"),
    ("ClaimCount", "cpkg:count 31", "cpkg:count -31"),
    ("ClaimCount", "cpkg:count 31", "cpkg:count 31.5"),
    ("ClaimUnit", 'cpkg:unit "名"', 'cpkg:unit ""'),
    ("ClaimRole", 'cpkg:role "民警"', 'cpkg:role "▇▇的老师"'),
    ("ClaimTopic", 'cpkg:topic "应急处置"', 'cpkg:topic "  "'),
    ("ClaimTime", '"2024-08"^^xsd:gYearMonth', '"2024-13"'),
    ("ClaimTime", '"2024-08"^^xsd:gYearMonth', '"2024-08"'),
    ("ClaimTime", '"2024-08"^^xsd:gYearMonth', '"2024-02-30"^^xsd:date'),
    ("ClaimTime", '"2024-08"^^xsd:gYearMonth', '"去年8月"'),
    ("ClaimTime", '"2024-08"^^xsd:gYearMonth', '"2024-08/"'),
    ("ClaimApproximate", "cpkg:approximate true", 'cpkg:approximate "yes"'),
    ("ClaimSource", "cpkg:approximate true ; prov:wasDerivedFrom :article", "cpkg:approximate true"),
    ("ClaimSource", "cpkg:approximate true ; prov:wasDerivedFrom :article", "prov:wasDerivedFrom :police"),
    ("BothWaysPath", ' ;\n        cpkg:collaboratesWith :police .', " ."),
]  # fmt: skip
TIMES = ['"2024"^^xsd:gYear', '"2024-08-31"^^xsd:date', '"2024-07/2024-08"', '"2023/2024-06"']
WRONG_ENDS = [
    (predicate, end, next((c for c in CLASSES if c not in getattr(ontology.load().properties[predicate], end)), ""))
    for predicate in PREDICATES
    for end in ("domain", "range")
]  # fmt: skip


def _quads(turtle: str, number: int = 0, *, named: bool = True) -> list[ox.Quad]:
    text = f"{PREFIXES} @prefix : <http://example.org/{number}/> . {turtle}"
    name = ox.NamedNode(f"http://example.org/{number}/article") if named else ox.DefaultGraph()
    triples = ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)
    return [ox.Quad(t.subject, t.predicate, t.object, name) for t in triples]


def _mutant(old: str, new: str) -> str:
    assert old in GOOD, old
    return GOOD.replace(old, new, 1)


def _wrong_end(predicate: str, end: str, kind: str) -> str:
    relation = ontology.load().properties[predicate]
    left, right = min(relation.domain), min(relation.range)
    left, right = (kind, right) if end == "domain" else (left, kind)
    typed = [f":{node} a cpkg:{name} ." for node, name in (("l", left), ("r", right)) if name]
    back = f":r cpkg:{predicate} :l ." if relation.symmetric else ""
    return f":l cpkg:{predicate} :r . {back} {' '.join(typed)}"


# What each shape accepts and refuses


def test_the_good_example_conforms() -> None:
    assert shapes.check_graph(_quads(GOOD)).problems == ()


@pytest.mark.parametrize("time", TIMES)
def test_every_form_of_time_conforms(time: str) -> None:
    assert shapes.check_graph(_quads(_mutant('"2024-08"^^xsd:gYearMonth', time))).conforms


@pytest.mark.parametrize(("shape", "old", "new"), MUTANTS)
def test_each_shape_refuses_its_mistake_in_both_languages(shape: str, old: str, new: str) -> None:
    report = shapes.check_graph(_quads(_mutant(old, new)))

    found = {problem.shape: problem for problem in report.problems}
    assert shape in found
    assert found[shape].message.zh > "\u4e00" > found[shape].message.en > ""
    assert found[shape].graph == "http://example.org/0/article"


@pytest.mark.parametrize(("predicate", "end", "kind"), WRONG_ENDS)
def test_a_relation_refuses_an_end_outside_its_domain_or_range(predicate: str, end: str, kind: str) -> None:
    report = shapes.check_graph(_quads(_wrong_end(predicate, end, kind)))

    side = "Subject" if end == "domain" else "Object"
    assert predicate[0].upper() + predicate[1:] + side in {problem.shape for problem in report.problems}


def test_a_relation_accepts_every_pair_of_its_domain_and_range() -> None:
    lines = [f":{name} a cpkg:{name} ." for name in CLASSES]
    for predicate in PREDICATES:
        relation = ontology.load().properties[predicate]
        lines += [f":{a} cpkg:{predicate} :{b} ." for a in relation.domain for b in relation.range]

    report = shapes.check_graph(_quads(" ".join(lines)))

    assert {p.shape for p in report.problems} == {"PrefLabel", "PersonInOffice"}


def test_every_shape_of_the_file_has_an_example_that_breaks_it() -> None:
    parsed = _parsed()
    constrained = {
        str(node).removeprefix(SHAPE)
        for node in parsed.subjects(SH.message)
        if isinstance(node, rdflib.URIRef)
    }

    broken = {shape for shape, _, _ in MUTANTS}
    broken |= {
        p[0].upper() + p[1:] + {"domain": "Subject", "range": "Object"}[end] for p, end, _ in WRONG_ENDS
    }

    assert constrained == broken


def test_every_message_comes_in_both_languages() -> None:
    parsed = _parsed()

    languages = {
        node: sorted(getattr(m, "language", "") or "" for m in parsed.objects(node, SH.message))
        for node in parsed.subjects(SH.message)
    }

    assert set(map(tuple, languages.values())) == {("en", "zh")}


# Agreement with pySHACL alone


@cache
def _parsed() -> rdflib.Graph:
    return rdflib.Graph().parse(FILE)


def _pyshacl(quads: Iterable[ox.Quad]) -> set[tuple[str, str]]:
    store = ox.Store()
    store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    data = pyshacl.graph_abstraction.DataGraph.from_oxigraph_store(store)
    _, report, _ = pyshacl.validate(data, shacl_graph=_parsed(), inplace=True)
    assert isinstance(report, rdflib.Graph)
    return {
        (_key(report, result, SH.focusNode), (_key(report, result, SH.sourceConstraint) or _key(report, result, SH.sourceShape)))
        for result in report.subjects(rdflib.RDF.type, SH.ValidationResult)
    }  # fmt: skip


def _key(report: rdflib.Graph, result: rdflib.term.Node, predicate: rdflib.URIRef) -> str:
    node = report.value(result, predicate)
    return "" if node is None else "_" if isinstance(node, rdflib.BNode) else str(node)


TEXTS = [GOOD, *(_mutant(old, new) for _, old, new in MUTANTS), *(_wrong_end(*wrong) for wrong in WRONG_ENDS)]
PART = 10  # pySHACL's time grows with the square of the graph


@pytest.mark.slow
@pytest.mark.parametrize("part", range(0, len(TEXTS), PART))
def test_the_gate_finds_exactly_what_pyshacl_finds(part: int) -> None:
    texts = TEXTS[part : part + PART]
    quads = [quad for number, text in enumerate(texts) for quad in _quads(text, number)]

    problems = shapes.check_graph(quads).problems

    found = {("_" if p.focus.startswith("_:") else p.focus, SHAPE + p.shape) for p in problems}
    assert found == _pyshacl(quads)
    assert len(found) >= len(texts) - 1


def test_the_shapes_file_is_well_formed_shacl() -> None:
    conforms, _, text = pyshacl.validate(
        rdflib.Graph().parse(data=PREFIXES), shacl_graph=_parsed(), meta_shacl=True
    )

    assert conforms, text


# check_graph


def test_triples_without_a_named_graph_are_checked_too() -> None:
    report = shapes.check_graph(_quads(_mutant("cpkg:count 31", "cpkg:count -31"), named=False))

    assert [(p.shape, p.graph, p.value) for p in report.problems] == [("ClaimCount", "", "-31")]


def test_a_store_is_checked_in_place() -> None:
    store = ox.Store()
    store.extend(_quads(_mutant("cpkg:end 29", "cpkg:end 30")))

    report = shapes.check_graph(store)

    assert not report.conforms
    assert {p.focus for p in report.problems} == {"http://example.org/0/claim"}


def test_two_articles_that_name_one_node_differently_break_only_the_merged_graph() -> None:
    other = GOOD.replace('"保安员"@zh', '"学校保安员"@zh').replace(":guards", "<http://example.org/0/guards>")

    report = shapes.check_graph([*_quads(GOOD), *_quads(other, 1)])

    assert [(p.focus, p.shape, p.graph) for p in report.problems] == [
        ("http://example.org/0/guards", "PrefLabel", "")
    ]


def test_one_article_does_not_supply_what_another_lacks() -> None:
    lacking = _quads(_mutant("cpkg:trains :guards ; cpkg:collab", "cpkg:collab"))
    supplying = [ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode("http://example.org/1/article")) for q in _quads(GOOD)]  # fmt: skip

    report = shapes.check_graph([*lacking, *supplying])

    assert ("ClaimTriple", "http://example.org/0/article") in {(p.shape, p.graph) for p in report.problems}


# The gate

POLICE = Entity("agency/青禾县公安局", "PublicSecurityOrgan", "青禾县公安局", ("县公安局",))
SCHOOL = Entity("school/青禾县明德小学", "PrimarySchool", "青禾县明德小学")
GUARDS = Entity("group/保安员", "Group", "保安员")
OFFICER = Entity("person/青禾县公安局/李明远", "Person", "李明远")
TEXT = "😀青禾县公安局民警李明远到青禾县明德小学，对31名保安员进行培训。"


def _claim(subject: Entity, predicate: str, thing: Entity, passage: str, text: str = TEXT) -> Claim:
    start = text.index(passage)
    evidence = Evidence("a1", start, start + len(passage), passage, f"{predicate}.test", 0.9)
    return Claim(subject, predicate, thing, evidence)


POST = replace(_claim(OFFICER, "worksFor", POLICE, "青禾县公安局民警李明远"), role="民警")
VISIT = _claim(POLICE, "visits", SCHOOL, "到青禾县明德小学")
TRAINING = replace(
    _claim(POLICE, "trains", GUARDS, "对31名保安员进行培训"), count=31, unit="名", time="2024-08"
)


def _extraction(*claims: Claim, name: str = "a1", entities: tuple[Entity, ...] | None = None) -> Extraction:
    article = Article(name, f"{name}.txt", TEXT, ((0, len(TEXT)),), published=date(2024, 8, 31))
    moved = tuple(replace(c, evidence=replace(c.evidence, article=name)) for c in claims)
    return Extraction(article, (POLICE, SCHOOL, GUARDS, OFFICER) if entities is None else entities, moved)


def _gate(*extractions: Extraction, batch: int = 100) -> list[shapes.GateResult]:
    return list(shapes.gate(extractions, settings=Settings(), batch=batch))


def test_a_clean_article_passes_whole_with_its_quads() -> None:
    extraction = _extraction(POST, VISIT, TRAINING)

    [result] = _gate(extraction)

    assert result.kept == extraction
    assert list(result.quads) == graph.to_quads(extraction, settings=Settings())
    assert result.quarantined == ()


def test_a_broken_claim_is_set_aside_with_its_reason_and_the_rest_goes_on() -> None:
    broken = replace(TRAINING, count=-31)

    [result] = _gate(_extraction(POST, VISIT, broken))

    assert result.kept is not None
    assert result.kept.claims == (POST, VISIT)
    assert [(q.claim, q.shape) for q in result.quarantined] == [(broken, "ClaimCount")]
    assert result.quarantined[0].reason_en == "a claim has at most one count, an integer of 0 or more"
    assert result.quarantined[0].reason_zh == "数量至多一个，须是不小于 0 的整数"
    assert list(result.quads) == graph.to_quads(result.kept, settings=Settings())


def test_a_claim_that_breaks_two_shapes_is_set_aside_once_with_both_reasons() -> None:
    broken = replace(TRAINING, count=-31, time="去年")

    [result] = _gate(_extraction(POST, broken))

    assert [(q.claim, q.shape) for q in result.quarantined] == [(broken, "ClaimCount ClaimTime")]
    assert result.quarantined[0].reason_en.count("; ") == 1


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_passage_that_does_not_stand_at_its_offsets_is_set_aside(shift: int) -> None:
    evidence = TRAINING.evidence
    broken = replace(
        TRAINING, evidence=replace(evidence, start=evidence.start + shift, end=evidence.end + shift)
    )

    [result] = _gate(_extraction(POST, broken))

    assert [q.shape for q in result.quarantined] == ["ClaimPassage"]


def test_a_wrong_end_costs_only_the_claims_of_that_relation() -> None:
    wrong = _claim(SCHOOL, "namedAfter", OFFICER, "青禾县明德小学")

    [result] = _gate(_extraction(POST, VISIT, wrong))

    assert result.kept is not None
    assert result.kept.claims == (POST, VISIT)
    assert [(q.claim, q.shape) for q in result.quarantined] == [(wrong, "NamedAfterSubject")]


def test_a_person_who_loses_the_last_claim_goes_too() -> None:
    [result] = _gate(_extraction(replace(POST, role=" "), TRAINING))

    assert result.kept is not None
    assert OFFICER not in result.kept.entities
    assert [(type(q.item).__name__, q.shape) for q in result.quarantined] == [
        ("Claim", "ClaimRole"),
        ("Entity", "PersonInOffice"),
    ]


def test_an_entity_other_than_a_person_stays_without_claims() -> None:
    [result] = _gate(_extraction(POST, replace(VISIT, time="昨天")))

    assert result.kept is not None
    assert SCHOOL in result.kept.entities


def test_a_masked_name_goes_with_all_its_claims() -> None:
    masked = Entity("person/▇▇", "Person", "▇▇")
    claims = (_claim(masked, "worksFor", POLICE, "民警"), _claim(masked, "trains", GUARDS, "培训"))

    [result] = _gate(_extraction(POST, *claims, entities=(POLICE, GUARDS, OFFICER, masked)))

    assert result.kept is not None
    assert result.kept.claims == (POST,)
    assert {q.item for q in result.quarantined} == {masked, *claims}
    assert "▇▇" not in {q.object.value for q in result.quads if isinstance(q.object, ox.Literal)}


def test_an_article_without_text_is_refused_whole() -> None:
    extraction = _extraction(POST)
    empty = replace(extraction, article=replace(extraction.article, text=""))

    [result] = _gate(empty)

    assert (result.kept, result.quads) == (None, ())
    assert [(q.item, q.claim, q.shape) for q in result.quarantined] == [(empty.article, None, "ArticleText")]


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_results_come_in_order_whatever_the_batch(batch: int) -> None:
    extractions = [
        _extraction(POST, replace(TRAINING, count=number - 3), name=f"a{number}") for number in range(6)
    ]

    results = _gate(*extractions, batch=batch)

    assert [len(r.quarantined) for r in results] == [1, 1, 1, 0, 0, 0]
    assert [r.kept.article.id for r in results if r.kept] == [f"a{number}" for number in range(6)]


def test_articles_of_one_batch_do_not_answer_for_each_other() -> None:
    renamed = replace(POLICE, name="青禾县公安机关")
    person_only = _extraction(TRAINING, name="a2", entities=(POLICE, GUARDS, OFFICER))

    first, second, third = _gate(_extraction(POST), person_only, _extraction(name="a3", entities=(renamed,)))

    assert (first.quarantined, third.quarantined) == ((), ())
    assert [q.shape for q in second.quarantined] == ["PersonInOffice"]


def test_the_gate_takes_no_more_than_a_batch_at_once() -> None:
    taken: list[str] = []

    def source() -> Iterable[Extraction]:
        for number in range(100):
            taken.append(f"a{number}")
            yield _extraction(POST, name=f"a{number}")

    next(iter(shapes.gate(source(), settings=Settings(), batch=5)))

    assert len(taken) == 5


@settings(max_examples=10)
@given(
    st.lists(
        st.builds(
            lambda start, length, cut, count, time, role, confidence, subject, predicate, thing: replace(
                _claim(subject, predicate, thing, "培训"),
                evidence=Evidence(
                    "a1", start, start + length, TEXT[start : start + length + cut], "test", confidence
                ),
                count=count,
                time=time,
                role=role,
            ),
            start=st.integers(-2, 40),
            length=st.integers(0, 8),
            cut=st.sampled_from([0, 0, 0, 1]),
            count=st.none() | st.integers(-1, 900),
            time=st.none()
            | st.sampled_from(["2024", "2024-08", "2024-02-30", "2024-07/2024-08", "8月", "/"]),
            role=st.none() | st.text("民警▇ \u0000\ud800", max_size=3),
            confidence=st.floats(-0.1, 1.1, allow_nan=False),
            subject=st.sampled_from([POLICE, SCHOOL, GUARDS, OFFICER]),
            predicate=st.sampled_from(PREDICATES),
            thing=st.sampled_from([POLICE, SCHOOL, GUARDS, OFFICER]),
        ),
        max_size=12,
    )
)
def test_what_the_gate_lets_through_pyshacl_accepts(claims: list[Claim]) -> None:
    extraction = _extraction(*claims)

    [result] = _gate(extraction)

    assert _pyshacl(result.quads) == set()
    assert result.kept is not None
    assert {*result.kept.claims, *(q.claim for q in result.quarantined if q.claim)} == set(extraction.claims)


# The shapes file and the ontology, and broken shapes files


@pytest.mark.parametrize("predicate", PREDICATES)
@pytest.mark.parametrize(("side", "end"), [("Subject", "domain"), ("Object", "range")])
def test_the_shapes_ask_for_the_ontologys_domains_and_ranges(predicate: str, side: str, end: str) -> None:
    parsed = _parsed()
    shape = rdflib.URIRef(SHAPE + predicate[0].upper() + predicate[1:] + side)
    options = parsed.value(shape, SH["or"])

    asked = {parsed.value(o, SH["class"]) for o in parsed.items(options)} if options else {parsed.value(shape, SH["class"])}  # fmt: skip

    assert {str(c).removeprefix(NAMESPACE) for c in asked} == getattr(
        ontology.load().properties[predicate], end
    )


@pytest.mark.parametrize(
    ("turtle", "message"),
    [
        ("shape:A a sh:NodeShape [", "cannot be read"),
        ("shape:A a sh:NodeShape .", "no shape with a target"),
        ("shape:A sh:targetClass cpkg:Claim ; sh:closed true .", "sh:closed; allowed: class, datatype"),
        ("shape:A sh:targetClass cpkg:Claim ; sh:not [ sh:class cpkg:Place ] .", "sh:not; allowed:"),
        ("shape:A sh:targetNode cpkg:Claim ; sh:class cpkg:Place .", "no shape with a target"),
        ("shape:A sh:targetClass cpkg:Claim ; sh:property [ sh:path cpkg:end ; sh:maxCount 2 ] .", "only 1 can"),
        ("shape:A sh:targetClass cpkg:Claim ; sh:property [ sh:path [ sh:zeroOrMorePath cpkg:end ] ; sh:minCount 1 ] .", "path _:"),
        ("shape:A sh:targetClass cpkg:Claim ; sh:nodeKind sh:Literal .", "sh:nodeKind .*Literal"),
    ],
)  # fmt: skip
def test_a_shapes_file_that_cannot_be_screened_stops_the_program(
    tmp_path: Path, turtle: str, message: str
) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text(f"{PREFIXES} @prefix sh: <{SH}> . @prefix shape: <{SHAPE}> . {turtle}", encoding="utf-8")

    with pytest.raises(ShapeError, match=message):
        screening.read_screen(path)
