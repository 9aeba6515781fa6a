"""Metadata of HTML pages: each place where pages say it, what wins, and what says nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Article, Extraction
from kg.reading import to_article
from kg.reading.html import parse, read_html
from kg.reading.metadata import date_in_url, read_day, read_metadata
from kg.reading.said import Said
from kg.records import to_record

DAY = date(2024, 8, 31)
BODY = "<p>8月30日，清河县公安局联合县教育局在明德小学开展“护苗”行动，民警为学生上了一堂法治课。</p>" * 3


def said_of(head: str, *, body: str = BODY, url: str = "") -> Said:
    return read_metadata(parse(f"<html><head>{head}</head><body>{body}</body></html>"), url=url)


def article_of(head: str, body: str = BODY, *, url: str = "") -> Article:
    text, said = read_html(f"<html><head>{head}</head><body>{body}</body></html>".encode(), url=url)
    return to_article(text, name="a", where="a", said=said)


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"护苗","datePublished":"2024-08-31T08:00:00+08:00","publisher":{"name":"江岭网"}}',
        '[{"@type":"WebSite","name":"别的"},{"@type":["Article","Thing"],"headline":"护苗","datePublished":"2024-08-31","publisher":[{"name":"江岭网"}]}]',
        '{"@graph":[{"@type":"Organization","name":"别的"},{"@type":"NewsArticle","headline":"护苗","datePublished":"2024-08-31","publisher":"江岭网"}]}',
        '{"@type":"NewsArticle","headline":"护苗","pubDate":"2024-08-31T08:00:00","publisher":{"name":"江岭网"},}',
        '<!-- {"@type":"http://schema.org/NewsArticle","headline":"护苗","datePublished":"2024-08-31","publisher":{"name":"江岭网"}} -->',
    ],
    ids=["object", "list", "graph", "trailing comma", "comment"],
)
def test_json_ld_is_read_in_its_usual_shapes(script: str) -> None:
    said = said_of(f'<script type="application/ld+json">{script}</script>')

    assert (said.title, said.publisher, said.published) == ("护苗", "江岭网", DAY)
    assert dict(said.origins) == dict.fromkeys(("title", "publisher", "published"), "json-ld")


@pytest.mark.parametrize(
    "script", ["{", "null", "[[[[[[[[1]]]]]]]]", '{"@type":"NewsArticle"}', '"text"', "{" * 3000]
)
def test_broken_json_ld_says_nothing(script: str) -> None:
    assert said_of(f'<script type="application/ld+json">{script}</script>') == Said()


def test_broken_json_ld_still_gives_its_plain_pairs() -> None:
    said = said_of(
        '<script type="application/ld+json">{"headline":"护苗", broken, "pubDate":"2024-08-31"}</script>'
    )

    assert (said.title, said.published) == ("护苗", DAY)


@pytest.mark.parametrize(
    ("head", "value", "origin"),
    [
        ('<meta name="ArticleTitle" content="护苗行动">', ("title", "护苗行动"), "meta"),
        ('<meta property="og:title" content="护苗行动">', ("title", "护苗行动"), "open-graph"),
        ('<meta name="PubDate" content="2024-08-31 09:30">', ("published", DAY), "meta"),
        ('<meta name="publishdate" content="20240831">', ("published", DAY), "meta"),
        ('<meta name="weibo:article:create_at" content="2024-08-31 09:30:00">', ("published", DAY), "meta"),
        ('<meta property="article:published_time" content="2024-08-30T23:10:00Z">', ("published", DAY), "meta"),
        ('<meta property="og:release_date" content="2024-08-31">', ("published", DAY), "open-graph"),
        ('<meta name="ContentSource" content="江岭网">', ("publisher", "江岭网"), "meta"),
        ('<meta name="source" content="江岭网">', ("publisher", "江岭网"), "meta"),
        ('<meta name="SiteName" content="江岭网">', ("publisher", "江岭网"), "meta"),
        ('<meta property="og:site_name" content="江岭网">', ("publisher", "江岭网"), "open-graph"),
        ('<meta name="Author" content="甘小禾">', ("author", "甘小禾"), "meta"),
        ('<link rel="canonical" href="https://a.example/1.html">', ("url", "https://a.example/1.html"), "meta"),
        ('<meta property="og:url" content="https://a.example/1.html">', ("url", "https://a.example/1.html"), "open-graph"),
        ('<script>var ct = "1725069600";</script>', ("published", DAY), "page"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_head_says_a_value(head: str, value: tuple[str, object], origin: str) -> None:
    said = said_of(head)

    assert getattr(said, value[0]) == value[1]
    assert said.where(value[0]) == origin


def test_source_of_a_reprint_is_before_the_site_that_reprints() -> None:
    said = said_of('<meta name="SiteName" content="转载网"><meta name="ContentSource" content="江岭网">')

    assert said.publisher == "江岭网"


@pytest.mark.parametrize("nobody", ["admin", "无", "本站", "管理员", " ", "https://a.example"])
def test_value_that_names_nobody_counts_for_nothing(nobody: str) -> None:
    said = said_of(f'<meta name="author" content="{nobody}"><meta name="source" content="{nobody}">')

    assert (said.author, said.publisher) == ("", "")


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/xw/202408/t20240831_1234.html",
        "https://a.example/html/2024-08/31/content_1.htm",
        "https://a.example/art/2024/8/31/art_1229_58.html",
        "https://a.example/c/2024-08-31/1.shtml",
        "https://a.example/2024/0831/c1.html",
        "https://a.example/a/20240831A01.html",
        "https://a.example/n1/2024/0831/c100-4.html",
    ],
)
def test_day_stands_in_the_address(url: str) -> None:
    assert date_in_url(url) == DAY


@pytest.mark.parametrize(
    "url", ["", "https://a.example/", "https://a.example/20249931/1.html", "https://a.example/id/1234567890.html"]
)  # fmt: skip
def test_address_without_a_day_gives_none(url: str) -> None:
    assert date_in_url(url) is None


def test_address_of_the_page_is_the_last_to_say_the_day() -> None:
    url = "https://a.example/xw/202408/t20240831_1.html"

    assert article_of("", url=url).published == DAY
    assert dict(article_of("", url=url).origins) == {"url": "url", "published": "url"}
    assert article_of('<meta name="pubdate" content="2024-09-01">', url=url).published == date(2024, 9, 1)


@pytest.mark.parametrize("value", ["", "昨天", "1979-01-01", "99999999", "2024-13-40", "0", "9" * 10, None])
def test_what_is_no_day_of_news_is_none(value: object) -> None:
    assert read_day(value) is None


@given(st.text())
def test_no_text_breaks_the_reading_of_a_day_or_an_address(text: str) -> None:
    assert read_day(text) is None or isinstance(read_day(text), date)
    assert date_in_url(text) is None or isinstance(date_in_url(text), date)


HEAD = '<title>护苗行动</title><meta name="PubDate" content="2020-01-01"><meta name="ContentSource" content="转载网">'


def test_dateline_wins_over_metadata() -> None:
    line = "<h1>护苗行动</h1><p>来源：江岭长安网 作者：甘小禾 时间：2024-08-31</p>"

    article = article_of(HEAD, line + BODY)

    assert (article.publisher, article.author, article.published) == ("江岭长安网", "甘小禾", DAY)
    assert dict(article.origins)["published"] == "dateline"


def test_metadata_fills_what_the_page_leaves_open() -> None:
    article = article_of(HEAD, "<h1>护苗行动</h1><p>时间：2024-08-31</p>" + BODY)

    assert (article.publisher, article.published) == ("转载网", DAY)
    assert dict(article.origins)["publisher"] == "meta"


def test_metadata_is_before_what_the_text_only_suggests() -> None:
    text = "江岭长安网\n护苗行动\n8月30日，清河县公安局联合县教育局在明德小学开展“护苗”行动，为学生上课。"

    assert to_article(text, name="a", where="a").publisher == "江岭长安网"
    assert to_article(text, name="a", where="a", said=Said(publisher="转载网")).publisher == "转载网"


def test_plain_text_says_where_its_values_come_from() -> None:
    text = "护苗行动\n来源：江岭长安网 时间：2024-08-31\n8月30日，清河县公安局在明德小学开展“护苗”行动，为学生上课。"

    article = to_article(text, name="a", where="a")

    assert dict(article.origins) == {"title": "page", "publisher": "dateline", "published": "dateline"}


def test_record_shows_the_origins() -> None:
    article = article_of(HEAD)

    record = to_record(Extraction(article, (), ()))

    assert record["article"]["origins"]["publisher"] == "meta"
