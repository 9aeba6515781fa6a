"""Explanations of article files: read and masked as the pipeline does it, held against the gate, narrowed down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from kg.config import Settings
from kg.errors import ArticleError
from kg.language.explanation import Explanation, SeenCandidate, SeenSentence
from kg.language.relations import UNPROPOSED
from kg.model import Article, Claim
from kg.pipeline import iter_extractions, load_language
from kg.records import to_claim_record

# What no rule proposed is worth a look from this probability on: below are most pairs of any sentence.
FLOOR = 0.05


def iter_explanations(
    paths: Iterable[str | Path], *, model: str | None = None, settings: Settings | None = None
) -> Iterator[Explanation | ArticleError]:
    """Yield the explanation of each article, in order; what cannot be read comes as its error.

    ``model`` names an installed spaCy pipeline whose own components run first.

    Raises:
        ConfigError: ``model`` is not installed.
    """
    settings = settings or Settings()

    def explainer(articles: Iterable[Article]) -> Iterator[Explanation]:
        from kg import language

        return language.explain(articles, nlp=load_language(model))

    for item in iter_extractions(paths, extractor=explainer):
        yield item if isinstance(item, ArticleError) else hold_against_gate(item, settings=settings)


def hold_against_gate(explanation: Explanation, *, settings: Settings) -> Explanation:
    """Return the explanation with the claims that break a shape set apart, as in a build."""
    from kg.shapes import gate

    (result,) = gate([explanation.extraction], settings=settings)
    kept = set(result.kept.claims) if result.kept else set()
    reasons = {item.item: item.reason_en for item in result.quarantined}

    def reason(claim: Claim) -> str:
        causes = (claim, claim.subject, claim.object, explanation.article)
        return next((reasons[cause] for cause in causes if cause in reasons), "")

    def held(sentence: SeenSentence) -> SeenSentence:
        refused = tuple((claim, reason(claim)) for claim in sentence.claims if claim not in kept)
        if not refused:
            return sentence
        gone = {(claim.subject.name, claim.predicate, claim.object.name) for claim, _ in refused}
        candidates = (
            replace(c, verdict="refused")
            if c.verdict == "claim" and (c.subject, c.predicate, c.object) in gone
            else c
            for c in sentence.candidates
        )
        claims = tuple(claim for claim in sentence.claims if claim in kept)
        return replace(sentence, claims=claims, refused=refused, candidates=tuple(candidates))

    return replace(explanation, sentences=tuple(map(held, explanation.sentences)))


def narrow(
    explanation: Explanation, *, number: int | None = None, find: str | None = None, everything: bool = False
) -> Explanation:
    """Return the explanation with fewer sentences, and with fewer candidates unless ``everything`` is wanted.

    ``number`` counts sentences from 1; ``find`` is looked for in the sentences and in the canonical names of
    their mentions.
    """
    sentences: Sequence[SeenSentence] = explanation.sentences
    if number is not None:
        sentences = [sentence for sentence in sentences if sentence.number == number]
    if find is not None:
        sentences = [sentence for sentence in sentences if _holds(sentence, find)]
    if not everything:
        sentences = [replace(s, candidates=tuple(_telling(s.candidates))) for s in sentences]
    return replace(explanation, sentences=tuple(sentences))


def _telling(candidates: Sequence[SeenCandidate]) -> Iterator[SeenCandidate]:
    """Yield what a rule proposed or the ranker finds worth a look.

    A wrong class tells nothing where a rule of another predicate took the same two ends (走进 is heldAt for a
    programme only, and visits for all else).
    """
    proposed = {(c.subject, c.object) for c in candidates if c.rule != UNPROPOSED and c.verdict != "type"}
    for candidate in candidates:
        if candidate.verdict == "type":
            if (candidate.subject, candidate.object) not in proposed:
                yield candidate
        elif candidate.rule != UNPROPOSED or (candidate.probability or 0) >= FLOOR:
            yield candidate


def _holds(sentence: SeenSentence, words: str) -> bool:
    return words in sentence.text or any(
        words in name for mention in sentence.mentions for name in mention.names
    )


def to_record(explanation: Explanation, sentence: SeenSentence) -> dict[str, Any]:
    """Return one sentence as plain data, its claims as ``kg.records`` has them; what is empty is left out."""
    claims = [to_claim_record(claim) for claim in sentence.claims]
    refused = [to_claim_record(claim) | {"reason": reason} for claim, reason in sentence.refused]
    plain = asdict(replace(sentence, claims=(), refused=())) | {"claims": claims, "refused": refused}
    article = explanation.article
    return {"article": article.name, "article_id": article.id} | {
        name: _filled(value) for name, value in plain.items() if not _is_empty(value)
    }


def _filled(value: Any) -> Any:
    """Return plain data without what is empty, inside too; a number stays, 0 as well."""
    if isinstance(value, dict):
        return {name: _filled(item) for name, item in value.items() if not _is_empty(item)}
    if isinstance(value, list | tuple):
        return [_filled(item) for item in value]
    return value


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", (), [])
