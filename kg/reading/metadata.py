"""What a page says about its article besides the article's own lines: JSON-LD, Open Graph, `<meta>`, its address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urljoin, urlsplit

from kg.reading.blocks import Element, load_html_rules
from kg.reading.fields import find_date
from kg.reading.said import Said, say

__all__ = ["Said", "date_in_url", "read_day", "read_metadata"]

# A time stamp of a server counts in UTC; the day of a Chinese article is that of its readers.
CHINA = timezone(timedelta(hours=8))
# The first year of news on the web in China; what is longer than this in a field is no name.
FIRST_YEAR = 1995
MAX_NAME = 40
MAX_TITLE = 120

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:\d{6})?(?!\d)")
_STAMP = re.compile(r"1\d{9}(?:\d{3})?")
# /202408/t20240831_1.html, /20240831/1.shtml, /a/20240831A0, /c/2024-08-31/1.html, /art/2024/8/31/art_1.html, /2024/0831/c1.html
_IN_URL = (
    re.compile(r"[/_.-][a-zA-Z]{0,3}((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[\D]|\d{4,}\b)"),
    re.compile(r"[/_]((?:19|20)\d{2})[-/_](\d{1,2})[-/_](\d{1,2})(?=[/_.T?#-]|$)"),
    re.compile(r"/((?:19|20)\d{2})[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12]\d|3[01])/"),
)
_SCRIPT = re.compile(
    r"""\b(?:var|let|const)\s+(ct|createTime|nickname|msg_title|publish_time)\s*=\s*(?:htmlDecode\()?["']([^"'\n]{1,200})["']"""
)
_SPACE = re.compile(r"[ \t\r\n]+")
_WEB = re.compile(r"https?://[^\s/]+\.[^\s]+", re.IGNORECASE)


def read_metadata(tree: Element, *, url: str = "") -> Said:
    """Return what the head of a page and its address say, the surest place first.

    ``url`` is where the page came from; a canonical link in the page is better.
    """
    found = Said()
    values = _meta_values(tree)
    parts = (
        _json_ld(tree),
        _meta(values),
        _scripts(tree),
        _time(tree),
        _rel_author(tree),
        _canonical(tree, url),
        _site(values),
    )
    for part in parts:
        found = found.filled_from(part)
    found = found.filled_from(say("url", url=_address(url, "")))
    return found.filled_from(say("url", published=date_in_url(found.url) or date_in_url(url)))


def date_in_url(url: str) -> date | None:
    """Return the day in the address of an article.

    >>> date_in_url("https://news.example/art/2024/8/31/art_1229_1.html")
    datetime.date(2024, 8, 31)
    """
    parts = urlsplit(url) if "://" in url or url.startswith("/") else urlsplit("/" + url)
    for pattern in _IN_URL:
        for match in pattern.finditer(parts.path):
            if day := _day(*match.groups()):
                return day
    return None


def read_day(value: object) -> date | None:
    """Return the day in a value of metadata: ISO 8601 with or without a zone, a compact or Chinese date, a time stamp.

    >>> read_day("2024-08-30T23:30:00Z"), read_day("20240831"), read_day(1725033600)
    (datetime.date(2024, 8, 31), datetime.date(2024, 8, 31), datetime.date(2024, 8, 31))
    """
    text = str(value).strip()
    if match := _ISO.search(text):
        try:
            return datetime.fromisoformat(match[0].replace(" ", "")).astimezone(CHINA).date()
        except (ValueError, OverflowError):
            pass
    if _STAMP.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC).astimezone(CHINA).date()
    if day := find_date(text):
        return day if day.year >= FIRST_YEAR else None
    compact = _COMPACT.search(text)
    return _day(*compact.groups()) if compact else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found.year >= FIRST_YEAR else None


def name(value: object) -> str:
    """Return a name as metadata gives it, "" where it names nobody (admin, 本站) or is too long for a name."""
    text = " ".join(str(value).split()).strip(" 　|:：") if isinstance(value, str) else ""
    if len(text) > MAX_NAME or text.lower() in load_html_rules().empty_values or _WEB.match(text):
        return ""
    return text


def title(value: object) -> str:
    """Return a title as metadata gives it, on one line."""
    text = _SPACE.sub(" ", value).strip() if isinstance(value, str) else ""
    return text if len(text) <= MAX_TITLE else ""


def _json_ld(tree: Element) -> Said:
    found = Said()
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        for item in _things(_load(script.text or "")):
            kinds = item.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if load_html_rules().json_ld.isdisjoint(str(kind).rpartition("/")[2].lower() for kind in kinds):
                continue
            found = found.filled_from(
                say(
                    "json-ld",
                    title=title(item.get("headline") or item.get("title")),
                    publisher=_names(item.get("publisher") or item.get("sourceOrganization")),
                    author=_names(item.get("author") or item.get("creator")),
                    published=read_day(
                        item.get("datePublished") or item.get("pubDate") or item.get("dateCreated") or ""
                    ),
                    url=_address(item.get("url") or item.get("@id") or _id(item.get("mainEntityOfPage")), ""),
                )
            )
    return found


def _load(text: str) -> Any:
    """Return what a script holds, also with a trailing comma, a comment mark or bare line breaks; else nothing."""
    text = (
        re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$", "", text)
        .strip()
        .rstrip(";")
    )
    for attempt in (text, re.sub(r",(\s*[}\]])", r"\1", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    pairs = re.findall(r'"(headline|datePublished|pubDate|title|url|@id)"\s*:\s*"((?:[^"\\\n]|\\.)*)"', text)
    return {"@type": "NewsArticle", **dict(reversed(pairs))} if pairs else None


def _things(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield every object of a JSON-LD document, those of lists and of ``@graph`` too, articles before pages."""
    if isinstance(data, list) and depth < 5:
        for item in data:
            yield from _things(item, depth + 1)
    elif isinstance(data, dict):
        yield from _things(data.get("@graph"), depth + 1)
        yield data


def _names(value: Any) -> str:
    items = value if isinstance(value, list) else [value]
    names = (name(item.get("name") if isinstance(item, dict) else item) for item in items)
    return " ".join(dict.fromkeys(filter(None, names)))


def _id(value: Any) -> Any:
    return value.get("@id") if isinstance(value, dict) else value


def _meta_values(tree: Element) -> dict[str, str]:
    values: dict[str, str] = {}
    for element in tree.iter("meta"):
        key = element.get("name") or element.get("property") or element.get("itemprop") or ""
        content = (element.get("content") or "").strip()
        if content:
            values.setdefault(key.strip().lower(), content)
    return values


def _meta(values: dict[str, str]) -> Said:
    found = Said()
    readers = {"title": title, "publisher": name, "author": name, "published": read_day}
    for kind, names in load_html_rules().meta.items():
        for key in names:
            if kind in readers and key in values and (value := readers[kind](values[key])):
                found = found.filled_from(
                    say("open-graph" if key.startswith("og:") else "meta", **{kind: value})
                )
    return found


def _site(values: dict[str, str]) -> Said:
    """Return the site as the publisher of last resort."""
    for key in load_html_rules().meta["site"]:
        if site := name(values.get(key, "")):
            return say("open-graph" if key.startswith("og:") else "meta", publisher=site)
    return Said()


def _scripts(tree: Element) -> Said:
    """Return what scripts of public accounts hold: time stamp, account and title."""
    found: dict[str, str] = {}
    for script in tree.iter("script"):
        for key, value in _SCRIPT.findall((script.text or "")[:200_000]):
            found.setdefault(key, value)
    stamps: Iterable[str] = (found.get(key, "") for key in ("ct", "createTime", "publish_time"))
    return say(
        "page",
        title=title(found.get("msg_title", "")),
        publisher=name(found.get("nickname", "")),
        published=next((day for stamp in stamps if stamp and (day := read_day(stamp))), None),
    )


def _time(tree: Element) -> Said:
    """Return the day of the only `<time>` of a page, or of the first that says it is of publication."""
    times = [element for element in tree.iter("time") if element.get("datetime") or element.text]
    marked = [t for t in times if "pubdate" in t.attrib or t.get("itemprop") == "datePublished"]
    chosen = marked or (times if len(times) == 1 else [])
    return (
        say("meta", published=read_day(chosen[0].get("datetime") or chosen[0].text or ""))
        if chosen
        else Said()
    )


def _rel_author(tree: Element) -> Said:
    authors = (name("".join(a.itertext())) for a in tree.iter("a") if a.get("rel") == "author")
    return say("page", author=next(filter(None, authors), ""))


def _canonical(tree: Element, url: str) -> Said:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            return say("meta", url=_address(link.get("href"), url))
    for element in tree.iter("meta"):
        if (element.get("property") or element.get("name") or "").lower() in load_html_rules().meta["url"]:
            return say("open-graph", url=_address(element.get("content"), url))
    return Said()


def _address(value: Any, base: str) -> str:
    """Return an absolute web address, "" for anything else and for a site's front page."""
    if not isinstance(value, str) or not value.strip():
        return ""
    try:
        address = urljoin(base, value.strip())
        parts = urlsplit(address)
    except ValueError:
        return ""
    whole = parts.scheme in ("http", "https") and parts.netloc and (len(parts.path) > 1 or parts.query)
    return address if whole and not re.search(r"\s", address) else ""
