"""Step 7: rumour against correction, for the claims that are talked about, in every segment that they mislead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from earlywarning import race as racing
from earlywarning.authors import SPREADING, count_once
from earlywarning.channels import Channel
from earlywarning.clock import Clock, activity, end_of, hour_of
from earlywarning.earlier import Earlier
from earlywarning.mailings import Mailing
from earlywarning.mailings import Segment as RaceSegment
from earlywarning.reach import ThreadViews, views_by_thread
from flows.channels import company_channels
from flows.desk import Desk
from flows.steps.earlier import bring_up
from flows.steps.watch import READ_BACK, WatchPass, mailings_of
from warehouse.ledger import list_segments
from warehouse.races import list_races, save_races
from warehouse.records import Claim, Counterfactual, Race, RacePoint, Segment
from warehouse.watching import MatchedPost, thread_views

Hours = NDArray[np.int64]

PAST_HOURS = 672
"""The growth is learned from so many hours, and those of the day in which they begin; reach from all before too."""
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
    earlier = bring_up(
        desk.con,
        [claim.claim_id for claim in due],
        found.posts,
        posts_from=now - READ_BACK,
        known=[claim.claim_id for claim in found.claims],
        until=past_from(hour) // 24,
        now=now,
    )
    keys = {post.thread_key for post in found.posts}.union(*(one.threads for one in earlier.values()))
    channels, threads = company_channels(desk.con, now=now), threads_of(desk.con, keys, now=now)
    for claim in due:
        ran = run_segments(
            claim.claim_id,
            misled_segments(segments, claim),
            [post for post in found.posts if post.claim_id == claim.claim_id and post.stance in SPREADING],
            hour,
            mailings,
            found.clock,
            channels=channels,
            threads=threads,
            earlier=earlier[claim.claim_id],
        )
        save_races(desk.con, ran)
        latest |= {(r.claim_id, r.segment.segment): r for r in ran}
    return list(latest.values())


def past_from(hour: int) -> int:
    """Return the first of the past hours that a race is run on after an hour: a day's beginning (UTC)."""
    return (hour + 1 - PAST_HOURS) // 24 * 24


def threads_of(con: duckdb.DuckDBPyConnection, thread_keys: Iterable[str], *, now: datetime) -> dict[str, ThreadViews]:
    """Return what is known by now of the views of threads."""
    found: dict[str, tuple[datetime, list[tuple[datetime, int]]]] = {}
    for thread, opened_at, seen_at, views in thread_views(con, sorted(set(thread_keys)), now=now):
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
    **known: Any,
) -> Race:
    """Run one race as of the end of an hour; takes what `run_segments` takes."""
    return run_segments(claim_id, [segment], posts, hour, mailings, clock, **known)[0]


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
    earlier: Earlier | None = None,
) -> list[Race]:
    """Run a claim's races in all its segments at once, as of the end of an hour; a mailing sent later is planned.

    posts: those that spread the claim, from the first of the past hours on; others are left out. earlier: what
    spread it before them.
    """
    hours = np.arange(past_from(hour), hour + 1)
    now = end_of(hour)
    talk = _talk(posts, hours, threads or {}, earlier or Earlier())
    ran = racing.run_races(
        claim_id=claim_id,
        segments=[RaceSegment(segment=s.segment, name=s.name, customer_count=s.customer_count) for s in segments],
        hours_end=[now - timedelta(hours=len(hours) - 1 - i) for i in range(len(hours))],
        activity=activity(clock, hours),
        ahead=activity(clock, hour + 1 + np.arange(AHEAD_HOURS)),
        mailings=mailings,
        channels=channels,
        **talk,
    )
    return [_record(one, segment) for one, segment in zip(ran, segments, strict=True)]


def _talk(
    posts: Iterable[MatchedPost], hours: Hours, threads: Mapping[str, ThreadViews], earlier: Earlier
) -> dict[str, Any]:
    """Return what `run_races` takes of the posts: by hour, each author once a day, and in sum before the hours."""
    first, counts, views, shown = int(hours[0]), *(np.zeros(len(hours)) for _ in range(3))
    said = {
        (p.posted_at.timestamp(), p.author_key): p.thread_key
        for p in posts
        if first <= p.posted_at.timestamp() // 3600 <= hours[-1]
    }
    counted = [(posted, said[posted, author]) for posted, author, _ in count_once({}, sorted(said), ask=1)]
    started = dict(earlier.threads)
    for posted, thread in counted:
        count, at = started.get(thread, (0, datetime.fromtimestamp(posted, tz=UTC)))
        started[thread] = count + 1, at
    each = views_by_thread(started, threads)
    for posted, thread in counted:
        place = int(posted // 3600) - first
        counts[place] += 1
        if thread in each:
            views[place], shown[place] = views[place] + each[thread], shown[place] + 1
    before = {thread: count for thread, (count, _) in earlier.threads.items()}
    return {
        "counts": counts,
        "views": views,
        "shown": shown,
        "view_sample": np.repeat([*each.values()], [started[thread][0] for thread in each]),
        "views_before": float(sum(count * each[thread] for thread, count in before.items() if thread in each)),
        "unshown_before": float(sum(count for thread, count in before.items() if thread not in each)),
    }


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
