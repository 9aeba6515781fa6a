"""Word, PDF, Markdown and MHTML: the article comes out as from a text file; damage and bombs are named errors."""

from __future__ import annotations

from contextlib import suppress

import pytest
from documents import (
    article,
    change_docx,
    encrypt_pdf,
    make_docx,
    make_mhtml,
    make_pdf,
    page,
)
from hostile import bomb_zip, pdf_of
from hypothesis import given
from hypothesis import strategies as st

from kg.config import Limits
from kg.errors import ArticleError
from kg.reading import read_item, to_article
from kg.reading.documents import join_lines, read_docx, read_markdown, read_mhtml, read_pdf
from kg.reading.item import Item

LINES = article(1).splitlines()
PLAIN = to_article(article(1), name="a", where="a")


def read(data: bytes, format: str, **limits: int) -> str:
    return read_item(Item("a", "a", data, format), limits=Limits(**limits)).text


@pytest.mark.parametrize(
    ("format", "data"),
    [
        ("docx", make_docx(LINES)),
        ("pdf", make_pdf([LINES])),
        ("pdf", make_pdf([LINES[:2], [*LINES[2:], "- 2 -"]])),
        ("pdf", encrypt_pdf(make_pdf([LINES]), "")),
        ("md", f"# {LINES[0]}\n\n{LINES[1]}\n\n{LINES[2]}\n{LINES[3]}\n".encode()),
        ("md", article(1).encode("gb18030")),
    ],
    ids=["docx", "pdf", "pages", "owner", "md", "md-gbk"],
)
def test_article_is_that_of_the_text_file(format: str, data: bytes) -> None:
    found = read_item(Item("a", "a", data, format))

    assert (found.text, found.title, found.publisher, found.published) == (
        *(PLAIN.text, PLAIN.title, PLAIN.publisher, PLAIN.published),
    )


def test_table_of_a_word_file_keeps_its_rows_in_their_place() -> None:
    data = make_docx(["青石县公安局走进校园。"], table=[["单位", "人数"], ["青石县教育局", "20名"]])

    text = read_docx(data, where="a", limits=Limits())

    assert text.split("\n") == ["青石县公安局走进校园。", "单位  人数", "青石县教育局  20名"]


