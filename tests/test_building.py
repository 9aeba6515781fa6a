"""A build makes what is new and keeps the rest; what it ends with is what a build from nothing makes."""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from stand_ins import (
    Misbehaving,
    break_a_rule,
    interrupt,
    read_joint_work,
    stumble,
    with_a_broken_claim,
    write_article,
)

from kg import building, gathering
from kg.building import build, plan_build, remove
from kg.chunks import iter_chunks
from kg.config import NAMESPACE, Settings
from kg.errors import ArticleError, ConfigError, DataError, KgError, OutputError, StoreError
from kg.gathering import Listener
from kg.graph import serialize
from kg.ledger import LEDGER, Ledger, Outcome, Plan
from kg.model import Article, Extraction
from kg.privacy import MASK
from kg.report import BuildReport, read_report
from kg.store import iter_data, open_store

OUTPUTS = ["graph.html", "graph.nq", "graph.ttl", "report.json", "store"]
GRAPHS = ("graph.nq", "graph.ttl", "graph.html")


class Watching:
    """An extractor that remembers what it was asked, and fails once after so many articles."""

    def __init__(self, *, fail_after: int | None = None, error: BaseException | None = None) -> None:
        self.asked: list[str] = []
        self.fail_after = fail_after
        self.error = error or KeyboardInterrupt()

    def __call__(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        for extraction in read_joint_work(articles):
            if len(self.asked) == self.fail_after:
                self.fail_after = None
                raise self.error
            self.asked.append(extraction.article.name)
            yield extraction


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    write_article(folder, "one")
    write_article(folder, "two", second="阳东市民政局")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "iter_chunks", partial(iter_chunks, size=1))


def make(articles: Path, out: Path, **options: object) -> BuildReport:
    return build([articles], **{"out": out, "extractor": read_joint_work} | options)


def names(folder: Path) -> list[str]:
    """Return what a user sees in a folder, the ledger aside."""
    found = (path.name for path in folder.iterdir())
    return sorted(name for name in found if not name.startswith((".", LEDGER)))


def snapshot(folder: Path) -> dict[Path, tuple[int, bytes]]:
    """Return every file with its time and its bytes."""
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(out: Path, status: str = "") -> list[dict[str, object]]:
    return [row for row in read_report(out)["articles"] if status in ("", row["status"])]


def graph(out: Path) -> str:
    return (out / "graph.nq").read_text("utf-8")


# From nothing


def test_a_build_has_store_text_page_and_report(articles: Path, out: Path) -> None:
    report = make(articles, out)

    assert names(out) == OUTPUTS
    assert [row["name"] for row in rows(out, "done")] == ["one", "two"]
    assert (report.articles, report.skipped, report.copies, report.quarantined) == (2, 0, 0, 0)
    assert report.by_class == {"Agency": 3}
    assert report.by_predicate == {"collaboratesWith": {"relations": 2, "claims": 2}}
    assert report.changed


def test_store_and_text_say_the_same(articles: Path, out: Path) -> None:
    report = make(articles, out)

    stored = set(iter_data(open_store(out)))
    quads = set(parse(path=str(out / "graph.nq"), format=RdfFormat.N_QUADS))
    triples = set(parse(path=str(out / "graph.ttl"), format=RdfFormat.TURTLE))
    assert quads == stored
    assert {quad.triple for quad in triples} == {quad.triple for quad in stored}
    assert len(stored) == report.quads > 20


def test_the_page_shows_the_agencies(articles: Path, out: Path) -> None:
    make(articles, out)

    page = (out / "graph.html").read_text("utf-8")
    assert "阳东市民政局" in page
    assert "</html>" in page


def test_the_report_on_disk_is_the_report(articles: Path, out: Path) -> None:
    report = make(articles, out)

    written = read_report(out)
    said = json.loads(json.dumps(report.to_json()))
    for one in (written, said):
        assert one.pop("seconds") > 0
    assert written.pop("articles")
    assert written == said
    assert written["totals"]["articles"] == 2
    assert written["sources"] == [str(articles)]
    assert written["run"] == Plan(0, 2, 0, 0, 0, 0).to_json()
    assert {"kg", "ontology", "python", "pyoxigraph"} <= set(written["versions"])


