"""Person names in forum text: how they are written, and what is nobody's name."""

import json
from pathlib import Path

import pytest

from nlp.company import Company
from nlp.redact.names import FREQUENT, GIVEN, PATTERN, PLACE, SURNAME, WORD, flags_of
from nlp.redact.persons import find_persons
from nlp.redact.redactor import Redactor, redact

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "training" / "data" / "persons_gold.jsonl"
FLOORS = json.loads((ROOT / "tests" / "gold" / "floors.json").read_text(encoding="utf-8"))

NAMED = [
    ("Pratade med Anna Lindström på kundtjänst igår", ["Anna Lindström"]),
    ("säljaren micke lovade att det var gratis", ["micke"]),
    ("Mvh Lars-Erik Svensson", ["Lars-Erik Svensson"]),
    ("Annas hus har ingen fiber", ["Annas"]),
    ("Fick svar av M. Sjödahl", ["M. Sjödahl"]),
    ("handläggaren Cecilia von Platen har slutat", ["Cecilia von Platen"]),
    ("grannen Mohammed Al-Hassan fick samma brev", ["Mohammed Al-Hassan"]),
    ("Jens fixar routern", ["Jens"]),
    ("min dotter Björk och Per Modig", ["Per Modig"]),
    ("Tack Erik och Kerstin!", ["Erik", "Kerstin"]),
]
NOBODY = [
    "Open Infra och Telia tar 50 kr per månad",
    "hans router är trasig och dyr",
    "Konsumentverket och Skatteverket svarar",
    "Vi bor i Göteborg och har fiber från Bahnhof",
    "De gräver på Karl Johans gata hela veckan",
    "Köpte en switch på Clas Ohlson",
    "Brevet kom i maj och fakturan i juni",
    "",
]


@pytest.mark.parametrize(("text", "names"), NAMED)
def test_names_as_forums_write_them(company: Company, text: str, names: list[str]) -> None:
    found = [text[one.start : one.end] for one in find_persons([text], company)[0]]
    assert set(names) <= set(found)


@pytest.mark.parametrize("text", NOBODY)
def test_nobodys_names(company: Company, text: str) -> None:
    assert find_persons([text], company) == [[]]


def test_a_company_that_bears_a_name_is_no_person() -> None:
    company = Company(name="Lindström Fiber", operators=("Anderssons Nät",))
    assert find_persons(["Lindström Fiber och Anderssons Nät höjer avgiften"], company) == [[]]


def test_names_and_numbers_are_taken_together(company: Company) -> None:
    done = redact("Anna Lindström, 070-123 45 67, Storgatan 5, ville inte svara", Redactor(company))
    assert done.text == "[person], [telefon], [adress], ville inte svara"


def test_a_text_alone_and_among_others_has_the_same_names(company: Company) -> None:
    texts = [text for text, _ in NAMED] + NOBODY
    assert find_persons(texts, company) == [find_persons([text], company)[0] for text in texts]


def test_what_the_lexicon_knows() -> None:
    assert flags_of("Anna") & GIVEN and flags_of("KERSTINS") & FREQUENT and not flags_of("Anna") & WORD
    assert flags_of("per") & WORD and flags_of("Per") & FREQUENT
    assert flags_of("Göteborg") & PLACE and flags_of("Svenssons") & SURNAME
    assert flags_of("Ullabergström") == PATTERN and flags_of("qzxw") == 0


def test_recall_on_written_forum_text_holds_its_floor(company: Company) -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    found = find_persons([row["text"] for row in rows], company)
    whole = taken = missed = 0
    for row, spans in zip(rows, found, strict=True):
        covered = {at for one in spans for at in range(one.start, one.end)}
        names = [{at for at in range(*span) if row["text"][at].isalpha()} for span in row["persons"]]
        whole += sum(name <= covered for name in names)
        missed += sum(not name <= covered for name in names)
        taken += sum(not any(a < one.end and one.start < b for a, b in row["persons"]) for one in spans)
    assert whole / (whole + missed) >= FLOORS["nlp.person_recall"]
    assert 1 - taken / sum(map(len, found)) >= FLOORS["nlp.person_precision"]
