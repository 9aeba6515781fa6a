"""The page of explanations as text: what it shows, escapes and allows."""

from __future__ import annotations

import hashlib
import html
import re
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from kg.errors import OutputError
from kg.explaining import iter_explanations
from kg.language.explanation import Explanation, SeenCandidate
from kg.model import CLASSES
from kg.pages.explanation import render_explanations, write_explanations
from kg.pages.page import read_style

HOSTILE = '"><script>alert(1)</script>{x}'
TEXT = f"青岭县公安局护航{HOSTILE}\n　　青岭县公安局走进青岭县柳溪小学，联合青岭县教育局开展“{HOSTILE}”行动。路人唐晓燕走进青岭县柳溪小学。\n"


@pytest.fixture(scope="module")
def explanation(tmp_path_factory: pytest.TempPathFactory) -> Explanation:
    path = tmp_path_factory.mktemp("articles") / "page.txt"
    path.write_text(TEXT, "utf-8")
    (found,) = iter_explanations([path])
    assert isinstance(found, Explanation)
    return found


def hostile(explanation: Explanation) -> Explanation:
    """Return the explanation with a hostile string wherever a name or a word can stand."""

    def spoiled(candidate: SeenCandidate) -> SeenCandidate:
        return replace(
            candidate, subject=HOSTILE, object=HOSTILE, predicate=HOSTILE, rule=HOSTILE, verdict=HOSTILE
        )

    sentences = tuple(
        replace(
            sentence,
            subject=(HOSTILE,),
            lead=(HOSTILE,),
            topic=(HOSTILE,),
            mentions=tuple(replace(m, names=(HOSTILE,)) for m in sentence.mentions),
            rules=tuple(replace(r, rule=HOSTILE, vetoed=HOSTILE) for r in sentence.rules),
            candidates=tuple(map(spoiled, sentence.candidates)),
            claims=tuple(replace(c, role=HOSTILE, topic=HOSTILE, time=HOSTILE) for c in sentence.claims),
            refused=tuple((claim, HOSTILE) for claim in sentence.claims),
        )
        for sentence in explanation.sentences
    )
    article = replace(explanation.article, name=HOSTILE, title=HOSTILE, publisher=HOSTILE)
    return replace(explanation, article=article, sentences=sentences)


def test_the_page_shows_what_the_explanation_says(explanation: Explanation) -> None:
    page = render_explanations([explanation])

    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    for sentence in explanation.sentences:
        for mention in sentence.mentions:
            assert mention.text in text
            assert f'title="{mention.kind}: ' in page
        for rule in sentence.rules:
            assert rule.rule in text
        for claim in sentence.claims:
            assert f"{claim.evidence.confidence:.3f}" in text
        for candidate in sentence.candidates:
            assert candidate.object in text
    assert "唐晓燕" in text
    assert 'class="person idle"' in page


@pytest.mark.parametrize("spoil", [lambda e: e, hostile], ids=["article", "everything"])
def test_nothing_of_an_article_becomes_markup(explanation: Explanation, spoil: object) -> None:
    page = render_explanations([spoil(explanation)])  # type: ignore[operator]

    assert html.escape(HOSTILE, quote=False).replace('"', "") in page.replace("&#34;", "").replace(
        "&quot;", ""
    )
    assert "<script" not in page
    assert " style=" not in page
    assert re.search(r"\son\w+=", re.sub(r">[^<]*<", "><", page)) is None


def test_the_policy_allows_its_own_style_and_nothing_else(explanation: Explanation) -> None:
    page = render_explanations([explanation])

    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall(r"<style>(.*)</style>", page, re.DOTALL)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rules = dict(rule.split(" ", 1) for rule in html.unescape(policy).split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert re.findall(r'(?:src|href)="(?!#|data:,)', page) == []


def test_the_page_is_the_same_each_time_and_utf8(explanation: Explanation, tmp_path: Path) -> None:
    write_explanations([explanation], tmp_path / "page.html")

    data = (tmp_path / "page.html").read_bytes()
    assert data.decode("utf-8") == render_explanations([explanation])
    assert b'<meta charset="utf-8">' in data


def test_what_no_page_can_hold_is_replaced(explanation: Explanation) -> None:
    first, *rest = explanation.sentences
    spoiled = replace(first, text="\x00\ud83d" + first.text[2:])

    page = render_explanations([replace(explanation, sentences=(spoiled, *rest))])

    assert page.encode("utf-8")
    assert "\x00" not in page


def test_two_articles_have_anchors_of_their_own(explanation: Explanation) -> None:
    page = render_explanations([explanation, explanation])

    anchors = re.findall(r'<section id="([^"]+)"', page)
    assert len(set(anchors)) == len(anchors) == 2 * len(explanation.sentences)


def test_a_place_that_cannot_be_written_is_an_error(explanation: Explanation, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match=r"page\.html: cannot be written"):
        write_explanations([explanation], tmp_path / "file" / "page.html")


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_has_its_colour(name: str) -> None:
    assert f"mark.{name.lower()} {{ --own: var(--{name.lower()}); }}" in read_style("explanation.css")
