"""Bytes of a file -> text: UTF-8, GB18030, Big5, UTF-16, told apart without a hint.

Chinese pages rarely say their encoding once they are files. GB18030 accepts nearly every double-byte
text, Big5 included, so the two are told apart by how common the characters are that come out.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Each national set with its codecs, the narrowest first: what Windows and Hong Kong added to Big5 comes later.
CODECS = {"gb18030": ("gb18030",), "big5": ("big5", "cp950", "big5hkscs")}
# Both sets put their everyday characters first: lead bytes of GB 2312 level 1 and Big5 level 1.
COMMON_LEADS = {"gb18030": range(0xB0, 0xD8), "big5": range(0xA4, 0xC7)}
# Prose is above 0.9 in its own encoding and below 0.6 in the other one (the gold articles, both ways).
COMMON_SHARE = 0.7
# What pages call their encoding; the narrow names stand for the wide set that such pages really use.
DECLARED = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "big5hkscs", "cp950", "x-x-big5"), "big5"),
}
# A page whose system cut a title inside a character still is what it is: so many broken characters are borne.
BROKEN_SHARE = 0.005
# Readings whose shares lie no further apart are told apart by what the page declares.
NEARLY = 0.02
# A text file may hold a stray control character; a binary one holds far more.
CONTROL_SHARE = 0.01
SAMPLE = 20_000
# Where an HTML page declares its encoding.
HEAD = 4096

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_READABLE = re.compile(r"[\t\r\n -~　-〿㐀-鿿＀-￯“”‘’—…·]")
_DECLARATION = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{3,20})""", re.IGNORECASE)
_IDEOGRAPH = re.compile("[㐀-鿿]")


def decode(data: bytes, *, charset: str | None = None) -> str | None:
    """Return the text in the bytes of a file, or None where they are no text.

    ``charset`` is what the sender calls the encoding: it decides only between readings that both make sense,
    for pages that say gb2312 are UTF-8 as often as not.

    >>> decode("株洲市公安局联合市教育局开展活动".encode("gb18030"), charset="big5")
    '株洲市公安局联合市教育局开展活动'
    """
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _strict(data, encoding)
    text = _strict(data, "utf-8")
    if text is None or "\x00" in text:
        text = _wide(data) or text
    if text is None and b"\x00" not in data:
        text = _double_byte(data, charset) or _broken(data, charset) or _guess(data)
    return text


def decode_html(data: bytes, *, charset: str | None = None) -> str | None:
    """Return the text of an HTML page, tags and all, or None; ``charset`` is what the server said.

    >>> decode_html('<meta charset="big5"><p>株洲市公安局</p>'.encode())
    '<meta charset="big5"><p>株洲市公安局</p>'
    """
    declared = _DECLARATION.search(data[:HEAD])
    return decode(data, charset=charset or (declared[1].decode("ascii", "replace") if declared else None))


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeError:
        return None
    return text if len(_CONTROL.findall(text)) <= CONTROL_SHARE * len(text) else None


def _wide(data: bytes) -> str | None:
    """Return UTF-16 text without a byte order mark."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _strict(data, encoding)
        if text and len(_READABLE.findall(text[:SAMPLE])) > 0.95 * len(text[:SAMPLE]):
            return text
    return None


def _double_byte(data: bytes, charset: str | None) -> str | None:
    shares: dict[str, float] = {}
    texts: dict[str, str] = {}
    for family, codecs_of in CODECS.items():
        # Hong Kong gave its own meaning to a few places of the set: there only the page can tell.
        order = reversed(codecs_of) if "hkscs" in (charset or "").lower() else codecs_of
        text = next((text for codec in order if (text := _strict(data, codec))), None)
        if text:
            texts[family], shares[family] = text, _common_share(text, family)
    return _best(texts, shares, charset)


def _broken(data: bytes, charset: str | None) -> str | None:
    """Return the text of bytes with a few characters cut in two, which become U+FFFD."""
    shares: dict[str, float] = {}
    texts: dict[str, str] = {}
    for family in ("utf-8", *CODECS):
        text = data.decode("cp950" if family == "big5" else family, "replace")
        many = len(_CONTROL.findall(text)) > CONTROL_SHARE * len(text)
        if text and not many and text.count("\ufffd") <= max(1, BROKEN_SHARE * len(text)):
            # What is nearly UTF-8 is nothing else: its rules leave no room for chance.
            own = family == "utf-8" and len(_IDEOGRAPH.findall(text)) > text.count("\ufffd")
            texts[family], shares[family] = text, float(own) or _common_share(text, family)
    return _best(texts, shares, charset)


def _best(texts: Mapping[str, str], shares: Mapping[str, float], charset: str | None) -> str | None:
    best = max(shares, key=lambda family: shares[family], default="")
    if not best or shares[best] < COMMON_SHARE:
        return None
    declared = DECLARED.get((charset or "").strip().lower(), "")
    return texts[declared if shares.get(declared, 0.0) >= shares[best] - NEARLY else best]


def _common_share(text: str, encoding: str) -> float:
    """Return the share of everyday characters among the ideographs of a text, as the encoding ranks them."""
    ideographs = _IDEOGRAPH.findall(text[:SAMPLE])
    if not ideographs:
        return 0.0
    leads = COMMON_LEADS.get(encoding)
    if leads is None:
        return 0.0
    return sum(c.encode(encoding, "replace")[0] in leads for c in ideographs) / len(ideographs)


def _guess(data: bytes) -> str | None:
    """Return what charset-normalizer makes of bytes in none of the usual encodings (a page cut inside a character)."""
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=["utf_8", "gb18030", "big5", "big5hkscs", "hz"]).best()
    return str(best) if best is not None else None
