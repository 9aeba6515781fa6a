"""The ontology files as frozen data: classes, properties, Group concepts, roles.

Everything is read from ``ontology/*.ttl`` with pyoxigraph (milliseconds, no rdflib) and cached, so
that a new kind of agency or a new word for a group is a line of Turtle and nothing else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from kg.config import NAMESPACE, data_dir
from kg.errors import DataError
from kg.model import CLASSES

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
GROUP_SCHEME = "https://w3id.org/cpkg/ontology/group"
ROLE_SCHEME = "https://w3id.org/cpkg/ontology/role"
# What may follow the deciding word of a name: “新市民服务驿站”, 《…工作规程（试行）》, 白皮书（2022—2024）.
TAIL = 64  # characters: what follows and the longest suffix fit in, and a hostile name costs no time
AFTER_NAME = re.compile(r"(?:[”’\"'》〉」』】\s]|[（(][^（(）)]*[）)])+$")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages; ``text["zh"]`` and ``text.zh`` are the same."""

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class OntologyClass:
    """A class of our namespace. ``name`` is its local name, ``parents`` the local names directly above.

    ``suffixes`` and ``infixes`` are the words by which a name shows that it belongs here.
    """

    name: str
    iri: str
    label: Text
    definition: Text
    parents: tuple[str, ...]
    suffixes: tuple[str, ...]
    infixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OntologyProperty:
    """A property of our namespace.

    ``domain`` is always a set of class names; ``range`` too for a relation, and one datatype IRI for an
    attribute (``relation`` is False). A union or an abstract class is spelt out: Organisation becomes
    Agency, School, Studio, Station, Team. ``inverse`` is the label as read from the object.
    """

    name: str
    iri: str
    label: Text
    inverse: Text
    definition: Text
    domain: frozenset[str]
    range: frozenset[str]
    relation: bool
    symmetric: bool


@dataclass(frozen=True, slots=True)
class Concept:
    """A SKOS concept: a Group or a role.

    ``name`` is the Chinese preferred label. ``labels`` are other words that mean it wherever they stand
    in running text, except inside one of ``not_within`` (家庭 in 家庭教育); ``hidden`` are words that mean it
    only in the right context. ``broader`` holds the preferred labels directly above. ``slug`` is the last
    step of ``iri``.
    """

    slug: str
    iri: str
    name: str
    label: Text
    labels: tuple[str, ...]
    hidden: tuple[str, ...]
    not_within: tuple[str, ...]
    broader: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ontology:
    """All classes and properties by local name."""

    version: str
    classes: Mapping[str, OntologyClass]
    properties: Mapping[str, OntologyProperty]
    _scored: Mapping[str, str]
    _suffixes: Mapping[str, Mapping[str, str]]
    _infixes: Mapping[str, Mapping[str, str]]

    def scored_class(self, kind: str) -> str:
        """Return which of the ten classes ``kind`` falls under.

        >>> load().scored_class("PoliceStation")
        'Agency'

        Raises:
            DataError: ``kind`` is no class of the ontology, or stands above the ten.
        """
        try:
            return self._scored[kind]
        except KeyError:
            raise DataError("ontology", f"unknown kind of entity {kind!r}", "a class under the ten") from None

    def subclasses(self, kind: str) -> frozenset[str]:
        """Return ``kind`` and the names of every class below it."""
        below = {kind}
        size = 0
        while size < len(below):
            size = len(below)
            below |= {c.name for c in self.classes.values() if below.intersection(c.parents)}
        return frozenset(below)

    def subclass_for(self, name: str, scored_class: str) -> str:
        """Return the subclass of ``scored_class`` that an entity's name tells, or ``scored_class`` itself.

        The longest suffix wins; where none fits, the longest infix.

        >>> load().subclass_for("渌口区南丰派出所", "Agency")
        'PoliceStation'
        >>> load().subclass_for("渭南市公安局华州分局", "Agency")
        'PublicSecurityOrgan'
        >>> load().subclass_for("“护苗”", "Program")
        'Program'
        """
        tail = AFTER_NAME.sub("", name[-TAIL:])
        suffixes = self._suffixes.get(scored_class, {})
        for start in range(len(tail)):
            if found := suffixes.get(tail[start:]):
                return found
        infixes = self._infixes.get(scored_class, {})
        inside = [word for word in infixes if word in name]
        return infixes[max(inside, key=len)] if inside else scored_class


@cache
def load() -> Ontology:
    """Return the ontology of ``ontology/cpkg.ttl``.

    Raises:
        DataError: the file is missing, is no Turtle, or leaves out what every term must have.
    """
    return read_ontology(data_dir("ontology") / "cpkg.ttl")


