"""The SHACL gate: nothing that breaks ``ontology/shapes.ttl`` is written.

A claim that breaks a shape is set aside with the shape's own message; the rest of its article goes on.
``kg.screening`` finds what may be wrong in many articles at once, pySHACL judges it and words the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg import graph, ontology
from kg.config import NAMESPACE, Settings, data_dir
from kg.errors import ShapeError
from kg.model import Article, Claim, Entity, Extraction
from kg.screening import Screen, Suspicion, load_screen

if TYPE_CHECKING:
    import rdflib

SH = "http://www.w3.org/ns/shacl#"
SHAPES_FILE = "shapes.ttl"
# Articles screened together. Measured: 10 takes 13 ms an article, 100 takes 10, 1,000 no less.
BATCH = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a shape refuses, as pySHACL reports it.

    ``shape`` is the local name of the shape or of its SPARQL constraint, ``target`` the IRI of the shape
    whose target found ``focus``. ``graph`` is the article's IRI, empty where only the merged graph breaks
    the shape. ``path`` and ``value`` are empty where the report names none.
    """

    focus: str
    path: str
    value: str
    message: ontology.Text
    shape: str
    target: str
    graph: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found; ``conforms`` when it found nothing."""

    problems: tuple[Problem, ...]

    @property
    def conforms(self) -> bool:
        """Whether every shape holds."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A claim, an entity or a whole article that was set aside, and why, in both languages.

    ``shape`` names the shape, several in one string where the item breaks several.
    """

    item: Claim | Entity | Article
    reason_zh: str
    reason_en: str
    shape: str

    @property
    def claim(self) -> Claim | None:
        """The claim that was set aside, None when it is an entity or an article."""
        return self.item if isinstance(self.item, Claim) else None


@dataclass(frozen=True, slots=True)
class GateResult:
    """What may be written of one article: ``kept`` and its quads; None and none when nothing may."""

    kept: Extraction | None
    quads: tuple[ox.Quad, ...]
    quarantined: tuple[Quarantined, ...]


def gate(
    extractions: Iterable[Extraction], *, settings: Settings, batch: int = BATCH
) -> Iterator[GateResult]:
    """Yield for each extraction, in order, what of it breaks no shape.

    A claim that breaks a shape goes; an entity that breaks one goes with its claims; a whole article only
    when its own text or date is broken. What is left is checked again until it is clean, because a person
    may have lost the last claim that put them in office.

    Raises:
        ShapeError: the shapes file is broken.
    """
    source = iter(extractions)
    while chunk := list(islice(source, batch)):
        yield from _gate_batch(chunk, settings=settings, screen=load_screen())


def check_graph(data: ox.Store | Iterable[ox.Quad]) -> Report:
    """Return what breaks a shape: in each named graph by itself, then in all graphs taken as one.

    Raises:
        ShapeError: the shapes file is broken.
    """
    if isinstance(data, ox.Store):
        store = data
    else:
        store = ox.Store()
        store.extend(data)
    screen = load_screen()
    problems = {
        (problem.focus, problem.shape, problem.path, problem.value): problem
        for suspicions in (screen.merged_suspicions(store), screen.suspicions(store))
        for name, found in _by_graph(suspicions).items()
        for problem in _judge(_around(store, found, name), found)
    }
    return Report(tuple(problems[key] for key in sorted(problems)))


def _gate_batch(
    extractions: Sequence[Extraction], *, settings: Settings, screen: Screen
) -> Iterator[GateResult]:
    kept: dict[int, Extraction | None] = dict(enumerate(extractions))
    names = [graph.article_iri(e.article, settings=settings).value for e in extractions]
    quads: dict[int, tuple[ox.Quad, ...]] = {}
    quarantined: dict[int, list[Quarantined]] = defaultdict(list)
    unsure = list(kept)
    while unsure:
        store = ox.Store()
        for index in unsure:
            extraction = kept[index]
            quads[index] = tuple(graph.to_quads(extraction, settings=settings)) if extraction else ()
            store.extend(quads[index])
        suspicions = _by_graph(screen.suspicions(store))
        changed = []
        for index in unsure:
            extraction = kept[index]
            found = suspicions.get(names[index])
            if extraction and found and (problems := _judge(_plain(quads[index]), found)):
                kept[index], removed = _without(extraction, problems, settings=settings, screen=screen)
                quarantined[index] += removed
                changed.append(index)
        unsure = changed
    for index, extraction in kept.items():
        yield GateResult(extraction, quads[index], tuple(quarantined[index]))


def _without(
    extraction: Extraction, problems: Iterable[Problem], *, settings: Settings, screen: Screen
) -> tuple[Extraction | None, list[Quarantined]]:
    """Return the extraction without what the problems point at, and what was taken out."""
    article = graph.article_iri(extraction.article, settings=settings).value
    entities = {e.id: e for claim in extraction.claims for e in (claim.subject, claim.object)}
    entities |= {entity.id: entity for entity in extraction.entities}
    nodes = {graph.entity_iri(e, settings=settings).value: e for e in entities.values()}
    claims: dict[str, list[Claim]] = defaultdict(list)
    for claim in extraction.claims:
        claims[graph.claim_iri(claim, settings=settings).value].append(claim)
    reasons: dict[Claim | Entity, list[Problem]] = defaultdict(list)
    for problem in problems:
        hit: list[Claim | Entity] = [*claims.get(problem.focus, [])]
        if entity := nodes.get(problem.focus):
            touching = [c for c in extraction.claims if entity.id in (c.subject.id, c.object.id)]
            sides = _relations(screen.targets[problem.target])
            hit += [c for c in touching if any(_stands(c, entity, *side) for side in sides)]
            hit += [] if sides else [entity, *touching]
        if problem.focus == article or not hit:
            return None, [_quarantined(extraction.article, [problem])]
        for item in hit:
            reasons[item].append(problem)
    gone = {item.id for item in reasons if isinstance(item, Entity)}
    left = Extraction(
        extraction.article,
        tuple(entity for entity in extraction.entities if entity.id not in gone),
        tuple(claim for claim in extraction.claims if claim not in reasons),
    )
    return left, [_quarantined(item, why) for item, why in reasons.items()]


def _relations(targets: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the relations whose ends a shape looks at: pairs of targetSubjectsOf or … and a predicate."""
    return [
        (way, iri.removeprefix(NAMESPACE))
        for way, iri in targets
        if way != "targetClass" and iri.startswith(NAMESPACE)
    ]


