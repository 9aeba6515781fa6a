"""Where trained weights are kept: a component's own folder inside the pipeline's."""

from __future__ import annotations

import shutil
from pathlib import Path


def copy_weights(source: Path, folder: Path) -> None:
    """Copy the weights file ``source`` into ``folder``, which is made; nothing happens if it is there already."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / source.name
    if source.resolve() != target.resolve():
        shutil.copyfile(source, target)
