"""A corpus as large as wanted, for measurements of scale: `python tests/bench/corpus.py DIR -n 20000 --seed 1`.

Articles are made from the gold texts and from ``templates.yaml``: places, persons, brands, dates and figures
are exchanged, all occurrences alike. Places are real counties drawn so that few are in the news often and many
seldom, persons belong to their county: names grow slower than articles. Persons and events are invented. Three
in a hundred are copies of an earlier article as other sites print them. Each article depends on the seed and
its number only, so that nothing is kept in memory and the same seed gives the same bytes.

Without DIR it says how fast articles are made.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import re
import sys
import time
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path

import yaml

from kg.divisions import Division, load_divisions
from kg.gold import iter_gold
from kg.language.names import place_of
from kg.occurrences import any_of
from kg.reading import read_article
from kg.training import Aligned, Pool, align

GOLD = Path(__file__).resolve().parents[1] / "gold"
TEMPLATES = Path(__file__).with_name("templates.yaml")
# How many in a hundred are copies, and how many of the others come from a gold text.
COPIES, FROM_GOLD = 0.03, 0.6
# The first day and the number of days of the corpus.
FIRST, DAYS = date(2022, 1, 1), 4 * 365
# Persons that a county has in the news, and how many counties head the list before the numbers fall.
OFFICERS, FLAT = 24, 10
# Of a mixed corpus: pages in HTML, rows in JSON Lines; the rest is plain text.
AS_HTML, AS_ROW = 0.12, 0.08
EDITS = ("title", "cut", "dateline", "added", "typos", "dropped")

_FIGURE = re.compile(r"(?<![\d.:/A-Za-z\-])\d{2,4}(?![\d.:/年月日时点\-])")
_YEAR = re.compile(r"(?<!\d)20[12]\d(?=[年\-./])")
_DAY = re.compile(r"(?<=月)(\d{1,2})(?=日)")
_DIVISION = re.compile(r"([\u4e00-\u9fff]{2,3}?)([省市区县镇乡])")
_BRAND = re.compile(r"“([^”]{2,8})”")
# Numbers that everybody calls: they are no figures.
_HOTLINES = {"110", "119", "120", "122", "12309", "12345", "12355", "12338"}


@dataclass(frozen=True, slots=True)
class Made:
    """An article that was made; ``raw`` is the page it came on, where it was made from one.

    ``source`` is the number of the article that this one is a copy of, ``edit`` how it was changed.
    """

    number: int
    title: str
    paragraphs: tuple[str, ...]
    outlet: str
    published: date
    raw: str = ""
    source: int | None = None
    edit: str = ""

    @property
    def url(self) -> str:
        """Return the made-up address of the article."""
        return f"https://news.example/{self.published:%Y%m}/{self.number}.html"

    @property
    def text(self) -> str:
        """Return what a reader of the page sees: title and paragraphs."""
        return "\n".join((self.title, *self.paragraphs))


@dataclass(frozen=True, slots=True)
class Source:
    """A gold text: its page, what was read of it, and what in it may be exchanged."""

    raw: str
    title: str
    paragraphs: tuple[str, ...]
    publisher: str
    divisions: tuple[tuple[str, str], ...]
    persons: tuple[str, ...]
    brands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stock:
    """All that articles are made of; ``counties`` stand in the order of how often they are in the news."""

    sources: tuple[Source, ...]
    templates: tuple[Mapping[str, str], ...]
    events: tuple[Mapping[str, Mapping[str, str]], ...]
    words: Mapping[str, Sequence[str]]
    counties: tuple[Division, ...]
    weights: tuple[float, ...]
    pool: Pool


@cache
def load_stock() -> Stock:
    """Return what articles are made of."""
    aligned, sources = [], []
    for gold in (*iter_gold(GOLD / "train"), *iter_gold(GOLD / "dev")):
        article = read_article(gold.text_path)
        aligned.append(align(gold, article.text))
        sources.append(
            _source(aligned[-1], gold.text_path.read_text("utf-8"), article.title, article.publisher)
        )
    words = yaml.safe_load(TEMPLATES.read_text("utf-8"))
    counties = _counties()
    weights = tuple(accumulate(1 / (rank + FLAT) for rank in range(len(counties))))
    templates, events = tuple(words.pop("templates")), tuple(words.pop("events"))
    return Stock(tuple(sources), templates, events, words, counties, weights, Pool.of(aligned))


def _source(article: Aligned, raw: str, title: str, publisher: str) -> Source:
    divisions: dict[tuple[str, str], None] = {}
    persons: set[str] = set()
    for start, end, kind in article.spans:
        words = article.text[start:end]
        if kind == "Person" and len(words) in (2, 3):
            persons.add(words)
        if kind in ("Agency", "School", "Place"):
            for found in _DIVISION.findall(place_of(words) or (words if kind == "Place" else "")):
                divisions.setdefault(found)
    lines = article.text.split("\n")
    body = tuple(lines[1:] if title and lines[0] == title else lines)
    named = (article.text[start:end] for start, end, kind in article.spans if kind != "Document")
    brands = tuple(sorted({brand for words in named for brand in _BRAND.findall(words)}))
    return Source(raw, title, body, publisher, tuple(divisions), tuple(sorted(persons)), brands)


def _counties() -> tuple[Division, ...]:
    """Return the counties of plain name in plain provinces, in an order that stays the same."""
    divisions = load_divisions()
    found = []
    for division in divisions.by_code.values():
        above = divisions.ancestors(division)
        plain = division.level == "county" and division.name[-1] in "县区市" and 3 <= len(division.name) <= 4
        if plain and len(above) == 2 and above[0].name[-1] == "市" and above[1].name[-1] == "省":
            found.append(division)
    random.Random("counties").shuffle(found)
    return tuple(found)


def make(number: int, *, seed: int) -> Made:
    """Return the article with this number: a new one, or a copy of one with a smaller number."""
    source = _copied(number, seed)
    if source is None:
        return _original(number, seed)
    rng = random.Random(f"{seed}:{number}:edit")
    original = _original(source, seed)
    return replace(edited(original, rng.choice(EDITS), rng=rng), number=number, source=source)


def iter_made(count: int, *, seed: int) -> Iterator[Made]:
    """Yield the articles of a corpus, one at a time."""
    return (make(number, seed=seed) for number in range(count))


def _copied(number: int, seed: int) -> int | None:
    rng = random.Random(f"{seed}:{number}:copy")
    if number and rng.random() < COPIES:
        for _ in range(8):
            source = rng.randrange(number)
            if _copied(source, seed) is None:
                return source
    return None


def _original(number: int, seed: int) -> Made:
    rng = random.Random(f"{seed}:{number}")
    stock = load_stock()
    county = draw_county(stock, rng)
    if rng.random() < FROM_GOLD:
        return from_gold(rng.choice(stock.sources), county, number=number, rng=rng)
    return from_template(rng.choice(stock.templates), county, number=number, rng=rng)


def draw_county(stock: Stock, rng: random.Random) -> Division:
    """Return a county: those at the head of the list much more often than those at its end."""
    return stock.counties[bisect(stock.weights, rng.random() * stock.weights[-1])]


def _person(stock: Stock, county: Division, rng: random.Random) -> str:
    """Return one of those who are in the news of a county, the first of them more often."""
    own = random.Random(f"{county.code}:{min(int(rng.expovariate(4 / OFFICERS)), OFFICERS)}")
    return own.choice(stock.pool.surnames) + "".join(own.choices(stock.pool.given, k=own.choice((1, 2, 2))))


def from_template(template: Mapping[str, str], county: Division, *, number: int, rng: random.Random) -> Made:
    """Return an article after a template, about a county."""
    published = _some_day(rng)
    return told(template, slots(county, published=published, rng=rng), number=number, published=published)


def told(template: Mapping[str, str], said: Mapping[str, str], *, number: int, published: date) -> Made:
    """Return a template with its places filled."""
    body = tuple(line for line in template["text"].format(**said).split("\n") if line)
    return Made(number, template["title"].format(**said), body, said["outlet"], published)


def slots(county: Division, *, published: date, rng: random.Random) -> dict[str, str]:
    """Return what to fill a template's places with."""
    stock, words = load_stock(), load_stock().words
    happened = published - timedelta(days=rng.randrange(3))
    said = _places(county)
    said |= {"year": str(happened.year), "month": str(happened.month), "day": str(happened.day)}
    for name, pool in (("school", "schools"), ("topic", "topics"), ("brand", "brands")):
        said[name], said[f"{name}2"] = rng.sample(words[pool], 2)
    said["town"], said["outlet"] = rng.choice(words["towns"]), rng.choice(words["outlets"]).format(**said)
    for name in ("person", "person2", "person3"):
        said[name] = _person(stock, county, rng)
    said |= {"a": str(rng.randrange(20, 900)), "b": str(rng.randrange(10, 200))}
    return said | {"c": str(rng.randrange(2, 90)), "d": str(rng.randrange(2, 60))}


