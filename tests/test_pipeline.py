from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kg import pipeline
from kg.config import NAMESPACE, Settings
from kg.errors import ArticleError, OutputError
from kg.model import Article, Claim, Entity, Evidence, Extraction
from kg.pipeline import Accepted, build, extract_one, iter_accepted, iter_extractions
from kg.report import read_report
from kg.store import iter_data, open_store

# Invented agencies; the pattern stands in for the language pipeline.
JOINT = re.compile(r"(\w+?局)联合(\w+?局)")
TEXT = "阳东市公安局开展护校行动\n\n{first}联合{second}，走进校园开展法治宣传活动，受到师生欢迎。\n"


def read_joint_work(articles: Iterable[Article]) -> Iterator[Extraction]:
    """Extract A联合B, the smallest extractor that gives a graph."""
    for article in articles:
        entities: dict[str, Entity] = {}
        claims = []
        for match in JOINT.finditer(article.text):
            first, second = (
                entities.setdefault(name, Entity(f"agency/{name}", "Agency", name)) for name in match.groups()
            )
            evidence = Evidence(article.id, match.start(), match.end(), match.group(), "test.joint", 1.0)
            claims.append(Claim(first, "collaboratesWith", second, evidence))
        yield Extraction(article, tuple(entities.values()), tuple(claims))


def with_a_broken_claim(articles: Iterable[Article]) -> Iterator[Extraction]:
    """The same, and one claim whose passage stands somewhere else."""
    for extraction in read_joint_work(articles):
        good = extraction.claims[0]
        evidence = Evidence(extraction.article.id, 0, 3, "不在此处", "test.broken", 1.0)
        bad = Claim(good.object, "collaboratesWith", good.subject, evidence)
        yield Extraction(extraction.article, extraction.entities, (good, bad))


def write_article(folder: Path, name: str, first: str = "阳东市公安局", second: str = "阳东市教育局") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.txt"
    path.write_text(TEXT.format(first=first, second=second), "utf-8")
    return path


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    write_article(folder, "one")
    write_article(folder, "two", second="阳东市民政局")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_build_has_store_text_page_and_report(articles: Path, out: Path) -> None:
    report = build([articles], out=out, extractor=read_joint_work)

    assert names(out) == ["graph.html", "graph.nq", "graph.ttl", "report.json", "store"]
    assert [article.name for article in report.done] == ["one", "two"]
    assert report.by_class == {"Agency": 3}
    assert report.by_predicate == {"collaboratesWith": {"relations": 2, "claims": 2}}
    assert report.quarantined == 0


def test_store_and_text_say_the_same(articles: Path, out: Path) -> None:
    report = build([articles], out=out, extractor=read_joint_work)

    stored = set(iter_data(open_store(out)))
    quads = set(parse(path=str(out / "graph.nq"), format=RdfFormat.N_QUADS))
    triples = set(parse(path=str(out / "graph.ttl"), format=RdfFormat.TURTLE))
    assert quads == stored
    assert {quad.triple for quad in triples} == {quad.triple for quad in stored}
    assert len(stored) == report.quads > 20


def test_the_page_shows_the_agencies(articles: Path, out: Path) -> None:
    build([articles], out=out, extractor=read_joint_work)

    page = (out / "graph.html").read_text("utf-8")
    assert "阳东市民政局" in page
    assert "</html>" in page


def test_the_report_on_disk_is_the_report(articles: Path, out: Path) -> None:
    report = build([articles], out=out, extractor=read_joint_work)

    written = read_report(out)
    assert written == json.loads(json.dumps(report.to_json()))
    assert written["totals"]["articles"] == 2
    assert written["sources"] == [str(articles)]
    assert {"kg", "ontology", "python", "pyoxigraph"} <= set(written["versions"])


