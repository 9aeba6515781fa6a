"""A folder of hostile and odd files, good ones among them, and what a build must make of each.

    python tests/hostile.py FOLDER

writes it. ``test_hostile.py`` builds a graph of it.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import socket
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from documents import (
    article,
    change_docx,
    draw_pdf,
    encrypt_pdf,
    encrypted_zip,
    join_pdf,
    make_docx,
    make_mhtml,
    make_pdf,
    make_tar,
    make_zip,
    page,
    raw_name,
    tar_member,
    warc_record,
    zip_link,
)

MEGABYTE = b" " * 1_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """One file: how it is written, the numbers of its articles, and (end of where, part of the reason) of its errors.

    Where the end is empty the file itself is to be named.
    """

    path: str
    write: Callable[[Path], object]
    good: tuple[int, ...] = ()
    bad: tuple[tuple[str, str], ...] = ()


def holding(data: bytes) -> Callable[[Path], object]:
    """Return what writes these bytes."""
    return lambda path: path.write_bytes(data)


def text(number: int, encoding: str = "utf-8") -> bytes:
    return article(number).encode(encoding)


def row(number: int, **more: object) -> bytes:
    return json.dumps({"text": article(number), **more}, ensure_ascii=False).encode()


def only(reason: str) -> tuple[tuple[str, str], ...]:
    return (("", reason),)


def plain_texts(new: Iterator[int]) -> Iterator[Case]:
    """Yield text files: encodings, sizes, what is no text."""
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        n = next(new)
        yield Case(f"texts/good-{encoding}.txt", holding(text(n, encoding)), (n,))
    for name, change in (
        ("crlf", lambda t: t.replace("\n", "\r\n")),
        ("old-mac", lambda t: t.replace("\n", "\r")),
        ("controls", lambda t: t.replace("公安局", "公\u200b安\u00ad局\u202e")),
        ("no-end", lambda t: t.rstrip("\n")),
        ("long-line", lambda t: t + "护苗行动走进校园。" * 5_000 + "\n"),
    ):
        n = next(new)
        yield Case(f"texts/good-{name}.txt", holding(change(article(n)).encode()), (n,))
    n = next(new)
    yield Case("texts/no suffix", holding(text(n)), ())
    for name in (
        "UPPER.TXT",
        "with space .txt",
        "new\nline.txt",
        "quote'\"!#%.txt",
        "表情😀.txt",
        "长" * 80 + ".txt",
    ):
        n = next(new)
        yield Case(f"names/{name}", holding(text(n)), (n,))
    yield Case("texts/empty.txt", holding(b""), bad=only("the file is empty"))
    yield Case("texts/blank.txt", holding(" \n\t　\n".encode()), bad=only("the file is empty"))
    yield Case(
        "texts/chrome.txt", holding("首页 > 要闻\n【打印】【关闭】\n".encode()), bad=only("only page chrome")
    )
    yield Case("texts/bytes.txt", holding(bytes(range(256)) * 40), bad=only("not a text file"))
    yield Case("texts/zeros.txt", holding(bytes(10_000)), bad=only("not a text file"))
    yield Case("texts/random.txt", holding(_noise(50_000)), bad=only("not a text file"))
    yield Case("texts/huge.txt", _huge, bad=only("larger than 8,000,000 bytes"))
    yield Case(
        "texts/long-line.txt", holding("护".encode() * 10_000_000), bad=only("larger than 8,000,000 bytes")
    )
    yield Case("texts/line.txt", holding(b"a" * 300_000), bad=only("a line longer than 200,000 characters"))
    yield Case("texts/sparse.txt", _sparse, bad=only("larger than 8,000,000 bytes"))


def _noise(size: int) -> bytes:
    """Return bytes without order, the same each time."""
    state, made = 1, bytearray()
    while len(made) < size:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        made += struct.pack("<Q", state)
    return bytes(made[:size])


def _huge(path: Path) -> None:
    piece = (article(0) * 5_000).encode()
    with path.open("wb") as file:
        for _ in range(200_000_000 // len(piece) + 1):
            file.write(piece)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50_000_000_000)


def other_kinds(new: Iterator[int]) -> Iterator[Case]:
    """Yield files that are not what their name says, or are of a kind that is not read."""
    n = next(new)
    yield Case("kinds/page.txt", holding(page(n)), (n,))
    n = next(new)
    yield Case("kinds/pdf.txt", holding(make_pdf([article(n).splitlines()])), (n,))
    n = next(new)
    yield Case("kinds/word.txt", holding(make_docx(article(n).splitlines())), (n,))
    n = next(new)
    yield Case("kinds/packed.txt", holding(make_zip([("a.txt", text(n))])), (n,))
    for name, data, reason in (
        ("png.txt", b"\x89PNG\r\n\x1a\n" + _noise(500), "a picture"),
        ("jpg.html", b"\xff\xd8\xff\xe0" + _noise(500), "a picture"),
        ("program.txt", b"\x7fELF" + _noise(500), "a program"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + _noise(500), "an old or encrypted Office file"),
        ("rar.zip", b"Rar!\x1a\x07\x01\x00" + _noise(500), "a RAR archive"),
        ("seven.zip", b"7z\xbc\xaf\x27\x1c" + _noise(500), "a 7-Zip archive"),
        ("rich.md", b"{\\rtf1\\ansi hello}", "an RTF file"),
        ("database.json", b"SQLite format 3\x00" + _noise(500), "a database"),
        ("text.pdf", text(0), "named .pdf, but is none"),
        ("text.docx", text(0), "named .docx, but is none"),
        ("text.zip", text(0), "named .zip, but is none"),
        ("text.txt.gz", text(0), "named .gz, but is none"),
        ("text.parquet", text(0), "named .parquet, but is none"),
        ("text.warc", text(0), "named .warc, but is none"),
        ("empty.pdf", b"", "the file is empty"),
        ("empty.zip", b"", "the file is empty"),
        ("empty.docx", b"", "the file is empty"),
        ("empty.jsonl", b"", "the file is empty"),
    ):
        yield Case(f"kinds/{name}", holding(data), bad=only(reason))


def pages(new: Iterator[int]) -> Iterator[Case]:
    """Yield HTML and MHTML."""
    for name, charset, declared in (
        ("good.html", "utf-8", None),
        ("gbk.htm", "gbk", None),
        ("lying.shtml", "utf-8", "gb2312"),
    ):
        n = next(new)
        yield Case(f"pages/{name}", holding(page(n, charset=charset, declared=declared)), (n,))
    n = next(new)
    yield Case("pages/good.mhtml", holding(make_mhtml(page(n))), (n,))
    n = next(new)
    yield Case("pages/broken.html", holding(page(n)[:-25]), (n,))
    yield Case("pages/deep.html", holding(b"<html><body>" + b"<div>" * 200_000), bad=only(""))
    yield Case("pages/nothing.html", holding(b"<html><body></body></html>"), bad=only(""))
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n" for i in range(3_000))
    yield Case("pages/nested.mht", holding(f"MIME-Version: 1.0\r\n{nested}".encode()), bad=only(""))
    mail = b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    yield Case("pages/mail.mht", holding(mail), bad=only("no page in the MHTML file"))


def documents(new: Iterator[int]) -> Iterator[Case]:
    """Yield PDF, Word and Markdown files."""
    n = next(new)
    pdf = make_pdf([article(n).splitlines(), ["- 2 -"]])
    yield Case("documents/good.pdf", holding(pdf), (n,))
    n = next(new)
    yield Case("documents/owner.pdf", holding(encrypt_pdf(make_pdf([article(n).splitlines()]), "")), (n,))
    yield Case("documents/encrypted.pdf", holding(encrypt_pdf(pdf, "secret")), bad=only("an encrypted PDF"))
    yield Case("documents/cut.pdf", holding(pdf[:400]), bad=only(""))
    yield Case("documents/pictures.pdf", holding(make_pdf([[], []])), bad=only("without a text layer"))
    yield Case("documents/long.pdf", holding(make_pdf([["护苗"]] * 400)), bad=only("a PDF of 400 pages"))
    loop = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] >>"]
    yield Case("documents/loop.pdf", holding(join_pdf(loop)), bad=only(""))
    yield Case("documents/bomb.pdf", holding(pdf_of(b"(a) Tj " * 100_000, 430)), bad=only("a damaged PDF"))
    yield Case(
        "documents/many.pdf",
        holding(pdf_of(b"BT /F1 9 Tf () Tj ET\n" * 10_000, 10, pages=100)),
        bad=only("takes longer than"),
    )
    n = next(new)
    word = make_docx(article(n).splitlines(), table=[["单位", "人数"], ["青石县公安局", "20名"]])
    yield Case("documents/good.docx", holding(word), (n,))
    yield Case("documents/cut.docx", holding(word[: len(word) // 2]), bad=only("damaged"))
    entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    laughs = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a0 "ha">{entities}]><d>&a11;</d>'.encode()
    yield Case(
        "documents/laughs.docx",
        holding(change_docx(word, {"word/document.xml": laughs})),
        bad=only("declares entities (an XML bomb)"),
    )
    outside = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
    yield Case(
        "documents/outside.docx",
        holding(change_docx(word, {"word/document.xml": outside})),
        bad=only("declares entities (an XML bomb)"),
    )
    yield Case(
        "documents/bomb.docx",
        holding(bomb_zip("word/document.xml", MEGABYTE, 300)),
        bad=only("unpacks to far more than its own size (a zip bomb)"),
    )
    broken = change_docx(word, {"word/document.xml": b"<w:document"})
    yield Case("documents/broken.docx", holding(broken), bad=only("damaged, or no docx file"))
    workbook = change_docx(word, {"[Content_Types].xml": b"<Types/>"})
    yield Case("documents/no-word.docx", holding(workbook), bad=only("damaged, or no docx file"))
    n = next(new)
    front = f"---\ntitle: 护苗第{n}期\ndate: 2024-08-31\n---\n\n# {article(n)}".encode()
    yield Case("documents/good.md", holding(front), (n,))
    n = next(new)
    yield Case("documents/bad-front.md", holding(b"---\na: [\n---\n\n" + text(n)), (n,))
    yield Case("documents/brackets.md", holding(b"[" * 100_000), bad=only(""))


def pdf_of(piece: bytes, times: int, *, pages: int = 1) -> bytes:
    """Return a PDF whose pages are each drawn by ``piece``, so many times."""
    checksum = 1
    for _ in range(times):
        checksum = zlib.adler32(piece, checksum)
    packed = b"\x78\x9c" + deflated(piece, times) + struct.pack(">L", checksum)
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (len(packed), packed)
    return draw_pdf([stream] * pages)


def tables(new: Iterator[int]) -> Iterator[Case]:
    """Yield JSON Lines, JSON, CSV, TSV and Parquet."""
    a, b, c = next(new), next(new), next(new)
    lines = [
        row(a), b"", b"{broken", b"[1, 2]", b'"words"', b"null", b'{"text": 7}', b'{"text": ""}', b'{"other": "x"}',
        b'{"text": "' + "护".encode() * 3_000_000 + b'"}', b"[" * 50_000, b'{"n": ' + b"1" * 5_000 + b"}", b"\xff\xfe\x00",
        row(b), b'{"text": "\\ud800\\udfff' + article(c).replace("\n", "\\n").encode() + b'"}',
    ]  # fmt: skip
    yield Case(
        "tables/mixed.jsonl",
        holding(b"\n".join(lines)),
        (a, b, c),
        (
            *((":3", "no JSON"), (":4", "another shape (a list)"), (":5", "another shape (a string)")),
            *((":6", "another shape (null)"), (":7", "holds no text (int)"), (":8", "the text is empty")),
            *((":9", "no text column among: other"), (":10", "a line longer than"), (":11", "no JSON")),
            *((":12", "no JSON"), (":13", "no JSON")),
        ),
    )
    a, b = next(new), next(new)
    yield Case("tables/gbk.ndjson", holding(b"\n".join((row(a), row(b))).decode().encode("gb18030")), (a, b))
    a, b = next(new), next(new)
    yield Case("tables/wide.jsonl", holding((row(a) + b"\n" + row(b)).decode().encode("utf-16")), (a, b))
    a = next(new)
    html = json.dumps({"html": page(a).decode(), "标题": "无"}).encode()
    yield Case("tables/pages.jsonl", holding(html), (a,))
    a, b = next(new), next(new)
    yield Case(
        "tables/list.json",
        holding(b"[" + row(a) + b", 5, " + row(b) + b"]"),
        (a, b),
        ((":2", "another shape"),),
    )
    a = next(new)
    yield Case("tables/wrapped.json", holding(b'{"total": 1, "data": [' + row(a) + b"]}"), (a,))
    a, b = next(new), next(new)
    yield Case("tables/lines.json", holding(row(a) + b"\n\n" + row(b)), (a, b))
    a = next(new)
    yield Case("tables/cut.json", holding(b"[" + row(a) + b"," + row(0)[:80]), (a,), only("no JSON"))
    yield Case("tables/numbers.json", holding(b"[1, 2, 3]"), bad=((":1", "another shape (a number)"),))
    yield Case("tables/deep.json", holding(b"[" * 100_000), bad=only(""))
    yield Case("tables/deep2.json", holding(b'{"a":' * 100_000), bad=only(""))
    yield Case(
        "tables/long.json", holding(b'[{"text": "' + b"a" * 30_000_000), bad=only("a value longer than")
    )
    yield Case(
        "tables/no-text.json", holding(b'{"type": "map", "features": []}'), bad=((":1", "no text column"),)
    )
    a, b = next(new), next(new)
    commas = f'标题,正文\r\n,"{article(a)}"\r\n一,二,三,四\r\n,"{article(b)}"\r\n'
    yield Case(
        "tables/excel.csv", holding(commas.encode("gb18030")), (a, b), ((":7", "4 cells under 2 headings"),)
    )
    a, b = next(new), next(new)
    nuls = f'title,content\nx\x00y第{a}期,"{article(a)}"\n,"\x00\x00"\n,"{article(b)}"\n'.encode()
    yield Case("tables/nuls.csv", holding(nuls), (a, b), ((":7", ""),))
    a = next(new)
    long = f'title,content\n,{"a" * 9_000_000}\n,"{article(a)}"\n'.encode()
    yield Case("tables/long.csv", holding(long), (a,), ((":2", "a line longer than"),))
    open_quote = b'title,content\n,"' + b"never closed\n" * 500_000
    yield Case("tables/open.csv", holding(open_quote), bad=((":2", "longer than 500,000 characters"),))
    yield Case(
        "tables/heading.csv", holding(b"name,size\na,1\nb,2\n"), bad=only("no text column among: name, size")
    )
    a = next(new)
    tabs = f'url\ttext\nhttps://news.example/9.html\t"{article(a)}"\n'.encode()
    yield Case("tables/good.tsv", holding(tabs), (a,))
    a, b = next(new), next(new)
    yield Case(
        "tables/good.parquet",
        holding(make_parquet([article(a), None, article(b)])),
        (a, b),
        ((":2", "empty"),),
    )
    whole = make_parquet([article(0)])
    yield Case("tables/cut.parquet", holding(whole[: len(whole) // 2]), bad=only("damaged"))
    yield Case("tables/flipped.parquet", holding(whole[:-30] + _noise(22) + whole[-8:]), bad=only("damaged"))
    yield Case(
        "tables/bomb.parquet",
        holding(make_parquet(["a" * 1_000_000] * 100)),
        bad=only("unpacks to far more"),
    )


def make_parquet(texts: list[str | None]) -> bytes:
    """Return a Parquet file with these texts in its column content."""
    import pyarrow as pa
    from pyarrow import parquet

    made = io.BytesIO()
    parquet.write_table(pa.table({"content": texts}), made, compression="zstd", use_dictionary=False)
    return made.getvalue()


def zips(new: Iterator[int]) -> Iterator[Case]:
    """Yield zip files."""
    a, b, c = next(new), next(new), next(new)
    members = [
        ("a.txt", text(a)),
        ("notes.xyz", b"?"),
        ("__MACOSX/._a.txt", b"\x00\x05"),
        ("._b.txt", b"\x00"),
    ]
    members += [
        ("空/新闻.html", page(b)),
        ("in/inner.zip", make_zip([("c.txt", text(c))])),
        ("empty.txt", b""),
    ]
    yield Case("zips/good.zip", holding(make_zip(members)), (a, b, c), (("!empty.txt", "the file is empty"),))
    a = next(new)
    tricks = ["../../up.txt", "/etc/cron.d/x.txt", "C:\\x.txt", "a/../../x.txt", "..\\up.txt"]
    yield Case(
        "zips/paths.zip",
        holding(
            make_zip(
                [
                    *((name, text(0)) for name in tricks),
                    (zip_link("link.txt"), b"/etc/passwd"),
                    ("ok.txt", text(a)),
                ]
            )
        ),
        (a,),
        (*((f"!{name}", "leads out of the archive") for name in tricks), ("!link.txt", "a link")),
    )
    a, b = next(new), next(new)
    gbk = [
        (raw_name("新闻/报道.txt".encode("gbk")), text(a, "gbk")),
        (raw_name("說明.txt".encode("big5")), text(b)),
    ]
    yield Case("zips/gbk.zip", holding(make_zip(gbk)), (a, b))
    a, b = next(new), next(new)
    yield Case("zips/twice.zip", holding(make_zip([("a.txt", text(a)), ("a.txt", text(b))])), (a, b))
    yield Case("zips/encrypted.zip", holding(encrypted_zip("a.txt", text(0))), bad=(("!a.txt", "encrypted"),))
    yield Case(
        "zips/bomb.zip",
        holding(bomb_zip("a.txt", MEGABYTE, 1_000)),
        bad=(("!a.txt", "larger than 8,000,000 bytes"),),
    )
    yield Case(
        "zips/rows.zip",
        holding(bomb_zip("a.jsonl", MEGABYTE, 1_000)),
        bad=only("unpacks to far more than its own size (a zip bomb)"),
    )
    lines = bomb_zip("a.jsonl", b"\n" * 1_000_000, 1_000)
    yield Case("zips/empty-lines.zip", holding(lines), bad=(("!a.jsonl", "100,000 empty lines"),))
    inner = make_zip([(f"{i}.zip", bomb_zip("a.jsonl", MEGABYTE, 7)) for i in range(30)])
    yield Case(
        "zips/many.zip", holding(inner), bad=only("unpacks to far more than its own size (a zip bomb)")
    )
    nested = make_zip([("a.txt", text(0))])
    for _ in range(8):
        nested = make_zip([("n.zip", nested)])
    yield Case(
        "zips/nested.zip", holding(nested), bad=(("!n.zip!n.zip!n.zip!n.zip", "more than 4 archives"),)
    )
    a = next(new)
    whole = make_zip([("a.txt", text(a)), ("b.txt", text(0))], method=zipfile.ZIP_STORED)
    flipped = bytearray(whole)
    flipped[whole.index(text(0)) + 10] ^= 0xFF
    yield Case("zips/flipped.zip", holding(bytes(flipped)), (a,), (("!b.txt", "Bad CRC-32"),))
    yield Case("zips/cut.zip", holding(whole[: len(whole) - 40]), bad=only("its end is missing"))
    yield Case("zips/no-files.zip", holding(make_zip([])), bad=only("an archive without articles"))
    yield Case(
        "zips/pictures.zip", holding(make_zip([("a.png", b"x")])), bad=only("an archive without articles")
    )
    yield Case(
        "zips/method.zip",
        holding(make_zip([("a.txt", text(0))], method=zipfile.ZIP_BZIP2)),
        bad=(("!a.txt", "packed by method 12"),),
    )
    yield Case("zips/lying.zip", holding(_lying_zip()), bad=(("!a.txt", "damaged"),))
    yield Case("zips/list.zip", holding(_long_list()), bad=only("lists too many files"))
    wrong = make_zip([(raw_name("新闻.txt".encode("gbk"), flag=0x800), text(0))])
    yield Case("zips/flag.zip", holding(wrong), bad=only("damaged"))


def deflated(piece: bytes, times: int) -> bytes:
    """Return, made in no time, what deflate makes of ``piece`` that many times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    one = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    return one * times + packer.flush()


