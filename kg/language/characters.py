"""The tokens of Chinese text: its characters, as spaCy's own tokenizer gives them, in one pass.

spaCy copies the rest of the text for every character, which a long text pays for with its square.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from spacy.lang.zh import ChineseTokenizer
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry

# What a pipeline's configuration calls the tokenizer.
NAME = "kg_characters"
_TEXT = "kg_text"

# A character with the space behind it, or other white space as one token.
_TOKEN = re.compile(r"(\S)( ?)|(\s+)")


class CharacterTokenizer(ChineseTokenizer):
    """spaCy's Chinese tokenizer by characters, in time linear in the length."""

    def __call__(self, text: str) -> Doc:
        """Return the Doc of ``text``, whose ``text`` is the same again."""
        tokens = _TOKEN.findall(text)
        words = [char or gap for char, _, gap in tokens]
        doc = Doc(self.vocab, words=words, spaces=[bool(space) for _, space, _ in tokens])
        doc.user_data[_TEXT] = text
        return doc


def text_of(doc: Doc) -> str:
    """Return ``doc.text``, which spaCy puts together from the tokens at every access, put together once."""
    text = doc.user_data.get(_TEXT)
    if not isinstance(text, str):
        text = doc.user_data[_TEXT] = doc.text
    return text


@registry.tokenizers(NAME)  # type: ignore[untyped-decorator]
def make_tokenizer() -> Callable[[Language], CharacterTokenizer]:
    """Return what makes the tokenizer of a pipeline."""
    return lambda nlp: CharacterTokenizer(nlp.vocab)
