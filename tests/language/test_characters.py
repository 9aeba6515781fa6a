"""Tokens are the ones that spaCy's own tokenizer makes, and cost what they hold."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st
from spacy.lang.zh import Chinese, ChineseTokenizer
from spacy.language import Language
from spacy.vocab import Vocab

from kg.language.characters import CharacterTokenizer

VOCAB: Vocab = Chinese().vocab
texts = st.text(
    st.sampled_from("公安 \n\t\u3000\x1c1a，😀") | st.characters(exclude_categories=["Cs"]), max_size=30
)


@given(text=texts)
def test_tokens_are_those_of_spacy(text: str) -> None:
    made, usual = CharacterTokenizer(VOCAB)(text), ChineseTokenizer(VOCAB)(text)

    assert made.text == text
    assert [(token.text, token.whitespace_) for token in made] == [
        (token.text, token.whitespace_) for token in usual
    ]


def test_pipeline_reads_by_characters_in_linear_time(nlp: Language) -> None:
    costs = []
    for length in (20_000, 400_000):
        start = time.process_time()
        nlp.make_doc("公安" * (length // 2))
        costs.append((time.process_time() - start) / length)

    assert costs[1] < 3 * costs[0]
