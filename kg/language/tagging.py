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

from kg.yamlfile import load_yaml

LEXICON = Path(__file__).parent / "lexicon"
# Characters to each side that a decision sees; 4 was best of 2..5 by cross-validation.
WINDOW = 4
# The end of a name is seen from so many characters before it.
AHEAD = 12
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
    data = load_yaml((LEXICON / "posts.yaml").read_text("utf-8"))
    words = sorted({*data["posts"], *data["assigned"]}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@cache
def _surnames() -> frozenset[str]:
    with (LEXICON / "family_names.tsv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["surname"] for row in csv.DictReader(file, delimiter="\t"))


def begins_with_surname(words: str) -> bool:
    """Tell whether ``words`` begin with a family name of one or two characters."""
    return words[:1] in _surnames() or words[:2] in _surnames()


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
    if not line:
        return []
    tags = rule_tags(line)
    for first, last, label in seen:
        for at in range(max(0, first), min(last, len(line))):
            tags[at].append(f"seen={'B' if at == first else 'E' if at == last - 1 else 'I'}-{label}")
    size = len(line)
    kinds = ["", *map(kind_of, line), ""]
    padded = "^" * WINDOW + line + "$" * WINDOW
    # Column by column, a row each character: much faster than row by row.
    columns = [
        [f"{offset}:{char}" for char in padded[WINDOW + offset : WINDOW + offset + size]]
        for offset in range(-WINDOW, WINDOW + 1)
    ]
    for mark, width, offsets in (("~", 2, range(-3, 3)), ("≈", 3, (-3, -2, -1, 0, 1))):
        for offset in offsets:
            first = WINDOW + offset
            head = f"{offset}{mark}"
            columns.append([head + padded[at : at + width] for at in range(first, first + size)])
    columns.append([f"k{kinds[at]}{kinds[at + 1]}{kinds[at + 2]}" for at in range(size)])
    before = [[], *([f"<{tag}" for tag in here] for here in tags[:-1])]
    behind = [*([f">{tag}" for tag in here] for here in tags[1:]), []]
    return [
        [*own, *here, *left, *right, *ahead]
        for own, here, left, right, ahead in zip(
            zip(*columns, strict=True), tags, before, behind, _ahead(tags), strict=True
        )
    ]


def _ahead(tags: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return for each character the class of the next name ending within twelve characters, and how far it is."""
    out: list[tuple[str, ...]] = [()] * len(tags)
    following = -1
    label = ""
    for at in range(len(tags) - 1, -1, -1):
        if 0 <= following <= at + AHEAD:
            out[at] = (f"ahead={label}{(following - at) // 3}",)
        for tag in tags[at]:
            if tag.startswith("suf=E"):
                following, label = at, tag[5:]
                break
    return out
