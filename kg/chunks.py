"""Items -> Outcomes, a chunk at a time: the work that one process or another does, and that may be done again.

An outcome depends on its item and on nothing else: not on its neighbours or the process; only ``seconds`` is another
each time. Its record, as it stands in the report and is read by :mod:`kg.publishing`:

    name, title, publisher, published, url    the article's, empty where it does not say
    characters, seconds                       of its text; of the work (its share of the chunk's)
    entities, claims                          how many were accepted
    quarantined                               what broke a shape, with the reasons
    kinds, relations                          {class: [digest…]}, {predicate: [digest…]}: 64-bit, for counting
    by_predicate                              {predicate: claims}
"""

from __future__ import annotations

import hashlib
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kg import ontology
from kg.config import Settings
from kg.deadlines import time_limit
from kg.duplicates import make_sketch
from kg.errors import ArticleError, KgError
from kg.graph import serialize
from kg.ledger import Outcome
from kg.model import Article, Claim
from kg.pipeline import Accepted, Extractor, accept
from kg.privacy import hide, redact
from kg.reading import Item, read_item
from kg.script import simplify

if TYPE_CHECKING:
    from kg.model import Extraction
    from kg.shapes import Quarantined

# Items of one chunk: the tagger and the gate are fastest with about this many at once, and no more than
# this is lost when a process dies.
CHUNK = 64
# Bytes of one chunk: what is in flight stays in memory.
CHUNK_BYTES = 4_000_000
# Characters a second below which something is wrong: a tenth of what a slow laptop reads.
SLOWEST = 1_000

Chunk = tuple[Item, ...]


def iter_chunks(items: Iterable[Item], *, size: int = CHUNK) -> Iterator[Chunk]:
    """Yield items in chunks of at most ``size`` items and about CHUNK_BYTES."""
    chunk: list[Item] = []
    weight = 0
    for item in items:
        if chunk and (len(chunk) == size or weight + len(item.data) > CHUNK_BYTES):
            yield tuple(chunk)
            chunk, weight = [], 0
        chunk.append(item)
        weight += len(item.data)
    if chunk:
        yield tuple(chunk)


def run_chunk(chunk: Chunk, *, settings: Settings, extractor: Extractor) -> list[Outcome]:
    """Return what each item of a chunk gives, in order.

    Whatever goes wrong with one item is the reason of its outcome. When something goes wrong in the work on
    several articles at once, each is worked on alone.
    """
    started = time.perf_counter()
    readings = [_read(item, settings) for item in chunk]
    articles = [article for article in readings if isinstance(article, Article)]
    try:
        with time_limit(_seconds(articles, settings)):
            accepted = list(accept(articles, settings=settings, extractor=extractor))
    except KgError:
        # Something of the product's own is broken, and would be for every article.
        raise
    except Exception as error:  # noqa: BLE001  one article must not stop the rest, whatever it breaks
        if len(chunk) > 1:
            return [o for item in chunk for o in run_chunk((item,), settings=settings, extractor=extractor)]
        return [Outcome(chunk[0].digest, articles[0].id, _reason(error))]
    whole = sum(len(article.text) for article in articles) or 1
    pace = (time.perf_counter() - started) / whole
    results = iter(accepted)
    return [
        Outcome(item.digest, reason=hide(reading))
        if isinstance(reading, str)
        else _outcome(item, reading, next(results), pace)
        for item, reading in zip(chunk, readings, strict=True)
    ]


def _read(item: Item, settings: Settings) -> Article | str:
    """Return the article of an item, masked, or why there is none."""
    try:
        return redact(read_item(item, limits=settings.limits))
    except ArticleError as error:
        return error.reason


def _seconds(articles: Sequence[Article], settings: Settings) -> float:
    """Return how long articles may be worked on: what one may take to be read, and more for long ones."""
    whole = sum(len(article.text) for article in articles)
    return settings.limits.item_seconds * max(1, len(articles)) + whole / SLOWEST


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return str(error)
    return hide(f"cannot be worked on: {type(error).__name__} {error}".strip()[:200])


def _outcome(item: Item, article: Article, result: Accepted | ArticleError, pace: float) -> Outcome:
    if isinstance(result, ArticleError):
        return Outcome(item.digest, article.id, hide(result.reason))
    return Outcome(
        item.digest,
        article.id,
        record={
            "name": article.name,
            "title": article.title,
            "publisher": article.publisher,
            "published": article.published.isoformat() if article.published else "",
            "url": article.url,
            "characters": len(article.text),
            "seconds": round(pace * len(article.text), 4),
            "entities": len(result.extraction.entities),
            "claims": len(result.extraction.claims),
            "quarantined": [_held_back(item) for item in result.quarantined],
            **_count(result.extraction),
        },
        sketch=make_sketch(simplify(article.text)),
        quads=zlib.compress(serialize(result.quads, "nquads"), 6),
    )


def _held_back(quarantined: Quarantined) -> dict[str, Any]:
    """Return a claim or an entity that broke a shape as plain data: it is in no graph."""
    item = quarantined.item
    reasons = {
        "shape": quarantined.shape,
        "reason": {"zh": quarantined.reason_zh, "en": quarantined.reason_en},
    }
    if isinstance(item, Claim):
        evidence = item.evidence
        return {
            "subject": item.subject.name,
            "predicate": item.predicate,
            "object": item.object.name,
            "evidence": evidence.text,
            "start": evidence.start,
            "end": evidence.end,
            "rule": evidence.rule,
            **reasons,
        }
    return {"name": item.name, **reasons}


def _count(extraction: Extraction) -> dict[str, Any]:
    """Return what is counted over all articles: distinct entities by class, relations by predicate, claims."""
    known = ontology.load()
    kinds: dict[str, set[int]] = defaultdict(set)
    relations: dict[str, set[int]] = defaultdict(set)
    for entity in extraction.entities:
        kinds[known.scored_class(entity.kind)].add(_digest(entity.id))
    for claim in extraction.claims:
        ends: Sequence[str] = (claim.subject.id, claim.object.id)
        if known.properties[claim.predicate].symmetric:
            ends = sorted(ends)
        relations[claim.predicate].add(_digest(*ends))
    return {
        "kinds": {name: sorted(found) for name, found in sorted(kinds.items())},
        "relations": {name: sorted(found) for name, found in sorted(relations.items())},
        "by_predicate": dict(sorted(Counter(claim.predicate for claim in extraction.claims).items())),
    }


def _digest(*words: str) -> int:
    data = "\0".join(words).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest())
