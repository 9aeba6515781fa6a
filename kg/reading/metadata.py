"""What a page or a container says about an article beside its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about an article; ``origins`` names for each value where it came from (column, meta, …)."""

    title: str = ""
    publisher: str = ""
    author: str = ""
    published: date | None = None
    url: str = ""
    origins: tuple[tuple[str, str], ...] = ()
