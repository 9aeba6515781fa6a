"""Where the checkout is, and what else this machine has: tools that the package itself does not need."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sys.executable).parent
TRAIN = REPO / "tests" / "gold" / "train"
TOOLS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "chrome"),
    "n3": (".cache/npm/node_modules/n3",),
    "node": ("node", "nodejs"),
    "owlready2": (".cache/owlready2",),
    "oxigraph": ("oxigraph",),
    "rapper": ("rapper",),
    "riot": ("riot",),
    "serdi": ("serdi",),
}


def find_tool(name: str) -> Path | None:
    """Return where one of TOOLS is: beside this Python, on the PATH, or a folder of the checkout."""
    for candidate in TOOLS[name]:
        if "/" in candidate:
            found = str(REPO / candidate) if (REPO / candidate).exists() else None
        else:
            found = shutil.which(candidate, path=SCRIPTS) or shutil.which(candidate)
        if found:
            return Path(found)
    return None


def measured_training_gold() -> list[Path]:
    """Return the gold files of the training articles on which single parts (dates, names, masks) were measured.

    The later ones, from tb- on, were written to teach the models; on them the pipeline is measured as a whole.
    """
    return sorted(path for path in TRAIN.glob("*.json") if re.match(r"t[1-9a]-", path.name))
