"""Cleaning: what goes, what must stay, and texts that are meant to hurt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.clean import MODEL_CHARS, clean, model_text
from nlp.company import Company
from nlp.quotes import split_quotes
from tests.nlp.conftest import OPEN_INFRA

CLEANED = [
    ("[b]Fel[/b] <br>igen &amp; igen <3", "Fel\nigen & igen <3"),
    ("NEEEEEJ!!!!!!! 😡🏻😡😡😡😡", "NEEEJ!!! 😡😡😡"),
    ("10000 kr och 1000000", "10000 kr och 1000000"),
    ("se https://www.Openinfra.com/drift?x=1, ok", "se länk openinfra.com ok"),
    ("[url=https://a.se/b]läs[/url]", "läs"),
    ("z̵a̷l̶g̸o å a\u030a", "zalgo å å"),
    ("\x00\u202eab\u202c\ufeff", "ab"),
    ("", ""),
    ("😂😂", "😂😂"),
    ("🤬", "😡"),
]
QUOTES = [
    ("[quote=Kalle]det är sant[/quote]Nej!", "Nej!", "det är sant"),
    ("[quote]a[quote]b[/quote]c[/quote] d", "d", "a b c"),
    ("> de tar betalt\nFel!", "Fel!", "> de tar betalt"),
    ("> 100 kr är dyrt", "> 100 kr är dyrt", ""),
    ("Citat:\nUrsprungligen postat av X\nde ljuger\n\nHåller inte med", "Håller inte med", "de ljuger"),
    ("[quote] oavslutad", "[quote] oavslutad", ""),
    ("> bara citat", "> bara citat", ""),
    ("Hej\n--\nMvh Kalle", "Hej", ""),
]


@pytest.mark.parametrize(("text", "expected"), CLEANED)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(("text", "own", "quoted"), QUOTES)
def test_quotes_are_not_the_authors_own_words(text: str, own: str, quoted: str) -> None:
    parts = split_quotes(text)
    assert (parts.own.strip(), " ".join(parts.quoted.split())) == (own, quoted)


def test_model_text_hides_who_it_is_about(company: Company) -> None:
    text = "[quote=K]Open Infra ljuger[/quote]@openinfra @kalle99 Open Infras brev och Telia"
    assert model_text(text, company) == "@Företaget [användare] Företagets brev och Operatören"


@pytest.mark.parametrize("text", ["[quote]" * 15_000, "<" * 100_000, "a" * 100_000, "@" * 100_000, "[b=" * 30_000])
def test_a_hundred_thousand_characters_are_cut(company: Company, text: str) -> None:
    assert len(model_text(text, company)) <= MODEL_CHARS + 200


@given(st.text())
def test_cleaning_never_fails_and_leaves_nothing_hidden(text: str) -> None:
    cleaned = clean(text)
    assert not set(cleaned) & set("\x00\u202e\u200b\ufeff")
    assert (
        clean(cleaned) == cleaned
        or "&" in text
        or "<" in text
        or "[" in text
        or "http" in text.lower()
        or "www" in text
    )
    assert isinstance(model_text(text, OPEN_INFRA), str)
