"""Whoever was reached stays reached: by what is kept from pass to pass, the same as read anew, and on the board."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from flows.board.sight import Sight
from flows.board.store import Snapshot
from flows.board.whatif import what_if
from flows.desk import Desk
from flows.steps.alert import alert
from flows.steps.earlier import SUBJECT, read_earlier
from flows.steps.race import past_from, race
from flows.steps.watch import watch
from tests.flows.desks import a_desk, land, told
from tests.warehouse.landings import T0
from warehouse import watching
from warehouse.channel_logs import LogDelay, put_log
from warehouse.keys import post_key
from warehouse.labels import judge
from warehouse.ledger import put_claim, put_mailings, put_segments
from warehouse.matches import Match, save_matches
from warehouse.publish import publish
from warehouse.races import list_races
from warehouse.records import Claim, Mailing, Post, Race, Segment

CLAIM = "om"
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Return a desk with one claim and one segment."""
    with a_desk(tmp_path, model=None) as found:
        put_segments(found.con, [Segment(segment="villa", name="Villor", customer_count=20_000)])
        put_claim(found.con, Claim(claim_id=CLAIM, statement="Alla ska betala.", truth="Nej.", created_at=T0))
        yield found


def say(desk: Desk, name: str, posts: Sequence[Post]) -> None:
    """Load posts and hold them to spread the claim, as of when they were seen."""
    land(desk, name, posts)
    revisions = dict(desk.con.execute("SELECT post_key, revision FROM post").fetchall())
    held = [(key, revisions[key]) for key in (post_key("forum", post.post_id) for post in posts)]
    found = [Match(post_key=key, revision=r, claim_id=CLAIM, tier="auto", stance="support") for key, r in held]
    save_matches(desk.con, held, found, model="m", version="v1", at=max(post.seen_at for post in posts))


def a_pass(desk: Desk, now: datetime) -> Race:
    """Do the steps from watching to alerting, and return the race."""
    desk.turn_to(now)
    found = watch(desk)
    races = race(desk, found)
    alert(desk, found, races)
    return list_races(desk.con, now=now)[0]


def now_of(ran: Race) -> float:
    """Return the reach as of the race's own hour."""
    return max((p for p in ran.points if p.at <= ran.forecast_from), key=lambda p: p.at).reach


def posts_of(days: range, a_day: int = 2) -> list[Post]:
    """Return so many posts a day, each day in a thread of its own."""
    return [
        told(
            10 * d + i,
            f"Alla ska betala, sa grannen {d} {i}.",
            T0 + d * DAY + timedelta(hours=2 * i),
            thread_id=f"d{d}",
        )
        for d in days
        for i in range(a_day)
    ]


def same_as_read_anew(desk: Desk, now: datetime) -> bool:
    """Return whether what was kept of the claim is what all its posts say."""
    kept = watching.get_states(desk.con, now=now)[SUBJECT][1][CLAIM]
    anew = read_earlier(desk.con, [CLAIM], until=kept["until"], now=now)[CLAIM].to_dict()
    return {name: kept[name] for name in anew} == anew


def test_reach_does_not_fall_when_posts_grow_older_than_the_race_looks_back(desk: Desk) -> None:
    reached: list[float] = []
    last = 0
    for day in (20, 27, 40, 41, 75):
        # Talk for three weeks, then hardly any.
        say(desk, f"d{day}", posts_of(range(last, min(day, 21))) + posts_of(range(day - 1, day), 1))
        reached.append(now_of(a_pass(desk, T0 + day * DAY)))
        assert day < 30 or same_as_read_anew(desk, T0 + day * DAY)
        last = day
    assert reached[0] > 0.1
    # The draws' own noise is a few hundredths of the reach.
    assert all(later >= 0.93 * earlier for earlier, later in pairwise(reached))
    assert reached[-1] >= reached[0]


