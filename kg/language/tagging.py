"""Features of every character for the mention recogniser: what it is, what stands around it, which rules fire.

Rule tags are knowledge as data (``lexicon/endings.tsv``, ``lexicon/posts.yaml``): the trained model weighs
them, they decide nothing by themselves.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import yaml

LEXICON = Path(__file__).parent / "lexicon"
# Characters to each side that a decision sees; 4 was best of 2..5 by cross-validation.
WINDOW = 4
QUOTED = re.compile(r"[“\"「]([^”\"」“\n]{1,24})[”\"」]")
TITLE = re.compile(r"《[^《》\n]{1,60}》")


@cache
def _suffixes() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of the words that names of bodies, schools and programmes end in, and their class."""
    with (LEXICON / "endings.tsv").open(encoding="utf-8", newline="") as file:
        words = {row["word"]: row["class"] for row in csv.DictReader(file, delimiter="\t")}
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True)))), words


@cache
def _posts() -> re.Pattern[str]:
    data = yaml.safe_load((LEXICON / "posts.yaml").read_text("utf-8"))
    words = sorted({*data["posts"], *data["assigned"]}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@cache
def _surnames() -> frozenset[str]:
    with (LEXICON / "family_names.tsv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["surname"] for row in csv.DictReader(file, delimiter="\t"))


def kind_of(char: str) -> str:
    """Return the coarse class of a character: digit, space, Latin, Chinese or itself (punctuation)."""
    if char.isdigit() or char in "一二三四五六七八九十百千万两余":
        return "9"
    if char.isspace():
        return "_"
    if "\u4e00" <= char <= "\u9fff":
        return "字"
    return "a" if char.isalpha() else char


def _spans(pattern: re.Pattern[str], text: str, name: str, tags: list[list[str]]) -> None:
    for match in pattern.finditer(text):
        start, end = match.span()
        for at in range(start, end):
            tags[at].append(f"{name}={'B' if at == start else 'E' if at == end - 1 else 'I'}")


def rule_tags(text: str) -> list[list[str]]:
    """Return for every character of ``text`` the tags of the rules that cover it."""
    tags: list[list[str]] = [[] for _ in text]
    pattern, classes = _suffixes()
    for match in pattern.finditer(text):
        start, end = match.span()
        label = classes[match.group()]
        for at in range(start, end):
            tags[at].append(f"suf={'E' if at == end - 1 else 'I'}{label}")
        if end < len(text):
            tags[end].append(f"sufend={label}")
    for match in QUOTED.finditer(text):
        after = pattern.match(text, match.end())
        label = classes[after.group()] if after else "none"
        for at in range(match.start(), match.end()):
            place = "B" if at == match.start() else "E" if at == match.end() - 1 else "I"
            tags[at].append(f"quote={place}")
            tags[at].append(f"quoteclass={label}")
            tags[at].append(f"quotenext={text[match.end() : match.end() + 2]}")
            tags[at].append(f"quotelen={min(len(match[1]), 12)}")
    _spans(TITLE, text, "title", tags)
    for match in _posts().finditer(text):
        start, end = match.span()
        for at in range(start, end):
            tags[at].append("post")
        if end < len(text):
            tags[end].append("afterpost")
            if text[end] in _surnames() or text[end : end + 2] in _surnames():
                tags[end].append("afterpost+surname")
                for at in range(end + 1, min(end + 3, len(text))):
                    tags[at].append(f"given{at - end}")
    for at, char in enumerate(text):
        if char in _surnames():
            tags[at].append("surname")
        elif text[at : at + 2] in _surnames():
            tags[at].append("surname2")
    return tags


def features(line: str, *, seen: Iterable[tuple[int, int, str]] = ()) -> list[list[str]]:
    """Return the features of every character of ``line``, a paragraph as a rule.

    ``seen`` are spans and labels (PERSON, GPE, ORG) that another recogniser sees in it.
    """
    tags = rule_tags(line)
    for first, last, label in seen:
        for at in range(max(0, first), min(last, len(line))):
            tags[at].append(f"seen={'B' if at == first else 'E' if at == last - 1 else 'I'}-{label}")
    kinds = [kind_of(char) for char in line]
    padded = "^" * WINDOW + line + "$" * WINDOW
    out: list[list[str]] = []
    for at in range(len(line)):
        here = at + WINDOW
        row = [f"{offset}:{padded[here + offset]}" for offset in range(-WINDOW, WINDOW + 1)]
        row += [f"{offset}~{padded[here + offset : here + offset + 2]}" for offset in range(-3, 3)]
        row += [f"{offset}≈{padded[here + offset : here + offset + 3]}" for offset in (-3, -2, -1, 0, 1)]
        row.append("k" + "".join(kinds[max(0, at - 1) : at + 2]))
        row += tags[at]
        if at:
            row += ["<" + tag for tag in tags[at - 1]]
        if at + 1 < len(line):
            row += [">" + tag for tag in tags[at + 1]]
        ahead = _ahead(tags, at)
        if ahead:
            row.append(ahead)
        out.append(row)
    return out


def _ahead(tags: Sequence[Sequence[str]], at: int) -> str:
    """Return the class of the next name ending within twelve characters, and how far it is."""
    for distance in range(1, 13):
        if at + distance >= len(tags):
            break
        for tag in tags[at + distance]:
            if tag.startswith("suf=E"):
                return f"ahead={tag[5:]}{min(distance, 12) // 3}"
    return ""
