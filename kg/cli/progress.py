"""What ``kg build`` shows while it works: on a terminal a bar with articles, rate, time left and claims."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kg.cli.terminal import note

if TYPE_CHECKING:
    from kg.gathering import Listener
    from kg.ledger import Outcome, Plan


def count_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def say_plan(plan: Plan) -> Iterator[str]:
    """Yield in words what a build would do, a line each."""
    yield f"{plan.found} items found"
    said = (
        (plan.new, "new: to be read and extracted"),
        (plan.changed, "changed: replace what they said"),
        (plan.again, f"to be made again, because these changed: {', '.join(plan.because)}"),
        (plan.gone, "gone: what they said is taken back"),
        (plan.known, "as they were: nothing to do"),
        (plan.refused, "cannot be opened"),
    )
    yield from (f"{number:>8} {words}" for number, words in said if number)


@dataclass(slots=True)
class Tally:
    """How far a build got, for those who stop it."""

    pending: int = 0
    kept: int = 0

    def hear(self, listener: Listener) -> Listener:
        """Return a listener that counts, too."""

        def on_plan(plan: Plan) -> None:
            self.pending = plan.pending
            listener.on_plan(plan)

        def on_outcome(outcome: Outcome) -> None:
            self.kept += 1
            listener.on_outcome(outcome)

        return replace(listener, on_plan=on_plan, on_outcome=on_outcome)


@contextmanager
def show_progress(*, hidden: bool) -> Iterator[Listener]:
    """Give what a build reports to: a bar on a terminal, a line when work is made again, or nothing."""
    from kg.gathering import Listener

    if hidden:
        yield Listener()
        return
    if not sys.stderr.isatty():
        yield Listener(on_plan=_say_why)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(),
        TextColumn("{task.fields[claims]:,} claims", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting", total=None, claims=0, rate="")

        def on_plan(plan: Plan) -> None:
            _say_why(plan)
            progress.update(task, total=plan.pending or None)

        def on_outcome(outcome: Outcome) -> None:
            shown = progress.tasks[task]
            claims = shown.fields["claims"] + outcome.record.get("claims", 0)
            rate = f"{shown.speed:.0f}/s" if shown.speed else ""
            progress.update(task, advance=1, claims=claims, rate=rate)

        yield Listener(
            on_stage=lambda stage: progress.update(task, description=stage),
            on_plan=on_plan,
            on_outcome=on_outcome,
        )


def _say_why(plan: Plan) -> None:
    if plan.again:
        note(f"{plan.again} articles are made again, because these changed: {', '.join(plan.because)}")
