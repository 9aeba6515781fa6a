"""The ontology files: what they say, that tools read them, that reasoning finds no contradiction in them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import owlrl
import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from machine import measured_training_gold
from rdflib import OWL, RDF, RDFS, SKOS

from kg import ontology
from kg.config import NAMESPACE
from kg.errors import DataError
from kg.model import CLASSES, ORGANISATIONS, PREDICATES

REPO = Path(__file__).resolve().parent.parent
FOLDER = REPO / "ontology"
TRAIN = measured_training_gold()
FILES = ("cpkg.ttl", "groups.ttl", "roles.ttl", "shapes.ttl", "ontology-shapes.ttl")
O = ORGANISATIONS  # noqa: E741 - the contract's own name for the five kinds of body
# The output contract, as the annotation guidelines and their checker have it.
CONTRACT = {
    "collaboratesWith": (O, O),
    "deployedTo": (O | {"Person", "Program"}, O | {"Group", "Place"}),
    "visits": (O | {"Person", "Program"}, O | {"Group", "Place"}),
    "trains": (O | {"Person", "Program", "Group"}, {"Group", "School", "Station", "Agency"}),
    "establishes": (O | {"Program", "Place"}, {"Studio", "Station", "Team"}),
    "conducts": (O | {"Person"}, {"Program"}),
    "participatesIn": (O | {"Person", "Group"}, {"Program"}),
    "heldAt": ({"Program"}, {"School", "Station", "Place", "Group"}),
    "serves": (O | {"Program", "Person"}, {"Group"}),
    "namedAfter": ({"Studio", "Station", "Team"}, {"Person"}),
    "issues": (O, {"Document"}),
    "worksFor": ({"Person"}, O),
    "partOf": (O, O),
    "inspects": (O | {"Person"}, {"Group", "School"}),
    "locatedIn": (set(CLASSES), {"Place"}),
}
GUIDELINE_GROUPS = {
    "未成年人": "青少年 少年儿童 孩子 儿童",
    "学生": "同学 师生",
    "留守儿童": "留守学生",
    "困境儿童": "困境未成年人 困难儿童 特殊困境未成年人",
    "流动儿童": "新市民子女 外来务工人员子女",
    "孤儿": "事实无人抚养儿童",
    "残疾儿童": "",
    "女童": "女学生",
    "涉案未成年人": "涉罪未成年人 违法犯罪未成年人",
    "被害未成年人": "受侵害未成年人",
    "不良行为未成年人": "严重不良行为未成年人 重点未成年人",
    "家长": "父母 监护人 学生家长",
    "教师": "老师 教职工 班主任 校长",
    "保安员": "学校保安 安保人员",
    "民警": "警力 民辅警 干警 女警",
    "志愿者": "家长志愿者 社区志愿者 义工",
    "社工": "",
    "社区居民": "群众 村民",
    "中小学校": "学校 校园 辖区学校 联点学校 中小学",
    "幼儿园": "",
    "专门学校": "",
    "校园周边": "",
    "娱乐场所": "KTV 酒吧 歌舞厅",
    "旅馆": "宾馆 酒店 民宿 旅馆业",
    "网吧": "上网服务场所",
    "商店": "商户 文具店 超市 烟酒店",
    "校车": "",
    "家庭": "",
}
EXAMPLE = """
    @prefix cpkg: <https://w3id.org/cpkg/ontology#> .
    @prefix prov: <http://www.w3.org/ns/prov#> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    @prefix : <http://example.org/> .
    :police a cpkg:PublicSecurityOrgan , cpkg:Agency ; skos:prefLabel "青禾县公安局"@zh ;
        cpkg:collaboratesWith :school ; cpkg:trains :guards .
    :school a cpkg:PrimarySchool , cpkg:School ; skos:prefLabel "青禾县明德小学"@zh ;
        cpkg:collaboratesWith :police ; cpkg:locatedIn :county .
    :county a cpkg:County , cpkg:Place ; cpkg:locatedIn :province .
    :province a cpkg:Province , cpkg:Place .
    :guards a cpkg:Group .
    :officer a cpkg:Person ; cpkg:worksFor :police .
    :studio a cpkg:Studio ; cpkg:namedAfter :officer ; cpkg:partOf :police .
    :article a cpkg:Article ; cpkg:text "青禾县公安局对保安员进行培训。" .
    :claim a cpkg:Claim , rdf:Statement ; rdf:subject :police ; rdf:predicate cpkg:trains ; rdf:object :guards ;
        cpkg:count 31 ; cpkg:unit "名" ; cpkg:time "2024-08"^^xsd:gYearMonth ; cpkg:approximate true ;
        cpkg:evidence "对保安员进行培训" ; cpkg:start 6 ; cpkg:end 14 ; cpkg:rule "trains.dui" ;
        cpkg:confidence 0.9 ; prov:wasDerivedFrom :article .