def _places(county: Division) -> dict[str, str]:
    prefecture, province = load_divisions().ancestors(county)
    return {
        "county": county.name,
        "unit": county.name[-1],
        "stem": county.name[:-1],
        "prefecture": prefecture.name,
        "province": province.name,
    }


def from_gold(source: Source, county: Division, *, number: int, rng: random.Random) -> Made:
    """Return a gold text with its names, dates and figures exchanged."""
    exchange = _exchange(source, county, rng)
    pattern = re.compile(any_of(exchange)) if exchange else None
    years, days = rng.randrange(-2, 1), rng.randrange(28)
    figures: dict[str, str] = {}

    def figure(match: re.Match[str]) -> str:
        old = match[0]
        if old in _HOTLINES:
            return old
        lowest = 10 ** (len(old) - 1)
        return figures.setdefault(old, str(rng.randrange(lowest, 10 * lowest)))

    def exchanged(text: str) -> str:
        text = pattern.sub(lambda match: exchange[match[0]], text) if pattern else text
        text = _FIGURE.sub(figure, text)
        text = _YEAR.sub(lambda match: str(int(match[0]) + years), text)
        return _DAY.sub(lambda match: str((int(match[1]) - 1 + days) % 28 + 1), text)

    outlet = exchanged(source.publisher) or rng.choice(load_stock().words["reposters"])
    body = tuple(map(exchanged, source.paragraphs))
    return Made(number, exchanged(source.title), body, outlet, _some_day(rng), exchanged(source.raw))


