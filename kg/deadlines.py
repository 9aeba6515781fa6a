"""A time limit around work on one item: a file made to keep a parser busy for hours is given up.

In the main thread a timer signal ends the block, in any other thread (a Dask worker runs its tasks in
one) an exception that the interpreter is asked to raise there. Neither needs a process of its own, and both reach
Python code and regular expressions; a call into C runs to its end first.
"""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Parsers catch what they did not expect and go on; the second knock comes this many seconds later.
AGAIN = 0.25


class TimeUpError(BaseException):
    """The time is over; no Exception, so that no parser takes it for a broken page and reads on."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End the block after ``seconds``.

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
    """Raise TimeUpError in the main thread; an alarm that somebody else had set goes on afterwards."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TimeUpError

    started = time.monotonic()
    before = signal.signal(signal.SIGALRM, ring)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - started), 0.001), interval)


@contextmanager
def _watch(seconds: float) -> Iterator[None]:
    """Raise TimeUpError in this thread, whichever it is, from a thread that waits beside it."""
    thread = ctypes.c_ulong(threading.get_ident())
    done, lock = threading.Event(), threading.Lock()

    def ring() -> None:
        wait = seconds
        while not done.wait(wait):
            with lock:
                if not done.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TimeUpError))
            wait = AGAIN

    watcher = threading.Thread(target=ring, name="time limit", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        with lock:
            done.set()
            # One that was asked for and not yet raised must not come later, outside.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, None)
