"""``kg train``: the trained weights again, from gold articles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.application import app
from kg.cli.terminal import note


@app.command()
def train(
    gold_dir: Annotated[Path, typer.Argument(metavar="GOLD_DIR", help="Folder with NAME.txt and NAME.json.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Where the weights are written.")],
) -> None:
    """Train the mention recogniser and the relation ranker on gold articles (minutes)."""
    from kg import relation_training, training

    note(f"mentions: {training.train(gold_dir, out)}")
    note(f"relations: {relation_training.train(gold_dir, out)}")
