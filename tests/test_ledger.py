"""What a build knows survives whatever ends it; what somebody took out is gone to the last byte."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from kg.errors import KgError, OutputError, StoreError
from kg.ledger import FORMAT, LEDGER, Found, Ledger, Outcome, Plan

CODE = {"reading": "r1", "language": "l1"}
HERE = Path(__file__).parent
# Text that no compression changes, so that it can be looked for in the file.
SECRET = random.Random(4).randbytes(50_000)


def found(*texts: str) -> list[Found]:
    """Return items that stand in files of these names: ``one`` in one.txt, ``one:new`` there with another text."""
    return [Found(n, f"{text.partition(':')[0]}.txt", text, "") for n, text in enumerate(texts)]


def refused(place: str) -> Found:
    return Found(99, place, "", "cannot be read")


def outcome(text: str, *, article: str = "", said: bytes = b"") -> Outcome:
    record = {"name": text, "published": ""}
    return Outcome(text, article or f"id of {text}", "", record, said, zlib.compress(b"<s> <p> <o> <g> .\n"))


def settle(ledger: Ledger, items: Iterable[Found], code: Mapping[str, str] = CODE) -> None:
    """Do what a whole run does."""
    items = list(items)
    ledger.forget_found()
    ledger.note(items)
    ledger.keep([outcome(f.digest) for f in items if f.digest and ledger.needs(f.digest, code)], code)
    ledger.settle("state")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / LEDGER


@pytest.fixture(params=["file", "memory"])
def ledger(request: pytest.FixtureRequest, path: Path) -> Iterator[Ledger]:
    with Ledger(path if request.param == "file" else None) as opened:
        yield opened


# What has to be done


def test_at_first_all_is_new(ledger: Ledger) -> None:
    ledger.note([*found("one", "two"), refused("three.txt")])

    plan = ledger.plan(CODE)

    assert plan == Plan(known=0, new=2, changed=0, again=0, gone=0, refused=1)
    assert (plan.pending, plan.found) == (2, 3)


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (found("one", "two"), Plan(2, 0, 0, 0, 0, 0)),
        (found("two", "one"), Plan(2, 0, 0, 0, 0, 0)),
        (found("one", "two", "three"), Plan(2, 1, 0, 0, 0, 0)),
        (found("one:new", "two"), Plan(1, 0, 1, 0, 0, 0)),
        (found("two"), Plan(1, 0, 0, 0, 1, 0)),
        (found("three"), Plan(0, 1, 0, 0, 2, 0)),
        ([*found("one"), refused("two.txt")], Plan(1, 0, 0, 0, 0, 1)),
        # The same item in two places is known in both.
        ([*found("one", "two"), Found(2, "copy/one.txt", "one", "")], Plan(3, 0, 0, 0, 0, 0)),
        ([], Plan(0, 0, 0, 0, 2, 0)),
    ],
)
def test_later_only_what_differs_needs_work(ledger: Ledger, then: list[Found], expected: Plan) -> None:
    settle(ledger, found("one", "two"))
    ledger.forget_found()
    ledger.note(then)

    assert ledger.plan(CODE) == expected


@pytest.mark.parametrize(
    ("code", "because"),
    [
        ({**CODE, "language": "l2"}, ("language",)),
        ({"reading": "r2", "language": "l2"}, ("language", "reading")),
        ({**CODE, "weights": "w1"}, ("weights",)),
        ({"reading": "r1"}, ("language",)),
    ],
)
def test_what_other_code_made_is_made_again_and_says_why(
    ledger: Ledger, code: dict[str, str], because: tuple[str, ...]
) -> None:
    settle(ledger, found("one", "two"))

    plan = ledger.plan(code)

    assert plan == Plan(0, 0, 0, 2, 0, 0, because)
    assert ledger.needs("one", code)
    assert not ledger.needs("one", CODE)


def test_a_run_that_was_stopped_is_remembered_item_by_item(ledger: Ledger) -> None:
    settle(ledger, found("one", "two"))
    newer = {**CODE, "language": "l2"}

    ledger.keep([outcome("one")], newer)

    assert ledger.plan(newer) == Plan(1, 0, 0, 1, 0, 0, ("language",))


def test_a_plan_is_told_as_plain_data() -> None:
    plan = Plan(1, 2, 3, 4, 5, 6, ("weights",))

    assert plan.to_json() == {
        "found": 16,
        "known": 1,
        "new": 2,
        "changed": 3,
        "again": 4,
        "gone": 5,
        "refused": 6,
        "because": ["weights"],
    }


# What is kept


def test_what_was_kept_comes_back_as_it_was(ledger: Ledger) -> None:
    kept = Outcome("one", "id", "", {"name": "护校\udcff", "n": 2}, b"sketch", outcome("one").quads)

    ledger.keep([kept], CODE)

    assert ledger.outcome("one") == kept
    assert ledger.outcome("one").read_quads() == b"<s> <p> <o> <g> .\n"
    assert ledger.outcome("nowhere") is None


def test_a_name_that_is_no_text_can_be_noted(ledger: Ledger) -> None:
    ledger.note([Found(0, "护校\udcff.txt", "one", ""), Found(1, "\udcfe.txt", "", "not here: \udcfe.txt")])
    ledger.keep([Outcome("one", reason="no text in \udcff")], CODE)

    items = list(ledger.iter_found())

    assert [(f.place, f.reason) for f in items] == [
        (r"护校\udcff.txt", ""),
        (r"\udcfe.txt", r"not here: \udcfe.txt"),
    ]
    assert ledger.outcome("one").reason == r"no text in \udcff"


def test_a_later_outcome_takes_the_place_of_an_earlier(ledger: Ledger) -> None:
    ledger.keep([outcome("one", article="first")], CODE)

    ledger.keep([outcome("one", article="second")], CODE)

    assert ledger.outcome("one").article == "second"


def test_a_settled_run_forgets_what_it_did_not_find(ledger: Ledger) -> None:
    settle(ledger, found("one", "two"))

    settle(ledger, found("one"))

    assert ledger.outcome("two") is None
    assert ledger.published == "state"
    ledger.forget_found()
    ledger.note(found("one", "two"))
    assert ledger.plan(CODE) == Plan(1, 1, 0, 0, 0, 0)


def test_while_files_are_exchanged_nothing_is_published(ledger: Ledger) -> None:
    settle(ledger, found("one"))

    ledger.unpublish()

    assert ledger.published == ""
    assert ledger.outcome("one")


def test_articles_come_in_the_order_of_their_items_without_those_that_gave_none(ledger: Ledger) -> None:
    ledger.note([*found("one", "two", "three", "four"), refused("five.txt")])
    ledger.keep([outcome("three"), outcome("one"), Outcome("two", reason="the file is empty")], CODE)

    articles = list(ledger.iter_articles())

    assert [(f.place, o.article, o.quads) for f, o in articles] == [
        ("one.txt", "id of one", b""),
        ("three.txt", "id of three", b""),
    ]
    assert [f.place for f in ledger.iter_found()][-1] == "five.txt"


def test_places_that_look_the_same_are_told_apart_by_their_keys(ledger: Ledger) -> None:
    first, second = (Found(n, "某某.txt", name, "", key=name) for n, name in enumerate(("one", "two")))
    settle(ledger, [first])
    ledger.forget_found()
    ledger.note([second])

    plan = ledger.plan(CODE)

    assert (plan.new, plan.changed, plan.gone) == (1, 0, 1)
    ledger.keep_others()
    assert list(ledger.iter_found()) == [second, Found(2, "某某.txt", "one", "")]


def test_places_are_renamed_by_what_their_articles_are_called(ledger: Ledger) -> None:
    ledger.note([*found("one", "two"), refused("locked.txt")])
    ledger.keep([outcome("one"), Outcome("two", reason="the file is empty")], CODE)

    ledger.rename_places(lambda place, name: f"{name} in {place}")

    assert [f.place for f in ledger.iter_found()] == ["one in one.txt", " in two.txt", " in locked.txt"]


def test_what_other_runs_found_can_be_kept_beside(ledger: Ledger) -> None:
    settle(ledger, [*found("one", "two"), refused("broken.txt")])
    ledger.forget_found()
    ledger.note(found("two:new", "three"))

    ledger.keep_others()

    assert [f.place for f in ledger.iter_found()] == ["two.txt", "three.txt", "one.txt"]
    assert ledger.plan(CODE) == Plan(1, 1, 1, 0, 1, 0)


def test_the_last_run_can_be_taken_as_found(ledger: Ledger) -> None:
    items = [*found("one", "two"), refused("broken.txt")]
    settle(ledger, items)
    ledger.forget_found()

    ledger.resume()

    assert list(ledger.iter_found()) == items


# What somebody took out


def test_a_removed_article_is_in_no_graph_until_it_is_restored(ledger: Ledger) -> None:
    settle(ledger, found("one", "two"))

    ledger.remove("id of one", day="2026-01-05")

    assert [o.article for _, o in ledger.iter_articles()] == ["id of two"]
    assert ledger.removed == {"id of one": "2026-01-05"}
    assert not ledger.needs("one", CODE)
    ledger.restore("id of one")
    assert ledger.removed == {}
    assert ledger.needs("one", CODE)


def test_the_day_of_a_removal_stays_the_first(ledger: Ledger) -> None:
    ledger.remove("id", day="2026-01-05")

    ledger.remove("id", day="2026-02-06")

    assert ledger.removed == {"id": "2026-01-05"}


def holds(folder: Path, secret: bytes = SECRET) -> bool:
    """Return whether any file holds a piece of a secret; SQLite may part it anywhere."""
    data = b"\0".join(path.read_bytes() for path in sorted(folder.iterdir()))
    return any(secret[start : start + 32] in data for start in range(0, len(secret) - 32, 500))


def remove(ledger: Ledger) -> None:
    ledger.remove("id", day="2026-01-05")


def forget(ledger: Ledger) -> None:
    settle(ledger, found("two"))


def replace(ledger: Ledger) -> None:
    ledger.keep([outcome("one", article="id")], CODE)


def remove_and_keep_again(ledger: Ledger) -> None:
    remove(ledger)
    ledger.keep([outcome("one", article="id", said=SECRET)], {**CODE, "language": "l2"})


def restore(ledger: Ledger) -> None:
    remove(ledger)
    ledger.restore("id")


@pytest.mark.parametrize("act", [remove, forget, replace, remove_and_keep_again, restore])
def test_what_is_no_longer_said_leaves_no_byte(path: Path, act: object) -> None:
    with Ledger(path) as ledger:
        ledger.note(found("one"))
        ledger.keep([outcome("one", article="id", said=SECRET), outcome("two")], CODE)
        ledger.settle("state")
    assert holds(path.parent)

    with Ledger(path) as ledger:
        act(ledger)

    assert not holds(path.parent)


def test_a_process_killed_after_a_removal_has_removed(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.keep([outcome("one", article="id", said=SECRET)], CODE)

    killed("ledger.remove('id', day='2026-01-05')", path)

    with Ledger(path) as ledger:
        assert ledger.removed == {"id": "2026-01-05"}
    assert not holds(path.parent)


# Whatever happens


def killed(act: str, path: Path) -> None:
    """Do something with the ledger in a process that is killed at once after that."""
    code = (
        "import os, signal, sys; from pathlib import Path; from test_ledger import *\n"
        "def die(): os.kill(os.getpid(), signal.SIGKILL)\n"
        f"ledger = Ledger(Path(sys.argv[1]))\n{act}\ndie()"
    )
    run = subprocess.run([sys.executable, "-c", code, path], cwd=HERE, check=False)
    assert run.returncode == -signal.SIGKILL


def test_a_process_killed_after_keeping_has_kept(path: Path) -> None:
    killed("ledger.keep([outcome('one')], CODE)", path)

    with Ledger(path) as ledger:
        assert ledger.outcome("one") == outcome("one")


def test_a_process_killed_while_keeping_has_kept_nothing_of_it(path: Path) -> None:
    killed(
        "ledger.keep([outcome('one')], CODE)\n"
        "ledger._db.set_trace_callback(lambda sql: sql == 'COMMIT' and die())\n"
        "ledger.keep([outcome('two'), outcome('three')], {**CODE, 'language': 'l2'})",
        path,
    )

    with Ledger(path) as ledger:
        assert ledger.outcome("one")
        assert [ledger.outcome(name) for name in ("two", "three")] == [None, None]


def test_outcomes_that_cannot_all_be_kept_are_none(ledger: Ledger) -> None:
    wrong = Outcome("two", quads=None)  # type: ignore[arg-type]

    with pytest.raises(KgError):
        ledger.keep([outcome("one"), wrong], CODE)

    assert ledger.outcome("one") is None
    ledger.keep([outcome("one")], CODE)
    assert ledger.outcome("one")


@pytest.mark.parametrize("read_only", [False, True])
def test_a_ledger_in_use_says_so_until_its_process_is_gone(path: Path, read_only: bool) -> None:
    code = "import sys; from test_ledger import *; l = Ledger(Path(sys.argv[1])); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, path], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        with pytest.raises(OutputError) as raised:
            Ledger(path, read_only=read_only)
        other.kill()

    assert str(raised.value) == (
        f"{path.parent}: another build is at work in this folder; wait for it, or name another folder"
    )
    Ledger(path, read_only=read_only).close()


def read_all(path: Path, *, read_only: bool = False) -> None:
    with Ledger(path, read_only=read_only) as ledger:
        ledger.resume()
        ledger.plan(CODE)
        for item in list(ledger.iter_found()):
            ledger.outcome(item.digest).read_quads()
        list(ledger.iter_articles())


@pytest.fixture
def filled(path: Path) -> Path:
    names = [str(number) for number in range(200)]
    with Ledger(path) as ledger:
        ledger.note(found(*names))
        ledger.keep([outcome(name, said=SECRET[:300]) for name in names], CODE)
        ledger.settle("state")
    return path


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"junk" * (len(b) // 4)])
def test_a_broken_ledger_is_one_line_that_says_what_to_do(
    filled: Path, damage: object, read_only: bool
) -> None:
    filled.write_bytes(damage(filled.read_bytes()))

    with pytest.raises(StoreError, match=r"ledger\.db is broken: .*; delete it; the next build ") as raised:
        read_all(filled, read_only=read_only)

    assert "\n" not in str(raised.value)


def test_wherever_a_ledger_is_broken_nothing_worse_than_one_line_comes(filled: Path) -> None:
    whole = filled.read_bytes()
    errors = []

    for start in range(0, len(whole), 1024):
        filled.write_bytes(whole[:start] + random.Random(start).randbytes(700) + whole[start + 700 :])
        try:
            read_all(filled)
        except KgError as error:
            errors.append(str(error))

    assert len(errors) > 20
    assert [error for error in errors if "\n" in error] == []
    assert sum("broken" in error for error in errors) > 0.9 * len(errors)


def test_a_ledger_of_another_format_is_made_anew(filled: Path) -> None:
    with sqlite3.connect(filled) as db:
        db.execute(f"PRAGMA user_version = {FORMAT + 1}")
        db.execute("CREATE TABLE later (x)")
    db.close()

    with Ledger(filled) as ledger:
        ledger.note(found("1"))

        assert ledger.plan(CODE) == Plan(0, 1, 0, 0, 0, 0)
        assert ledger.published == ""


def test_a_look_at_a_ledger_of_another_format_finds_nothing_and_leaves_it(filled: Path) -> None:
    with sqlite3.connect(filled) as db:
        db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    db.close()
    before = filled.read_bytes()

    with Ledger(filled, read_only=True) as ledger:
        ledger.note(found("1"))

        assert ledger.plan(CODE) == Plan(0, 1, 0, 0, 0, 0)
    assert filled.read_bytes() == before


def test_a_database_of_somebody_else_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE money (amount)")
    db.close()
    before = path.read_bytes()

    with pytest.raises(StoreError, match=r"ledger\.db is not the ledger of a build"):
        Ledger(path)

    assert path.read_bytes() == before


def test_an_empty_file_is_a_new_ledger(path: Path) -> None:
    path.touch()

    with Ledger(path) as ledger:
        ledger.note(found("one"))

        assert ledger.plan(CODE).new == 1


def test_a_look_changes_nothing(filled: Path) -> None:
    before = {p.name: p.read_bytes() for p in filled.parent.iterdir()}

    with Ledger(filled, read_only=True) as ledger:
        ledger.note(found("1", "new"))
        plan = ledger.plan(CODE)
        with pytest.raises(OutputError, match="cannot be written"):
            ledger.keep([outcome("new")], CODE)

    assert plan == Plan(1, 1, 0, 0, 199, 0)
    assert {p.name: p.read_bytes() for p in filled.parent.iterdir()} == before


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nowhere: cannot be written"):
        Ledger(tmp_path / "nowhere" / LEDGER)
