"""spaCy components that show what the text dates and counts: ``doc.spans["dates"]``, ``doc.spans["quantities"]``.

The label of a span is the value: ``2024-07/2024-08``, ``890 名``; a vague phrase is labelled with a
question mark. ``doc.user_data`` keeps the full values under the same names, for whoever asks next.
"""

from __future__ import annotations

from collections.abc import Iterable

from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.language.dates import DateSpan, find_dates
from kg.language.quantities import Quantity, find_quantities

VAGUE = "?"


@Language.component("kg_dates")
def kg_dates(doc: Doc) -> Doc:
    """Write the time phrases, resolved as seen from the article's date where the Doc has an article."""
    article = doc._.article if Doc.has_extension("article") else None
    dates = find_dates(doc.text, article.published if article is not None else None)
    doc.user_data["dates"] = dates
    doc.spans["dates"] = _spans(doc, ((span, span.iso or VAGUE) for span in dates if span.kind == "date"))
    return doc


@Language.component("kg_quantities")
def kg_quantities(doc: Doc) -> Doc:
    """Write the counts with their measure words."""
    quantities = find_quantities(doc.text)
    doc.user_data["quantities"] = quantities
    doc.spans["quantities"] = _spans(
        doc, ((q, VAGUE if q.value is None else f"{q.value} {q.unit}") for q in quantities)
    )
    return doc


def _spans(doc: Doc, found: Iterable[tuple[DateSpan | Quantity, str]]) -> list[Span]:
    """Return spaCy spans; a phrase that cuts a token in two takes the whole token."""
    spans = (
        doc.char_span(item.start, item.end, label=label, alignment_mode="expand") for item, label in found
    )
    return [span for span in spans if span is not None]