def test_what_is_said_of_old_posts_later_is_heard(desk: Desk) -> None:
    say(desk, "a", posts_of(range(40)))
    now = T0 + 40 * DAY
    a_pass(desk, now)
    count = sum(
        n
        for n, _ in read_earlier(desk.con, [CLAIM], until=past_from(_hour(now)) // 24, now=now)[CLAIM].threads.values()
    )
    late = told(9000, "Alla ska betala, sa de för länge sedan.", T0 + DAY, thread_id="late", seen_at=now + 0.1 * DAY)
    say(desk, "b", [late, *posts_of(range(40, 41))])
    a_pass(desk, now + DAY)
    assert same_as_read_anew(desk, now + DAY)
    key = post_key("forum", "p10")
    judge(desk.con, key, task="match", labels=["unrelated"], by="Karin", at=now + 1.1 * DAY, claim_id=CLAIM)
    say(desk, "c", posts_of(range(41, 42)))
    a_pass(desk, now + 2 * DAY)
    assert same_as_read_anew(desk, now + 2 * DAY)
    kept = watching.get_states(desk.con, now=now + 2 * DAY)[SUBJECT][1][CLAIM]["threads"]
    assert sum(n for n, _ in kept.values()) == count + 2 * 2 + 1 - 1, "two days more, one late, one not about it"


def test_a_past_moment_looked_at_again_gives_the_same_race(desk: Desk) -> None:
    for day in (35, 36, 37):
        say(desk, f"d{day}", posts_of(range(0 if day == 35 else day - 1, day)))
        before = a_pass(desk, T0 + day * DAY)
    desk.con.execute("DELETE FROM race_run")
    desk.turn_to(T0 + 37 * DAY)
    race(desk, watch(desk))
    assert list_races(desk.con, now=desk.now)[0] == before, "what was kept gives the same again"
    desk.con.execute("DELETE FROM race_run")
    desk.con.execute("DELETE FROM alarm_state WHERE subject_id = $subject", {"subject": SUBJECT})
    race(desk, watch(desk))
    assert list_races(desk.con, now=desk.now)[0] == before, "and so does reading it anew"


def test_a_pass_reads_no_more_of_the_past_however_long_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = watching.matched_posts

    def counting(con, **given):
        found = real(con, **given)
        asked.append(len(found))
        return found

    monkeypatch.setattr(watching, "matched_posts", counting)
    say(desk, "a", posts_of(range(150)))
    a_pass(desk, T0 + 150 * DAY)
    say(desk, "b", posts_of(range(150, 151)))
    a_pass(desk, T0 + 151 * DAY)
    say(desk, "c", posts_of(range(151, 152)))
    asked.clear()
    a_pass(desk, T0 + 152 * DAY)
    assert sum(asked) < 2 * 64, "two months of two posts a day, not five"


def test_the_board_answers_what_the_digest_says(desk: Desk, tmp_path: Path) -> None:
    """By the company's own curve, the views that threads show, and what spread before the race looks back."""
    posts = posts_of(range(40))
    say(desk, "a", [told(9001, "Tråd", T0, thread_id="d3", view_count=10), *posts])
    again = told(9001, "Tråd", T0, thread_id="d3", view_count=4_000, seen_at=T0 + 39 * DAY)
    land(desk, "again", [again])
    delays = [LogDelay(part="read", delay=30.0, is_observed=True, recipient_count=90.0)]
    delays.append(LogDelay(part="read", delay=500.0, is_observed=False, recipient_count=10.0))
    put_log(desk.con, delays, channel="email", name="ours", recipient_count=100, at=T0)
    sent = Mailing(
        mailing_id="m",
        channel="email",
        segment="villa",
        recipient_count=4000,
        sent_at=T0 + 39 * DAY,
        text="",
        corrects=CLAIM,
    )
    put_mailings(desk.con, [sent])
    now = T0 + 40 * DAY + timedelta(minutes=20)
    told_by_digest = {c.action: c for c in a_pass(desk, now).counterfactuals}
    publish(desk.con, tmp_path / "published.duckdb")
    # Nothing that comes after the pass may change what it says of it.
    later = told(9002, "Alla ska betala.", T0 + 39.9 * DAY, thread_id="d39", seen_at=now + timedelta(hours=3))
    say(desk, "later", [later])
    put_log(desk.con, delays[:1], channel="email", name="later", recipient_count=90, at=now + timedelta(hours=3))

    class Held:
        """A snapshot that keeps nothing."""

        def kept(self, key, make, *, seconds=None):
            return make(desk.con)

    class Seen:
        snapshot = cast(Snapshot, Held())

    (ran,) = list_races(desk.con, now=now)
    for way in ("email", "thread_post", "email_and_thread_post"):
        found = what_if(cast(Sight, Seen()), ran, way, 0)
        assert found is not None
        assert (found.planned.people_days, found.answered.people_days) == pytest.approx(
            (told_by_digest["planned"].people_days, told_by_digest[way].people_days)
        ), way


def _hour(now: datetime) -> int:
    return int(now.timestamp() // 3600) - 1
