"""Personal data: each kind in the forms that people write, and what only looks like it."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.company import Company
from nlp.redact.kinds import LABELS
from nlp.redact.numbers import is_birth, luhn
from nlp.redact.redactor import Redactor, make_redactor, redact
from tests.nlp.conftest import OPEN_INFRA

TAKEN = [
    ("personnummer", ["811228-9874", "19811228-9874", "198112289874", "811228+9874", "701063-2391", "19811228-XXXX"]),
    (
        "phone",
        [
            "070-123 45 67", "0701234567", "070 123 45 67", "+46 70 123 45 67", "+46(0)70-1234567", "0046701234567",
            "08-123 456 78", "08-12 34 56", "031-12 34 56", "0500-12 34 56", "08 123 456 78", "(08) 123 456 78",
            "070.123.45.67",
        ],
    ),
    ("email", ["kalle.svensson@gmail.com", "kalle (at) gmail.com", "kalle snabel-a hotmail punkt com"]),
    (
        "street_address",
        [
            "Storgatan 12 B", "storgatan 5b", "Norra vägen 3 lgh 1101", "Norra vägen 3 lgh 1101, 123 45 Ort",
            "Karl Johans gata 4", "Gamla Landsvägen 12", "S:t Eriksgatan 5, 113 43 Stockholm", "Kungsgatan 4 3 tr",
            "Box 1234, 111 22 Stockholm", "Björkhagen 14",
        ],
    ),
    ("customer_number", ["SE45 5000 0000 0583 9825 7466"]),
    ("username", ["@kalle99", "@kalle.bsky.social", "u/kalle_x"]),
]  # fmt: skip
NUMBERED = [
    ("kundnummer 1234567", "1234567"),
    ("mitt kundnr: 123-456", "123-456"),
    ("ordernr. A12345", "A12345"),
    ("OCR 12345678901", "12345678901"),
    ("bankgiro 123-4567", "123-4567"),
    ("ärendenummer #44521", "44521"),
]
KEPT = [
    "orgnr 556677-8899",
    "pris 499 kr, 5995 kr + 50 kr/mån, 1 234 567 kr, 10 000 kr",
    "2023-10-12, 12/10-2023, 08-12-2023, kl 08:00-17:00",
    "1000/1000 Mbit, IP 192.168.0.1, 0,5 procent",
    "kund sedan 2019, faktura 2023-10-01",
    "de gräver på Storgatan, 3 km bort på vägen 40",
    "811228-9875 är inget personnummer och 811328-9874 inget datum",
    "@openinfra och @Telia svarar inte",
    "möte @ 14 och/eller i morgon",
    "",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in TAKEN for text in texts])
def test_taken_whole_wherever_it_stands(company: Company, kind: str, text: str) -> None:
    for before, after in (("", ""), ("det är ", " tack"), ("(", ")"), ("ja: ", ", eller?")):
        whole = before + text + after
        (one,) = redact(whole, Redactor(company)).redactions
        assert (whole[one.start : one.end], one.kind) == (text, kind)


@pytest.mark.parametrize(("text", "number"), NUMBERED)
def test_account_numbers_need_their_word(company: Company, text: str, number: str) -> None:
    (one,) = redact(text, Redactor(company)).redactions
    assert (text[one.start : one.end], one.kind) == (number, "customer_number")


@pytest.mark.parametrize("text", KEPT)
def test_kept(company: Company, text: str) -> None:
    assert redact(text, Redactor(company)).text == text


def test_text_and_spans_agree(company: Company) -> None:
    done = redact("Ring 070-123 45 67 eller kalle@a.se", Redactor(company))
    assert done.text == "Ring [telefon] eller [e-post]"
    assert [(one.start, one.end) for one in done.redactions] == [(5, 18), (25, 35)]


def test_hidden_characters_hide_nothing(company: Company) -> None:
    text = "nr 070\u200b-123\u202e 45 67!"
    (one,) = redact(text, Redactor(company)).redactions
    assert (one.kind, text[one.start : one.end][:3], text[one.end :]) == ("phone", "070", "!")


def test_the_crawlers_redactor_pickles(company: Company) -> None:
    run = pickle.loads(pickle.dumps(make_redactor(company)))
    found = run(["sms:a 070-123 45 67 eller mejla a@b.se", "inget"])
    assert list(found) == [("sms:a [telefon] eller mejla [e-post]", ("email", "phone")), ("inget", ())]


def test_redacting_again_changes_nothing(company: Company) -> None:
    once = redact("Kalle Svensson, 070-123 45 67, Storgatan 5, @kalle99, kundnr 55521", Redactor(company)).text
    assert redact(once, Redactor(company)).text == once


@pytest.mark.parametrize(("digits", "is_valid"), [("8112289874", True), ("8112289875", False), ("7010632391", True)])
def test_luhn(digits: str, is_valid: bool) -> None:
    assert luhn(digits) is is_valid


def test_days_past_sixty_are_samordningsnummer() -> None:
    assert is_birth("70", "10", "63") and is_birth("00", "02", "29")
    assert not is_birth("70", "13", "01") and not is_birth("70", "10", "92") and not is_birth("70", "02", "60")


@pytest.mark.parametrize("piece", ["1 ", "0", "07 ", "kund ", "Aa ", "a@", "Nya ", "811228-9874 ", "SE12 ", "gatan 1 "])
def test_a_hundred_thousand_hostile_characters(company: Company, piece: str) -> None:
    done = redact(piece * (100_000 // len(piece)), Redactor(company))
    assert all(one.start < one.end for one in done.redactions)


@given(st.text(alphabet=st.sampled_from(list("0123456789 -+@.,gatanvägenKalle\u200b\u0301\x00")) | st.characters()))
def test_spans_lie_inside_apart_and_in_order(text: str) -> None:
    done = redact(text, Redactor(OPEN_INFRA))
    at, parts = 0, []
    for one in done.redactions:
        assert at <= one.start < one.end <= len(text)
        parts += [text[at : one.start], LABELS[one.kind]]
        at = one.end
    assert done.text == "".join([*parts, text[at:]])
