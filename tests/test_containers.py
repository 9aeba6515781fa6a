"""Archives: what is in them and where it is said to be, what is refused, and that bounds hold while unpacking."""

from __future__ import annotations

import gzip
import tarfile
import tempfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from documents import (
    article,
    encrypted_zip,
    make_tar,
    make_zip,
    page,
    raw_name,
    tar_member,
    warc_record,
    zip_link,
)
from hostile import bomb_gzip, bomb_zip

from kg.config import Limits
from kg.errors import ArticleError
from kg.reading import read_item
from kg.reading.item import Item
from kg.reading.items import iter_items

Found = list[tuple[str, str]]


def opened(tmp_path: Path, name: str, data: bytes, **limits: int) -> Found:
    """Return (place inside the file, name of the item or reason) of what a file gives."""
    path = tmp_path / name
    path.write_bytes(data)
    found = iter_items([path], limits=Limits(**limits))
    return [
        (item.where.removeprefix(str(path)), item.name if isinstance(item, Item) else item.what)
        for item in found
    ]


def text(number: int) -> bytes:
    return article(number).encode()


def test_zip_gives_its_known_files_in_its_own_order(tmp_path: Path) -> None:
    data = make_zip([("b/2.html", page(2)), ("a/1.txt", text(1)), ("x.png", b""), ("__MACOSX/._1.txt", b"")])

    assert opened(tmp_path, "a.zip", data) == [("!b/2.html", "2"), ("!a/1.txt", "1")]


def test_archive_inside_an_archive_is_opened(tmp_path: Path) -> None:
    inner = make_zip([("c.txt", text(1)), ("d.txt.gz", gzip.compress(text(2)))])
    data = gzip.compress(make_tar([("b.zip", inner), ("e.tar", make_tar([("f.txt", text(3))]))]))

    assert opened(tmp_path, "a.tgz", data) == [
        ("!b.zip!c.txt", "c"),
        ("!b.zip!d.txt.gz", "d"),
        ("!e.tar!f.txt", "f"),
    ]


def test_depth_is_bounded(tmp_path: Path) -> None:
    data = make_zip([("b.zip", make_zip([("c.zip", make_zip([("d.txt", text(1))]))])), ("e.txt", text(2))])

    assert opened(tmp_path, "a.zip", data, archive_depth=2) == [
        ("!b.zip!c.zip", "more than 2 archives inside one another"),
        ("!e.txt", "e"),
    ]


@pytest.mark.parametrize("name", ["../x.txt", "/x.txt", "C:\\x.txt", "a/../../x.txt", "..\\x.txt", "\\x.txt"])
def test_path_that_leads_outside_is_refused(name: str, tmp_path: Path) -> None:
    members = [(name, text(1)), ("ok.txt", text(2))]

    for file, data in (("a.zip", make_zip(members)), ("a.tar", make_tar(members))):
        found = opened(tmp_path, file, data)

        assert found == [(f"!{name}", "its path leads out of the archive"), ("!ok.txt", "ok")]


def test_links_and_devices_are_refused(tmp_path: Path) -> None:
    kinds = {
        "soft.txt": tarfile.SYMTYPE,
        "hard.txt": tarfile.LNKTYPE,
        "pipe": tarfile.FIFOTYPE,
        "disk": tarfile.BLKTYPE,
    }
    members = [(tar_member(name, kind, "ok.txt"), b"") for name, kind in kinds.items()]

    in_tar = opened(tmp_path, "a.tar", make_tar([*members, ("ok.txt", text(1))]))
    in_zip = opened(tmp_path, "a.zip", make_zip([(zip_link("soft.txt"), b"ok.txt"), ("ok.txt", text(1))]))

    assert in_tar == [
        ("!soft.txt", "a link"),
        ("!hard.txt", "a link"),
        ("!pipe", "a device"),
        ("!disk", "a device"),
        ("!ok.txt", "ok"),
    ]
    assert in_zip == [("!soft.txt", "a link"), ("!ok.txt", "ok")]


def test_encrypted_member_is_refused(tmp_path: Path) -> None:
    assert opened(tmp_path, "a.zip", encrypted_zip("a.txt", text(1))) == [("!a.txt", "encrypted")]


def test_names_in_gbk_are_read_with_or_without_their_flag(tmp_path: Path) -> None:
    old = make_zip([(raw_name("新闻/报道.txt".encode("gbk")), text(1)), ("护苗.txt", text(2))])

    assert opened(tmp_path, "a.zip", old) == [("!新闻/报道.txt", "报道"), ("!护苗.txt", "护苗")]
    assert opened(tmp_path, "a.tar", make_tar([("新闻.txt", text(1))], encoding="gbk")) == [
        ("!新闻.txt", "新闻")
    ]


def test_members_of_one_name_are_both_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(make_zip([("a.txt", text(1)), ("a.txt", text(2))]))

    assert [item.data for item in iter_items([path]) if isinstance(item, Item)] == [text(1), text(2)]


def test_archive_is_read_as_the_lines_of_a_table_too(tmp_path: Path) -> None:
    data = make_zip([("x.csv", b"id,text\nfirst,words\n")])

    assert opened(tmp_path, "a.zip", data) == [("!x.csv:2", "first")]


