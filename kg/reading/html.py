"""An HTML page -> the text of its article, title and dateline first, and what its metadata says.

trafilatura finds where the article is; the article's element is then read line by line, so that short
headings, tables and lists stay, which main-text extractors drop. What is left of the page's furniture
goes by the rules of ``chrome.yaml``, as with plain text.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kg.reading.blocks import Block, Element, iter_blocks
from kg.reading.chrome import load_rules
from kg.reading.decoding import decode_html
from kg.reading.fields import MAX_VALUE, read_fields
from kg.reading.lines import split_lines
from kg.reading.locating import PUNCTUATION, STOP, Part, find_part, iter_body
from kg.reading.metadata import read_metadata
from kg.reading.said import Said
from kg.reading.titles import find_title, squeezed
from kg.script import simplify_all

# The dateline stands at most so many lines above the article and below it.
ABOVE, BELOW = 12, 6

_COLON = re.compile(r"\s*[:：]$")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")


def read_html(data: bytes, *, charset: str | None = None, url: str = "") -> tuple[str, Said]:
    """Return the text of the article on an HTML page, one paragraph a line, and what the page's metadata says.

    The text begins with the title and the page's own dateline (来源：… 时间：…), if it has them; pass it and
    the metadata on to ``to_article``. ``charset`` is what the server called the encoding: a hint, no more.
    ``url`` is where the page came from. Bytes that are no text, or a page without any, give ("", Said()).
    """
    html = decode_html(data, charset=charset)
    if not html or not html.strip():
        return "", Said()
    tree = parse(html)
    if tree is None:
        return "", Said()
    said = read_metadata(tree, url=url)
    blocks = list(_join_labels(iter_blocks(tree)))
    title = find_title(tree, blocks, said)
    part = find_part(tree, blocks, _main_text(html), title)
    if title:
        said = Said(title=title, origins=(("title", said.where("title") or "page"),)).filled_from(said)
    lines = _assemble(blocks, part, title)
    return "\n".join(lines), said


def parse(html: str) -> Element | None:
    """Return the tree of an HTML page, however broken; None where it has no element."""
    from lxml import etree

    html = _XML_DECLARATION.sub("", html).replace("\x00", "")
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=False)
    try:
        return etree.fromstring(html.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _join_labels(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the lines of a page, a label of a field (来源：) with the line that holds its value."""
    labels = {label for names in load_rules().fields.values() for label in names}
    waiting: Block | None = None
    for block in blocks:
        if waiting is not None:
            if len(block.text) <= MAX_VALUE and not PUNCTUATION.search(block.text):
                block = replace(
                    waiting, text=waiting.text + block.text, spaced=f"{waiting.text}{block.spaced}"
                )
            else:
                yield waiting
        bare = _COLON.sub("", simplify_all(block.text))
        waiting = block if bare in labels and bare != block.text else None
        if waiting is None:
            yield block
    if waiting is not None:
        yield waiting


def _main_text(html: str) -> str:
    """Return what trafilatura takes for the main text; nothing where it fails."""
    import trafilatura

    # What it reports of broken pages is no message for our users.
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    return trafilatura.extract(html, favor_recall=True, include_comments=False, include_tables=True) or ""


def _assemble(blocks: Sequence[Block], part: Part | None, title: str) -> list[str]:
    """Return the lines of the article: title, dateline, body, what is said below it."""
    if part is None:
        body = [
            (i, line)
            for i, block in enumerate(blocks)
            if not block.is_links
            for line in split_lines(block.text)
        ]
        first, last = 0, len(blocks)
    else:
        body = list(iter_body(blocks, part))
        first, last = part.first, part.last
    shown = _after_title(body, title)
    above = range(max(0, first - ABOVE), first)
    below = range(last + 1, min(len(blocks), last + 1 + BELOW))
    lines = [title] if title else []
    lines += [line for i in above if (line := _dateline(blocks[i]))]
    in_head = True
    for i, line in shown:
        in_head = in_head and not STOP.search(line)
        lines.append((in_head and _dateline(blocks[i])) or line)
    lines += [line for i in below if (line := _dateline(blocks[i]))]
    return lines


def _after_title(body: Sequence[tuple[int, str]], title: str) -> Sequence[tuple[int, str]]:
    """Return the lines below the last place in the head of the body that repeats the title."""
    head = squeezed(title)
    repeated = [n for n, (_, line) in enumerate(body[:ABOVE]) if head and squeezed(line) == head]
    return body[repeated[-1] + 1 :] if repeated else body


def _dateline(block: Block) -> str:
    """Return a line of the page that says when, by whom or whence, with gaps where it is set apart; else nothing."""
    spaced = " ".join(split_lines(block.spaced))
    fields = read_fields(simplify_all(spaced), guess=False)
    says = fields and (fields.date or fields.source or fields.author or fields.url)
    return spaced if says else ""
