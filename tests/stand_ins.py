"""Small stand-ins for the language pipeline, and for one that misbehaves; a spawned process can import them.

All agencies are invented.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.errors import DataError
from kg.model import Article, Claim, Entity, Evidence, Extraction
from kg.reading import Item

JOINT = re.compile(r"(\w+?局)联合(\w+?局)")
TEXT = "阳东市公安局开展护校行动\n\n{first}联合{second}，走进校园开展法治宣传活动，受到师生欢迎。\n"


def read_joint_work(articles: Iterable[Article]) -> Iterator[Extraction]:
    """Extract A联合B, the smallest extractor that gives a graph."""
    for article in articles:
        entities: dict[str, Entity] = {}
        claims = []
        for match in JOINT.finditer(article.text):
            first, second = (
                entities.setdefault(name, Entity(f"agency/{name}", "Agency", name)) for name in match.groups()
            )
            evidence = Evidence(article.id, match.start(), match.end(), match.group(), "test.joint", 1.0)
            claims.append(Claim(first, "collaboratesWith", second, evidence))
        yield Extraction(article, tuple(entities.values()), tuple(claims))


def with_a_broken_claim(articles: Iterable[Article]) -> Iterator[Extraction]:
    """The same, and one claim whose passage stands somewhere else."""
    for extraction in read_joint_work(articles):
        good = extraction.claims[0]
        evidence = Evidence(extraction.article.id, 0, 3, "不在此处", "test.broken", 1.0)
        bad = Claim(good.object, "collaboratesWith", good.subject, evidence)
        yield Extraction(extraction.article, extraction.entities, (good, bad))


def write_article(folder: Path, name: str, first: str = "阳东市公安局", second: str = "阳东市教育局") -> Path:
    """Write a file whose article says that two agencies work together."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.txt"
    path.write_text(TEXT.format(first=first, second=second), "utf-8")
    return path


def item(name: str, second: str = "") -> Item:
    """Return an item whose article says that an agency works together with ``second``, else one called by ``name``."""
    text = TEXT.format(first="阳东市公安局", second=second or f"{name}教育局")
    return Item(f"{name}.txt", name, text.encode())


@dataclass(frozen=True, slots=True)
class Misbehaving:
    """An extractor that does ``deed`` at every article whose name starts with "bad"; at one only with a ``flag``.

    The flag is a file: who makes it has done the deed, in whichever process.
    """

    deed: Callable[[], object]
    flag: Path | None = None

    def __call__(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        for extraction in read_joint_work(articles):
            if extraction.article.name.startswith("bad") and self._still_to_do():
                self.deed()
            yield extraction

    def _still_to_do(self) -> bool:
        if self.flag is None:
            return True
        try:
            self.flag.touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def die() -> None:
    """End the process at once, as the system does when there is no memory left."""
    os.kill(os.getpid(), signal.SIGKILL)


def hang() -> None:
    """Wait for what never comes: no limit on the processor's time ends that."""
    time.sleep(600)


def dawdle() -> None:
    """Take far too long, in code that can be interrupted."""
    until = time.process_time() + 600
    while time.process_time() < until:
        pass


def give_up() -> None:
    """Do what the timer does when the time is over."""
    raise TimeoutError("takes longer than it may")


def stumble() -> None:
    """Raise what nobody expects."""
    raise ZeroDivisionError("division by zero")


def interrupt() -> None:
    """Do as Ctrl-C does."""
    raise KeyboardInterrupt


def break_a_rule() -> None:
    """Find a file of the product broken."""
    raise DataError("rules/trains.yaml", "unknown slot {audiance}", "known slots: subject, audience")