def test_a_report_names_no_place_that_the_user_did_not_name(
    articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (articles / "empty.txt").touch()
    monkeypatch.chdir(articles.parent)

    make(Path("articles"), Path("out"))

    assert str(articles.parent) not in Path("out/report.json").read_text("utf-8")


def test_the_same_articles_give_the_same_bytes(articles: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"

    for out in (first, second):
        make(articles, out)

    assert_same(first, second)


def test_the_base_iri_is_the_users(articles: Path, out: Path) -> None:
    make(articles, out, settings=Settings(base="https://example.org/kg/"))

    subject = NamedNode("https://example.org/kg/agency/阳东市公安局")
    assert list(open_store(out).quads_for_pattern(subject, NamedNode(f"{NAMESPACE}collaboratesWith"), None))


def test_a_claim_that_breaks_a_shape_is_quarantined_with_its_reason(articles: Path, out: Path) -> None:
    report = make(articles, out, extractor=with_a_broken_claim)

    held_back = [item for row in rows(out) for item in row["quarantined"]]
    assert [item["evidence"] for item in held_back] == ["不在此处", "不在此处"]
    assert all(item["reason"]["zh"] and item["reason"]["en"] for item in held_back)
    assert report.quarantined == 2
    assert "不在此处" not in graph(out)
    assert "阳东市教育局" in graph(out)


def test_the_listener_hears_each_step(articles: Path, out: Path) -> None:
    (articles / "blank.txt").write_text(" \n\n ")
    stages: list[str] = []
    plans: list[Plan] = []
    outcomes: list[Outcome] = []
    listener = Listener(stages.append, plans.append, outcomes.append)

    make(articles, out, listener=listener)
    make(articles, out, listener=listener)

    assert stages == ["looking for articles", "reading articles", "writing the graph", "looking for articles"]
    assert [plan.pending for plan in plans] == [3, 0]
    assert sorted(outcome.reason for outcome in outcomes) == ["", "", "the file is empty"]


def test_the_log_tells_what_happens(articles: Path, out: Path, caplog: pytest.LogCaptureFixture) -> None:
    (articles / "blank.txt").write_text(" \n\n ")

    with caplog.at_level(logging.INFO, "kg"):
        make(articles, out)
        make(articles, out)

    events = [record.event for record in caplog.records]
    assert sorted(events[1:4]) == ["article", "article", "skipped"]
    assert [*events[:1], *events[4:]] == ["scanned", "published", "scanned", "unchanged"]


# What cannot be read


def test_what_cannot_be_read_is_skipped_counted_and_named(articles: Path, out: Path) -> None:
    (articles / "empty.txt").touch()
    (articles / "picture.txt").write_bytes(bytes(range(256)) * 20)

    report = build([articles, articles / "nowhere.txt"], out=out, extractor=Misbehaving(stumble))

    skipped = {Path(row["where"]).name: row["reason"] for row in rows(out, "skipped")}
    assert skipped.keys() == {"empty.txt", "picture.txt", "nowhere.txt"}
    assert all(skipped.values())
    assert (report.articles, report.skipped) == (2, 3)


def test_an_article_that_breaks_the_extractor_is_skipped_and_the_rest_is_built(
    articles: Path, out: Path
) -> None:
    write_article(articles, "bad", second="阳东市司法局")

    report = make(articles, out, extractor=Misbehaving(stumble))

    (skipped,) = rows(out, "skipped")
    assert "ZeroDivisionError" in skipped["reason"]
    assert report.articles == 2


def test_what_was_skipped_is_tried_again_only_when_asked(articles: Path, out: Path, tmp_path: Path) -> None:
    write_article(articles, "bad", second="阳东市司法局")
    once = Misbehaving(stumble, flag=tmp_path / "stumbled")
    make(articles, out, extractor=Misbehaving(stumble))

    again = make(articles, out, extractor=once)
    assert (again.changed, again.skipped) == (False, 1)
    once.flag.touch()

    retried = make(articles, out, extractor=once, retry=True)

    assert (retried.changed, retried.articles, retried.skipped) == (True, 3, 0)


def test_a_file_whose_name_is_no_text_is_read_and_told(articles: Path, out: Path) -> None:
    strange = Path(os.fsdecode(os.fsencode(articles) + b"/\xff.txt"))
    shutil.copy(write_article(articles.parent / "other", "three", second="阳东市司法局"), strange)

    report = make(articles, out)

    assert report.articles == 3
    assert read_report(out)["articles"]
    assert not make(articles, out).changed


def test_no_file_holds_the_name_of_a_child_in_the_name_of_a_file(articles: Path, out: Path) -> None:
    # An invented child under an invented pseudonym, in the names of two files that look the same without it.
    for name in ("小丽", "小芳"):
        write_article(articles, f"13岁的{name}（化名）", second=f"阳东市{name[-1]}山局")
    (articles / "女孩小丽（化名）.txt").touch()
    # What the text alone tells.
    told = write_article(articles, "小丽走出阴影", second="阳东市水利局")
    told.write_text(told.read_text("utf-8") + "\n13岁的小丽（化名）在学校遭到欺凌。\n", "utf-8")

    make(articles, out)
    second = make(articles, out)

    assert (second.changed, second.articles, second.plan["known"]) == (False, 5, 5)
    files = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert [
        path.name for path, data in files.items() if "小丽".encode() in data or b"\\u5c0f\\u4e3d" in data
    ] == []
    assert sum(MASK in row["where"] for row in rows(out)) == 4
    (articles / "13岁的小芳（化名）.txt").unlink()
    assert make(articles, out).plan["gone"] == 1


def test_no_article_at_all_is_an_error_and_no_build(tmp_path: Path, out: Path) -> None:
    (tmp_path / "nothing").mkdir()

    with pytest.raises(ArticleError, match="nothing"):
        make(tmp_path / "nothing", out)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["nothing"]


def test_several_unreadable_files_are_one_error(tmp_path: Path, out: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).touch()

    with pytest.raises(ArticleError, match=r"no article can be read \(2 refused\)"):
        build([tmp_path / "a.txt", tmp_path / "b.txt"], out=out, extractor=read_joint_work)

    assert not out.exists()


def test_a_folder_that_lost_all_its_articles_leaves_the_earlier_build(articles: Path, out: Path) -> None:
    make(articles, out)
    before = snapshot(out)
    for path in articles.iterdir():
        path.unlink()

    with pytest.raises(ArticleError, match="articles: a folder without articles"):
        make(articles, out)

    kept = snapshot(out)
    assert {path: kept.get(path) for path in before if path.name != LEDGER} == {
        path: before[path] for path in before if path.name != LEDGER
    }


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"extractor": Misbehaving(break_a_rule)}, DataError),
        ({"extractor": None, "model": "zh_nowhere"}, ConfigError),
    ],
)
def test_what_is_wrong_with_the_product_stops_the_build_and_leaves_nothing(
    articles: Path, out: Path, options: dict[str, object], error: type[KgError]
) -> None:
    write_article(articles, "bad")

    with pytest.raises(error):
        make(articles, out, **options)

    assert not out.exists()


