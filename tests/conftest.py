"""What several test modules share: outside tools, the seed's build, how Hypothesis runs."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from machine import REPO, SCRIPTS, find_tool

# No deadline: a shared machine pauses for longer than any honest one. In CI the same examples each time,
# so that a red run is red again when it is looked into.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "local")


@pytest.fixture(scope="session")
def need_tool() -> Callable[[str], Path]:
    """Return the path of an outside tool; without it a user's run skips the test and CI's run fails it."""

    def need(name: str) -> Path:
        tool = find_tool(name)
        if tool is None:
            message = f"{name} is not installed; .ci/run shows how"
            if os.environ.get("CI") == "true":
                pytest.fail(message)
            pytest.skip(message)
        return tool

    return need


@pytest.fixture(scope="session")
def seed_build(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the folder of one whole `kg build seeds`, made once a run whatever the number of workers."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    out, done = shared / "seed-build", shared / "seed-build.done"
    with (shared / "seed-build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            run = subprocess.run(
                [SCRIPTS / "kg", "build", REPO / "seeds", "-o", out],
                capture_output=True,
                text=True,
                check=False,
            )
            assert run.returncode == 0, f"kg build seeds failed ({run.returncode}):\n{run.stderr}"
            done.touch()
    return out
