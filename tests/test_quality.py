"""The quality floor: what the extraction reached on gold may not be lost again.

``tests/gold/floors.json`` holds the floors beside the digest of the gold they were measured on. After an
improvement `python tests/test_quality.py` raises them; it never lowers one. A lower floor, or other gold,
is an edit by hand in a commit of its own that says why.
"""

from __future__ import annotations

import hashlib
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kg.config import Settings
from kg.evaluation import Report, evaluate
from kg.pipeline import extract_one, load_extractor

GOLD = Path(__file__).parent / "gold"
FLOORS = GOLD / "floors.json"
PARTS = ("dev", "seed", "train")
SCORED = ("dev", "seed")
MEASURES = ("entities", "relations", "attributes")
# A score is a whole number of hits over a few thousand: three decimals tell any two of them apart enough.
DECIMALS = 3


def digest(part: str) -> str:
    """Return the SHA-256 over the names and bytes of a part's gold files."""
    total = hashlib.sha256()
    for path in sorted((GOLD / part).iterdir()):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


@cache
def report(part: str) -> Report:
    extractor, settings = load_extractor(), Settings()
    return evaluate(
        GOLD / part, lambda path: extract_one(path, settings=settings, extractor=extractor).extraction
    )


def scores(part: str) -> dict[str, float]:
    found = report(part)
    values = (found.entities.f1, found.relations.f1, found.attributes)
    return {name: round(value, DECIMALS) for name, value in zip(MEASURES, values, strict=True)}


def read_floors() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(FLOORS.read_text("utf-8"))
    return data


@pytest.mark.parametrize("part", PARTS)
def test_the_gold_is_the_gold_that_the_floors_were_measured_on(part: str) -> None:
    assert digest(part) == read_floors()["digests"][part]


@pytest.mark.parametrize("part", SCORED)
@pytest.mark.parametrize("measure", MEASURES)
def test_no_score_falls_below_its_floor(part: str, measure: str) -> None:
    assert scores(part)[measure] >= read_floors()["floors"][part][measure]


@pytest.mark.parametrize("part", SCORED)
def test_nothing_leaks_and_every_article_is_read(part: str) -> None:
    assert [d for d in report(part).differences if d.kind == "leak"] == []
    assert report(part).failed == ()


def raise_floors() -> None:
    """Write the floors anew: for each measure the higher of the floor and the score of today."""
    old = json.loads(FLOORS.read_text("utf-8"))["floors"] if FLOORS.exists() else {}
    floors = {}
    for part in SCORED:
        now = scores(part)
        floors[part] = {name: max(now[name], old.get(part, {}).get(name, 0.0)) for name in MEASURES}
        print(part, now, file=sys.stderr)
    data = {"digests": {part: digest(part) for part in PARTS}, "floors": floors}
    FLOORS.write_text(json.dumps(data, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    raise_floors()
