"""Files of many formats, made for tests: PDF with a text layer, Word, zip and tar with any member, WARC, MHTML."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence

# Bodies and places of all test articles are invented.
COUNTY = "青石县"


def article(number: int) -> str:
    """Return the text of an article that no other number gives; its title holds 第N期."""
    return (
        f"{COUNTY}公安局开展护苗行动第{number}期\n来源：青石网 2024-08-31\n"
        f"8月{number % 28 + 1}日，{COUNTY}公安局联合{COUNTY}教育局在第{number}小学开展“护苗”行动，走进课堂。\n"
        "民警为学生上了一堂法治课，讲解防溺水和交通安全知识，学校老师和家长代表一同参加。\n"
    )


def page(number: int, *, charset: str = "utf-8", declared: str | None = None) -> bytes:
    """Return an HTML page with the article of that number."""
    title, _, *body = article(number).splitlines()
    paragraphs = "".join(f"<p>{line}</p>" for line in body)
    return (
        f'<!DOCTYPE html><html><head><meta charset="{declared or charset}"><title>{title}</title></head><body>'
        f"<h1>{title}</h1><article><p>{title}</p>{paragraphs}</article></body></html>"
    ).encode(charset)


def make_pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """Return a PDF with lines of text on each page, by a font of two-byte codes that are Unicode."""
    drawn = []
    for lines in pages:
        shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -20 Td\n" for line in lines)
        drawn.append(_stream(f"BT /F1 14 Tf 50 780 Td\n{shown}ET".encode()))
    return draw_pdf(drawn)


def draw_pdf(pages: Sequence[bytes]) -> bytes:
    """Return a PDF whose pages are drawn by these stream objects."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", _FONT, _DESCENDANT, _DESCRIPTOR]
    objects.append(_stream(_TO_UNICODE))
    kids = []
    for drawn in pages:
        objects.append(drawn)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(kids), b" ".join(kids))
    return join_pdf(objects)


def join_pdf(objects: Sequence[bytes]) -> bytes:
    """Return a PDF file of these objects, the first its catalogue."""
    made = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    made += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(made)


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%b\nendstream" % (len(data), data)


_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [4 0 R]"
    b" /ToUnicode 6 0 R >>"
)
_DESCENDANT = (
    b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /DW 1000 /FontDescriptor 5 0 R"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
)
_DESCRIPTOR = (
    b"<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0"
    b" /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>"
)
_TO_UNICODE = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
    b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    b"1 beginbfrange <0000> <FFFF> <0000> endbfrange\n"
    b"endcmap end end"
)


def encrypt_pdf(data: bytes, password: str) -> bytes:
    """Return the PDF behind a password."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def make_docx(lines: Iterable[str], *, table: Sequence[Sequence[str]] = ()) -> bytes:
    """Return a Word file with a paragraph a line, and a table after them."""
    import docx

    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def change_docx(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return a Word file with some of its parts replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
    return made.getvalue()


class RawName(zipfile.ZipInfo):
    """A member of a zip file whose name is written in bytes as given, with or without the flag for UTF-8."""

    raw: bytes
    flag = 0

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802  zipfile calls it
        return self.raw, self.flag_bits & ~0x800 | self.flag


def raw_name(name: bytes, *, flag: int = 0) -> zipfile.ZipInfo:
    """Return the entry of a zip file for a name in any encoding."""
    info = RawName(name.hex(), (2024, 8, 31, 0, 0, 0))
    info.raw, info.flag, info.compress_type = name, flag, zipfile.ZIP_DEFLATED
    return info


def zip_link(name: str) -> zipfile.ZipInfo:
    """Return the entry of a zip file for a symbolic link."""
    info = zipfile.ZipInfo(name, (2024, 8, 31, 0, 0, 0))
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def make_zip(
    members: Iterable[tuple[str | zipfile.ZipInfo, bytes]], *, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Return a zip file; a name may come twice."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in members:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Duplicate name")
                archive.writestr(name, data)
    return made.getvalue()


def encrypted_zip(name: str, data: bytes) -> bytes:
    """Return a zip file that says that its member is encrypted."""
    made = bytearray(make_zip([(name, data)]))
    made[6] |= 1
    made[made.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def make_tar(members: Iterable[tuple[str | tarfile.TarInfo, bytes]], *, encoding: str = "utf-8") -> bytes:
    """Return a tar file; a TarInfo may be of any type."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT, encoding=encoding) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            if info.isreg():
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def tar_member(name: str, type: bytes, target: str = "") -> tarfile.TarInfo:
    """Return the entry of a tar file for a link or a device."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = type, target
    return info


def warc_record(
    body: bytes,
    *,
    kind: str = "response",
    url: str = "https://news.example/2024/1.html",
    status: str = "200 OK",
    headers: Iterable[str] = ("Content-Type: text/html; charset=utf-8",),
    packed: bool = False,
) -> bytes:
    """Return a WARC record with an HTTP response."""
    block = "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-08-31T08:00:00Z\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    ).encode()
    record = head + block + b"\r\n\r\n"
    return gzip.compress(record) if packed else record


def make_mhtml(
    body: bytes, *, charset: str = "utf-8", url: str = "https://news.example/2024/2.html"
) -> bytes:
    """Return a page as a browser saves it in one file."""
    import base64

    return (
        (
            f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {url}\r\nSubject: saved\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/related; type="text/html"; boundary="edge"\r\n\r\n--edge\r\n'
            f"Content-Type: text/html; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n"
            f"Content-Location: {url}\r\n\r\n"
        ).encode()
        + base64.encodebytes(body)
        + b"\r\n--edge--\r\n"
    )
