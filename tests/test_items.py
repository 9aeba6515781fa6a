"""Finding items: paths, folders, addresses, stdin; order, names, digests, limits; nothing that bytes can break."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from documents import article, make_tar, make_zip, page
from hypothesis import given
from hypothesis import strategies as st

from kg.config import COLUMN_FIELDS, Limits, Settings, read_columns, read_limits
from kg.errors import ArticleError, ConfigError
from kg.reading import iter_articles, read_item
from kg.reading.formats import SUFFIXES, is_wanted, stem_of, tell_format
from kg.reading.item import MAX_NAME, Item, to_name
from kg.reading.items import iter_items, open_item
from kg.reading.places import readable
from kg.reading.said import Said

JUNK = st.binary(max_size=600)


def names(found: list[Item | ArticleError]) -> list[str]:
    return [item.name for item in found if isinstance(item, Item)]


def errors(found: list[Item | ArticleError]) -> list[str]:
    return [str(item) for item in found if isinstance(item, ArticleError)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.txt").write_text(article(1), "utf-8")
    (tmp_path / "b/c.HTML").write_bytes(page(2))
    (tmp_path / "b/d.zip").write_bytes(make_zip([("x/e.txt", article(3).encode())]))
    (tmp_path / "f.md").write_text(article(4), "utf-8")
    for passed_over in (".hidden.txt", "._a.txt", "picture.png", "noted"):
        (tmp_path / passed_over).write_text(article(9), "utf-8")
    for hidden in ("__MACOSX", ".git"):
        (tmp_path / hidden).mkdir()
        (tmp_path / hidden / "a.txt").write_text(article(9), "utf-8")
    return tmp_path


def test_folder_gives_known_files_in_the_order_of_their_paths(folder: Path) -> None:
    found = list(iter_items([folder]))

    assert names(found) == ["a", "c", "e", "f"]
    assert [item.where.removeprefix(str(folder)) for item in found] == [
        "/a.txt",
        "/b/c.HTML",
        "/b/d.zip!x/e.txt",
        "/f.md",
    ]
    assert [item.format for item in found if isinstance(item, Item)] == ["txt", "html", "txt", "md"]


def test_named_file_is_taken_whatever_its_suffix(folder: Path) -> None:
    (folder / "page.php").write_bytes(page(5))

    assert [open_item(folder / name).format for name in ("noted", "page.php", ".hidden.txt")] == [
        "txt",
        "html",
        "txt",
    ]


def test_file_reached_twice_is_taken_once(folder: Path) -> None:
    (folder / "again.txt").symlink_to("a.txt")

    assert names(list(iter_items([folder / "a.txt", folder, folder / "b" / ".." / "a.txt"]))) == [
        "a",
        "c",
        "e",
        "f",
    ]


def test_finding_stays_lazy(folder: Path) -> None:
    (folder / "z.txt").write_text(article(7), "utf-8")
    found = iter_items([folder])
    next(found)

    (folder / "z.txt").unlink()

    assert errors(list(found)) == [f"{folder / 'z.txt'}: No such file or directory"]


def test_description_beside_an_article_is_no_article(folder: Path) -> None:
    (folder / "a.json").write_text('{"id": "a"}', "utf-8")
    (folder / "alone.json").write_text(json.dumps({"text": article(6)}), "utf-8")

    assert names(list(iter_items([folder]))) == ["a", "alone-1", "c", "e", "f"]


def test_links_to_folders_are_not_followed(folder: Path) -> None:
    (folder / "b" / "loop").symlink_to("..")

    assert errors(list(iter_items([folder]))) == [
        f"{folder}/b/loop: a link to a folder; name the folder itself"
    ]


def test_file_of_a_folder_that_cannot_be_opened_keeps_its_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def refuse(self: Path, *args: str) -> io.IOBase:
        if self.name == "c.HTML":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return opened(self, *args)

    monkeypatch.setattr(Path, "open", refuse)

    found = list(iter_items([folder]))

    assert [type(item) for item in found] == [Item, ArticleError, Item, Item]
    assert errors(found) == [f"{folder}/b/c.HTML: Permission denied"]


def test_name_in_gbk_is_read_and_shown() -> None:
    assert readable("d/" + os.fsdecode("新闻".encode("gbk")) + ".txt") == "d/新闻.txt"
    assert readable("\udcff\udcfe.txt").encode()
    assert readable("a\ud800b").encode()


def test_stdin_is_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = b"".join(json.dumps({"text": article(n)}).encode() + b"\n" for n in (1, 2)) + b"{\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))

    found = list(iter_items(["-"]))

    assert names(found) == ["stdin-1", "stdin-2"]
    assert [error.split(":")[:2] for error in errors(found)] == [["stdin", "3"]]


@pytest.fixture
def memory() -> Iterator[str]:
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    for path, data in (
        ("b/x.txt", article(2).encode()),
        ("a.txt.gz", gzip.compress(article(1).encode())),
        (".h/a.txt", b""),
    ):
        system.pipe(f"/news/{path}", data)
    yield "memory://news"
    system.rm("/news", recursive=True)


def test_address_of_a_folder_is_read_like_one(memory: str) -> None:
    found = list(iter_items([memory]))

    assert names(found) == ["a", "x"]
    assert [item.where for item in found] == ["memory:///news/a.txt.gz", "memory:///news/b/x.txt"]


def test_address_of_a_file_is_taken_as_named(memory: str) -> None:
    assert names(list(iter_items([f"{memory}/b/x.txt"]))) == ["x"]
    assert "cannot be opened" in str(next(iter(iter_items([f"{memory}/b/missing.txt"]))))


def test_file_address_needs_no_extra(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)

    assert names(list(iter_items([f"file://{folder}/a.txt"]))) == ["a"]


def test_address_without_fsspec_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)

    (error,) = iter_items(["s3://bucket/news"])

    assert "pip install 'child-protection-kg[cluster]'" in str(error)


def test_unknown_kind_of_address_is_a_named_error() -> None:
    pytest.importorskip("fsspec")

    (error,) = iter_items(["nothing://x/y"])

    assert str(error).startswith("nothing://x/y: cannot be opened")


ITEM = Item("where", "name", b"data", "txt", Said(title="护苗"), "utf-8")


def test_digest_is_of_everything_but_the_place() -> None:
    changed = [
        replace(ITEM, name="other"),
        replace(ITEM, data=b"Data"),
        replace(ITEM, format="html"),
        replace(ITEM, charset="gbk"),
        replace(ITEM, said=Said(title="护苗", published=date(2024, 8, 31))),
        replace(ITEM, name="namedata", data=b""),
    ]

    assert replace(ITEM, where="elsewhere").digest == ITEM.digest
    assert len({ITEM.digest, *(item.digest for item in changed)}) == len(changed) + 1
    assert len(ITEM.digest) == 64


@given(st.text())
def test_article_name_is_safe_as_a_file_name(text: str) -> None:
    name = to_name(text)

    assert name
    assert to_name(name) == name
    assert len(name) <= MAX_NAME
    assert not set(name) & set('/\\:*?"<>|\x00\n')
    assert name.encode()
    assert name[0] not in " ."


@given(
    data=JUNK,
    suffix=st.sampled_from([*SUFFIXES, ".xyz", ""]),
    start=st.sampled_from(
        [
            b"",
            b"PK\x03\x04",
            b"\x1f\x8b\x08\x00",
            b"%PDF-1.7\n",
            b"WARC/1.0\r\n",
            b"PAR1",
            b"[{",
            b"MIME-Version: 1.0\r\n",
        ]
    ),
)
def test_any_bytes_under_any_name_give_items_or_named_errors(
    data: bytes, suffix: str, start: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(start + data)

    found = list(iter_articles([path]))

    assert found
    assert all(str(item).startswith(str(path)) for item in found if isinstance(item, ArticleError))


@given(data=st.data())
def test_damaged_archive_gives_items_or_named_errors(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    members = [("a.txt", article(1).encode()), ("b.jsonl", json.dumps({"text": article(2)}).encode())]
    name, whole = data.draw(
        st.sampled_from(
            [
                ("a.zip", make_zip(members)),
                ("a.tar", make_tar(members)),
                ("a.tgz", gzip.compress(make_tar(members))),
            ]
        )
    )
    damaged = bytearray(whole)
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=5)):
        damaged[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(damaged[: data.draw(st.integers(1, len(whole)))])

    found = list(iter_articles([path]))

    assert all(str(item).startswith(str(path)) for item in found if isinstance(item, ArticleError))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("a.txt", True), ("a.TXT", True), ("a.tar.gz", True), ("a.tgz", True), ("a.warc.gz", True), ("a.jsonl.gz", True),
     ("a.gz", False), ("a.sql.gz", False), ("txt", False), (".txt", False), ("a.png", False)],
)  # fmt: skip
def test_folder_takes_known_suffixes(name: str, wanted: bool) -> None:
    assert is_wanted(name) is wanted


def test_stem_is_without_known_suffixes_only() -> None:
    assert [stem_of(name) for name in ("a.txt", "2024.8.31.txt.gz", "a.tar.gz", ".txt")] == [
        "a",
        "2024.8.31",
        "a",
        ".txt",
    ]


def test_format_is_told_by_content_where_the_name_says_nothing() -> None:
    heads = {
        b"%PDF-1.7": "pdf",
        b"\x1f\x8b\x08": "gz",
        b"PAR1": "parquet",
        b"WARC/1.0\r\n": "warc",
        b"\xef\xbb\xbf <!DOCTYPE HTML>": "html",
        "<html>".encode("utf-16"): "html",
        b"<?xml version='1.0'?>\n<html>": "html",
        b"From: <Saved by Blink>\r\n": "mhtml",
        b'{"text": ': "json",
        b'[\n {"text": ': "json",
        "清河县公安局".encode(): "txt",
    }

    assert {head: tell_format("x", head, where="x") for head in heads} == heads


def test_item_longer_than_its_limit_is_refused_by_its_size(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(article(1), "utf-8")

    (error,) = iter_items([tmp_path], limits=Limits(item_bytes=100))

    assert str(error) == f"{tmp_path}/a.txt: larger than 100 bytes; --limit item_bytes=N"


def test_article_and_line_longer_than_their_limits_are_refused() -> None:
    item = Item("x", "x", article(1).encode())

    with pytest.raises(ArticleError, match="longer than 50 characters"):
        read_item(item, limits=Limits(article_chars=50))
    with pytest.raises(ArticleError, match="a line longer than 30 characters"):
        read_item(item, limits=Limits(line_chars=30))


def test_file_in_which_nothing_is_right_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"{}\n" * 50)

    found = list(iter_items([tmp_path], limits=Limits(errors_in_row=10)))

    assert len(found) == 11
    assert "10 errors one after the other, the rest is left" in str(found[-1])


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("item_bytes=5", 5),
        ("item-bytes=20M", 20_000_000),
        ("item_bytes=1.5kB", 1_500),
        ("item_bytes=2G", 2 * 10**9),
    ],
)
def test_limit_is_read(option: str, value: int) -> None:
    assert read_limits([option]) == replace(Limits(), item_bytes=value)


@pytest.mark.parametrize(
    "option", ["item_bytes", "speed=3", "item_bytes=", "item_bytes=0", "item_bytes=-1", "item_bytes=x"]
)
def test_broken_limit_is_a_named_error(option: str) -> None:
    with pytest.raises(ConfigError, match="limit"):
        read_limits([option])


def test_columns_are_read_and_a_broken_one_is_a_named_error() -> None:
    assert read_columns(["text=正文 ", "url=a=b"]) == (("text", "正文"), ("url", "a=b"))
    for option in ("text", "text=", "body=x"):
        with pytest.raises(ConfigError, match=", ".join(COLUMN_FIELDS[:2])):
            read_columns([option])
    assert hash(Settings(columns=(("text", "a"),)))


def test_page_comes_before_container_and_container_fills_gaps() -> None:
    page_says = Said(title="题", origins=(("title", "page"),))
    container = Said(
        title="其他", url="https://news.example/1", origins=(("title", "column"), ("url", "column"))
    )

    assert page_says.filled_from(container) == Said(
        title="题", url="https://news.example/1", origins=(("title", "page"), ("url", "column"))
    )
