"""A quote of a registered mailing opens a watch at once; places teach the clock; both are remembered."""

from datetime import timedelta
from pathlib import Path

import pytest

from flows.cli.ledger import read_letter
from flows.errors import UsageError
from flows.steps import rhythm
from flows.steps.quotes import SUBJECT, find_quotes
from flows.steps.watch import mailings_of
from tests.flows.desks import a_desk, land, one_pass, told
from tests.warehouse.landings import T0
from warehouse import watching
from warehouse.ledger import put_mailings
from warehouse.records import Mailing

LETTER = (
    "Information om ändrade villkor. Från och med den 1 januari 2024 tillkommer en avgift för drift och underhåll om "
    "49 kronor per månad. Avgiften faktureras kvartalsvis. Ring 0771-123 456 om du har frågor."
)
TYPED_OFF = "Fick brev: 'från och med 1 janauri 2024 tilkommer en avgift för drift och underhål om 49 kronor per månad'"
TALK = "Open Infra tar visst ut 49 kr av alla, är det någon mer som har hört det?"


def a_mailing(**changes):
    given = {
        "mailing_id": "brev",
        "channel": "letter_economy",
        "segment": "villa",
        "recipient_count": 2400,
        "sent_at": T0,
        "text": LETTER,
    }
    return Mailing(**{**given, **changes})


def test_the_first_quote_is_told_once_typos_and_all(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        put_mailings(desk.con, [a_mailing()])
        at = T0 + timedelta(days=2)
        land(desk, "a", [told(1, TALK, at), told(2, TYPED_OFF, at), told(3, LETTER, T0 - timedelta(days=1))])
        first = one_pass(desk, at + timedelta(hours=1))
        assert [(a.kind, a.severity, a.subject_id) for a in first.news if a.kind == "mailing"] == [
            ("mailing", "watch", "brev")
        ]
        assert "brev (ekonomi)" in next(a.reason for a in first.news if a.kind == "mailing")
        land(desk, "b", [told(4, LETTER, at + timedelta(hours=2))])
        assert [a for a in one_pass(desk, at + timedelta(hours=3)).news if a.kind == "mailing"] == []
        states = watching.get_states(desk.con, now=desk.now)
        assert list(states[SUBJECT][1]["quoted"]) == ["brev"]
        assert states[rhythm.SUBJECT][1]["hour"] is not None


def test_a_mailing_that_is_registered_late_finds_the_quotes_that_were_there(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        at = T0 + timedelta(days=1)
        land(desk, "a", [told(1, TYPED_OFF, at)])
        desk.turn_to(at + timedelta(hours=1))
        found, memory = find_quotes(desk, None, mailings=[], now=desk.now)
        assert found == []
        put_mailings(desk.con, [a_mailing()])
        later = at + timedelta(days=1)
        found, memory = find_quotes(desk, (desk.now, memory), mailings=mailings_of(desk, later), now=later)
        assert [quote.post.posted_at for quote in found] == [at]
        assert find_quotes(desk, (later, memory), mailings=mailings_of(desk, later), now=later)[0] == []


def test_what_we_publish_ourselves_and_what_says_nothing_of_its_own_is_no_quote(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        at = T0 + timedelta(days=1)
        land(desk, "a", [told(1, LETTER, at)])
        now = at + timedelta(hours=1)
        mailings = [
            a_mailing(mailing_id="post", channel="thread_post"),
            a_mailing(mailing_id="empty", text=" "),
            a_mailing(mailing_id="later", sent_at=at + timedelta(minutes=5)),
        ]
        put_mailings(desk.con, mailings)
        assert find_quotes(desk, None, mailings=mailings_of(desk, now), now=now)[0] == []


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), (b"\xff\xfe", "not UTF-8"), (b" \n", "is empty")]
)
def test_a_letter_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "letter.txt").write_bytes(content)
    with pytest.raises(UsageError, match=said):
        read_letter(tmp_path / "letter.txt")
