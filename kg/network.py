"""The graph as networkx sees it, whole or around one entity, and as files for graph tools.

A node is an entity, an edge is a claim: several passages that say one relation are several edges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from typing import Any

import networkx as nx
from pyoxigraph import DefaultGraph, Literal, NamedNode, QuerySolution, QuerySolutions, Store

from kg import ontology
from kg.config import NAMESPACE
from kg.errors import DataError, QueryError
from kg.graph import ALT_LABEL, PREF_LABEL, TYPE, term
from kg.lookup import find_entities
from kg.model import CLASSES
from kg.store import ONTOLOGY_GRAPH

SUBJECT, PREDICATE, OBJECT = term("rdf:subject"), term("rdf:predicate"), term("rdf:object")
MENTIONS, DERIVED = term("schema:mentions"), term("prov:wasDerivedFrom")
ALTERNATE, TEXT, DIVISION = term("prov:alternateOf"), term("cpkg:text"), term("cpkg:divisionCode")
TEXTS = ("unit", "role", "topic", "time", "evidence", "rule")
NUMBERS = ("count", "start", "end")
SOURCE = {
    "source_title": term("dcterms:title"),
    "publisher": term("dcterms:publisher"),
    "date": term("dcterms:date"),
    "url": term("schema:url"),
}
# Names that a graph format keeps for itself: GEXF reads start and end as the life time of an edge.
RESERVED = {"start": "passage_start", "end": "passage_end"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_networkx(
    store: Store,
    *,
    entity: str | None = None,
    hops: int = 1,
    busiest: int | None = None,
    among: Iterable[NamedNode] | None = None,
    articles: Iterable[NamedNode] | None = None,
) -> nx.MultiDiGraph[str]:
    """Return all entities and claims, or those at most ``hops`` relations away from ``entity``.

    ``busiest`` takes of a larger graph only so many entities, those with the most claims, and what is between
    them, wherever they are; ``among`` takes the given entities and what is between them; ``articles`` what these articles say.

    Nodes are IRIs with ``iri label labels kind scored``, where ``labels`` are the other names, ``kind``
    the most special class and ``scored`` which of the ten it falls under, and ``division`` where a GB/T 2260
    code is known. Edges are keyed by the claim's IRI and have ``predicate article``, the claim's own attributes
    and the source's ``source_title publisher date url``; what the article does not give is left out. A symmetric
    relation is one edge. ``graph.graph["articles"]`` has for the IRI of each article how many ``copies`` of it
    others printed, and the ``paragraphs`` that hold its evidence: pairs of offset and text.
    The same store gives the same order of nodes and edges.

    Raises:
        QueryError: nothing is called ``entity``, or ``hops`` is negative.
    """
    if hops < 0:
        raise QueryError("hops", str(hops), "0 or more")
    if articles is not None:
        given = list(articles)
        nodes = {node for article in given for node in _objects(store, article, MENTIONS)}
        claims = [claim for article in given for claim in _subjects(store, DERIVED, article)]
    else:
        larger = busiest is not None and count_entities(store) > busiest
        nodes = _busiest(store, busiest) if busiest and larger else _nodes(store, entity, hops, among)
        claims = [
            claim
            for node in nodes
            for claim in _subjects(store, SUBJECT, node)
            if _object(store, claim) in nodes
        ]
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in sorted(nodes, key=lambda node: node.value):
        graph.add_node(node.value, **_node_attributes(store, node))
    _add_claims(graph, store, sorted({claim.value for claim in claims}))
    graph.graph["articles"] = _articles(graph, store)
    return graph


def to_graphml(graph: nx.MultiDiGraph[str]) -> bytes:
    """Return GraphML (yEd, Cytoscape, igraph): the same graph, the same bytes."""
    out = BytesIO()
    # By name: plain write_graphml takes lxml where that happens to be installed, with other bytes.
    nx.write_graphml_xml(_plain(graph), out, named_key_ids=True)
    return out.getvalue()


def to_gexf(graph: nx.MultiDiGraph[str]) -> bytes:
    """Return GEXF (Gephi): the same graph, the same bytes."""
    out = BytesIO()
    nx.write_gexf(_plain(graph), out)
    # networkx puts today's date and its own version into the file.
    return re.sub(rb"<meta .*?</meta>\s*", b"", out.getvalue(), count=1, flags=re.DOTALL)


def _nodes(store: Store, entity: str | None, hops: int, among: Iterable[NamedNode] | None) -> set[NamedNode]:
    if among is not None:
        return set(among)
    if entity is None:
        return _all_entities(store)
    return _around(store, find_entities(store, entity), hops)


def _all_entities(store: Store) -> set[NamedNode]:
    concepts = {quad.subject for quad in store.quads_for_pattern(None, PREF_LABEL, None, ONTOLOGY_GRAPH)}
    labelled = {quad.subject for quad in store.quads_for_pattern(None, PREF_LABEL, None, DefaultGraph())}
    return {node for node in labelled - concepts if isinstance(node, NamedNode)}


def count_entities(store: Store) -> int:
    """Return how many entities there are, the ontology's own concepts aside."""
    (row,) = _select(store, f"SELECT (COUNT(DISTINCT ?e) AS ?n) {{ ?e {PREF_LABEL} ?label }}")
    concepts = {quad.subject for quad in store.quads_for_pattern(None, PREF_LABEL, None, ONTOLOGY_GRAPH)}
    named = {
        quad.subject
        for c in concepts
        for quad in store.quads_for_pattern(c, PREF_LABEL, None, DefaultGraph())
    }
    return int(row["n"].value) - len(named)


