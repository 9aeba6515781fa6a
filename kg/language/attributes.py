"""What a passage says about a relation besides its ends: when, how many, on what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from kg.language.clauses import Ref
from kg.language.dates import find_dates, time_for
from kg.language.frames import Candidate
from kg.language.offices import role_for
from kg.language.quantities import count_for, find_quantities
from kg.language.spans import SpanIndex
from kg.language.topics import topic_for
from kg.model import Article

# A day set by an earlier sentence of the paragraph reaches over so many characters.
REMEMBERED = 2000
# A name, a post or a place in a hierarchy holds at no particular time.
TIMELESS = frozenset({"worksFor", "partOf", "namedAfter", "locatedIn"})


class Said(TypedDict, total=False):
    """The attributes of a claim that its passage gives, by the field names of ``Claim``."""

    role: str | None
    count: int | None
    unit: str | None
    topic: str | None
    time: str | None
    approximate: bool


class Attributes:
    """Finds the attributes of an article's candidates; its dates and figures are read once."""

    def __init__(self, text: str, article: Article, refs: Sequence[Ref]) -> None:
        self.text = text
        self.dates = SpanIndex(find_dates(text, article.published))
        self.quantities = SpanIndex(find_quantities(text))
        self.refs = SpanIndex(refs)

    def of(self, candidate: Candidate, sentence: tuple[int, int]) -> Said:
        """Return what the sentence says about ``candidate``."""
        said: Said = {"role": candidate.role or None}
        if candidate.predicate in TIMELESS:
            return said
        if candidate.predicate == "deployedTo" and not candidate.role:
            subject = (
                (candidate.subject.start, candidate.subject.end)
                if candidate.subject.kind == "Person"
                else None
            )
            said["role"] = role_for(self.text, sentence, candidate.verb, subject=subject)
        earliest = max(0, sentence[0] - REMEMBERED)
        start = max(earliest, self.text.rfind("\n", earliest, sentence[0]) + 1)
        dates = self.dates.starting(start, sentence[1])
        said["time"] = time_for(dates, sentence, candidate.verb[0], (start, sentence[1]))
        said.update(self._count(candidate, sentence))
        if candidate.predicate == "trains":
            audience = (candidate.object.start, candidate.object.end)
            said["topic"] = topic_for(self.text, sentence, candidate.verb, audience)
        return said

    def _count(self, candidate: Candidate, sentence: tuple[int, int]) -> Said:
        inside = self.refs.inside(*sentence)
        objects = sorted({(ref.start, ref.end) for ref in candidate.objects}) or [
            (candidate.object.start, candidate.object.end)
        ]
        here = (candidate.object.start, candidate.object.end)
        if candidate.predicate == "deployedTo" and candidate.object.kind != "Group" and len(objects) > 1:
            return {}  # 47名女警…走进甲、乙、丙: the figure is of all together, not of each
        if here not in objects:
            objects = [here]
        quantity = count_for(
            self.text,
            self.quantities.inside(*sentence),
            clause=sentence,
            trigger=candidate.verb,
            objects=objects,
            index=objects.index(here),
            predicate=candidate.predicate,
            kinds=(candidate.subject.kind, candidate.object.kind),
            mentions=[(ref.start, ref.end) for ref in inside],
            again=[
                (ref.start, ref.end)
                for ref in inside
                if set(ref.keys) & set(candidate.object.keys) and ref.start != candidate.object.start
            ],
            subject=(candidate.subject.start, candidate.subject.end),
        )
        if quantity is None:
            return {}
        return {"count": quantity.value, "unit": quantity.unit or None, "approximate": quantity.approximate}
