"""HTML pages: the article and nothing of its wrapping, in every site of `sites/`, and single shapes of pages."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from site_templates import (
    Site,
    expected,
    gold_texts,
    intruders,
    load_sites,
    read_rendered,
    story_of,
    to_story,
    token_f1,
)

from kg import language
from kg.linking import normalise
from kg.privacy import redact
from kg.reading import read_article, to_article
from kg.reading.blocks import iter_blocks, load_html_rules
from kg.reading.html import parse, read_html

SITES = load_sites()
SAMPLE = gold_texts()[::40]
# Below what was measured on every tenth article (tests/bench/chrome.py): every site 0.998 and more; the lowest page, a photo of one
# sentence among comments, 0.890.
MEAN_F1, PAGE_F1 = 0.99, 0.85
PROSE = (
    "8月30日，清河县公安局联合县教育局在明德小学开展“护苗”行动，民警为学生上了一堂法治课。",
    "活动中，检察官结合案例讲解防欺凌知识，学生们听得入神，家长也来旁听。",
    "下一步，县公安局将继续选派民警担任法治副校长，守护孩子们健康成长。",
)


def lines_of(body: str, head: str = "") -> list[str]:
    text, _ = read_html(f"<html><head>{head}</head><body>{body}</body></html>".encode())
    return to_article(text, name="a", where="a").text.split("\n")


def paragraphs() -> str:
    return "".join(f"<p>{line}</p>" for line in PROSE)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_site_gives_the_article_and_what_it_says_about_it(site: Site) -> None:
    scores = []
    for path in SAMPLE:
        story = story_of(path)
        article = read_rendered(site, story)
        scores.append(token_f1(article.text, story.text))
        told = {name: getattr(article, name) for name in site.shows}
        assert told == expected(site, story), path.stem
        assert intruders(site, article.text) == [], path.stem

    assert sum(scores) / len(scores) >= MEAN_F1
    assert min(scores) >= PAGE_F1


def test_names_of_the_wrapping_stand_in_no_gold_article() -> None:
    texts = [path.read_text("utf-8") for path in gold_texts()]

    assert [name for site in SITES for text in texts for name in intruders(site, text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_gold_article_in_every_site(site: Site) -> None:
    scores = [
        (token_f1((article := read_rendered(site, story_of(path))).text, story_of(path).text), article.text)
        for path in gold_texts()[:: 1 if os.environ.get("KG_ALL") else 8]
    ]

    assert [name for _, text in scores for name in intruders(site, text)] == []
    assert sum(f1 for f1, _ in scores) / len(scores) >= MEAN_F1
    assert min(f1 for f1, _ in scores) >= PAGE_F1


@pytest.mark.slow
def test_nothing_of_the_wrapping_enters_the_graph() -> None:
    nlp = language.load()
    for path in SAMPLE[::4]:
        story = story_of(path)
        plain = redact(to_article(story.text, name="plain", where="plain"))
        pages = [redact(read_rendered(site, story)) for site in SITES]
        for site, extraction in zip(SITES, language.extract(pages, nlp=nlp), strict=True):
            labels = {label for e in extraction.entities for label in (e.name, *e.labels)}
            assert [n for n in site.names if any(normalise(n) in label for label in labels)] == []
            assert token_f1(extraction.article.text, plain.text) >= PAGE_F1


@pytest.mark.parametrize("path", gold_texts()[::16], ids=lambda path: path.stem)
def test_heading_short_lines_and_lists_of_an_article_stay(path: Path) -> None:
    story = to_story(read_article(path))
    short = [line for line in story.paragraphs if len(line) <= 15]

    article = read_rendered(SITES[0], story)

    assert [line for line in short if line not in article.text.split("\n")] == []


def test_headings_of_every_kind_stay() -> None:
    headings = ["一、打牢基础", "警校联动", "（二）细处着力", "——“护苗”行动侧记", "多方联动　同向发力"]
    body = "".join(f"<h3>{h}</h3><p>{line}</p>" for h, line in zip(headings, PROSE * 2, strict=False))

    lines = lines_of(
        f"<div class='x'><h1>女警走进校园</h1>{body}</div>", "<title>女警走进校园_江岭网</title>"
    )

    assert [h for h in headings if h not in lines] == []
    assert lines[0] == "女警走进校园"


def test_table_in_the_article_keeps_its_cells() -> None:
    table = "<table><tr><th>学校</th><th>法治副校长</th></tr><tr><td>明德小学</td><td>甘小禾</td></tr><tr><td>柳溪中学</td><td>林一叶</td></tr></table>"

    lines = lines_of(f"<div id='zoom'>{paragraphs()}{table}</div>")

    assert [line for line in lines if len(line) < 20] == [
        "学校  法治副校长",
        "明德小学  甘小禾",
        "柳溪中学  林一叶",
    ]


def test_list_items_are_lines_of_their_own() -> None:
    items = "<ul><li>县公安局：增设护学岗。</li><li>县教育局：开展家访。</li></ul>"

    lines = lines_of(f"<div>{paragraphs()}{items}</div>")

    assert lines[-2:] == ["县公安局：增设护学岗。", "县教育局：开展家访。"]


def test_words_split_over_elements_are_put_together() -> None:
    body = "<p><span>清河县</span><b>公安</b>局联合<a href='x'>县教育局</a>开展活动，民警为学生授课，受到欢迎。</p>"

    assert "清河县公安局联合县教育局开展活动，民警为学生授课，受到欢迎。" in lines_of(body + paragraphs())


def test_fields_that_style_alone_parts_are_told_apart() -> None:
    body = f"<h1>女警走进校园</h1><div><span>2024-08-31</span><span>来源：江岭长安网</span><span>甘小禾</span></div>{paragraphs()}"

    text, said = read_html(f"<title>女警走进校园</title>{body}".encode())
    article = to_article(text, name="a", where="a", said=said)

    assert article.publisher == "江岭长安网"
    assert str(article.published) == "2024-08-31"
    assert article.text.split("\n") == ["女警走进校园", *PROSE]


def test_what_a_browser_does_not_show_is_not_read() -> None:
    hidden = "<p style='display:none'>清河县林业局也参加了这次活动，并且赠送树苗。</p><p hidden>清河县林业局再次参加了这次活动。</p><script>var a='清河县林业局';</script><!-- 清河县林业局 -->"

    assert "林业局" not in "\n".join(lines_of(paragraphs() + hidden))


def test_box_inside_the_article_goes_with_its_prose() -> None:
    box = "<div><h4>相关阅读</h4><p>清河县林业局昨日开展植树活动，干部职工参加。</p><p>清河县林业局还慰问了护林员，送去物资。</p></div>"

    lines = lines_of(f"<div><p>{PROSE[0]}</p>{box}<p>{PROSE[1]}</p><p>{PROSE[2]}</p></div>")

    assert lines == list(PROSE)


COMMENTS = "".join(
    f"<div><p>清河县林业局的老师也来过我们社区，讲得很好，孩子念叨到第{n}天。</p></div>" for n in range(9)
)


@pytest.mark.parametrize(
    "names", ["id='comments' class='comments-area'", "class='comment-list'", "id='pinglun'"]
)
@pytest.mark.parametrize("title", ["<h1>图片新闻</h1>", ""])
@pytest.mark.parametrize("count", [2, 9])
def test_comments_below_one_sentence_are_no_article(names: str, title: str, count: int) -> None:
    comments = f"<div {names}><h2>《图片新闻》有{count}个想法</h2>{COMMENTS}</div>"

    lines = lines_of(f"<main>{title}<div class='entry'><p>{PROSE[0]}</p></div>{comments}</main>")

    assert [line for line in lines if line != "图片新闻"] == [PROSE[0]]


@pytest.mark.parametrize(
    "page",
    [
        "<div class='comment'><h1>谁来守护</h1>{}</div><div><p>本栏目由清河县融媒体中心供稿，欢迎读者来信。</p></div>",
        "<h1>谁来守护</h1><div class='comment-content'>{}</div>",
        "<h1>谁来守护</h1><div class='comment'>{}</div><div><p>本栏目由清河县融媒体中心供稿，欢迎读者来信。</p></div>",
    ],
)
def test_commentary_that_is_the_article_stays(page: str) -> None:
    assert [line for line in PROSE if line not in lines_of(page.format(paragraphs()))] == []


def test_posts_after_the_first_are_no_article() -> None:
    replies = "".join(
        f"<div class='t_f'>顶一个，清河县林业局的老师第{n}次来过我们社区，讲得很好。</div>" for n in range(9)
    )

    assert lines_of(f"<div class='p'><div class='t_f'>{PROSE[0]}</div></div>{replies}") == [PROSE[0]]


@pytest.mark.parametrize(
    "body",
    [
        "<div class='t_f'><p>{}</p><div class='t_f'><p>{}</p></div><p>{}</p></div>",
        "<div class='post-content'><p>{}</p></div><div class='post-content'><p>{}</p><p>{}</p></div>",
    ],
)
def test_parts_of_one_post_stay_together(body: str) -> None:
    assert lines_of(f"<div>{body.format(*PROSE)}</div>") == list(PROSE)


def test_title_of_a_page_that_is_called_after_its_column_stands_above_the_dateline() -> None:
    head = "<title>新闻动态_清河县妇联</title>"
    menu = "<div><span>首页</span><span>新闻动态</span></div><p>每月30元，清河县林业局支持一名儿童。</p>"

    lines = lines_of(
        f"{menu}<div class='t'>女警走进校园</div><div>2024-08-31 来源：江岭长安网</div>{paragraphs()}", head
    )

    assert lines == ["女警走进校园", *PROSE]


def test_summaries_below_a_list_of_other_articles_do_not_come_back() -> None:
    others = "<br>".join(
        [
            "本栏目更多文章：",
            "・清河县林业局植树　(05-30)",
            "清河县林业局昨日开展植树活动，干部职工和志愿者参加。",
        ]
        * 3
    )
    body = "<br>".join(PROSE)

    assert lines_of(
        f"<h1>女警走进校园</h1>{body}<br>第 1 页 共 1 页<br>{others}", "<title>女警走进校园</title>"
    ) == ["女警走进校园", *PROSE]


def test_cards_of_other_stories_between_short_paragraphs_go() -> None:
    card = "<section><a><i>推荐</i><b>跟着巡逻队走一夜</b><em>清河县林业局组建的巡逻队，每晚九点准时从清河县林业局出发，风雨无阻。</em></a></section>"
    body = card.join(
        f"<p class='x'>{line}</p>"
        for line in (PROSE[0] * 3, "“原来如此！”学生说，收获很大。", "活动持续到月底，县公安局说。")
    )

    lines = lines_of(f"<h1>女警走进校园</h1><div class='k'>{body}</div>", "<title>女警走进校园</title>")

    assert lines == [
        "女警走进校园",
        PROSE[0] * 3,
        "“原来如此！”学生说，收获很大。",
        "活动持续到月底，县公安局说。",
    ]


def test_box_with_a_heading_goes_from_a_short_article() -> None:
    box = "<table><tr><th>相关法律条文</th></tr><tr><td>清河县林业局提示：监护人要给孩子安全的生活环境，不能打骂，也不能遗弃。</td></tr></table>"

    assert lines_of(
        f"<h1>女警走进校园</h1><div id='t'>{box}{PROSE[0]}<br><br>{PROSE[1]}</div>",
        "<title>女警走进校园</title>",
    ) == ["女警走进校园", *PROSE[:2]]


def test_article_that_an_advertisement_parts_stays_whole() -> None:
    body = f"<div class='t'><p>{PROSE[0]}</p><p>{PROSE[1]}</p></div><div class='ad'><a>清河县购物节</a></div><div class='t'><p>{PROSE[2]}</p></div>"

    assert lines_of(f"<div>{body}</div>") == list(PROSE)


@pytest.mark.parametrize(
    "data", [b"", b" \n", b"\x00\x01\x02" * 50, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9]
)
def test_what_is_no_page_gives_nothing(data: bytes) -> None:
    text, said = read_html(data)

    assert text.strip() == ""
    assert said.origins == ()


def test_deep_nesting_is_read() -> None:
    deep = "<div>" * 200 + paragraphs() + "</div>" * 200

    text, _ = read_html(deep.encode())

    assert text.split("\n") == list(PROSE)


def test_nesting_without_an_end_breaks_nothing() -> None:
    assert isinstance(read_html(b"<div><span>" * 20_000 + paragraphs().encode())[0], str)


TAGS = "<div> </div> <p> </p> <td> </td> <table><tr><td> <br> <a/href=x> </a> <!-- --> <script> <h1> </h1> <span/hidden> </span> <![CDATA["
WORDS = ("来源：江岭网 时间：2024-08-31", "相关阅读", "&nbsp;", "<?xml version='1.0'?>", *PROSE)
PIECES = st.sampled_from((*TAGS.split(), *WORDS))


@given(st.lists(PIECES, max_size=40))
def test_no_mark_up_breaks_the_reading(pieces: list[str]) -> None:
    text, said = read_html("".join(pieces).encode())

    assert isinstance(text, str)
    assert all(getattr(said, name) for name, _ in said.origins)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(data: bytes) -> None:
    assert isinstance(read_html(b"<html><body>" + data)[0], str)


@given(st.lists(PIECES, max_size=40))
@example(["-->", "<span/hidden>", WORDS[0], "<td>", "-->"])
def test_lines_hold_the_words_of_the_page_and_no_others(pieces: list[str]) -> None:
    tree = parse("".join(pieces))
    if tree is None:
        return

    words = "".join("".join(tree.itertext()).split())

    for block in iter_blocks(tree):
        # What is hidden between them is left out.
        rest = iter(words)
        assert all(letter in rest for letter in "".join(block.text.split()))
        assert 0 <= block.linked <= len(block.text)


def test_rules_hold_no_name_in_capitals() -> None:
    rules = load_html_rules()

    assert [n for names in rules.meta.values() for n in names if n != n.lower()] == []
    assert [n for n in (*rules.containers, *rules.chrome) if n != n.lower()] == []
