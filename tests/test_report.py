from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import StoreError
from kg.report import (
    REPORT,
    BuildReport,
    Totals,
    from_json,
    iter_skipped,
    page_title,
    read_report,
    read_title,
    write_report,
)

POLICE, COURT, SCHOOL = 11, 2**64 - 1, 33
HEAD = BuildReport(
    articles=1,
    skipped=1,
    copies=0,
    quarantined=2,
    quads=9,
    by_class={"Agency": 2},
    by_predicate={"partOf": {"relations": 1, "claims": 3}},
    sources=("articles",),
    settings={"base": "https://example.org/"},
    versions={"kg": "0"},
    plan={"found": 2, "because": ["weights"]},
    started="2026-01-05T00:00:00+00:00",
    seconds=1.5,
)
ROWS = (
    {"status": "skipped", "where": "empty.txt", "reason": "the file is empty"},
    {"status": "done", "where": "one.txt", "id": "1", "name": "one", "title": "护校", "quarantined": []},
)


def record(
    kinds: dict[str, list[int]] | None = None,
    relations: dict[str, list[int]] | None = None,
    claims: dict[str, int] | None = None,
    quarantined: int = 0,
) -> dict[str, object]:
    return {
        "kinds": kinds or {},
        "relations": relations or {},
        "by_predicate": claims or {},
        "quarantined": [{}] * quarantined,
    }


def test_two_articles_share_an_entity() -> None:
    totals = Totals()

    totals.add(record({"Agency": [POLICE, COURT], "School": [SCHOOL]}))
    totals.add(record({"Agency": [COURT]}, quarantined=2))

    assert totals.articles == 2
    assert totals.quarantined == 2
    assert totals.by_class == {"Agency": 2, "School": 1}


def test_a_relation_counts_once_and_its_claims_each() -> None:
    totals = Totals()

    totals.add(record(relations={"partOf": [1, 2], "visits": [3]}, claims={"partOf": 2, "visits": 1}))
    totals.add(record(relations={"partOf": [2]}, claims={"partOf": 3}))

    assert totals.by_predicate == {
        "partOf": {"relations": 2, "claims": 5},
        "visits": {"relations": 1, "claims": 1},
    }


def test_nothing_is_counted_as_nothing() -> None:
    assert (Totals().by_class, Totals().by_predicate) == ({}, {})


@given(st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=6), max_size=6))
def test_distinct_things_are_counted_whatever_their_digests(articles: list[list[int]]) -> None:
    totals = Totals()

    for digests in articles:
        totals.add(record({"Agency": digests}))

    assert totals.by_class.get("Agency", 0) == len({digest for digests in articles for digest in digests})


# On disk


def test_a_report_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_report(tmp_path / REPORT, HEAD, ROWS)

    report = read_report(tmp_path)

    assert report == HEAD.to_json() | {"articles": list(ROWS)}
    assert from_json(report) == HEAD
    assert from_json(report, changed=False, seconds=0.1) == replace(HEAD, changed=False, seconds=0.1)


def test_a_report_names_each_article_on_a_line_of_its_own(tmp_path: Path) -> None:
    write_report(tmp_path / REPORT, HEAD, ROWS)

    lines = (tmp_path / REPORT).read_text("utf-8").splitlines()
    assert [json.loads(line.strip().rstrip(",")) for line in lines if '"status"' in line] == list(ROWS)


def test_a_name_that_is_no_text_can_be_reported(tmp_path: Path) -> None:
    row = {"status": "skipped", "where": "\udcff.txt", "reason": "the file is empty"}

    write_report(tmp_path / REPORT, HEAD, [row])

    assert read_report(tmp_path)["articles"] == [row]


def test_what_was_skipped_is_named_with_the_reason(tmp_path: Path) -> None:
    write_report(tmp_path / REPORT, HEAD, ROWS)

    assert list(iter_skipped(tmp_path)) == [("empty.txt", "the file is empty")]


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


@pytest.mark.parametrize(("articles", "title"), [(1, "护校"), (2, "2 articles")])
def test_a_page_is_called_after_its_articles(articles: int, title: str) -> None:
    assert page_title(articles, "护校") == title


@pytest.mark.parametrize(
    ("done", "title"),
    [
        ([], "0 articles"),
        ([("one", "护校")], "护校"),
        ([("one", "")], "one"),
        ([("one", "护校"), ("two", "普法")], "2 articles"),
    ],
)
def test_a_drawing_of_a_build_is_called_after_what_is_in_it(
    tmp_path: Path, done: list[tuple[str, str]], title: str
) -> None:
    rows = [{"status": "done", "name": name, "title": said} for name, said in done]
    write_report(tmp_path / REPORT, HEAD, [ROWS[0], *rows])

    assert read_title(tmp_path) == title
