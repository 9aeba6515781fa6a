"""Articles by whatever one knows of them; entities by name are asked for in the tests of queries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import small_world
from pyoxigraph import NamedNode, Store

from kg.config import Settings
from kg.corroboration import copies_to_quads
from kg.errors import QueryError
from kg.lookup import called, find_articles
from kg.model import Copy
from kg.report import REPORT, TOOL
from kg.store import load_extractions

BASE = "https://w3id.org/cpkg/id/"
FIRST = NamedNode(BASE + "article/1111111111111111")
REPRINT = Copy(
    id="3333333333333333", name="reprint", title="“青苗”行动启动", url="https://reprints.example/7"
)


@pytest.fixture(scope="module")
def store() -> Store:
    made = Store()
    first, _ = small_world.articles()
    load_extractions(made, [*small_world.quads(), *copies_to_quads(first, [REPRINT], settings=Settings())])
    return made


@pytest.mark.parametrize(
    "name",
    [
        FIRST.value,
        f"<{FIRST.value}>",
        "1111111111111111",
        "阳东市公安局启动“青苗”行动",
        "https://news.example/1?a=1&b=<2>",
        # What is known of a copy.
        "3333333333333333",
        "“青苗”行动启动",
        "https://reprints.example/7",
    ],
)
def test_an_article_is_found_by_what_is_known_of_it_and_of_its_copies(store: Store, name: str) -> None:
    assert find_articles(store, name) == (FIRST,)


@pytest.mark.parametrize("name", ["", "nix", "阳东市公安局", "\ud800", BASE + "agency/阳东市公安局"])
def test_what_is_no_article_is_named(store: Store, name: str) -> None:
    with pytest.raises(QueryError, match="article: no article"):
        find_articles(store, name)


def test_an_article_is_found_by_the_place_of_the_report(store: Store, tmp_path: Path) -> None:
    rows = [
        {"status": "done", "where": "news/one.txt", "name": "one", "id": "1111111111111111"},
        {"status": "skipped", "where": "news/two.txt", "id": "2222222222222222"},
        {"status": "copy", "where": "news/three.txt", "name": "three", "id": "3333333333333333"},
    ]
    (tmp_path / REPORT).write_text(json.dumps({"tool": TOOL, "articles": rows}), "utf-8")

    for name in ("news/one.txt", "one", "news/three.txt"):
        assert find_articles(store, name, build=tmp_path) == (FIRST,)
    with pytest.raises(QueryError, match=r"no article .news/two\.txt."):
        find_articles(store, "news/two.txt", build=tmp_path)


def test_a_store_without_a_report_has_no_places(store: Store, tmp_path: Path) -> None:
    assert find_articles(store, "1111111111111111", build=tmp_path) == (FIRST,)


def test_only_the_whole_preferred_label_calls(store: Store) -> None:
    assert called(store, "阳东市公安局") == (NamedNode(BASE + "agency/阳东市公安局"),)
    assert len(called(store, "明德小学")) == 2
    assert called(store, "市局") == called(store, "阳东市")[1:] == called(store, "\ud800") == ()
