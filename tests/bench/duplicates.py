"""How well near copies are told from articles that are only alike, and how long a hundred thousand take.

Copies are the gold texts and others as further sites print them: another title, the last paragraph dropped,
another dateline, a paragraph added, typos mended, cut to two thirds, or two of these. What is no copy: two
articles after one model with other names and figures, also when one office wrote both, and two outlets'
reports of one event. `python tests/bench/duplicates.py [ARTICLES]`.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus import (
    EDITS,
    Made,
    draw_county,
    edited,
    from_gold,
    from_template,
    iter_made,
    load_stock,
    make,
    slots,
    told,
)
from rich.console import Console
from rich.table import Table

from kg.duplicates import SIZE, find_copies, make_sketch


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, what tells them apart, and whether one is a copy of the other."""

    kind: str
    first: str
    second: str
    copies: bool


def iter_pairs(count: int, *, seed: int) -> Iterator[Pair]:
    """Yield ``count`` pairs of each kind."""
    rng = random.Random(f"pairs:{seed}")
    for number in range(count):
        original = _original(number, seed)
        for edit in EDITS:
            yield _pair(edit, original, edited(original, edit, rng=rng), copies=True)
        once = edited(original, rng.choice(EDITS), rng=rng)
        yield _pair("two edits", original, edited(once, rng.choice(EDITS), rng=rng), copies=True)
        yield from _alike(rng)


def _original(number: int, seed: int) -> Made:
    article = make(number, seed=seed)
    return article if article.source is None else make(article.source, seed=seed)


def _alike(rng: random.Random) -> Iterator[Pair]:
    """Yield a pair of each kind that is no copy."""
    stock = load_stock()
    here, there = draw_county(stock, rng), draw_county(stock, rng)
    template, source = rng.choice(stock.templates), rng.choice(stock.sources)
    for kind, county in (("same office", here), ("same model", there)):
        first = from_template(template, here, number=1, rng=rng)
        yield _pair(kind, first, from_template(template, county, number=2, rng=rng), copies=False)
    for kind, county in (("same office, long", here), ("same model, long", there)):
        first = from_gold(source, here, number=1, rng=rng)
        yield _pair(kind, first, from_gold(source, county, number=2, rng=rng), copies=False)
    event = rng.choice(stock.events)
    day = from_template(template, here, number=1, rng=rng).published
    said = slots(here, published=day, rng=rng)
    first, second = (told(event[side], said, number=1, published=day) for side in ("first", "second"))
    yield _pair("one event", first, second, copies=False)


def _pair(kind: str, first: Made, second: Made, *, copies: bool) -> Pair:
    return Pair(kind, first.text, second.text, copies)


def found_by_kind(count: int, *, seed: int) -> dict[tuple[str, bool], tuple[int, int]]:
    """Return for each kind how many pairs were taken for copies, of how many that differ at all."""
    found: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for pair in iter_pairs(count, seed=seed):
        if pair.first != pair.second:
            sketches = [("first", make_sketch(pair.first)), ("second", make_sketch(pair.second))]
            counts = found[pair.kind, pair.copies]
            counts[0] += len(set(find_copies(sketches).values())) == 1
            counts[1] += 1
    return {key: (taken, total) for key, (taken, total) in found.items()}


def score(found: dict[tuple[str, bool], tuple[int, int]]) -> tuple[float, float]:
    """Return precision and recall over all pairs."""
    right = sum(taken for (_, copies), (taken, _) in found.items() if copies)
    taken = sum(taken for taken, _ in found.values())
    return right / taken, right / sum(total for (_, copies), (_, total) in found.items() if copies)


def measure_corpus(count: int) -> None:
    """Print how long a corpus takes, how much memory, and how well its own copies are found."""
    sources: dict[str, str] = {}
    with tempfile.TemporaryFile() as file:
        seconds = 0.0
        for article in iter_made(count, seed=5):
            begun = time.perf_counter()
            sketch = make_sketch(article.text)
            seconds += time.perf_counter() - begun
            file.write(sketch)
            sources[str(article.number)] = str(article.number if article.source is None else article.source)
        file.seek(0)
        before = _resident("VmRSS")
        begun = time.perf_counter()
        leaders = find_copies((name, file.read(SIZE)) for name in sources)
        took = time.perf_counter() - begun
    true = [name for name, source in sources.items() if name != source]
    together = sum(leaders[name] == leaders[sources[name]] for name in true)
    mixed = sum(sources[name] != sources[leader] for name, leader in leaders.items())
    print(f"{count:,} sketches: {seconds:.1f} s; clusters: {took:.1f} s")
    print(f"memory: {before:.0f} MB before, {_resident('VmHWM'):.0f} MB at most")
    print(
        f"copies in the corpus: {together} of {len(true)} with their original, {mixed} articles with another"
    )


def _resident(field: str) -> float:
    found = re.search(rf"{field}:\s*(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


def main() -> None:
    """Print the table of kinds and the figures of a corpus."""
    found = found_by_kind(300, seed=11)
    table = Table("kind", "copies", "taken for copies", "of")
    for (kind, copies), (taken, total) in found.items():
        table.add_row(kind, "yes" if copies else "no", str(taken), str(total))
    Console(width=100).print(table)
    precision, recall = score(found)
    print(f"precision {precision:.4f}, recall {recall:.4f}")
    measure_corpus(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)


if __name__ == "__main__":
    main()
