"""The frame table: which verb says which relation between which slots.

Each ``rules/*.yaml`` named after a predicate holds its rules. What they propose for a sentence is
:mod:`kg.language.matching`'s work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.errors import DataError
from kg.language.clauses import Ref
from kg.model import CLASSES, PREDICATES
from kg.yamlfile import load_yaml

RULES = Path(__file__).parent / "rules"
NOT_FRAMES = frozenset({"constructions.yaml", "studios.yaml"})
POSITIONS = ("right", "left", "front", "dui", "wei", "xiang", "ba", "zai", "with", "named")
KEYS = {"id", "triggers", "needs", "context", "subject", "object", "groups", "at", "match", "no_match"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One frame: ``triggers`` between a subject and an object of the given classes at given places."""

    id: str
    predicate: str
    triggers: frozenset[str]
    subject: frozenset[str]
    object: frozenset[str]
    at: tuple[str, ...]
    groups: frozenset[str] = frozenset()
    needs: re.Pattern[str] | None = None
    context: re.Pattern[str] | None = None
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One relation that a rule proposes, with where in the text it does so."""

    predicate: str
    subject: Ref
    object: Ref
    rule: str
    verb: tuple[int, int]
    clause: tuple[int, int]
    objects: tuple[Ref, ...] = ()
    carried: bool = False
    vetoed: str = ""
    role: str | None = None
    confidence: float = 0.0


@cache
def load_rules() -> tuple[Rule, ...]:
    """Return the rules of every file in ``rules/``, in the order of file name and place.

    Raises:
        DataError: a file breaks the format; the message names file, rule and what is allowed.
    """
    rules: list[Rule] = []
    for path in sorted(RULES.glob("*.yaml")):
        if path.name in NOT_FRAMES:
            continue
        data = load_yaml(path.read_text("utf-8"))
        if data.get("predicate") not in PREDICATES:
            raise DataError(path.name, f"unknown predicate {data.get('predicate')!r}", ", ".join(PREDICATES))
        rules += [_rule(path.name, data["predicate"], entry) for entry in data["rules"]]
    return tuple(rules)


def _rule(where: str, predicate: str, entry: dict[str, object]) -> Rule:
    def words(key: str) -> list[str]:
        value = entry.get(key, [])
        return [str(item) for item in value] if isinstance(value, list) else []

    if unknown := set(entry) - KEYS:
        raise DataError(
            f"{where}: rule {entry.get('id')}", f"unknown key {min(unknown)!r}", ", ".join(sorted(KEYS))
        )
    for key, allowed in (("subject", CLASSES), ("object", CLASSES), ("at", POSITIONS)):
        if wrong := set(words(key)) - set(allowed):
            raise DataError(
                f"{where}: rule {entry.get('id')}", f"unknown {key} {min(wrong)!r}", ", ".join(allowed)
            )
    needs, context = entry.get("needs"), entry.get("context")
    return Rule(
        id=str(entry["id"]),
        predicate=predicate,
        triggers=frozenset(words("triggers")),
        subject=frozenset(words("subject")),
        object=frozenset(words("object")),
        at=tuple(words("at")),
        groups=frozenset(words("groups")),
        needs=re.compile(str(needs)) if needs else None,
        context=re.compile(str(context)) if context else None,
        match=tuple(words("match")),
        no_match=tuple(words("no_match")),
    )


@cache
def trigger_words() -> frozenset[str]:
    """Return the trigger words of all rules."""
    return frozenset().union(*(rule.triggers for rule in load_rules()))


@cache
def rules_by_trigger() -> dict[str, list[Rule]]:
    """Return the rules that each trigger word fires."""
    table: dict[str, list[Rule]] = {}
    for rule in load_rules():
        for word in rule.triggers:
            table.setdefault(word, []).append(rule)
    return table
