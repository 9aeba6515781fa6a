"""No text breaks the way from the page to the quads, and none takes more than its length is worth.

A sample by default. ``make fuzz`` takes 100,000 mutated texts on every core, ``make fuzz N=5000`` that many.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import chain
from multiprocessing import get_context

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from invariants import check_mentions, check_reading, check_texts
from mutation import (
    BIDI,
    COMBINING,
    CONTROL,
    EMOJI,
    INVISIBLE,
    MARKS,
    RUNS,
    SPACES,
    STRANGE,
    load_pages,
    make_text,
)
from spacy.language import Language

from kg import language
from kg.reading.decoding import decode

TEXTS = int(os.environ.get("KG_FUZZ", "200"))
# Texts that one process takes at once.
BATCH = 100
# A long run tells how far it is after so many batches.
REPORT = 50
SENTENCES = (
    "12岁的小棠（化名）父母离异，跟着爷爷生活。",
    "清河县公安局联合县教育局走进明德小学，",
    "法治副校长周慧为890余名学生讲授防溺水知识。",
    "检察官林燕、社工陈芳分别受聘为明德小学、清河中学的法治副校长",
    "2025年3月，县妇联“小荷”工作室揭牌",
    "印发《关于加强未成年人保护的意见（试行）》",
    "该院",
    "由其牵头，",
)
strange = st.sampled_from((*CONTROL, *BIDI, *INVISIBLE, *SPACES, *COMBINING, *STRANGE, *MARKS, *EMOJI))
runs = st.builds(lambda unit, times: unit * times, st.sampled_from(RUNS), st.integers(2, 300))
texts = st.lists(st.sampled_from(SENTENCES) | strange | runs | st.text(max_size=8), max_size=30).map("".join)
FEW = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def nlp() -> Language:
    return language.load()


@FEW
@example(text="")
@example(text="\x00" * 50)
@example(text="《" * 200 + "决定》")
@example(text="清河县公安局" * 60)
@given(text=texts)
def test_no_text_breaks_the_way_to_the_quads(text: str, nlp: Language) -> None:
    check_texts([text], nlp)


@settings(FEW, max_examples=40)
@given(text=st.text(st.characters(), max_size=200))
def test_no_characters_at_all_break_the_way_to_the_quads(text: str, nlp: Language) -> None:
    check_texts([text], nlp)


@settings(FEW, max_examples=40)
@given(text=texts)
def test_mentions_are_the_words_at_their_offsets_and_stand_for_known_things(text: str, nlp: Language) -> None:
    check_mentions(text, nlp)


@settings(FEW, max_examples=100)
@given(
    text=texts,
    encoding=st.sampled_from(("utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-32")),
    cut=st.integers(0, 3),
)
def test_no_bytes_break_the_reading(text: str, encoding: str, cut: int) -> None:
    data = text.encode(encoding, "replace")

    decoded = decode(data[: len(data) - cut])

    assert decoded is None or isinstance(decoded, str)
    if decoded is not None:
        check_reading(decoded)


@cache
def load_once() -> Language:
    return language.load()


def find_broken(numbers: range) -> list[tuple[int, str]]:
    """Return the numbers of mutated texts for which something does not hold, and what."""
    nlp = load_once()
    try:
        check_texts(map(make_text, numbers), nlp)
    except Exception:  # noqa: BLE001  whatever it is, the single texts show it again
        return list(_blame(numbers, nlp))
    return []


def _blame(numbers: range, nlp: Language) -> Iterator[tuple[int, str]]:
    alone = 0
    for number in numbers:
        try:
            check_texts([make_text(number)], nlp)
        except Exception as error:  # noqa: BLE001  the same
            alone += 1
            yield number, f"{type(error).__name__}: {error}"
    if not alone:
        yield numbers[0], f"only with the {len(numbers)} texts from it on together"


def test_mutated_articles_break_nothing() -> None:
    batches = [range(at, min(TEXTS, at + BATCH)) for at in range(0, TEXTS, BATCH)]

    if TEXTS <= 10 * BATCH:
        broken = list(chain.from_iterable(map(find_broken, batches)))
    else:
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            broken = []
            for done, found in enumerate(pool.map(find_broken, batches), 1):
                broken += found
                if done % REPORT == 0:
                    print(f"{done * BATCH} texts, {len(broken)} broken", flush=True)

    assert broken == [], "make_text(NUMBER) of tests/mutation.py gives the text"


def test_text_of_a_number_is_always_the_same() -> None:
    assert [make_text(number) for number in range(50)] == [make_text(number) for number in range(50)]
    assert len({make_text(number) for number in range(50)}) > 45


def _article() -> str:
    return max(load_pages(), key=len)


# Each gives a text of at least so many bytes of UTF-8.
KINDS: dict[str, Callable[[], str]] = {
    "ordinary text": lambda: _article() + "\n",
    "one line": lambda: _article().replace("\n", ""),
    "no marks": lambda: "".join(filter(str.isalnum, _article())),
    "list": lambda: "明德小学、清河县公安局、张小明、留守儿童、",
    "short lines": lambda: "清河县公安局\n",
    "brackets": lambda: "（",
    "pairs of brackets": lambda: "（化名）",
    "quotes": lambda: "“",
    "pairs of quotes": lambda: "“小荷”",
    "title marks": lambda: "《",
    "digits": lambda: "1",
    "spaces": lambda: " ",
    "one character": lambda: "小",
    "one and": lambda: "和",
}
# What stands around a run, so that reading takes it for an article.
HEAD, TAIL = "清河县公安局联合县教育局走进明德小学开展活动，", "，受到师生欢迎。"
# Megabytes of memory that one text of a megabyte may take on top of the loaded pipeline.
MEMORY = 700
# How much more a character may cost in a text twenty times as long. Measured: 0.8 to 1.6.
SLOWER = 3


def make_long(kind: str, size: int) -> str:
    unit = KINDS[kind]()
    return HEAD + unit * (size // len(unit.encode()) + 1) + TAIL


def measure(kind: str, size: int) -> tuple[float, float]:
    """Return the seconds of computing a character of a text, and the megabytes that it took at its peak."""
    nlp = load_once()
    check_texts([HEAD + TAIL], nlp)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    text = make_long(kind, size)
    start = time.process_time()
    assert check_texts([text], nlp) == 1
    seconds = time.process_time() - start
    return seconds / len(text), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


@pytest.mark.parametrize("kind", KINDS)
def test_time_grows_with_length_and_no_faster(kind: str) -> None:
    measure(kind, 2_000)

    short, long = measure(kind, 4_000)[0], measure(kind, 20_000)[0]

    assert long < SLOWER * short


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_megabyte_takes_what_its_length_is_worth(kind: str) -> None:
    # A process of its own, whose peak of memory is its own.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        short, _ = pool.submit(measure, kind, 50_000).result()
        long, memory = pool.submit(measure, kind, 1_000_000).result()

    print(f"{kind}: {short * 1e6:.0f} then {long * 1e6:.0f} µs a character, {memory:.0f} MB")
    assert long < SLOWER * short
    assert memory < MEMORY
