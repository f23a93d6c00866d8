"""Step 7: rumour against correction, for the claims that are talked about, in every segment that they mislead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np
from numpy.typing import NDArray

from earlywarning import race as racing
from earlywarning.authors import SPREADING, count_once
from earlywarning.channels import Channel
from earlywarning.clock import Clock, activity, end_of, hour_of
from earlywarning.mailings import Mailing
from earlywarning.mailings import Segment as RaceSegment
from earlywarning.reach import ThreadViews, views_of_posts
from flows.channels import company_channels
from flows.desk import Desk
from flows.steps.watch import WatchPass, mailings_of
from warehouse.ledger import list_segments
from warehouse.races import list_races, save_races
from warehouse.records import Claim, Counterfactual, Race, RacePoint, Segment
from warehouse.watching import MatchedPost, thread_views

Floats = NDArray[np.float64]

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
    posts = [p for p in found.posts if p.stance in SPREADING and p.posted_at >= now - TALKED_OF]
    last: dict[str, datetime] = {}
    for (claim_id, _), old in latest.items():
        last[claim_id] = max(old.forecast_from, last.get(claim_id, old.forecast_from))
    due = [
        claim
        for claim in found.claims
        if any(post.claim_id == claim.claim_id for post in posts)
        and (claim.claim_id in crossed or claim.claim_id not in last or now - last[claim.claim_id] >= RENEWED)
    ]
    if not due:
        return list(latest.values())
    segments, mailings = list_segments(desk.con), [m for m in mailings_of(desk, now) if m.sent_at <= end_of(hour)]
    channels, threads = company_channels(desk.con), threads_of(desk.con, posts, now=now)
    for claim in due:
        mine = [post for post in posts if post.claim_id == claim.claim_id]
        misled = misled_segments(segments, claim)
        ran = run_segments(
            claim.claim_id, misled, mine, hour, mailings, found.clock, channels=channels, threads=threads
        )
        save_races(desk.con, ran)
        latest |= {(r.claim_id, r.segment.segment): r for r in ran}
    return list(latest.values())


def threads_of(
    con: duckdb.DuckDBPyConnection, posts: Iterable[MatchedPost], *, now: datetime
) -> dict[str, ThreadViews]:
    """Return what is known by now of the views of the threads that posts stand in."""
    found: dict[str, tuple[datetime, list[tuple[datetime, int]]]] = {}
    for thread, opened_at, seen_at, views in thread_views(con, sorted({post.thread_key for post in posts}), now=now):
        found.setdefault(thread, (opened_at, []))[1].append((seen_at, views))
    return {thread: ThreadViews(opened_at=at, seen=tuple(seen)) for thread, (at, seen) in found.items()}


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
    *,
    channels: Mapping[str, Channel] | None = None,
    threads: Mapping[str, ThreadViews] | None = None,
) -> Race:
    """Run one race as of the end of an hour; a mailing sent later is one that is planned."""
    return run_segments(claim_id, [segment], posts, hour, mailings, clock, channels=channels, threads=threads)[0]


def run_segments(
    claim_id: str,
    segments: Sequence[Segment],
    posts: Iterable[MatchedPost],
    hour: int,
    mailings: Sequence[Mailing],
    clock: Clock,
    *,
    channels: Mapping[str, Channel] | None = None,
    threads: Mapping[str, ThreadViews] | None = None,
) -> list[Race]:
    """Run a claim's races in all its segments at once."""
    hours = np.arange(hour - PAST_HOURS + 1, hour + 1)
    now = end_of(hour)
    counts, views, shown, sample = _counts(posts, int(hours[0]), threads or {})
    ran = racing.run_races(
        claim_id=claim_id,
        segments=[RaceSegment(segment=s.segment, name=s.name, customer_count=s.customer_count) for s in segments],
        hours_end=[now - timedelta(hours=PAST_HOURS - 1 - i) for i in range(PAST_HOURS)],
        counts=counts,
        activity=activity(clock, hours),
        ahead=activity(clock, hour + 1 + np.arange(AHEAD_HOURS)),
        mailings=mailings,
        views=views,
        shown=shown,
        view_sample=sample,
        channels=channels,
    )
    return [_record(one, segment) for one, segment in zip(ran, segments, strict=True)]


def _counts(
    posts: Iterable[MatchedPost], first: int, threads: Mapping[str, ThreadViews]
) -> tuple[Floats, Floats, Floats, list[float]]:
    """Return posts, views shown and posts that show them by hour, each author once a day; and the views of each."""
    counts, views, shown = (np.zeros(PAST_HOURS) for _ in range(3))
    threads_by = {(post.posted_at.timestamp(), post.author_key): post.thread_key for post in posts}
    counted = [(posted, author) for posted, author, _ in count_once({}, sorted(threads_by), ask=1)]
    stands = [(threads_by[said], datetime.fromtimestamp(said[0], tz=UTC)) for said in counted]
    sample = []
    for (posted, _), seen in zip(counted, views_of_posts(stands, threads), strict=True):
        place = int(posted // 3600) - first
        if 0 <= place < PAST_HOURS:
            counts[place] += 1
            if seen is not None:
                views[place], shown[place] = views[place] + seen, shown[place] + 1
                sample.append(seen)
    return counts, views, shown, sample


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
