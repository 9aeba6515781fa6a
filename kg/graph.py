"""Extractions as RDF: what one article yields becomes quads in that article's named graph.

An entity is one node under the base IRI, typed and labelled. A relation is a plain triple plus one
claim node for each passage that says it. No blank nodes; the same extraction gives the same quads,
and equal things found in two articles get equal IRIs, so that graphs merge by set union.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from urllib.parse import quote

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple
from pyoxigraph import serialize as _write

from kg import ontology
from kg.config import NAMESPACE, Settings
from kg.errors import ConfigError
from kg.model import Article, Claim, Copy, Entity, Extraction

PREFIXES = {
    "cpkg": NAMESPACE,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "dcterms": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
}
FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "nquads": RdfFormat.N_QUADS,
    "ntriples": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


def term(curie: str) -> NamedNode:
    """Return the node of a prefixed name of PREFIXES.

    >>> term("cpkg:trains")
    <NamedNode value=https://w3id.org/cpkg/ontology#trains>
    """
    prefix, local = curie.split(":", 1)
    return NamedNode(PREFIXES[prefix] + local)


TYPE = term("rdf:type")
PREF_LABEL = term("skos:prefLabel")
ALT_LABEL = term("skos:altLabel")
LABEL = term("rdfs:label")
CLAIM_TYPES = (term("cpkg:Claim"), term("rdf:Statement"))
ARTICLE_TYPES = (term("cpkg:Article"), term("schema:NewsArticle"))

# The unreserved characters of RFC 3987 above ASCII (ucschar), without the planes' last two code points.
_IRI_RANGES = (
    (0xA0, 0xD7FF),
    (0xF900, 0xFDCF),
    (0xFDF0, 0xFFEF),
    *((plane << 16, (plane << 16) + 0xFFFD) for plane in range(1, 14)),
    (0xE1000, 0xEFFFD),
)
# Allowed by the RFC (or forbidden there in words only), yet nobody can see them: always encoded.
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
# What XML 1.0 cannot carry, lone surrogates, and the carriage return that every XML parser changes.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TIMES = (
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "xsd:date"),
    (re.compile(r"[0-9]{4}-[0-9]{2}"), "xsd:gYearMonth"),
    (re.compile(r"[0-9]{4}"), "xsd:gYear"),
)


def iri(settings: Settings, path: str) -> NamedNode:
    """Return the individual at ``path`` under the base IRI, readable where an IRI can be.

    Letters of every script stay; what an IRI does not allow or no reader can see is percent-encoded,
    also ``%`` itself, so that two paths never share one IRI. Segments of dots are encoded because
    resolvers remove them.

    >>> iri(Settings(), "agency/株洲市公安局").value
    'https://w3id.org/cpkg/id/agency/株洲市公安局'
    >>> iri(Settings(), "agency/<b> 甲").value
    'https://w3id.org/cpkg/id/agency/%3Cb%3E%20甲'

    Raises:
        ConfigError: the base is no IRI.
    """
    segments = (_dots(segment) or "".join(map(_iri_char, segment)) for segment in path.split("/"))
    try:
        return NamedNode(settings.base + "/".join(segments))
    except ValueError as error:
        raise ConfigError(
            "base", f"{settings.base!r}: {error}", "an absolute IRI that ends in / or #"
        ) from error


def _dots(segment: str) -> str:
    return "%2E" * len(segment) if segment in (".", "..") else ""


def _iri_char(char: str) -> str:
    if char.isascii() and (char.isalnum() or char in "-._~+"):
        return char
    allowed = any(first <= ord(char) <= last for first, last in _IRI_RANGES)
    if allowed and unicodedata.category(char) not in _INVISIBLE:
        return char
    return quote(char.encode("utf-8", "surrogatepass"), safe="")


def article_iri(article: Article, *, settings: Settings) -> NamedNode:
    """Return the article's node, which is also the name of its graph."""
    return iri(settings, f"article/{article.id}")


def entity_iri(entity: Entity, *, settings: Settings) -> NamedNode:
    """Return the entity's node, the same one in every article."""
    return iri(settings, entity.id)


def claim_iri(claim: Claim, *, settings: Settings) -> NamedNode:
    """Return the claim's node, made from all that tells two claims apart, never from their order."""
    evidence = claim.evidence
    parts = (
        *(evidence.article, claim.subject.id, claim.predicate, claim.object.id),
        *(evidence.start, evidence.end),
        *(claim.count, claim.unit, claim.role, claim.topic, claim.time, claim.approximate),
    )
    digest = hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
    # 80 bits: one chance in a million of any clash among 10^9 claims.
    return iri(settings, f"claim/{digest[:20]}")


def to_quads(extraction: Extraction, *, settings: Settings) -> list[Quad]:
    """Return everything one article yields as quads in its own graph, sorted, each once.

    Characters that some RDF format cannot carry (control characters, lone surrogates) become U+FFFD,
    one for one, so that offsets keep counting.
    """
    article = extraction.article
    graph = article_iri(article, settings=settings)
    entities = {entity.id: entity for claim in extraction.claims for entity in (claim.subject, claim.object)}
    entities |= {entity.id: entity for entity in extraction.entities}
    triples = set(_article_triples(article, graph))
    for entity in entities.values():
        node = entity_iri(entity, settings=settings)
        triples.add(Triple(graph, term("schema:mentions"), node))
        triples.update(_entity_triples(entity, node))
    for claim in extraction.claims:
        triples.update(_claim_triples(claim, graph, settings))
    quads = (Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)
    return in_order(quads)


