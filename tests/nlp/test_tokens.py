"""Words of many texts at once: the same as the regular expressions that say what a word is find one by one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import tokens
from nlp.tokens import read_words
from nlp.words import stem_places, stems

ODD = "aB zÅåſßŉİıΣς_-.\n0129²½٣中😀\x00\u0301\ud800\ufb00"
texts = st.lists(st.text(st.sampled_from(ODD) | st.characters(), max_size=60), max_size=12)
WORD = re.compile(r"[^\W_]+")
APART = re.compile(r"[^\W\d_]{2,}|\d{2,}")


def words_of(some: list[str], pattern: re.Pattern[str] = WORD) -> list[list[str]]:
    found: list[list[str]] = []
    for words in read_words(some, pattern.findall):
        begin = len(found)
        found += [[] for _ in range(words.text_count)]
        for text, word in zip(words.text.tolist(), words.word.tolist(), strict=True):
            found[begin + text].append(words.distinct[word])
    return found


@pytest.fixture(params=[1, 40, tokens.CHARS])
def characters_together(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(tokens, "CHARS", request.param)
    return int(request.param)


@settings(max_examples=150, deadline=None)
@given(texts)
def test_words_are_those_of_the_regular_expression(some: list[str]) -> None:
    assert words_of(some) == [WORD.findall(text) for text in some]


@settings(max_examples=150, deadline=None)
@given(texts)
def test_letters_and_figures_apart_are_those_of_the_regular_expression(some: list[str]) -> None:
    assert words_of(some, APART) == [APART.findall(text) for text in some]


def test_it_does_not_matter_how_many_are_read_together(characters_together: int) -> None:
    some = ["Fiber kl12 på gatan", "", "a b", "x" * 90, "Fiber igen"]
    assert words_of(some) == [WORD.findall(text) for text in some]


def test_no_texts_no_words() -> None:
    assert list(read_words([], WORD.findall)) == []
    assert words_of(["", "\n\n"]) == [[], []]


@settings(max_examples=300, deadline=None)
@given(st.text("abcdefghijklmnopqrstuvwxyzåäö", min_size=2, max_size=14))
def test_a_stem_is_a_beginning_of_its_word(start: str) -> None:
    for ending in ("", "arna", "heten", "löst", "fullt", "ande", "igt", "ets", "dd", "lig", "els"):
        word = start + ending
        assert all(word.startswith(stem) for stem in stems(word))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["avgiften", "AVGIFT", "och", "fiber", "12", "kl12", "x"])), max_size=5))
def test_stems_stand_where_their_words_do(bags: list[list[str]]) -> None:
    some = [" ".join(words) for words in bags]
    vocabulary = {stem: at for at, stem in enumerate(sorted(set(stems("avgiften fiber 12"))))}
    rows, places = stem_places(some, vocabulary)
    wanted = [(at, vocabulary[stem]) for at, text in enumerate(some) for stem in stems(text) if stem in vocabulary]
    assert list(zip(rows.tolist(), places.tolist(), strict=True)) == wanted
