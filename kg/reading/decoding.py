"""Bytes of a file -> text: UTF-8, GB18030, Big5, UTF-16, told apart without a hint.

Chinese pages rarely say their encoding once they are files. GB18030 accepts nearly every double-byte
text, Big5 included, so the two are told apart by how common the characters are that come out.
"""

from __future__ import annotations

import codecs
import re

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Both national sets put their everyday characters first: lead bytes of GB 2312 level 1 and Big5 level 1.
COMMON_LEADS = {"gb18030": range(0xB0, 0xD8), "big5": range(0xA4, 0xC7)}
# Prose is above 0.9 in its own encoding and below 0.6 in the other one (the gold articles, both ways).
COMMON_SHARE = 0.7
# A text file may hold a stray control character; a binary one holds far more.
CONTROL_SHARE = 0.01
SAMPLE = 20_000

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_READABLE = re.compile(r"[\t\r\n -~　-〿㐀-鿿＀-￯“”‘’—…·]")
_IDEOGRAPH = re.compile("[㐀-鿿]")


def decode(data: bytes) -> str | None:
    """Return the text in the bytes of a file, or None where they are no text.

    >>> decode("株洲市公安局联合市教育局开展活动".encode("gb18030"))
    '株洲市公安局联合市教育局开展活动'
    """
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _strict(data, encoding)
    text = _strict(data, "utf-8")
    if text is None and (wide := _wide(data)):
        return wide
    if text is None and b"\x00" not in data:
        text = _double_byte(data) or _guess(data)
    return text


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


def _double_byte(data: bytes) -> str | None:
    texts = {encoding: _strict(data, encoding) for encoding in COMMON_LEADS}
    shares = {e: _common_share(text, e) for e, text in texts.items() if text}
    best = max(shares, key=lambda encoding: shares[encoding], default="")
    return texts[best] if best and shares[best] >= COMMON_SHARE else None


def _common_share(text: str, encoding: str) -> float:
    """Return the share of everyday characters among the ideographs of a text, as the encoding ranks them."""
    ideographs = _IDEOGRAPH.findall(text[:SAMPLE])
    if not ideographs:
        return 0.0
    leads = COMMON_LEADS[encoding]
    return sum(c.encode(encoding, "replace")[0] in leads for c in ideographs) / len(ideographs)


def _guess(data: bytes) -> str | None:
    """Return what charset-normalizer makes of bytes in none of the usual encodings (a page cut inside a character)."""
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=["utf_8", "gb18030", "big5", "big5hkscs", "hz"]).best()
    return str(best) if best is not None else None