def _article_triples(article: Article, node: NamedNode) -> Iterator[Triple]:
    for kind in ARTICLE_TYPES:
        yield Triple(node, TYPE, kind)
    yield Triple(node, term("cpkg:text"), _text(article.text))
    if article.author:
        yield Triple(node, term("dcterms:creator"), _zh(article.author))
    yield from source_triples(article, node)


def source_triples(source: Article | Copy, node: NamedNode) -> Iterator[Triple]:
    """Yield what is known of where a text was printed: its identifier, title, publisher, date and address."""
    yield Triple(node, term("dcterms:identifier"), _text(source.id))
    if source.title:
        yield Triple(node, term("dcterms:title"), _zh(source.title))
    if source.publisher:
        yield Triple(node, term("dcterms:publisher"), _zh(source.publisher))
    if source.published:
        yield Triple(node, term("dcterms:date"), _typed(source.published.isoformat(), "xsd:date"))
    if source.url:
        yield Triple(node, term("schema:url"), _typed(_clean(source.url), "xsd:anyURI"))


def _entity_triples(entity: Entity, node: NamedNode) -> Iterator[Triple]:
    scored = ontology.load().scored_class(entity.kind)
    for kind in {entity.kind, scored}:
        yield Triple(node, TYPE, term(f"cpkg:{kind}"))
    yield Triple(node, PREF_LABEL, _zh(entity.name))
    yield Triple(node, LABEL, _zh(entity.name))
    for label in entity.labels:
        if label and label != entity.name:
            yield Triple(node, ALT_LABEL, _zh(label))
    if entity.division:
        yield Triple(node, term("cpkg:divisionCode"), _text(entity.division))
    if scored == "Group" and (concept := _group_concepts().get(entity.name)):
        yield Triple(node, term("skos:exactMatch"), NamedNode(concept))


@cache
def _group_concepts() -> dict[str, str]:
    return {concept.name: concept.iri for concept in ontology.load_groups()}


def _claim_triples(claim: Claim, article: NamedNode, settings: Settings) -> Iterator[Triple]:
    subject = entity_iri(claim.subject, settings=settings)
    object_ = entity_iri(claim.object, settings=settings)
    predicate = term(f"cpkg:{claim.predicate}")
    yield Triple(subject, predicate, object_)
    if ontology.load().properties[claim.predicate].symmetric:
        yield Triple(object_, predicate, subject)
    node = claim_iri(claim, settings=settings)
    for kind in CLAIM_TYPES:
        yield Triple(node, TYPE, kind)
    yield Triple(node, term("rdf:subject"), subject)
    yield Triple(node, term("rdf:predicate"), predicate)
    yield Triple(node, term("rdf:object"), object_)
    yield Triple(node, term("prov:wasDerivedFrom"), article)
    for name, value in _claim_literals(claim):
        yield Triple(node, term(f"cpkg:{name}"), value)


def _claim_literals(claim: Claim) -> Iterator[tuple[str, Literal]]:
    if claim.count is not None:
        yield "count", _typed(str(claim.count), "xsd:integer")
    if claim.approximate:
        yield "approximate", _typed("true", "xsd:boolean")
    for name, value in (("unit", claim.unit), ("role", claim.role), ("topic", claim.topic)):
        if value:
            yield name, _text(value)
    if claim.time:
        yield "time", time_literal(claim.time)
    evidence = claim.evidence
    yield "evidence", _text(evidence.text)
    yield "start", _typed(str(evidence.start), "xsd:integer")
    yield "end", _typed(str(evidence.end), "xsd:integer")
    yield "rule", _text(evidence.rule)
    yield "confidence", _typed(_decimal(evidence.confidence), "xsd:decimal")


def time_literal(time: str) -> Literal:
    """Return an ISO 8601 time with the datatype it has; an interval has none and stays a string.

    >>> time_literal("2024-08").datatype.value.rpartition("#")[2]
    'gYearMonth'
    """
    for pattern, datatype in _TIMES:
        if pattern.fullmatch(time) and _exists(time):
            return _typed(time, datatype)
    return _text(time)


def _exists(time: str) -> bool:
    try:
        date.fromisoformat(time + "0001-01-01"[len(time) :])
    except ValueError:
        return False
    return True


def _decimal(number: float) -> str:
    """Four places, written as the store gives decimals back: without a trailing zero or point."""
    return f"{number:.4f}".rstrip("0").rstrip(".")


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


def _text(text: str) -> Literal:
    return Literal(_clean(text))


def _zh(text: str) -> Literal:
    return Literal(_clean(text), language="zh")


def _typed(lexical: str, datatype: str) -> Literal:
    return Literal(lexical, datatype=term(datatype))


def serialize(quads: Iterable[Quad], format: str) -> bytes:
    """Return the quads in one of FORMATS: sorted, each once, the same input the same bytes.

    The formats for triples (turtle, ntriples, rdfxml) drop the graph names.

    Raises:
        ConfigError: no such format.
    """
    if format not in FORMATS:
        raise ConfigError("format", repr(format), "allowed: " + ", ".join(FORMATS))
    kind = FORMATS[format]
    if not kind.supports_datasets:
        quads = (Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    ordered = in_order(set(quads))
    statements = ordered if kind.supports_datasets else [quad.triple for quad in ordered]
    return _write(statements, format=kind, prefixes=PREFIXES) or b""


def in_order(quads: Iterable[Quad]) -> list[Quad]:
    """Return quads in the order in which they are written: by graph and subject, types first."""
    return sorted(quads, key=_order)


def _order(quad: Quad) -> tuple[str, str, bool, str, str]:
    graph = "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
    return graph, str(quad.subject), quad.predicate != TYPE, quad.predicate.value, str(quad.object)
