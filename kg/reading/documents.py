"""Word, PDF, Markdown and MHTML files -> text, or the page inside.

What these formats call author or title is not taken: it names the typist, or the file that was copied. What
is in the text is read as on any page.
"""

from __future__ import annotations

import email
import email.policy
import io
import logging
import re
import zipfile
from collections.abc import Iterator, Sequence
from email.message import Message
from typing import Any

import yaml

from kg.config import Limits
from kg.errors import ArticleError
from kg.reading.columns import find_columns, read_said
from kg.reading.said import Said

# All parts of a Word file together, times the file's limit: XML shrinks by ten, pictures do not.
UNPACKED = 4
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_PAGE_NUMBER = re.compile(r"\s*(?:[-—–·]\s*)?\d{1,4}(?:\s*/\s*\d{1,4})?(?:\s*[-—–·])?\s*")
_STOP = "。！？；：…”’）》】.!?;:"
# A line of a page's set width ends within this many characters of it: a punctuation mark may not begin a line.
SLACK = 3
# A column narrower than this is a list or a table, not running text.
NARROW = 12
FRONT = 20_000
_PYPDF_LOG = logging.getLogger("pypdf")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_FRONT = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)


def read_docx(data: bytes, *, where: str, limits: Limits) -> str:
    """Return the text of a Word file in reading order, a table's row on one line.

    Raises:
        ArticleError: it is damaged, a bomb, or no Word file.
    """
    _check_parts(data, where, limits)
    import docx

    document = docx.Document(io.BytesIO(data))
    return "\n".join(_iter_word_lines(document.element.body))


