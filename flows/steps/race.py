"""Step 7: rumour against correction, for the claims that are talked about, in every segment that they mislead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from earlywarning import race as racing
from earlywarning.authors import SPREADING, count_once
from earlywarning.clock import Clock, activity, end_of, hour_of
from earlywarning.mailings import Mailing
from earlywarning.mailings import Segment as RaceSegment
from flows.desk import Desk
from flows.steps.watch import WatchPass, mailings_of
from warehouse.ledger import list_segments
from warehouse.races import list_races, save_races
from warehouse.records import Claim, Counterfactual, Race, RacePoint, Segment
from warehouse.watching import MatchedPost

PAST_HOURS = 672
AHEAD_HOURS = 168
TALKED_OF = timedelta(days=28)
"""A claim that nobody has spread for so long runs no race."""
RENEWED = timedelta(hours=20)
"""A race is run anew once a day, and at once when the alarm has something to say."""


def race(desk: Desk, found: WatchPass) -> list[Race]:
    """Run the races that are due, save them, and return the latest race of every claim and segment.

    Of races that were run before only the heads are read: nobody after this step looks at their points.
    """
    now, hour = found.at, hour_of(found.at) - 1
    latest = {(r.claim_id, r.segment.segment): r for r in list_races(desk.con, now=now, is_whole=False)}
    crossed = {crossing.claim_id for crossing in found.crossings}
    posts = [post for post in found.posts if post.stance in SPREADING]
    segments, mailings = list_segments(desk.con), [m for m in mailings_of(desk, now) if m.sent_at <= end_of(hour)]
    for claim in found.claims:
        mine = [p for p in posts if p.claim_id == claim.claim_id and p.posted_at >= now - TALKED_OF]
        last = max((r.forecast_from for key, r in latest.items() if key[0] == claim.claim_id), default=None)
        if mine and (claim.claim_id in crossed or last is None or now - last >= RENEWED):
            ran = [
                run_segment(claim.claim_id, segment, mine, hour, mailings, found.clock)
                for segment in misled_segments(segments, claim)
            ]
            save_races(desk.con, ran)
            latest |= {(r.claim_id, r.segment.segment): r for r in ran}
    return list(latest.values())


def misled_segments(segments: Iterable[Segment], claim: Claim) -> list[Segment]:
    """Return the segments that the claim is not true for; none when a person has called it true."""
    return [segment for segment in segments if claim.verdict != "true" and segment.segment not in claim.segments]


def run_segment(
    claim_id: str,
    segment: Segment,
    posts: Iterable[MatchedPost],
    hour: int,
    mailings: Sequence[Mailing],
    clock: Clock,
) -> Race:
    """Run one race as of the end of an hour; a mailing sent later is one that is planned."""
    hours = np.arange(hour - PAST_HOURS + 1, hour + 1)
    now = end_of(hour)
    ran = racing.run_race(
        claim_id=claim_id,
        segment=RaceSegment(segment=segment.segment, name=segment.name, customer_count=segment.customer_count),
        hours_end=[now - timedelta(hours=PAST_HOURS - 1 - i) for i in range(PAST_HOURS)],
        counts=_counts(posts, int(hours[0])),
        activity=activity(clock, hours),
        ahead=activity(clock, hour + 1 + np.arange(AHEAD_HOURS)),
        mailings=mailings,
    )
    return _record(ran, segment)


def _counts(posts: Iterable[MatchedPost], first: int) -> NDArray[np.float64]:
    """Return posts per hour [PAST_HOURS], each author once a day."""
    counts = np.zeros(PAST_HOURS)
    said = sorted((post.posted_at.timestamp(), post.author_key) for post in posts)
    for posted, _, _ in count_once({}, said, ask=1):
        place = int(posted // 3600) - first
        if 0 <= place < PAST_HOURS:
            counts[place] += 1
    return counts


def _record(ran: racing.Race, segment: Segment) -> Race:
    return Race(
        claim_id=ran.claim_id,
        segment=segment,
        forecast_from=ran.forecast_from,
        points=tuple(RacePoint(**{name: getattr(p, name) for name in RacePoint.__slots__}) for p in ran.points),
        lead_hours_low=ran.lead_hours_low,
        lead_hours=ran.lead_hours,
        lead_hours_high=ran.lead_hours_high,
        rumour_leads_24h=ran.rumour_leads_24h,
        rumour_leads_48h=ran.rumour_leads_48h,
        rumour_leads_168h=ran.rumour_leads_168h,
        counterfactuals=tuple(
            Counterfactual(**{name: getattr(c, name) for name in Counterfactual.__slots__}) for c in ran.counterfactuals
        ),
    )
