"""The tokens of Chinese text: its characters, as spaCy's own tokenizer gives them, in one pass.

spaCy copies the rest of the text for every character, which a long text pays for with its square.
"""

from __future__ import annotations

import re

from spacy.lang.zh import ChineseTokenizer
from spacy.tokens import Doc

# A character with the space behind it, or other white space as one token.
_TOKEN = re.compile(r"(\S)( ?)|(\s+)")


class CharacterTokenizer(ChineseTokenizer):
    """spaCy's Chinese tokenizer by characters, in time linear in the length."""

    def __call__(self, text: str) -> Doc:
        """Return the Doc of ``text``, whose ``text`` is the same again."""
        tokens = _TOKEN.findall(text)
        words = [char or gap for char, _, gap in tokens]
        return Doc(self.vocab, words=words, spaces=[bool(space) for _, space, _ in tokens])
