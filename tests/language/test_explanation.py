"""What an explanation says of each sentence: all that was seen, weighed and dropped, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from kg import language
from kg.language.explanation import PATH, Explanation, SeenCandidate, explain, words
from kg.language.extraction import to_extraction, to_outcomes
from kg.language.ranking import load_ranker
from kg.language.relations import UNPROPOSED, choose, iter_readings, prepare, weigh
from kg.model import Article
from kg.privacy import redact
from kg.reading import read_article

SEED = Path(__file__).parents[2] / "seeds" / "zhuzhou.txt"
VISIT = "青岭县公安局走进青岭县柳溪小学。"
OFFICER = "云泽镇派出所民警罗建明走进青岭县柳溪小学。"
PIECES = (
    "青岭县公安局",
    "柳溪小学",
    "该院",
    "路人唐晓燕",
    "走进",
    "联合",
    "将",
    "未",
    "“",
    "”",
    "，",
    "。\n",
    "<b>",
    " ",
)

Explain = Callable[[str], Explanation]


@pytest.fixture(scope="session")
def explained(doc: Callable[[str], Doc]) -> Explain:
    return lambda text: explain(doc(text))


@pytest.fixture(scope="session")
def seed(nlp: Language) -> Explanation:
    (explanation,) = language.explain([redact(read_article(SEED))], nlp=nlp)
    return explanation


def found(explanation: Explanation, predicate: str, subject: str, object: str) -> SeenCandidate:
    """Return the one candidate between two canonical names."""
    (candidate,) = (
        candidate
        for sentence in explanation.sentences
        for candidate in sentence.candidates
        if (candidate.predicate, candidate.subject, candidate.object) == (predicate, subject, object)
    )
    return candidate


# weigh and choose


def test_what_is_chosen_is_what_was_weighed_and_likely_enough(doc: Callable[[str], Doc]) -> None:
    made = doc(f"{OFFICER}青岭县检察院联合县教育局为学生讲法治课。该院将走进青岭县第二中学。")
    offices, merged, namesakes = prepare(made)
    readings = list(iter_readings(made.text, made._.refs, merged, offices, namesakes=namesakes))

    weighed = [item for reading in readings for item in weigh(made.text, reading, load_ranker())]
    chosen = [item for reading in readings for item in choose(made.text, reading, load_ranker())]

    assert [item.candidate for item in weighed if item.taken] == chosen
    dropped = [item for item in weighed if not item.taken]
    assert dropped
    for item in dropped:
        assert item.probability is not None
        assert item.threshold is not None
        assert 0 <= item.probability < item.threshold <= 1


def test_every_candidate_comes_out_as_a_claim_or_with_a_reason(doc: Callable[[str], Doc]) -> None:
    made = doc(f"{VISIT}青岭县公安局没有走进青岭县第二中学。")

    _, outcomes = to_outcomes(made)

    assert [(o.object, o.claim is not None, o.reason) for o in outcomes] == [
        ("School:青岭县柳溪小学", True, ""),
        ("School:青岭县二中", False, "negation"),
    ]


# The seed article


def test_the_sentences_are_the_article_and_their_claims_its_claims(seed: Explanation) -> None:
    text = seed.article.text

    assert [sentence.number for sentence in seed.sentences] == list(range(1, len(seed.sentences) + 1))
    for sentence in seed.sentences:
        assert text[sentence.start : sentence.end] == sentence.text != ""
        for part in (*sentence.mentions, *sentence.rules):
            assert text[part.start : part.end] == part.text
    assert "".join("".join(sentence.text.split()) for sentence in seed.sentences) == "".join(text.split())
    claims = Counter(claim for sentence in seed.sentences for claim in sentence.claims)
    assert claims == Counter(seed.extraction.claims)
    assert len(claims) > 30


def test_the_extraction_is_that_of_the_pipeline(seed: Explanation, nlp: Language) -> None:
    (extraction,) = language.extract([redact(read_article(SEED))], nlp=nlp)

    assert seed.extraction == extraction


def test_every_claim_has_its_candidate_with_the_same_score(seed: Explanation) -> None:
    for sentence in seed.sentences:
        stated = {(c.predicate, c.subject, c.object): c for c in sentence.candidates if c.verdict == "claim"}
        assert len(stated) == len(sentence.claims)
        for claim in sentence.claims:
            candidate = stated[claim.predicate, claim.subject.name, claim.object.name]
            assert candidate.rule == claim.evidence.rule
            if candidate.probability is not None and candidate.threshold is not None:
                assert candidate.probability == claim.evidence.confidence
                assert candidate.probability >= candidate.threshold


def test_candidates_stand_likeliest_first(seed: Explanation) -> None:
    for sentence in seed.sentences:
        scores = [c.probability for c in sentence.candidates if c.probability is not None]
        assert scores == sorted(scores, reverse=True)


def test_a_sentence_says_who_is_carried_into_it_and_what_found_its_mentions(seed: Explanation) -> None:
    (sentence,) = (s for s in seed.sentences if s.text.startswith("这些工作室深入学校"))

    assert sentence.subject == sentence.lead == ("株洲市公安局",)
    assert sentence.topic == ("陈宇娟工作室", "梁军工作室", "郑伟工作室", "易海霞工作室")
    first, second, *_ = sentence.mentions
    assert (first.text, first.found, first.names) == ("这些工作室", "anaphor", sentence.topic)
    assert (second.text, second.found, second.names) == ("学校", "rule", ("中小学校",))
    assert ("visits.go", "深入") in [(rule.rule, rule.text) for rule in sentence.rules]


def test_every_source_of_a_mention_is_told(explained: Explain) -> None:
    explanation = explained(
        "青岭县公安局民警罗建明发布《青岭县护校工作方案》。青岭县公安局以罗建明命名的个人工作室成立，该局服务学生。"
    )

    sources = {(m.text, m.found) for sentence in explanation.sentences for m in sentence.mentions}
    assert {
        ("罗建明", "crf"),
        ("青岭县护校工作方案", "rule"),
        ("个人工作室", "name"),
        ("该局", "anaphor"),
        ("学生", "rule"),
    } <= sources


# Why something is no claim


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (VISIT, "claim"),
        ("青岭县公安局将走进青岭县柳溪小学。", "plan"),
        ("下一步，青岭县公安局计划走进青岭县柳溪小学。", "plan"),
        ("青岭县公安局没有走进青岭县柳溪小学。", "negation"),
    ],
)
def test_plan_and_denial_are_the_reason(explained: Explain, text: str, verdict: str) -> None:
    explanation = explained(text)

    candidate = found(explanation, "visits", "青岭县公安局", "青岭县柳溪小学")
    assert candidate.verdict == verdict
    assert candidate.rule == "visits.go"
    assert candidate.probability is not None
    assert len(explanation.sentences[0].claims) == (verdict == "claim")
    done = found(explained("青岭县公安局走进青岭县柳溪小学。"), "visits", "青岭县公安局", "青岭县柳溪小学")
    assert done.probability is not None
    assert done.probability > 0.9
    assert candidate.probability <= done.probability


def test_a_person_without_office_is_the_reason(explained: Explain) -> None:
    explanation = explained("路人罗建明走进青岭县柳溪小学，给学生讲课。")

    candidate = found(explanation, "visits", "罗建明", "青岭县柳溪小学")
    assert (candidate.verdict, candidate.rule) == ("office", UNPROPOSED)
    person = explanation.sentences[0].mentions[0]
    assert (person.names, person.note, person.entities) == (("罗建明",), "office", ())


def test_a_person_with_office_is_a_claim(explained: Explain) -> None:
    candidates = [
        (c.predicate, c.verdict, c.probability is None) for c in explained(OFFICER).sentences[0].candidates
    ]

    assert ("worksFor", "claim") in {(predicate, verdict) for predicate, verdict, _ in candidates}
    assert ("visits", "claim", False) in candidates


def test_a_class_that_does_not_fit_is_the_reason(explained: Explain) -> None:
    explanation = explained("青岭县公安局设立青岭县柳溪小学。")

    candidate = found(explanation, "establishes", "青岭县公安局", "青岭县柳溪小学")
    assert (candidate.verdict, candidate.rule) == ("type", "establishes.found")
    assert (candidate.subject_kind, candidate.object_kind) == ("Agency", "School")
    assert candidate.probability is None


def test_a_relation_that_a_passage_states_twice_is_a_duplicate(explained: Explain) -> None:
    explanation = explained(
        "青岭县公安局联合青岭县教育局开展宣传，青岭县公安局联合青岭县教育局走进青岭县柳溪小学。"
    )

    verdicts = Counter(
        c.verdict for c in explanation.sentences[0].candidates if c.predicate == "collaboratesWith"
    )
    assert verdicts["claim"] == 1
    assert verdicts["duplicate"] >= 1


def test_speech_and_quotation_colour_a_candidate(explained: Explain) -> None:
    explanation = explained(f"{VISIT}家长说：“{VISIT[:-1]}，我们很开心。”")

    first, second = (sentence.candidates[0] for sentence in explanation.sentences)
    assert (first.predicate, second.predicate) == ("visits", "visits")
    assert first.context == ()
    assert second.context == ("speech", "quotation")


def test_a_quoted_brand_is_no_quotation(explained: Explain) -> None:
    explanation = explained("青岭县公安局“青柳护苗”工作室走进青岭县柳溪小学。")

    contexts = {name for c in explanation.sentences[0].candidates for name in c.context}
    assert explanation.sentences[0].candidates
    assert "quotation" not in contexts


def test_an_anaphor_that_stands_for_nothing_is_noted(explained: Explain) -> None:
    explanation = explained("该院印发《青岭县护校工作方案》。青岭县检察院回应。该院走进青岭县柳溪小学。")

    seen = [(m.names, m.note) for s in explanation.sentences for m in s.mentions if m.text == "该院"]
    assert seen == [((), "unresolved"), (("青岭县人民检察院",), "")]


# For any text


def test_a_masked_name_stays_masked(nlp: Language, article: Callable[[str], Article]) -> None:
    text = "青岭县公安局走访困境儿童。11岁的小雨（化名）由青岭县公安局民警罗建明陪着走进青岭县柳溪小学。小雨笑了。"

    (explanation,) = language.explain([redact(article(text))], nlp=nlp)

    assert "小雨" not in repr(explanation)
    assert "▇▇" in explanation.sentences[1].text
    assert all("▇" not in name for s in explanation.sentences for m in s.mentions for name in m.names)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_is_explained_with_all_its_claims(text: str, doc: Callable[[str], Doc]) -> None:
    made = doc(text)

    explanation = explain(made)

    stated = Counter(claim for sentence in explanation.sentences for claim in sentence.claims)
    assert stated == Counter(to_extraction(made).claims)
    known = words()
    for sentence in explanation.sentences:
        assert made.text[sentence.start : sentence.end] == sentence.text
        assert {c.verdict for c in sentence.candidates} <= known["verdicts"].keys()
        assert {name for c in sentence.candidates for name in c.context} <= known["context"].keys()
        assert {m.found for m in sentence.mentions} <= known["found"].keys()
        assert {m.note for m in sentence.mentions} <= {"", *known["notes"]}


def test_every_word_is_there_in_both_languages() -> None:
    data = yaml.safe_load(PATH.read_text("utf-8"))

    for group in data.values():
        for texts in group.values():
            assert set(texts) == {"zh", "en"}
            assert all(texts.values())