def bomb_zip(name: str, piece: bytes, times: int) -> bytes:
    """Return a zip file with one member; its checksum is right where that takes no time."""
    packed = deflated(piece, times)
    stored = bytearray(make_zip([(name, packed)], method=zipfile.ZIP_STORED))
    listed = stored.rindex(b"PK\x01\x02")
    struct.pack_into("<H", stored, 8, zipfile.ZIP_DEFLATED)
    struct.pack_into("<H", stored, listed + 10, zipfile.ZIP_DEFLATED)
    if times < 50:
        checksum = struct.pack("<L", zlib.crc32(piece * times))
        stored[14:18] = stored[listed + 16 : listed + 20] = checksum
    struct.pack_into("<L", stored, 22, len(piece) * times)
    struct.pack_into("<L", stored, listed + 24, len(piece) * times)
    return bytes(stored)


def bomb_gzip(piece: bytes, times: int) -> bytes:
    """Return a gzip file; its checksum is not that of what it unpacks to."""
    return gzip.compress(b"")[:10] + deflated(piece, times) + bytes(8)


def _lying_zip() -> bytes:
    """Return a zip file whose member is 20 MB and said to be 1,000 bytes."""
    made = bytearray(make_zip([("a.txt", b"a" * 20_000_000)]))
    struct.pack_into("<L", made, 22, 1_000)
    struct.pack_into("<L", made, made.rindex(b"PK\x01\x02") + 24, 1_000)
    return bytes(made)


