"""Every question with its answer, what may be asked, and what must not be."""

from __future__ import annotations

import csv
import http.server
import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
import small_world
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import queries
from kg.config import data_dir
from kg.errors import QueryError, StoreError
from kg.graph import serialize as graph_bytes
from kg.graph import term
from kg.lookup import close_names, find_entities
from kg.model import PREDICATES
from kg.queries import Answer, answer, bind, cell, find_query, load_queries, serialize
from kg.queryfile import Query, read_query
from kg.store import ONTOLOGY_GRAPH, open_store

STORE = small_world.store()
HOSTILE = [
    '"} SELECT * WHERE { ?s ?p ?o } #',
    "市局' } UNION { ?a ?b ?c",
    "<http://evil.example/> } #",
    "</script><img src=x onerror=alert(1)>",
    "a\n} DROP ALL",
    "\ud800",
    "",
    "\\",
    "UNDEF",
    "x>) (<y",
]
FIRST, SECOND = "2025-08-01", "2025-09-02"
POLICE, SCHOOLS_OFFICE, WOMEN = "阳东市公安局", "阳东市教育局", "阳东市妇联"
# One or more questions a file: what is asked, and the table that a reader of the two articles expects.
EXPECTED: dict[str, list[tuple[dict[str, str], list[tuple[str, ...]]]]] = {
    "articles": [
        (
            {},
            [
                (FIRST, "阳东新闻网", "阳东市公安局启动“青苗”行动", "20", "https://news.example/1?a=1&b=<2>"),
                (SECOND, "", "阳东市开展校园周边检查", "3", ""),
            ],
        ),
        ({"entity": "网吧"}, [(SECOND, "", "阳东市开展校园周边检查", "3", "")]),
    ],
    "collaborators": [
        (
            {},
            [
                (POLICE, SCHOOLS_OFFICE, "3", "2", "方案"),
                (POLICE, WOMEN, "1", "1", ""),
                (WOMEN, POLICE, "1", "1", ""),
                (SCHOOLS_OFFICE, POLICE, "3", "2", "方案"),
            ],
        ),
        ({"agency": "妇联"}, [(WOMEN, POLICE, "1", "1", "")]),
    ],
    "connected": [
        (
            {},
            [
                (POLICE, "12", "10", "2"),
                (SCHOOLS_OFFICE, "5", "3", "1"),
                (WOMEN, "2", "2", "1"),
                ("阳东市公安局河口派出所", "2", "2", "0"),
            ],
        ),
        ({"minimum": "5"}, [(POLICE, "12", "10", "2"), (SCHOOLS_OFFICE, "5", "3", "1")]),
    ],
    # Copies are asked for in test_corroboration.py: the two articles have none.
    "copies": [({}, [])],
    "corroborated": [
        ({}, [(POLICE, "合作", SCHOOLS_OFFICE, "2", "0", "阳东新闻网", "")]),
        ({"entity": "妇联"}, []),
        (
            {"entity": "妇联", "minimum": "1"},
            [
                (POLICE, "合作", WOMEN, "1", "0", "阳东新闻网", ""),
                (WOMEN, "参与", "“青苗”行动", "1", "0", "阳东新闻网", ""),
            ],
        ),
    ],
    "deployments": [
        ({}, [(POLICE, "中小学校", "120", "true", "名", "法治副校长", "", FIRST)]),
        (
            {"agency": "市局", "place": "学校"},
            [(POLICE, "中小学校", "120", "true", "名", "法治副校长", "", FIRST)],
        ),
        ({"agency": "何清"}, []),
    ],
    "documents": [
        ({}, [("《青苗行动方案》", f"{POLICE}、{SCHOOLS_OFFICE}", "2")]),
        (
            {"agency": "教育局", "document": "青苗行动方案"},
            [("《青苗行动方案》", f"{POLICE}、{SCHOOLS_OFFICE}", "2")],
        ),
        ({"agency": "妇联"}, []),
    ],
    "evidence": [
        (
            {"entity": "何清", "predicate": "以…命名"},
            [
                (
                    *("何清工作室", "以…命名", "何清", "市局设立何清工作室和“青苗驿站”"),
                    *("阳东市公安局启动“青苗”行动", FIRST, "137", "153"),
                )
            ],
        ),
        (
            {"entity": "教育局", "other": "市局", "predicate": "collaboratesWith"},
            [
                (
                    *(
                        POLICE,
                        "合作",
                        SCHOOLS_OFFICE,
                        "阳东市公安局联合教育局、妇联开展“青苗”行动，走进明德小学",
                    ),
                    *("阳东市公安局启动“青苗”行动", FIRST, "15", "44"),
                ),
                (
                    *(SCHOOLS_OFFICE, "合作", POLICE, "阳东市公安局、阳东市教育局共同印发《青苗行动方案》"),
                    *("阳东市公安局启动“青苗”行动", FIRST, "88", "113"),
                ),
                (
                    *(POLICE, "合作", SCHOOLS_OFFICE, "阳东市公安局会同教育局检查网吧36家次"),
                    *("阳东市开展校园周边检查", SECOND, "12", "31"),
                ),
            ],
        ),
    ],
    "facts": [
        (
            {"entity": "何警官"},
            [
                ("何清工作室", "以…命名", "何清", "", "", "", "", "", FIRST),
                ("何清", "任职于", "阳东市公安局河口派出所", "", "", "民警", "", "", FIRST),
                ("何清", "培训", "学生", "", "", "", "防溺水知识", "2025-07", FIRST),
                ("何清", "服务", "留守儿童", "", "", "", "", "", FIRST),
                ("何清", "走访", "明德小学", "", "", "", "", "", SECOND),
            ],
        )
    ],
    "inspections": [
        ({}, [(POLICE, "网吧", "36", "", "家次", "", "", SECOND)]),
        ({"target": "中小学校"}, []),
    ],
    "officers": [
        ({}, [("何清", "任职于", "阳东市公安局河口派出所", "民警", FIRST)]),
        ({"agency": "市局"}, [("何清", "任职于", "阳东市公安局河口派出所", "民警", FIRST)]),
        ({"agency": "教育局"}, []),
    ],
    "programmes": [
        ({}, [("“青苗”行动", POLICE, f"{WOMEN}、{SCHOOLS_OFFICE}", "明德小学")]),
        ({"agency": "妇联"}, [("“青苗”行动", POLICE, f"{WOMEN}、{SCHOOLS_OFFICE}", "明德小学")]),
        ({"agency": "河口派出所"}, []),
    ],
    "schools": [
        (
            {},
            [
                ("明德小学", "990101", "举办地点", "“青苗”行动", "", "", FIRST),
                ("明德小学", "990101", "走访", POLICE, "", "", FIRST),
                ("明德小学", "990102", "走访", "何清", "", "", SECOND),
            ],
        ),
        ({"agency": "何清"}, [("明德小学", "990102", "走访", "何清", "", "", SECOND)]),
    ],
    "services": [
        (
            {"group": "留守儿童"},
            [
                ("留守儿童", "“青苗驿站”", "", "", "", "", FIRST),
                ("留守儿童", "何清", "", "", "", "", FIRST),
            ],
        ),
        ({"agency": "何清"}, [("留守儿童", "何清", "", "", "", "", FIRST)]),
    ],
    "stations": [
        ({}, [("“青苗驿站”", POLICE, "留守儿童")]),
        ({"group": "学生"}, []),
    ],
    "studios": [
        ({}, [("何清工作室", "何清", POLICE, "")]),
        ({"person": "何清", "agency": "市局"}, [("何清工作室", "何清", POLICE, "")]),
        ({"agency": "妇联"}, []),
    ],
    "trainings": [
        ({"audience": "学生"}, [("何清", "学生", "防溺水知识", "", "", "", "2025-07", FIRST)]),
        ({"agency": "市局"}, []),
    ],
}
OTHER_ANSWERS = {"are-partners", "neighbourhood"}