def test_word_file_keeps_boxes_links_and_breaks_once() -> None:
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = "<w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t></w:r><w:hyperlink><w:r><w:t>丙</w:t></w:r></w:hyperlink>"
        "<w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins><w:r><w:t>丁</w:t></w:r></w:ins></w:p>"
        f"<w:sdt><w:sdtContent><w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p></w:sdtContent></w:sdt>"
    )
    document = f"<?xml version='1.0'?><w:document {names}><w:body>{body}</w:body></w:document>".encode()

    text = read_docx(change_docx(make_docx([]), {"word/document.xml": document}), where="a", limits=Limits())

    assert text.split("\n") == ["甲", "乙丙丁", "", "框"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (make_docx(LINES)[:3_000], "damaged, or no docx file"),
        (change_docx(make_docx([]), {"word/document.xml": b"<w:doc"}), "damaged, or no docx file"),
        (
            change_docx(make_docx([]), {"word/document.xml": b"<!DOCTYPE d [<!ENTITY a 'b'>]><d>&a;</d>"}),
            "an XML bomb",
        ),
        (bomb_zip("word/document.xml", b" " * 10**6, 300), "a zip bomb"),
        (make_docx([]), "the file is empty"),
    ],
    ids=["cut", "broken", "entities", "bomb", "empty"],
)
def test_bad_word_file_is_a_named_error(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        read(data, "docx")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (make_pdf([LINES])[:500], "a damaged PDF"),
        (encrypt_pdf(make_pdf([LINES]), "secret"), "an encrypted PDF"),
        (make_pdf([[], ["- 1 -"]]), "without a text layer"),
        (make_pdf([LINES] * 4), "a PDF of 4 pages; up to 3"),
        (pdf_of(b"(a) Tj " * 100_000, 200), "a damaged PDF"),
        (b"%PDF-1.7\n", "a damaged PDF"),
    ],
    ids=["cut", "encrypted", "pictures", "pages", "bomb", "nothing"],
)
def test_bad_pdf_is_a_named_error(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        read(data, "pdf", pdf_pages=3)


# The end of the time may fall into a finaliser, which cannot raise; the next knock does.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_pdf_that_keeps_the_parser_busy_is_given_up() -> None:
    with pytest.raises(ArticleError, match="takes longer than 1 seconds"):
        read(pdf_of(b"BT /F1 9 Tf () Tj ET\n" * 10_000, 100), "pdf", item_seconds=1)


def test_pdf_with_more_characters_than_allowed_is_left_early() -> None:
    with pytest.raises(ArticleError, match="longer than 100 characters"):
        read_pdf(make_pdf([["护苗" * 40]] * 50), where="a", limits=Limits(article_chars=100))


@pytest.mark.parametrize("width", [18, 25, 40])
def test_lines_as_they_are_set_become_paragraphs_again(width: int) -> None:
    paragraphs = [
        "清河县公安局联合县教育局、县妇联在明德小学开展“护苗”行动，民警为全校学生上了一堂生动的法治课，讲解防溺水知识。",
        "活动中，民警结合真实案例，用通俗易懂的语言向学生和家长讲解如何识别网络诈骗，提醒大家遇到危险及时报警求助。",
        "下一步，清河县公安局将持续推进校园安全工作，为未成年人健康成长保驾护航。",
    ]
    lines = ["护苗行动走进校园"]
    for paragraph in paragraphs:
        lines += ["　　" + paragraph[: width - 2]]
        lines += [paragraph[at : at + width] for at in range(width - 2, len(paragraph), width)]

    assert join_lines(lines) == ["护苗行动走进校园", *paragraphs]


def test_short_lines_stay_apart() -> None:
    assert join_lines(["一、工作部署", "二、宣传教育", "三、督导检查"]) == [
        "一、工作部署",
        "二、宣传教育",
        "三、督导检查",
    ]


@given(st.lists(st.text("甲乙丙，。", max_size=40), max_size=12))
def test_joining_loses_no_character(lines: list[str]) -> None:
    assert "".join(join_lines(lines)) == "".join(lines)


def test_marks_of_markdown_go_and_words_stay() -> None:
    text, said = read_markdown(
        "﻿---\ntitle: 护苗\ndate: 2024-08-31\n来源: 青石网\nauthor: {name: 甘小禾}\n---\n"
        "# 女警走进**校园**\n\n![图片](a.png)\n> 引文[链接](https://a.example)\n\n- 一项\n- 二项\n\n"
        "| 单位 | 人数 |\n|---|---|\n| 县公安局 | 20 |\n\n    　缩进的段落\n\n<script>x</script>\n"
    )

    assert [line for line in text.split("\n") if line] == [
        *("女警走进校园", "引文链接", "一项", "二项", "单位", "人数", "县公安局", "20", "　缩进的段落"),
    ]
    assert (said.title, str(said.published), said.publisher, said.author) == (
        "护苗",
        "2024-08-31",
        "青石网",
        "甘小禾",
    )
    assert {origin for _, origin in said.origins} == {"front matter"}


@pytest.mark.parametrize("front", ["a: [", "- list", "{{", "a: &a [*a]", "title: 2024-99-99", "x" * 30_000])
def test_broken_block_above_a_text_says_nothing(front: str) -> None:
    text, said = read_markdown(f"---\n{front}\n---\n正文在此。")

    assert "正文在此。" in text
    assert said.published is None


def test_page_of_an_mhtml_file_comes_with_charset_and_address() -> None:
    data = make_mhtml(page(1, charset="gbk"), charset="gbk")

    assert read_mhtml(data, where="a") == (page(1, charset="gbk"), "gbk", "https://news.example/2024/2.html")
    assert read_item(Item("a", "a", data, "mhtml")).url == "https://news.example/2024/2.html"


def test_mhtml_without_a_page_is_a_named_error() -> None:
    with pytest.raises(ArticleError, match="no page in the MHTML file"):
        read(b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nwords", "mhtml")


@given(st.sampled_from(["pdf", "docx", "md", "mhtml", "html", "txt"]), st.binary(max_size=400))
def test_any_bytes_as_any_document_give_an_article_or_a_named_error(format: str, data: bytes) -> None:
    with suppress(ArticleError):
        assert read(data, format)