def _long_list() -> bytes:
    """Return a zip file of 900,000 members without content, 42 MB of list."""
    one = (
        struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", *(20, 20, 0, 0, 0, 33), *(0, 0, 0), *(1, 0, 0, 0, 0), *(0, 0)
        )
        + b"a"
    )
    listed, before = one * 900_000, b"PK\x03\x04" + bytes(26)
    return (
        before
        + listed
        + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(listed), len(before), 0)
    )


def tars(new: Iterator[int]) -> Iterator[Case]:
    """Yield tar and gzip files."""
    a, b, c = next(new), next(new), next(new)
    members = [
        ("a.txt", text(a)),
        ("../up.txt", text(0)),
        (tar_member("soft.txt", tarfile.SYMTYPE, "/etc/passwd"), b""),
        (tar_member("hard.txt", tarfile.LNKTYPE, "a.txt"), b""),
        (tar_member("pipe.txt", tarfile.FIFOTYPE), b""),
        (tar_member("disk.txt", tarfile.BLKTYPE), b""),
        ("b.txt", text(b)),
        ("rows.jsonl", row(c)),
    ]
    bad = (("!../up.txt", "leads out of the archive"), ("!soft.txt", "a link"), ("!hard.txt", "a link"))
    bad += (("!pipe.txt", "a device"), ("!disk.txt", "a device"))
    yield Case("tars/good.tar", holding(make_tar(members)), (a, b, c), bad)
    a = next(new)
    whole = make_tar([("新闻.txt", text(a, "gbk"))], encoding="gbk")
    yield Case("tars/gbk.tar.gz", holding(gzip.compress(whole)), (a,))
    a = next(new)
    parts = make_tar([("a.txt", text(a)), ("noise.txt", _noise(300_000)), ("b.txt", text(0))])
    packed = gzip.compress(parts)
    yield Case(
        "tars/cut.tgz",
        holding(packed[: len(packed) // 2]),
        (a,),
        (("!noise.txt", "cut off"), ("", "cut off")),
    )
    a = next(new)
    damaged = bytearray(make_tar([("a.txt", text(a)), ("b.txt", text(0))]))
    damaged[1024:1100] = _noise(76)
    yield Case("tars/header.tar", holding(bytes(damaged)), (a,), only("damaged"))
    negative = bytearray(make_tar([("a.txt", b"x" * 600)]))
    negative[124:136] = b"\xff" * 12
    negative[148:156] = b"%06o\0 " % (sum(negative[:148]) + 8 * 32 + sum(negative[156:512]))
    yield Case("tars/negative.tar", holding(bytes(negative)), bad=only("damaged"))
    a = next(new)
    yield Case("tars/a.txt.gz", holding(gzip.compress(text(a))), (a,))
    a, b = next(new), next(new)
    yield Case("tars/rows.jsonl.gz", holding(gzip.compress(row(a) + b"\n") + gzip.compress(row(b))), (a, b))
    a = next(new)
    lines = gzip.compress(row(a) + b'\n{"text": "' + _noise(99_999).replace(b"\n", b" "))
    yield Case("tars/cut.jsonl.gz", holding(lines[:60_000]), (a,), only("cut off"))
    yield Case("tars/cut.txt.gz", holding(gzip.compress(text(0))[:-12]), bad=only("cut off"))
    yield Case("tars/flipped.txt.gz", holding(gzip.compress(text(0))[:20] + _noise(200)), bad=only("damaged"))
    yield Case(
        "tars/bomb.txt.gz", holding(bomb_gzip(MEGABYTE, 1_000)), bad=only("larger than 8,000,000 bytes")
    )
    yield Case(
        "tars/bomb.csv.gz",
        holding(bomb_gzip(MEGABYTE, 1_000)),
        bad=only("unpacks to far more than its own size (a zip bomb)"),
    )
    twice = gzip.compress(gzip.compress(gzip.compress(gzip.compress(gzip.compress(gzip.compress(text(0)))))))
    yield Case("tars/twice.txt.gz", holding(twice), bad=only("more than 4 archives"))
    yield Case("tars/pax.tar.gz", holding(_pax_bomb()), bad=only("damaged at byte"))


def _pax_bomb() -> bytes:
    """Return a tar file whose first header has 800 MB of attributes."""
    info = tarfile.TarInfo("attributes")
    info.type, info.size = tarfile.XHDTYPE, 800_000_000
    return gzip.compress(info.tobuf(tarfile.USTAR_FORMAT)) + bomb_gzip(MEGABYTE, 800)


def web_archives(new: Iterator[int]) -> Iterator[Case]:
    """Yield WARC files."""
    a, b, c, d = next(new), next(new), next(new), next(new)
    address = "https://news.example/{}.html".format
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(page(c)), page(c))
    records = [
        warc_record(b"", kind="request", url=address(0)),
        warc_record(page(a), url=address(a)),
        warc_record(b"\x89PNG", headers=["Content-Type: image/png"], url=address(1)),
        warc_record(page(0), status="404 Not Found", url=address(2)),
        warc_record(
            gzip.compress(page(b)),
            headers=["Content-Type: text/html", "Content-Encoding: gzip"],
            url=address(b),
        ),
        b"damage between the records\r\n\r\n",
        warc_record(
            chunked, headers=["Content-Type: text/html", "Transfer-Encoding: chunked"], url=address(c)
        ),
        warc_record(
            b"\x1f\x8bxx", headers=["Content-Type: text/html", "Content-Encoding: gzip"], url=address(3)
        ),
        warc_record(
            gzip.compress(bytes(20_000_000)),
            headers=["Content-Type: text/html", "Content-Encoding: gzip"],
            url=address(4),
        ),
        b"WARC/1.0\r\nContent-Length: many\r\n\r\n\r\n\r\n",
        warc_record(page(d), url=address(d)),
    ]
    bad = (
        (":5", "damage behind this record"),
        (":7", "its gzip is damaged"),
        (":8", "larger than 8,000,000 bytes"),
    )
    bad += ((":9", "without its length"),)
    yield Case("warcs/mixed.warc", holding(b"".join(records)), (a, b, c, d), bad)
    a, b = next(new), next(new)
    packed = [warc_record(page(n), url=address(n), packed=True) for n in (a, b)]
    yield Case("warcs/good.warc.gz", holding(b"".join(packed)), (a, b))
    a = next(new)
    cut = warc_record(page(a), url=address(a)) + warc_record(page(0), url=address(5))[:600]
    yield Case("warcs/cut.warc", holding(cut), (a,), only("cut off"))
    yield Case(
        "warcs/header.warc", holding(b"WARC/1.0\r\n" + b"a" * 5_000_000), bad=((":1", "header does not end"),)
    )
    yield Case("warcs/no-pages.warc", holding(warc_record(b"", kind="request")), bad=only("without articles"))


def places(new: Iterator[int]) -> Iterator[Case]:
    """Yield what a folder holds beside files."""
    yield Case("places/pipe.txt", os.mkfifo, bad=only("neither a file nor a folder"))
    yield Case("places/socket.txt", _socket, bad=only("neither a file nor a folder"))
    yield Case(
        "places/self.txt", lambda path: path.symlink_to(path), bad=only("Too many levels of symbolic links")
    )
    yield Case("places/nowhere.txt", lambda path: path.symlink_to("nothing"), bad=only("No such file"))
    yield Case("places/folder.txt/loop", lambda path: path.symlink_to(".."), bad=only("a link to a folder"))
    yield Case("places/elsewhere", lambda path: path.symlink_to("../texts"), bad=only("a link to a folder"))
    yield Case("places/.hidden.txt", holding(text(0)))
    yield Case("places/__MACOSX/._a.txt", holding(b"\x00\x05\x16\x07"))
    yield Case("places/.git/a.txt", holding(text(0)))
    yield Case("places/picture.png", holding(b"\x89PNG"))
    n = next(new)
    yield Case("places/a.txt", holding(text(n)), (n,))
    yield Case("places/again.txt", lambda path: path.symlink_to("a.txt"))
    yield Case("places/a.json", holding(b'{"describes": "a.txt"}'))
    n = next(new)
    yield Case("places/" + os.fsdecode("新闻".encode("gbk")) + ".txt", holding(text(n)), (n,))
    n = next(new)
    yield Case("places/" + os.fsdecode(b"\xff\xfe\xfd") + ".txt", holding(text(n)), (n,))


def _socket(path: Path) -> None:
    here = Path.cwd()
    # The address of a socket is short; a test's folder is not.
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def iter_cases() -> Iterator[Case]:
    """Yield every case; each good article has a number of its own."""
    new = count(1)
    for family in (plain_texts, other_kinds, pages, documents, tables, zips, tars, web_archives, places):
        yield from family(new)


def write_hostile(folder: Path) -> list[Case]:
    """Write every case into the folder, and return them."""
    cases = []
    for case in iter_cases():
        path = folder / case.path
        path.parent.mkdir(parents=True, exist_ok=True)
        case.write(path)
        # What it wrote need not stay.
        cases.append(replace(case, write=len))
    return cases


if __name__ == "__main__":
    print(len(write_hostile(Path(sys.argv[1]))), "files")