def table(found: Answer) -> list[tuple[str, ...]]:
    return [tuple(map(cell, row)) for row in found.rows]


# The questions


def test_every_question_has_an_expected_answer() -> None:
    names = {path.stem for path in data_dir("queries").glob("*.rq")}

    assert set(load_queries()) == names == EXPECTED.keys() | OTHER_ANSWERS
    assert len(names) >= 12


@pytest.mark.parametrize(
    ("name", "params", "rows"),
    [pytest.param(name, *case, id=f"{name} {case[0]}") for name, cases in EXPECTED.items() for case in cases],
)
def test_a_question_has_the_answer_that_a_reader_expects(
    name: str, params: dict[str, str], rows: list[tuple[str, ...]]
) -> None:
    assert table(answer(STORE, find_query(name), params)) == rows


@pytest.mark.parametrize(
    ("agency", "partner", "truth"),
    [("市局", "教育局", True), ("教育局", "市局", True), ("妇联", "教育局", False)],
)
def test_a_yes_or_no_question_says_which(agency: str, partner: str, truth: bool) -> None:
    found = answer(STORE, find_query("are-partners"), {"agency": agency, "partner": partner})

    assert found.truth is truth
    assert json.loads(serialize(found, "json"))["boolean"] is truth
    assert serialize(found, "csv") == (b"true\n" if truth else b"false\n")


