"""A build over a folder of hostile and odd files: every good article is in, every bad one is named with its reason."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hostile import Case, write_hostile
from machine import SCRIPTS

from kg.reading.places import readable

MEMORY = 1_500_000_000


@dataclass(frozen=True, slots=True)
class Built:
    """One build of the hostile folder: what was written, what came of it, and what else changed on disk."""

    folder: Path
    cases: list[Case]
    run: subprocess.CompletedProcess[str]
    articles: list[dict[str, Any]]
    strange: set[Path]
    memory: int


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    place = tmp_path_factory.mktemp("hostile")
    folder, out, temporary = place / "in", place / "out", place / "temporary"
    temporary.mkdir()
    cases = write_hostile(folder)
    before = set(files(place))
    run = subprocess.run(
        [SCRIPTS / "kg", "build", folder, "-o", out, "--limit", "item_seconds=10"],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "TMPDIR": str(temporary)},
        cwd=temporary,
        check=False,
    )
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(f"{len(cases)} files, peak memory {memory / 1e6:.0f} MB")
    strange = {path for path in set(files(place)) ^ before if out not in path.parents}
    articles = json.loads((out / "report.json").read_text("utf-8"))["articles"] if run.returncode == 0 else []
    return Built(folder, cases, run, articles, strange, memory)


def files(place: Path) -> list[Path]:
    return [Path(root) / name for root, _, names in os.walk(place) for name in names]


@pytest.mark.slow
def test_the_build_ends_well(built: Built) -> None:
    assert built.run.returncode == 0, built.run.stderr[-2000:]
    assert "Traceback" not in built.run.stderr
    assert len(built.cases) >= 100


@pytest.mark.slow
def test_every_good_article_is_in_once(built: Built) -> None:
    expected = [number for case in built.cases for number in case.good]

    done = [article["title"] for article in built.articles if article["status"] == "done"]

    found = Counter(int(match[1]) for title in done if (match := re.search(r"第(\d+)期", title)))
    assert found == Counter(expected)


@pytest.mark.slow
def test_every_bad_file_is_named_with_its_reason(built: Built) -> None:
    expected = [
        (readable(str(built.folder / case.path)) + end, reason)
        for case in built.cases
        for end, reason in case.bad
    ]

    skipped = [(line["where"], line["reason"]) for line in built.articles if line["status"] == "skipped"]

    assert Counter(where for where, _ in skipped) == Counter(where for where, _ in expected)
    unclear = [
        (where, reason)
        for where, reason in expected
        if not any(where == w and reason in r for w, r in skipped)
    ]
    assert unclear == []


@pytest.mark.slow
def test_nothing_is_written_beside_the_build(built: Built) -> None:
    assert built.strange == set()


@pytest.mark.slow
def test_memory_stays_bounded(built: Built) -> None:
    assert built.memory < MEMORY
