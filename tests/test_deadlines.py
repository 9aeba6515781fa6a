from __future__ import annotations

import signal
import threading
import time
from contextlib import nullcontext

import pytest

from kg.deadlines import time_limit

# Long enough for any machine to do nothing in, and as long as nobody wants to wait.
LONG, SHORT = 30.0, 0.02


def wait(seconds: float) -> None:
    """Wait in short steps, as work does that is made of many calls."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.001)


def test_work_that_takes_too_long_is_stopped() -> None:
    started = time.monotonic()

    with pytest.raises(TimeoutError), time_limit(SHORT):
        wait(LONG)

    assert time.monotonic() - started < LONG / 2


def test_one_long_call_is_stopped_too() -> None:
    with pytest.raises(TimeoutError), time_limit(SHORT):
        time.sleep(LONG)


def test_work_in_time_is_left_alone_also_afterwards() -> None:
    with time_limit(SHORT):
        done = True

    wait(2 * SHORT)
    assert done


@pytest.mark.parametrize("error", [None, TimeoutError, ValueError])
def test_timer_and_handler_are_as_they_were(error: type[Exception] | None) -> None:
    def mine(*_: object) -> None:
        """Belong to somebody else."""

    before = signal.signal(signal.SIGALRM, mine)
    try:
        with pytest.raises(error) if error else nullcontext(), time_limit(LONG):
            if error:
                raise error

        assert signal.getsignal(signal.SIGALRM) is mine
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_work_in_another_thread_is_stopped_too() -> None:
    heard: list[type[BaseException]] = []

    def work() -> None:
        try:
            with time_limit(SHORT):
                wait(LONG)
        except TimeoutError as error:
            heard.append(type(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(LONG)

    assert heard == [TimeoutError]
