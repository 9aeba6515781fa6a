from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from kg.config import Settings
from kg.errors import ArticleError
from kg.evaluation import Counts, Difference, Report, evaluate, evaluate_turtle
from kg.gold import GoldArticle, iter_gold
from kg.graph import serialize, to_quads
from kg.model import CLASSES, PREDICATES, Article, Claim, Entity, Evidence, Extraction
from kg.prediction import normalise

GOLD = Path(__file__).parent / "gold"

PREFIXES = """
@prefix cpkg: <https://w3id.org/cpkg/ontology#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <https://example.org/id/> .
"""

# All names in these articles are invented.
POLICE = {"id": "a", "type": "Agency", "names": ["云阳市公安局", "市公安局"]}
COURT = {"id": "b", "type": "Agency", "names": ["云阳市人民法院"]}
SCHOOL = {"id": "s", "type": "School", "names": ["“明德” 小学"]}
PUPILS = {"id": "g", "type": "Group", "names": ["学生"], "optional": True}
POLICE_TTL = ":a a cpkg:Agency ; skos:prefLabel '云阳市公安局'@zh ."
COURT_TTL = ":b a cpkg:Agency ; skos:prefLabel '云阳市人民法院'@zh ."
SCHOOL_TTL = ":s a cpkg:School ; skos:prefLabel '某校' ; skos:altLabel '明德小学' ."


def claim(name: str, predicate: str, attributes: str, subject: str = "a", object: str = "s") -> str:
    return (
        f":{subject} cpkg:{predicate} :{object} . :{name} a rdf:Statement ; rdf:subject :{subject} ; "
        f"rdf:predicate cpkg:{predicate} ; rdf:object :{object} ; {attributes} ."
    )


# Each case: gold entities, gold relations, the names that may not appear, the predicted Turtle, and
# (tp, fp, fn) of entities and of relations, right and asked attributes, leaks. The numbers are those
# that the scorer of the guidelines gives for the same files.
CASES: dict[str, tuple[list[Any], list[Any], list[str], str, tuple[Any, ...]]] = {
    "labels agree without quotes and spaces": (
        [POLICE, SCHOOL],
        [],
        [],
        POLICE_TTL + SCHOOL_TTL,
        ((2, 0, 0), (0, 0, 0), (0, 0), 0),
    ),
    "a wrong class is one too much and one missing": (
        [SCHOOL],
        [],
        [],
        ":s a cpkg:Station ; skos:prefLabel '明德小学' .",
        ((0, 1, 1), (0, 0, 0), (0, 0), 0),
    ),
    "a subclass counts as its class": (
        [POLICE],
        [],
        [],
        ":a a cpkg:PublicSecurityOrgan ; rdfs:label '市公安局' .",
        ((1, 0, 0), (0, 0, 0), (0, 0), 0),
    ),
    "a second node for one thing is one too much": (
        [POLICE],
        [],
        [],
        POLICE_TTL + ":a2 a cpkg:Agency ; skos:prefLabel '市公安局' .",
        ((1, 1, 0), (0, 0, 0), (0, 0), 0),
    ),
    "an optional entity is free, there or not": (
        [POLICE, PUPILS, {"id": "h", "type": "Group", "names": ["家长"], "optional": True}],
        [],
        [],
        POLICE_TTL + ":g a cpkg:Group ; skos:prefLabel '学生' . :g2 a cpkg:Group ; skos:prefLabel '学生' .",
        ((1, 0, 0), (0, 0, 0), (0, 0), 0),
    ),
    "a relation needs both ends and the predicate": (
        [POLICE, COURT, SCHOOL],
        [{"s": "a", "p": "visits", "o": "s"}, {"s": "b", "p": "trains", "o": "s"}],
        [],
        POLICE_TTL + COURT_TTL + SCHOOL_TTL + ":a cpkg:visits :s . :s cpkg:trains :b . :a cpkg:inspects :s .",
        ((3, 0, 0), (1, 2, 1), (0, 0), 0),
    ),
    "a relation of an optional entity is free": (
        [POLICE, PUPILS],
        [{"s": "a", "p": "trains", "o": "g"}],
        [],
        POLICE_TTL + ":g a cpkg:Group ; skos:prefLabel '学生' . :a cpkg:trains :g .",
        ((1, 0, 0), (0, 0, 0), (0, 0), 0),
    ),
    "collaboration is right in either direction and counts once": (
        [POLICE, COURT],
        [{"s": "a", "p": "collaboratesWith", "o": "b"}],
        [],
        POLICE_TTL + COURT_TTL + ":b cpkg:collaboratesWith :a . :a cpkg:collaboratesWith :b .",
        ((2, 0, 0), (1, 0, 0), (0, 0), 0),
    ),
    "a wrong collaboration written both ways is one error": (
        [POLICE, COURT],
        [],
        [],
        POLICE_TTL + COURT_TTL + ":b cpkg:collaboratesWith :a . :a cpkg:collaboratesWith :b .",
        ((2, 0, 0), (0, 1, 0), (0, 0), 0),
    ),
    "where a thing lies is not scored": (
        [POLICE],
        [],
        [],
        POLICE_TTL + ":a cpkg:locatedIn :x .",
        ((1, 0, 0), (0, 0, 0), (0, 0), 0),
    ),
    "figures agree exactly, roles and topics also in part": (
        [POLICE, SCHOOL],
        [
            {"s": "a", "p": "deployedTo", "o": "s", "count": 3, "unit": "名", "role": "法治副校长"},
            {"s": "a", "p": "trains", "o": "s", "topic": "反诈", "time": "2024-05"},
        ],
        [],
        POLICE_TTL
        + SCHOOL_TTL
        + claim("c1", "deployedTo", "cpkg:count 30 ; cpkg:unit '名' ; cpkg:role '兼职法治副校长'")
        + claim("c2", "trains", "cpkg:topic '反诈和防溺水' ; cpkg:time '2024'"),
        ((2, 0, 0), (2, 0, 0), (3, 5), 0),
    ),
    "two statements of one triple are one relation with two figures": (
        [POLICE, SCHOOL],
        [
            {"s": "a", "p": "inspects", "o": "s", "count": 3},
            {"s": "a", "p": "inspects", "o": "s", "count": 5},
        ],
        [],
        POLICE_TTL + SCHOOL_TTL + claim("c1", "inspects", "cpkg:count 5"),
        ((2, 0, 0), (1, 0, 0), (1, 2), 0),
    ),
    "attributes of relations not found are not asked for": (
        [POLICE, SCHOOL],
        [{"s": "a", "p": "inspects", "o": "s", "count": 3}],
        [],
        POLICE_TTL + SCHOOL_TTL,
        ((2, 0, 0), (0, 0, 1), (0, 0), 0),
    ),
    "a name that must not appear leaks from any label": (
        [POLICE],
        [],
        ["小明", "佚名"],
        POLICE_TTL + ":x a cpkg:Article ; rdfs:label '“小 明”的故事' .",
        ((1, 0, 0), (0, 0, 0), (0, 0), 1),
    ),
    "no graph is all missing": (
        [POLICE, SCHOOL],
        [{"s": "a", "p": "visits", "o": "s"}],
        ["小明"],
        "",
        ((0, 0, 2), (0, 0, 1), (0, 0), 0),
    ),
}