def test_a_broken_product_loses_nothing_that_was_kept(
    articles: Path,
    out: Path,
    small_chunks: None,  # noqa: ARG001
) -> None:
    watching = Watching(fail_after=1, error=DataError("rules", "broken"))

    with pytest.raises(DataError):
        make(articles, out, extractor=watching)
    make(articles, out, extractor=watching)

    assert watching.asked == ["one", "two"]


# Where it may be


def test_an_earlier_build_is_replaced(articles: Path, out: Path, tmp_path: Path) -> None:
    make(articles, out)
    (out / "notes.md").write_text("mine")
    other = write_article(tmp_path / "other", "three", first="宁河县公安局", second="宁河县妇联教育局")

    make(other, out)

    assert "宁河县公安局" in graph(out)
    assert "阳东市民政局" not in graph(out)
    assert (out / "notes.md").read_text() == "mine"


def test_a_build_without_a_ledger_is_made_anew(articles: Path, out: Path) -> None:
    make(articles, out)
    before = graph(out)
    # As an earlier version left it: a real folder, no ledger.
    generation = (out / "store").resolve()
    (out / "store").unlink()
    generation.rename(out / "store")
    (out / LEDGER).unlink()

    report = make(articles, out)

    assert report.changed
    assert report.plan["new"] == 2
    assert graph(out) == before
    assert names(out) == OUTPUTS


