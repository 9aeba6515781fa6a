"""Outcomes as two files in a folder or under an address: whole or not there, the same work the same bytes."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest
from stand_ins import item, read_joint_work

from kg.chunks import run_chunk
from kg.config import Settings
from kg.errors import ConfigError, OutputError, StoreError
from kg.ledger import Outcome
from kg.shards import INDEX, QUADS, ShardFolder, name_shard

MADE = {"language": "1"}


@pytest.fixture
def outcomes() -> list[Outcome]:
    chunk = (item("甲县"), item("乙县"))
    return [
        *run_chunk(chunk, settings=Settings(), extractor=read_joint_work),
        Outcome("digest", reason="no text"),
    ]


@pytest.fixture(params=["folder", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> ShardFolder:
    return ShardFolder(str(tmp_path / "shards") if request.param == "folder" else f"memory://{tmp_path}")


def plain(outcome: Outcome) -> tuple[object, ...]:
    quads = outcome.read_quads() if outcome.quads else b""
    return outcome.digest, outcome.article, outcome.reason, dict(outcome.record), outcome.sketch, quads


def test_a_shard_gives_back_what_went_in(folder: ShardFolder, outcomes: list[Outcome]) -> None:
    folder.write("name", outcomes)

    assert [plain(outcome) for outcome in folder.read("name")] == [plain(outcome) for outcome in outcomes]


def test_a_shard_is_the_articles_n_quads(tmp_path: Path, outcomes: list[Outcome]) -> None:
    ShardFolder(str(tmp_path)).write("name", outcomes)

    quads = gzip.decompress((tmp_path / f"name{QUADS}").read_bytes())
    assert quads == b"".join(zlib.decompress(outcome.quads) for outcome in outcomes[:2])


def test_the_same_work_done_twice_writes_the_same_bytes(tmp_path: Path, outcomes: list[Outcome]) -> None:
    for place in ("first", "second"):
        ShardFolder(str(tmp_path / place)).write("name", outcomes)

    for name in (f"name{QUADS}", f"name{INDEX}"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    assert len(list((tmp_path / "first").iterdir())) == 2


def test_only_whole_shards_of_this_fingerprint_are_named(tmp_path: Path, outcomes: list[Outcome]) -> None:
    folder = ShardFolder(str(tmp_path))
    mine, others = name_shard(["a", "b"], MADE), name_shard(["a", "b"], {"language": "2"})
    folder.write(mine, outcomes)
    folder.write(others, outcomes)
    (tmp_path / f"{name_shard(['c'], MADE)}{QUADS}").touch()

    assert folder.names(MADE) == [mine]


def test_there_are_no_shards_where_there_is_no_folder(tmp_path: Path) -> None:
    assert ShardFolder(str(tmp_path / "nowhere")).names(MADE) == []


@pytest.mark.parametrize(
    "damage", [b"", b"junk", gzip.compress(b'{"digest": "x"}', mtime=0)], ids=["empty", "junk", "cut"]
)
def test_a_broken_shard_is_one_line(tmp_path: Path, outcomes: list[Outcome], damage: bytes) -> None:
    ShardFolder(str(tmp_path)).write("name", outcomes)
    (tmp_path / f"name{INDEX}").write_bytes(damage)

    with pytest.raises(StoreError, match="name: no whole shard"):
        ShardFolder(str(tmp_path)).read("name")


def test_quads_of_another_shard_are_noticed(tmp_path: Path, outcomes: list[Outcome]) -> None:
    folder = ShardFolder(str(tmp_path))
    folder.write("one", outcomes)
    folder.write("two", outcomes[:1])
    (tmp_path / f"one{QUADS}").write_bytes((tmp_path / f"two{QUADS}").read_bytes())

    with pytest.raises(StoreError, match="do not belong together"):
        folder.read("one")


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, outcomes: list[Outcome]) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match="file/shards: cannot be written"):
        ShardFolder(str(tmp_path / "file" / "shards")).write("name", outcomes)


def test_an_unknown_kind_of_address_is_one_line() -> None:
    with pytest.raises(ConfigError, match="shards: 'nowhere://x'"):
        ShardFolder("nowhere://x")