def _exchange(source: Source, county: Division, rng: random.Random) -> dict[str, str]:
    """Return what stands for what: the first of each level for the county and what lies above it."""
    stock, places = load_stock(), _places(county)
    first = {"省": places["province"][:-1], "市": places["prefecture"][:-1], places["unit"]: places["stem"]}
    exchange: dict[str, str] = {}
    for stem, unit in source.divisions:
        if stem in exchange:
            continue
        if unit in "镇乡":
            exchange[stem] = rng.choice(stock.words["towns"])[:-1]
        else:
            exchange[stem] = first.pop(unit, "") or _stem_with(stock, unit, rng)
    for person in source.persons:
        exchange.setdefault(person, _person(stock, county, rng))
    for brand in source.brands:
        exchange.setdefault(brand, rng.choice(stock.pool.brands.get(len(brand), (brand,))))
    return exchange


def _stem_with(stock: Stock, unit: str, rng: random.Random) -> str:
    """Return the name of a drawn place that ends in the same word: 区 for 区."""
    for _ in range(50):
        places = _places(draw_county(stock, rng))
        if unit == places["unit"]:
            return places["stem"]
    return places["prefecture" if unit == "市" else "county"][:-1]


def _some_day(rng: random.Random) -> date:
    return FIRST + timedelta(days=rng.randrange(DAYS))


def edited(article: Made, edit: str, *, rng: random.Random) -> Made:
    """Return an article as another site prints it, changed by one of EDITS."""
    reposters = load_stock().words["reposters"]
    outlet = rng.choice([name for name in reposters if name != article.outlet])
    published = article.published + timedelta(days=rng.randrange(4))
    body = list(article.paragraphs)
    title = article.title
    if edit == "title":
        title = f"{outlet}关注：{title[len(title) // 3 :]}"
    elif edit == "cut":
        body = _two_thirds(body)
    elif edit == "dropped":
        body = body[:-1] if len(body) > 1 else body
    elif edit == "dateline":
        body[0] = (
            f"{outlet}{published.month}月{published.day}日电（记者 {rng.choice(('文林', '江帆'))}）{body[0]}"
        )
    elif edit == "added":
        body.append(
            f"（{outlet}综合报道。本文转载自{article.outlet}，版权归原作者所有，如有侵权请联系我们删除。）"
        )
    elif edit == "typos":
        body = [_with_typos(line, rng) for line in body]
    else:
        raise ValueError(edit)
    return replace(
        article, title=title, paragraphs=tuple(body), outlet=outlet, published=published, raw="", edit=edit
    )