def test_a_graph_question_gives_a_graph() -> None:
    found = answer(STORE, find_query("neighbourhood"), {"entity": "何清"})

    graph = rdflib.Graph().parse(data=serialize(found, "turtle"), format="turtle")
    assert len(graph) == len(found.triples or ()) == 19
    assert "cpkg:namedAfter <https://w3id.org/cpkg/id/person/何清>" in serialize(found, "turtle").decode()


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_column_is_named_in_both_languages(name: str) -> None:
    query = find_query(name)
    params, _ = EXPECTED[name][0]

    found = answer(STORE, query, params)

    assert found.columns == tuple(query.columns)
    assert all(found.headings("zh"))
    assert not set(found.headings("zh")) & set(found.headings("en"))


@pytest.mark.parametrize("query", load_queries().values(), ids=lambda query: query.name)
def test_every_question_says_in_both_languages_what_it_asks(query: Query) -> None:
    texts = [query.summary, query.question, *(param.description for param in query.params)]

    assert all(text.zh and text.en for text in texts)
    assert query.tags
    assert query.params


@pytest.fixture(scope="module")
def in_rdflib() -> rdflib.Graph:
    """Both articles with the labels of the relations, without the rest of the ontology: rdflib is slow."""
    graph = rdflib.Graph()
    labels = STORE.quads_for_pattern(None, term("rdfs:label"), None, ONTOLOGY_GRAPH)
    relations = {term(f"cpkg:{name}") for name in PREDICATES}
    needed = [*small_world.quads(), *(quad for quad in labels if quad.subject in relations)]
    return graph.parse(data=graph_bytes(needed, "ntriples"), format="nt")


@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - {"facts"}))
def test_a_file_as_it_stands_gives_the_same_answer_in_another_tool(
    name: str, in_rdflib: rdflib.Graph
) -> None:
    query = find_query(name)

    rows = in_rdflib.query(query.text)

    theirs = [tuple("" if value is None else str(value) for value in row) for row in rows]
    assert theirs == [tuple("" if t is None else t.value for t in row) for row in answer(STORE, query).rows]


def test_the_order_of_loading_does_not_matter() -> None:
    turned = ox.Store()
    turned.extend(reversed(list(STORE)))

    for name, cases in EXPECTED.items():
        for params, rows in cases:
            assert table(answer(turned, find_query(name), params)) == rows


