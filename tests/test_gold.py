from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.errors import ArticleError
from kg.gold import GoldRelation, iter_gold, read_gold
from kg.model import CLASSES, PREDICATES

GOLD = Path(__file__).parent / "gold"


def write_gold(folder: Path, **changes: Any) -> Path:
    gold = {
        "id": "one",
        "entities": [
            {"id": "a", "type": "Agency", "names": ["甲局"]},
            {"id": "g", "type": "Group", "names": ["学生", "同学"], "optional": True},
        ],
        "relations": [
            {"s": "a", "p": "trains", "o": "g", "count": 3, "topic": "反诈", "evidence": "甲局培训3名学生"}
        ],
        "never": ["小明"],
    }
    path = folder / "one.json"
    path.write_text(json.dumps(gold | changes), "utf-8")
    path.with_suffix(".txt").write_text("甲局培训3名学生", "utf-8")
    return path


def test_reads_entities_relations_and_forbidden_names(tmp_path: Path) -> None:
    path = write_gold(tmp_path)

    gold = read_gold(path)

    assert gold.text_path == tmp_path / "one.txt"
    assert [(e.kind, e.names, e.optional) for e in gold.entities] == [
        ("Agency", ("甲局",), False),
        ("Group", ("学生", "同学"), True),
    ]
    assert gold.relations == (
        GoldRelation("a", "trains", "g", "甲局培训3名学生", (("count", "3"), ("topic", "反诈"))),
    )
    assert gold.never == ("小明",)


@pytest.mark.parametrize("name", ["dev", "seed", "train"])
def test_the_projects_gold_is_whole(name: str) -> None:
    articles = list(iter_gold(GOLD / name))

    assert len(articles) >= {"dev": 18, "seed": 1, "train": 140}[name]
    for gold in articles:
        text = gold.text_path.read_text("utf-8")
        assert {e.kind for e in gold.entities} <= set(CLASSES)
        assert {r.predicate for r in gold.relations} <= set(PREDICATES)
        assert [r.evidence for r in gold.relations if r.evidence not in text] == []


def test_other_json_beside_gold_is_passed_over(tmp_path: Path) -> None:
    write_gold(tmp_path)
    (tmp_path / "floors.json").write_text('{"dev": 0.5}')

    names = [gold.id for gold in iter_gold(tmp_path)]

    assert names == ["one"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "not a gold file"),
        (b"\xff\xfe\x00", "not a gold file"),
        (b"[1, 2]", "not a gold file"),
        (b'{"id": "one", "entities": []}', "gold without 'relations'"),
    ],
)
def test_a_broken_gold_file_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    path = write_gold(tmp_path)
    path.write_bytes(content)

    with pytest.raises(ArticleError, match=f"one.json: {says}"):
        list(iter_gold(tmp_path))


def test_a_relation_to_an_unknown_entity_is_named(tmp_path: Path) -> None:
    path = write_gold(tmp_path, relations=[{"s": "a", "p": "trains", "o": "x"}])

    with pytest.raises(ArticleError, match="trains names an unknown entity 'x'"):
        read_gold(path)


def test_a_folder_without_gold_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="no gold articles"):
        list(iter_gold(tmp_path))


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="no such folder"):
        list(iter_gold(tmp_path / "nowhere"))
