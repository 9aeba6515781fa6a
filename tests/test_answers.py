"""Which entities an answer speaks of."""

from __future__ import annotations

import pytest
import small_world

from kg.answers import answer_entities
from kg.errors import QueryError
from kg.queries import answer, find_query

STORE = small_world.store()
BASE = "https://w3id.org/cpkg/id/"


def drawn(query: str, **params: str) -> set[str]:
    asked = find_query(query) if "{" not in query else query
    found = answer_entities(STORE, answer(STORE, asked, params), params)
    assert [node.value for node in found] == sorted(node.value for node in found)
    return {node.value.removeprefix(BASE) for node in found}


def test_names_in_a_table_stand_for_their_entities() -> None:
    assert drawn("collaborators", agency="市局") == {
        "agency/阳东市公安局",
        "agency/阳东市教育局",
        "agency/阳东市妇联",
    }


def test_what_is_asked_about_is_there_though_no_row_names_it() -> None:
    assert drawn("trainings", agency="何警官") == {"person/何清", "group/学生"}


def test_ends_of_triples_count_and_classes_do_not() -> None:
    found = drawn("neighbourhood", entity="何警官")

    assert {"person/何清", "studio/何清工作室", "group/学生"} <= found
    assert all(name.split("/")[0] in {"person", "studio", "agency", "group", "school"} for name in found)


def test_nodes_count_and_claims_do_not() -> None:
    query = """
    PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
    PREFIX cpkg: <https://w3id.org/cpkg/ontology#>
    SELECT ?claim ?s WHERE { ?claim rdf:predicate cpkg:inspects ; rdf:subject ?s }
    """

    assert drawn(query) == {"agency/阳东市公安局"}


def test_a_yes_or_no_has_those_that_were_asked_about() -> None:
    assert drawn("are-partners", agency="市局", partner="妇联") == {
        "agency/阳东市公安局",
        "agency/阳东市妇联",
    }


@pytest.mark.parametrize(
    ("by", "school"), [("阳东市公安局", "school/990101/明德小学"), ("何清", "school/990102/明德小学")]
)
def test_of_two_of_a_name_the_one_counts_that_the_row_is_about(by: str, school: str) -> None:
    schools = {name for name in drawn("schools", agency=by) if name.startswith("school/")}

    assert schools == {school}


def test_a_group_concept_of_the_ontology_is_no_entity() -> None:
    query = """
    PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    SELECT ?c WHERE { ?c skos:inScheme ?s }
    """

    with pytest.raises(QueryError, match="its answer names no entity"):
        drawn(query)


def test_an_answer_of_numbers_cannot_be_drawn() -> None:
    with pytest.raises(QueryError, match="its answer names no entity"):
        drawn("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
