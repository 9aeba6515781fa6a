"""Entities by name: any label, an IRI, or nearly the name, with suggestions when there is none."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store

from kg import ontology
from kg.errors import QueryError, StoreError
from kg.graph import ALT_LABEL, ARTICLE_TYPES, PREF_LABEL, TYPE, term
from kg.report import read_report
from kg.store import ONTOLOGY_GRAPH

ANY_KIND = "Entity"
SUGGESTIONS = 3


def find_entities(
    store: Store, name: str, *, kind: str = ANY_KIND, where: str = "entity"
) -> tuple[NamedNode, ...]:
    """Return the nodes of ``kind`` called ``name``, in the order of their IRIs.

    A preferred label beats another label, which beats the same letters and digits with other quotes,
    spaces or width. An IRI (also in <>) names its own node. Several nodes share a name where the
    articles do not tell which one is meant: all of them come back.

    Raises:
        QueryError: nothing is called so; the message gives the closest names.
    """
    for candidates in (
        _by_iri(store, name),
        _by_label(store, name, PREF_LABEL),
        _by_label(store, name, ALT_LABEL),
        _by_letters(store, name),
    ):
        if found := {node for node in candidates if _is_kind(store, node, kind)}:
            return tuple(sorted(found, key=lambda node: node.value))
    close = close_names(store, name, kind=kind)
    raise QueryError(
        where,
        f"no {kind} is called {name!r}",
        "the closest: " + ", ".join(close) if close else "use a name of the articles, or an IRI",
    )


def called(store: Store, label: str) -> tuple[NamedNode, ...]:
    """Return the entities whose preferred label is exactly this, in the order of their IRIs; often none."""
    found = {node for node in _by_label(store, label, PREF_LABEL) if _is_kind(store, node, ANY_KIND)}
    return tuple(sorted(found, key=lambda node: node.value))


def find_articles(store: Store, name: str, *, build: Path | None = None) -> tuple[NamedNode, ...]:
    """Return the articles with that IRI, id, address or title; a copy's lead to the article that was kept.

    With the folder of the ``build`` the places where its report says that articles were found count too.

    Raises:
        QueryError: there is none.
    """
    names = {name, *(_found_at(build, name) if build else ())}
    known = {node for said in names for node in _printed_as(store, said)}
    found = {node for node in known if _is(store, node, ARTICLE_TYPES[0])}
    for copy in known - found:
        kept = store.quads_for_pattern(copy, term("prov:alternateOf"), None, DefaultGraph())
        found |= {quad.object for quad in kept if isinstance(quad.object, NamedNode)}
    if not found:
        raise QueryError(
            "article", f"no article {name!r}", "an id, IRI, title, address or place of the report"
        )
    return tuple(sorted(found, key=lambda node: node.value))


def _found_at(build: Path, place: str) -> set[str]:
    """Return the ids of the articles that were found there."""
    try:
        rows = read_report(build)["articles"]
    except StoreError:
        # A store without a report, as any triple store leaves it.
        return set()
    return {row["id"] for row in rows if row["status"] != "skipped" and place in (row["where"], row["name"])}


def _printed_as(store: Store, name: str) -> Iterator[NamedNode]:
    """Yield the articles and copies of that IRI, id, title or address."""
    try:
        node = NamedNode(name.removeprefix("<").removesuffix(">"))
    except ValueError:
        # A title, most often.
        pass
    else:
        if _is(store, node, ARTICLE_TYPES[0]):
            yield node
    try:
        said = (
            (term("dcterms:identifier"), Literal(name)),
            (term("dcterms:title"), Literal(name, language="zh")),
            (term("schema:url"), Literal(name, datatype=term("xsd:anyURI"))),
        )
    except ValueError:
        # A lone surrogate: nothing is called so.
        return
    for predicate, literal in said:
        for quad in store.quads_for_pattern(None, predicate, literal, DefaultGraph()):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject


def _is(store: Store, node: NamedNode, kind: NamedNode) -> bool:
    return next(store.quads_for_pattern(node, TYPE, kind, DefaultGraph()), None) is not None


def close_names(store: Store, name: str, *, kind: str = ANY_KIND) -> list[str]:
    """Return up to SUGGESTIONS preferred labels of ``kind`` that look like ``name`` or contain it."""
    names: dict[str, str] = {}
    for label, node in _labels(store):
        if _is_kind(store, node, kind):
            names.setdefault(label, _preferred(store, node))
    inside = sorted(
        (label for label in names if name and name in label), key=lambda label: (len(label), label)
    )
    alike = difflib.get_close_matches(name, sorted(names), n=SUGGESTIONS, cutoff=0.5)
    return list(dict.fromkeys(names[label] for label in [*inside[:SUGGESTIONS], *alike]))[:SUGGESTIONS]


def _by_iri(store: Store, name: str) -> Iterator[NamedNode]:
    try:
        node = NamedNode(name.removeprefix("<").removesuffix(">"))
    except ValueError:
        return
    if any(True for _ in store.quads_for_pattern(node, PREF_LABEL, None, DefaultGraph())):
        yield node


def _by_label(store: Store, name: str, predicate: NamedNode) -> Iterator[NamedNode]:
    try:
        label = Literal(name, language="zh")
    except ValueError:
        # A lone surrogate, from a command line in another encoding: nothing is called so.
        return
    for quad in store.quads_for_pattern(None, predicate, label, DefaultGraph()):
        if isinstance(quad.subject, NamedNode):
            yield quad.subject


def _by_letters(store: Store, name: str) -> Iterator[NamedNode]:
    wanted = _letters(name)
    return (node for label, node in _labels(store) if wanted and _letters(label) == wanted)


def _labels(store: Store) -> Iterator[tuple[str, NamedNode]]:
    """Yield every Chinese label of everything, preferred ones first; a concept's too."""
    for predicate in (PREF_LABEL, ALT_LABEL):
        for quad in store.quads_for_pattern(None, predicate, None, DefaultGraph()):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                yield quad.object.value, quad.subject


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def _is_kind(store: Store, node: NamedNode, kind: str) -> bool:
    """A Group concept of the ontology has the class, yet is no entity that an article speaks of."""
    types = (quad.object for quad in store.quads_for_pattern(node, TYPE, None, DefaultGraph()))
    return not _class_nodes(kind).isdisjoint(types) and not _in_ontology(store, node)


def _in_ontology(store: Store, node: NamedNode) -> bool:
    return next(store.quads_for_pattern(node, None, None, ONTOLOGY_GRAPH), None) is not None


@cache
def _class_nodes(kind: str) -> frozenset[object]:
    return frozenset(term(f"cpkg:{name}") for name in ontology.load().subclasses(kind))


def _preferred(store: Store, node: NamedNode) -> str:
    labels = store.quads_for_pattern(node, PREF_LABEL, None, DefaultGraph())
    return min(quad.object.value for quad in labels if isinstance(quad.object, Literal))
