"""The digest's time to parity is the same from what was kept as from all posts, and reads no more than is new."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from earlywarning.uptake import uptake
from flows.desk import Desk
from flows.steps import parity
from flows.steps.annotate import annotate
from flows.steps.match import match
from flows.steps.parity import hours_to_parity
from tests.flows.desks import a_desk, land, told
from tests.warehouse.landings import T0
from warehouse import watching
from warehouse.keys import post_key
from warehouse.labels import judge
from warehouse.ledger import put_claim
from warehouse.records import Claim
from warehouse.watching import matched_posts

DAY = timedelta(days=1)
CLAIM = "om"


def say(desk: Desk, number: int, at: timedelta, stance: str) -> None:
    """Land a post that a person reads as a stance to the claim."""
    post = told(number, f"Open Infra, nummer {number}.", T0 + at)
    land(desk, f"p{number}", [post])
    key = post_key("forum", post.post_id)
    judge(desk.con, key, task="stance", labels=[stance], claim_id=CLAIM, by="Anna", at=post.seen_at)


def whole(desk: Desk) -> float | None:
    """Return the hours to parity from all posts on the claim."""
    posts = [(p.posted_at, p.author_key, p.stance) for p in matched_posts(desk.con, now=desk.now)]
    return uptake(posts, now=desk.now).hours_to_parity


def test_from_day_to_day_it_is_as_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, by_day = [], {}

    def counted(con, **given):
        found = matched_posts(con, **given)
        asked.append(len(found))
        return found

    monkeypatch.setattr(parity.watching, "matched_posts", counted)
    with a_desk(tmp_path / "data") as desk:
        put_claim(desk.con, Claim(claim_id=CLAIM, statement="Alla ska betala.", truth="Nej.", created_at=T0 - DAY))
        said = {0: "support", 1: "support", 2: "deny", 9: "support", 10: "deny", 11: "deny", 12: "deny", 13: "support"}
        for day in range(18):
            if day in said:
                say(desk, day, day * DAY, said[day])
            if day == 15:  # seen late, and long before what is kept
                say(desk, 900, 1.5 * DAY, "deny")
            if day == 16:  # what was a denial is none, a person says
                key = post_key("forum", "p11")
                judge(desk.con, key, task="stance", labels=["comment"], claim_id=CLAIM, by="Bo", at=T0 + 16 * DAY)
            desk.turn_to(T0 + day * DAY + timedelta(hours=2))
            annotate(desk)
            match(desk)
            found = hours_to_parity(desk.con, [CLAIM], now=desk.now, keep=True)[CLAIM]
            assert found == (pytest.approx(whole(desk)) if whole(desk) is not None else None), day
            assert hours_to_parity(desk.con, [CLAIM], now=desk.now)[CLAIM] == found, "and asked again"
            by_day[day] = found
        assert by_day[11] is None and by_day[12] == by_day[15] == pytest.approx(12 * 24.0)
        assert by_day[16] is None, "two denials are left within three days"
        assert max(asked) <= 9
        for day in range(40, 46):
            desk.turn_to(T0 + day * DAY)
            asked.clear()
            hours_to_parity(desk.con, [CLAIM], now=desk.now, keep=True)
        assert sum(asked) == 0, "nothing new, nothing read"
        assert (
            watching.get_states(desk.con, now=desk.now)[parity.SUBJECT][1][CLAIM]["until"] > (T0 + 39 * DAY).timestamp()
        )
        assert hours_to_parity(desk.con, [], now=desk.now, keep=True) == {}
        assert watching.get_states(desk.con, now=desk.now)[parity.SUBJECT][1] == {}, "no author is remembered for long"
