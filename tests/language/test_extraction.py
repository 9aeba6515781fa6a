"""What the whole pipeline yields of one article, and what it never yields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from spacy.language import Language

from kg import language, ontology
from kg.model import CLASSES, PREDICATES, Article, Extraction

Read = Callable[[str], Extraction]
Said = Callable[[str], set[tuple[str, str, str]]]
TEXTS = (
    "柳溪小学来了护苗人\n2025年5月，青岭县人民检察院联合县教育局走进青岭县柳溪小学，为300名学生讲法治课。该院还印发了《青岭县护校工作方案》。",
    "青岭县公安局开展“青柳护苗”行动。云泽镇派出所民警罗建明受聘为青岭县第二中学法治副校长，每周给学生上课。",
    "青岭县妇联设立“柳芽驿站”，为留守儿童提供心理辅导。驿站由唐晓燕负责。",
)


@pytest.mark.parametrize("text", TEXTS)
def test_evidence_is_the_text_at_its_offsets(text: str, read: Read) -> None:
    extraction = read(text)

    assert extraction.claims
    for claim in extraction.claims:
        evidence = claim.evidence
        assert evidence.article == extraction.article.id
        assert extraction.article.text[evidence.start : evidence.end] == evidence.text
        assert evidence.text == evidence.text.strip() != ""
        assert 0 < evidence.confidence <= 1
        assert evidence.rule


@pytest.mark.parametrize("text", TEXTS)
def test_claims_are_about_entities_of_the_extraction_by_known_words(text: str, read: Read) -> None:
    extraction = read(text)

    known = ontology.load()
    ids = {entity.id for entity in extraction.entities}
    assert len(ids) == len(extraction.entities)
    assert {known.scored_class(entity.kind) for entity in extraction.entities} <= set(CLASSES)
    for claim in extraction.claims:
        assert claim.predicate in PREDICATES
        assert {claim.subject.id, claim.object.id} <= ids
        assert claim.subject.id != claim.object.id


@pytest.mark.parametrize("text", TEXTS)
def test_passage_states_a_relation_once(text: str, read: Read) -> None:
    counts = Counter(
        (claim.subject.id, claim.predicate, claim.object.id, claim.evidence.start)
        for claim in read(text).claims
    )

    assert set(counts.values()) == {1}


def test_two_passages_state_one_relation_twice(read: Read) -> None:
    claims = read("青岭县公安局走进青岭县柳溪小学。青岭县公安局再次走进青岭县柳溪小学。").claims

    assert [(claim.predicate, claim.evidence.text) for claim in claims] == [
        ("visits", "青岭县公安局走进青岭县柳溪小学。"),
        ("visits", "青岭县公安局再次走进青岭县柳溪小学。"),
    ]


@pytest.mark.parametrize("text", ["罗建明走进青岭县柳溪小学。", "路人罗建明走进青岭县柳溪小学。"])
def test_person_without_an_office_is_not_there(text: str, read: Read) -> None:
    extraction = read(text)

    assert [entity for entity in extraction.entities if entity.kind == "Person"] == []
    assert extraction.claims == ()


def test_person_with_an_office_is_there_with_it(said: Said) -> None:
    relations = said("云泽镇派出所民警罗建明走进青岭县柳溪小学。")

    assert ("罗建明", "worksFor", "云泽镇派出所") in relations
    assert ("罗建明", "visits", "青岭县柳溪小学") in relations


@pytest.mark.parametrize(
    "text",
    [
        "青岭县检察院拟走进青岭县柳溪小学。",
        "青岭县检察院计划走进青岭县柳溪小学。",
        "下一步，青岭县检察院将走进青岭县柳溪小学。",
        "青岭县检察院未走进青岭县柳溪小学。",
        "青岭县检察院没有走进青岭县柳溪小学。",
        "青岭县检察院打算在青岭县柳溪小学设立“柳芽驿站”。",
    ],
)
def test_plan_or_denial_states_nothing(text: str, said: Said) -> None:
    assert said(text) == set()


def test_plan_after_a_deed_leaves_the_deed(said: Said) -> None:
    relations = said("青岭县检察院走进青岭县柳溪小学，下一步还将走进青岭县第二中学。")

    assert relations == {("青岭县人民检察院", "visits", "青岭县柳溪小学")}


def test_denial_before_a_deed_leaves_the_deed(said: Said) -> None:
    relations = said("青岭县检察院没有走进青岭县柳溪小学，而是来到青岭县第二中学。")

    assert relations == {("青岭县人民检察院", "visits", "青岭县第二中学")}


def test_speaker_is_not_the_actor_of_what_is_said(said: Said) -> None:
    relations = said("青岭县检察院检察长许文静表示，青岭县公安局走进了青岭县柳溪小学。")

    assert ("青岭县公安局", "visits", "青岭县柳溪小学") in relations
    assert not [one for one in relations if one[0] == "许文静" and one[1] == "visits"]


@pytest.mark.parametrize("text", ["", "\n", "   \n\n", "。。。", "今天天气很好。", "▇▇▇"])
def test_text_that_names_nobody_yields_nothing(text: str, read: Read) -> None:
    extraction = read(text)

    assert extraction.entities == ()
    assert extraction.claims == ()


def test_entity_keeps_every_form_as_label(read: Read) -> None:
    extraction = read("青岭县人民检察院走进青岭县柳溪小学。县检察院走访家庭。")

    (body,) = [entity for entity in extraction.entities if entity.name == "青岭县人民检察院"]
    assert "县检察院" in body.labels
    assert body.labels == tuple(sorted(body.labels))
    assert body.name not in body.labels


def test_extraction_is_the_same_in_two_runs_and_in_any_order(
    nlp: Language, article: Callable[[str], Article]
) -> None:
    articles = [article(text) for text in TEXTS]

    first = list(language.extract(articles, nlp=nlp))
    second = list(language.extract(articles, nlp=nlp))
    backwards = list(language.extract(articles[::-1], nlp=nlp))

    assert first == second
    assert first == backwards[::-1]
    assert [extraction.article for extraction in first] == articles


def test_freshly_loaded_pipeline_reads_the_same(nlp: Language, article: Callable[[str], Article]) -> None:
    articles = [article(text) for text in TEXTS]

    assert list(language.extract(articles, nlp=language.load())) == list(language.extract(articles, nlp=nlp))


def test_extract_takes_one_article_at_a_time(nlp: Language, article: Callable[[str], Article]) -> None:
    stream = language.extract((article(text) for text in [TEXTS[0]]), nlp=nlp)

    assert next(stream).article == article(TEXTS[0])
