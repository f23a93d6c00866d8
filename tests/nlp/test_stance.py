"""Stance: Swedish cues, quotes that are not the author's, and abstaining."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nlp.clean import model_text
from nlp.encoder import Encoder, load_encoder
from nlp.stance import cues, is_signed, judge_stances
from tests.nlp.conftest import OPEN_INFRA

TINY = Path(__file__).parent / "tiny_model"
CLAIM = "Avgiften gäller alla kunder."


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(TINY, threads=1)


@pytest.mark.parametrize(
    ("text", "is_deny", "is_query"),
    [
        ("Nej, det gäller bara de som har paragrafen", True, False),
        ("det stämmer ju inte alls", True, False),
        ("Jo visst, och jorden är platt", True, False),
        ("Är det sant att alla ska betala?", False, True),
        ("Stämmer det att alla ska betala", False, True),
        ("Alla ska betala nu", False, False),
        ("ingen aning men dyrt blir det", False, False),
    ],
)
def test_cues(text: str, is_deny: bool, is_query: bool) -> None:
    found = cues(text, CLAIM)
    assert (found["deny"] > 0, found["query"] > 0) == (is_deny, is_query)


DENIALS = (
    *("Det stämmer faktiskt inte", "Stämmer ej", "Knappast sant", "inte korrekt", "Ej riktigt", "gäller enbart villor"),
    *(
        "gäller uteslutande",
        "är ett rykte",
        "Det var missförstånd",
        "Rent nonsens",
        "en LÖGN",
        "skitsnack!",
        "Påhittat",
    ),
    *(
        "sprider inte",
        "sprid inte",
        "felaktigt",
        "fel brev",
        "felutskick",
        "missuppfattat",
        "du har fel",
        "de hade fel",
    ),
    *("vi dementerar", "jorden är platt", "ja\nNej", "NÄÄÄ"),
)
QUERIES = (
    *("Stämmer det", "ÄR DET SANT", "är det så att", "Någon som vet", "nån som vet", "Vet någon", "vet nån"),
    *("Undrar om", "hur är det med", "Gäller detta oss?", "Har ni fått det?", "har nån hört?", "kan det vara så?"),
)


@pytest.mark.parametrize("text", DENIALS + QUERIES)
@pytest.mark.parametrize(
    "change", [str, str.upper, lambda text: f"Jo.\n{text}\nHälsningar", lambda text: text + " alls"]
)
def test_every_cue_is_found_however_it_is_written(text: str, change: Callable[[str], str]) -> None:
    found = cues(change(text), CLAIM)
    assert found["deny" if text in DENIALS else "query"] >= 1


def test_a_cue_that_the_claim_itself_holds_says_nothing() -> None:
    assert cues("Priset gäller bara nya kunder", "Priset gäller bara nya kunder.")["deny"] == 0


def test_a_quote_is_not_the_authors_stance(encoder: Encoder) -> None:
    own = "Jag betalar gärna, inga problem här."
    quoting = f"[quote]Nej det stämmer inte![/quote]{own}"
    one, other = judge_stances([(CLAIM, own), (CLAIM, quoting)], encoder=encoder, company=OPEN_INFRA)
    assert one == other


def test_unsure_is_a_comment_that_keeps_its_probabilities(encoder: Encoder) -> None:
    texts = [f"post nummer {n} om avgiften" for n in range(40)]
    found = judge_stances([(CLAIM, text) for text in texts], encoder=encoder, company=OPEN_INFRA)
    limit = encoder.meta.stance_abstain
    for one in found:
        best = max(one.scores, key=lambda label: one.scores[label])
        assert one.is_sure == (one.score >= limit)
        assert one.stance == (best if one.is_sure else "comment")
        assert sum(one.scores.values()) == pytest.approx(1, abs=1e-3)


def test_no_pairs_no_stances(encoder: Encoder) -> None:
    assert judge_stances([], encoder=encoder, company=OPEN_INFRA) == []


SIGNED = [
    "Hej! Vi på Open Infra vill förtydliga att avgiften bara gäller vissa avtal.",
    "Avgiften gäller bara er som har paragrafen. /Anna, Open Infra",
    "Det stämmer inte.\nMvh Johan på Open Infra",
    "Läs mer på vår sida. Hälsningar Open Infra Kundservice",
    "Jag jobbar på Open Infra och avgiften gäller inte alla.",
    "Höjningen gäller inte alla. Open Infra",
    "Hej! Vi ser över saken.\nOpen Infra",
]
NOT_SIGNED = [
    "Vi på gatan har alla Open Infra",
    "Vi som är kunder hos Open Infra betalar",
    "Min granne jobbar på Open Infra och säger att alla ska betala",
    "Hälsa Open Infra att de kan dra",
    "Telia/Open Infra höjer",
    "Två dygn utan nät. Tack Open Infra",
    "Aldrig mer. Aldrig mer Open Infra.",
    "Fick svar från Open Infra: alla ska betala",
    "",
]


@pytest.mark.parametrize(("text", "expected"), [*((t, True) for t in SIGNED), *((t, False) for t in NOT_SIGNED)])
def test_the_companys_own_people_sign(text: str, expected: bool) -> None:
    assert is_signed(model_text(text, OPEN_INFRA)) is expected


def test_the_company_never_supports_or_asks_and_no_probability_is_lost(encoder: Encoder) -> None:
    texts = [f"avgiften gäller alla {n} kunder{'?' * (n % 2)}" for n in range(40)]
    pairs = [(CLAIM, text) for text in texts]
    theirs = judge_stances(pairs, encoder=encoder, company=OPEN_INFRA)
    ours = judge_stances(pairs, encoder=encoder, company=OPEN_INFRA, official=[True] * 40)
    assert {"support", "query"} & {one.stance for one in theirs} and {one.stance for one in ours} <= {"deny", "comment"}
    for one, other in zip(theirs, ours, strict=True):
        moved = sum(one.scores[label] for label in ("support", "deny", "query"))
        assert other.scores["deny"] == pytest.approx(moved, abs=1e-3) and other.scores["support"] == 0
