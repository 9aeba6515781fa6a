"""A time limit around work on one item: a file made to keep a parser busy for hours is given up.

It counts the time of the processor, not of the clock, so that a busy machine refuses nothing. In the main
thread a timer signal ends the block, in any other thread (a Dask worker runs its tasks in one) an exception that
the interpreter is asked to raise there. Neither needs a process of its own, and both reach Python code and
regular expressions; a call into C runs to its end first.
"""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# Parsers catch what they did not expect and go on; the next knock comes this many seconds later.
AGAIN = 0.25


class TimeUpError(BaseException):
    """The time is over; no Exception, so that no parser takes it for a broken page and reads on."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End the block when it has used ``seconds`` of the processor's time.

    Raises:
        TimeoutError: the block took longer.
    """
    by_signal = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    try:
        with _alarm(seconds) if by_signal else _watch(seconds):
            yield
    except TimeUpError:
        raise TimeoutError(f"takes longer than {seconds:g} seconds") from None


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise TimeUpError in the main thread when the process has worked for so long."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TimeUpError

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN)
    try:
        yield
    finally:
        _surely(lambda: signal.setitimer(signal.ITIMER_PROF, 0))
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _watch(seconds: float) -> Iterator[None]:
    """Raise TimeUpError in this thread, whichever it is, from a thread that waits beside it."""
    thread, used = ctypes.c_ulong(threading.get_ident()), _stopwatch()
    done, lock = threading.Event(), threading.Lock()

    def ring() -> None:
        while not done.wait(AGAIN):
            with lock:
                if not done.is_set() and used() > seconds:
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TimeUpError))

    def end() -> None:
        with lock:
            done.set()
            # One that was asked for and not yet raised must not come later, outside.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, None)

    watcher = threading.Thread(target=ring, name="time limit", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        _surely(end)


def _surely(end: Callable[[], object]) -> None:
    """Call what ends the watch, once more where the time is over in the middle of that."""
    while True:
        try:
            end()
        except TimeUpError:
            continue
        return


def _stopwatch() -> Callable[[], float]:
    """Return what tells, from any thread, how long this one has worked; where no system does, by the clock."""
    if not hasattr(time, "pthread_getcpuclockid"):
        started = time.monotonic()
        return lambda: time.monotonic() - started
    own = time.pthread_getcpuclockid(threading.get_ident())
    worked = time.clock_gettime(own)
    return lambda: time.clock_gettime(own) - worked
