"""Things of one article -> Entities: kind, preferred name, labels, and an id that merges across articles.

An id is ``class/name``. Where the name does not say itself where it belongs (明德小学), the jurisdiction
stands between: its GB/T 2260 code if the table has it, ``school/430212/明德小学``, else its name,
``school/伊林市/明德小学``. A name that begins with a division is readable and unique as it is,
``agency/株洲市公安局``, ``place/株洲市``; one that begins with a division of which there are several gets
the code too, ``agency/110105/朝阳区公安局``. Persons stand under the body or the place that tells them
apart from others of the same name. Quotes, brackets and white space never tell two things apart, so
that ids have none. Two runs, or two machines, give the same thing the same id.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from kg import ontology
from kg.divisions import Division, load_divisions
from kg.errors import DataError
from kg.model import Entity
from kg.yamlfile import load_yaml

PATH = Path(__file__).parent / "linking.yaml"
# Group concepts are the same everywhere; all else is told apart by where it is.
EVERYWHERE = frozenset({"Group"})

_OPENING = '“"「『＂'
_CLOSING = '”"」』＂'
_QUOTED = re.compile(f"[{_OPENING}]([^{_OPENING}{_CLOSING}]*)[{_CLOSING}]")
_QUOTES = re.compile(f"[{_OPENING}{_CLOSING}]")
_WHOLE = re.compile("[“《〈](?P<inner>[^“”《》〈〉]+)[”》〉]")
# What separates steps of an IRI path, or tells nothing: quotes, title marks, white space, slashes.
_NOT_IN_ID = re.compile(r"[\s“”‘’\"'「」『』《》〈〉/\\?#]")


@dataclass(frozen=True, slots=True)
class Thing:
    """What an article names: its scored class, full name, and surface forms.

    ``context`` says where it belongs, or is "": a division (渌口区), for a person rather the body that it
    works for (株洲市公安局).
    """

    key: str
    kind: str
    name: str
    labels: tuple[str, ...] = ()
    context: str = ""


@dataclass(frozen=True, slots=True)
class _Words:
    national: tuple[str, ...]
    prefixes: tuple[str, ...]
    place: re.Pattern[str]
    not_places: tuple[str, ...]


@lru_cache(maxsize=4096)
def normalise(name: str) -> str:
    """Return a name for display: NFKC, no white space, one kind of quotes, none around the whole.

    >>> normalise("“向日葵”"), normalise('"女警联校" 行动'), normalise("《护校安园方案》")
    ('向日葵', '“女警联校”行动', '护校安园方案')
    """
    name = _strip(name)
    while True:
        whole = _WHOLE.fullmatch(name)
        if not whole:
            return name
        name = _strip(whole["inner"])


def link_entities(things: Iterable[Thing], *, context: str | None) -> dict[str, Entity]:
    """Return the entity of each thing by its key.

    ``context`` names the division that the article is about; it stands in where a thing has no context of
    its own. Things that come out with the same id are one entity, named as the first of them.
    """
    article = _division(context or "", None)
    linked: dict[str, tuple[Entity, set[str]]] = {}
    keys: dict[str, str] = {}
    for thing in things:
        entity = _link(thing, context or "", article)
        keys[thing.key] = entity.id
        _, labels = linked.setdefault(entity.id, (entity, set()))
        labels.update(map(normalise, (entity.name, thing.name, *thing.labels)))
    entities = {entity.id: _with_labels(entity, labels) for entity, labels in linked.values()}
    return {key: entities[identity] for key, identity in keys.items()}


def located_in(name: str | Entity, *, context: str | None = None) -> tuple[Division, ...]:
    """Return the divisions that a name or an entity lies in, the nearest first, up to the province.

    A name counts by the division it begins with. Nothing comes back where the table knows none, and
    nothing for ``context`` alone: that an article is about a place does not put every name there.

    >>> [division.name for division in located_in("株洲市公安局")]
    ['株洲市', '湖南省']
    """
    divisions = load_divisions()
    if isinstance(name, Entity):
        division = divisions.by_code.get(name.division or "")
        if division and name.id.startswith("place/") and normalise(name.name) == division.name:
            return divisions.ancestors(division)
    else:
        division, _ = divisions.leading(
            _without_prefix(normalise(name)), within=_division(context or "", None)
        )
    return (division, *divisions.ancestors(division)) if division else ()


def _link(thing: Thing, context: str, article: Division | None) -> Entity:
    name = normalise(thing.name)
    own = _division(thing.context, article)
    jurisdiction = own or article
    place = thing.kind == "Place"
    division = _division(name, jurisdiction) if place else None
    if division:
        name = division.name
        steps = [] if load_divisions().find(name) else [division.code]
    else:
        steps, division = _steps(thing, name, context, jurisdiction)
    kind = ontology.load().subclass_for(name, thing.kind)
    return Entity(
        id="/".join([thing.kind.lower(), *steps, _in_id(name)]),
        kind=kind,
        name=name,
        division=division.code if division else None,
    )


def _steps(
    thing: Thing, name: str, context: str, jurisdiction: Division | None
) -> tuple[list[str], Division | None]:
    """Return what stands before a name in its id, and the division that the thing belongs to."""
    if thing.kind in EVERYWHERE or (thing.kind != "Person" and name.startswith(_words().national)):
        return [], None
    bare = _without_prefix(_in_id(name))
    leading, length = load_divisions().leading(bare, within=jurisdiction)
    if thing.kind != "Person" and leading and length:
        alone, alone_length = load_divisions().leading(bare)
        return ([] if alone == leading and alone_length == length else [leading.code]), leading
    if thing.kind == "Person":
        return _where_person(thing.context, context, jurisdiction)
    if thing.kind != "Place" and _names_a_place(bare):
        return [], None
    return _where(thing.context, context, jurisdiction)


def _where(own: str, context: str, jurisdiction: Division | None) -> tuple[list[str], Division | None]:
    """Return the code of the division, or its name where the table does not have it."""
    own, context = _in_id(normalise(own)), _in_id(normalise(context))
    if own and _names_a_place(own) and not _division(own, jurisdiction):
        return [own], None
    if jurisdiction:
        return [jurisdiction.code], jurisdiction
    where = own or context
    return ([where] if where else []), None


def _where_person(own: str, context: str, jurisdiction: Division | None) -> tuple[list[str], Division | None]:
    """Return a person's body, else the division: 陈宇娟 of one bureau is not 陈宇娟 of another."""
    body = _in_id(normalise(own))
    if body and not _division(own, jurisdiction):
        division, _ = load_divisions().leading(_without_prefix(body), within=jurisdiction)
        return [body], division or (None if _names_a_place(body) else jurisdiction)
    return _where(own, context, jurisdiction)