# Parameters


@pytest.mark.parametrize(
    "name",
    [
        "阳东市公安局",
        "市局",
        "市公安局",
        "https://w3id.org/cpkg/id/agency/阳东市公安局",
        "<https://w3id.org/cpkg/id/agency/阳东市公安局>",
        " 阳东市 公安局",
    ],
)
def test_an_entity_answers_to_all_its_names(name: str) -> None:
    assert [node.value for node in find_entities(STORE, name)] == [
        "https://w3id.org/cpkg/id/agency/阳东市公安局"
    ]


def test_quotes_and_width_do_not_matter_where_no_name_is_exact() -> None:
    assert (
        find_entities(STORE, "青苗驿站")
        == find_entities(STORE, "「青苗驿站」")
        == find_entities(STORE, "“青苗驿站”")
    )


def test_two_things_of_one_name_are_both_meant() -> None:
    assert [node.value.split("/")[-2] for node in find_entities(STORE, "明德小学")] == ["990101", "990102"]


def test_a_concept_of_the_ontology_is_no_entity() -> None:
    assert [node.value for node in find_entities(STORE, "留守儿童")] == [
        "https://w3id.org/cpkg/id/group/留守儿童"
    ]
    with pytest.raises(QueryError, match="no Entity is called '困境儿童'"):
        find_entities(STORE, "困境儿童")


def test_a_wrong_name_gets_the_closest_ones() -> None:
    with pytest.raises(QueryError) as raised:
        answer(STORE, find_query("collaborators"), {"agency": "阳东公安局"})

    assert str(raised.value) == (
        "collaborators: agency: no Organisation is called '阳东公安局'; the closest: 阳东市公安局, 阳东市公安局河口派出所"
    )


def test_a_part_of_a_name_is_enough_for_a_suggestion() -> None:
    assert close_names(STORE, "河口") == ["阳东市公安局河口派出所"]
    assert close_names(STORE, "") == []


def test_a_name_of_another_kind_is_not_taken() -> None:
    with pytest.raises(QueryError, match="collaborators: agency: no Organisation is called '何清'"):
        answer(STORE, find_query("collaborators"), {"agency": "何清"})


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("facts", {}, "facts: missing parameter 'entity'; allowed: entity"),
        ("facts", {"who": "何清"}, "facts: unknown parameter 'who'; allowed: entity"),
        ("connected", {"minimum": "many"}, "connected: minimum: 'many'; a whole number"),
        ("connected", {"minimum": "9" * 40}, "a whole number"),
        ("evidence", {"predicate": "likes"}, r"no relation 'likes'; allowed: collaboratesWith \(合作\), "),
    ],
)
def test_a_bad_parameter_is_one_line(name: str, params: dict[str, str], message: str) -> None:
    with pytest.raises(QueryError, match=message) as raised:
        answer(STORE, find_query(name), params)

    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "predicate",
    ["namedAfter", "cpkg:namedAfter", "以…命名", "named after", "https://w3id.org/cpkg/ontology#namedAfter"],
)
def test_a_predicate_answers_to_its_names(predicate: str) -> None:
    assert len(answer(STORE, find_query("evidence"), {"predicate": predicate}).rows) == 1


def test_a_parameter_turns_the_text_only_where_it_is_bound() -> None:
    query = find_query("collaborators")

    bound = bind(query, STORE, {"agency": "市局"})

    assert bound == query.text.replace(
        "VALUES ?_agency { UNDEF }", "VALUES ?_agency { <https://w3id.org/cpkg/id/agency/阳东市公安局> }"
    )
    assert bind(query, STORE, {}) == query.text


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["collaborators", "facts", "evidence", "are-partners"])
def test_hostile_names_are_names_that_nothing_has(name: str, value: str) -> None:
    query = find_query(name)

    with pytest.raises(QueryError, match=r"is called|no relation"):
        answer(STORE, query, {param.name: value for param in query.params})


