"""One article's predicted graph as the score sees it, from an Extraction or from a Turtle file."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kg import ontology
from kg.config import NAMESPACE
from kg.errors import ArticleError, DataError
from kg.gold import ATTRIBUTES
from kg.model import PREDICATES, Extraction

if TYPE_CHECKING:
    import pyoxigraph

# locatedIn follows from names: the guidelines leave it out of the score.
SCORED_PREDICATES = frozenset(PREDICATES) - {"locatedIn"}
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PREF_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
ALT_LABEL = "http://www.w3.org/2004/02/skos/core#altLabel"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
IGNORED = re.compile(r"[\s“”\"'‘’「」『』《》〈〉·•,，、()（）]")

Triple = tuple[str, str, str]


def normalise(name: str) -> str:
    """Return a name as the score compares it.

    >>> normalise("“女警联校” 行动（Ａ）")
    '女警联校行动a'
    """
    return IGNORED.sub("", unicodedata.normalize("NFKC", name)).lower()


@dataclass(frozen=True, slots=True)
class Node:
    """A predicted entity: the classes it is scored under, its normalised labels, the name to show."""

    kinds: frozenset[str]
    labels: frozenset[str]
    name: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """One article's graph as the score sees it.

    ``relations`` maps a triple to what its claims say: attribute to values. ``labels`` are the
    normalised labels of all nodes, also of those that are no entities: a leak may hide in any.
    ``confidences`` is the best confidence (0 to 1) of each triple's claims, where it is known.
    """

    nodes: Mapping[str, Node] = field(default_factory=dict)
    relations: Mapping[Triple, Mapping[str, Collection[str]]] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    confidences: Mapping[Triple, float] = field(default_factory=dict)


def from_extraction(extraction: Extraction) -> Prediction:
    """Return what the graph of an extraction says; the ends of a claim are entities too."""
    scored_class = ontology.load().scored_class
    ends = (end for claim in extraction.claims for end in (claim.subject, claim.object))
    entities = {entity.id: entity for entity in (*ends, *extraction.entities)}
    nodes = {
        key: Node(frozenset({scored_class(entity.kind)}), _labels((entity.name, *entity.labels)), entity.name)
        for key, entity in entities.items()
    }
    relations: dict[Triple, dict[str, set[str]]] = {}
    confidences: dict[Triple, float] = {}
    for claim in extraction.claims:
        if claim.predicate in SCORED_PREDICATES:
            triple = (claim.subject.id, claim.predicate, claim.object.id)
            said = relations.setdefault(triple, defaultdict(set))
            confidences[triple] = max(claim.evidence.confidence, confidences.get(triple, 0.0))
            for name in ATTRIBUTES:
                if (value := getattr(claim, name)) not in (None, ""):
                    said[name].add(str(value))
    labels = frozenset[str]().union(*(node.labels for node in nodes.values()))
    return Prediction(nodes, relations, labels, confidences)


def from_turtle(path: Path) -> Prediction:
    """Return what a Turtle file says in our namespace.

    Raises:
        ArticleError: the file cannot be read, or is no Turtle.
    """
    from pyoxigraph import RdfFormat, parse

    graph: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    try:
        for quad in parse(path.read_bytes(), format=RdfFormat.TURTLE):
            graph[_key(quad.subject)][quad.predicate.value].append(_key(quad.object))
    except (OSError, SyntaxError) as error:
        raise ArticleError(str(path), f"not Turtle: {error}") from error
    nodes = {}
    labels: set[str] = set()
    for subject, said in graph.items():
        names = [*said[PREF_LABEL], *said[LABEL], *said[ALT_LABEL]]
        labels |= _labels(names)
        if kinds := _scored_kinds(said[f"{RDF}type"]):
            nodes[subject] = Node(kinds, _labels(names), (names or [subject])[0])
    return Prediction(nodes, _relations(graph), frozenset(labels))


def _key(term: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple) -> str:
    from pyoxigraph import Literal, NamedNode

    return term.value if isinstance(term, NamedNode | Literal) else str(term)


def _scored_kinds(types: Iterable[str]) -> frozenset[str]:
    return frozenset(scored for kind in types if (scored := _scored_kind(kind)))


def _scored_kind(kind: str) -> str | None:
    """Return the class that a type is scored under; an article, a claim or a foreign type has none."""
    if not kind.startswith(NAMESPACE):
        return None
    try:
        return ontology.load().scored_class(kind.removeprefix(NAMESPACE))
    except DataError:
        return None


def _relations(graph: Mapping[str, Mapping[str, list[str]]]) -> dict[Triple, dict[str, set[str]]]:
    relations: dict[Triple, dict[str, set[str]]] = {
        (subject, predicate, other): defaultdict(set)
        for subject, said in graph.items()
        for predicate in SCORED_PREDICATES
        & {p.removeprefix(NAMESPACE) for p in said if p.startswith(NAMESPACE)}
        for other in said[NAMESPACE + predicate]
    }
    for said in graph.values():
        ends = [said.get(RDF + part) for part in ("subject", "predicate", "object")]
        if all(ends):
            subject, predicate, other = (values[0] for values in ends if values)
            if (found := relations.get((subject, predicate.removeprefix(NAMESPACE), other))) is not None:
                for name in ATTRIBUTES:
                    found[name].update(said.get(NAMESPACE + name, ()))
    return relations


def _labels(names: Iterable[str]) -> frozenset[str]:
    return frozenset(normalise(name) for name in names) - {""}