def _stands(claim: Claim, entity: Entity, way: str, predicate: str) -> bool:
    if claim.predicate != predicate:
        return False
    symmetric = ontology.load().properties[predicate].symmetric
    return symmetric or entity.id == (claim.subject if way == "targetSubjectsOf" else claim.object).id


def _quarantined(item: Claim | Entity | Article, problems: Iterable[Problem]) -> Quarantined:
    found = {problem.shape: problem.message for problem in problems}
    return Quarantined(
        item,
        "；".join(message.zh for message in found.values()),
        "; ".join(message.en for message in found.values()),
        " ".join(found),
    )


def _by_graph(suspicions: Iterable[Suspicion]) -> dict[str, list[Suspicion]]:
    grouped: dict[str, list[Suspicion]] = defaultdict(list)
    for suspicion in suspicions:
        grouped[suspicion.graph].append(suspicion)
    return grouped


def _plain(quads: Iterable[ox.Quad]) -> ox.Store:
    """Return the triples without their graph names, as pySHACL takes them."""
    store = ox.Store()
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    return store


def _around(store: ox.Store, suspicions: Iterable[Suspicion], name: str) -> ox.Store:
    """Return the triples within two steps of the suspects: as far as any shape looks."""
    within = ox.NamedNode(name) if name else None
    seen: set[ox.Quad] = set()
    for focus in {suspicion.focus for suspicion in suspicions}:
        node = ox.BlankNode(focus[2:]) if focus.startswith("_:") else ox.NamedNode(focus)
        near = {
            *store.quads_for_pattern(node, None, None, within),
            *store.quads_for_pattern(None, None, node, within),
        }
        seen |= near
        for next_node in {end for quad in near for end in (quad.subject, quad.object)}:
            if not isinstance(next_node, ox.Literal):
                seen.update(store.quads_for_pattern(next_node, None, None, within))
    return _plain(seen)