TEXT_QUERY = """#+ params: {note: {type: text, en: a note, zh: 注}}
SELECT ?note WHERE { VALUES ?_note { UNDEF } BIND(?_note AS ?note) }"""


@pytest.mark.parametrize("value", [value for value in HOSTILE if value != "\ud800"])
def test_hostile_text_comes_back_as_the_text_it_is(value: str) -> None:
    found = answer(STORE, TEXT_QUERY, {"note": value})

    assert found.rows == ((ox.Literal(value),),)


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_comes_back_as_the_text_it_is(value: str) -> None:
    assert answer(STORE, TEXT_QUERY, {"note": value}).rows == ((ox.Literal(value),),)


def test_text_in_a_broken_encoding_is_refused() -> None:
    with pytest.raises(QueryError, match=r"note: '.ud800' is no text"):
        answer(STORE, TEXT_QUERY, {"note": "\ud800"})


# Files


def test_an_unknown_question_gets_the_closest_names() -> None:
    with pytest.raises(QueryError, match="colaborators: no such query; did you mean collaborators"):
        find_query("colaborators")
    with pytest.raises(QueryError, match="zzz: no such query; there are: are-partners, articles, "):
        find_query("zzz")


def test_a_users_file_needs_no_header(tmp_path: Path) -> None:
    path = tmp_path / "mine.rq"
    path.write_text(
        "PREFIX cpkg: <https://w3id.org/cpkg/ontology#>\n"
        "SELECT ?p WHERE { VALUES ?_who { UNDEF } ?_who ?p ?o . FILTER(STRSTARTS(STR(?p), STR(cpkg:))) } ORDER BY ?p",
        "utf-8",
    )

    found = answer(STORE, find_query(str(path)), {"who": "河口派出所"})

    assert table(found) == [("cpkg:partOf",)]
    assert found.headings() == ("p",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "SELECT ?s WHERE {\n  ?s ?p\n}",
            r"mine\.rq: line 3, column \d: not understood near '}'; a SPARQL 1\.1 query",
        ),
        ("SELECT ?s WHERE { ?s x:p ?o }", r"/mine\.rq: line 1, column \d+: "),
        ("", r"/mine\.rq: line 1, column 1: "),
        (
            "INSERT DATA { <a:a> <a:b> <a:c> }",
            r"mine\.rq: line 1, column \d+: not understood near 'INSERT DATA ",
        ),
        ("LOAD <http://127.0.0.1/x>", r"/mine\.rq: line 1, column \d+: "),
        ("DROP ALL", r"/mine\.rq: line 1, column \d+: "),
        ("#+ summary: {en: x\nASK {}", r"/mine\.rq: line 1: broken header: "),
        ("#+ tags: [a]\n#+ summary: a: b\nASK {}", r"/mine\.rq: line 2: broken header: "),
        ("#+ colour: red\nASK {}", r"/mine\.rq: broken header: unknown colour; fields: summary, "),
        ("#+ just words\nASK {}", r"/mine\.rq: broken header: no mapping"),
        ("#+ params: {a: {en: a, zh: 甲}}\nASK {}", r"/mine\.rq: params and VALUES \?_name \{ \} differ"),
        (
            "#+ params: {a: {type: Cat, en: a, zh: 甲}}\nASK { VALUES ?_a { UNDEF } }",
            r"/mine\.rq: a: type 'Cat'; a class of the ontology",
        ),
        ("#+ summary: {en: x}\nASK {}", r"/mine\.rq: summary: no text in both languages"),
        (
            "#+ question: {en: 'Who is {x}?', zh: 谁？}\nASK {}",
            r"/mine\.rq: question names x; its params only",
        ),
    ],
)
def test_a_broken_file_says_where(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.rq"
    path.write_text(text, "utf-8")

    with pytest.raises(QueryError, match=message) as raised:
        answer(STORE, read_query(path))

    assert "\n" not in str(raised.value)


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "binary.rq").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(QueryError, match=r"none\.rq: cannot be read: No such file"):
        find_query(str(tmp_path / "none.rq"))
    with pytest.raises(QueryError, match=r"cannot be read: Is a directory"):
        find_query(str(tmp_path) + "/")
    with pytest.raises(QueryError, match=r"binary\.rq: is no UTF-8 text"):
        find_query(str(tmp_path / "binary.rq"))


