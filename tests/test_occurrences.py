"""Every place of every word, seen against the plain way to look for them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kg.occurrences import any_of, find_occurrences

short = st.text("小明雨a", max_size=4)


def test_word_cut_off_by_the_end_of_the_text_is_not_there() -> None:
    assert list(find_occurrences("小明和小明", {"小明", "小明雨"})) == [(0, 2), (3, 5)]


@given(text=st.text("小明雨a", max_size=12), words=st.sets(short))
def test_finds_what_looking_at_every_place_finds(text: str, words: set[str]) -> None:
    everywhere = {(at, at + len(w)) for w in words if w for at in range(len(text)) if text.startswith(w, at)}

    found = list(find_occurrences(text, words))

    assert sorted(found) == sorted(everywhere)
    assert found == sorted(found, key=lambda span: (span[0], -span[1]))


@given(text=st.text("小明雨a-]^", max_size=12), words=st.sets(st.text("小明雨a-]^", min_size=1, max_size=4)))
def test_a_pattern_of_words_matches_as_their_plain_alternation(text: str, words: set[str]) -> None:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    plain = "|".join(map(re.escape, longest_first)) if words else r"(?!)"

    found = [match.span() for match in re.finditer(f"雨?(?:{any_of(words)})(?:明|$)", text)]

    assert found == [match.span() for match in re.finditer(f"雨?(?:{plain})(?:明|$)", text)]
