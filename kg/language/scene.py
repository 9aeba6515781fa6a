"""What a sentence finds when it begins: who acted last, whom the article is about, which units were founded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kg.language.clauses import Phrase, Ref
from kg.model import ORGANISATIONS


@dataclass(slots=True)
class Scene:
    """What the discourse carries into one sentence; ``mentions`` counts each thing's mentions in the article."""

    subject: Phrase | None = None
    organisation: Phrase | None = None
    lead: Ref | None = None
    topic: Ref | None = None
    person: Ref | None = None
    recent: Sequence[Ref] = ()
    units: Sequence[Ref] = ()
    mentions: Mapping[str, int] = field(default_factory=dict)
    fresh: bool = False

    def carried(self) -> Iterator[tuple[str, Ref]]:
        """Yield what may act unwritten, with how it is known."""
        known: list[tuple[str, Sequence[Ref]]] = [
            ("carr", self.subject.refs if self.subject else ()),
            ("corg", self.organisation.refs if self.organisation else ()),
            ("lead", [self.lead] if self.lead else ()),
            ("topic", [self.topic] if self.topic else ()),
            ("lastp", [self.person] if self.person else ()),
            ("prev", self.recent),
            ("unit", self.units),
        ]
        return ((source, ref) for source, refs in known for ref in refs)


def salience(refs: Iterable[Ref]) -> Counter[str]:
    """Return how often each thing is mentioned."""
    return Counter(key for ref in refs for key in ref.keys)


def recent_organisations(refs: Sequence[Ref], count: int = 2) -> list[Ref]:
    """Return the last ``count`` organisations of ``refs``."""
    return [ref for ref in refs if ref.kind in ORGANISATIONS][-count:]
