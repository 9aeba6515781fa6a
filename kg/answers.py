"""What an answer speaks of: its entities, so that it can be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store

from kg.errors import QueryError
from kg.graph import PREF_LABEL, term
from kg.lookup import called, find_entities
from kg.queries import Answer, Term
from kg.queryfile import PLAIN_TYPES
from kg.store import ONTOLOGY_GRAPH

SUBJECT, OBJECT = term("rdf:subject"), term("rdf:object")


def answer_entities(store: Store, answer: Answer, params: Mapping[str, str]) -> tuple[NamedNode, ...]:
    """Return the entities in an answer and those that were asked about, in the order of their IRIs.

    A cell that is an entity's name stands for it. Of several of that name those count that the row's other
    entities have to do with, where there are any.

    Raises:
        QueryError: the answer names none.
    """
    found: set[NamedNode] = set()
    for param in answer.query.params:
        if param.name in params and param.type not in PLAIN_TYPES:
            found.update(find_entities(store, params[param.name], kind=param.type))
    names: dict[Term, tuple[NamedNode, ...]] = {}
    for row in _rows(answer):
        cells = [_entities(store, cell, names) for cell in row]
        for number, candidates in enumerate(cells):
            if len(candidates) > 1:
                others = {node for n, nodes in enumerate(cells) if n != number for node in nodes}
                candidates = tuple(c for c in candidates if _touches(store, c, others)) or candidates
            found.update(candidates)
    if not found:
        raise QueryError(answer.query.name, "its answer names no entity", "a query whose answer names some")
    return tuple(sorted(found, key=lambda node: node.value))


def _rows(answer: Answer) -> Iterable[Sequence[Term]]:
    if answer.triples is not None:
        return [(triple.subject, triple.object) for triple in answer.triples]
    return [[cell for cell in row if cell is not None] for row in answer.rows]


def _entities(store: Store, cell: Term, names: dict[Term, tuple[NamedNode, ...]]) -> tuple[NamedNode, ...]:
    if cell not in names:
        if isinstance(cell, NamedNode):
            names[cell] = (cell,) if _is_entity(store, cell) else ()
        else:
            name = cell.value if isinstance(cell, Literal) and cell.language == "zh" else ""
            names[cell] = called(store, name) if name else ()
    return names[cell]


def _is_entity(store: Store, node: NamedNode) -> bool:
    labelled = store.quads_for_pattern(node, PREF_LABEL, None, DefaultGraph())
    known = store.quads_for_pattern(node, None, None, ONTOLOGY_GRAPH)
    return next(labelled, None) is not None and next(known, None) is None


def _touches(store: Store, node: NamedNode, others: set[NamedNode]) -> bool:
    return any(other in others for other in _neighbours(store, node))


def _neighbours(store: Store, node: NamedNode) -> Iterator[NamedNode]:
    for here, there in ((SUBJECT, OBJECT), (OBJECT, SUBJECT)):
        for claim in store.quads_for_pattern(None, here, node, DefaultGraph()):
            if isinstance(claim.subject, NamedNode):
                for quad in store.quads_for_pattern(claim.subject, there, None, DefaultGraph()):
                    if isinstance(quad.object, NamedNode):
                        yield quad.object
