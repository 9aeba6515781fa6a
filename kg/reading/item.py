"""The noun between finding and reading: one article as it came."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import astuple, dataclass, field

from kg.reading.said import Said

# What no system takes in a file name, or what steers a terminal.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')
# A file name may have 255 bytes: 80 characters of three, and a suffix.
MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Item:
    """One article as it came: ``data`` in a ``format`` (txt, html, mhtml, md, docx, pdf).

    ``where`` is for messages (``folder/a.zip!b/c.txt``, ``x.jsonl:17``), ``name`` for the article. ``said``
    and ``charset`` are what the container says beside the data.
    """

    where: str
    name: str
    data: bytes
    format: str = "txt"
    said: Said = field(default_factory=Said)
    charset: str = ""

    @property
    def digest(self) -> str:
        """Return the SHA-256, in hex, of all that the article depends on; ``where`` is not part of it."""
        said = json.dumps(astuple(self.said), default=str)
        head = json.dumps([self.format, self.name, self.charset, said]).encode()
        return hashlib.sha256(len(head).to_bytes(8, "big") + head + self.data).hexdigest()


def to_name(text: str, *, fallback: str = "article") -> str:
    """Return an article's name that is safe as a file name.

    >>> to_name("https://news.example/a/1.html")
    'https_news.example_a_1.html'
    """
    return _UNSAFE.sub("_", text).strip(" ._")[:MAX_NAME].strip(" ._") or fallback