@pytest.mark.parametrize(
    ("name", "data", "where", "reason"),
    [
        ("a.zip", bomb_zip("a.txt", b" " * 10**6, 1_000), "!a.txt", "larger than 8,000,000 bytes"),
        ("a.txt.gz", bomb_gzip(b" " * 10**6, 1_000), "", "larger than 8,000,000 bytes"),
        ("a.zip", bomb_zip("a.jsonl", b" " * 10**6, 1_000), "", "a zip bomb"),
        ("a.tgz", gzip.compress(make_tar([("a.pdf", bytes(90_000_000))]), 1), "", "a zip bomb"),
    ],
    ids=["zip", "gz", "table", "tar"],
)
def test_bomb_is_refused_in_little_memory(
    name: str, data: bytes, where: str, reason: str, tmp_path: Path
) -> None:
    tracemalloc.start()
    try:
        found = opened(tmp_path, name, data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert found[-1][0] == where
    assert reason in found[-1][1]
    assert peak < 60_000_000


def test_ratio_and_size_and_number_are_bounded_by_the_user(tmp_path: Path) -> None:
    data = make_zip([(f"{n}.txt", text(n)) for n in range(5)])

    assert "a zip bomb" in opened(tmp_path, "a.zip", data, archive_bytes=1_500)[-1][1]
    assert opened(tmp_path, "a.zip", data, archive_items=3)[-1] == ("", "lists too many files")
    assert opened(tmp_path, "a.tar", make_tar([(f"{n}.txt", text(n)) for n in range(5)]), archive_items=3)[
        3:
    ] == [("", "holds too many files")]


def test_what_stands_before_the_damage_is_kept(tmp_path: Path) -> None:
    whole = make_tar([("a.txt", text(1)), ("b.txt", text(2)), ("c.txt", text(3))])
    damaged = bytearray(whole)
    damaged[1024:1030] = b"\xff" * 6

    assert opened(tmp_path, "a.tar", bytes(damaged)) == [
        ("!a.txt", "a"),
        ("", "damaged or cut off (damaged at byte 1024)"),
    ]
    assert opened(tmp_path, "b.tar", whole[:1536])[0] == ("!a.txt", "a")
    assert "cut off" in opened(tmp_path, "b.tar", whole[:1536])[-1][1]


def test_damaged_member_does_not_stop_the_next(tmp_path: Path) -> None:
    whole = bytearray(make_zip([("a.txt", text(1)), ("b.txt", text(2))], method=zipfile.ZIP_STORED))
    whole[whole.index(text(1)) + 5] ^= 1

    found = opened(tmp_path, "a.zip", bytes(whole))

    assert [where for where, _ in found] == ["!a.txt", "!b.txt"]
    assert "Bad CRC-32" in found[0][1]


def test_nothing_is_left_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    inner = make_zip([("a.txt", text(1)), ("b.pdf", bytes(20_000_000))], method=zipfile.ZIP_STORED)

    found = opened(tmp_path, "a.zip", make_zip([("b.zip", inner)], method=zipfile.ZIP_STORED))

    assert [where for where, _ in found] == ["!b.zip!a.txt", "!b.zip!b.pdf"]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_pages_of_a_web_archive_carry_their_address_and_charset(tmp_path: Path) -> None:
    record = warc_record(
        page(1, charset="gbk"), headers=["Content-Type: text/html; charset=GBK"], packed=True
    )
    (tmp_path / "a.warc.gz").write_bytes(record)

    (item,) = iter_items([tmp_path])

    assert isinstance(item, Item)
    assert (item.format, item.charset, item.said.url) == ("html", "GBK", "https://news.example/2024/1.html")
    assert item.said.origins == (("url", "warc"),)
    assert "第1期" in read_item(item).text


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ((), page(1)),
        (("Content-Encoding: gzip",), gzip.compress(page(1))),
        (("Content-Encoding: gzip",), page(1)),
        (("Transfer-Encoding: chunked",), b"%X;x=1\r\n%b\r\n0\r\n\r\n" % (len(page(1)), page(1))),
        (("Transfer-Encoding: chunked",), page(1)),
    ],
    ids=["plain", "gzip", "unpacked", "chunked", "joined"],
)
def test_page_is_given_as_its_server_meant_it(headers: tuple[str, ...], body: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(warc_record(body, headers=["Content-Type: text/html", *headers]))

    (item,) = iter_items([tmp_path])

    assert isinstance(item, Item)
    assert item.data == page(1)


def test_page_packed_by_brotli_is_unpacked_within_bounds(tmp_path: Path) -> None:
    import brotli

    headers = ["Content-Type: text/html", "Content-Encoding: br"]
    records = [
        warc_record(brotli.compress(body), headers=headers) for body in (page(1), bytes(20_000_000), page(2))
    ]

    found = opened(tmp_path, "a.warc", b"".join([*records, warc_record(b"x", headers=headers)]))

    assert found == [
        (":1", "2024_1"),
        (":2", "larger than 8,000,000 bytes"),
        (":3", "2024_1"),
        (":4", "its br is damaged"),
    ]


def test_other_records_are_passed_over(tmp_path: Path) -> None:
    records = [
        warc_record(b"", kind="request"),
        warc_record(page(1), status="301 Moved"),
        warc_record(b"{}", headers=["Content-Type: application/json"]),
    ]

    assert opened(tmp_path, "a.warc", b"".join(records)) == [("", "an archive without articles")]
    assert isinstance(next(iter_items([tmp_path / "a.warc"])), ArticleError)
