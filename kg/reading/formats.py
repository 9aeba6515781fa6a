"""What a file is: by its first bytes where they tell, else by the suffix of its name."""

from __future__ import annotations

import re

from kg.errors import ArticleError

# One article a file.
ARTICLES = {
    **dict.fromkeys((".txt", ".text"), "txt"),
    **dict.fromkeys((".html", ".htm", ".xhtml", ".shtml"), "html"),
    **dict.fromkeys((".mht", ".mhtml"), "mhtml"),
    **dict.fromkeys((".md", ".markdown"), "md"),
    ".docx": "docx",
    ".pdf": "pdf",
}
# One article a row.
TABLES = {
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
}
CONTAINERS = {".zip": "zip", ".tar": "tar", ".tgz": "gz", ".warc": "warc", ".gz": "gz"}
SUFFIXES = {**ARTICLES, **TABLES, **CONTAINERS}
# Formats that cannot be what their name says without these bytes at the start. Tar has none in its oldest kind.
MAGIC = {
    "pdf": (b"%PDF-",),
    "docx": (b"PK\x03\x04",),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "gz": (b"\x1f\x8b",),
    "parquet": (b"PAR1",),
    "warc": (b"WARC/",),
}
# Tried in this order on a file whose suffix says nothing, or something of text.
_TOLD = ("pdf", "gz", "parquet", "warc", "zip")
# What people have among their articles and nobody can read here; some with what to do about it.
_OTHER = (
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it, or pack it as .zip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it, or pack it as .zip"),
    (b"\xfd7zXZ\x00", "an XZ archive", "unpack it, or pack it as .gz"),
    (b"BZh", "a bzip2 archive", "unpack it, or pack it as .gz"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "unpack it, or pack it as .gz"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old or encrypted Office file",
        "save it as .docx, without a password",
    ),
    (b"{\\rtf", "an RTF file", "save it as .docx or .txt"),
    (b"\x89PNG", "a picture", ""),
    (b"\xff\xd8\xff", "a picture", ""),
    (b"GIF8", "a picture", ""),
    (b"RIFF", "a picture or a recording", ""),
    (b"SQLite format 3\x00", "a database", "export it as .jsonl or .csv"),
    (b"\x7fELF", "a program", ""),
    (b"MZ\x90\x00", "a program", ""),
)
_OFFICE = {
    **dict.fromkeys((".xlsx", ".xlsm", ".ods"), ("a workbook", "save it as .csv")),
    **dict.fromkeys((".pptx", ".odp"), ("slides", "save them as .pdf")),
    **dict.fromkeys(
        (".odt", ".wps", ".ofd"), ("an office document of another kind", "save it as .docx or .pdf")
    ),
    ".epub": ("an e-book", "save it as .html or .txt"),
}
_TAR, _TAR_AT = b"ustar", 257
HEAD = 4096

_PAGE = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_ANY_PAGE = re.compile(
    rb"<(?:!doctype\s+html|html|head|meta|title|body|div|article|table|p)\b", re.IGNORECASE
)
_MAIL = re.compile(
    rb"(?:MIME-Version:|From: <Saved by |From: .{1,80}\r?\n(?:[\w-]+: .*\r?\n){0,12}MIME-Version:)"
)
_MARK = re.compile(rb"^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*")


def suffix_of(name: str) -> str:
    """Return the last suffix of a file name, in small letters, or nothing.

    >>> suffix_of("a.TAR.GZ")
    '.gz'
    """
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix.lower()}" if dot and stem else ""


def stem_of(name: str) -> str:
    """Return a file name without the suffixes that are known here.

    >>> stem_of("news.2024.html.gz")
    'news.2024'
    """
    while suffix_of(name) in SUFFIXES:
        name = name[: name.rindex(".")]
    return name


def is_wanted(name: str) -> bool:
    """Return whether a file in a folder or an archive is read: its suffix is known, under .gz that before it too."""
    suffix = suffix_of(name)
    return suffix in SUFFIXES and (
        suffix != ".gz" or is_wanted(name[:-3]) or name.lower().endswith(".tar.gz")
    )


def tell_format(name: str, head: bytes, *, where: str) -> str:
    """Return the format of a file from its name and its first HEAD bytes.

    Binary formats are told by content, whatever the name says; texts by their suffix, or by content where it is
    unknown.

    Raises:
        ArticleError: it is empty, of a kind that is not read here, or not what its name says.
    """
    if not head:
        raise ArticleError(where, "the file is empty")
    suffix = suffix_of(name)
    known = SUFFIXES.get(suffix)
    if suffix in _OFFICE and head.startswith(b"PK"):
        raise ArticleError(where, *_OFFICE[suffix])
    # Some PDF files start with the header of the mail or the printer that they came through.
    if known == "pdf" and b"%PDF-" in head[:1024]:
        return "pdf"
    for other in _TOLD:
        if head.startswith(MAGIC[other]):
            return _zipped(known, head) if other == "zip" else other
    if head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "tar"
    for magic, what, allowed in _OTHER:
        if head.startswith(magic):
            raise ArticleError(where, what, allowed)
    if known in MAGIC:
        raise ArticleError(where, f"named {suffix}, but is none")
    return _tell_text(known, suffix, head, where=where)


def _zipped(known: str | None, head: bytes) -> str:
    """Return docx or zip: both are zip files, and Word's holds its content types or its text first."""
    if known in ("docx", "zip"):
        return known
    return "docx" if b"[Content_Types].xml" in head[:100] or b"word/" in head else "zip"


def _tell_text(known: str | None, suffix: str, head: bytes, *, where: str) -> str:
    # UTF-16 puts a NUL beside each ASCII character.
    start = _MARK.sub(b"", head).replace(b"\x00", b"")
    if known in (None, "txt", "html", "mhtml") and _MAIL.match(start):
        return "mhtml"
    if known == "txt" and _PAGE.match(start):
        return "html"
    if known is not None:
        return known
    if start.startswith(b"<?xml") and not _PAGE.search(start):
        raise ArticleError(where, "XML that is no page", "HTML, or a text file")
    if _ANY_PAGE.match(start) or start.startswith(b"<?xml"):
        return "html"
    if re.match(rb'[\[{]\s*[{"]', start):
        return "json"
    return "txt" if suffix != ".tar" else "tar"