@cache
def load_groups() -> tuple[Concept, ...]:
    """Return the controlled Group concepts, in the order of their preferred labels."""
    return read_concepts(data_dir("ontology") / "groups.ttl", GROUP_SCHEME)


@cache
def load_roles() -> tuple[Concept, ...]:
    """Return the roles and posts, in the order of their preferred labels."""
    return read_concepts(data_dir("ontology") / "roles.ttl", ROLE_SCHEME)


def read_ontology(path: Path) -> Ontology:
    """Return the ontology that one Turtle file holds.

    Raises:
        DataError: as ``load``.
    """
    graph = _Graph(path)
    classes = {term.removeprefix(NAMESPACE): _class(graph, term) for term in graph.ours(OWL + "Class")}
    missing = [name for name in CLASSES if name not in classes]
    if missing:
        raise DataError(path.name, f"no class {', '.join(missing)}", f"the ten classes {', '.join(CLASSES)}")
    above = {name: _above(name, classes, path) for name in classes}
    scored = {name: top for name, tops in above.items() for top in CLASSES if top in tops}
    properties = {
        term.removeprefix(NAMESPACE): _property(graph, term, above, relation=kind == "ObjectProperty")
        for kind in ("ObjectProperty", "DatatypeProperty")
        for term in graph.ours(OWL + kind)
    }
    versions = [v for s in graph.typed(OWL + "Ontology") for v in graph.values(s, OWL + "versionInfo")]
    return Ontology(
        version=versions[0] if versions else "",
        classes=MappingProxyType(classes),
        properties=MappingProxyType(properties),
        _scored=MappingProxyType(scored),
        _suffixes=_words(classes, scored, "suffixes", path),
        _infixes=_words(classes, scored, "infixes", path),
    )


def read_concepts(path: Path, scheme: str) -> tuple[Concept, ...]:
    """Return the concepts of one scheme in one Turtle file, in the order of their Chinese labels.

    Raises:
        DataError: the file is missing, is no Turtle, has no concept, or two concepts share a word.
    """
    graph = _Graph(path)
    terms = [t for t in graph.typed(SKOS + "Concept") if scheme in graph.values(t, SKOS + "inScheme")]
    names = {term: graph.text(term, SKOS + "prefLabel") for term in terms}
    concepts = [
        Concept(
            slug=term.rsplit("/", 1)[-1],
            iri=term,
            name=label.zh,
            label=label,
            labels=tuple(sorted(graph.values(term, SKOS + "altLabel", language="zh"))),
            hidden=tuple(sorted(graph.values(term, SKOS + "hiddenLabel", language="zh"))),
            not_within=tuple(sorted(graph.values(term, NAMESPACE + "notWithin"))),
            broader=tuple(sorted(names[b].zh for b in graph.values(term, SKOS + "broader") if b in names)),
        )
        for term, label in names.items()
    ]
    if not concepts:
        raise DataError(path.name, f"no concept in {scheme}", "skos:Concept with skos:inScheme")
    owner: dict[str, str] = {}
    for concept in concepts:
        for word in (concept.name, *concept.labels):
            if owner.setdefault(word, concept.name) != concept.name:
                raise DataError(
                    path.name, f"{word} stands at {owner[word]} and at {concept.name}", "one concept a word"
                )
    return tuple(sorted(concepts, key=lambda concept: concept.name))


class _Graph:
    """The triples of one Turtle file, with the file's name in every error."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._index: dict[tuple[str, str], list[ox.NamedNode | ox.BlankNode | ox.Literal]] = defaultdict(list)
        self._types: dict[str, list[str]] = defaultdict(list)
        try:
            triples = list(ox.parse(path=path, format=ox.RdfFormat.TURTLE))
        except (OSError, SyntaxError, ValueError) as error:
            raise DataError(path.name, f"cannot be read: {error}", "a Turtle file") from error
        for triple in triples:
            subject, predicate = _key(triple.subject), triple.predicate.value
            self._index[subject, predicate].append(triple.object)
            if predicate == RDF + "type":
                self._types[_key(triple.object)].append(subject)

    def typed(self, kind: str) -> list[str]:
        return self._types.get(kind, [])

    def ours(self, kind: str) -> Iterator[str]:
        return (term for term in self.typed(kind) if term.startswith(NAMESPACE))

    def values(self, subject: str, predicate: str, *, language: str | None = None) -> list[str]:
        return [
            _key(value)
            for value in self._index.get((subject, predicate), [])
            if language is None or (isinstance(value, ox.Literal) and value.language == language)
        ]

    def text(self, subject: str, predicate: str, *, default: Text | None = None) -> Text:
        zh = self.values(subject, predicate, language="zh")
        en = self.values(subject, predicate, language="en")
        if default and not zh and not en:
            return default
        if len(zh) != 1 or len(en) != 1:
            short = predicate.rsplit("#", 1)[-1]
            raise DataError(
                self.path.name, f"{subject}: {short} {zh + en}", "exactly one in @zh and one in @en"
            )
        return Text(zh[0], en[0])

    def members(self, node: str) -> Iterator[str]:
        """Yield the named classes that a class expression is made of: itself, or a union's members."""
        unions = self.values(node, OWL + "unionOf")
        if not unions:
            yield node
        for rest in unions:
            while rest != RDF + "nil":
                yield from self.values(rest, RDF + "first")
                rest = next(iter(self.values(rest, RDF + "rest")), RDF + "nil")


