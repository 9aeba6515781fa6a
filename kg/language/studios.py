"""Studios that one phrase names after several persons: 以甲、乙等两位民警命名的个人工作室 is two studios."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.language.clauses import Ref
from kg.language.slots import expand, to_slots
from kg.yamlfile import load_yaml

PATH = Path(__file__).parent / "rules" / "studios.yaml"


@dataclass(frozen=True, slots=True)
class NamedStudio:
    """A studio that has no mention of its own: ``text[start:end]`` is the phrase's head (个人工作室)."""

    start: int
    end: int
    person: Ref
    names: tuple[str, ...]


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], ...], re.Pattern[str]]:
    data = load_yaml(PATH.read_text("utf-8"))
    patterns = tuple(re.compile(expand(source, data["words"], PATH.name)) for source in data["patterns"])
    return patterns, re.compile(data["dropped"])


def find_named_studios(text: str, refs: Sequence[Ref]) -> list[NamedStudio]:
    """Return a studio for each person in every 以…命名的…工作室 of ``text``.

    The first name of each is the person's with the bare class word (陈宇娟工作室), the second with the
    whole head where that says more (蒋曼丽护苗工作室).
    """
    slotted = to_slots(text, 0, len(text), refs)
    patterns, dropped = _patterns()
    found: list[NamedStudio] = []
    for pattern in patterns:
        for match in pattern.finditer(slotted.string):
            start, end = slotted.offsets[match.start("head")], slotted.offsets[match.end("head")]
            head = dropped.sub("", match["head"])
            for person in slotted.refs_in(*match.span("persons")):
                if person.kind == "Person":
                    name = text[person.end - len(person.text) : person.end]
                    heads = [match["word"], *([] if "▇" in head else [head])]
                    names = dict.fromkeys(name + words for words in heads)
                    found.append(NamedStudio(start, end, person, tuple(names)))
    return found


def person_in(name: str) -> str | None:
    """Return the person whose full name a studio's name begins with (罗金凤普法工作室), or None."""
    match = _inside().match(name.strip('“”"'))
    return match["person"] if match else None


@cache
def _inside() -> re.Pattern[str]:
    data = load_yaml(PATH.read_text("utf-8"))
    return re.compile(data["inside"])
