"""The spaCy pipeline that reads Chinese child-protection news: text in, mentions, names and relations out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kg.model import Article, Extraction
from kg.reading.articles import MAX_BYTES

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

COMPONENTS = ("kg_mentions", "kg_names", "kg_relations")


def load(*, model: str | None = None, weights: str | None = None) -> Language:
    """Return the pipeline as a normal spaCy ``nlp``: ``doc.ents`` and ``doc.spans["mentions"]`` show in displaCy.

    ``model`` names an installed spaCy pipeline whose own components run first; ``weights`` is a file of
    trained mention weights in place of our own.
    """
    import spacy

    from kg.language import mentions, relations, resolution  # noqa: F401  registers the factories
    from kg.language.characters import CharacterTokenizer

    nlp = spacy.load(model) if model else spacy.blank("zh")
    if not model:
        nlp.tokenizer = CharacterTokenizer(nlp.vocab)
    # spaCy's own limit is there for parsers that need a gigabyte for it; these components do not.
    nlp.max_length = MAX_BYTES
    for name in COMPONENTS:
        nlp.add_pipe(name, config={"weights": weights} if name == "kg_mentions" and weights else {})
    return nlp


def extract(articles: Iterable[Article], *, nlp: Language) -> Iterator[Extraction]:
    """Yield the extraction of each article, in order."""
    from kg.language.extraction import to_extraction

    def docs() -> Iterator[Doc]:
        for article in articles:
            doc = nlp.make_doc(article.text)
            doc._.article = article
            yield doc

    for doc in nlp.pipe(docs()):
        yield to_extraction(doc)
