"""What holds for any text: no exception, offsets that are right, the same answer twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from kg import language
from kg.language.clauses import iter_sentences
from kg.language.names import comparable
from kg.language.slots import to_slots
from kg.model import Article, Extraction
from kg.reading import read_article

GOLD = Path(__file__).parent.parent / "gold"
# Every so manieth gold text is mutated, so that the suite stays fast and sees different towns.
MUTATED = 10
PIECES = (
    *"青岭县人民检察院云泽镇派出所柳溪小学民警罗建明许文静",
    *'，。；：、！？“”《》（）()“”"…—\n\t \u3000\u200b\ufeff▇0123',
    "青岭县检察院",
    "县公安局",
    "柳溪小学",
    "“青柳护苗”工作室",
    "检察官许文静",
    "联合",
    "分别受聘为",
    "法治副校长",
    "以",
    "命名的个人工作室",
    "由",
    "将",
    "未",
    "该院",
    "四部门",
    "她",
    "走进",
    "为学生",
    "培训",
    "2025年3月",
    "890余名",
    "😀",
    "👩‍🏫",
    "\x00",
    "\x1b[31m",
    "\r",
    "\U00020000",
    "ｇｂ１２",
    "é",
)
texts = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(extraction: Extraction, text: str) -> None:
    """Assert what must hold for every extraction of ``text``."""
    ids = {entity.id for entity in extraction.entities}
    sentences = [text[start:end] for start, end in iter_sentences(text)]
    for claim in extraction.claims:
        evidence = claim.evidence
        assert 0 <= evidence.start < evidence.end <= len(text)
        assert text[evidence.start : evidence.end] == evidence.text
        assert any(sentence.strip() in evidence.text for sentence in sentences)
        assert {claim.subject.id, claim.object.id} <= ids
        assert claim.count is None or claim.count >= 0
    for entity in extraction.entities:
        assert entity.name.strip()
        assert "▇" not in entity.name


@FEW
@given(text=texts)
def test_no_text_makes_the_pipeline_raise_and_offsets_stay_right(
    text: str, nlp: Language, article: Callable[[str], Article]
) -> None:
    (extraction,) = language.extract([article(text)], nlp=nlp)

    check(extraction, text)


@settings(FEW, max_examples=30)
@given(text=st.text(max_size=120))
def test_no_unicode_text_makes_the_pipeline_raise(
    text: str, nlp: Language, article: Callable[[str], Article]
) -> None:
    (extraction,) = language.extract([article(text)], nlp=nlp)

    check(extraction, text)


@settings(FEW, max_examples=20)
@given(text=texts)
def test_mentions_are_the_words_at_their_offsets(text: str, doc: Callable[[str], Doc]) -> None:
    made = doc(text)

    assert made.text == text
    assert all(text[span.start_char : span.end_char] == span.text for span in made.spans["mentions"])
    assert all(0 <= ref.start < ref.end <= len(text) for ref in made._.refs)
    assert all(key in made._.names for ref in made._.refs for key in ref.keys)


@FEW
@given(text=texts)
def test_sentences_hold_every_character_that_is_not_blank(text: str) -> None:
    spans = list(iter_sentences(text))

    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    inside = "".join(text[start:end] for start, end in spans)
    assert "".join(inside.split()) == "".join(text.split())


@FEW
@given(name=texts)
def test_comparing_form_of_a_comparing_form_is_itself(name: str) -> None:
    once = comparable(name)

    assert comparable(once) == once


@FEW
@given(text=texts.filter(bool), data=st.data())
def test_slot_string_gives_every_character_its_place(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    slotted = to_slots(text, start, end, [])

    assert slotted.string == text[start:end]
    assert slotted.offsets == tuple(range(start, end + 1))


def gold_texts() -> list[Path]:
    paths = sorted(GOLD.glob("**/*.txt"))
    return paths[:: max(1, len(paths) // MUTATED)][:MUTATED]


def mutate(text: str, rng: random.Random) -> str:
    """Return ``text`` as a broken page may give it: cut, doubled, other marks, emoji, control characters."""
    at, to = sorted(rng.sample(range(len(text) + 1), 2))
    ways = (
        lambda: text[at:to],
        lambda: text[:at] + text[to:],
        lambda: text[:to] + text[at:],
        lambda: text.translate(str.maketrans("，。：；“”《》", ',.:;""<>')),
        lambda: text.translate(str.maketrans("。，\n", "，。 ")),
        lambda: "".join(char + rng.choice(("", "", "", "😀", "\u200b", " ")) for char in text),
        lambda: "".join(
            char if rng.random() > 0.03 else rng.choice("\x00\x07\x1b\x7f\ufffd\u2028") for char in text
        ),
        lambda: text.replace("\n", ""),
    )
    return rng.choice(ways)()


@pytest.mark.parametrize("path", gold_texts(), ids=lambda path: path.stem)
def test_broken_article_is_read_without_an_exception_and_with_right_offsets(
    path: Path, nlp: Language, article: Callable[[str], Article]
) -> None:
    rng = random.Random(path.stem)
    text = read_article(path).text

    broken = [mutate(text, rng) for _ in range(3)]
    broken.append(mutate(mutate(text + "\n", rng) + "。\n", rng))
    extractions = list(language.extract(map(article, broken), nlp=nlp))

    assert len(extractions) == len(broken)
    for extraction, words in zip(extractions, broken, strict=True):
        check(extraction, words)
