"""SHACL shapes as SPARQL: finds in one pass over many articles what a shapes file may refuse.

pySHACL takes a quarter of a second for an article with 70 claims, ten times what reading the article
takes. Each constraint of the shapes file is therefore turned into one query over the whole batch, run by
Oxigraph (a few milliseconds an article). What a query finds is a suspicion; ``kg.shapes`` has pySHACL
judge it. A constraint that this module cannot turn into a query stops the program, so that no rule of the
shapes file is ever passed over in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from kg.config import data_dir
from kg.errors import ShapeError

SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TARGETS = ("targetClass", "targetSubjectsOf", "targetObjectsOf")
# What stands on a shape without asking anything of a value.
SILENT = frozenset({*TARGETS, "path", "property", "message", "name", "description", "severity", "sparql"})
COUNTS = frozenset({"minCount", "maxCount", "qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShape"})
# What a triple more can break, beside the greatest counts.
GROWING = frozenset({"disjoint", "equals", "lessThan"})

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A node that may break a shape, and the article graph where it may (empty in a merged graph)."""

    shape: str
    focus: str
    graph: str


@dataclass(frozen=True, slots=True)
class Question:
    """One constraint as a graph pattern that binds ``?this`` to the nodes that may break ``shape``.

    ``merged`` is the same for all graphs taken as one; empty where a triple more cannot break the shape, so
    that graphs which are fine one by one are fine together.
    """

    shape: str
    body: str
    merged: str


@dataclass(frozen=True, slots=True)
class Screen:
    """What to ask for one shapes file.

    ``targets`` says for each shape by what it finds its focus nodes: pairs of targetClass,
    targetSubjectsOf or targetObjectsOf and the IRI of the class or the property.
    """

    prologue: str
    questions: tuple[Question, ...]
    targets: Mapping[str, tuple[tuple[str, str], ...]]

    def suspicions(self, store: ox.Store) -> Iterator[Suspicion]:
        """Yield what may break a shape, each graph taken by itself, the default graph too."""
        for question in self.questions:
            yield from self._ask(store, question, f"GRAPH ?graph {{ {question.body} }}")
        if next(store.quads_for_pattern(None, None, None, ox.DefaultGraph()), None):
            for question in self.questions:
                yield from self._ask(store, question, question.body)

    def merged_suspicions(self, store: ox.Store) -> Iterator[Suspicion]:
        """Yield what may break a shape only because all graphs are taken as one."""
        for question in self.questions:
            if question.merged:
                yield from self._ask(store, question, question.merged, union=True)

    def _ask(
        self, store: ox.Store, question: Question, where: str, *, union: bool = False
    ) -> Iterator[Suspicion]:
        graph = "?graph" if where.startswith("GRAPH") else ""
        query = f"{self.prologue} SELECT DISTINCT ?this {graph} WHERE {{ {where} }}"
        found = store.query(query, use_default_graph_as_union=union)
        if not isinstance(found, ox.QuerySolutions):
            raise TypeError(f"a screen asks SELECT queries only: {query}")
        rows = list(found)
        # Only the thread that asked may drop an answer, and a profiler that looks on (Dask's) may outlive this frame.
        del found
        for row in rows:
            yield Suspicion(question.shape, _value(row["this"]), _value(row["graph"]) if graph else "")


@cache
def load_screen() -> Screen:
    """Return the screen of ``ontology/shapes.ttl``.

    Raises:
        ShapeError: the file is missing, is no Turtle, or asks for what cannot be turned into a query.
    """
    return read_screen(data_dir("ontology") / "shapes.ttl")


def read_screen(path: Path) -> Screen:
    """Return the screen of one shapes file.

    Raises:
        ShapeError: as ``load_screen``.
    """
    return _Compiler(path).screen()


def _value(term: object) -> str:
    return str(term.value) if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


