"""The rules for page chrome, as ``chrome.yaml`` states them: which lines go, and which pieces of a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kg.errors import DataError
from kg.surnames import load_surnames, to_pattern

PATH = Path(__file__).parent / "chrome.yaml"
DOES = ("drop", "footer", "cut")
WHERE = ("head", "after", "any")


@dataclass(frozen=True, slots=True)
class ChromeRule:
    """One kind of page chrome: ``does`` is drop, footer or cut, ``where`` is head, after or any."""

    id: str
    does: str
    where: str
    pattern: re.Pattern[str]
    match: tuple[str, ...]
    no_match: tuple[str, ...]

    def takes(self, line: str) -> bool:
        """Return whether the rule takes the line, or a piece of it where it cuts."""
        if self.does == "cut":
            return self.pattern.search(line) is not None
        return self.pattern.fullmatch(line) is not None


@dataclass(frozen=True, slots=True)
class ChromeRules:
    """Everything in ``chrome.yaml``; ``named`` are the single patterns (banner, vague_source, edition)."""

    rules: tuple[ChromeRule, ...]
    menu: frozenset[str]
    named: Mapping[str, ChromeRule]
    fields: Mapping[str, tuple[str, ...]]
    field_examples: tuple[Mapping[str, Any], ...]
    no_fields: tuple[str, ...]

    def is_dropped(self, line: str, *, where: str) -> bool:
        """Return whether the line is nothing but chrome at this place of the page (head or after)."""
        return self._any("drop", line, where)

    def is_footer(self, line: str, *, where: str) -> bool:
        """Return whether the page's footer starts with this line."""
        return self._any("footer", line, where)

    def cut(self, line: str, *, where: str) -> str:
        """Return the line without the pieces that are chrome."""
        for rule in self.rules:
            if rule.does == "cut" and rule.where in (where, "any"):
                line = rule.pattern.sub("", line)
        return line.strip()

    def _any(self, does: str, line: str, where: str) -> bool:
        return any(r.does == does and r.where in (where, "any") and r.takes(line) for r in self.rules)


@cache
def load_rules() -> ChromeRules:
    """Return the rules of ``chrome.yaml``.

    Raises:
        DataError: the file is missing or broken; the message names the rule.
    """
    return read_rules(PATH)


def read_rules(path: Path) -> ChromeRules:
    """Return the rules in one YAML file.

    Raises:
        DataError: as ``load_rules``.
    """
    try:
        data = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        words = {name: "|".join(items) for name, items in data["words"].items()}
        words["surname"] = to_pattern(set(load_surnames()) - set(data["not_surnames"]))
        rules = tuple(_rule(item, words, path) for item in data["rules"])
        named = {
            name: _rule({"id": name, "does": "drop", "where": "any", **data[name]}, words, path)
            for name in ("banner", "vague_source", "edition")
        }
        return ChromeRules(
            rules=rules,
            menu=frozenset(data["words"]["menu"]),
            named=named,
            fields={kind: tuple(labels) for kind, labels in data["fields"].items()},
            field_examples=tuple(data["field_examples"]),
            no_fields=tuple(data["no_fields"]),
        )
    except (OSError, yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
        raise DataError(str(path.name), f"cannot be read: {error!r}") from error


def _rule(item: Mapping[str, Any], words: Mapping[str, str], path: Path) -> ChromeRule:
    where = f"{path.name}: rule {item.get('id')!r}"
    if item["does"] not in DOES or item["where"] not in WHERE:
        raise DataError(where, "unknown does or where", f"{', '.join(DOES)}; {', '.join(WHERE)}")
    pattern = item["pattern"]
    for name, alternatives in words.items():
        pattern = pattern.replace("{" + name + "}", alternatives)
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise DataError(where, f"broken pattern: {error}") from error
    return ChromeRule(
        id=item["id"],
        does=item["does"],
        where=item["where"],
        pattern=compiled,
        match=tuple(item["match"]),
        no_match=tuple(item["no_match"]),
    )