def write_case(folder: Path, case: str) -> tuple[Path, Path]:
    entities, relations, never, turtle, _ = CASES[case]
    gold_dir, predicted = folder / "gold", folder / "predicted"
    gold_dir.mkdir()
    predicted.mkdir()
    gold = {"id": "one", "entities": entities, "relations": relations, "never": never}
    (gold_dir / "one.json").write_text(json.dumps(gold), "utf-8")
    (gold_dir / "one.txt").write_text("正文", "utf-8")
    (predicted / "one.ttl").write_text(PREFIXES + turtle, "utf-8")
    return gold_dir, predicted


def numbers(report: Report) -> tuple[Any, ...]:
    entities, relations = report.entities, report.relations
    right = sum(c.tp for c in report.by_attribute.values())
    asked = sum(c.tp + c.fn for c in report.by_attribute.values())
    return (
        (entities.tp, entities.fp, entities.fn),
        (relations.tp, relations.fp, relations.fn),
        (right, asked),
        report.leaks,
    )


@pytest.mark.parametrize("case", CASES)
def test_scores_as_the_guidelines_say(case: str, tmp_path: Path) -> None:
    gold_dir, predicted = write_case(tmp_path, case)

    report = evaluate_turtle(gold_dir, predicted)

    assert numbers(report) == CASES[case][-1]


def perturbed(gold: GoldArticle, chance: random.Random) -> Extraction:
    """Gold as an extraction, with things left out, renamed, doubled, turned round and made up."""
    entities = {}
    for e in gold.entities:
        if chance.random() < 0.8:
            name = chance.choice(e.names) if chance.random() < 0.9 else f"某{e.names[0]}"
            kind = e.kind if chance.random() < 0.9 else chance.choice(CLASSES)
            entities[e.id] = Entity(f"x/{e.id}", kind, name, e.names if chance.random() < 0.5 else ())
        if chance.random() < 0.1:
            entities[f"{e.id}-2"] = Entity(f"x/{e.id}-2", e.kind, chance.choice((*e.names, *gold.never)))
    claims = []
    for start, r in enumerate(gold.relations):
        if r.subject in entities and r.object in entities and chance.random() < 0.8:
            ends = [entities[r.subject], entities[r.object]]
            if chance.random() < 0.1:
                ends.reverse()
            said: dict[str, Any] = {name: value for name, value in r.attributes if chance.random() < 0.8}
            said |= {"count": int(said["count"])} if "count" in said else {}
            predicate = r.predicate if chance.random() < 0.9 else chance.choice(PREDICATES)
            evidence = Evidence(gold.id, start, start + 1, "文", "test", 1.0)
            claims.append(Claim(ends[0], predicate, ends[1], evidence, **said))
    article = Article(gold.id, gold.id, "文", ((0, 1),))
    return Extraction(article, tuple(entities.values()), tuple(claims))