# Other servers


@pytest.fixture
def trap() -> Iterator[tuple[str, list[str]]]:
    """A server that notes who comes, so that a request is seen even where its answer is thrown away."""
    visitors: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            visitors.append(self.path)
            self.send_error(500)

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", visitors
        server.shutdown()


SERVICES = [
    "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { service silent <URL> { ?s ?p ?o } }",
    "SELECT * {SERVICESILENT<URL>{?s ?p ?o}}",
    "PREFIX : <URL> SELECT * {SERVICE:x{?s ?p ?o}}",
    "PREFIX ex: <URL> SELECT * { ?a ?b 1SERVICEex:x{?s ?p ?o}}",
    "SELECT * { VALUES ?u { <URL> } SERVICE ?u { ?s ?p ?o } }",
    "SELECT * { ?a ?b ?c FILTER(?a<?b)SERVICE#>'''\n<URL>{ ?s ?p ?o } #'''\n}",
    "ASK { { SELECT * { ?a ?b ?c MINUS { SERVICE SILENT <URL> { ?s ?p ?o } } } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { OPTIONAL { SERVICE SILENT <URL> { ?s ?p ?o } } }",
    "DESCRIBE ?s { SERVICE SILENT <URL> { ?s ?p ?o } }",
]


@pytest.mark.parametrize("text", SERVICES)
def test_another_server_is_never_asked(trap: tuple[str, list[str]], text: str) -> None:
    url, visitors = trap

    with pytest.raises(QueryError, match=r"a SPARQL 1\.1 query without SERVICE"):
        answer(STORE, text.replace("URL", url))

    assert visitors == []


def test_the_trap_would_notice(trap: tuple[str, list[str]]) -> None:
    url, visitors = trap

    with pytest.raises(OSError, match="500"):
        list(STORE.query(SERVICES[0].replace("URL", url)))

    assert visitors != []


def test_no_letter_may_be_written_as_an_escape(trap: tuple[str, list[str]]) -> None:
    url, visitors = trap

    with pytest.raises(QueryError):
        answer(STORE, SERVICES[0].replace("URL", url).replace("S", "\\u0053"))

    assert visitors == []


def test_from_fetches_nothing(trap: tuple[str, list[str]]) -> None:
    url, visitors = trap

    assert answer(STORE, f"SELECT * FROM <{url}> FROM NAMED <{url}> {{ ?s ?p ?o }}").rows == ()
    assert visitors == []


@pytest.mark.parametrize(
    "text",
    [
        "# what service is there\nSELECT ?service { ?service a ?service_kind } LIMIT 1",
        "PREFIX schema: <https://schema.org/> SELECT * { ?s schema:serviceType ?o }",
        "PREFIX service: <https://service.example/> SELECT * { ?s service:p '''SERVICE <x> { }''' }",
        "SELECT ('SERVICE' AS ?x) {}",
    ],
)
def test_the_word_itself_may_stand_in_a_question(text: str) -> None:
    assert isinstance(answer(STORE, text), Answer)


def test_a_broken_query_with_the_word_says_where_it_is_broken() -> None:
    with pytest.raises(QueryError, match=r"query: line 2, column 1\d: not understood near '\?service \?p }'"):
        answer(STORE, "SELECT ?service {\n  ?service ?p }")


# Formats


