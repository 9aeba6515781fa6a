from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import StoreError
from kg.model import Article, Claim, Entity, Evidence, Extraction
from kg.report import REPORT, Totals, page_title, read_report

POLICE = Entity("agency/甲", "PublicSecurityOrgan", "甲")
COURT = Entity("agency/乙", "Court", "乙")


def claim(subject: Entity, predicate: str, object: Entity, start: int = 0) -> Claim:
    return Claim(subject, predicate, object, Evidence("a", start, start + 1, "文", "test", 1.0))


def extraction(*claims: Claim) -> Extraction:
    return Extraction(Article("a", "one", "文", ((0, 1),)), (POLICE, COURT), claims)


def test_subclasses_count_under_their_class_and_two_articles_share_an_entity() -> None:
    totals = Totals()

    totals.add(extraction())
    totals.add(extraction())

    assert totals.articles == 2
    assert totals.by_class == {"Agency": 2}


def test_a_relation_counts_once_and_its_claims_each() -> None:
    totals = Totals()

    totals.add(extraction(claim(POLICE, "partOf", COURT), claim(POLICE, "partOf", COURT, 5)))
    totals.add(extraction(claim(COURT, "partOf", POLICE)))

    assert totals.by_predicate == {"partOf": {"relations": 2, "claims": 3}}


def test_a_symmetric_relation_is_the_same_from_either_side() -> None:
    totals = Totals()

    totals.add(extraction(claim(POLICE, "collaboratesWith", COURT), claim(COURT, "collaboratesWith", POLICE)))

    assert totals.by_predicate == {"collaboratesWith": {"relations": 1, "claims": 2}}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no build: report.json is missing"),
        ("{", "report.json: broken: "),
        ("[]", "report.json: not the report of a build"),
        ('{"tool": "another"}', "report.json: not the report of a build"),
    ],
)
def test_what_is_no_build_is_named(tmp_path: Path, content: str | None, says: str) -> None:
    if content is not None:
        (tmp_path / REPORT).write_text(content)

    with pytest.raises(StoreError) as raised:
        read_report(tmp_path)

    assert says in str(raised.value)


def test_a_missing_folder_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such build; make one with: kg build"):
        read_report(tmp_path / "nowhere")


@pytest.mark.parametrize(("articles", "title"), [(["护校"], "护校"), (["护校", "普法"], "2 articles")])
def test_a_page_is_called_after_its_articles(articles: list[str], title: str) -> None:
    assert page_title(articles) == title
