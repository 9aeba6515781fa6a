"""Traditional characters -> the simplified view that every rule and model here reads.

The view is as long as the text, character for character, so that offsets found in it hold in the text.
What a text says stays as it is written: only whoever looks for words looks at the view.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from kg.errors import DataError
from kg.occurrences import any_of
from kg.yamlfile import load_yaml

PATH = Path(__file__).parent / "script.yaml"
# Of the ideographs of a traditional text at least a fifth is of no simplified text (the gold articles turned
# into traditional ones: 0.22 and more), of a simplified one that quotes a name less than a hundredth.
TRADITIONAL_SHARE = 0.05
# One or two such characters are somebody's name (李昇), whatever their share of a short line.
LEAST = 3

_IDEOGRAPH = re.compile("[\u3400-\u9fff]")
# What a conversion is asked about to learn which characters it changes.
_FIRST, _LAST = 0x3400, 0x9FFF


class _Converter(NamedTuple):
    to_simplified: Callable[[str], str]
    traditional: re.Pattern[str]


def simplify(text: str) -> str:
    """Return the simplified view of a text, the text itself where it is simplified.

    Names that a simplified text writes with traditional characters stay; a traditional paragraph in a
    simplified text does not.

    >>> simplify("臺北市警察局後來為學生剪頭髮"), simplify("乾隆年间的著名学校，校长李昇")
    ('台北市警察局后来为学生剪头发', '乾隆年间的著名学校，校长李昇')
    """
    if _is_plain(text):
        return text
    if is_traditional(text):
        return simplify_all(text)
    lines = text.split("\n")
    views = [simplify_all(line) if is_traditional(line) else line for line in lines]
    return text if views == lines else "\n".join(views)


def simplify_all(text: str) -> str:
    """Return the text with every traditional character simplified, also where only a name has one.

    >>> simplify_all("女孩陽陽")
    '女孩阳阳'
    """
    if _is_plain(text) or not _converter().traditional.search(text):
        return text
    view = _converter().to_simplified(text)
    if len(view) != len(text):
        # A phrase was put in other words: character by character then.
        view = "".join(_one(character) for character in text)
    return view


def is_traditional(text: str) -> bool:
    """Return whether a text is written in traditional characters."""
    if _is_plain(text):
        return False
    found = len(_converter().traditional.findall(text))
    return found >= LEAST and found >= TRADITIONAL_SHARE * len(_IDEOGRAPH.findall(text))


def as_written(part: str, view: str, text: str) -> str:
    """Return how ``text`` writes ``part``, a piece of its ``view`` or of it with pieces left out.

    What is no such piece comes back as it is.

    >>> as_written("警察局的學校", "警察局和他的学校", "警察局和他的學校"), as_written("的学校", "他的学校", "他的學校")
    ('警察局的學校', '的學校')
    """
    if (at := view.find(part)) >= 0:
        return text[at : at + len(part)]
    from difflib import SequenceMatcher

    written = list(part)
    for block in SequenceMatcher(None, part, view, autojunk=False).get_matching_blocks():
        written[block.a : block.a + block.size] = text[block.b : block.b + block.size]
    return "".join(written)


def _is_plain(text: str) -> bool:
    """Tell whether GB 2312 can write the text: it holds the usual simplified characters, hardly a traditional one."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _pair(both: str) -> tuple[str, str]:
    return both[0], both[1]


def _one(character: str) -> str:
    view = _converter().to_simplified(character)
    return view if len(view) == 1 else character


@cache
def _converter() -> _Converter:
    """Return our variants and OpenCC's conversions in a row: from Hong Kong's forms, from Taiwan's, to simplified.

    Raises:
        DataError: ``script.yaml`` is missing or broken.
    """
    from opencc import OpenCC

    try:
        data = load_yaml(PATH.read_text("utf-8"))
        variants = str.maketrans(dict(map(_pair, data["variants"])))
        usual = dict(map(_pair, data["unless"]["usual"]))
        unless = re.compile(any_of([*data["unless"]["words"], *usual]))
    except (OSError, yaml.YAMLError, TypeError, KeyError, IndexError, ValueError) as error:
        raise DataError(PATH.name, f"cannot be read: {error!r}") from error
    hong_kong, taiwan = OpenCC("hk2t"), OpenCC("tw2s")

    def to_simplified(text: str) -> str:
        view: str = taiwan.convert(hong_kong.convert(text.translate(variants)))
        return unless.sub(lambda match: usual.get(match[0], match[0]), view)

    every = "".join(chr(code) for code in range(_FIRST, _LAST + 1))
    changed = [c for c, view in zip(every, map(to_simplified, every), strict=True) if c != view]
    only = [c for c in changed if not _is_plain(c)]
    return _Converter(to_simplified, re.compile(f"[{''.join(only)}]"))
