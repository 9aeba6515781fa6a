"""Pages of sites as they are built in China, made for the tests: `sites/*.html`, an article put into each.

All markup is our own, after the ways of common content systems; every body, school, programme and child in the
wrapping is invented, and none of them stands in a gold article: what of them enters a text came from the wrapping.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from string import Template

import rjieba
import yaml

from kg.model import Article
from kg.reading import read_article, to_article
from kg.reading.html import read_html

FOLDER = Path(__file__).parent / "sites"
GOLD = Path(__file__).parent / "gold"
PUBLISHERS = (
    "江岭长安网",
    "苇川日报",
    "平安麦溪",
    "澜溪县人民检察院",
    "泓州发布",
    "北岑晚报",
    "麦溪县教育局",
    "泓州妇联",
)
AUTHORS = ("甘小禾", "林一叶", "甘小禾 林一叶", "白石溪")


@dataclass(frozen=True, slots=True)
class Site:
    """A template; ``shows`` are the values that its pages tell, ``names`` those of its wrapping."""

    name: str
    charset: str
    body: str
    shows: tuple[str, ...]
    names: tuple[str, ...]
    address: str
    page: Template


@dataclass(frozen=True, slots=True)
class Story:
    """What is put into a template, and so what should be read out of it again."""

    title: str
    paragraphs: tuple[str, ...]
    publisher: str
    author: str
    published: date
    url: str

    @property
    def text(self) -> str:
        return "\n".join((self.title, *self.paragraphs))


@cache
def load_sites() -> tuple[Site, ...]:
    """Return every template, by name."""
    return tuple(_site(path) for path in sorted(FOLDER.glob("*.html")))


def _site(path: Path) -> Site:
    head, _, page = path.read_text("utf-8").partition("-->\n")
    data = yaml.safe_load(head.removeprefix("<!-- site"))
    return Site(
        path.stem,
        data["charset"],
        data["body"],
        tuple(data["shows"]),
        tuple(data["names"]),
        data.get("address", "https://www.$host.example/xw/$year$month/t$year$month${day}_5821.html"),
        Template(page),
    )


def gold_texts() -> list[Path]:
    """Return every gold article's text, by path."""
    return sorted(GOLD.glob("*/*.txt"))


@cache
def story_of(path: Path) -> Story:
    """Return a gold article as a story: its own text, with who, when and where made up from its name."""
    return to_story(read_article(path))


def to_story(article: Article) -> Story:
    """Return an article as a story; one without a title gets one."""
    # A browser shows several spaces as one.
    paragraphs = re.sub(" +", " ", article.text).split("\n")
    title = paragraphs.pop(0) if article.title else "各方携手守护少年儿童健康成长"
    number = int(article.id, 16)
    return Story(
        title,
        tuple(paragraphs),
        PUBLISHERS[number % len(PUBLISHERS)],
        AUTHORS[number // 8 % len(AUTHORS)],
        date(2023 + number // 32 % 3, number // 96 % 12 + 1, number // 1152 % 28 + 1),
        f"https://news.jiangling.example/c/{number % 100_000}.html",
    )


def render(site: Site, story: Story) -> tuple[bytes, str]:
    """Return the page of a story on a site in the site's own encoding, and the address that it came from."""
    day = story.published
    noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    values = {
        "title": html.escape(story.title, quote=False).replace('"', "&quot;"),
        "body": "\n".join(site.body.replace("{}", html.escape(p, quote=False)) for p in story.paragraphs),
        "publisher": story.publisher,
        "author": story.author,
        "date": day.isoformat(),
        "zhdate": f"{day.year}年{day.month}月{day.day}日",
        "year": f"{day.year}",
        "month": f"{day.month:02}",
        "day": f"{day.day:02}",
        "m": f"{day.month}",
        "d": f"{day.day}",
        "stamp": f"{noon.timestamp():.0f}",
        "host": site.name.replace("_", "-"),
    }
    address = Template(site.address).substitute(values)
    if "url" in site.shows and "$url" in site.page.template:
        address = story.url
    page = site.page.substitute(values, url=address)
    return page.encode(site.charset, "xmlcharrefreplace"), address


def read_rendered(site: Site, story: Story) -> Article:
    """Return the article that is read from a story's page on a site."""
    data, address = render(site, story)
    text, said = read_html(data, url=address if "url" in site.shows else "")
    return to_article(text, name=site.name, where=site.name, said=said)


def expected(site: Site, story: Story) -> dict[str, object]:
    """Return the values that the site's page of a story tells, the title as it is read from plain text."""
    title = to_article(story.text, name="plain", where="plain").title
    known = {
        "title": title,
        "publisher": story.publisher,
        "author": story.author,
        "published": story.published,
        "url": render(site, story)[1],
    }
    return {name: known[name] for name in site.shows}


def token_f1(found: str, wanted: str) -> float:
    """Return F1 of the words (jieba's, white space aside) of a text against those wanted, as bags."""
    one, other = (
        Counter(word for word in rjieba.cut(text) if not word.isspace()) for text in (found, wanted)
    )
    both = (one & other).total()
    return 2 * both / max(1, one.total() + other.total())


def intruders(site: Site, text: str) -> list[str]:
    """Return the names of a site's wrapping that a text holds."""
    return [name for name in site.names if name in text]