def _busiest(store: Store, number: int) -> set[NamedNode]:
    """Return the entities with the most claims, of equals the first by name.

    The store counts: as Python objects the entities of a large graph take more memory than all else. How many claims
    the last of them has comes first: to look up the names of all takes the store twenty times as long.
    """
    ends = f"{{ {{ ?claim {SUBJECT} ?e }} UNION {{ ?claim {OBJECT} ?e }} }} GROUP BY ?e"
    counts = _select(store, f"SELECT (COUNT(*) AS ?n) {ends} ORDER BY DESC(?n) LIMIT {number}")
    least = counts[-1]["n"].value if counts else "1"
    most = _select(store, f"SELECT ?e (COUNT(*) AS ?n) {ends} HAVING (COUNT(*) >= {least})")
    most.sort(key=lambda row: (-int(row["n"].value), row["e"].value))
    return {row["e"] for row in most[:number]}


def _select(store: Store, query: str) -> list[QuerySolution]:
    found = store.query(query)
    if not isinstance(found, QuerySolutions):
        raise TypeError(f"no SELECT query: {query}")
    return list(found)


def _around(store: Store, start: Iterable[NamedNode], hops: int) -> set[NamedNode]:
    seen = set(start)
    edge = set(seen)
    for _ in range(hops):
        edge = {other for node in edge for other in _neighbours(store, node)} - seen
        seen |= edge
    return seen


def _neighbours(store: Store, node: NamedNode) -> Iterator[NamedNode]:
    for here, there in ((SUBJECT, OBJECT), (OBJECT, SUBJECT)):
        for claim in _subjects(store, here, node):
            yield from _objects(store, claim, there)


def _subjects(store: Store, predicate: NamedNode, node: NamedNode) -> Iterator[NamedNode]:
    for quad in store.quads_for_pattern(None, predicate, node, DefaultGraph()):
        if isinstance(quad.subject, NamedNode):
            yield quad.subject


def _object(store: Store, claim: NamedNode) -> NamedNode | None:
    return next(_objects(store, claim, OBJECT), None)


def _objects(store: Store, node: NamedNode, predicate: NamedNode) -> Iterator[NamedNode]:
    for quad in store.quads_for_pattern(node, predicate, None, DefaultGraph()):
        if isinstance(quad.object, NamedNode):
            yield quad.object


def _node_attributes(store: Store, node: NamedNode) -> dict[str, Any]:
    said = _said(store, node)
    preferred = sorted(said.get(PREF_LABEL.value, ()))
    label = preferred[0] if preferred else node.value
    kind, scored = _kind(node, said.get(TYPE.value, ()))
    labels = tuple(sorted({*preferred, *said.get(ALT_LABEL.value, ())} - {label}))
    division = {"division": min(said[DIVISION.value])} if DIVISION.value in said else {}
    return {
        "iri": node.value,
        "label": label,
        "labels": labels,
        "kind": kind,
        "scored": scored,
        **division,
    }


def _kind(node: NamedNode, types: Iterable[str]) -> tuple[str, str]:
    """Return the most special class of a node and the one of the ten that it falls under."""
    known = ontology.load()
    names = {name.removeprefix(NAMESPACE) for name in types} & known.classes.keys()
    scored = next((name for name in CLASSES if name in names), None)
    if scored is None:
        raise DataError(node.value, "an entity of no class", "one of " + ", ".join(CLASSES))
    under = names & _below(scored)
    return min(name for name in under if _below(name) & under == {name}), scored


@cache
def _below(kind: str) -> frozenset[str]:
    return ontology.load().subclasses(kind)


