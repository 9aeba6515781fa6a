"""The lines of a page -> title, body and what the page says about the article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from kg.reading.chrome import ChromeRules, load_rules
from kg.reading.fields import DATE, Fields, find_reporters, is_name, read_fields
from kg.reading.publisher import find_banner, find_owner, find_publisher
from kg.script import as_written, simplify

# A line of this length that is no field and no menu is prose even without a full stop.
PROSE_LENGTH = 70
PROSE_WITH_STOP = 22
# Two paragraphs of prose after a footer line mean that the "footer" was a box inside the article.
RETURNING_PROSE = 2
TAIL_LINES = 4

_STOP = re.compile(r"[。；]|[！？!?]”?$|[\u4e00-\u9fff]\.(?:$|[\u4e00-\u9fff”\"])")
_CLOSING = re.compile(r"\s*[（(]([^（）()。]{2,80})[)）]\s*$")
_COLUMN = re.compile(r"^[【\[][^】\]]{2,8}[】\]]\s*")
# A line of a list of articles: a bullet before it, or a day behind it.
_ITEM = re.compile(r"^[・·•●■◆▪○※]|[\s　(（\[]\d{1,2}[-/月]\d{1,2}日?[)）\]]?$")
_LEAD = re.compile(r"^([\u4e00-\u9fff]{2,12}(?:网|报|台|社|时讯|客户端))[^，。（(]{0,16}?(?:讯|电)[\s　（(“]")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds: the paragraphs of its article, the title first, and its metadata.

    ``stated`` names the values that a line of the page says clearly; the others are read out of the text.
    """

    paragraphs: tuple[str, ...] = ()
    title: str = ""
    publisher: str = ""
    author: str = ""
    published: date | None = None
    url: str = ""
    stated: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line; ``text`` loses what is cut from it, ``whole`` is all that it was."""

    text: str
    where: str
    fields: Fields | None = None
    chrome: bool = False
    whole: str = ""


def read_page(lines: Sequence[str]) -> Page:
    """Return the article on a page, given the page's non-empty lines in order.

    The rules look at the simplified view of a traditional page; what comes back is written as it stands.
    """
    text = "\n".join(lines)
    view = simplify(text)
    if view == text:
        return _read_page(lines)[0]
    views = view.split("\n")
    page, sources = _read_page(views)
    written = dict(zip(views, lines, strict=True))

    def restored(value: str) -> str:
        return " ".join(as_written(word, view, text) for word in value.split(" "))

    return replace(
        page,
        paragraphs=tuple(
            as_written(paragraph, source, written.get(source, source))
            for paragraph, source in zip(page.paragraphs, sources, strict=True)
        ),
        title=as_written(page.title, view, text),
        publisher=restored(page.publisher),
        author=restored(page.author),
    )


def _read_page(lines: Sequence[str]) -> tuple[Page, list[str]]:
    """Return the article, and for each paragraph the line that it stands in."""
    rules = load_rules()
    sorted_out = _sort_out(_join_split_date(lines), rules)
    title, kept = _take_title(sorted_out, rules)
    kept, signatures = _take_signatures(kept)
    leads = [m[1] for line in kept if line.where == "after" and (m := _LEAD.match(line.text))]
    pairs = [(p, line.whole) for line in kept if (p := rules.cut(line.text, where=line.where))]
    fields = [line.fields for line in sorted_out if line.fields] + signatures
    banners = [
        b
        for line in sorted_out
        if line.where == "head" and (b := find_banner(line.text, line.fields, alone=line.chrome))
    ]
    owners = [owner for line in sorted_out if line.chrome and (owner := find_owner(line.text))]
    publisher, clear = find_publisher(fields, leads, banners, owners)
    author = next((f.author for f in fields if f.author), "")
    published = next((f.date for f in fields if f.date), None)
    url = next((f.url for f in fields if f.url), "")
    stated = {"publisher": clear, "author": author, "published": published, "url": url}
    page = Page(
        paragraphs=tuple(paragraph for paragraph, _ in pairs),
        title=title,
        publisher=publisher,
        author=author or _find_author(kept),
        published=published,
        url=url or _find_url(sorted_out),
        stated=frozenset(name for name, value in stated.items() if value),
    )
    return page, [source for _, source in pairs]


def _is_prose(text: str) -> bool:
    return (len(text) >= PROSE_WITH_STOP and _STOP.search(text) is not None) or (
        len(text) >= PROSE_LENGTH and re.search(r"[，,]", text) is not None
    )


def _join_split_date(lines: Sequence[str]) -> list[str]:
    """Join a date that a page prints on two lines (-2026- and 03/03)."""
    joined: list[str] = []
    for line in lines:
        if (
            joined
            and re.fullmatch(r"-?\s*(?:19|20)\d{2}\s*[-年]?", joined[-1])
            and re.match(r"\d{1,2}[-/月]\d", line)
        ):
            joined[-1] = f"{joined[-1].strip('- 年')}-{line}"
        else:
            joined.append(line)
    return joined


def _sort_out(lines: Sequence[str], rules: ChromeRules) -> list[_Line]:
    """Mark every line as chrome, as fields, or as text of the article."""
    marked: list[_Line] = []
    where = "head"
    position = 0
    while position < len(lines):
        text = lines[position]
        if rules.is_footer(text, where=where):
            end = _footer_end(lines, position, rules) if where == "after" else position + 1
            marked += [
                _Line(line, where, read_fields(line, guess=False), chrome=True)
                for line in lines[position:end]
            ]
            position = end
            continue
        dropped = rules.is_dropped(text, where=where)
        fields = read_fields(text, guess=False) if dropped and not DATE.search(text) else _fields_of(text)
        if fields and dropped and not fields.labelled:
            fields.author = ""
        if where == "head" and not dropped and not fields and _is_prose(text):
            where = "after"
        marked.append(_Line(text, where, fields, chrome=dropped or fields is not None, whole=text))
        position += 1
    return marked


def _fields_of(text: str) -> Fields | None:
    inner = re.fullmatch(r"[（(]([^（）()]{2,90})[)）]", text)
    if inner and (re.fullmatch(r"[\u4e00-\u9fff]{2,3}", inner[1]) or (fields := _signature(inner[1]))):
        return Fields(author=inner[1]) if re.fullmatch(r"[\u4e00-\u9fff]{2,3}", inner[1]) else fields
    return read_fields(text)


def _footer_end(lines: Sequence[str], start: int, rules: ChromeRules) -> int:
    """Return where a footer ends: at the end of the page, or where the article's prose comes back.

    What stands below an item of a list is its summary: another article's.
    """
    rest = range(start + 1, len(lines))
    listed = {i for i in rest if _ITEM.search(lines[i])}
    found = (
        i for i in rest if _is_prose(lines[i]) and not _is_chrome(lines[i], rules) and not listed & {i, i - 1}
    )
    prose = list(islice(found, RETURNING_PROSE))
    return prose[0] if len(prose) >= RETURNING_PROSE else len(lines)


def _is_chrome(text: str, rules: ChromeRules) -> bool:
    return rules.is_dropped(text, where="after") or rules.is_footer(text, where="after")


def _take_title(lines: Sequence[_Line], rules: ChromeRules) -> tuple[str, list[_Line]]:
    """Return the title and the lines of the article; banners above the title are left out."""
    kept = [i for i, line in enumerate(lines) if not line.chrome]
    head = [i for i in kept if lines[i].where == "head"]
    banner = rules.named["banner"]
    titles = [i for i in head if not _is_banner(i, lines, head, banner.takes(lines[i].text))]
    if not titles:
        return "", [lines[i] for i in kept]
    first = titles[0]
    title = _clean_title(lines[first].text, rules)
    following = [lines[i].text for i in head if i > first]
    if following and re.match(r"^[—―-]{2,}", following[0]):
        title += "——" + following[0].lstrip("—―- ")
    return title, [lines[i] for i in kept if i >= first]


def _is_banner(index: int, lines: Sequence[_Line], head: Sequence[int], looks_so: bool) -> bool:  # noqa: FBT001
    """Return whether a line above the body only names the site: it looks so, and a title still follows."""
    after = lines[index + 1].fields if index + 1 < len(lines) else None
    return looks_so and head[-1] > index and not (after and after.labelled)


def _clean_title(text: str, rules: ChromeRules) -> str:
    text = _COLUMN.sub("", rules.cut(text, where="head")) or text
    column, bar, rest = text.partition("｜")
    return rest.strip() if bar and 0 < len(column) <= 10 and len(column) < len(rest) else text


def _take_signatures(lines: Sequence[_Line]) -> tuple[list[_Line], list[Fields]]:
    """Cut the closing brackets of the last paragraphs: （2024-05-29 来源：云岭普法网）, （卞秋萍）."""
    kept = list(lines)
    found: list[Fields] = []
    for index in range(max(0, len(kept) - TAIL_LINES), len(kept)):
        line = kept[index]
        closing = _CLOSING.search(line.text)
        if closing is None or line.where == "head":
            continue
        before = line.text[: closing.start()]
        name_only = re.fullmatch(r"[\u4e00-\u9fff]{2,3}|[\u4e00-\u9fff] [\u4e00-\u9fff]", closing[1])
        if name_only and (not before or re.search(r"[。！？”.]$", before)):
            fields: Fields | None = Fields(author=closing[1])
        else:
            fields = _signature(closing[1])
        if fields:
            found.append(fields)
            kept[index] = replace(line, text=before)
    if kept and kept[-1].where == "after" and (fields := _bare_signature(kept)):
        found.append(fields)
        kept.pop()
    return [line for line in kept if line.text], found


def _bare_signature(lines: Sequence[_Line]) -> Fields | None:
    """Return the fields of a last line that only names the publisher under the article."""
    text = lines[-1].text
    banner = load_rules().named["banner"]
    return Fields(source=text, guessed=True) if banner.takes(text) and len(lines) > 1 else None


def _signature(inner: str) -> Fields | None:
    """Return what a closing bracket says; commas part fields there."""
    fields = read_fields(re.sub("[，,；;]", "  ", inner))
    if fields:
        return fields
    supplied = re.fullmatch(r"([^，。]{2,20}?)\s*供稿", inner)
    if supplied:
        return Fields(source=supplied[1])
    dated = re.fullmatch(r"([\u4e00-\u9fff·“”]{2,16}?)\s*\d{1,2}月\d{1,2}日\s*(讯|电)?", inner)
    if dated and (dated[2] or is_name(dated[1])):
        return Fields(author=dated[1]) if is_name(dated[1]) else Fields(source=dated[1])
    return None


def _find_author(lines: Iterable[_Line]) -> str:
    return next(
        (names for line in lines if line.where == "after" and (names := find_reporters(line.text))), ""
    )


def _find_url(lines: Iterable[_Line]) -> str:
    for line in lines:
        if line.chrome and (match := re.search(r"原文.{0,4}[:：]\s*(https?://[^\s，。）)]+)", line.text)):
            return match[1]
    return ""
