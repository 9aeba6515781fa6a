"""A spaCy component whose trained weights are one file in its folder of the pipeline."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Self


class TrainedComponent:
    """Knows where its weights are; ``path`` is their file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def to_disk(self, path: Path, **_settings: object) -> None:
        """Write the weights into the folder ``path``, which is made."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / self.path.name
        if self.path.resolve() != target.resolve():
            shutil.copyfile(self.path, target)

    def from_disk(self, path: Path, **_settings: object) -> Self:
        """Take the weights in the folder ``path``."""
        self.path = Path(path) / self.path.name
        return self
