from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from stand_ins import read_joint_work, with_a_broken_claim, write_article

from kg import pipeline
from kg.config import Settings
from kg.errors import ArticleError
from kg.model import Article, Extraction
from kg.pipeline import (
    Accepted,
    Extractor,
    accept,
    extract_one,
    iter_accepted,
    iter_extractions,
    nothing_read,
)


def fail(_: Iterable[Article]) -> Iterator[Extraction]:
    raise AssertionError("loaded")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    write_article(folder, "one")
    write_article(folder, "two", second="阳东市民政局")
    return folder


def test_nothing_is_loaded_when_there_is_nothing_to_read(tmp_path: Path) -> None:
    items = list(iter_extractions([tmp_path], extractor=fail))

    assert [type(item) for item in items] == [ArticleError]


def test_nothing_is_accepted_of_nothing() -> None:
    assert list(accept([], settings=Settings(), extractor=fail)) == []


@pytest.mark.parametrize(
    "read",
    [
        lambda paths: iter_extractions(paths, extractor=read_joint_work),
        lambda paths: iter_accepted(paths, settings=Settings(), extractor=read_joint_work),
    ],
    ids=["extractions", "accepted"],
)
def test_what_cannot_be_read_comes_in_its_place(
    articles: Path, read: Callable[[list[Path]], Iterator[object]]
) -> None:
    for name in ("a", "p", "z"):
        (articles / f"{name}.txt").touch()

    items = list(read([articles]))

    errors = [Path(item.where).name if isinstance(item, ArticleError) else "" for item in items]
    assert errors == ["a.txt", "", "p.txt", "", "z.txt"]


def test_the_same_text_again_says_where_it_was_first(articles: Path) -> None:
    write_article(articles / "zz", "copy")

    items = list(iter_accepted([articles], settings=Settings(), extractor=read_joint_work))

    assert [type(item) for item in items] == [Accepted, Accepted, ArticleError]
    assert items[2].what == "the same text as one"


def test_articles_are_read_no_further_than_asked(articles: Path) -> None:
    seen: list[str] = []

    def watch(found: Iterable[Article]) -> Iterator[Extraction]:
        for extraction in read_joint_work(found):
            seen.append(extraction.article.name)
            yield extraction

    next(iter_extractions([articles], extractor=watch))

    assert seen == ["one"]


@pytest.mark.parametrize(("extractor", "held_back"), [(read_joint_work, 0), (with_a_broken_claim, 1)])
def test_what_breaks_a_shape_is_held_back(articles: Path, extractor: Extractor, held_back: int) -> None:
    accepted = extract_one(articles / "one.txt", settings=Settings(), extractor=extractor)

    assert len(accepted.quarantined) == held_back
    assert len(accepted.extraction.claims) == 1
    assert not any("不在此处" in str(quad) for quad in accepted.quads)


def test_one_refusal_is_told_as_it_is_and_several_as_their_number() -> None:
    first, second = ArticleError("one.txt", "empty"), ArticleError("two.txt", "empty")

    assert nothing_read([Path("one.txt")], [first]) is first
    assert str(nothing_read([Path("a"), Path("b")], [first, second])) == (
        "a, b: no article can be read (2 refused)"
    )


def test_one_article_gives_its_extraction(articles: Path) -> None:
    accepted = extract_one(articles / "two.txt", settings=Settings(), extractor=read_joint_work)

    assert [claim.object.name for claim in accepted.extraction.claims] == ["阳东市民政局"]
    assert accepted.quads


def test_one_article_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="nowhere"):
        extract_one(tmp_path / "nowhere.txt", settings=Settings(), extractor=read_joint_work)


def test_childrens_names_are_masked_before_extraction(tmp_path: Path) -> None:
    path = write_article(tmp_path, "case")
    # An invented child under an invented pseudonym.
    path.write_text(
        path.read_text("utf-8") + "\n13岁的小丽(化名)在学校遭到欺凌。小丽的父母随后报警。\n", "utf-8"
    )

    (item,) = iter_accepted([path], settings=Settings(), extractor=read_joint_work)

    assert isinstance(item, Accepted)
    assert "小丽" not in item.extraction.article.text
    assert "阳东市公安局" in item.extraction.article.text


def test_the_packages_own_extractor_loads_once(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kg import language

    loaded: list[str | None] = []

    def extract(articles: Iterable[Article], *, nlp: None) -> Iterator[Extraction]:
        assert nlp is None
        return read_joint_work(articles)

    monkeypatch.setattr(language, "load", lambda *, model, weights: loaded.append(model), raising=False)  # noqa: ARG005
    monkeypatch.setattr(language, "extract", extract, raising=False)
    extractor = pipeline.load_extractor(model="zh_test")

    for path in sorted(articles.iterdir()):
        extract_one(path, settings=Settings(), extractor=extractor)

    assert loaded == ["zh_test"]
