"""The store on disk: filled once, opened by many, one article at a time taken back."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import small_world
from pyoxigraph import DefaultGraph, NamedNode, Store

from kg import store as store_module
from kg.errors import DataError, OutputError, StoreError
from kg.graph import term
from kg.store import (
    ONTOLOGY_GRAPH,
    NewStore,
    iter_data,
    load_extractions,
    open_store,
    retract,
)

FIRST = NamedNode("https://w3id.org/cpkg/id/article/1111111111111111")
SECOND = NamedNode("https://w3id.org/cpkg/id/article/2222222222222222")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    small_world.write_store(tmp_path / "store")
    return tmp_path / "store"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_store_gives_back_what_went_in(made: Path) -> None:
    opened = open_store(made)

    assert set(iter_data(opened)) == set(small_world.quads())
    assert set(opened.named_graphs()) == {FIRST, SECOND, ONTOLOGY_GRAPH}


def test_the_default_graph_is_the_union_with_each_triple_once(made: Path) -> None:
    opened = open_store(made)

    default = Counter(quad.triple for quad in opened.quads_for_pattern(None, None, None, DefaultGraph()))
    named = {quad.triple for quad in opened if quad.graph_name != DefaultGraph()}
    assert set(default) == named
    assert set(default.values()) == {1}
    count = next(iter(opened.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")))["n"]
    assert int(count.value) == len(named)


def test_what_is_loaded_in_batches_is_loaded_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "BATCH", 7)
    small = Store()

    load_extractions(small, small_world.quads())

    assert set(iter_data(small)) == set(small_world.quads())
    assert len(small) == len(small_world.store())


def test_labels_of_the_ontology_are_there_to_be_shown(made: Path) -> None:
    labels = open_store(made).quads_for_pattern(term("cpkg:trains"), term("rdfs:label"), None, ONTOLOGY_GRAPH)

    assert {quad.object.language for quad in labels} == {"zh", "en"}


def test_a_build_folder_opens_by_its_own_name(made: Path) -> None:
    assert len(open_store(made.parent)) == len(open_store(made))


def test_what_is_added_in_pieces_is_added_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Some twenty lines at a time.
    monkeypatch.setattr(store_module, "BATCH", 20)

    small_world.write_store(tmp_path / "store")

    assert set(iter_data(open_store(tmp_path / "store"))) == set(small_world.quads())
    assert len(open_store(tmp_path / "store")) == len(small_world.store())


def test_a_new_store_holds_what_one_in_memory_holds(made: Path) -> None:
    def plain(store: Store) -> Counter[tuple[str, str]]:
        # The ontology's own blank nodes have other names in each store.
        return Counter((quad.predicate.value, str(quad.graph_name)) for quad in store)

    assert plain(open_store(made)) == plain(small_world.store())


def test_a_store_without_articles_is_whole(tmp_path: Path) -> None:
    small_world.write_store(tmp_path / "store", [])

    assert list(iter_data(open_store(tmp_path / "store"))) == []


def test_a_finished_store_takes_no_more(tmp_path: Path) -> None:
    new = NewStore(tmp_path / "store")
    new.finish()
    (tmp_path / "more.nq").write_bytes(b"<urn:s> <urn:p> <urn:o> .\n")

    with pytest.raises(StoreError, match="store: is finished"):
        new.add_file(tmp_path / "more.nq")


def test_a_store_that_is_not_finished_is_none(tmp_path: Path) -> None:
    new = NewStore(tmp_path / "store")

    with pytest.raises(StoreError, match="broken"):
        open_store(new.directory)


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    # A limit on the size of a file is what a full disk is to RocksDB: a write that fails.
    code = (
        "import resource, signal, sys; from pathlib import Path; import small_world\n"
        "from kg.errors import KgError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "try: small_world.write_store(Path(sys.argv[1]))\n"
        "except KgError as error: print(type(error).__name__, error)"
    )
    place = tmp_path / "store"

    run = subprocess.run(
        [sys.executable, "-c", code, place],
        cwd=Path(small_world.__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stdout.startswith(f"OutputError {place}: cannot be written: "), run
    assert run.stdout.count("\n") == 1


def test_a_store_cannot_stand_under_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match="cannot be written"):
        NewStore(tmp_path / "file" / "store")


@pytest.mark.parametrize("place", ["nowhere", "file", "empty"])
def test_a_missing_store_is_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()

    with pytest.raises(StoreError, match=r"no (store here|such folder); make one with kg build") as raised:
        open_store(tmp_path / place)

    assert str(raised.value).startswith(str(tmp_path / place))
    assert not (tmp_path / "nowhere").exists()
    assert list((tmp_path / "empty").iterdir()) == []


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("pattern", "damage"),
    [
        ("*.sst", cut_in_half),
        ("*.sst", Path.unlink),
        ("MANIFEST*", cut_in_half),
        ("MANIFEST*", Path.unlink),
        ("CURRENT", lambda path: path.write_text("junk\n")),
    ],
)
def test_a_damaged_store_is_one_line(made: Path, pattern: str, damage: object) -> None:
    for path in made.glob(pattern):
        damage(path)

    with pytest.raises(
        StoreError, match=r"broken( or being written to)?: .*make one with kg build"
    ) as raised:
        open_store(made)

    assert "\n" not in str(raised.value)


def test_a_store_that_is_written_to_says_so_to_a_second_writer(made: Path) -> None:
    first = open_store(made, read_only=False)

    with pytest.raises(StoreError, match="in use by another process; try again"):
        open_store(made, read_only=False)

    # Whoever was there first is not disturbed. Reading beside a writer is undefined in Oxigraph: not tested.
    assert set(iter_data(first)) == set(small_world.quads())


def test_many_may_read_at_once(made: Path) -> None:
    code = "import sys; from pathlib import Path; from kg.store import open_store; print(len(open_store(Path(sys.argv[1]))))"
    here = open_store(made)

    elsewhere = subprocess.run([sys.executable, "-c", code, made], capture_output=True, text=True, check=True)

    assert int(elsewhere.stdout) == len(here)


def test_reading_leaves_the_data_alone(made: Path) -> None:
    before = {name: data for name, data in contents(made).items() if not name.startswith("LOG")}

    sum(1 for _ in open_store(made))

    assert {name: data for name, data in contents(made).items() if not name.startswith("LOG")} == before


# Retraction


def test_a_retracted_article_is_gone_and_the_rest_stays(made: Path) -> None:
    opened = open_store(made, read_only=False)
    only_second = Store()
    load_extractions(only_second, [quad for quad in small_world.quads() if quad.graph_name == SECOND])

    removed = retract(opened, FIRST)

    assert removed == sum(quad.graph_name == FIRST for quad in small_world.quads())
    assert set(iter_data(opened)) == set(iter_data(only_second))
    union = set(opened.quads_for_pattern(None, None, None, DefaultGraph()))
    # The ontology's own blank nodes have other names in each store.
    assert len(union) == len(set(only_second.quads_for_pattern(None, None, None, DefaultGraph())))
    assert {q for q in union if term("cpkg:collaboratesWith") == q.predicate} == set(
        only_second.quads_for_pattern(None, term("cpkg:collaboratesWith"), None, DefaultGraph())
    )


def test_all_retracted_leaves_the_ontology(made: Path) -> None:
    opened = open_store(made, read_only=False)

    retract(opened, FIRST)
    retract(opened, SECOND)

    empty = Store()
    load_extractions(empty, [])
    assert list(iter_data(opened)) == []
    assert len(opened) == len(empty)


@pytest.mark.parametrize("name", [ONTOLOGY_GRAPH, NamedNode("https://w3id.org/cpkg/id/article/3")])
def test_what_is_no_article_cannot_be_retracted(made: Path, name: NamedNode) -> None:
    with pytest.raises(StoreError, match="no such article in the store"):
        retract(open_store(made, read_only=False), name)


def test_a_read_only_store_retracts_nothing(made: Path) -> None:
    with pytest.raises(StoreError, match="cannot be removed"):
        retract(open_store(made), FIRST)

    assert set(iter_data(open_store(made))) == set(small_world.quads())


def test_a_broken_ontology_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(store_module.data_dir("ontology"), tmp_path / "ontology")
    (tmp_path / "ontology" / "groups.ttl").write_text("group:minors a")
    monkeypatch.setattr(store_module, "data_dir", lambda name: tmp_path / name)

    with pytest.raises(DataError, match=r"groups\.ttl: cannot be read: .*; a Turtle file"):
        NewStore(tmp_path / "store").finish()
