"""The title of an HTML page: which of its lines, or what its head says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.reading.blocks import Block, Element, is_comments
from kg.reading.chrome import load_rules
from kg.reading.fields import read_fields
from kg.reading.lines import split_lines
from kg.reading.said import Said
from kg.script import simplify_all

# Titles are no shorter and no longer than this.
SHORT_TITLE, MAX_TITLE = 4, 120

# What parts a title from the site's name in `<title>`.
_TITLE_END = re.compile(r"\s*(?:[_|｜]|\s[-–—]+\s|-{2,3}|-(?=[\u4e00-\u9fff]{2,12}$))\s*")
_SENTENCE = re.compile("。")
_SPACE = re.compile(r"[ \t\r\n]+")
_MARKS = re.compile(r"\W")


def find_title(tree: Element, blocks: Sequence[Block], said: Said) -> str:
    """Return the title: the longest line of the page with which its `<title>` or its metadata begins, else those.

    Where these name no more than the site or a column, it is the line above the page's dateline.
    """
    own = _on_one_line(tree.findtext(".//title") or "")
    named = not all(_is_column(_without_site(title), tree) for title in (own, said.title))
    if not named and (above := _above_dateline(blocks)):
        return above
    shown = [block.text for block in blocks if SHORT_TITLE <= len(block.text) <= MAX_TITLE]
    best = max(shown, key=lambda text: _as_title(text, own, said.title), default="")
    if any(_as_title(best, own, said.title)[:2]):
        return best
    return said.title or _without_site(own) or next(_iter_headings(tree), "")


def _is_column(title: str, tree: Element) -> bool:
    """Return whether what the head of a page says is none of an article: nothing, 新闻动态, 清河县妇联.

    It is one where the page prints it as its largest heading.
    """
    if not title:
        return True
    rules, view = load_rules(), simplify_all(title)
    headings = {squeezed("".join(h.itertext())) for h in tree.iter("h1")}
    return (view in rules.menu or rules.named["banner"].takes(view)) and squeezed(title) not in headings


def _above_dateline(blocks: Sequence[Block]) -> str:
    """Return the last line above the first that says when and whence; nothing where a sentence comes between."""
    rules = load_rules()
    above = ""
    for block in blocks:
        view = simplify_all(" ".join(split_lines(block.spaced)))
        fields = read_fields(view, guess=False)
        if fields and fields.date and (fields.source or fields.author):
            return above
        if _SENTENCE.search(view) and not block.is_links:
            above = ""
        elif SHORT_TITLE <= len(block.text) <= MAX_TITLE and not rules.is_dropped(view, where="head"):
            above = block.text
    return ""


def _iter_headings(tree: Element) -> Iterator[str]:
    """Yield the large headings that may be a title: none of a box of the page (相关阅读, 网友评论)."""
    rules = load_rules()
    for element in (h for tag in ("h1", "h2") for h in tree.iter(tag)):
        text = _on_one_line("".join(element.itertext()))
        is_box = rules.is_footer(simplify_all(text), where="after")
        is_box = is_box or any(is_comments(e) for e in element.iterancestors())
        if len(text) >= SHORT_TITLE and not is_box:
            yield text


def _as_title(text: str, own: str, said: str) -> tuple[bool, bool, bool, bool, int]:
    """Rank a line as the title: it is what metadata says, it is a part of `<title>` at all, no site's name, its head."""
    line = squeezed(text)
    names = [squeezed(name) for name in (own, said) if name]
    begins = bool(line) and any(name.startswith(line) for name in names)
    inside = begins or (bool(line) and any(name.endswith(line) for name in names))
    inside = inside or line in {squeezed(part) for part in _TITLE_END.split(own)} - {""}
    if not inside:
        return False, False, False, False, 0
    banner = load_rules().named["banner"].takes(text)
    return line == squeezed(said), True, not banner, begins, len(text)


def _on_one_line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _without_site(title: str) -> str:
    """Return a title without what follows its last bar: the site's name or a column's."""
    return _TITLE_END.split(title, maxsplit=1)[0].strip() or title


def squeezed(text: str) -> str:
    """Return a text without punctuation and white space, which no two places of a page write alike.

    >>> squeezed("“护苗” 行动！")
    '护苗行动'
    """
    return _MARKS.sub("", text)
