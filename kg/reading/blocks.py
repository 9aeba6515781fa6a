"""An HTML tree -> its lines as a browser shows them, each with the element that it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kg.errors import DataError
from kg.yamlfile import load_yaml

PATH = Path(__file__).parent / "html.yaml"
# An element of an lxml tree; lxml has no types of its own.
Element = Any
# What a page sets apart by style alone, two spans side by side: a gap in a line of fields, nothing in prose.
# Private-use characters: text of the page has none once it is read (kg.reading.lines).
_SEAM, _CELL = "\ue000", "\ue001"
_MARKS = str.maketrans("", "", _SEAM + _CELL)
# Cells of a row, and what a seam parts, stand so far apart.
GAP = "  "
# A longer cell holds text of an article, not a value of a table.
MAX_CELL = 60

# A shorter name stands at the head of too many words.
LONG_NAME = 5

_SPACE = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9]+")
_CELLS = ("td", "th")


@dataclass(frozen=True, slots=True)
class HtmlRules:
    """Everything in ``html.yaml``; ``meta`` gives the rank of each name by what it says."""

    silent: frozenset[str]
    block: frozenset[str]
    containers: tuple[str, ...]
    chrome: frozenset[str]
    comments: frozenset[str]
    posts: frozenset[str]
    meta: dict[str, tuple[str, ...]]
    json_ld: frozenset[str]
    empty_values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a page: its words, how many of its characters are links, the element in which it begins.

    ``spaced`` is the text with a gap at each seam.
    """

    text: str
    spaced: str
    linked: int
    element: Element

    @property
    def is_links(self) -> bool:
        """Whether the line is for clicking rather than for reading."""
        return self.linked * 2 > len(self.text)

    @property
    def is_one_link(self) -> bool:
        """Whether nothing stands beside the links, white space aside."""
        return self.linked >= len("".join(self.text.split()))


@cache
def load_html_rules() -> HtmlRules:
    """Return the rules of ``html.yaml``.

    Raises:
        DataError: the file is missing or broken.
    """
    try:
        data = load_yaml(PATH.read_text("utf-8"))
        return HtmlRules(
            silent=frozenset(data["silent"]),
            block=frozenset(data["block"]),
            containers=tuple(name.lower() for name in data["containers"]),
            chrome=frozenset(data["chrome"]),
            comments=frozenset(data["comments"]),
            posts=frozenset(data["posts"]),
            meta={kind: tuple(names) for kind, names in data["meta"].items()},
            json_ld=frozenset(data["json_ld"]),
            empty_values=frozenset(data["empty_values"]),
        )
    except (OSError, yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
        raise DataError(PATH.name, f"cannot be read: {error!r}") from error


def iter_blocks(root: Element) -> Iterator[Block]:
    """Yield the lines under an element in order, hidden and silent parts left out."""
    from lxml import etree

    rules = load_html_rules()
    line = _Line()
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if event in ("comment", "pi"):
            line.add(element.tail, element.getparent())
            continue
        tag = element.tag if isinstance(element.tag, str) else ""
        breaks = tag in rules.block or (tag in _CELLS and _is_layout(element, rules))
        if event == "start":
            if breaks:
                yield from line.flush()
            if tag in rules.silent or is_hidden(element):
                line.skipped.append(element)
                walker.skip_subtree()
                continue
            line.links += tag == "a"
            if tag in _CELLS and not breaks:
                line.mark(_CELL)
            line.add(element.text, element)
            continue
        if line.skipped and line.skipped[-1] is element:
            line.skipped.pop()
        else:
            line.links -= tag == "a"
        if breaks:
            yield from line.flush()
        if element is not root:
            line.mark(_SEAM)
            line.add(element.tail, element.getparent())
    yield from line.flush()


class _Line:
    """The line that is being put together."""

    def __init__(self) -> None:
        self.skipped: list[Element] = []
        self.links = 0
        self._parts: list[str] = []
        self._linked = 0
        self._element: Element | None = None

    def mark(self, sign: str) -> None:
        self._parts.append(sign)

    def add(self, text: str | None, element: Element) -> None:
        """Add words that stand directly in ``element``."""
        if text:
            if self._element is None and not text.isspace():
                self._element = element
            self._parts.append(text.translate(_MARKS))
            if self.links:
                self._linked += len(_SPACE.sub("", text))

    def flush(self) -> Iterator[Block]:
        """Yield the line, if it has words, and begin a new one."""
        raw = "".join(self._parts)
        text = _tidy(raw.replace(_SEAM, ""))
        if self._element is not None and text:
            yield Block(text, _tidy(raw.replace(_SEAM, _CELL)), min(self._linked, len(text)), self._element)
        self._element = None
        self._parts.clear()
        self._linked = 0


def _tidy(text: str) -> str:
    """Return a text with white space as a browser shows it and a gap at each mark between words."""
    parts = (_SPACE.sub(" ", part).strip(" ") for part in text.split(_CELL))
    return GAP.join(part for part in parts if part)


def _is_layout(cell: Element, rules: HtmlRules) -> bool:
    """Tell whether a cell of a table holds a part of the page rather than a value."""
    if any(child.tag in rules.block for child in cell.iterdescendants() if isinstance(child.tag, str)):
        return True
    return sum(len(text.strip()) for text in cell.itertext()) > MAX_CELL


def is_hidden(element: Element) -> bool:
    """Return whether a browser would not show an element."""
    return "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style", "")))


def names_of(element: Element) -> set[str]:
    """Return the id and the classes of an element in lower case."""
    return set(f"{element.get('id', '')} {element.get('class', '')}".lower().split())


def is_chrome(element: Element) -> bool:
    """Return whether the names of an element say that it is no part of an article."""
    words = _words_of(element)
    chrome = load_html_rules().chrome
    return not chrome.isdisjoint(words) or any(word.startswith(_long_names()) for word in words)


def is_comments(element: Element) -> bool:
    """Return whether the names of an element say that readers wrote what it holds."""
    return not load_html_rules().comments.isdisjoint(_words_of(element))


def _words_of(element: Element) -> set[str]:
    """Return the id and the classes of an element, and what their compounds are made of."""
    return {word for name in names_of(element) for word in (name, *_NAME.findall(name))}


@cache
def _long_names() -> tuple[str, ...]:
    """Return the names that also count at the head of a word: sharedaddy, relatedposts."""
    return tuple(sorted(name for name in load_html_rules().chrome if len(name) >= LONG_NAME))
