"""Gold articles: what a correct graph of an article is, read from ``NAME.txt`` and ``NAME.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import ArticleError

ATTRIBUTES = ("count", "unit", "role", "topic", "time")


@dataclass(frozen=True, slots=True)
class GoldEntity:
    """An entity that a correct graph has; ``names[0]`` is the preferred one, all are accepted."""

    id: str
    kind: str
    names: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class GoldRelation:
    """A relation that a correct graph has, between ids of gold entities; attribute values are text."""

    subject: str
    predicate: str
    object: str
    evidence: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """The gold of one article; ``text_path`` is the article as a user would have it."""

    id: str
    text_path: Path
    entities: tuple[GoldEntity, ...]
    relations: tuple[GoldRelation, ...]
    never: tuple[str, ...] = ()


def iter_gold(folder: Path) -> Iterator[GoldArticle]:
    """Yield the gold articles under a folder in the order of their paths.

    A JSON file that neither has its article beside it nor holds entities (quality floors) is passed over.

    Raises:
        ArticleError: there is no such folder, it holds no gold, or a gold file is broken.
    """
    if not folder.is_dir():
        raise ArticleError(str(folder), "no such folder", "a folder with NAME.txt and NAME.json")
    empty = True
    for path in sorted(folder.glob("**/*.json")):
        data = _read_json(path)
        if path.with_suffix(".txt").exists() or (isinstance(data, dict) and "entities" in data):
            empty = False
            yield _to_gold(path, data)
    if empty:
        raise ArticleError(str(folder), "no gold articles", "a folder with NAME.txt and NAME.json")


def read_gold(path: Path) -> GoldArticle:
    """Return the gold in one ``NAME.json``.

    Raises:
        ArticleError: not JSON, a part is missing, or a relation names an entity that is not there.
    """
    return _to_gold(path, _read_json(path))


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ArticleError(str(path), f"not a gold file: {error}") from error


def _to_gold(path: Path, data: Any) -> GoldArticle:
    try:
        gold = GoldArticle(
            data["id"],
            path.with_suffix(".txt"),
            tuple(_to_entity(e) for e in data["entities"]),
            tuple(_to_relation(r) for r in data["relations"]),
            tuple(data.get("never", ())),
        )
    except KeyError as error:
        raise ArticleError(str(path), f"gold without {error}") from error
    except (TypeError, AttributeError) as error:
        raise ArticleError(str(path), f"not a gold file: {error}") from error
    known = {entity.id for entity in gold.entities}
    for relation in gold.relations:
        for end in (relation.subject, relation.object):
            if end not in known:
                raise ArticleError(str(path), f"{relation.predicate} names an unknown entity {end!r}")
    return gold


def _to_entity(data: Any) -> GoldEntity:
    return GoldEntity(data["id"], data["type"], tuple(data["names"]), bool(data.get("optional")))


def _to_relation(data: Any) -> GoldRelation:
    attributes = tuple((name, str(data[name])) for name in ATTRIBUTES if name in data)
    return GoldRelation(
        data["s"], data["p"], data["o"], data.get("evidence", ""), attributes, bool(data.get("optional"))
    )
