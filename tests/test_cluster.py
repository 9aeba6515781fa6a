"""The same work on Dask: the same outcomes, whoever dies."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from machine import SCRIPTS
from stand_ins import Misbehaving, die, item, read_joint_work, write_article

from kg import building
from kg.chunks import iter_chunks, run_chunk
from kg.cluster import Cluster, iter_outcomes, iter_shards
from kg.config import Settings
from kg.errors import ConfigError
from kg.ledger import Outcome
from kg.model import Article, Extraction
from kg.shards import INDEX, ShardFolder, name_shard
from kg.workers import Job

MADE = {"language": "1"}
ITEMS = [*(item(f"{first}{second}县") for first in "甲乙丙丁" for second in "子丑寅"), item("bad戊县")]
# Dask's own threads and sockets are tidied up when the interpreter feels like it.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let worker processes find the stand-ins."""
    here = str(Path(__file__).parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")])))


def alone() -> dict[str, Outcome]:
    done = run_chunk(tuple(ITEMS), settings=Settings(), extractor=read_joint_work)
    return {outcome.digest: outcome for outcome in done}


def on_cluster(job: Job, cluster: Cluster, lost: list[str] | None = None) -> dict[str, Outcome]:
    results = iter_outcomes(
        iter_chunks(ITEMS, size=4),
        job=job,
        cluster=cluster,
        fingerprint=MADE,
        on_loss=None if lost is None else lost.append,
    )
    found = [outcome for outcomes in results for outcome in outcomes]
    assert len(found) == len({outcome.digest for outcome in found})
    return {outcome.digest: outcome for outcome in found}


def quads(outcomes: dict[str, Outcome]) -> dict[str, bytes]:
    return {digest: outcome.quads for digest, outcome in outcomes.items()}


@pytest.mark.slow
@pytest.mark.parametrize("sharded", [False, True])
def test_a_cluster_gives_the_same(tmp_path: Path, sharded: bool) -> None:
    shards = str(tmp_path / "shards") if sharded else ""

    found = on_cluster(Job(Settings(), extractor=read_joint_work), Cluster(workers=2, shards=shards))

    assert {d: o.read_quads() for d, o in found.items()} == {d: o.read_quads() for d, o in alone().items()}


@pytest.mark.slow
def test_a_worker_that_dies_loses_nothing(tmp_path: Path) -> None:
    extractor = Misbehaving(die, tmp_path / "mark")

    found = on_cluster(Job(Settings(), extractor=extractor), Cluster(workers=2))

    assert (tmp_path / "mark").exists()
    assert quads(found) == quads(alone())


@pytest.mark.slow
def test_an_item_that_kills_every_worker_is_named_and_only_it_is_lost() -> None:
    lost: list[str] = []

    found = on_cluster(Job(Settings(), extractor=Misbehaving(die)), Cluster(workers=2), lost)

    refused = [outcome for outcome in found.values() if outcome.reason]
    assert [outcome.reason for outcome in refused] == ["the processes that worked on it died"]
    assert len(found) == len(ITEMS)
    assert lost


@pytest.mark.slow
def test_a_build_takes_up_what_the_workers_of_a_dead_client_left(tmp_path: Path) -> None:
    for one in ("甲", "乙", "丙"):
        write_article(tmp_path / "articles", one, second=f"{one}县教育局")
    cluster = Cluster(workers=1, shards=str(tmp_path / "shards"))
    building.build([tmp_path / "articles"], out=tmp_path / "dead", extractor=read_joint_work, cluster=cluster)

    def extractor(_: Iterable[Article]) -> Iterator[Extraction]:
        raise AssertionError("asked to work")

    # The same name is the same fingerprint: nothing is left for it to do.
    extractor.__module__, extractor.__qualname__ = read_joint_work.__module__, read_joint_work.__qualname__
    building.build([tmp_path / "articles"], out=tmp_path / "out", extractor=extractor, cluster=cluster)

    assert (tmp_path / "out" / "graph.nq").read_bytes() == (tmp_path / "dead" / "graph.nq").read_bytes()


def test_a_broken_shard_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    folder = ShardFolder(str(tmp_path))
    for name in "ab":
        folder.write(name_shard([name], MADE), [Outcome(name, reason="no text")])
    (tmp_path / f"{name_shard(['a'], MADE)}{INDEX}").write_bytes(b"cut")

    found = [outcome.digest for outcomes in iter_shards(str(tmp_path), MADE) for outcome in outcomes]

    assert found == ["b"]


@pytest.mark.slow
def test_a_scheduler_is_found_by_its_address() -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as local:
        cluster = Cluster(scheduler=local.scheduler_address)
        found = on_cluster(Job(Settings(), extractor=read_joint_work), cluster)

    assert quads(found) == quads(alone())


def test_no_scheduler_is_one_line_for_the_user_too(tmp_path: Path) -> None:
    write_article(tmp_path / "articles", "one")
    command = [
        SCRIPTS / "kg",
        "build",
        tmp_path / "articles",
        "-o",
        tmp_path / "out",
        "--scheduler",
        "nonsense",
    ]

    run = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (3, "", 1)
    assert run.stderr.startswith("kg: scheduler: nonsense: ")
    assert not (tmp_path / "out").exists()


def test_no_scheduler_at_the_address_is_one_line() -> None:
    started = time.monotonic()

    with pytest.raises(ConfigError, match=r"scheduler: tcp://127\.0\.0\.1:9: .*running scheduler"):
        list(
            iter_outcomes(
                iter_chunks(ITEMS),
                job=Job(Settings()),
                cluster=Cluster(scheduler="tcp://127.0.0.1:9"),
                fingerprint=MADE,
            )
        )

    assert time.monotonic() - started < 60
