"""One item gives the same alone and in any company, and what is wrong with it stays with it."""

from __future__ import annotations

import signal
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse
from stand_ins import (
    Misbehaving,
    break_a_rule,
    dawdle,
    give_up,
    interrupt,
    item,
    read_joint_work,
    stumble,
    with_a_broken_claim,
)

from kg import chunks
from kg.chunks import Chunk, iter_chunks, run_chunk
from kg.config import Limits, Settings
from kg.errors import DataError
from kg.graph import serialize
from kg.ledger import Outcome
from kg.model import Article, Extraction
from kg.pipeline import Extractor
from kg.privacy import MASK
from kg.reading import Item, articles
from kg.reading.said import Said

NO_TEXT = "not a text file; UTF-8, GB18030, Big5 or UTF-16"
FAST = Settings(limits=Limits(item_seconds=1))
EMPTY = Item("empty.txt", "empty", b"")
PICTURE = Item("picture.txt", "picture", bytes(range(256)) * 20)


def run(
    *items: Item,
    extractor: Extractor = read_joint_work,
    settings: Settings = Settings(),  # noqa: B008
) -> list[Outcome]:
    """Return the outcomes of one chunk, without the time that they took."""
    outcomes = run_chunk(items, settings=settings, extractor=extractor)
    for outcome in outcomes:
        assert outcome.reason or outcome.record["seconds"] >= 0
    return [
        replace(o, record={name: value for name, value in o.record.items() if name != "seconds"})
        for o in outcomes
    ]


def reasons(outcomes: Iterable[Outcome]) -> list[str]:
    return [outcome.reason for outcome in outcomes]


# How items are put together


@pytest.mark.parametrize(
    ("number", "size", "expected"),
    [(0, 3, []), (2, 3, [2]), (3, 3, [3]), (7, 3, [3, 3, 1]), (3, 1, [1, 1, 1])],
)
def test_a_chunk_holds_so_many_items_and_no_more(number: int, size: int, expected: list[int]) -> None:
    items = [item(str(n)) for n in range(number)]

    found = list(iter_chunks(items, size=size))

    assert [len(chunk) for chunk in found] == expected
    assert [item for chunk in found for item in chunk] == items


def test_a_chunk_of_large_items_holds_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 10)
    sizes = (4, 4, 4, 30, 10, 1)

    found = list(iter_chunks(Item(str(size), str(size), bytes(size)) for size in sizes))

    # One larger than a chunk may be stands alone.
    assert [[len(item.data) for item in chunk] for chunk in found] == [[4, 4], [4], [30], [10], [1]]


def test_no_more_items_are_taken_than_a_chunk_needs() -> None:
    taken = []

    def source() -> Iterator[Item]:
        for n in range(100):
            taken.append(n)
            yield item(str(n))

    first = next(iter_chunks(source(), size=3))

    assert len(first) == 3
    assert len(taken) <= 4


# What an item gives


def test_an_outcome_holds_what_the_report_and_the_graph_need() -> None:
    one = item("one", "阳东市教育局")

    (outcome,) = run(one)

    assert outcome.digest == one.digest
    assert len(outcome.article) == 16
    assert outcome.record.items() >= {
        "name": "one", "title": "阳东市公安局开展护校行动", "publisher": "", "published": "", "url": "",
        "entities": 2, "claims": 1, "quarantined": [], "by_predicate": {"collaboratesWith": 1},
    }.items()  # fmt: skip
    assert {name: len(found) for name, found in outcome.record["kinds"].items()} == {"Agency": 2}
    assert {name: len(found) for name, found in outcome.record["relations"].items()} == {
        "collaboratesWith": 1
    }
    quads = list(parse(outcome.read_quads(), format=RdfFormat.N_QUADS))
    assert serialize(quads, "nquads") == outcome.read_quads()
    assert len(set(quads)) == len(quads) > 20


def test_a_symmetric_relation_is_counted_once_from_either_side() -> None:
    def both_ways(articles: Iterable[Article]) -> Iterator[Extraction]:
        for extraction in read_joint_work(articles):
            (claim,) = extraction.claims
            turned = replace(claim, subject=claim.object, object=claim.subject)
            yield replace(extraction, claims=(claim, turned))

    (outcome,) = run(item("one"), extractor=both_ways)

    assert len(outcome.record["relations"]["collaboratesWith"]) == 1
    assert outcome.record["by_predicate"] == {"collaboratesWith": 2}


def test_what_breaks_a_shape_is_told_with_the_reason_and_not_written() -> None:
    (outcome,) = run(item("one"), extractor=with_a_broken_claim)

    (held,) = outcome.record["quarantined"]
    assert held["predicate"] == "collaboratesWith"
    assert held["evidence"] == "不在此处"
    assert held["reason"]["zh"]
    assert held["reason"]["en"]
    assert outcome.record["claims"] == 1
    assert "不在此处" not in outcome.read_quads().decode()