def test_an_extraction_scores_like_its_graph(tmp_path: Path) -> None:
    chance = random.Random(7)
    extractions = {gold.text_path: perturbed(gold, chance) for gold in iter_gold(GOLD / "dev")}
    for path, extraction in extractions.items():
        turtle = serialize(to_quads(extraction, settings=Settings()), "turtle")
        (tmp_path / f"{path.stem}.ttl").write_bytes(turtle)

    direct = evaluate(GOLD / "dev", extractions.__getitem__)
    written = evaluate_turtle(GOLD / "dev", tmp_path)

    assert direct.to_json() == written.to_json()
    assert 0.3 < direct.relations.f1 < 0.9
    assert set(direct.differences) == set(written.differences)


def test_gold_as_its_own_prediction_is_perfect(tmp_path: Path) -> None:
    gold_dir, predicted = write_case(tmp_path, "a relation needs both ends and the predicate")
    (predicted / "one.ttl").write_text(
        PREFIXES + POLICE_TTL + COURT_TTL + SCHOOL_TTL + ":a cpkg:visits :s . :b cpkg:trains :s ."
    )

    report = evaluate_turtle(gold_dir, predicted)

    assert report.relations == Counts(tp=2)
    assert report.relations.f1 == 1.0
    assert report.differences == ()


def test_differences_name_article_and_both_ends(tmp_path: Path) -> None:
    gold_dir, predicted = write_case(tmp_path, "a relation needs both ends and the predicate")

    report = evaluate_turtle(gold_dir, predicted)

    assert report.differences == (
        Difference("one", "relation+", "inspects", "云阳市公安局", "某校", "predicate"),
        Difference("one", "relation+", "trains", "某校", "云阳市人民法院", "direction"),
        Difference("one", "relation-", "trains", "云阳市人民法院", "“明德” 小学", "direction"),
    )


def test_a_wrong_attribute_is_listed_with_what_was_got(tmp_path: Path) -> None:
    gold_dir, predicted = write_case(
        tmp_path, "two statements of one triple are one relation with two figures"
    )

    report = evaluate_turtle(gold_dir, predicted)

    assert report.differences == (
        Difference("one", "attribute-", "count", "云阳市公安局 inspects “明德” 小学: 3", "got 5"),
    )


def test_an_article_that_is_refused_counts_as_empty_and_is_named(tmp_path: Path) -> None:
    gold_dir, _ = write_case(tmp_path, "labels agree without quotes and spaces")

    def refuse(path: Path) -> Extraction:
        raise ArticleError(path.name, "empty")

    report = evaluate(gold_dir, refuse)

    assert report.entities == Counts(fn=2)
    assert report.failed == ("one: one.txt: empty",)


def test_broken_turtle_is_a_failed_article(tmp_path: Path) -> None:
    gold_dir, predicted = write_case(tmp_path, "no graph is all missing")
    (predicted / "one.ttl").write_text("this is no Turtle")

    report = evaluate_turtle(gold_dir, predicted)

    assert len(report.failed) == 1
    assert "one.ttl: not Turtle" in report.failed[0]


def test_a_missing_prediction_is_an_empty_graph(tmp_path: Path) -> None:
    gold_dir, predicted = write_case(tmp_path, "no graph is all missing")
    (predicted / "one.ttl").unlink()

    report = evaluate_turtle(gold_dir, predicted)

    assert numbers(report) == CASES["no graph is all missing"][-1]
    assert report.failed == ()


def test_a_missing_folder_of_predictions_is_an_error(tmp_path: Path) -> None:
    gold_dir, _ = write_case(tmp_path, "no graph is all missing")

    with pytest.raises(ArticleError, match="nowhere: no such folder"):
        evaluate_turtle(gold_dir, tmp_path / "nowhere")


def test_json_has_totals_and_rows(tmp_path: Path) -> None:
    gold_dir, predicted = write_case(tmp_path, "figures agree exactly, roles and topics also in part")

    data = evaluate_turtle(gold_dir, predicted).to_json()

    assert data == {
        "articles": 1,
        "failed": [],
        "ent": {
            "all": [1.0, 1.0, 1.0],
            "Agency": [1.0, 1.0, 1.0, 1, 0, 0],
            "School": [1.0, 1.0, 1.0, 1, 0, 0],
        },
        "rel": {
            "all": [1.0, 1.0, 1.0],
            "deployedTo": [1.0, 1.0, 1.0, 1, 0, 0],
            "trains": [1.0, 1.0, 1.0, 1, 0, 0],
        },
        "attributes": {
            "all": 0.6,
            "count": "0/1",
            "role": "1/1",
            "time": "0/1",
            "topic": "1/1",
            "unit": "1/1",
        },
        "leaks": 0,
    }


@pytest.mark.parametrize("name", ["“女警联校”行动", "ＡＢ（一）、丙", "Li·Ming"])
def test_normalising_twice_is_once(name: str) -> None:
    once = normalise(name)

    assert normalise(once) == once
    assert not set("“”（）·、 ") & set(once)
