"""Things of one article -> Entities: kind, preferred name, labels, and an id that merges across articles.

An id is ``class/name``, with the jurisdiction between them where the bare name alone is not unique
(``school/株洲市/明德小学``): two runs, or two machines, give the same thing the same id.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from kg import ontology
from kg.model import Entity

# These classes are told apart by their jurisdiction when their name does not begin with one.
LOCAL = frozenset({"Agency", "School", "Studio", "Station", "Team", "Person"})


@dataclass(frozen=True, slots=True)
class Thing:
    """What an article names: its class, full name, surface forms, and the division it belongs to, or ""."""

    key: str
    kind: str
    name: str
    labels: tuple[str, ...] = ()
    context: str = ""


def normalise(name: str) -> str:
    """Return a name for display: NFKC, no white space, no quotes around the whole.

    >>> normalise("“向日葵”")
    '向日葵'
    """
    name = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    whole = re.fullmatch(r"[“\"「](?P<inner>[^”\"」]+)[”\"」]", name)
    return whole["inner"] if whole else name


def link_entities(things: Iterable[Thing], *, context: str | None) -> dict[str, Entity]:
    """Return the entity of each thing by its key; ``context`` is the division that the article is about."""
    kinds = ontology.load()
    out: dict[str, Entity] = {}
    for thing in things:
        name = normalise(thing.name)
        kind = kinds.subclass_for(name, thing.kind)
        steps = [thing.kind.lower()]
        if thing.kind in LOCAL and not thing.context and context:
            steps.append(context)
        identity = "/".join([*steps, re.sub(r"[“”\"「」]", "", name)])
        labels = tuple(sorted({normalise(label) for label in thing.labels} - {name, ""}))
        out[thing.key] = Entity(identity, kind, name, labels)
    return out