def test_childrens_names_are_masked_before_extraction() -> None:
    # An invented child under an invented pseudonym.
    case = item("case")
    case = replace(case, data=case.data + "\n13岁的小丽(化名)在学校遭到欺凌。小丽的父母随后报警。\n".encode())
    seen = []

    def watch(articles: Iterable[Article]) -> Iterator[Extraction]:
        for extraction in read_joint_work(articles):
            seen.append(extraction.article.text)
            yield extraction

    (outcome,) = run(case, extractor=watch)

    assert "小丽" not in seen[0]
    assert MASK in seen[0]
    assert "小丽" not in outcome.read_quads().decode()


# What goes wrong with one


@pytest.mark.parametrize(
    ("bad", "extractor", "reason"),
    [
        (EMPTY, read_joint_work, "the file is empty"),
        (PICTURE, read_joint_work, NO_TEXT),
        (item("bad"), Misbehaving(stumble), "cannot be worked on: ZeroDivisionError division by zero"),
        (item("bad"), Misbehaving(give_up), "takes longer than it may"),
    ],
    ids=["empty", "no text", "raises", "too slow"],
)
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_bad_item_says_why_and_leaves_the_others_as_they_are(
    bad: Item, extractor: Extractor, reason: str, place: int
) -> None:
    good = [item("one"), item("two"), item("three")]
    alone = [outcome for one in good for outcome in run(one)]

    outcomes = run(*good[:place], bad, *good[place:], extractor=extractor)

    assert reasons(outcomes) == [""] * place + [reason] + [""] * (3 - place)
    assert outcomes[place].digest == bad.digest
    assert outcomes[place].quads == b""
    assert [*outcomes[:place], *outcomes[place + 1 :]] == alone


def test_nothing_but_bad_items_needs_no_extractor() -> None:
    def fail(_: Iterable[Article]) -> Iterator[Extraction]:
        raise AssertionError("loaded")

    assert reasons(run(EMPTY, PICTURE, extractor=fail)) == ["the file is empty", NO_TEXT]


@pytest.mark.parametrize("error", [MemoryError("no memory"), RecursionError("too deep"), OSError("gone")])
def test_a_reader_that_fails_is_a_reason(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    read = articles._read_text

    def fail(one: Item, limits: Limits) -> tuple[str, Said]:
        if one.name == "bad":
            raise error
        return read(one, limits)

    monkeypatch.setattr(articles, "_read_text", fail)

    outcomes = run(item("one"), item("bad"))

    assert reasons(outcomes) == ["", f"damaged, or no txt file ({type(error).__name__})"]


def test_an_item_that_takes_too_long_is_stopped() -> None:
    outcomes = run(item("bad"), extractor=Misbehaving(dawdle), settings=FAST)

    (reason,) = reasons(outcomes)
    assert reason.startswith("takes longer than 1.")


def test_an_item_that_takes_too_long_to_read_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles, "_read_text", lambda *_: dawdle())

    assert reasons(run(item("one"), settings=FAST)) == ["takes longer than 1 seconds; --limit item_seconds=N"]


def test_a_reason_is_short_and_hides_names() -> None:
    def quote() -> None:
        # An invented child.
        raise ValueError("13岁的小丽（化名）" + "很长" * 500)

    (outcome,) = run(item("bad"), extractor=Misbehaving(quote))

    assert "小丽" not in outcome.reason
    assert len(outcome.reason) < 300


@pytest.mark.parametrize("several", [False, True])
def test_a_broken_file_of_the_product_stops_the_work(several: bool) -> None:
    items = [item("one")] * several + [item("bad")]

    with pytest.raises(DataError, match=r"unknown slot"):
        run(*items, extractor=Misbehaving(break_a_rule))


def test_a_broken_file_of_the_product_that_reading_needs_stops_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chunks, "redact", lambda _: break_a_rule())

    with pytest.raises(DataError, match=r"unknown slot"):
        run(item("one"))


def test_who_wants_to_stop_is_obeyed() -> None:
    with pytest.raises(KeyboardInterrupt):
        run(item("one"), item("bad"), extractor=Misbehaving(interrupt))

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


# Company

POOL = (
    *(item(f"good{n}") for n in range(3)),
    item("same", "阳东市民政局"),
    item("again", "阳东市民政局"),
    item("bad0"),
    item("bad1"),
    EMPTY,
    PICTURE,
)
MISBEHAVING = Misbehaving(stumble)
ALONE = {}


def alone(one: Item) -> Outcome:
    if one.digest not in ALONE:
        (ALONE[one.digest],) = run(one, extractor=MISBEHAVING)
    return ALONE[one.digest]


@settings(max_examples=25)
@given(st.permutations(POOL), st.integers(1, len(POOL)), st.integers(0, len(POOL)))
def test_an_outcome_does_not_depend_on_the_company(items: list[Item], size: int, left_out: int) -> None:
    items = items[left_out:]

    outcomes = [o for chunk in iter_chunks(items, size=size) for o in run(*chunk, extractor=MISBEHAVING)]

    assert outcomes == [alone(one) for one in items]


def test_quads_are_packed_the_same_each_time() -> None:
    work: Callable[[Chunk], list[Outcome]] = lambda chunk: run(*chunk)  # noqa: E731

    first, second = work((item("one"),)), work((item("two"), item("one")))

    assert first[0].quads == second[1].quads
    assert zlib.decompress(first[0].quads) == first[0].read_quads()
