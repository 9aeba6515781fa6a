"""The spaCy pipeline that reads Chinese child-protection news: text in, mentions, names and relations out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from kg.model import Article, Extraction
from kg.script import simplify

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from kg.language.explanation import Explanation

# In characters; what reads the articles has bounds of its own.
MAX_LENGTH = 10**9
COMPONENTS = ("kg_mentions", "kg_names", "kg_relations")


def load(*, model: str | None = None, weights: Path | None = None) -> Language:
    """Return the pipeline as a normal spaCy ``nlp``: ``doc.ents`` and ``doc.spans["mentions"]`` show in displaCy.

    ``model`` names an installed spaCy pipeline whose own components run first; its entities are features
    where ``weights`` were trained with it. ``weights`` is a folder written by ``kg train``, which
    ``spacy.load`` takes too; our own weights without it.

    Raises:
        OSError: ``model`` is not installed.
        DataError: ``weights`` holds no trained weights.
    """
    import spacy

    from kg.language import characters, mentions, ranking, relations, resolution  # noqa: F401  registers

    tokenizer = {"nlp": {"tokenizer": {"@tokenizers": characters.NAME}}}
    nlp = spacy.load(model) if model else spacy.blank("zh", config=tokenizer)
    # spaCy's own limit is there for parsers that need a gigabyte for it; these components do not.
    nlp.max_length = MAX_LENGTH
    files = {"kg_mentions": mentions.MODEL, "kg_relations": ranking.MODEL}
    for name in COMPONENTS:
        own = files.get(name)
        given = {"weights": str(Path(weights) / name / own.name)} if weights and own else {}
        nlp.add_pipe(name, config=given)
    return nlp


def extract(articles: Iterable[Article], *, nlp: Language) -> Iterator[Extraction]:
    """Yield the extraction of each article, in order."""
    from kg.language.extraction import to_extraction

    for doc in _read(articles, nlp):
        yield to_extraction(doc)


def explain(articles: Iterable[Article], *, nlp: Language) -> Iterator[Explanation]:
    """Yield for each article, in order, what its extraction is made of."""
    from kg.language import explanation
    from kg.language.relations import RelationExtractor

    component = cast(RelationExtractor, nlp.get_pipe("kg_relations"))
    for doc in _read(articles, nlp):
        yield explanation.explain(doc, weights=component.path)


def _read(articles: Iterable[Article], nlp: Language) -> Iterator[Doc]:
    """Yield the Docs of articles after all components: of the simplified view where a text is traditional."""

    def docs() -> Iterator[Doc]:
        for article in articles:
            doc = nlp.make_doc(simplify(article.text))
            doc._.article = article
            yield doc

    yield from nlp.pipe(docs())