class _Compiler:
    """Turns the shapes of one file into graph patterns that find what breaks them.

    A pattern binds ``?this`` to the focus node and ``?value`` to one value of the path.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = ox.Store()
        self.checks: dict[str, Callable[[Term, str], str]] = {
            "class": lambda kind, value: f"NOT EXISTS {{ {value} a {kind} }}",
            "datatype": self._datatype,
            "disjoint": lambda other, value: f"EXISTS {{ ?this {other} {value} }}",
            "equals": lambda other, value: f"NOT EXISTS {{ ?this {other} {value} }}",
            "in": self._in,
            "languageIn": self._language_in,
            "lessThan": lambda other, value: (
                f"EXISTS {{ ?this {other} ?greater . FILTER(!COALESCE({value} < ?greater, false)) }}"
            ),
            "maxInclusive": lambda most, value: f"!COALESCE({value} <= {most}, false)",
            "maxLength": lambda most, value: f"STRLEN(STR({value})) > {_value(most)}",
            "minInclusive": lambda least, value: f"!COALESCE({value} >= {least}, false)",
            "minLength": lambda least, value: f"STRLEN(STR({value})) < {_value(least)}",
            "nodeKind": self._node_kind,
            "or": self._or,
            "pattern": lambda pattern, value: f"!REGEX(STR({value}), {pattern})",
        }
        try:
            self.store.load(path=path, format=ox.RdfFormat.TURTLE)
        except (OSError, SyntaxError, ValueError) as error:
            raise ShapeError(path.name, f"cannot be read: {error}", "a Turtle file") from error

    def screen(self) -> Screen:
        questions = tuple(
            Question(_value(shape), body, merged)
            for shape in sorted(self._targeted(), key=str)
            for body, merged in self._bodies(shape, self._target(shape))
        )
        if not questions:
            raise ShapeError(self.path.name, "no shape with a target and a constraint", "SHACL shapes")
        targets = {
            _value(shape): tuple(
                (name, _value(node)) for name in TARGETS for node in self._objects(shape, name)
            )
            for shape in self._targeted()
        }
        return Screen(self._prologue(), questions, targets)

    # What the file says

    def _objects(self, node: Term, name: str) -> list[Term]:
        predicate = ox.NamedNode(name if ":" in name else SH + name)
        if isinstance(node, ox.Literal):
            return []
        return sorted((quad.object for quad in self.store.quads_for_pattern(node, predicate, None)), key=str)

    def _items(self, node: Term) -> Iterator[Term]:
        while _value(node) != RDF + "nil":
            yield from self._objects(node, RDF + "first")
            node = next(iter(self._objects(node, RDF + "rest")), ox.NamedNode(RDF + "nil"))

    def _names(self, shape: Term) -> set[str]:
        quads = self.store.quads_for_pattern(shape, None, None)  # type: ignore[arg-type]
        return {
            quad.predicate.value.removeprefix(SH) for quad in quads if quad.predicate.value.startswith(SH)
        }

    def _targeted(self) -> set[Term]:
        return {
            quad.subject
            for name in TARGETS
            for quad in self.store.quads_for_pattern(None, ox.NamedNode(SH + name), None)
        }

    def _target(self, shape: Term) -> str:
        ways = [
            *(f"?this a {node} ." for node in self._objects(shape, "targetClass")),
            *(f"?this {node} ?targeted ." for node in self._objects(shape, "targetSubjectsOf")),
            *(f"?targeted {node} ?this ." for node in self._objects(shape, "targetObjectsOf")),
        ]
        return "{ " + " } UNION { ".join(ways) + " }"

    def _path(self, node: Term) -> str:
        if isinstance(node, ox.NamedNode):
            return str(node)
        for inverse in self._objects(node, "inversePath"):
            return f"^({self._path(inverse)})"
        for options in self._objects(node, "alternativePath"):
            return "(" + "|".join(self._path(option) for option in self._items(options)) + ")"
        raise ShapeError(self.path.name, f"path {node}", "a property, sh:inversePath, sh:alternativePath")

    def _prologue(self) -> str:
        declared = self.store.quads_for_pattern(None, ox.NamedNode(SH + "declare"), None)
        lines = {
            f"PREFIX {_value(self._objects(quad.object, 'prefix')[0])}: "
            f"<{_value(self._objects(quad.object, 'namespace')[0])}>"
            for quad in declared
        }
        return " ".join(sorted(lines))

    # What breaks a shape

    def _bodies(self, shape: Term, target: str) -> Iterator[tuple[str, str]]:
        """Yield for each way in which a target can break the shape the pattern, alone and merged."""
        paths = self._objects(shape, "path")
        values = f"?this {self._path(paths[0])} ?value ." if paths else "BIND(?this AS ?value)"
        if wrong := self._wrong(shape, "?value"):
            body = f"{target} {values} FILTER({wrong})"
            yield body, body if self._names(shape) & GROWING else ""
        if paths:
            yield from self._counts(shape, self._path(paths[0]), target)
            for other in self._objects(shape, "equals"):
                missing = f"FILTER NOT EXISTS {{ ?this {self._path(paths[0])} ?value }}"
                yield (body := f"{target} ?this {other} ?value . {missing}"), body
        for inner in self._objects(shape, "property"):
            yield from self._bodies(inner, target)
        for constraint in self._objects(shape, "sparql"):
            for select in self._objects(constraint, "select"):
                # As a subquery with $this unbound it runs over every focus node at once. Oxigraph then
                # forgets which graph it was in: a suspicion too many, where two graphs share the node.
                yield (body := f"{target} {{ {_value(select)} }}"), body

    def _counts(self, shape: Term, path: str, target: str) -> Iterator[tuple[str, str]]:
        for name in sorted(self._names(shape) & COUNTS - {"qualifiedValueShape"}):
            ok = "true"
            for qualified in self._objects(shape, "qualifiedValueShape") if name.startswith("q") else ():
                ok = f"!({self._wrong(qualified, '?counted')})"
            one = f"?this {path} ?counted . FILTER({ok})"
            if [_value(number) for number in self._objects(shape, name)] != ["1"]:
                raise ShapeError(self.path.name, f"{shape}: sh:{name}", "only 1 can be screened")
            if name.lower().endswith("mincount"):
                yield f"{target} FILTER NOT EXISTS {{ {one} }}", ""
            else:
                two = one.replace("?counted", "?other")
                # Merged, a node that k graphs share would be paired with itself k * k times.
                targets = f"{{ SELECT DISTINCT ?this WHERE {{ {target} }} }}"
                several = "GROUP BY ?this HAVING (COUNT(DISTINCT ?counted) > 1)"
                yield (
                    f"{target} {one} {two} FILTER(!sameTerm(?counted, ?other))",
                    f"{{ SELECT ?this WHERE {{ {targets} {one} }} {several} }}",
                )

    def _wrong(self, shape: Term, value: str) -> str:
        """Return an expression that is true where one value breaks the shape; empty, nothing is asked."""
        parts = []
        for name in sorted(self._names(shape) - SILENT - COUNTS):
            if name not in self.checks:
                raise ShapeError(self.path.name, f"{shape}: sh:{name}", "allowed: " + ", ".join(self.checks))
            parts += [f"({self.checks[name](parameter, value)})" for parameter in self._objects(shape, name)]
        return " || ".join(parts)

    def _node_kind(self, kind: Term, value: str) -> str:
        if _value(kind) != SH + "IRI":
            raise ShapeError(self.path.name, f"sh:nodeKind {kind}", "sh:IRI")
        return f"!isIRI({value})"

    def _datatype(self, datatype: Term, value: str) -> str:
        right = f"isLiteral({value}) && DATATYPE({value}) = {datatype}"
        if _value(datatype) != XSD + "string":
            # "32"^^xsd:gMonthDay has a datatype and no value: a cast of its text fails.
            right += f" && COALESCE({datatype}(STR({value})) = {value}, false)"
        return f"!({right})"

    def _in(self, items: Term, value: str) -> str:
        return f"{value} NOT IN ({', '.join(str(item) for item in self._items(items))})"

    def _language_in(self, items: Term, value: str) -> str:
        return f"!({' || '.join(f'LANGMATCHES(LANG({value}), {item})' for item in self._items(items))})"

    def _or(self, shapes: Term, value: str) -> str:
        return " && ".join(f"({self._wrong(shape, value)})" for shape in self._items(shapes))
