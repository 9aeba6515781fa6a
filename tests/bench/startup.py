"""How long `kg` takes to start: help, list and answer, beside a bare Python and a Python with spaCy.

Every figure is the best of several runs, the commands taking turns, so that a busy moment of the machine
meets all of them alike.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

REPO = Path(__file__).resolve().parents[2]
KG = Path(sys.executable).with_name("kg")
ROUNDS = 7
# What a person at a prompt takes for at once.
LIMIT = 0.5


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def best_of(commands: dict[str, list[str]], *, rounds: int) -> dict[str, float]:
    for command in commands.values():
        seconds(command)  # compiles what is not compiled yet, and warms the disk's cache
    runs = [{name: seconds(command) for name, command in commands.items()} for _ in range(rounds)]
    return {name: min(run[name] for run in runs) for name in commands}


def main() -> int:
    """Print the table; return 1 if a command is over the limit."""
    with tempfile.TemporaryDirectory() as folder:
        build = str(Path(folder, "build"))
        subprocess.run([KG, "build", REPO / "seeds", "-o", build], check=True, capture_output=True)
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "kg --help": [str(KG), "--help"],
            "kg query --list": [str(KG), "query", "--list"],
            "kg query collaborators": [str(KG), "query", "collaborators", "-s", build],
            "python -c 'import spacy'": [sys.executable, "-c", "import spacy"],
        }
        best = best_of(commands, rounds=ROUNDS)
    bare = next(iter(best.values()))
    table = Table(
        "command", "seconds", "times bare Python", title=f"start-up, best of {ROUNDS}", title_justify="left"
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for name, value in best.items():
        table.add_row(name, f"{value:.3f}", f"{value / bare:.1f}")
    Console().print(table)
    slow = [name for name, value in best.items() if name.startswith("kg") and value > LIMIT]
    print(f"over {LIMIT} s: {', '.join(slow)}" if slow else f"every kg command is under {LIMIT} s")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