def test_a_report_names_no_place_that_the_user_did_not_name(
    articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (articles / "empty.txt").touch()
    monkeypatch.chdir(articles.parent)

    build([Path("articles")], out=Path("out"), extractor=read_joint_work)

    assert str(articles.parent) not in Path("out/report.json").read_text("utf-8")


def test_the_same_articles_give_the_same_bytes(articles: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"

    for out in (first, second):
        build([articles], out=out, extractor=read_joint_work)

    for name in ("graph.ttl", "graph.nq", "graph.html"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    reports = [read_report(out) for out in (first, second)]
    for report in reports:
        del report["started"], report["seconds"]
    assert reports[0] == reports[1]


def test_the_base_iri_is_the_users(articles: Path, out: Path) -> None:
    build([articles], out=out, settings=Settings(base="https://example.org/kg/"), extractor=read_joint_work)

    subject = NamedNode("https://example.org/kg/agency/阳东市公安局")
    assert list(open_store(out).quads_for_pattern(subject, NamedNode(f"{NAMESPACE}collaboratesWith"), None))


def test_what_cannot_be_read_is_skipped_counted_and_named(articles: Path, out: Path) -> None:
    (articles / "empty.txt").touch()
    (articles / "picture.txt").write_bytes(bytes(range(256)) * 20)
    heard = []

    report = build([articles], out=out, extractor=read_joint_work, on_article=heard.append)

    assert [Path(skipped.where).name for skipped in report.skipped] == ["empty.txt", "picture.txt"]
    assert len(report.done) == 2
    assert sum(isinstance(item, ArticleError) for item in heard) == 2
    assert sum(isinstance(item, Accepted) for item in heard) == 2


def test_the_same_text_twice_is_one_article(articles: Path, out: Path) -> None:
    write_article(articles / "again", "copy")

    report = build([articles], out=out, extractor=read_joint_work)

    assert len(report.done) == 2
    assert "the same text as" in report.skipped[0].reason


def test_a_claim_that_breaks_a_shape_is_quarantined_with_its_reason(articles: Path, out: Path) -> None:
    report = build([articles], out=out, extractor=with_a_broken_claim)

    held_back = [item for article in report.to_json()["articles"] for item in article["quarantined"]]
    assert [item["evidence"] for item in held_back] == ["不在此处", "不在此处"]
    assert all(item["reason"]["zh"] and item["reason"]["en"] for item in held_back)
    assert report.quarantined == 2
    assert "不在此处" not in (out / "graph.nq").read_text("utf-8")
    assert "阳东市教育局" in (out / "graph.nq").read_text("utf-8")


def test_no_article_at_all_is_an_error_and_no_build(tmp_path: Path, out: Path) -> None:
    (tmp_path / "nothing").mkdir()

    with pytest.raises(ArticleError, match="nothing"):
        build([tmp_path / "nothing"], out=out, extractor=read_joint_work)

    assert names(tmp_path) == ["nothing"]


def test_several_unreadable_files_are_one_error(tmp_path: Path, out: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).touch()

    with pytest.raises(ArticleError, match=r"no article can be read \(2 refused\)"):
        build([tmp_path / "a.txt", tmp_path / "b.txt"], out=out, extractor=read_joint_work)


def test_nothing_is_loaded_when_there_is_nothing_to_read(tmp_path: Path) -> None:
    def fail(_: Iterable[Article]) -> Iterator[Extraction]:
        raise AssertionError("loaded")

    items = list(iter_extractions([tmp_path], extractor=fail))

    assert [type(item) for item in items] == [ArticleError]


def test_an_earlier_build_is_replaced(articles: Path, out: Path, tmp_path: Path) -> None:
    build([articles], out=out, extractor=read_joint_work)
    (out / "notes.md").write_text("mine")
    other = write_article(tmp_path / "other", "three", first="宁河县公安局", second="宁河县妇联教育局")

    build([other], out=out, extractor=read_joint_work)

    text = (out / "graph.nq").read_text("utf-8")
    assert "宁河县公安局" in text
    assert "阳东市民政局" not in text
    assert (out / "notes.md").read_text() == "mine"


@pytest.mark.parametrize("name", ["thesis.tex", "report.json"])
def test_a_folder_that_no_build_made_is_refused(articles: Path, out: Path, name: str) -> None:
    out.mkdir()
    (out / name).write_text('{"tool": "another"}')

    with pytest.raises(OutputError, match="out: holds files that no build made"):
        build([articles], out=out, extractor=read_joint_work)

    assert names(out) == [name]


def test_a_file_in_the_way_is_refused(articles: Path, out: Path) -> None:
    out.write_text("mine")

    with pytest.raises(OutputError, match="out: is a file"):
        build([articles], out=out, extractor=read_joint_work)

    assert out.read_text() == "mine"


@pytest.mark.parametrize("step", ["create_store", "write_text"])
def test_a_full_disk_leaves_the_earlier_build(
    articles: Path, out: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    build([articles], out=out, extractor=read_joint_work)
    before = {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if step == "create_store":
        monkeypatch.setattr("kg.store.create_store", full)
    else:
        monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="out: cannot be written: No space left on device"):
        build([articles], out=out, extractor=read_joint_work)

    monkeypatch.undo()
    assert {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()} == before
    assert names(out.parent) == ["articles", "out"]


def test_an_interrupted_build_leaves_the_earlier_one(articles: Path, out: Path) -> None:
    build([articles], out=out, extractor=read_joint_work)
    before = (out / "report.json").read_bytes()

    def interrupted(articles: Iterable[Article]) -> Iterator[Extraction]:
        yield from read_joint_work(articles)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build([articles], out=out, extractor=interrupted)

    assert (out / "report.json").read_bytes() == before
    assert names(out.parent) == ["articles", "out"]


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
