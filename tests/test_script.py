"""Traditional characters: the view that rules read, the same entities and claims, text and evidence as written."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC
from site_templates import gold_texts
from spacy.language import Language

from kg import language
from kg.model import Article, Claim, Extraction
from kg.privacy import redact
from kg.reading import read_article, to_article
from kg.script import PATH, as_written, is_traditional, simplify, simplify_all
from kg.yamlfile import load_yaml

DATA = load_yaml(PATH.read_text("utf-8"))
SAMPLE = gold_texts()[:: 1 if os.environ.get("KG_ALL") else 20]
# Of all gold articles put into Taiwan's characters: OpenCC's way there gives some names other characters (麴 for 曲).
MAX_DIFFERENT = {"entities": 2, "claims": 4}


@cache
def taiwan() -> OpenCC:
    return OpenCC("s2tw")


@pytest.fixture(scope="module")
def nlp() -> Language:
    return language.load()


@pytest.mark.parametrize("example", DATA["match"])
def test_traditional_writing_has_its_simplified_view(example: str) -> None:
    written, _, view = example.partition(" => ")

    assert simplify_all(written) == view
    assert len(view) == len(written)


@pytest.mark.parametrize("text", DATA["no_match"])
def test_simplified_text_is_its_own_view(text: str) -> None:
    assert simplify(text) is text
    assert not is_traditional(text)


@pytest.mark.parametrize("path", gold_texts(), ids=lambda path: path.stem)
def test_gold_article_is_its_own_view(path: Path) -> None:
    text = path.read_text("utf-8")

    assert simplify(text) is text


def test_traditional_paragraph_in_a_simplified_text_has_its_view() -> None:
    text = "清河县公安局开展活动。\n臺北市警察局為學生舉辦講座。\n校长李昇参加。"

    assert simplify(text) == "清河县公安局开展活动。\n台北市警察局为学生举办讲座。\n校长李昇参加。"


def test_piece_of_a_view_is_found_as_written() -> None:
    text, view = "臺北市警察局和學校", "台北市警察局和学校"

    assert as_written("警察局和", view, text) == "警察局和"
    assert as_written("台北市学校", view, text) == "臺北市學校"
    assert as_written("别处", view, text) == "别处"


@given(st.text(st.sampled_from("臺灣學發髮後裡這著乾隆于a1「」，\n 揹体名县")))
def test_view_is_as_long_as_the_text_and_has_no_other_view(text: str) -> None:
    view = simplify_all(text)

    assert len(view) == len(text)
    assert len(simplify(text)) == len(text)
    assert simplify_all(view) == view


@given(st.text())
def test_any_text_has_a_view_of_its_length(text: str) -> None:
    assert len(simplify(text)) == len(text)


def both(path: Path) -> tuple[Article, Article]:
    """Return a gold article and the same put into Taiwan's characters, both as they are read."""
    text = path.read_text("utf-8")
    return redact(to_article(text, name="a", where="a")), redact(
        to_article(taiwan().convert(text), name="a", where="a")
    )


@pytest.mark.parametrize("path", gold_texts()[::8], ids=lambda path: path.stem)
def test_traditional_page_is_read_as_its_simplified_one(path: Path) -> None:
    plain, traditional = both(path)

    assert traditional.paragraphs == plain.paragraphs
    assert traditional.published == plain.published
    assert simplify_all(traditional.publisher) == plain.publisher
    assert is_traditional(traditional.text)


def key(claim: Claim) -> tuple[object, ...]:
    evidence = claim.evidence
    ends = (claim.subject.id, claim.predicate, claim.object.id, evidence.start, evidence.end)
    return (*ends, claim.count, claim.unit, claim.role, claim.topic, claim.time, claim.approximate)


def extractions(nlp: Language) -> tuple[list[Extraction], list[Extraction]]:
    pairs = [both(path) for path in SAMPLE]
    plain, traditional = ([pair[side] for pair in pairs] for side in (0, 1))
    return list(language.extract(plain, nlp=nlp)), list(language.extract(traditional, nlp=nlp))


def test_traditional_articles_give_the_same_entities_and_claims(nlp: Language) -> None:
    different = {"entities": 0, "claims": 0}

    for plain, traditional in zip(*extractions(nlp), strict=True):
        names = [{(e.id, e.kind, e.name) for e in x.entities} for x in (plain, traditional)]
        claims = [{key(claim) for claim in x.claims} for x in (plain, traditional)]
        different["entities"] += len(names[0] ^ names[1])
        different["claims"] += len(claims[0] ^ claims[1])
        text = traditional.article.text
        assert all(text[c.evidence.start : c.evidence.end] == c.evidence.text for c in traditional.claims)

    assert different["entities"] <= MAX_DIFFERENT["entities"]
    assert different["claims"] <= MAX_DIFFERENT["claims"]


def test_form_of_the_text_is_a_label_of_the_simplified_entity(nlp: Language) -> None:
    text = "清河縣公安局開展護苗行動\n8月30日，清河縣公安局聯合縣教育局走進明德小學，為學生講授法治課。"

    (extraction,) = language.extract([to_article(text, name="a", where="a")], nlp=nlp)

    bureau = next(e for e in extraction.entities if e.id == "agency/清河县公安局")
    assert bureau.name == "清河县公安局"
    assert "清河縣公安局" in bureau.labels


def test_explanation_shows_the_words_of_the_text(nlp: Language) -> None:
    text = "8月30日，清河縣公安局聯合縣教育局走進明德小學，為學生講授法治課。"

    (explanation,) = language.explain([to_article(text, name="a", where="a")], nlp=nlp)

    (sentence,) = explanation.sentences
    assert sentence.text == text
    assert "清河縣公安局" in {mention.text for mention in sentence.mentions}


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("11歲的小陽（化名）由母親陪著走來，小陽低著頭。", "小陽"),
        ("犯罪嫌疑人張某某被帶走。", "張某某"),
        ("被害人小麗（化名）說，她很感謝檢察官。", "小麗"),
    ],
)
def test_guard_masks_children_and_suspects_in_traditional_text(text: str, hidden: str) -> None:
    article = redact(to_article(text, name="a", where="a"))

    assert hidden not in article.text
    assert "▇" in article.text


def test_address_and_title_lose_a_name_that_the_text_writes_otherwise() -> None:
    article = Article("1" * 16, "訪小陽", "11歲的小陽（化名）走來。", ((0, 12),), title="訪小陽")

    assert "陽" not in redact(article).title
    assert "陽" not in redact(article).name


def test_seed_article_takes_the_same_path_as_before() -> None:
    article = read_article(gold_texts()[0])

    assert simplify(article.text) is article.text
