"""Encodings: every gold article in each of them, as text and as a page, whatever the page declares."""

from __future__ import annotations

import codecs
import os
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC
from site_templates import gold_texts, load_sites, render, story_of

from kg import language
from kg.privacy import redact
from kg.reading import to_article
from kg.reading.decoding import decode, decode_html
from kg.reading.html import read_html
from kg.records import to_record

SIMPLIFIED = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")
NARROW = ("gbk", "gb2312")
TRADITIONAL = ("big5", "cp950", "gb18030", "utf-8", "utf-16-le")
DECLARATIONS = (None, "gb2312", "big5", "utf-8", "iso-8859-1", "no-such-thing")
SAMPLE = gold_texts()[:: 1 if os.environ.get("KG_ALL") else 20]
BY_NAME = {site.name: site for site in load_sites()}


@cache
def traditional(path: Path) -> str:
    return str(OpenCC("s2t").convert(path.read_text("utf-8")))


@pytest.mark.parametrize("path", gold_texts(), ids=lambda path: path.stem)
def test_gold_article_is_the_same_text_in_every_encoding(path: Path) -> None:
    text = path.read_bytes().decode()
    plain = to_article(text, name="a", where="a")

    read = {encoding: decode(text.encode(encoding)) for encoding in SIMPLIFIED}

    for encoding, found in read.items():
        assert found is not None, encoding
        assert to_article(found, name="a", where="a") == plain, encoding


@pytest.mark.parametrize("encoding", NARROW)
@pytest.mark.parametrize("path", gold_texts()[::8], ids=lambda path: path.stem)
def test_narrow_national_sets_are_read_as_what_they_hold(path: Path, encoding: str) -> None:
    data = path.read_bytes().decode().encode(encoding, "ignore")

    assert decode(data) == data.decode(encoding)


@pytest.mark.parametrize("path", gold_texts()[::8], ids=lambda path: path.stem)
@pytest.mark.parametrize("encoding", TRADITIONAL)
def test_traditional_article_is_the_same_text_in_every_encoding(path: Path, encoding: str) -> None:
    data = traditional(path).encode(encoding, "ignore")

    for declared in DECLARATIONS:
        assert decode(data, charset=declared) == data.decode(encoding), declared


@pytest.mark.parametrize("path", gold_texts()[::8], ids=lambda path: path.stem)
def test_article_from_hong_kong_is_read_as_it_declares(path: Path) -> None:
    data = (traditional(path) + "佢哋嘅學校喺啲咗").encode("big5hkscs", "ignore")

    assert decode(data, charset="Big5-HKSCS") == data.decode("big5hkscs")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("declared", DECLARATIONS)
def test_wrong_or_missing_declaration_changes_nothing(encoding: str, declared: str | None) -> None:
    for path in gold_texts()[::40]:
        site, story = BY_NAME["changan"], story_of(path)
        html = render(site, story)[0].decode(site.charset)
        html = html.replace('<meta charset="utf-8">', f'<meta charset="{declared}">' if declared else "")

        text, said = read_html(html.encode(encoding), charset=declared)

        assert to_article(text, name="a", where="a", said=said).text == story.text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5"])
def test_page_cut_inside_a_character_is_still_read(encoding: str) -> None:
    text = traditional(gold_texts()[0]) if encoding == "big5" else gold_texts()[0].read_text("utf-8")
    data = text.encode(encoding, "ignore")
    whole = data.decode(encoding)
    at = len(whole[:300].encode(encoding)) + 1

    found = decode(data[:at] + b"\xff" + data[at + 1 :], charset=encoding)

    assert found is not None
    assert found[:300] == whole[:300]
    assert found[-300:] == whole[-300:]


def test_characters_of_hong_kong_alone_need_no_declaration() -> None:
    text = "佢哋嘅學校喺度，啲同學放學咗，老師與家長一齊為兒童安全努力。"

    assert decode(text.encode("big5hkscs")) == text


def test_declaration_decides_between_readings_that_both_make_sense() -> None:
    data = "學".encode("big5")

    assert decode(data * 2, charset="big5") == "學學"


def test_bytes_that_are_no_text_are_none() -> None:
    assert decode(bytes(range(256)) * 40, charset="gb2312") is None
    assert decode_html(b"\x89PNG\r\n\x1a\n\x00\x00" + bytes(range(256)) * 20) is None


@given(st.binary(max_size=400), st.sampled_from(DECLARATIONS))
def test_no_bytes_break_decoding(data: bytes, declared: str | None) -> None:
    found = decode_html(data, charset=declared)

    assert found is None or isinstance(found, str)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200), st.sampled_from(DECLARATIONS))
def test_marked_and_plain_utf8_is_read_whatever_is_declared(text: str, declared: str | None) -> None:
    if "\ufeff" not in text and "\ufffe" not in text and "\uffff" not in text:
        assert decode(codecs.BOM_UTF8 + text.encode(), charset=declared) == text


@pytest.mark.slow
def test_graph_of_an_article_is_the_same_in_every_encoding() -> None:
    nlp = language.load()
    for path in SAMPLE:
        text = path.read_bytes().decode()
        pages = [decode(text.encode(encoding)) or "" for encoding in SIMPLIFIED]
        for site in (BY_NAME["changan"], BY_NAME["bare"]):
            html = render(site, story_of(path))[0].decode(site.charset)
            pages += [read_html(html.encode(encoding))[0] for encoding in SIMPLIFIED]

        records = [
            to_record(extraction)
            for extraction in language.extract(
                (redact(to_article(page, name="a", where="a")) for page in pages), nlp=nlp
            )
        ]

        for group in (records[:6], records[6:12], records[12:]):
            assert all(record == group[0] for record in group), path.stem
