"""What the page knows: entities, relations, the claims behind them and their sources, as plain data.

Everything is put in an order of its own, so that the same graph gives the same page whatever the order
in which its nodes and edges were added.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import networkx as nx

from kg import ontology
from kg.errors import ConfigError, DataError
from kg.model import CLASSES, ORGANISATIONS, PREDICATES
from kg.pages.keys import search_keys
from kg.pages.periods import period
from kg.pages.places import carry_places, own_place, place_tree
from kg.pages.sources import Articles, Paragraphs
from kg.yamlfile import load_yaml

LANGUAGES = ("zh", "en")
AGENCY = "Agency"
CLAIM_FIELDS = (
    "evidence",
    "count",
    "unit",
    "role",
    "topic",
    "time",
    "approximate",
    "start",
    "end",
    "confidence",
    "rule",
)


@dataclass(frozen=True, slots=True)
class Relation:
    """One line of the drawing: all claims of one predicate between two entities, by index."""

    subject: int
    object: int
    predicate: str
    symmetric: bool
    claims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """The graph as lists that point at each other by index; ``places`` is name and parent by code."""

    entities: tuple[dict[str, Any], ...]
    relations: tuple[Relation, ...]
    claims: tuple[dict[str, Any], ...]
    articles: tuple[dict[str, Any], ...]
    paragraphs: tuple[str, ...]
    places: dict[str, tuple[str, str | None]]


def read_content(graph: nx.MultiDiGraph[Any]) -> Content:
    """Return what a graph made by ``kg.network`` says.

    The claims of a symmetric relation stand together whichever way round they were written, each once, and
    ``turned`` where its subject is the relation's object. A claim's ``id`` is the key of its edge; its ``evidence``
    is paragraph, start and end; its ``first`` and ``last`` are the days that it is about, where these are known.

    Raises:
        DataError: a node is of none of the ten classes.
    """
    order = sorted(graph.nodes, key=str)
    entities = [_entity(node, graph.nodes[node]) for node in order]
    known = graph.graph.get("articles", {})
    articles, paragraphs = Articles(known), Paragraphs(known)
    found = _group_claims(graph, order, articles)
    articles.settle()
    relations: list[Relation] = []
    claims: list[dict[str, Any]] = []
    for (one, two, predicate), group in sorted(found.items(), key=_relation_order):
        kept = [group[key] for key in sorted(group)]
        kept.sort(key=lambda claim: (articles.index(claim["article"]), claim.get("start", 0)))
        numbers = tuple(range(len(claims), len(claims) + len(kept)))
        claims.extend(_settled(claim, articles, paragraphs) for claim in kept)
        relations.append(Relation(one, two, predicate, _is_symmetric(predicate), numbers))
    _put_in_places(entities, relations)
    return Content(
        tuple(entities),
        tuple(relations),
        tuple(claims),
        tuple(articles.rows),
        tuple(paragraphs.rows),
        place_tree(entity["place"] for entity in entities),
    )


def _group_claims(
    graph: nx.MultiDiGraph[Any], order: list[Any], articles: Articles
) -> dict[tuple[int, int, str], dict[str, dict[str, Any]]]:
    """Return the claims of each relation, by all that tells two of them apart."""
    index = {node: position for position, node in enumerate(order)}
    found: dict[tuple[int, int, str], dict[str, dict[str, Any]]] = {}
    for subject, object_, key, attributes in graph.edges(keys=True, data=True):
        predicate = str(attributes.get("predicate", ""))
        ends = (index[subject], index[object_])
        turned = _is_symmetric(predicate) and ends[0] > ends[1]
        ends = ends[::-1] if turned else ends
        claim = {name: attributes[name] for name in CLAIM_FIELDS if _told(attributes.get(name))}
        claim["article"] = articles.key(attributes)
        group, said = found.setdefault((*ends, predicate), {}), repr(sorted(claim.items()))
        # A number is no name. Of two claims that say the very same, the first by name stands for both.
        claim |= {"id": key} if isinstance(key, str) else {}
        claim |= {"turned": True} if turned else {}
        group[said] = min(claim, group.get(said, claim), key=_claim_name)
    return found


def _claim_name(claim: dict[str, Any]) -> tuple[str, bool]:
    return claim.get("id", ""), claim.get("turned", False)


def _settled(claim: dict[str, Any], articles: Articles, paragraphs: Paragraphs) -> dict[str, Any]:
    """Return a claim that points at its article and its paragraph by number."""
    key = claim["article"]
    claim["article"] = articles.index(key)
    if "evidence" in claim:
        claim["evidence"] = paragraphs.find(key, claim)
    published = articles.rows[claim["article"]].get("date")
    days = period(str(claim.get("time", "")), published)
    claim["first"], claim["last"] = days or (None, None)
    return claim


def _put_in_places(entities: list[dict[str, Any]], relations: list[Relation]) -> None:
    places = carry_places(
        [entity["place"] for entity in entities],
        [entity["scored"] for entity in entities],
        [(relation.subject, relation.object, relation.predicate) for relation in relations],
    )
    for entity, place in zip(entities, places, strict=True):
        entity["place"] = place


def _is_symmetric(predicate: str) -> bool:
    known = ontology.load().properties.get(predicate)
    return known is not None and known.symmetric


def terms(content: Content) -> dict[str, Any]:
    """Return the names of all classes, kinds and predicates that the content uses, in both languages.

    ``sectors`` has for each kind of agency the class that figures count it under.
    """
    known = ontology.load()
    sectors = {
        entity["kind"]: _sector(entity["kind"]) for entity in content.entities if entity["scored"] == AGENCY
    }
    kinds = sorted({entity["kind"] for entity in content.entities} | set(sectors.values()) | set(CLASSES))
    used = {relation.predicate for relation in content.relations}
    names = [name for name in PREDICATES if name in used] + sorted(used - set(PREDICATES))
    predicates = {}
    for name in names:
        if term := known.properties.get(name):
            predicates[name] = {"label": _both(term.label), "inverse": _both(term.inverse)}
        else:
            predicates[name] = {"label": _same(name), "inverse": _same(name)}
    return {
        "classes": list(CLASSES),
        "kinds": {
            name: _both(known.classes[name].label) if name in known.classes else _same(name) for name in kinds
        },
        "predicates": predicates,
        "sectors": sectors,
        "organisations": sorted(ORGANISATIONS),
    }


@cache
def _sector(kind: str) -> str:
    """Return the class right below the agencies that a kind of agency falls under; the agencies where none."""
    classes = ontology.load().classes
    while kind in classes and AGENCY not in classes[kind].parents:
        kind = next((parent for parent in classes[kind].parents if parent in classes), AGENCY)
        if kind == AGENCY:
            return kind
    return kind if kind in classes else AGENCY


@cache
def interface() -> Mapping[str, Mapping[str, str]]:
    """Return the page's own words: key -> language -> text.

    Raises:
        DataError: a text lacks a language.
    """
    file = files("kg.pages").joinpath("interface.yaml")
    words: dict[str, dict[str, str]] = load_yaml(file.read_text(encoding="utf-8"))
    for key, texts in words.items():
        if sorted(texts) != sorted(LANGUAGES):
            raise DataError(f"{file.name}: {key}", f"languages {sorted(texts)}", "exactly zh and en")
    return words


def check_language(language: str) -> str:
    """Return the language if the page speaks it.

    Raises:
        ConfigError: it does not.
    """
    if language not in LANGUAGES:
        raise ConfigError("language", repr(language), "allowed: " + ", ".join(LANGUAGES))
    return language


def _entity(node: object, attributes: Mapping[str, Any]) -> dict[str, Any]:
    scored = attributes.get("scored")
    if scored not in CLASSES:
        raise DataError(f"graph: node {node}", f"class {scored!r}", "one of " + ", ".join(CLASSES))
    name = str(attributes.get("label") or node)
    labels = sorted({str(label) for label in attributes.get("labels") or ()} - {name})
    return {
        "id": str(attributes.get("iri") or node),
        "name": name,
        "labels": labels,
        "kind": str(attributes.get("kind") or scored),
        "scored": scored,
        "keys": search_keys((name, *labels)),
        "place": own_place(attributes, scored=str(scored), name=name),
    }


def _told(value: object) -> bool:
    """Whether an attribute says anything: 0 does, and has to be told apart from False."""
    return value is not None and value is not False and value != ""


def _relation_order(item: tuple[tuple[int, int, str], object]) -> tuple[int, int, int, str]:
    (one, two, predicate), _ = item
    known = PREDICATES.index(predicate) if predicate in PREDICATES else len(PREDICATES)
    return one, two, known, predicate


def _both(text: ontology.Text) -> dict[str, str]:
    return {language: text[language] for language in LANGUAGES}


def _same(name: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, name)


def plain(value: object) -> str:
    """Return what JSON has no type for as text: a date as ISO 8601.

    Raises:
        TypeError: anything else.
    """
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not belong on a page")
