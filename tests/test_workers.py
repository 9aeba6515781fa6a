"""Worker processes may die or hang at any time: nothing is lost but what kills them, nothing comes twice."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import random
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from stand_ins import Misbehaving, break_a_rule, die, hang, item, read_joint_work, stumble

from kg import errors, pipeline, workers
from kg.chunks import Chunk, iter_chunks
from kg.config import Limits, Settings
from kg.errors import ConfigError, DataError, KgError
from kg.ledger import Outcome
from kg.pipeline import Extractor
from kg.reading import Item
from kg.workers import Job, iter_outcomes

SETTINGS = Settings()
EMPTY = Item("empty.txt", "empty", b"")


def job(extractor: Extractor = read_joint_work, seconds: int = 120) -> Job:
    return Job(Settings(limits=Limits(item_seconds=seconds)), extractor=extractor)


def items(*names: str) -> list[Item]:
    return [item(name) for name in names]


def timeless(outcome: Outcome) -> Outcome:
    return replace(outcome, record={n: value for n, value in outcome.record.items() if n != "seconds"})


def run(
    found: list[Item],
    made: Job,
    *,
    processes: int = 2,
    size: int = 2,
    losses: list[str] | None = None,
) -> dict[str, Outcome]:
    """Return the outcome of each item by its name; each must come exactly once."""
    chunks = iter_chunks(found, size=size)
    heard = (lambda _: None) if losses is None else losses.append
    outcomes = [
        o for some in iter_outcomes(chunks, job=made, processes=processes, on_loss=heard) for o in some
    ]
    names = {one.digest: one.name for one in found}
    assert sorted(o.digest for o in outcomes) == sorted(names)
    return {names[o.digest]: timeless(o) for o in outcomes}


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    yield
    assert multiprocessing.active_children() == []


def test_processes_give_what_one_gives() -> None:
    found = [*items("one", "two", "three", "four", "five"), EMPTY]

    alone, together = run(found, job(), processes=1), run(found, job())

    assert together == alone
    assert alone["empty"].reason == "the file is empty"
    assert alone["five"].record["claims"] == 1


def test_an_item_that_fails_in_a_worker_says_why() -> None:
    outcomes = run(items("one", "bad", "two"), job(Misbehaving(stumble)))

    reasons = {name: outcome.reason for name, outcome in outcomes.items()}
    assert reasons == {"one": "", "two": "", "bad": "cannot be worked on: ZeroDivisionError division by zero"}


def test_nothing_to_do_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "get_context", lambda _: pytest.fail("started"))

    assert run([], job()) == {}


def test_a_worker_that_dies_in_the_middle_costs_nothing(tmp_path: Path) -> None:
    losses: list[str] = []
    found = items("one", "two", "three", "bad", "four", "five")

    outcomes = run(found, job(Misbehaving(die, flag=tmp_path / "died")), losses=losses)

    assert (tmp_path / "died").exists()
    assert {name: outcome.reason for name, outcome in outcomes.items()} == dict.fromkeys(outcomes, "")
    assert losses == ["a worker process died at 2 articles from three.txt on"]


def test_an_item_that_always_kills_its_worker_is_found_and_only_it_is_lost() -> None:
    losses: list[str] = []
    found = items("one", "two", "bad", "three", "four")

    outcomes = run(found, job(Misbehaving(die)), size=4, losses=losses)

    assert outcomes["bad"].reason == "the process that worked on it died, twice"
    assert [name for name, outcome in outcomes.items() if outcome.reason] == ["bad"]
    # The chunk twice, its half with the item, and the item.
    assert [loss.split(" from ")[0] for loss in losses] == [
        "a worker process died at 4 articles",
        "a worker process died at 4 articles",
        "a worker process died at 2 articles",
        "a worker process died at 1 articles",
    ]


def test_an_item_that_no_signal_stops_is_ended_with_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "GRACE", 3.0)
    losses: list[str] = []

    outcomes = run(items("one", "bad"), job(Misbehaving(hang), seconds=1), size=1, losses=losses)

    assert outcomes["bad"].reason == "the process that worked on it took too long, twice"
    assert outcomes["one"].reason == ""
    assert losses == ["a worker process took too long at 1 articles from bad.txt on"] * 2


def test_workers_that_never_begin_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "START", 0.0)
    losses: list[str] = []

    with pytest.raises(ConfigError, match="worker processes end before they begin; 1 needs none"):
        run(items("one"), job(), losses=losses)

    assert losses == ["a worker process took too long before it began"] * 3


def test_a_worker_that_is_killed_while_it_waits_for_work_costs_nothing() -> None:
    found = items("one", "two", "three")

    def chunks() -> Iterator[Chunk]:
        yield (found[0],)
        yield (found[1],)
        # Both are at work or done; one of them goes before it is given more.
        victim = multiprocessing.active_children()[0]
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        yield (found[2],)

    outcomes = [o for some in iter_outcomes(chunks(), job=job(), processes=2) for o in some]

    assert sorted(o.digest for o in outcomes) == sorted(one.digest for one in found)
    assert [o.reason for o in outcomes] == ["", "", ""]


def test_who_stops_early_leaves_no_process() -> None:
    working = iter_outcomes(iter_chunks(items(*"abcdefgh"), size=1), job=job(), processes=2)

    assert len(next(working)) == 1

    working.close()
    assert multiprocessing.active_children() == []


def test_a_source_that_fails_is_heard_and_leaves_no_process() -> None:
    def chunks() -> Iterator[Chunk]:
        yield (item("one"),)
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        list(iter_outcomes(chunks(), job=job(), processes=2))


@pytest.mark.parametrize("processes", [1, 2])
def test_a_broken_file_of_the_product_stops_the_work(processes: int) -> None:
    with pytest.raises(DataError) as raised:
        run(items("one", "bad", "two"), job(Misbehaving(break_a_rule)), processes=processes, size=1)

    assert str(raised.value) == ("rules/trains.yaml: unknown slot {audiance}; known slots: subject, audience")


@pytest.mark.parametrize("processes", [1, 2])
def test_a_model_that_is_not_installed_stops_the_work(processes: int) -> None:
    with pytest.raises(ConfigError, match="model: 'zh_nowhere'; an installed spaCy pipeline"):
        run(items("one"), Job(SETTINGS, model="zh_nowhere"), processes=processes)


def test_workers_that_cannot_start_are_no_fault_of_the_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    losses: list[str] = []
    # The module can be imported here, and not where the workers look.
    monkeypatch.setattr(read_joint_work, "__module__", "stand_ins_here_only")
    monkeypatch.setitem(__import__("sys").modules, "stand_ins_here_only", __import__("stand_ins"))

    with pytest.raises(ConfigError, match="processes: worker processes end before they begin"):
        run(items("one", "two", "three", "four"), job(), losses=losses)

    assert losses == ["a worker process died before it began"] * 3


def test_the_products_own_extractor_is_the_one_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def load(*, model: str | None, weights: Path | None) -> Extractor:
        asked.append((model, weights))
        return read_joint_work

    monkeypatch.setattr(pipeline, "load_extractor", load)

    outcomes = run(items("one"), Job(SETTINGS, model="zh_mine", weights=Path("mine")), processes=1)

    assert asked == [("zh_mine", Path("mine"))]
    assert outcomes["one"].reason == ""


@pytest.mark.parametrize(
    "kind", [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, KgError)]
)
def test_every_error_comes_through_from_another_process(kind: type[KgError]) -> None:
    error = kind("here", "broken", "something whole")

    copy = pickle.loads(pickle.dumps(error))

    assert (type(copy), str(copy)) == (kind, str(error))
    assert (copy.where, copy.what, copy.allowed) == ("here", "broken", "something whole")


def test_one_process_works_in_this_one_and_only_when_asked() -> None:
    seen = []

    def watch(articles: object) -> object:
        for extraction in read_joint_work(articles):
            seen.append(extraction.article.name)
            yield extraction

    working = iter_outcomes(iter_chunks(items("one", "two"), size=1), job=job(watch), processes=1)
    next(working)

    assert seen == ["one"]
    working.close()


@pytest.mark.slow
def test_many_deaths_at_random_lose_and_repeat_nothing() -> None:
    found = items(*(f"good{n}" for n in range(30)))
    losses: list[str] = []
    outcomes: list[Outcome] = []

    for some in iter_outcomes(iter_chunks(found, size=3), job=job(), processes=3, on_loss=losses.append):
        outcomes += some
        # Always three at once: an odd number at every other turn.
        if len(outcomes) % 2:
            os.kill(
                random.Random(len(outcomes)).choice(multiprocessing.active_children()).pid, signal.SIGKILL
            )

    assert losses
    assert sorted(o.digest for o in outcomes) == sorted(one.digest for one in found)
    assert {o.reason for o in outcomes} <= {"", "the process that worked on it died, twice"}