def _names_a_place(bare: str) -> bool:
    """Return whether a name begins with a county or more that the table does not have (伊林市公安局)."""
    match = _words().place.match(bare)
    return match is not None and not any(word in match[0] for word in _words().not_places)


def _division(name: str, near: Division | None) -> Division | None:
    return load_divisions().find(normalise(name), within=near) if name else None


def _without_prefix(name: str) -> str:
    prefix = next((p for p in _words().prefixes if name.startswith(p)), "")
    return name[len(prefix) :]


def _in_id(name: str) -> str:
    return _NOT_IN_ID.sub("", name)


def _strip(name: str) -> str:
    # Twice: what a space parted may compose once it is gone.
    name = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    name = unicodedata.normalize("NFKC", name)
    # Every other part was inside a pair; a quote that is left over was cut off from its other half.
    parts = _QUOTED.split(name)
    return "".join(
        _QUOTES.sub("", part) if i % 2 == 0 else f"“{part}”" if part else "" for i, part in enumerate(parts)
    )


def _with_labels(entity: Entity, labels: set[str]) -> Entity:
    others = tuple(sorted(labels - {entity.name, ""}))
    return Entity(entity.id, entity.kind, entity.name, others, entity.division)


@cache
def _words() -> _Words:
    try:
        data = load_yaml(PATH.read_text("utf-8"))
        ends = "|".join(sorted(data["ends"], key=lambda end: (-len(end), end)))
        return _Words(
            national=tuple(data["national"]),
            prefixes=tuple(sorted(data["prefixes"], key=lambda prefix: (-len(prefix), prefix))),
            place=re.compile(rf"(?!{ends})[\u4e00-\u9fff]{{{data['least']},{data['most']}}}?(?:{ends})"),
            not_places=tuple(data["not_places"]),
        )
    except (OSError, yaml.YAMLError, TypeError, KeyError) as error:
        raise DataError(PATH.name, f"cannot be read: {error!r}") from error
