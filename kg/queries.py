"""Questions and answers: queries by name, parameters bound safely, answers in any format.

What a user types never becomes SPARQL: a parameter turns into RDF terms first, and those stand in the
text as Oxigraph itself writes them.
"""

from __future__ import annotations

import difflib
import re
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from kg import graph, ontology
from kg.config import data_dir
from kg.errors import QueryError, StoreError
from kg.lookup import find_entities
from kg.ontology import Text
from kg.queryfile import BINDING, Parameter, Query, parse_query, read_query

RESULT_FORMATS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_POSITION = re.compile(r"error at (\d+):(\d+):")
_ALLOWED = "a SPARQL 1.1 query without SERVICE"
# Without ASCII: whatever letter a parser might take for an S.
_SERVICE = re.compile("service", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a store says to a query: one of three.

    SELECT: ``columns`` and ``rows`` of terms, None where unbound. ASK: ``truth``. CONSTRUCT and
    DESCRIBE: ``triples``. The other two are empty or None. ``results`` are the SPARQL results in JSON.
    """

    query: Query
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Term | None, ...], ...] = ()
    truth: bool | None = None
    triples: tuple[ox.Triple, ...] | None = None
    results: bytes = b""

    def headings(self, language: str = "en") -> tuple[str, ...]:
        """Return the columns as a reader wants them named."""
        return tuple(self.query.columns.get(c, Text(c, c))[language] for c in self.columns)


@cache
def load_queries() -> Mapping[str, Query]:
    """Return the product's own queries by name, sorted.

    Raises:
        QueryError: one of them is broken.
    """
    paths = sorted(data_dir("queries").glob("*.rq"))
    return MappingProxyType({path.stem: read_query(path, name=path.stem) for path in paths})


def find_query(name: str) -> Query:
    """Return the query of that name, or of that ``.rq`` file.

    Raises:
        QueryError: there is none, or it is broken.
    """
    folder = data_dir("queries")
    names = sorted(path.stem for path in folder.glob("*.rq"))
    if name in names:
        return read_query(folder / f"{name}.rq", name=name)
    if name.endswith(".rq") or "/" in name:
        return read_query(Path(name))
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(close)}" if close else "there are: " + ", ".join(names)
    raise QueryError(name, "no such query", hint)


def answer(store: ox.Store, query: Query | str, params: Mapping[str, str] | None = None) -> Answer:
    """Return what the store says to a query, or to SPARQL text; ``params`` are what the user typed.

    An entity is given by any of its names or its IRI, a predicate by its name or label.

    Raises:
        QueryError: a bad parameter, broken SPARQL, or SERVICE.
        StoreError: the store breaks while it is read.
    """
    if isinstance(query, str):
        query = parse_query(query)
    text = bind(query, store, params or {})
    _refuse_service(text, query.name)
    try:
        return _collect(query, store.query(text))
    except (SyntaxError, UnicodeError) as error:
        raise _syntax_error(query.name, text, error) from error
    except (OSError, RuntimeError) as error:
        raise StoreError(query.name, f"the store cannot be read: {' '.join(str(error).split())}") from error


def bind(query: Query, store: ox.Store, params: Mapping[str, str]) -> str:
    """Return the query's text with every given parameter in its place, as RDF terms only.

    Raises:
        QueryError: an unknown or missing parameter, or a value that means nothing here.
    """
    known = {param.name: param for param in query.params}
    allowed = "allowed: " + ", ".join(known) if known else "it takes no parameter"
    if unknown := [name for name in params if name not in known]:
        raise QueryError(query.name, f"unknown parameter {', '.join(map(repr, unknown))}", allowed)
    given = {param.name: params.get(param.name, param.default) for param in query.params}
    missing = [param.name for param in query.params if param.required and given[param.name] is None]
    if missing:
        raise QueryError(query.name, f"missing parameter {', '.join(map(repr, missing))}", allowed)
    values = {
        name: " ".join(map(str, _terms(store, known[name], value, query.name)))
        for name, value in given.items()
        if value is not None
    }
    return BINDING.sub(
        lambda match: (
            f"{match['head']}{{ {values[match['name']]} }}" if match["name"] in values else match[0]
        ),
        query.text,
    )


def _terms(store: ox.Store, param: Parameter, value: str, query: str) -> Sequence[ox.NamedNode | ox.Literal]:
    where = f"{query}: {param.name}"
    if param.type == "predicate":
        return [_predicate(value, where)]
    if param.type == "integer":
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
            raise QueryError(where, repr(value), "a whole number")
        return [ox.Literal(int(value))]
    if param.type == "text":
        try:
            return [ox.Literal(value)]
        except ValueError as error:
            raise QueryError(where, f"{value!r} is no text: {error}") from error
    return find_entities(store, value, kind=param.type, where=where)


def _predicate(value: str, where: str) -> ox.NamedNode:
    relations = [found for found in ontology.load().properties.values() if found.relation]
    for found in relations:
        if value in (found.name, found.iri, f"cpkg:{found.name}", found.label.zh, found.label.en):
            return ox.NamedNode(found.iri)
    raise QueryError(
        where,
        f"no relation {value!r}",
        "allowed: " + ", ".join(f"{r.name} ({r.label.zh})" for r in relations),
    )


def _collect(query: Query, results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> Answer:
    if isinstance(results, ox.QueryTriples):
        return Answer(query, triples=tuple(results))
    # Solutions can be read once only: the W3C form is kept, and the rows come from it.
    data = results.serialize(format=ox.QueryResultsFormat.JSON) or b""
    parsed = ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)
    if isinstance(parsed, ox.QueryBoolean):
        return Answer(query, truth=bool(parsed), results=data)
    columns = tuple(variable.value for variable in parsed.variables)
    return Answer(query, columns, tuple(tuple(row) for row in parsed), results=data)


def serialize(answer: Answer, format: str) -> bytes:
    """Return an answer in a format: one of RESULT_FORMATS, for a graph one of ``kg.graph.FORMATS``.

    A yes or no has the forms json, xml, and true or false on a line for csv and tsv.

    Raises:
        QueryError: this kind of answer has no such form.
    """
    name = answer.query.name
    if answer.triples is not None:
        if format not in graph.FORMATS:
            raise QueryError(name, f"a graph has no form {format!r}", "allowed: " + ", ".join(graph.FORMATS))
        return graph.serialize((ox.Quad(t.subject, t.predicate, t.object) for t in answer.triples), format)
    if format not in RESULT_FORMATS:
        kind = "a table" if answer.truth is None else "a yes or no"
        raise QueryError(name, f"{kind} has no form {format!r}", "allowed: " + ", ".join(RESULT_FORMATS))
    if answer.truth is not None and format in ("csv", "tsv"):
        return b"true\n" if answer.truth else b"false\n"
    results = ox.parse_query_results(answer.results, format=ox.QueryResultsFormat.JSON)
    return results.serialize(format=RESULT_FORMATS[format]) or b""


def cell(term: Term | None) -> str:
    """Return a term as a reader of a table wants it: a value without its type, a short IRI.

    >>> cell(ox.NamedNode("https://w3id.org/cpkg/ontology#trains"))
    'cpkg:trains'
    """
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        for prefix, start in graph.PREFIXES.items():
            if term.value.startswith(start):
                return f"{prefix}:{term.value.removeprefix(start)}"
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _refuse_service(text: str, name: str) -> None:
    """Refuse a query that would ask another server.

    Oxigraph knows no switch for it and reads keywords without borders (``1SERVICEex:x{}``), so no
    search for the word can tell. Its own parser can: with the word replaced everywhere by one that is
    no keyword, a name or a comment still parses and a SERVICE clause does not.
    """
    if not _SERVICE.search(text):
        return
    word = "".join(secrets.choice(string.ascii_lowercase) for _ in "service")
    try:
        ox.Store().query(_SERVICE.sub(word, text))
    except (SyntaxError, UnicodeError) as error:
        position = _offset(text, str(error))
        if any(match.start() - 1 <= position <= match.end() + 1 for match in _SERVICE.finditer(text)):
            raise QueryError(name, "SERVICE asks another server", _ALLOWED) from error
        raise _syntax_error(name, text, error) from error


def _offset(text: str, message: str) -> int:
    match = _POSITION.search(message)
    if not match:
        return -1
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: int(match[1]) - 1]) + int(match[2]) - 1


def _syntax_error(name: str, text: str, error: Exception) -> QueryError:
    """Return the place and what stands there: what Oxigraph expected in its stead fills a screen."""
    match = _POSITION.search(str(error))
    if not match:
        return QueryError(name, f"no SPARQL query: {' '.join(str(error).split())}", _ALLOWED)
    number, column = int(match[1]), int(match[2])
    lines = text.split("\n")
    line = lines[number - 1] if number <= len(lines) else ""
    near = line[max(0, column - 30) : column + 30].strip()
    return QueryError(name, f"line {number}, column {column}: not understood near {near!r}", _ALLOWED)