def _judge(data: ox.Store, suspicions: Iterable[Suspicion]) -> list[Problem]:
    """Return what pySHACL refuses of the suspects, in a stable order."""
    nodes: dict[str, set[str]] = defaultdict(set)
    for suspicion in suspicions:
        nodes[suspicion.shape].add(suspicion.focus)
    name = next(iter(suspicion.graph for suspicion in suspicions), "")
    found = {
        problem
        for shape in nodes
        for problem in _validate(data, shape, nodes[shape], name)
        if problem.focus in nodes[shape]
    }
    return sorted(found, key=lambda p: (p.focus, p.shape, p.path, p.value))


def _validate(data: ox.Store, shape: str, focus: set[str], name: str) -> Iterator[Problem]:
    import pyshacl
    import rdflib
    from pyshacl.graph_abstraction import DataGraph

    named = [node for node in sorted(focus) if not node.startswith("_:")]
    try:
        _, report, _ = pyshacl.validate(
            DataGraph.from_oxigraph_store(data),
            shacl_graph=_shapes_graph(),
            # pySHACL passes over a named property shape that is not in this list.
            use_shapes=[shape, *_property_shapes(shape)],
            # A blank node cannot be named: then the shape's own targets are asked.
            focus_nodes=named if len(named) == len(focus) else None,
            inplace=True,
        )
    except (pyshacl.errors.ConstraintLoadError, pyshacl.errors.ShapeLoadError) as error:
        raise ShapeError(SHAPES_FILE, str(error), "shapes that pySHACL accepts") from error
    if not isinstance(report, rdflib.Graph):
        raise ShapeError(SHAPES_FILE, f"pySHACL failed: {report}", "shapes that pySHACL accepts")
    for result in report.subjects(rdflib.RDF.type, rdflib.URIRef(SH + "ValidationResult")):
        yield _problem(report, result, shape, name)


def _problem(report: rdflib.Graph, result: rdflib.term.Node, target: str, name: str) -> Problem:
    import rdflib

    def value(local: str) -> str:
        term = report.value(result, rdflib.URIRef(SH + local))
        return "" if term is None else term.n3() if isinstance(term, rdflib.BNode) else str(term)

    # From the shapes file: pySHACL drops the language of a SPARQL constraint's messages.
    source = value("sourceConstraint") or value("sourceShape")
    messages = {
        str(getattr(message, "language", "") or ""): str(message)
        for message in (
            *report.objects(result, rdflib.URIRef(SH + "resultMessage")),
            *_shapes_graph().objects(rdflib.URIRef(source), rdflib.URIRef(SH + "message")),
        )
    }
    fallback = next(iter(messages.values()), "")
    return Problem(
        focus=value("focusNode"),
        path=value("resultPath"),
        value=value("value"),
        message=ontology.Text(messages.get("zh", fallback), messages.get("en", fallback)),
        shape=source.rpartition("#")[2],
        target=target,
        graph=name,
    )


@cache
def _property_shapes(shape: str) -> tuple[str, ...]:
    import rdflib

    properties = _shapes_graph().objects(rdflib.URIRef(shape), rdflib.URIRef(SH + "property"))
    return tuple(sorted(str(node) for node in properties if isinstance(node, rdflib.URIRef)))


@cache
def _shapes_graph() -> rdflib.Graph:
    import rdflib

    path = data_dir("ontology") / SHAPES_FILE
    try:
        return rdflib.Graph().parse(path, format="turtle")
    except (OSError, SyntaxError, ValueError) as error:
        raise ShapeError(SHAPES_FILE, f"cannot be read: {error}", "a Turtle file") from error
