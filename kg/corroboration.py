"""Where else an article was printed: copies as quads in the graph of the article that is kept.

A copy makes no claim. So the articles that state a relation are as many independent texts, and
``queries/corroborated.rq`` counts them; nothing about other articles is written into an article's graph,
which stays the same whatever else a build holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from kg.config import Settings
from kg.graph import TYPE, in_order, iri, serialize, source_triples, term
from kg.model import Article, Copy


def copy_iri(kept: Article | Copy, copy: Copy, *, settings: Settings) -> NamedNode:
    """Return the copy's node, made from what it is a copy of and what is said of it in the graph."""
    published = copy.published.isoformat() if copy.published else ""
    parts = (kept.id, copy.id, copy.title, copy.publisher, published, copy.url)
    digest = hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return iri(settings, f"copy/{digest[:20]}")


def copies_to_quads(kept: Article | Copy, copies: Iterable[Copy], *, settings: Settings) -> list[Quad]:
    """Return where else an article was printed as quads in its own graph, sorted, each once.

    What says no more than the article itself is no other source: the same page saved twice.
    """
    graph = iri(settings, f"article/{kept.id}")
    triples = {
        triple
        for copy in copies
        if _printed(copy) != _printed(kept)
        for triple in _copy_triples(copy, copy_iri(kept, copy, settings=settings), graph)
    }
    return in_order(Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)


def add_copies(nquads: bytes, kept: Article | Copy, copies: Iterable[Copy], *, settings: Settings) -> bytes:
    """Return the N-Quads of an article with its copies among them, in the order of a whole graph."""
    more = copies_to_quads(kept, copies, settings=settings)
    if not more:
        return nquads
    return serialize([*parse(nquads, format=RdfFormat.N_QUADS), *more], "nquads")


def _printed(source: Article | Copy) -> tuple[object, ...]:
    return source.id, source.title, source.publisher, source.published, source.url


def _copy_triples(copy: Copy, node: NamedNode, article: NamedNode) -> Iterator[Triple]:
    yield Triple(node, TYPE, term("cpkg:Copy"))
    yield Triple(node, term("prov:alternateOf"), article)
    yield from source_triples(copy, node)