@pytest.mark.parametrize("name", ["thesis.tex", "report.json", "store"])
def test_a_folder_that_no_build_made_is_refused(articles: Path, out: Path, name: str) -> None:
    out.mkdir()
    (out / name).write_text('{"tool": "another"}')

    with pytest.raises(OutputError, match="out: holds files that no build made"):
        make(articles, out)
    with pytest.raises(OutputError, match="out: holds files that no build made"):
        plan_build([articles], out=out)

    assert [path.name for path in out.iterdir()] == [name]


def test_a_file_in_the_way_is_refused(articles: Path, out: Path) -> None:
    out.write_text("mine")

    with pytest.raises(OutputError, match="out: is a file"):
        make(articles, out)

    assert out.read_text() == "mine"


def test_a_place_that_cannot_be_made_is_refused(articles: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match="out: cannot be written: "):
        make(articles, tmp_path / "file" / "out")


def test_a_second_build_in_the_same_folder_has_to_wait(articles: Path, out: Path) -> None:
    make(articles, out)

    with Ledger(out / LEDGER), pytest.raises(OutputError, match="another build is at work in this folder"):
        make(articles, out)

    assert not make(articles, out).changed


@pytest.mark.parametrize(
    "step", ["kg.ledger.Ledger.keep", "kg.store.NewStore.finish", "kg.publishing.write_report"]
)
def test_a_full_disk_leaves_the_earlier_build(
    articles: Path, out: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    make(articles, out)
    before = {path: data for path, data in snapshot(out).items() if path.name != LEDGER}
    write_article(articles, "three", second="阳东市司法局")

    def full(*_: object, **__: object) -> None:
        # What each module says itself, or what the system does.
        error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise OutputError(str(out), f"cannot be written: {error.strerror}") if "keep" in step else error

    with monkeypatch.context() as patch:
        patch.setattr(step, full)
        with pytest.raises(OutputError, match="out: cannot be written: No space left on device"):
            make(articles, out)

    assert {path: data for path, data in snapshot(out).items() if path.name != LEDGER} == before
    assert make(articles, out).articles == 3


# The second time


def test_a_second_run_changes_no_file_and_says_so(articles: Path, out: Path) -> None:
    (articles / "empty.txt").touch()
    first = make(articles, out)
    before = {path: seen for path, seen in snapshot(out).items() if path.name != LEDGER}

    second = make(articles, out)

    assert (first.changed, second.changed) == (True, False)
    assert second.plan == Plan(2, 0, 0, 0, 0, 1).to_json()
    assert (second.articles, second.by_class, second.quads) == (2, first.by_class, first.quads)
    assert {path: seen for path, seen in snapshot(out).items() if path.name != LEDGER} == before


def test_only_what_is_new_or_changed_is_extracted(articles: Path, out: Path) -> None:
    make(articles, out, extractor=Watching())
    write_article(articles, "three", second="阳东市司法局")
    write_article(articles, "two", second="阳东市体育局")
    watching = Watching()

    report = make(articles, out, extractor=watching)

    assert watching.asked == ["three", "two"]
    assert report.plan == Plan(1, 1, 1, 0, 0, 0).to_json()
    assert "阳东市体育局" in graph(out)
    assert "阳东市民政局" not in graph(out)


def test_what_is_gone_is_taken_back(articles: Path, out: Path) -> None:
    make(articles, out)
    (articles / "two.txt").unlink()
    watching = Watching()

    report = make(articles, out, extractor=read_joint_work)

    assert watching.asked == []
    assert report.plan == Plan(1, 0, 0, 0, 1, 0).to_json()
    assert all("阳东市民政局" not in (out / name).read_text("utf-8") for name in GRAPHS)
    assert report.by_class == {"Agency": 2}


def test_with_add_what_earlier_runs_found_elsewhere_stays(articles: Path, out: Path, tmp_path: Path) -> None:
    make(articles, out)
    other = write_article(tmp_path / "other", "three", first="宁河县公安局", second="宁河县教育局").parent
    (articles / "one.txt").unlink()

    added = make(other, out, add=True)

    assert (added.articles, added.plan["new"], added.plan["gone"]) == (3, 1, 0)
    assert "宁河县公安局" in graph(out)
    assert "阳东市民政局" in graph(out)
    # And once more without: only this folder.
    assert make(other, out).articles == 1


def test_with_add_a_changed_article_replaces_what_it_said(articles: Path, out: Path) -> None:
    make(articles, out)
    write_article(articles, "two", second="阳东市体育局")

    report = build([articles / "two.txt"], out=out, extractor=read_joint_work, add=True)

    assert report.articles == 2
    assert "阳东市体育局" in graph(out)
    assert "阳东市民政局" not in graph(out)
    assert "阳东市教育局" in graph(out)


@pytest.mark.parametrize(
    ("options", "because"),
    [
        ({"settings": Settings(base="urn:mine:")}, ["settings"]),
        ({"extractor": with_a_broken_claim}, ["settings"]),
    ],
)
def test_other_settings_make_all_again_and_say_why(
    articles: Path, out: Path, options: dict[str, object], because: list[str]
) -> None:
    make(articles, out)

    report = make(articles, out, **options)

    assert report.plan == Plan(0, 0, 0, 2, 0, 0, tuple(because)).to_json()
    fresh = out.with_name("fresh")
    make(articles, fresh, **options)
    assert_same(out, fresh)


def test_other_code_makes_all_again_and_says_why(
    articles: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(articles, out)
    take = building.take_fingerprint
    monkeypatch.setattr(building, "take_fingerprint", lambda *a, **k: take(*a, **k) | {"language": "other"})

    report = make(articles, out)

    assert report.plan == Plan(0, 0, 0, 2, 0, 0, ("language",)).to_json()
    assert report.changed


@pytest.mark.parametrize("name", ["report.json", "graph.ttl", "store"])
def test_a_build_that_lost_a_file_gets_it_again_without_any_extraction(
    articles: Path, out: Path, name: str
) -> None:
    make(articles, out, extractor=Watching())
    fresh = out.with_name("fresh")
    make(articles, fresh, extractor=Watching())
    (out / name).unlink()
    watching = Watching()

    make(articles, out, extractor=watching)

    assert watching.asked == []
    assert_same(out, fresh)


def test_a_broken_ledger_says_what_to_do_and_that_helps(articles: Path, out: Path) -> None:
    make(articles, out)
    (out / LEDGER).write_bytes(b"junk" * 1000)

    with pytest.raises(StoreError, match=r"ledger\.db is broken: .*; delete it"):
        make(articles, out)
    (out / LEDGER).unlink()

    assert make(articles, out).articles == 2


# The same text


def test_the_same_text_in_two_files_is_one_article_and_a_copy(articles: Path, out: Path) -> None:
    write_article(articles / "again", "copy")
    shutil.copytree(articles, articles.parent / "more" / "articles")

    report = build([articles, articles.parent / "more"], out=out, extractor=read_joint_work)

    told = [(row["status"], Path(row["where"]).name) for row in rows(out)]
    assert told == [
        *[("done", "copy.txt"), ("copy", "one.txt"), ("done", "two.txt")],
        *[("copy", "copy.txt"), ("copy", "one.txt"), ("copy", "two.txt")],
    ]
    assert {row["of"] for row in rows(out, "copy")} == {row["id"] for row in rows(out, "done")}
    assert (report.articles, report.copies) == (2, 4)


# Interrupted


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_an_interrupted_run_goes_on_where_it_stood(
    articles: Path,
    out: Path,
    after: int,
    small_chunks: None,  # noqa: ARG001
) -> None:
    for name in ("three", "four"):
        write_article(articles, name, second=f"阳东市{name}局")
    watching = Watching(fail_after=after)
    order = ["four", "one", "three", "two"]

    with pytest.raises(KeyboardInterrupt):
        make(articles, out, extractor=watching)
    asked_before = list(watching.asked)
    report = make(articles, out, extractor=watching)

    assert asked_before == order[:after]
    assert watching.asked == order
    assert report.plan["known"] == after
    fresh = out.with_name("fresh")
    make(articles, fresh, extractor=Watching())
    assert_same(out, fresh)


def test_an_interrupted_build_leaves_the_earlier_one(articles: Path, out: Path) -> None:
    make(articles, out, extractor=Misbehaving(interrupt))
    before = {path: data for path, data in snapshot(out).items() if path.name != LEDGER}
    write_article(articles, "bad")

    with pytest.raises(KeyboardInterrupt):
        make(articles, out, extractor=Misbehaving(interrupt))

    assert {path: data for path, data in snapshot(out).items() if path.name != LEDGER} == before
    assert names(out) == OUTPUTS


def test_other_processes_make_the_same_build(
    articles: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_article(articles, "bad", second="阳东市司法局")
    fresh = out.with_name("fresh")
    make(articles, fresh)
    monkeypatch.setattr(building, "FEW", 1)

    make(articles, out, processes=2)

    assert_same(out, fresh)


# A look


@pytest.mark.parametrize("add", [False, True])
def test_a_look_tells_what_a_build_does_and_writes_nothing(articles: Path, out: Path, add: bool) -> None:
    def look() -> Plan:
        before = snapshot(articles.parent)
        plan = plan_build([articles], out=out, extractor=read_joint_work, add=add)
        assert snapshot(articles.parent) == before
        return plan

    first = look()
    assert not out.exists()
    done = [make(articles, out, add=add).plan]
    write_article(articles, "two", second="阳东市体育局")
    write_article(articles, "three", second="阳东市司法局")
    (articles / "one.txt").unlink()
    second = look()
    done.append(make(articles, out, add=add).plan)

    assert [first.to_json(), second.to_json()] == done
    assert second == Plan(1 if add else 0, 1, 1, 0, 0 if add else 1, 0)


# Taken out


def test_a_removed_article_is_gone_from_every_file_and_stays_out(articles: Path, out: Path) -> None:
    make(articles, out)
    (number,) = [row["id"] for row in rows(out) if row["name"] == "two"]

    assert remove(out, str(articles / "two.txt")) == [number]

    assert all("阳东市民政局" not in (out / name).read_text("utf-8") for name in GRAPHS)
    assert "阳东市民政局" not in serialize(iter_data(open_store(out)), "nquads").decode()
    assert not make(articles, out).changed
    assert [(row["status"], row["where"]) for row in rows(out)] == [
        ("done", str(articles / "one.txt")),
        ("skipped", str(articles / "two.txt")),
    ]
    remove(out, number, again=True)
    report = make(articles, out)
    fresh = out.with_name("fresh")
    make(articles, fresh)
    assert report.articles == 2
    assert_same(out, fresh)


@pytest.mark.parametrize("name", ["nothing", "", "empty.txt"])
def test_what_is_no_article_cannot_be_removed(articles: Path, out: Path, name: str) -> None:
    (articles / "empty.txt").touch()
    make(articles, out)
    before = snapshot(out)

    with pytest.raises(StoreError, match="no article"):
        remove(out, name and str(articles / name))

    assert {p: s for p, s in snapshot(out).items() if p.name != LEDGER} == {
        p: s for p, s in before.items() if p.name != LEDGER
    }


def test_nothing_is_removed_without_the_ledger(articles: Path, out: Path) -> None:
    make(articles, out)
    (number, *_) = [row["id"] for row in rows(out)]
    (out / LEDGER).unlink()
    before = snapshot(out)

    with pytest.raises(StoreError, match=r"has no ledger\.db"):
        remove(out, number)

    assert snapshot(out) == before


def test_the_last_article_is_not_removed(articles: Path, out: Path) -> None:
    (articles / "two.txt").unlink()
    make(articles, out)

    with pytest.raises(ArticleError, match="no other article is left; delete the folder instead"):
        remove(out, "one")

    assert make(articles, out).articles == 1


# Whatever was there before


def assert_same(one: Path, other: Path) -> None:
    """Hold two builds of the same articles against each other, the times aside."""
    for name in GRAPHS:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    stores = [serialize(iter_data(open_store(out)), "nquads") for out in (one, other)]
    assert stores[0] == stores[1]
    reports = [read_report(out) for out in (one, other)]
    for report in reports:
        for name in ("started", "seconds", "run"):
            del report[name]
        for row in report["articles"]:
            row.pop("seconds", None)
    assert reports[0] == reports[1]


class Editor:
    """Somebody who does whatever to a folder of articles, always the same from the same seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random, self.made = folder, random.Random(seed), 0
        for _ in range(3):
            self.add()

    def step(self) -> None:
        edits: list[Callable[[], object]] = [
            *(self.add, self.change, self.remove, self.rename, self.copy, self.lengthen, self.spoil)
        ]
        for _ in range(self.random.randint(1, 3)):
            self.random.choice(edits)()
        if not any(path.stat().st_size for path in self.files()):
            self.add()

    def files(self) -> list[Path]:
        return sorted(self.folder.rglob("*.txt"))

    def add(self) -> Path:
        self.made += 1
        return self.write(f"{self.random.choice('abc')}{self.made}")

    def write(self, name: str) -> Path:
        place = self.folder / self.random.choice(["", "deep", "deep/er"])
        agencies = [
            f"{city}{office}局" for city in ("阳东市", "宁河县") for office in ("公安", "教育", "民政")
        ]
        first, second = self.random.sample(agencies, 2)
        path = write_article(place, name, first=first, second=second)
        if self.random.random() < 0.5:
            day = f"2026-01-{self.random.randint(1, 28):02}"
            path.write_text(path.read_text("utf-8").replace("\n\n", f"\n来源：阳东新闻网 {day}\n\n"), "utf-8")
        return path

    def any(self) -> Path:
        return self.random.choice(self.files() or [self.add()])

    def change(self) -> None:
        path = self.any()
        path.write_bytes(self.write("changed").read_bytes())

    def remove(self) -> None:
        self.any().unlink()

    def rename(self) -> None:
        self.made += 1
        self.any().rename(self.folder / f"{self.random.choice('abc')}{self.made}.txt")

    def copy(self) -> None:
        path = self.any()
        place = self.folder / self.random.choice(["deep", "copies"])
        place.mkdir(exist_ok=True)
        if not (place / path.name).exists():
            shutil.copy(path, place / path.name)

    def lengthen(self) -> None:
        with self.any().open("a", encoding="utf-8") as file:
            file.write("活动现场气氛热烈。\n")

    def spoil(self) -> None:
        self.any().write_bytes(b"")


def follow(tmp_path: Path, seed: int, steps: int) -> None:
    """Build after every step, and hold the build against one from nothing."""
    editor, out = Editor(tmp_path / "articles", seed), tmp_path / "out"
    for step in range(steps):
        make(editor.folder, out)
        fresh = tmp_path / f"fresh{step}"
        make(editor.folder, fresh)
        assert_same(out, fresh)
        assert not make(editor.folder, out).changed
        editor.step()


@pytest.mark.parametrize("seed", range(3))
def test_after_whatever_edits_a_build_is_the_same_as_one_from_nothing(tmp_path: Path, seed: int) -> None:
    follow(tmp_path, seed, steps=4)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 106))
def test_after_many_edits_a_build_is_the_same_as_one_from_nothing(tmp_path: Path, seed: int) -> None:
    follow(tmp_path, seed, steps=15)


def test_what_stands_on_stdin_is_read_though_it_is_there_only_once(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "阳东市公安局联合阳东市教育局，走进校园开展法治宣传活动。"
    row = json.dumps({"text": text, "title": "护校"}, ensure_ascii=False)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(row.encode())))

    report = build(["-"], out=out, extractor=read_joint_work)

    assert (report.articles, report.by_class) == (1, {"Agency": 2})
