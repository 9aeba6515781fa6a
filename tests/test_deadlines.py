from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress

import pytest

from kg.deadlines import TooSlow, deadline

# Long enough for any machine to do nothing in, and as long as nobody wants to wait.
LONG, SHORT = 30.0, 0.02


def wait(seconds: float) -> None:
    """Wait in short steps, as work does that is made of many calls."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.001)


def test_work_that_takes_too_long_is_stopped() -> None:
    started = time.monotonic()

    with pytest.raises(TooSlow), deadline(SHORT):
        wait(LONG)

    assert time.monotonic() - started < LONG / 2


def test_one_long_call_is_stopped_too() -> None:
    with pytest.raises(TooSlow), deadline(SHORT):
        time.sleep(LONG)


def test_work_in_time_is_left_alone_also_afterwards() -> None:
    with deadline(SHORT):
        done = True

    wait(2 * SHORT)
    assert done


@pytest.mark.parametrize("error", [None, TooSlow, ValueError])
def test_timer_and_handler_are_as_they_were(error: type[Exception] | None) -> None:
    def mine(*_: object) -> None:
        """Belong to somebody else."""

    before = signal.signal(signal.SIGALRM, mine)
    try:
        with suppress(TooSlow, ValueError), deadline(LONG):
            if error:
                raise error

        assert signal.getsignal(signal.SIGALRM) is mine
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("seconds", [0, -1])
def test_no_limit_is_no_limit(seconds: float) -> None:
    with deadline(seconds):
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_another_thread_is_not_stopped() -> None:
    ended = []

    def work() -> None:
        with deadline(SHORT):
            wait(3 * SHORT)
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert ended == [True]


def test_a_system_without_timers_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "setitimer")

    with deadline(SHORT):
        wait(2 * SHORT)
