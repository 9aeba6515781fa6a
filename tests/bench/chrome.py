"""How well articles are read out of HTML pages: ours beside trafilatura alone, site by site, in one run.

Every gold article is put into every site of `tests/sites`; its own text is what should come back. KG_EVERY=40
takes every fortieth article.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import trafilatura
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))
from site_templates import (
    Site,
    expected,
    gold_texts,
    intruders,
    load_sites,
    read_rendered,
    render,
    story_of,
    token_f1,
)

EVERY = int(os.environ.get("KG_EVERY", "1"))
# What is promised of every site: token F1 on average; no name of the wrapping in any text.
F1 = 0.98


@dataclass(slots=True)
class Score:
    """What the articles of one site came to."""

    f1: list[float] = field(default_factory=list)
    lowest: str = ""
    intruders: int = 0
    right: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, f1: float, article: str, intruders: int) -> None:
        if f1 < min(self.f1, default=2.0):
            self.lowest = article
        self.f1.append(f1)
        self.intruders += intruders


def score(site: Site, paths: list[Path]) -> tuple[Score, Score]:
    """Return our score on a site and trafilatura's."""
    ours, theirs = Score(), Score()
    for path in paths:
        story = story_of(path)
        begun = time.process_time()
        article = read_rendered(site, story)
        ours.seconds += time.process_time() - begun
        ours.add(token_f1(article.text, story.text), path.stem, len(intruders(site, article.text)))
        ours.right.update(k for k, v in expected(site, story).items() if getattr(article, k) == v)
        data, _ = render(site, story)
        begun = time.process_time()
        text = trafilatura.extract(data, favor_recall=True, include_comments=False) or ""
        theirs.seconds += time.process_time() - begun
        theirs.add(token_f1(text, story.text), path.stem, len(intruders(site, text)))
    return ours, theirs


def main() -> int:
    """Print the table; return 1 if a promise is not kept."""
    paths = gold_texts()[::EVERY]
    table = Table("site", "F1", "lowest", "of", "names", "title", "publisher", "author", "day", "url", "ms")
    for column in ("trafilatura F1", "lowest", "names", "ms"):
        table.add_column(column)
    table.title = f"{len(paths)} articles in {len(load_sites())} sites"
    kept, everything, alone = True, [], []
    for site in load_sites():
        ours, theirs = score(site, paths)
        everything += ours.f1
        alone += theirs.f1
        mean = sum(ours.f1) / len(paths)
        kept = kept and mean >= F1 and not ours.intruders
        shown = [
            f"{ours.right[name] / len(paths):.3f}" if name in site.shows else "-"
            for name in ("title", "publisher", "author", "published", "url")
        ]
        table.add_row(
            *(site.name, f"{mean:.4f}", f"{min(ours.f1):.3f}", ours.lowest, str(ours.intruders), *shown),
            *(f"{ours.seconds / len(paths) * 1000:.0f}", f"{sum(theirs.f1) / len(paths):.4f}"),
            *(f"{min(theirs.f1):.3f}", str(theirs.intruders), f"{theirs.seconds / len(paths) * 1000:.0f}"),
        )
    Console(width=170).print(table)
    Console().print(f"all pages: F1 {sum(everything) / len(everything):.4f}, lowest {min(everything):.3f};")
    Console().print(f"trafilatura alone: {sum(alone) / len(alone):.4f}, lowest {min(alone):.3f}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
