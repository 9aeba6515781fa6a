"""Who opens a build finds the old one or the new one, whatever happens while it is exchanged."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse
from stand_ins import item, read_joint_work

from kg import publishing
from kg.chunks import run_chunk
from kg.config import Settings
from kg.errors import ArticleError, OutputError
from kg.graph import serialize
from kg.ledger import LEDGER, Found, Ledger, Outcome
from kg.publishing import (
    OUTPUTS,
    Selection,
    iter_rows,
    publish,
    read_published,
    select,
    sweep,
    take_state,
)
from kg.reading import Item
from kg.report import BuildReport, Totals, read_report
from kg.store import iter_data, open_store

SETTINGS = Settings()
CODE = {"reading": "r1"}
OLD, NEW = item("old", "阳东市教育局"), item("new", "阳东市民政局")


def outcomes(*items: Item) -> list[Outcome]:
    return run_chunk(items, settings=SETTINGS, extractor=read_joint_work)


def find(ledger: Ledger, *items: Item, places: tuple[str, ...] = ()) -> None:
    """Do what a run does before it publishes."""
    ledger.forget_found()
    where = places or tuple(one.where for one in items)
    ledger.note(Found(n, where[n], one.digest, "") for n, one in enumerate(items))
    ledger.keep(outcomes(*items), CODE)


def head(selection: Selection, totals: Totals, quads: int, skipped: int) -> BuildReport:
    return BuildReport(
        articles=totals.articles,
        skipped=skipped,
        copies=sum(map(len, selection.copies.values())),
        quarantined=totals.quarantined,
        quads=quads,
        by_class=totals.by_class,
        by_predicate=totals.by_predicate,
        sources=("articles",),
        settings={"base": SETTINGS.base},
        versions={},
        plan={},
        started="2026-01-05T00:00:00+00:00",
        seconds=1.0,
    )


def put(ledger: Ledger, out: Path, processes: int = 1) -> BuildReport:
    state = take_state(ledger, ["articles"])
    return publish(ledger, out, state=state, settings=SETTINGS, head=head, processes=processes)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def ledger(out: Path) -> Iterator[Ledger]:
    """Return the ledger of a build of OLD, already published."""
    with Ledger(out / LEDGER) as opened:
        find(opened, OLD)
        put(opened, out)
        yield opened


def is_published(ledger: Ledger, out: Path, state: str) -> bool:
    return read_published(ledger, out, state) is not None


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(LEDGER))


def visible(folder: Path) -> list[str]:
    return [name for name in names(folder) if not name.startswith(".")]


def says(out: Path) -> dict[str, str]:
    """Return for each output which of the two articles it holds; "old new" would be both."""
    texts = {
        "store": serialize(iter_data(open_store(out)), "nquads").decode(),
        **{name: (out / name).read_text("utf-8") for name in OUTPUTS if name != "store"},
    }
    marks = {"old": "阳东市教育局", "new": "阳东市民政局"}
    # The report has no agency in it.
    texts["report.json"] = " ".join(
        marks[row["name"]] for row in json.loads(texts["report.json"])["articles"] if row["status"] == "done"
    )
    return {
        name: " ".join(said for said, mark in marks.items() if mark in text) for name, text in texts.items()
    }


def all_say(what: str) -> dict[str, str]:
    return dict.fromkeys(("store", *OUTPUTS), what)


# The files


def test_all_files_say_the_same(ledger: Ledger, out: Path) -> None:
    find(ledger, OLD, NEW)

    report = put(ledger, out)

    stored = set(iter_data(open_store(out)))
    triples = {quad.triple for quad in stored}
    assert set(parse(path=str(out / "graph.nq"), format=RdfFormat.N_QUADS)) == stored
    assert {q.triple for q in parse(path=str(out / "graph.ttl"), format=RdfFormat.TURTLE)} == triples
    assert len(stored) == report.quads == read_report(out)["totals"]["quads"] > 40
    assert says(out) == all_say("old new")
    assert visible(out) == sorted(OUTPUTS)


def test_the_files_are_written_as_one_would_write_the_whole_graph(ledger: Ledger, out: Path) -> None:
    find(ledger, OLD, NEW, *(item(str(n)) for n in range(5)))

    put(ledger, out)

    stored = list(iter_data(open_store(out)))
    assert (out / "graph.nq").read_bytes() == serialize(stored, "nquads")
    assert (out / "graph.ttl").read_bytes() == serialize(stored, "turtle")


def test_another_process_writes_the_same(ledger: Ledger, out: Path) -> None:
    find(ledger, OLD, NEW)
    put(ledger, out)
    alone = {name: (out / name).read_bytes() for name in OUTPUTS if name != "store"}

    put(ledger, out, processes=2)

    assert {name: (out / name).read_bytes() for name in OUTPUTS if name != "store"} == alone
    assert says(out) == all_say("old new")


def test_a_build_of_nothing_is_none_and_leaves_the_earlier(ledger: Ledger, out: Path) -> None:
    ledger.forget_found()

    with pytest.raises(ArticleError, match="out: no article is left"):
        put(ledger, out)

    assert says(out) == all_say("old")


def test_the_users_own_files_stay(ledger: Ledger, out: Path) -> None:
    (out / "notes.md").write_text("mine")
    (out / ".hidden").mkdir()
    find(ledger, NEW)

    put(ledger, out)

    assert (out / "notes.md").read_text() == "mine"
    assert (out / ".hidden").is_dir()


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_permissions_follow_the_users_mask(tmp_path: Path, mask: int) -> None:
    usual = os.umask(mask)
    try:
        (tmp_path / "out").mkdir()
        with Ledger(tmp_path / "out" / LEDGER) as ledger:
            find(ledger, OLD)
            put(ledger, tmp_path / "out")
    finally:
        os.umask(usual)

    modes = {
        stat.filemode(path.stat().st_mode)[:1] + oct(stat.S_IMODE(path.stat().st_mode))
        for path in (tmp_path / "out").rglob("*")
        # RocksDB gives a few files of its own less.
        if path.parent.name == "out" and not path.name.startswith(LEDGER)
    }
    assert modes == {f"-{oct(0o666 & ~mask)}", f"d{oct(0o777 & ~mask)}"}


# The exchange

STEPS = [
    (publishing, "select"),
    (publishing, "_write_nquads"),
    (publishing, "_write_union"),
    (publishing, "_write_turtle"),
    (publishing, "_write_page"),
    (publishing, "write_report"),
    (publishing, "sync_folder"),
    (Ledger, "unpublish"),
    (publishing, "_exchange"),
]


FULL = (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), OutputError)
INTERRUPTED = (KeyboardInterrupt(), KeyboardInterrupt)


@pytest.mark.parametrize(
    ("place", "name", "error", "expected"),
    [
        *(pytest.param(*step, *FULL, id=f"{step[1]}-full") for step in STEPS),
        *(pytest.param(*step, *INTERRUPTED, id=f"{step[1]}-interrupted") for step in STEPS[3:6]),
    ],
)
def test_whatever_fails_before_the_exchange_leaves_the_earlier_build(
    ledger: Ledger,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: object,
    name: str,
    error: BaseException,
    expected: type[BaseException],
) -> None:
    before = {path: path.read_bytes() for path in sorted(out.iterdir()) if path.is_file()}
    find(ledger, NEW)
    with monkeypatch.context() as patch:
        patch.setattr(place, name, fail(error))
        with pytest.raises(expected) as raised:
            put(ledger, out)

    if expected is OutputError:
        assert str(raised.value) == f"{out}: cannot be written: No space left on device"
    assert len([name for name in names(out) if name.startswith(".")]) == 1
    assert says(out) == all_say("old")
    kept = {path: path.read_bytes() for path in before if not path.name.startswith(LEDGER)}
    assert kept == {path: data for path, data in before.items() if not path.name.startswith(LEDGER)}
    put(ledger, out)
    assert says(out) == all_say("new")
    assert len([name for name in names(out) if name.startswith(".")]) == 1


def fail(error: BaseException) -> Callable[..., object]:
    def failing(*_: object, **__: object) -> object:
        raise error

    return failing


@pytest.mark.parametrize("step", range(1, 6))
def test_cut_off_in_the_exchange_each_file_is_wholly_old_or_new_and_the_next_run_ends_it(
    ledger: Ledger, out: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    real, done = Path.replace, []

    def cut_off(self: Path, target: Path) -> Path:
        if target.parent != out:
            return real(self, target)
        if len(done) == step:
            raise KeyboardInterrupt
        done.append(target.name)
        return real(self, target)

    find(ledger, NEW)
    state = take_state(ledger, ["articles"])
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", cut_off)
        if step < len(OUTPUTS):
            with pytest.raises(KeyboardInterrupt):
                put(ledger, out)
        else:
            patch.setattr(Ledger, "settle", fail(KeyboardInterrupt()))
            with pytest.raises(KeyboardInterrupt):
                put(ledger, out)

    assert done == list(OUTPUTS[:step])
    assert says(out) == {name: "new" if name in done else "old" for name in OUTPUTS}
    assert not is_published(ledger, out, state)
    put(ledger, out)
    assert says(out) == all_say("new")
    assert is_published(ledger, out, state)
    assert len([name for name in names(out) if name.startswith(".")]) == 1


def test_a_reader_that_came_before_still_answers(ledger: Ledger, out: Path) -> None:
    find(ledger, OLD, *(item(str(n)) for n in range(20)))
    put(ledger, out)
    reader = open_store(out)
    before = (out / "graph.nq").read_bytes()

    find(ledger, NEW)
    put(ledger, out)

    assert serialize(iter_data(reader), "nquads") == before
    assert says(out) == all_say("new")


def test_an_earlier_build_whose_store_is_no_link_is_replaced(ledger: Ledger, out: Path) -> None:
    generation = (out / "store").readlink()
    (out / "store").unlink()
    (out / generation).rename(out / "store")
    assert says(out) == all_say("old")
    find(ledger, NEW)

    put(ledger, out)

    assert says(out) == all_say("new")
    assert (out / "store").is_symlink()


def test_a_system_without_links_exchanges_by_renaming(
    ledger: Ledger, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "symlink_to", fail(OSError(errno.EPERM, "a privilege is missing")))

    for article, said in ((NEW, "new"), (OLD, "old"), (NEW, "new")):
        find(ledger, article)
        put(ledger, out)

        assert says(out) == all_say(said)
        assert not (out / "store").is_symlink()
        assert names(out) == sorted(OUTPUTS)


def test_without_links_a_store_that_cannot_move_in_leaves_the_earlier(
    ledger: Ledger, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if self.name.startswith(publishing.GENERATION):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return real(self, target)

    find(ledger, NEW)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "symlink_to", fail(OSError(errno.EPERM, "a privilege is missing")))
        patch.setattr(Path, "replace", refuse)
        with pytest.raises(OutputError, match="out: cannot be written: Permission denied"):
            put(ledger, out)

    assert says(out)["store"] == "old"
    assert ledger.published == ""
    put(ledger, out)
    assert says(out) == all_say("new")


def test_a_build_that_moved_with_its_folder_opens_there(ledger: Ledger, out: Path) -> None:
    ledger.close()

    out.rename(out.with_name("moved"))

    assert says(out.with_name("moved")) == all_say("old")


def test_leftovers_of_a_killed_build_are_swept_and_nothing_else(ledger: Ledger, out: Path) -> None:
    current = (out / "store").readlink().name
    for name in (".new-1", ".store-killed", ".mine"):
        (out / name / "deep").mkdir(parents=True)
        (out / name / "deep" / "file").touch()
    (out / ".new-file").touch()

    sweep(out)

    assert names(out) == sorted([*OUTPUTS, current, ".mine"])
    assert says(out) == all_say("old")
    assert ledger.published


# What is published


def test_a_build_is_published_when_all_is_there_and_nothing_is_new(ledger: Ledger, out: Path) -> None:
    state = take_state(ledger, ["articles"])

    assert read_published(ledger, out, state) == read_report(out)
    assert not is_published(ledger, out, take_state(ledger, ["other"]))
    find(ledger, NEW)
    assert not is_published(ledger, out, take_state(ledger, ["articles"]))


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_build_that_lost_a_file_is_not_published(ledger: Ledger, out: Path, name: str) -> None:
    state = take_state(ledger, ["articles"])

    (out / name).unlink()

    assert not is_published(ledger, out, state)


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda _: b"", lambda _: b"[]"])
def test_a_build_whose_report_is_broken_is_not_published(
    ledger: Ledger, out: Path, damage: Callable[[bytes], bytes]
) -> None:
    state = take_state(ledger, ["articles"])

    (out / "report.json").write_bytes(damage((out / "report.json").read_bytes()))

    assert not is_published(ledger, out, state)


def test_a_build_whose_store_is_broken_is_not_published(ledger: Ledger, out: Path) -> None:
    state = take_state(ledger, ["articles"])

    shutil.rmtree((out / "store").resolve())

    assert not is_published(ledger, out, state)
    (out / "store").resolve().mkdir()
    assert not is_published(ledger, out, state)


def test_a_removed_article_makes_another_state(ledger: Ledger, out: Path) -> None:
    state = take_state(ledger, ["articles"])

    ledger.remove("somebody's", day="2026-01-05")

    assert not is_published(ledger, out, take_state(ledger, ["articles"]))
    assert is_published(ledger, out, state)


# Places


@pytest.mark.parametrize(
    ("place", "name", "shown"),
    [
        ("news/one.txt", "one", "news/one.txt"),
        # An invented child, as the text tells.
        ("news/小丽走出阴影.txt", "▇▇走出阴影", "news/▇▇走出阴影.txt"),
        ("小丽.zip!小丽.txt", "▇▇", "▇▇.zip!▇▇.txt"),
        ("news/小丽?走出.txt", "▇▇_走出", "news/▇▇?走出.txt"),
        (f"news/小丽{'长' * 90}.txt", f"▇▇{'长' * 78}", f"news/▇▇{'长' * 90}.txt"),
        ("news.jsonl:17", "▇▇走出阴影", "news.jsonl:17"),
        ("a/小丽走出阴影了.txt", "▇▇走出阴影", "a/小丽走出阴影了.txt"),
        # And as the place itself tells.
        ("news/女孩小丽（化名）.txt", "", "news/女孩▇▇（化名）.txt"),
    ],
)
def test_a_place_loses_the_names_that_its_article_lost(place: str, name: str, shown: str) -> None:
    assert publishing.mask_place(place, name) == shown


# Copies


def dated(one: Item, day: str) -> Item:
    """Return an item whose page says when it was published."""
    title, rest = one.data.decode().split("\n", 1)
    return replace(one, name=f"{one.name}-{day}", data=f"{title}\n来源：阳东新闻网 {day}\n{rest}".encode())


def test_of_one_text_the_earliest_published_is_kept(ledger: Ledger) -> None:
    later, earlier = dated(OLD, "2026-01-06"), dated(OLD, "2026-01-05")
    find(ledger, OLD, later, earlier)

    selection = select(ledger)

    assert [ledger.outcome(digest).record["name"] for _, digest in selection.kept.values()] == [earlier.name]
    rows = list(iter_rows(ledger, selection))
    assert [(row["status"], row["name"]) for row in rows] == [
        ("copy", "old"),
        ("copy", later.name),
        ("done", earlier.name),
    ]
    assert {row["of"] for row in rows if row["status"] == "copy"} == {rows[2]["id"]}


def test_of_one_file_in_two_places_the_first_is_kept_and_the_other_a_copy(ledger: Ledger, out: Path) -> None:
    find(ledger, OLD, OLD, places=("a/old.txt", "b/old.txt"))

    report = put(ledger, out)

    rows = read_report(out)["articles"]
    assert [(row["status"], row["where"]) for row in rows] == [("done", "a/old.txt"), ("copy", "b/old.txt")]
    assert (report.articles, report.copies) == (1, 1)


def test_every_item_has_its_row(ledger: Ledger) -> None:
    find(ledger, OLD, NEW, item("gone"), Item("empty.txt", "empty", b""))
    ledger.note([Found(9, "locked.txt", "", "Permission denied")])
    ledger.remove(outcomes(item("gone"))[0].article, day="2026-01-05")

    rows = list(iter_rows(ledger, select(ledger)))

    assert [(row["status"], row["where"], row.get("reason", "")) for row in rows] == [
        ("done", "old.txt", ""),
        ("done", "new.txt", ""),
        ("skipped", "gone.txt", "taken out by kg remove on 2026-01-05"),
        ("skipped", "empty.txt", "the file is empty"),
        ("skipped", "locked.txt", "Permission denied"),
    ]
    assert rows[0].keys().isdisjoint({"kinds", "relations", "by_predicate"})
