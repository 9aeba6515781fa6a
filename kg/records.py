"""An extraction as plain records, for those who want neither RDF nor a store.

One article is one JSON object:

    article    id, name, title, publisher, author, published (ISO 8601 day), url, text; origins, an object
               that says of each of title to url where it came from (dateline, page, json-ld, open-graph,
               meta, url)
    entities   a list: id, kind (ontology class), name, labels, division (GB/T 2260 code)
    claims     a list: subject, predicate, object (entity ids); count, unit, role, topic, time,
               approximate; evidence (the passage), start, end (offsets into text), rule, confidence

What an article does not say is left out.
"""

from __future__ import annotations

from typing import Any

from kg.model import Article, Claim, Entity, Extraction


def to_record(extraction: Extraction) -> dict[str, Any]:
    """Return the article, its entities and its claims as plain data, in the order of the extraction."""
    return {
        "article": _article(extraction.article),
        "entities": [_entity(entity) for entity in extraction.entities],
        "claims": [to_claim_record(claim) for claim in extraction.claims],
    }


def _article(article: Article) -> dict[str, Any]:
    return _said(
        id=article.id,
        name=article.name,
        title=article.title,
        publisher=article.publisher,
        author=article.author,
        published=article.published.isoformat() if article.published else None,
        url=article.url,
        origins=dict(article.origins),
        text=article.text,
    )


def _entity(entity: Entity) -> dict[str, Any]:
    return _said(
        id=entity.id,
        kind=entity.kind,
        name=entity.name,
        labels=list(entity.labels),
        division=entity.division,
    )


def to_claim_record(claim: Claim) -> dict[str, Any]:
    """Return one claim as plain data: an item of ``claims``."""
    evidence = claim.evidence
    return _said(
        subject=claim.subject.id,
        predicate=claim.predicate,
        object=claim.object.id,
        count=claim.count,
        unit=claim.unit,
        role=claim.role,
        topic=claim.topic,
        time=claim.time,
        approximate=claim.approximate or None,
    ) | {
        "evidence": evidence.text,
        "start": evidence.start,
        "end": evidence.end,
        "rule": evidence.rule,
        "confidence": evidence.confidence,
    }


def _said(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