def _two_thirds(body: list[str]) -> list[str]:
    """Return the first two thirds of an article's characters, the last paragraph cut at a full stop."""
    left = sum(map(len, body)) * 2 // 3
    kept: list[str] = []
    for line in body:
        if left <= len(line):
            return [*kept, line[: line.find("。", left) + 1 or left]] if left > 0 else kept
        kept.append(line)
        left -= len(line)
    return kept


def _with_typos(line: str, rng: random.Random) -> str:
    """Return a line with one character in two hundred mended: left out, or another one."""
    made = []
    for char in line:
        if rng.random() >= 0.005:
            made.append(char)
        elif rng.random() < 0.5:
            made.append(rng.choice("的了在和对"))
    return "".join(made)


def to_page(article: Made) -> str:
    """Return an article as a text file has it."""
    if article.raw:
        return article.raw
    head = f"{article.title}\n来源：{article.outlet}　发布时间：{article.published}\n\n"
    return head + "\n\n".join(article.paragraphs) + "\n"


def to_html(article: Made) -> str:
    """Return an article as a page with navigation and a footer."""
    title, outlet = html.escape(article.title), html.escape(article.outlet)
    body = "\n".join(f"<p>{html.escape(line)}</p>" for line in article.paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8"><title>{title}_{outlet}</title></head>\n'
        '<body><nav><a href="/">首页</a> <a href="/news">新闻</a> <a href="/about">关于我们</a></nav>\n'
        f'<article><h1>{title}</h1>\n<p class="info">来源：{outlet}　发布时间：{article.published}</p>\n{body}\n'
        f"</article>\n<footer>版权所有：{outlet}</footer></body></html>\n"
    )


def to_row(article: Made) -> str:
    """Return an article as a line of JSON."""
    row = {
        "id": f"{article.number:06d}",
        "title": article.title,
        "text": "\n".join(article.paragraphs),
        "publisher": article.outlet,
        "published": article.published.isoformat(),
        "url": article.url,
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


def write_corpus(folder: Path, count: int, *, seed: int, mixed: bool = False) -> None:
    """Write a corpus into an empty or new folder, a folder a month; a mixed one has pages and rows too."""
    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty")
    for article in iter_made(count, seed=seed):
        month = folder / f"{article.published:%Y-%m}"
        month.mkdir(parents=True, exist_ok=True)
        draw = random.Random(f"{seed}:{article.number}:format").random() if mixed else 1.0
        if draw < AS_ROW:
            with (month / "articles.jsonl").open("a", encoding="utf-8") as rows:
                rows.write(to_row(article))
        elif draw < AS_ROW + AS_HTML:
            (month / f"{article.number:06d}.html").write_text(to_html(article), "utf-8")
        else:
            (month / f"{article.number:06d}.txt").write_text(to_page(article), "utf-8")


def main() -> None:
    """Write the corpus that was asked for, or say how fast one is made."""
    parser = argparse.ArgumentParser(description="Make a corpus for measurements of scale.")
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="an empty or new folder")
    parser.add_argument("-n", type=int, default=20_000, metavar="N", help="articles (default 20000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same bytes (default 1)")
    parser.add_argument(
        "--format", choices=("txt", "mixed"), default="txt", help="mixed: HTML, JSON Lines too"
    )
    options = parser.parse_args()
    load_stock()
    if options.folder:
        write_corpus(options.folder, options.n, seed=options.seed, mixed=options.format == "mixed")
        return
    begun = time.perf_counter()
    characters = sum(len(article.text) for article in iter_made(1000, seed=options.seed))
    seconds = time.perf_counter() - begun
    print(f"corpus: {1000 / seconds:,.0f} articles/s, {characters / 1000:,.0f} characters an article")


if __name__ == "__main__":
    main()
