"""The README is true: every command in it runs, and both languages name the same ones."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from machine import REPO, SCRIPTS

README = (REPO / "README.md").read_text("utf-8")
ENGLISH, CHINESE = README.split("\n## 中文\n")


def commands(text: str) -> list[str]:
    """Return the command lines of the sh blocks, comments aside."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line.split(" #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


KG = sorted({line for line in commands(README) if line.startswith("kg ")})
MAKE = sorted({line for line in commands(README) if line.startswith("make ")})


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, seed_build: Path) -> Path:
    """Return a folder as a reader has it after `make run`."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("seeds", "tests"):
        (folder / name).symlink_to(REPO / name)
    shutil.copytree(seed_build, folder / "out")
    return folder


@pytest.mark.parametrize("line", KG)
def test_every_command_of_the_readme_runs(line: str, checkout: Path) -> None:
    words = shlex.split(line)

    run = subprocess.run(
        [str(SCRIPTS / words[0]), *words[1:]],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"NO_COLOR": "1"},
    )

    assert run.returncode == 0, f"{line}\n{run.stderr}"
    assert run.stdout or "-o" in words or "check" in words


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (REPO / "Makefile").read_text("utf-8")

    assert MAKE == ["make run", "make test"]
    for line in MAKE:
        assert re.search(rf"^{line.split()[1]}:", makefile, re.MULTILINE)


def test_both_languages_cover_the_main_commands() -> None:
    verbs = {line.split()[1] for line in commands(CHINESE) if line.startswith("kg ")}

    assert verbs >= {"build", "info", "check", "query", "view", "extract", "export"}


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_links_lead_to_files(target: str) -> None:
    assert (REPO / target).exists()


def test_what_the_readme_shows_is_what_the_commands_print(checkout: Path) -> None:
    shown = re.findall(r"^```text\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    lines = {line for block in shown for line in block.splitlines() if line != "…" and "seconds" not in line}

    printed = ""
    for arguments in (
        ["info", "-s", "out"],
        ["query", "deployments", "-s", "out"],
        ["explain", "seeds/zhuzhou.txt", "--find", "反恐"],
    ):
        run = subprocess.run(
            [str(SCRIPTS / "kg"), *arguments],
            cwd=checkout,
            capture_output=True,
            text=True,
            check=True,
        )
        printed += run.stdout

    assert lines
    assert set(map(unscored, lines)) <= set(map(unscored, printed.splitlines()))


def unscored(line: str) -> str:
    """Return a line without the ranker's score, which moves a little whenever the weights are trained."""
    return re.sub(r"^[01]\.\d{3}(?= )", "0.000", line)
