"""Where claims come from: the articles, each once, and the paragraphs that their passages stand in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

ARTICLE_FIELDS = ("title", "publisher", "date", "url")
# A text without paragraphs is cut to so many characters before and after the passage.
LONGEST, AROUND = 1_200, 300


class Articles:
    """The articles behind the claims, each once, the newest first."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self._known = known
        self._found: dict[str, dict[str, Any]] = {}
        self._index: dict[str, int] = {}
        self.rows: list[dict[str, Any]] = []

    def key(self, attributes: Mapping[str, Any]) -> str:
        """Return what tells the article of a claim apart, and remember what is said of it."""
        names = {name: attributes.get("source_title" if name == "title" else name) for name in ARTICLE_FIELDS}
        row = {name: str(value) for name, value in names.items() if value}
        # An article's metadata hang on its id; without one, what is said about it has to tell it apart.
        if attributes.get("article"):
            row["id"] = str(attributes["article"])
        key = row.get("id") or repr(row)
        held = self._found.setdefault(key, row)
        if row != held and repr(row) > repr(held):
            self._found[key] = row
        return key

    def settle(self) -> None:
        """Number the articles, once all are known."""
        keys = sorted(self._found)
        keys.sort(key=lambda key: self._found[key].get("date", ""), reverse=True)
        self._index = {key: position for position, key in enumerate(keys)}
        copies = (int(self._known.get(key, {}).get("copies", 0)) for key in keys)
        self.rows = [self._found[key] | {"copies": count} for key, count in zip(keys, copies, strict=True)]

    def index(self, key: str) -> int:
        """Return the number of a settled article."""
        return self._index[key]


class Paragraphs:
    """Every paragraph that holds a passage, once, in the order in which they are asked for."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self._texts = {
            article: sorted((int(start), str(text)) for start, text in about.get("paragraphs", ()))
            for article, about in known.items()
        }
        self._index: dict[tuple[str, int, str], int] = {}
        self.rows: list[str] = []

    def find(self, article: str, claim: Mapping[str, Any]) -> tuple[int, int, int]:
        """Return number, start and end of a claim's passage in its paragraph.

        A passage whose paragraph is not known is a paragraph of its own.
        """
        passage, start = str(claim["evidence"]), claim.get("start")
        if isinstance(start, int):
            texts = self._texts.get(article, [])
            position = bisect_right(texts, start, key=lambda paragraph: paragraph[0]) - 1
            if position >= 0:
                begins, text = texts[position]
                inner = start - begins
                if text[inner : inner + len(passage)] == passage:
                    cut = _cut(text, inner, inner + len(passage))
                    number = self._number((article, begins + cut[0], text[cut[0] : cut[1]]))
                    return number, inner - cut[0], inner - cut[0] + len(passage)
        return self._number((article, -1, passage)), 0, len(passage)

    def _number(self, key: tuple[str, int, str]) -> int:
        number = self._index.setdefault(key, len(self.rows))
        if number == len(self.rows):
            self.rows.append(key[2])
        return number


def _cut(text: str, start: int, end: int) -> tuple[int, int]:
    if len(text) <= LONGEST:
        return 0, len(text)
    return max(0, start - AROUND), min(len(text), end + AROUND)
