"""The figures beside the drawing as plain numbers: what is done when, where and by whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from kg import ontology
from kg.divisions import load_divisions
from kg.model import ORGANISATIONS
from kg.pages.content import LANGUAGES, Content, words

Label = dict[str, str]

MOST_MONTHS = 120
MOST_SECTORS = 10
MOST_ROWS = 12
# One row is no comparison.
LEAST_ROWS = 2
TOGETHER = "collaboratesWith"


def figures(content: Content) -> list[dict[str, Any]]:
    """Return the figures that have something to say: id, title, kind and data."""
    makers = (
        ("months", "months", months),
        ("sectors", "bars", sectors),
        ("places", "places", sectors_by_place),
        ("together", "matrix", sectors_together),
        ("partners", "bars", partners),
        ("schools", "bars", schools),
    )
    return [
        {"id": name, "title": dict(words()[name]), "kind": kind, "data": data}
        for name, kind, make in makers
        if (data := make(content)) is not None
    ]


def months(content: Content) -> dict[str, Any] | None:
    """Return the number of claims that begin in each month, without gaps, at most the last ten years.

    A claim that covers more than a month, such as "in 2024", is in none.
    """
    counts = Counter(
        claim["first"][:7]
        for claim in content.claims
        if claim["first"] and claim["first"][:7] == claim["last"][:7]
    )
    if len(counts) < LEAST_ROWS:
        return None
    span = list(_months(min(counts), max(counts)))[-MOST_MONTHS:]
    return {"months": span, "values": [counts[month] for month in span]}


def sectors(content: Content) -> dict[str, Any] | None:
    """Return how many agencies each sector has."""
    counts = Counter(_sector(entity) for entity in content.entities if entity["scored"] == "Agency")
    # One agency of each says nothing that the drawing does not.
    if len(counts) < LEAST_ROWS or max(counts.values()) == 1:
        return None
    return {"rows": [{"label": _label(name), "value": value} for name, value in _ranked(counts)[:MOST_ROWS]]}


def sectors_by_place(content: Content) -> dict[str, Any] | None:
    """Return how many agencies of each sector each division has, of the widest level that tells several apart."""
    table = load_divisions()
    agencies = [e for e in content.entities if e["scored"] == "Agency" and e["place"]]
    chains = [
        [*(d.code for d in reversed(table.ancestors(table.by_code[e["place"]]))), e["place"]]
        for e in agencies
    ]
    level = next((n for n in range(3) if len({c[n] for c in chains if len(c) > n}) >= LEAST_ROWS), None)
    if level is None:
        return None
    cells: Counter[tuple[str, str]] = Counter()
    for agency, chain in zip(agencies, chains, strict=True):
        # What lies above the level (a province's own bureau beside its cities) stands in a row of its own.
        cells[chain[min(level, len(chain) - 1)], _sector(agency)] += 1
    columns, column = _columns(_sum(cells, 1))
    rows = []
    for code, _ in _ranked(_sum(cells, 0))[:MOST_ROWS]:
        values = [0] * len(columns)
        for (place, name), value in cells.items():
            if place == code:
                values[column[name]] += value
        name = table.by_code[code].name
        rows.append({"label": dict.fromkeys(LANGUAGES, name), "code": code, "values": values})
    return {"columns": columns, "rows": rows}


def sectors_together(content: Content) -> dict[str, Any] | None:
    """Return how many pairs of organisations of two sectors work together: a square, the same both ways."""
    pairs: set[tuple[int, int]] = set()
    for relation in content.relations:
        if relation.predicate == TOGETHER and relation.subject != relation.object:
            pairs.add((min(relation.subject, relation.object), max(relation.subject, relation.object)))
    cells: Counter[tuple[str, str]] = Counter()
    for pair in sorted(pairs):
        one, two = (content.entities[end] for end in pair)
        if one["scored"] in ORGANISATIONS and two["scored"] in ORGANISATIONS:
            cells[_sector(one), _sector(two)] += 1
    totals = _sum(cells, 0) + _sum(cells, 1)
    if len(totals) < LEAST_ROWS:
        return None
    columns, column = _columns(totals)
    values = [[0] * len(columns) for _ in columns]
    for (one_name, two_name), count in cells.items():
        row, other = column[one_name], column[two_name]
        values[row][other] += count
        if row != other:
            values[other][row] += count
    return {"labels": columns, "values": values}


def partners(content: Content) -> dict[str, Any] | None:
    """Return the agencies that work with the most others."""
    return _top(content, "Agency", predicate=TOGETHER)


def schools(content: Content) -> dict[str, Any] | None:
    """Return the schools that the most others have to do with."""
    return _top(content, "School", predicate=None)


def _top(content: Content, scored: str, *, predicate: str | None) -> dict[str, Any] | None:
    others: dict[int, set[int]] = defaultdict(set)
    for relation in content.relations:
        if predicate in {None, relation.predicate} and relation.subject != relation.object:
            others[relation.subject].add(relation.object)
            others[relation.object].add(relation.subject)
    counts = Counter(
        {end: len(found) for end, found in others.items() if content.entities[end]["scored"] == scored}
    )
    rows = [
        {"label": dict.fromkeys(LANGUAGES, content.entities[end]["name"]), "value": value, "entity": end}
        for end, value in _ranked(counts)[:MOST_ROWS]
    ]
    return {"rows": rows} if len(rows) >= LEAST_ROWS else None


def _sector(entity: dict[str, Any]) -> str:
    """Return the class right below the agencies that an entity falls under; its own of the ten where none."""
    scored: str = entity["scored"]
    return _below(entity["kind"], scored) if scored == "Agency" else scored


@cache
def _below(kind: str, scored: str) -> str:
    classes = ontology.load().classes
    while kind in classes and scored not in classes[kind].parents:
        above = [parent for parent in classes[kind].parents if parent in classes]
        if not above:
            return scored
        kind = above[0]
    return kind if kind in classes else scored


def _label(name: str) -> Label:
    if name not in ontology.load().classes:
        return dict(words()["other"])
    text = ontology.load().classes[name].label
    return {language: text[language] for language in LANGUAGES}


def _columns(totals: Counter[str]) -> tuple[list[Label], dict[str, int]]:
    """Return the labels of the largest sectors, the others as one, and the column of each sector."""
    ranked = [name for name, _ in _ranked(totals)]
    shown = ranked if len(ranked) <= MOST_SECTORS else ranked[: MOST_SECTORS - 1]
    column = {name: min(number, len(shown)) for number, name in enumerate(ranked)}
    rest = [dict(words()["other"])] if len(ranked) > len(shown) else []
    return [*map(_label, shown), *rest], column


def _sum(cells: Counter[tuple[str, str]], side: int) -> Counter[str]:
    totals: Counter[str] = Counter()
    for key, value in cells.items():
        totals[key[side]] += value
    return totals


def _ranked(counts: Counter[Any]) -> Sequence[tuple[Any, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _months(first: str, last: str) -> Iterator[str]:
    year, month = map(int, first.split("-"))
    while f"{year:04}-{month:02}" <= last:
        yield f"{year:04}-{month:02}"
        year, month = year + month // 12, month % 12 + 1
