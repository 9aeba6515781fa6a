"""Features of every character for the mention recogniser: what it is, what stands around it, which rules fire.

Rule tags are knowledge as data (``lexicon/endings.tsv``, ``lexicon/posts.yaml``): the trained model weighs
them, they decide nothing by themselves.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.occurrences import any_of
from kg.yamlfile import load_yaml

LEXICON = Path(__file__).parent / "lexicon"
# Characters to each side that a decision sees; 4 was best of 2..5 by cross-validation.
WINDOW = 4
# The end of a name is seen from so many characters before it.
AHEAD = 12
# The marks of the tags of the character before and behind.
BEFORE, BEHIND = "<", ">"
QUOTED = re.compile(r"[“\"「]([^”\"」“\n]{1,24})[”\"」]")
TITLE = re.compile(r"《[^《》\n]{1,60}》")


@cache
def _suffixes() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of the words that names of bodies, schools and programmes end in, and their class."""
    with (LEXICON / "endings.tsv").open(encoding="utf-8", newline="") as file:
        words = {row["word"]: row["class"] for row in csv.DictReader(file, delimiter="\t")}
    return re.compile(any_of(words)), words


def class_by_ending(name: str) -> str:
    """Return the class of the longest word that ``name`` ends in (工作室: Studio), or ""."""
    _, classes = _suffixes()
    endings = (name[at:] for at in range(len(name)))
    return next((classes[ending] for ending in endings if ending in classes), "")


@cache
def _posts() -> re.Pattern[str]:
    data = load_yaml((LEXICON / "posts.yaml").read_text("utf-8"))
    return re.compile(any_of([*data["posts"], *data["assigned"]]))


@cache
def _surnames() -> frozenset[str]:
    """Return the common family names only: with all 503 of surnames.tsv persons lost .008 F1, held out."""
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


class _Kinds(dict[int, str]):
    """The kinds of characters, by code point, found when first asked for."""

    def __missing__(self, code: int) -> str:
        self[code] = kind_of(chr(code))
        return self[code]


_KINDS = _Kinds()


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


@dataclass(frozen=True, slots=True)
class Gram:
    """A feature of pieces of so many characters, one at each of ``offsets`` from a character.

    The pieces are of the line itself or of its ``kinds``.
    """

    width: int
    offsets: Sequence[int]
    kinds: bool = False


# By the mark that parts offset and piece in the feature's name.
GRAMS: Mapping[str, Gram] = {
    ":": Gram(1, range(-WINDOW, WINDOW + 1)),
    "~": Gram(2, range(-3, 3)),
    "≈": Gram(3, range(-3, 2)),
    "k": Gram(3, (-1,), kinds=True),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of a line: it and its characters' kinds, padded by ``WINDOW``, and the tags of each character.

    ``tags`` are also seen from the character before and behind, ``own`` from the character alone.
    """

    padded: str
    kinds: str
    tags: list[list[str]]
    own: list[tuple[str, ...]]

    @property
    def size(self) -> int:
        """The characters of the line."""
        return len(self.tags)


def observe(line: str, *, seen: Iterable[tuple[int, int, str]] = ()) -> Seen:
    """Return what is seen of every character of ``line``, a paragraph as a rule.

    ``seen`` are spans and labels (PERSON, GPE, ORG) that another recogniser sees in it.
    """
    tags = rule_tags(line)
    for first, last, label in seen:
        for at in range(max(0, first), min(last, len(line))):
            tags[at].append(f"seen={'B' if at == first else 'E' if at == last - 1 else 'I'}-{label}")
    return Seen(_padded(line), _padded(line.translate(_KINDS)), tags, _ahead(tags))


def _padded(line: str) -> str:
    return "^" * WINDOW + line + "$" * WINDOW


def features(line: str, *, seen: Iterable[tuple[int, int, str]] = ()) -> list[list[str]]:
    """Return the features of every character of ``line`` as words; the arguments are those of ``observe``."""
    found = observe(line, seen=seen)
    rows: list[list[str]] = [[] for _ in line]
    for mark, gram in GRAMS.items():
        text = found.kinds if gram.kinds else found.padded
        for offset in gram.offsets:
            for at, row in enumerate(rows, WINDOW + offset):
                row.append(f"{offset}{mark}{text[at : at + gram.width]}")
    for at, row in enumerate(rows):
        row += found.tags[at]
        row += found.own[at]
        row += (BEFORE + tag for tag in (found.tags[at - 1] if at else ()))
        row += (BEHIND + tag for tag in (found.tags[at + 1] if at + 1 < len(rows) else ()))
    return rows


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