"""


@pytest.fixture(scope="module")
def terms() -> rdflib.Graph:
    return rdflib.Graph().parse(FOLDER / "cpkg.ttl")


# What the classes and properties say


def test_the_ten_classes_stand_directly_under_the_abstract_ones() -> None:
    classes = ontology.load().classes

    assert {name: classes[name].parents for name in CLASSES} == {
        name: ("Organisation",) if name in ORGANISATIONS else ("Entity",) for name in CLASSES
    }


@pytest.mark.parametrize("predicate", PREDICATES)
def test_domain_and_range_follow_the_contract(predicate: str) -> None:
    relation = ontology.load().properties[predicate]

    assert (set(relation.domain), set(relation.range)) == tuple(map(set, CONTRACT[predicate]))


def test_only_collaboration_is_symmetric() -> None:
    properties = ontology.load().properties.values()

    assert {p.name for p in properties if p.symmetric} == {"collaboratesWith"}
    assert {p.name for p in properties if p.relation} == set(PREDICATES)


def test_an_attribute_has_its_class_and_its_datatype() -> None:
    properties = ontology.load().properties

    count, text = properties["count"], properties["text"]

    assert (count.domain, count.range) == ({"Claim"}, {"http://www.w3.org/2001/XMLSchema#integer"})
    assert (text.domain, text.relation) == ({"Article"}, False)


def test_labels_come_in_both_languages() -> None:
    trains = ontology.load().properties["trains"]

    assert (trains.label["zh"], trains.label["en"]) == ("培训", "trains")
    assert (trains.inverse.zh, trains.inverse.en) == ("接受培训", "is trained by")


@pytest.mark.parametrize(
    ("kind", "scored"),
    [("PoliceStation", "Agency"), ("MiddleSchool", "School"), ("Person", "Person"), ("Law", "Document")],
)
def test_a_kind_falls_under_one_of_the_ten(kind: str, scored: str) -> None:
    assert ontology.load().scored_class(kind) == scored


@pytest.mark.parametrize("kind", ["Police", "Organisation", "Claim", ""])
def test_a_kind_outside_the_ten_is_an_error(kind: str) -> None:
    with pytest.raises(DataError, match=f"unknown kind of entity '{kind}'"):
        ontology.load().scored_class(kind)


def test_subclasses_reach_all_levels() -> None:
    below = ontology.load().subclasses("Agency")

    assert {"Agency", "PublicSecurityOrgan", "PoliceStation"} <= below
    assert "School" not in below


# How names tell a subclass


@pytest.mark.parametrize(
    ("name", "scored", "kind"),
    [
        ("青禾县公安局", "Agency", "PublicSecurityOrgan"),
        ("渭南市公安局华州分局", "Agency", "PublicSecurityOrgan"),
        ("南丰派出所", "Agency", "PoliceStation"),
        ("青禾县交警大队三中队", "Agency", "PoliceUnit"),
        ("青禾县人民检察院第五检察部", "Agency", "Procuratorate"),
        ("青禾县教育部门", "Agency", "EducationDepartment"),
        ("县妇联权益部", "Agency", "WomensFederation"),
        ("共青团青禾县委员会", "Agency", "YouthLeague"),
        ("中共青禾县委员会", "Agency", "PartyOrgan"),
        ("文化市场综合行政执法大队", "Agency", "CultureTourismDepartment"),
        ("综合行政执法大队", "Agency", "UrbanManagementDepartment"),
        ("东风镇人民政府", "Agency", "TownshipGovernment"),
        ("青禾县人民政府", "Agency", "GovernmentOffice"),
        ("县人民法院少年法庭", "Agency", "Court"),
        ("县人民法院少年法庭", "Station", "JuvenileCourt"),
        ("“新市民服务驿站”", "Station", "ServicePoint"),
        ("株洲市第二中学初中部", "School", "MiddleSchool"),
        ("株洲市第二中学", "School", "SecondarySchool"),
        ("青禾县公安局机关幼儿园", "School", "Kindergarten"),
        ("《救助保护工作规程（试行）》", "Document", "Procedure"),
        ("“1+1+N”巡逻小组", "Team", "PatrolTeam"),
        ("渌口区", "Place", "County"),
        ("株洲市", "Place", "Place"),
        ("“护苗”", "Program", "Program"),
        ("周桂平", "Person", "Person"),
        ("", "Agency", "Agency"),
    ],
)
def test_a_name_tells_its_subclass(name: str, scored: str, kind: str) -> None:
    assert ontology.load().subclass_for(name, scored) == kind


def test_every_suffix_leads_to_its_class() -> None:
    loaded = ontology.load()

    wrong = [
        (c.name, suffix, found)
        for c in loaded.classes.values()
        for suffix in c.suffixes
        if (found := loaded.subclass_for(suffix, loaded.scored_class(c.name))) != c.name
    ]

    assert wrong == []


def test_a_subclass_is_always_of_the_class_it_was_asked_for() -> None:
    loaded = ontology.load()
    words = {word for c in loaded.classes.values() for word in (*c.suffixes, *c.infixes)}

    assert all(
        loaded.scored_class(loaded.subclass_for(word, scored)) == scored
        for word in words
        for scored in CLASSES
    )


def test_a_hostile_name_costs_no_time() -> None:
    name = "（a" * 200_000 + "”" * 200_000

    assert ontology.load().subclass_for(name, "Agency") == "Agency"


@pytest.mark.parametrize(
    ("kind", "floor"),
    [
        ("Agency", 0.97),
        ("School", 0.92),
        ("Station", 0.94),
        ("Team", 0.93),
        ("Document", 0.97),
        ("Program", 0.82),
    ],
)
def test_most_names_of_the_training_articles_tell_a_subclass(kind: str, floor: float) -> None:
    names = [e["names"][0] for e in _gold("entities") if e["type"] == kind]

    told = [name for name in names if ontology.load().subclass_for(name, kind) != kind]

    assert len(told) / len(names) >= floor


# Groups and roles


def test_the_groups_are_the_controlled_list_with_its_words() -> None:
    groups = {group.name: group for group in ontology.load_groups()}

    assert set(groups) == set(GUIDELINE_GROUPS)
    assert all(set(words.split()) <= set(groups[name].labels) for name, words in GUIDELINE_GROUPS.items())


def test_a_group_knows_what_is_broader() -> None:
    groups = {group.name: group for group in ontology.load_groups()}

    assert groups["孤儿"].broader == ("困境儿童",)
    assert groups["孤儿"].slug == "orphans"
    assert groups["家庭"].not_within[:1] == ("婚姻家庭",)


def test_the_safe_words_find_the_groups_of_the_training_articles() -> None:
    groups = ontology.load_groups()
    required, missed = 0, []
    for path in TRAIN:
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        for entity in json.loads(path.read_text(encoding="utf-8"))["entities"]:
            if entity["type"] == "Group" and not entity.get("optional"):
                group = next(g for g in groups if g.name == entity["names"][0])
                required += 1
                if not any(word in text for word in (group.name, *group.labels)):
                    missed.append((path.stem, group.name))

    assert len(missed) / required <= 0.01, missed


def test_a_role_ends_in_a_label() -> None:
    labels = {word for role in ontology.load_roles() for word in (role.name, *role.labels)}
    roles = [r["role"] for r in _gold("relations") if "role" in r]

    known = [role for role in roles if any(role.endswith(label) for label in labels)]

    assert len(known) / len(roles) >= 0.99


def test_every_role_but_the_three_kinds_stands_under_one_of_them() -> None:
    roles = {role.name: role for role in ontology.load_roles()}

    assert {name for name, role in roles.items() if not role.broader} == {"派驻职务", "任职职务", "职业身份"}
    assert roles["法治副校长"].broader == ("派驻职务",)
    assert "法制副校长" in roles["法治副校长"].labels


# Broken files


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cpkg:Agency a owl:Class", "cpkg:Agency a owl:Class ;;; [", "cpkg.ttl: cannot be read"),
        ("cpkg:School a owl:Class", "cpkg:Schule a owl:Class", "cpkg.ttl: no class School"),
        (
            'rdfs:label "机构"@zh',
            'rdfs:label "机构"@zh , "机关"@zh',
            "label .* exactly one in @zh and one in @en",
        ),
        ("rdfs:subClassOf cpkg:School", "rdfs:subClassOf cpkg:Schule", "unknown parent Schule"),
        (
            'cpkg:nameSuffix "派出所"',
            'cpkg:nameSuffix "公安局"',
            "公安局 stands at PoliceStation and at PublicSec",
        ),
        ("    rdfs:domain cpkg:Program ;\n", "", "heldAt: 0 domains; exactly one rdfs:domain"),
        ("    rdfs:range cpkg:Document ;\n", "    rdfs:range cpkg:Paper ;\n", "domain or range .*Paper"),
    ],
)
def test_a_broken_ontology_is_one_clear_error(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (FOLDER / "cpkg.ttl").read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "cpkg.ttl"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(DataError, match=message):
        ontology.read_ontology(broken)


def test_a_missing_ontology_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cpkg\.ttl: cannot be read"):
        ontology.read_ontology(tmp_path / "cpkg.ttl")


def test_one_word_at_two_concepts_is_an_error(tmp_path: Path) -> None:
    text = (FOLDER / "groups.ttl").read_text(encoding="utf-8")
    broken = tmp_path / "groups.ttl"
    broken.write_text(text.replace('"班主任"@zh', '"监护人"@zh', 1), encoding="utf-8")

    with pytest.raises(DataError, match=r"groups\.ttl: 监护人 stands at"):
        ontology.read_concepts(broken, ontology.GROUP_SCHEME)


def test_a_scheme_without_concepts_is_an_error() -> None:
    with pytest.raises(DataError, match=r"roles\.ttl: no concept in"):
        ontology.read_concepts(FOLDER / "roles.ttl", ontology.GROUP_SCHEME)


# Other tools


def test_loading_needs_neither_rdflib_nor_spacy() -> None:
    code = (
        "import sys; from kg import ontology; ontology.load(); ontology.load_groups(); ontology.load_roles();"
        "print(sorted({'rdflib', 'spacy', 'pyshacl'} & set(sys.modules)))"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("name", FILES)
def test_rdflib_and_oxigraph_read_the_same(name: str) -> None:
    store = ox.Store()
    store.load(path=FOLDER / name, format=ox.RdfFormat.TURTLE)

    graph = rdflib.Graph().parse(FOLDER / name)

    assert len(graph) == len(store) > 100


OWLREADY = """
import json, sys
import owlready2
world = owlready2.World()
loaded = world.get_ontology(sys.argv[1]).load()
parents = {c.iri: [p.iri for p in c.ancestors() if hasattr(p, "iri")] for c in loaded.classes()}
print(json.dumps([parents, [p.iri for p in loaded.object_properties()]]))
"""


def test_owlready2_sees_the_classes_and_their_parents(
    terms: rdflib.Graph, need_tool: Callable[[str], Path], tmp_path: Path
) -> None:
    path = tmp_path / "cpkg.nt"
    terms.serialize(path, format="ntriples", encoding="utf-8")
    command = [sys.executable, "-c", OWLREADY, path.as_uri()]
    environment = os.environ | {"PYTHONPATH": str(need_tool("owlready2"))}

    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)

    parents, relations = json.loads(run.stdout)
    assert {iri for iri in parents if iri.startswith(NAMESPACE)} == {
        c.iri for c in ontology.load().classes.values()
    }
    assert NAMESPACE + "Agency" in parents[NAMESPACE + "PoliceStation"]
    assert {NAMESPACE + name for name in PREDICATES} <= set(relations)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("tool", ["rapper", "serdi", *(["riot"] if shutil.which("riot") else [])])
def test_other_parsers_count_the_same_triples(
    tool: str, name: str, need_tool: Callable[[str], Path], tmp_path: Path
) -> None:
    command = {
        "rapper": ["-q", "-i", "turtle", "-o", "ntriples"],
        "serdi": ["-i", "turtle", "-o", "ntriples"],
        "riot": ["--check", "--output=ntriples"],
    }[tool]

    run = subprocess.run(
        [need_tool(tool), *command, FOLDER / name], capture_output=True, text=True, check=True, cwd=tmp_path
    )

    assert run.stderr == ""
    assert len(run.stdout.splitlines()) == len(rdflib.Graph().parse(FOLDER / name))


# Reasoning


def _contradictions(graph: rdflib.Graph) -> list[rdflib.term.Node]:
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    errors = [o for o in graph.objects(None, None) if "was violated" in str(o) or "Inconsisten" in str(o)]
    marks = [s for s, o in graph.subject_objects(RDF.type) if "ErrorMessage" in str(o)]
    return [*errors, *marks, *graph.subjects(RDF.type, OWL.Nothing)]


@pytest.mark.slow
def test_the_closure_finds_no_contradiction_and_the_expected_facts() -> None:
    graph = rdflib.Graph().parse(data=EXAMPLE)
    for name in ("cpkg.ttl", "groups.ttl", "roles.ttl"):
        graph.parse(FOLDER / name)
    cpkg, example = rdflib.Namespace(NAMESPACE), rdflib.Namespace("http://example.org/")

    found = _contradictions(graph)

    assert found == []
    assert (example.police, RDF.type, cpkg.Organisation) in graph
    assert (example.school, cpkg.locatedIn, example.province) in graph
    assert (example.claim, RDF.type, RDF.Statement) in graph
    assert (example.officer, rdflib.URIRef("http://www.w3.org/ns/org#memberOf"), example.police) in graph


@pytest.mark.slow
def test_the_closure_does_find_a_contradiction() -> None:
    graph = rdflib.Graph().parse(FOLDER / "cpkg.ttl")
    graph.parse(data=f"@prefix cpkg: <{NAMESPACE}> . <urn:x> a cpkg:PoliceStation , cpkg:Person .")

    assert _contradictions(graph) != []


# The ontology's own shapes


@cache
def _parsed(*names: str) -> rdflib.Graph:
    graph = rdflib.Graph()
    for name in names:
        graph.parse(FOLDER / name)
    return graph


def _validate(change: Callable[[rdflib.Graph], None] | None = None) -> set[str]:
    graph = rdflib.Graph()
    graph += _parsed("cpkg.ttl", "groups.ttl", "roles.ttl")
    if change:
        change(graph)
    store = ox.Store()
    store.load(graph.serialize(format="ntriples").encode(), format=ox.RdfFormat.N_TRIPLES)
    data = pyshacl.graph_abstraction.DataGraph.from_oxigraph_store(store)
    _, report, _ = pyshacl.validate(data, shacl_graph=_parsed("ontology-shapes.ttl"), inplace=True)
    assert isinstance(report, rdflib.Graph)
    return {str(message) for message in report.objects(None, rdflib.SH.resultMessage)}


def test_the_ontology_satisfies_its_own_shapes() -> None:
    assert _validate() == set()


GROUP = "https://w3id.org/cpkg/ontology/group/"


def _without(subject: str, predicate: rdflib.URIRef, language: str = "") -> Callable[[rdflib.Graph], None]:
    def change(graph: rdflib.Graph) -> None:
        node = rdflib.URIRef(subject)
        gone = [
            o
            for o in graph.objects(node, predicate)
            if not language or getattr(o, "language", "") == language
        ]
        assert gone
        for value in gone:
            graph.remove((node, predicate, value))

    return change


def _with(turtle: str) -> Callable[[rdflib.Graph], None]:
    prefixes = f"""
        @prefix cpkg: <{NAMESPACE}> . @prefix group: <{GROUP}> .
        @prefix rdfs: <{RDFS}> . @prefix skos: <{SKOS}> . @prefix owl: <{OWL}> .
    """

    def change(graph: rdflib.Graph) -> None:
        graph.parse(data=prefixes + turtle)

    return change


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_without("https://w3id.org/cpkg/ontology", OWL.versionInfo), "exactly one version"),
        (_without("https://w3id.org/cpkg/ontology", OWL.versionIRI), "version IRI"),
        (_without("https://w3id.org/cpkg/ontology", rdflib.DCTERMS.title, "en"), "title in Chinese"),
        (_without("https://w3id.org/cpkg/ontology", rdflib.DCTERMS.license), "needs a licence"),
        (_without("https://w3id.org/cpkg/ontology", rdflib.DCTERMS.creator), "needs a creator"),
        (_without(NAMESPACE + "Agency", RDFS.label, "en"), "exactly one label in Chinese"),
        (_without(NAMESPACE + "trains", SKOS.definition, "zh"), "exactly one definition"),
        (_with('cpkg:Agency skos:definition "Another."@en .'), "exactly one definition"),
        (_without(NAMESPACE + "Agency", RDFS.isDefinedBy), "must say rdfs:isDefinedBy"),
        (_without(NAMESPACE + "PoliceStation", RDFS.subClassOf), "under cpkg:Entity"),
        (_with("cpkg:Agency rdfs:subClassOf cpkg:PoliceStation ."), "under itself"),
        (_with('cpkg:Court cpkg:nameSuffix "派出所" .'), "one subclass only"),
        (_with('cpkg:Court cpkg:nameSuffix "" .'), "suffix must be text"),
        (_with('cpkg:Court cpkg:nameInfix "院" .'), "infix must have two"),
        (_without(NAMESPACE + "trains", RDFS.domain), "exactly one domain"),
        (_with("cpkg:trains rdfs:range cpkg:Group ."), "exactly one range"),
        (
            _without(NAMESPACE + "trains", rdflib.URIRef(NAMESPACE + "inverseLabel"), "en"),
            "inverse label in both",
        ),
        (
            _without(NAMESPACE + "trains", rdflib.URIRef(NAMESPACE + "inverseLabel")),
            "must have an inverse label",
        ),
        (_without(NAMESPACE + "count", RDFS.domain), "attribute must have exactly one domain"),
        (_without(NAMESPACE + "count", RDFS.range), "attribute must have exactly one range"),
        (_without(GROUP + "orphans", SKOS.prefLabel, "en"), "exactly one preferred label"),
        (_without(GROUP + "orphans", SKOS.inScheme), "exactly one scheme"),
        (_with('group:orphans skos:altLabel "orphan"@en .'), "alternative label must be Chinese"),
        (_with('group:orphans skos:hiddenLabel "orphan"@en .'), "hidden label must be Chinese"),
        (_with("group:orphans skos:broader group:nobody ."), "broader must be a concept"),
        (_with("group:minors skos:broader group:orphans ."), "not the concept itself"),
        (_with('group:orphans skos:altLabel "监护人"@zh .'), "a word belongs to one concept"),
    ],
)
def test_each_shape_over_the_ontology_refuses_its_mistake(
    change: Callable[[rdflib.Graph], None], message: str
) -> None:
    assert any(message in found for found in _validate(change))


def test_no_two_terms_share_a_label(terms: rdflib.Graph) -> None:
    labels = list(_labels(terms))

    assert len(labels) == len(set(labels))


def _labels(graph: rdflib.Graph) -> Iterator[tuple[str, str]]:
    for term in graph.subjects(RDFS.isDefinedBy, None):
        kind = str(graph.value(term, RDF.type))
        for label in graph.objects(term, RDFS.label):
            yield kind, str(label)


def _gold(part: str) -> list[dict[str, str]]:
    return [item for path in TRAIN for item in json.loads(path.read_text(encoding="utf-8"))[part]]