def test_w3c_formats_say_what_the_rows_say() -> None:
    found = answer(STORE, find_query("deployments"))

    as_json = json.loads(serialize(found, "json"))
    as_csv = list(csv.reader(io.StringIO(serialize(found, "csv").decode(), newline="")))
    assert as_json["head"]["vars"] == list(found.columns)
    assert as_json["results"]["bindings"][0]["count"] == {
        "type": "literal",
        "value": "120",
        "datatype": "http://www.w3.org/2001/XMLSchema#integer",
    }
    assert as_csv == [list(found.columns), [cell(value) for value in found.rows[0]]]
    assert serialize(found, "tsv").decode().splitlines()[0] == "\t".join(f"?{c}" for c in found.columns)


@pytest.mark.parametrize("format", ["csv", "json", "xml", "tsv"])
@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - {"copies"}))
def test_rdflib_reads_as_many_rows(name: str, format: str) -> None:
    found = answer(STORE, find_query(name), EXPECTED[name][0][0])

    read = rdflib.query.Result.parse(io.BytesIO(serialize(found, format)), format=format)

    assert len(list(read)) == len(found.rows) > 0


@pytest.mark.parametrize(
    ("text", "format", "message"),
    [
        (
            "SELECT * { ?s ?p ?o } LIMIT 1",
            "turtle",
            "a table has no form 'turtle'; allowed: csv, tsv, json, xml",
        ),
        ("ASK {}", "turtle", "a yes or no has no form 'turtle'; allowed: csv, tsv, json, xml"),
        ("DESCRIBE <x:x>", "csv", "a graph has no form 'csv'; allowed: turtle, trig, "),
    ],
)
def test_a_form_that_an_answer_does_not_have_is_named(text: str, format: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        serialize(answer(STORE, text), format)


def test_no_columns_no_rows_and_blank_nodes_are_answers_too() -> None:
    assert serialize(answer(STORE, "SELECT ?s { ?s <x:none> ?o }"), "csv") == b"s\r\n"
    blank = answer(STORE, "SELECT ?s { ?s ?p ?o FILTER(isBlank(?s)) } LIMIT 1")
    assert serialize(blank, "tsv").decode().splitlines()[1] == cell(blank.rows[0][0])
    assert cell(blank.rows[0][0]).startswith("_:")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (ox.Literal("甲", language="zh"), "甲"),
        (ox.Literal(890), "890"),
        (ox.NamedNode("https://w3id.org/cpkg/ontology#trains"), "cpkg:trains"),
        (ox.NamedNode("https://w3id.org/cpkg/id/agency/甲"), "https://w3id.org/cpkg/id/agency/甲"),
    ],
)
def test_a_cell_reads_well(value: queries.Term | None, expected: str) -> None:
    assert cell(value) == expected


# The whole


def test_a_store_that_breaks_under_a_query_is_one_line(tmp_path: Path) -> None:
    small_world.write_store(tmp_path / "store")
    opened = open_store(tmp_path / "store")
    for path in (tmp_path / "store").glob("*.sst"):
        path.write_bytes(bytes(path.stat().st_size))

    with pytest.raises(StoreError, match="query: the store cannot be read: ") as raised:
        answer(opened, "SELECT * { ?s ?p ?o }")

    assert "\n" not in str(raised.value)


def test_an_answer_needs_no_language_pipeline(tmp_path: Path) -> None:
    small_world.write_store(tmp_path / "store")
    code = (
        "import sys; from pathlib import Path\n"
        "from kg.queries import answer, find_query; from kg.store import open_store\n"
        "found = answer(open_store(Path(sys.argv[1])), find_query('collaborators'), {'agency': '市局'})\n"
        "print(len(found.rows), *sorted({'spacy', 'rdflib', 'networkx', 'pyshacl'} & sys.modules.keys()))"
    )

    run = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "store"], capture_output=True, text=True, check=True
    )

    assert run.stdout == "2\n"
