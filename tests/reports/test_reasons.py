"""An alert's reason is said in the reader's language from its facts; alerts of before facts say what they said."""

from __future__ import annotations

import json
import re
import string
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reports.board.speech import Speech, catalogue
from reports.reasons import WHY, reason_of, said

SV, EN = (Speech(language, ZoneInfo("Europe/Stockholm")) for language in ("sv", "en"))
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "alarm": (
        {"people": 7, "usual": 3.24},
        "7 personer spred eller frågade om påståendet på ett dygn; i vanliga fall är det i snitt högst 3,2.",
        "7 people spread or asked about the claim in a day; ordinarily it is at most 3.2 on average.",
    ),
    "cluster": (
        {"people": 4, "usual": 0.5, "words": ["router", "överhettas"]},
        "4 personer har på ett dygn skrivit om samma sak (”router” och ”överhettas”), som inget registrerat påstående "
        "förklarar; i vanliga fall är det i snitt högst 0,5.",
        "4 people have written about the same thing (“router” and “överhettas”) in a day, and no registered claim "
        "explains it; ordinarily it is at most 0.5 on average.",
    ),
    "topic": (
        {"people": 1, "usual": 2, "topic": "price"},
        "1 person skrev på ett dygn negativt om ämnet pris och avgifter; i vanliga fall är det i snitt högst 2,0.",
        "1 person wrote against us on the topic prices and fees in a day; ordinarily it is at most 2.0 on average.",
    ),
    "mismatch": (
        {"people": 12400, "segments": ["Villor", "BRF Linden"]},
        "Ingen rättelse går till villor och BRF Linden (12 400 kunder), där påståendet kan tas för sant.",
        "No correction goes to villor and BRF Linden (12,400 customers), where the claim may be taken for true.",
    ),
    "void": (
        {"questions": 1, "usual": 0.1},
        "1 fråga på ett dygn, mot 0,1 en vanlig dag, och vi har inte sagt något om saken.",
        "1 question in a day, against 0.1 on an ordinary day, and we have said nothing about it.",
    ),
    "mailing": (
        {
            "mailing": "brev-okt", "channel": "letter_economy", "sent_at": "2023-10-13T12:00:00+00:00",
            "source": "flashback", "quote": "Avgiften {0} börjar gälla",
        },
        "Vårt utskick brev-okt (brev (ekonomi), 13 oktober kl. 14.00) citeras på flashback: ”Avgiften {0} börjar "
        "gälla”. Det är det första citatet; fler brukar följa.",
        "Our mailing brev-okt (letter (economy), 13 October, 14:00) is quoted on flashback: “Avgiften {0} börjar "
        "gälla”. It is the first quote; more usually follow.",
    ),
    "silence": (
        {"source": "flashback", "hours": 30.2},
        "flashback har inte lästs på 30 timmar.",
        "flashback has not been read for 30 hours.",
    ),
    "never": ({"source": "flashback"}, "flashback har aldrig kunnat läsas.", "flashback has never been read."),
    "unseen": (
        {"source": "flashback", "said": {"sv": "inget inlägg senaste dygnet.", "en": "no posts."}},
        "flashback: inget inlägg senaste dygnet.",
        "flashback: no posts.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    reason: str
    facts: str


def test_every_reason_has_a_case_and_its_words_in_both_languages() -> None:
    assert CASES.keys() == WHY.keys() == catalogue("sv")["reason"].keys() == catalogue("en")["reason"].keys()
    for why, (facts, *_) in CASES.items():
        wanted = {name for _, name, _, _ in string.Formatter().parse(catalogue("sv")["reason"][why]) if name}
        assert wanted == WHY[why](facts, SV).keys(), why


@pytest.mark.parametrize("why", CASES)
def test_it_is_said_in_the_reader_s_language(why: str) -> None:
    facts, swedish, english = CASES[why]
    kept = Told("what was said when it was raised", json.dumps({"why": why, **facts}))
    told = [re.sub(r"\s", " ", reason_of(kept, speech)) for speech in (SV, EN)]
    assert told == [swedish, english]


def test_an_alert_without_facts_or_with_facts_that_we_do_not_know_says_what_it_said() -> None:
    for facts in ("", '{"why": "of a later version", "people": 3}'):
        assert reason_of(Told("Sju personer på ett dygn.", facts), EN) == "Sju personer på ett dygn."
    with pytest.raises(KeyError):
        said({"why": "alarm", "people": 3}, SV)
