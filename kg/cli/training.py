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
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Where the pipeline is written.")],
    model: Annotated[
        str | None, typer.Option(help="An installed spaCy pipeline whose entities become features.")
    ] = None,
) -> None:
    """Train the mention recogniser and the relation ranker on gold articles (minutes).

    DIR is a spaCy pipeline: spacy.load(DIR), or --weights DIR in kg evaluate.
    """
    from kg.fitting import fit

    note(f"pipeline: {fit(gold_dir, out, model=model)}")
