"""A store that is filled while articles are read holds in the end what was asked for, and nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph
from stand_ins import item, read_joint_work

from kg import staging
from kg.chunks import run_chunk
from kg.config import Settings
from kg.ledger import Outcome
from kg.staging import StagedStore
from kg.store import iter_data, open_store

SETTINGS = Settings()
# The second is another edition of the first one's text: another name, another digest, the same article.
ITEMS = [
    item("one", "甲县教育局"),
    item("again", "甲县教育局"),
    item("two", "乙县教育局"),
    item("three", "丙县教育局"),
]


def outcomes(numbers: list[int]) -> list[Outcome]:
    chunk = tuple(ITEMS[number] for number in numbers)
    return run_chunk(chunk, settings=SETTINGS, extractor=read_joint_work)


def lines(outcome: Outcome) -> set[str]:
    return set(outcome.read_quads().decode().splitlines())


def stored(staged: StagedStore) -> set[str]:
    """Finish a store and return its quads, after a look at its default graph: the union, each triple once."""
    staged.finish()
    store = open_store(staged.folder)
    default = Counter(quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph()))
    assert set(default) == {quad.triple for quad in store if quad.graph_name != DefaultGraph()}
    assert set(default.values()) == {1}
    return {f"{quad} ." for quad in iter_data(store)}


def test_nothing_is_made_before_the_first_article_comes(tmp_path: Path) -> None:
    staged = StagedStore(tmp_path, settings=SETTINGS)

    staged.add([Outcome("digest", reason="no text")])

    assert list(tmp_path.iterdir()) == []


@settings(max_examples=20)
@given(order=st.permutations(range(4)), wanted=st.sets(st.integers(0, 3)), batch=st.integers(1, 3))
def test_what_is_kept_is_there_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], wanted: set[int], batch: int
) -> None:
    folder = tmp_path_factory.mktemp("staged")
    made = outcomes(list(range(4)))
    kept = {made[number].article: made[number].digest for number in sorted(wanted)}
    staged = StagedStore(folder, settings=SETTINGS)
    for start in range(0, 4, batch):
        staged.add(made[number] for number in order[start : start + batch])

    staged.keep(kept)

    for outcome in made:
        if kept.get(outcome.article) == outcome.digest and not staged.holds(outcome.article, outcome.digest):
            staged.put(outcome.read_quads())
    expected = [lines(outcome) for outcome in made if kept.get(outcome.article) == outcome.digest]
    assert stored(staged) == set().union(*expected)


def test_an_article_that_was_taken_out_is_never_loaded(tmp_path: Path) -> None:
    first, _, second, _ = outcomes([0, 1, 2, 3])
    staged = StagedStore(tmp_path, settings=SETTINGS, without={first.article})

    staged.add([first, second])

    assert not staged.holds(first.article, first.digest)
    assert stored(staged) == lines(second)


def test_much_is_loaded_as_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH", 1)
    staged = StagedStore(tmp_path, settings=SETTINGS)

    staged.add(outcomes([0]))

    assert any(tmp_path.iterdir())
