"""Quotes of a letter are found with their typos, and ordinary posts are not."""

from __future__ import annotations

import pytest

from earlywarning.fingerprint import fingerprint, is_quote, quotes

LETTER = """Hej!

Från och med den 1 november 2023 höjer vi underhållsavgiften till 149 kr per månad för er fiberanslutning.
Avgiften faktureras kvartalsvis i förskott tillsammans med er bredbandstjänst.
Har ni frågor är ni välkomna att kontakta kundtjänst på 0771-123 45 67.

Med vänliga hälsningar
Bolaget"""
PRINT = fingerprint(LETTER)


def kinds(text: str) -> set[str]:
    return {match.kind for match in quotes(text, PRINT)}


@pytest.mark.parametrize(
    "post",
    [
        "Fick brev idag: 'Avgiften faktureras kvartalsvis i förskott tillsammans med er bredbandstjänst.' Va?",
        "de skriver att avgiften faktureas kvartalsvis i förskot tillsamans med er bredbandstjänst",  # typos
        "AVGIFTEN FAKTURERAS KVARTALSVIS I FÖRSKOTT TILLSAMMANS MED ER BREDBANDSTJÄNST!!!",
        "höjer vi underhållsavgiften till 149 kr per månad för er fiberanslutning, står det",  # half a sentence
        "nån som vet vem som har nr 0771 12 34 567?",
        "Tydligen 149:- från 1/11, stämmer det?",
        "underhållsavgift på 149 kronor, är det lagligt?",
    ],
)
def test_quotes_are_found(post: str) -> None:
    assert is_quote(quotes(post, PRINT))


@pytest.mark.parametrize(
    "post",
    [
        "Hej! Med vänliga hälsningar",
        "Jag betalar 149 kr för mitt mobilabonnemang",
        "Vi ses den 1 november",
        "Någon som har problem med bredbandet i kväll? Det har legat nere sedan i går och kundtjänst svarar inte.",
        "Har ni frågor är ni välkomna",
        "",
        "ring 08-123 45 67",
    ],
)
def test_ordinary_posts_are_not(post: str) -> None:
    assert not is_quote(quotes(post, PRINT))


def test_facts_are_read_in_their_forms() -> None:
    assert "sum" in kinds("1 149 kr eller 149:-")
    assert kinds("1 149 kr") == set()
    assert kinds("149,50 kr") == set()
    assert kinds("149,00 kr") == {"sum"}
    assert kinds("2023-11-01") == kinds("1 nov") == kinds("1/11") == {"date"}
    assert kinds("+46 771-123 45 67") == {"phone"}
    assert kinds("underhållsavgiftens storlek") == {"fee"}


def test_sentences_that_stand_in_every_letter_tell_nothing() -> None:
    same = fingerprint(LETTER, ignore=[LETTER.replace("149", "99").replace("1 november", "1 mars")])
    assert len(same.sentences) < len(PRINT.sentences)
    assert not is_quote(quotes("avgiften faktureras kvartalsvis i förskott tillsammans med er bredbandstjänst", same))


@pytest.mark.parametrize(
    "text", ["111 " * 100_000, "0" * 400_000, "a" * 400_000 + "avgift", "0 0-" * 100_000, "1/" * 200_000]
)
def test_hostile_text_is_cut_short_and_is_no_quote(text: str) -> None:
    assert not is_quote(quotes(text, PRINT))
