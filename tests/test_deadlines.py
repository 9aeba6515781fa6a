"""The time limit: in the main thread and in others, against code that catches everything, and with no trace after."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import pytest

from kg.config import Limits
from kg.deadlines import time_limit
from kg.errors import ArticleError
from kg.reading import articles, read_item
from kg.reading.item import Item


def work_for(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def stubborn() -> None:
    """Catch the first end of time, as a parser with a bare except does."""
    try:
        work_for(20)
    except BaseException:  # noqa: BLE001
        work_for(20)


def in_thread(act: Callable[[], None]) -> BaseException | None:
    caught: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return caught[0] if caught else None


def limited(act: Callable[[], None], seconds: float) -> None:
    with time_limit(seconds):
        act()


def in_main(act: Callable[[], None]) -> BaseException | None:
    try:
        act()
    except TimeoutError as error:
        return error
    return None


@pytest.mark.parametrize("run", [in_main, in_thread])
@pytest.mark.parametrize("act", [lambda: work_for(20), stubborn], ids=["plain", "stubborn"])
def test_work_ends_when_its_time_is_over(
    run: Callable[..., BaseException | None], act: Callable[[], None]
) -> None:
    started = time.process_time()

    error = run(lambda: limited(act, 0.2))

    assert isinstance(error, TimeoutError)
    assert str(error) == "takes longer than 0.2 seconds"
    assert time.process_time() - started < 5


@pytest.mark.parametrize("run", [in_main, in_thread])
def test_nothing_comes_after_a_block_that_ended_in_time(run: Callable[..., BaseException | None]) -> None:
    def act() -> None:
        for _ in range(20):
            limited(lambda: work_for(0.001), 0.02)
        work_for(0.3)

    assert run(act) is None


@pytest.mark.parametrize("run", [in_main, in_thread])
def test_waiting_is_not_working(run: Callable[..., BaseException | None]) -> None:
    assert run(lambda: limited(lambda: time.sleep(0.6), 0.2)) is None


def test_signal_of_the_caller_is_put_back() -> None:
    before = signal.getsignal(signal.SIGPROF)

    limited(lambda: None, 1)

    assert signal.getsignal(signal.SIGPROF) is before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_item_that_takes_too_long_is_a_named_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles, "decode", lambda _: work_for(30))

    with pytest.raises(ArticleError, match="x: takes longer than 1 seconds; --limit item_seconds=N"):
        read_item(Item("x", "x", b"data"), limits=Limits(item_seconds=1))
