"""The generated corpus: the same seed the same bytes, names that grow slower than articles, copies as asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from corpus import COPIES, iter_made, load_stock, make, write_corpus

from kg.reading import read_article


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("mixed", [False, True])
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, mixed: bool) -> None:
    write_corpus(tmp_path / "one", 60, seed=3, mixed=mixed)
    write_corpus(tmp_path / "other", 60, seed=3, mixed=mixed)

    assert files(tmp_path / "one") == files(tmp_path / "other")
    suffixes = {Path(name).suffix for name in files(tmp_path / "one")}
    assert suffixes == ({".txt", ".html", ".jsonl"} if mixed else {".txt"})


def test_an_article_does_not_depend_on_how_many_there_are() -> None:
    assert list(iter_made(40, seed=3))[39] == make(39, seed=3)
    assert make(39, seed=4) != make(39, seed=3)


def test_three_in_a_hundred_are_copies_with_another_publisher() -> None:
    made = list(iter_made(3000, seed=3))

    copies = [article for article in made if article.source is not None]
    assert 0.7 * COPIES < len(copies) / len(made) < 1.3 * COPIES
    for article in copies:
        assert article.source is not None
        assert article.source < article.number
        assert made[article.source].source is None
        assert made[article.source].outlet != article.outlet


def test_names_of_agencies_grow_slower_than_articles() -> None:
    seen: set[str] = set()
    sizes = []
    for article in iter_made(4000, seed=3):
        seen.update(re.findall(r"[\u4e00-\u9fff]{2,3}[县区市](?:公安局|教育局|人民检察院)", article.text))
        if article.number in (1999, 3999):
            sizes.append(len(seen))

    assert sizes[1] < 1.75 * sizes[0]


def test_every_place_in_every_template_is_filled() -> None:
    made = list(iter_made(1500, seed=3))

    assert not [article for article in made if re.search(r"[{}]", article.text)]
    for template in load_stock().templates:
        words = max(re.split(r"\{.*?\}|\n", template["text"]), key=len)
        assert any(words in article.text for article in made), template["id"]


def test_what_is_written_is_read_as_it_was_made(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus", 40, seed=3)
    plain = [article for article in iter_made(40, seed=3) if not article.raw]

    assert len(plain) > 5
    for article in plain:
        [path] = tmp_path.glob(f"corpus/*/{article.number:06d}.txt")
        read = read_article(path)
        assert read.title == article.title
        assert read.published == article.published
        assert read.text == article.text


def test_rows_say_where_an_article_stood(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus", 60, seed=3, mixed=True)

    lines = [line for path in tmp_path.rglob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    rows = list(map(json.loads, lines))
    assert rows
    for row in rows:
        assert row.keys() == {"id", "title", "text", "publisher", "published", "url"}
        assert row["text"]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(SystemExit, match="not empty"):
        write_corpus(tmp_path, 3, seed=3)
    assert list(files(tmp_path)) == ["mine.txt"]