def _check_parts(data: bytes, where: str, limits: Limits) -> None:
    """Refuse what would not fit into memory, or grows there, before a parser has it."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > UNPACKED * limits.document_bytes:
            raise ArticleError(where, "unpacks to far more than its own size (a zip bomb)")
        for part in parts.infolist():
            if part.flag_bits & 1:
                raise ArticleError(where, "encrypted", "a file without a password")
            if part.filename.endswith((".xml", ".rels")):
                with parts.open(part) as stream:
                    # Where a document type stands it stands before the first element.
                    if _ENTITY.search(stream.read(1 << 16)):
                        raise ArticleError(where, "declares entities (an XML bomb)")


def _iter_word_lines(body: Any) -> Iterator[str]:
    """Yield the paragraphs of a body or a cell, tables row by row; text boxes where they are anchored."""
    from docx.oxml.ns import qn

    for child in body:
        if child.tag == qn("w:p"):
            yield _word_text(child)
        elif child.tag == qn("w:tbl"):
            for row in child.findall(qn("w:tr")):
                cells = (" ".join(_iter_word_lines(cell)) for cell in row.findall(qn("w:tc")))
                yield "  ".join(cell for cell in cells if cell.strip())
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:smartTag")):
            yield from _iter_word_lines(child)


def _word_text(paragraph: Any) -> str:
    return "".join(_iter_words(paragraph))


def _iter_words(node: Any) -> Iterator[str]:
    """Yield what a paragraph prints; a text box is written twice, the second time for older programs."""
    from docx.oxml.ns import qn

    marks = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
    for child in node:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in marks:
            yield marks[child.tag]
        elif child.tag not in (_FALLBACK, qn("w:pPr"), qn("w:rPr")):
            if child.tag == qn("w:p"):
                yield "\n"
            yield from _iter_words(child)


def read_pdf(data: bytes, *, where: str, limits: Limits) -> str:
    """Return the text layer of a PDF file, lines joined to paragraphs.

    Raises:
        ArticleError: it is damaged, encrypted, has too many pages, or no text layer.
    """
    import pypdf
    from pypdf.errors import DependencyError, PyPdfError

    if not _PYPDF_LOG.handlers:
        # What it complains about on the way is no use to anybody but the programmer who asks for it.
        _PYPDF_LOG.addHandler(logging.NullHandler())
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ArticleError(where, "an encrypted PDF", "a file without a password")
        count = len(reader.pages)
        if count > limits.pdf_pages:
            raise ArticleError(
                where, f"a PDF of {count} pages", f"up to {limits.pdf_pages} (--limit pdf_pages=N)"
            )
        texts: list[str] = []
        for page in reader.pages:
            texts.append(page.extract_text())
            if sum(map(len, texts)) > limits.article_chars:
                raise ArticleError(where, f"longer than {limits.article_chars:,} characters")
    except DependencyError as error:
        raise ArticleError(where, "an encrypted PDF", "a file without a password") from error
    except PyPdfError as error:
        raise ArticleError(where, f"a damaged PDF ({error})") from error
    lines = [line for text in texts for line in text.splitlines() if not _PAGE_NUMBER.fullmatch(line)]
    if not any(line.strip() for line in lines):
        raise ArticleError(where, "a PDF without a text layer (pages as pictures)", "run OCR over it first")
    return "\n".join(join_lines(lines))


def join_lines(lines: Sequence[str]) -> list[str]:
    """Return paragraphs, given lines as they are set: a line that fills its width goes on in the next one.

    >>> join_lines(["清河县公安局联合县教育局，在明德小学", "开展活动。", "活动结束。"])
    ['清河县公安局联合县教育局，在明德小学开展活动。', '活动结束。']
    """
    full = sorted(len(line.strip()) for line in lines if line.strip())
    # The width of the body: most lines of running text fill it, headings and last lines do not.
    width = full[len(full) * 3 // 4] if full else 0
    joined: list[str] = []
    open_end = False
    for line in lines:
        text = line.strip()
        if open_end and text and not line.startswith(("　　", "    ")):
            gap = " " if joined[-1][-1:].isascii() and text[:1].isascii() and text[:1].isalnum() else ""
            joined[-1] += gap + text
        elif text:
            joined.append(text)
        open_end = len(text) >= max(width - SLACK, NARROW) and text[-1:] not in _STOP
    return joined


def read_markdown(text: str) -> tuple[str, Said]:
    r"""Return the text of a Markdown file without its marks, and what the block above it says.

    >>> text, said = read_markdown("---\ntitle: 护苗\n---\n# 女警\n走进[校园](x)")
    >>> text, said.title
    ('女警\n走进校园', '护苗')
    """
    from markdown_it import MarkdownIt

    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    front = _FRONT.match(text[:FRONT])
    said = _read_front(front[1]) if front else Said()
    lines: list[str] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text[front.end() :] if front else text):
        if token.type == "inline":
            lines += join_lines("".join(_inline_text(token.children or ())).split("\n"))
        elif token.type in ("fence", "code_block"):
            # An indented paragraph is code to Markdown; in a Chinese text it is a paragraph.
            lines.append(token.content)
    return "\n".join(lines), said


def _inline_text(tokens: Sequence[Any]) -> Iterator[str]:
    """Yield the words of a line; a picture's description is not part of the article."""
    for token in tokens:
        if token.type in ("text", "code_inline"):
            yield token.content
        elif token.type in ("hardbreak", "softbreak"):
            yield "\n"


def _read_front(front: str) -> Said:
    try:
        fields = yaml.safe_load(front)
    except (yaml.YAMLError, ValueError, RecursionError):
        return Said()
    if not isinstance(fields, dict):
        return Said()
    named = {str(key): value for key, value in fields.items()}
    return read_said(named, find_columns(list(named), columns=()), origin="front matter")


def read_mhtml(data: bytes, *, where: str) -> tuple[bytes, str, str]:
    """Return the page in an MHTML file: its bytes, their declared charset, its address.

    Raises:
        ArticleError: no part of it is a page.
    """
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    page = next(
        (
            part
            for part in message.walk()
            if part.get_content_type() in ("text/html", "application/xhtml+xml")
        ),
        None,
    )
    if page is None:
        raise ArticleError(where, "no page in the MHTML file")
    body = page.get_payload(decode=True)
    url = _address(message, "Snapshot-Content-Location") or _address(page, "Content-Location")
    return body if isinstance(body, bytes) else b"", str(page.get_content_charset() or ""), url


def _address(part: Message, header: str) -> str:
    text = " ".join(str(part.get(header, "")).split())
    return text if text.startswith(("http://", "https://")) else ""
