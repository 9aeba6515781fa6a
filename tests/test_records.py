from __future__ import annotations

from datetime import date

from kg.model import Article, Claim, Entity, Evidence, Extraction
from kg.records import to_record

TEXT = "阳东市公安局选派90余名民警担任学校法治副校长"
POLICE = Entity("agency/阳东市公安局", "PublicSecurityOrgan", "阳东市公安局", ("市公安局",), "440000")
SCHOOLS = Entity("group/中小学校", "Group", "中小学校")
EVIDENCE = Evidence("0123", 6, 22, TEXT[6:22], "test.rule", 0.8)


def record_of(claim: Claim, **article: object) -> dict[str, object]:
    said = Article("0123", "one", TEXT, ((0, len(TEXT)),), **article)  # type: ignore[arg-type]
    return to_record(Extraction(said, (POLICE, SCHOOLS), (claim,)))


def test_a_record_has_all_that_the_article_says() -> None:
    claim = Claim(POLICE, "deployedTo", SCHOOLS, EVIDENCE, 90, "名", "法治副校长", "普法", "2024-08", True)

    record = record_of(
        claim, title="题", publisher="阳东日报", published=date(2024, 8, 31), url="https://example.org"
    )

    assert record["article"] == {
        "id": "0123",
        "name": "one",
        "title": "题",
        "publisher": "阳东日报",
        "published": "2024-08-31",
        "url": "https://example.org",
        "text": TEXT,
    }
    assert record["entities"] == [
        {
            "id": "agency/阳东市公安局",
            "kind": "PublicSecurityOrgan",
            "name": "阳东市公安局",
            "labels": ["市公安局"],
            "division": "440000",
        },
        {"id": "group/中小学校", "kind": "Group", "name": "中小学校"},
    ]
    assert record["claims"] == [
        {
            "subject": "agency/阳东市公安局",
            "predicate": "deployedTo",
            "object": "group/中小学校",
            "count": 90,
            "unit": "名",
            "role": "法治副校长",
            "topic": "普法",
            "time": "2024-08",
            "approximate": True,
            "evidence": TEXT[6:22],
            "start": 6,
            "end": 22,
            "rule": "test.rule",
            "confidence": 0.8,
        }
    ]


def test_what_is_not_said_is_left_out_but_zero_is_said() -> None:
    evidence = Evidence("0123", 0, 6, TEXT[:6], "test.rule", 1.0)

    record = record_of(Claim(POLICE, "deployedTo", SCHOOLS, evidence, count=0))

    assert record["claims"] == [
        {
            "subject": "agency/阳东市公安局",
            "predicate": "deployedTo",
            "object": "group/中小学校",
            "count": 0,
            "evidence": "阳东市公安局",
            "start": 0,
            "end": 6,
            "rule": "test.rule",
            "confidence": 1.0,
        }
    ]
    assert set(record["article"]) == {"id", "name", "text"}  # type: ignore[call-overload]
