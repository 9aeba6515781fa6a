"""One question file: the ``.rq`` text with its header, read and checked.

The header is YAML in lines that start with ``#+`` (as grlc has it): summary, question, tags, params,
defaults, columns. The parameter ``agency`` is the variable ``?_agency``, and the text says where it is
bound by ``VALUES ?_agency { UNDEF }``. A parameter without a value leaves the text as it stands, so
the file runs in any other SPARQL tool too.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kg import ontology
from kg.errors import QueryError
from kg.lookup import ANY_KIND
from kg.ontology import Text

FIELDS = ("summary", "question", "tags", "params", "defaults", "columns")
PLAIN_TYPES = ("predicate", "text", "integer")
# VALUES ?_agency { UNDEF }: where a parameter is bound. A default may stand in place of UNDEF.
BINDING = re.compile(r"(?P<head>VALUES\s+\?_(?P<name>\w+)\s*)\{[^{}]*\}", re.IGNORECASE)
NO_TEXT = Text("", "")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a query may be given. ``type`` is a class of the ontology, or one of PLAIN_TYPES."""

    name: str
    description: Text
    type: str = ANY_KIND
    required: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """One question: ``name``, the SPARQL ``text``, and what its header says."""

    name: str
    text: str
    summary: Text = NO_TEXT
    question: Text = NO_TEXT
    tags: tuple[str, ...] = ()
    params: tuple[Parameter, ...] = ()
    columns: Mapping[str, Text] = field(default_factory=dict)


def read_query(path: Path, *, name: str | None = None) -> Query:
    """Return the query of one ``.rq`` file, called ``name`` or else by its path.

    Raises:
        QueryError: the file cannot be read, or its header is broken.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QueryError(str(path), f"cannot be read: {error.strerror}", "a .rq file") from error
    except UnicodeDecodeError as error:
        raise QueryError(str(path), f"is no UTF-8 text: {error}") from error
    query = parse_query(text, name=str(path))
    return query if name is None else replace(query, name=name)


def parse_query(text: str, *, name: str = "query") -> Query:
    """Return a query from its text, header included; ``name`` stands in its errors.

    Raises:
        QueryError: the header is broken.
    """
    header = _header(text, name)
    params = _parameters(header, text, name)
    question = _text(header.get("question"), f"{name}: question")
    for language in ("zh", "en"):
        asked = {field for _, field, _, _ in string.Formatter().parse(question[language]) if field}
        if unknown := asked - {param.name for param in params}:
            raise QueryError(name, f"question names {', '.join(sorted(unknown))}", "its params only")
    return Query(
        name=name,
        text=text,
        summary=_text(header.get("summary"), f"{name}: summary"),
        question=question,
        tags=tuple(header.get("tags", ())),
        params=params,
        columns=MappingProxyType(
            {key: _text(value, f"{name}: {key}") for key, value in header.get("columns", {}).items()}
        ),
    )


def _header(text: str, name: str) -> dict[str, Any]:
    import yaml

    lines = [(n, line[2:]) for n, line in enumerate(text.splitlines(), 1) if line.startswith("#+")]
    try:
        # libyaml where PyYAML has it: ten times faster, and a question should be answered at once.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        header = yaml.load("\n".join(line for _, line in lines), Loader=loader) or {}  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        # YAML may see the mistake only behind the last line.
        line = lines[min(mark.line, len(lines) - 1) if mark else 0][0]
        raise QueryError(name, f"line {line}: broken header: {problem or error}", "YAML after #+") from error
    if not isinstance(header, dict) or (unknown := sorted(set(map(str, header)) - set(FIELDS))):
        what = f"unknown {', '.join(unknown)}" if isinstance(header, dict) else "no mapping"
        raise QueryError(name, f"broken header: {what}", "fields: " + ", ".join(FIELDS))
    return header


def _parameters(header: Mapping[str, Any], text: str, name: str) -> tuple[Parameter, ...]:
    """Return the declared parameters, and as plain entities those that only the text has."""
    bound = list(dict.fromkeys(match["name"] for match in BINDING.finditer(text)))
    declared = header.get("params") or {name: {} for name in bound}
    if not isinstance(declared, dict) or sorted(declared) != sorted(bound):
        raise QueryError(
            name, "params and VALUES ?_name { } differ", "in the text: " + (", ".join(bound) or "none")
        )
    types = (*PLAIN_TYPES, *ontology.load().classes)
    params = []
    for key, said in declared.items():
        kind = said.get("type", ANY_KIND)
        if kind not in types:
            raise QueryError(
                name, f"{key}: type {kind!r}", "a class of the ontology, " + ", ".join(PLAIN_TYPES)
            )
        default = (header.get("defaults") or {}).get(key)
        params.append(
            Parameter(
                name=key,
                description=_text(said, f"{name}: {key}"),
                type=kind,
                required=bool(said.get("required", False)),
                default=None if default is None else str(default),
            )
        )
    return tuple(params)


def _text(said: Any, where: str) -> Text:
    if said is None or said == {}:
        return NO_TEXT
    if isinstance(said, str):
        return Text(said, said)
    try:
        return Text(zh=said["zh"], en=said["en"])
    except (KeyError, TypeError) as error:
        raise QueryError(where, "no text in both languages", "{en: …, zh: …}") from error