def _add_claims(graph: nx.MultiDiGraph[str], store: Store, claims: Iterable[str]) -> None:
    sources: dict[str, dict[str, str]] = {}
    symmetric = {name for name, found in ontology.load().properties.items() if found.symmetric}
    both_ways: set[tuple[object, ...]] = set()
    for claim in claims:
        said = {name: min(values) for name, values in _said(store, NamedNode(claim)).items()}
        subject, object_ = said[SUBJECT.value], said[OBJECT.value]
        if subject not in graph or object_ not in graph:
            continue
        attributes = _claim_attributes(said)
        article = attributes["article"]
        if article not in sources:
            sources[article] = _source(store, article)
        if attributes["predicate"] in symmetric:
            one = (frozenset((subject, object_)), *sorted(attributes.items()))
            if one in both_ways:
                continue
            both_ways.add(one)
        graph.add_edge(subject, object_, key=claim, **attributes, **sources[article])


def _claim_attributes(said: dict[str, str]) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "predicate": said[PREDICATE.value].removeprefix(NAMESPACE),
        "article": said[DERIVED.value],
        "confidence": float(said[NAMESPACE + "confidence"]),
        "approximate": said.get(NAMESPACE + "approximate") == "true",
    }
    attributes |= {name: said[NAMESPACE + name] for name in TEXTS if NAMESPACE + name in said}
    return attributes | {name: int(said[NAMESPACE + name]) for name in NUMBERS if NAMESPACE + name in said}


def _source(store: Store, article: str) -> dict[str, str]:
    said = {name: _literals(store, NamedNode(article), key) for name, key in SOURCE.items()}
    return {name: min(values) for name, values in said.items() if values}


def _literals(store: Store, node: NamedNode, predicate: NamedNode) -> list[str]:
    """Return what the store says of a node by one property: an article mentions much that nobody asks for here."""
    quads = store.quads_for_pattern(node, predicate, None, DefaultGraph())
    return [quad.object.value for quad in quads if isinstance(quad.object, Literal)]


def _articles(graph: nx.MultiDiGraph[str], store: Store) -> dict[str, dict[str, Any]]:
    """Return of every article behind a claim its copies and the paragraphs that its passages stand in."""
    spans: dict[str, set[tuple[int, int]]] = {}
    for _, _, claim in graph.edges(data=True):
        found = spans.setdefault(claim["article"], set())
        if "start" in claim and "end" in claim:
            found.add((claim["start"], claim["end"]))
    return {
        article: {
            "copies": sum(1 for _ in _subjects(store, ALTERNATE, NamedNode(article))),
            "paragraphs": _paragraphs(
                min(_literals(store, NamedNode(article), TEXT), default=""), spans[article]
            ),
        }
        for article in sorted(spans)
    }


def _paragraphs(text: str, spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, str], ...]:
    """Return the paragraphs of a text that hold the spans: offset and text, in their order.

    A passage that runs over several makes one of them.
    """
    merged: list[list[int]] = []
    for start, end in sorted(spans):
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", max(first, end))
        last = len(text) if last < 0 else last
        if merged and first < merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], last)
        elif first < last:
            merged.append([first, last])
    return tuple((first, text[first:last]) for first, last in merged)


def _said(store: Store, node: NamedNode) -> dict[str, list[str]]:
    """Return what the store says of a node: property IRI to values."""
    said: dict[str, list[str]] = {}
    for quad in store.quads_for_pattern(node, None, None, DefaultGraph()):
        if isinstance(quad.object, NamedNode | Literal):
            said.setdefault(quad.predicate.value, []).append(quad.object.value)
    return said


def _plain(graph: nx.MultiDiGraph[str]) -> nx.MultiDiGraph[str]:
    """Return a copy with what XML graph formats can hold: no lists, no forbidden characters or names."""
    plain: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    properties = ontology.load().properties
    for node, attributes in graph.nodes(data=True):
        plain.add_node(_xml(node), **_plain_values(attributes))
    for subject, object_, key, attributes in graph.edges(keys=True, data=True):
        name = attributes["predicate"]
        label = properties[name].label.zh if name in properties else name
        plain.add_edge(
            _xml(subject), _xml(object_), key=_xml(key), **_plain_values(attributes | {"label": label})
        )
    return plain


def _plain_values(attributes: dict[str, Any]) -> dict[str, Any]:
    plain = {}
    for name, value in attributes.items():
        if isinstance(value, tuple | list):
            value = "|".join(map(str, value))
        if value is not None:
            plain[RESERVED.get(name, name)] = _xml(value) if isinstance(value, str) else value
    return plain


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