def _key(term: object) -> str:
    return str(term) if isinstance(term, ox.BlankNode) else str(getattr(term, "value", term))


def _class(graph: _Graph, term: str) -> OntologyClass:
    parents = (p for p in graph.values(term, RDFS + "subClassOf") if p.startswith(NAMESPACE))
    return OntologyClass(
        name=term.removeprefix(NAMESPACE),
        iri=term,
        label=graph.text(term, RDFS + "label"),
        definition=graph.text(term, SKOS + "definition"),
        parents=tuple(sorted(parent.removeprefix(NAMESPACE) for parent in parents)),
        suffixes=tuple(sorted(graph.values(term, NAMESPACE + "nameSuffix"))),
        infixes=tuple(sorted(graph.values(term, NAMESPACE + "nameInfix"))),
    )


def _property(
    graph: _Graph, term: str, above: Mapping[str, frozenset[str]], *, relation: bool
) -> OntologyProperty:
    ends: dict[str, frozenset[str]] = {}
    for end in ("domain", "range"):
        nodes = graph.values(term, RDFS + end)
        if len(nodes) != 1:
            raise DataError(graph.path.name, f"{term}: {len(nodes)} {end}s", f"exactly one rdfs:{end}")
        members = list(graph.members(nodes[0]))
        plain = end == "range" and not relation
        ends[end] = frozenset(members) if plain else _spelt_out(members, above, graph.path)
    label = graph.text(term, RDFS + "label")
    return OntologyProperty(
        name=term.removeprefix(NAMESPACE),
        iri=term,
        label=label,
        inverse=graph.text(term, NAMESPACE + "inverseLabel", default=label),
        definition=graph.text(term, SKOS + "definition"),
        domain=ends["domain"],
        range=ends["range"],
        relation=relation,
        symmetric=term in graph.typed(OWL + "SymmetricProperty"),
    )


def _spelt_out(iris: Iterable[str], above: Mapping[str, frozenset[str]], path: Path) -> frozenset[str]:
    """Return the ten-class names under the given classes; a class outside the ten stays itself."""
    found: set[str] = set()
    for iri in iris:
        name = iri.removeprefix(NAMESPACE)
        if name not in above:
            raise DataError(path.name, f"domain or range {iri}", "a class of this ontology")
        found |= {c for c in CLASSES if name in above[c]} or {name}
    return frozenset(found)


def _above(name: str, classes: Mapping[str, OntologyClass], path: Path) -> frozenset[str]:
    """Return ``name`` and every class above it."""
    seen: set[str] = set()
    queue = [name]
    while queue:
        current = queue.pop()
        if current not in classes:
            raise DataError(path.name, f"{name}: unknown parent {current}", "a class of this ontology")
        if current not in seen:
            seen.add(current)
            queue.extend(classes[current].parents)
    return frozenset(seen)


def _words(
    classes: Mapping[str, OntologyClass], scored: Mapping[str, str], kind: str, path: Path
) -> Mapping[str, Mapping[str, str]]:
    """Return scored class -> word -> subclass; one word may tell one subclass only."""
    words: dict[str, dict[str, str]] = defaultdict(dict)
    for name in sorted(classes):
        for word in getattr(classes[name], kind):
            if name not in scored:
                raise DataError(path.name, f"{name}: a name's word {word}", "only on a class under the ten")
            other = words[scored[name]].setdefault(word, name)
            if other != name:
                raise DataError(path.name, f"{word} stands at {other} and at {name}", "one class a word")
    return MappingProxyType({top: MappingProxyType(found) for top, found in words.items()})
