"""What must hold of every text on its way from the page to the quads, whatever the text is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kg import language
from kg.config import Settings
from kg.errors import ArticleError
from kg.graph import CLAIM_TYPES, TYPE, entity_iri, serialize, term
from kg.language.clauses import iter_sentences
from kg.model import Article, Extraction
from kg.privacy import MASK, find_spans, redact
from kg.reading import to_article
from kg.shapes import gate

if TYPE_CHECKING:
    from pyoxigraph import Quad
    from spacy.language import Language

SETTINGS = Settings()


def check_texts(texts: Iterable[str], nlp: Language) -> int:
    """Take texts the whole way of a build but for the writing; return how many held an article.

    Raises:
        AssertionError: something that must hold does not. Any other exception is a fault too.
    """
    articles = [read for read in map(check_reading, texts) if read is not None]
    extractions = list(check_extractions(articles, nlp))
    check_gate(extractions)
    return len(articles)


def check_reading(text: str) -> Article | None:
    """Return the masked article of a text, None where reading says that it holds none."""
    try:
        article = to_article(text, name="text", where="text")
    except ArticleError:
        return None
    paragraphs = [article.text[start:end] for start, end in article.paragraphs]
    assert article.text == "\n".join(paragraphs)
    assert all(paragraphs)
    article.text.encode("utf-8")
    spans = find_spans(article.text)
    assert all(0 <= start < end <= len(article.text) for start, end in spans)
    masked = redact(article)
    assert len(masked.text) == len(article.text)
    assert len(masked.title) == len(article.title)
    hidden = {at for start, end in spans for at in range(start, end)}
    for at, (after, before) in enumerate(zip(masked.text, article.text, strict=True)):
        assert after == (MASK if at in hidden else before)
    return masked


def check_extractions(articles: list[Article], nlp: Language) -> Iterator[Extraction]:
    """Yield the extraction of each article once its offsets, passages and ends are seen to be right."""
    found = list(language.extract(articles, nlp=nlp))
    assert [extraction.article for extraction in found] == articles
    for extraction in found:
        check_extraction(extraction)
        yield extraction


def check_extraction(extraction: Extraction) -> None:
    """Check one extraction: passages at their offsets, ends that are entities, no masked name."""
    text = extraction.article.text
    ids = {entity.id for entity in extraction.entities}
    assert len(ids) == len(extraction.entities)
    for entity in extraction.entities:
        assert entity.name.strip()
        assert MASK not in "".join((entity.id, entity.name, *entity.labels))
    for claim in extraction.claims:
        evidence = claim.evidence
        assert evidence.article == extraction.article.id
        assert 0 <= evidence.start < evidence.end <= len(text)
        assert text[evidence.start : evidence.end] == evidence.text
        assert {claim.subject.id, claim.object.id} <= ids
        assert claim.subject.id != claim.object.id
        assert 0 <= evidence.confidence <= 1
        assert claim.count is None or claim.count >= 0


def check_mentions(text: str, nlp: Language) -> None:
    """Check the Doc of one text: its mentions are the words at their offsets, and stand for known things."""
    (article,) = [read] if (read := check_reading(text)) else (None,)
    if article is None:
        return
    doc = nlp.make_doc(article.text)
    doc._.article = article
    doc = next(nlp.pipe([doc]))
    assert doc.text == article.text
    assert all(doc.text[span.start_char : span.end_char] == span.text for span in doc.spans["mentions"])
    assert all(0 <= ref.start < ref.end <= len(doc.text) for ref in doc._.refs)
    assert all(key in doc._.names for ref in doc._.refs for key in ref.keys)
    ends = [end for _, end in iter_sentences(doc.text)]
    assert ends == sorted(ends)


def check_gate(extractions: list[Extraction]) -> None:
    """Check that what passes the gate is whole: each end of a claim is a typed node, and all can be written."""
    for result in gate(extractions, settings=SETTINGS):
        if result.kept is None:
            continue
        nodes = {quad.subject for quad in result.quads if quad.predicate == TYPE}
        claims = {quad.subject for quad in result.quads if quad.object == CLAIM_TYPES[0]}
        assert len(claims) <= len(result.kept.claims)
        assert {entity_iri(entity, settings=SETTINGS) for entity in result.kept.entities} <= nodes
        for quad in result.quads:
            if quad.subject in claims and quad.predicate in (term("rdf:subject"), term("rdf:object")):
                assert quad.object in nodes
        assert_writable(result.quads)


def assert_writable(quads: Iterable[Quad]) -> None:
    """Check that quads come back from N-Quads as they went in."""
    from pyoxigraph import RdfFormat, parse

    given = set(quads)
    assert set(parse(serialize(given, "nquads"), format=RdfFormat.N_QUADS)) == given
