"""What if we also answered so, so many hours from now: the race run again with that mailing in its plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from earlywarning.actions import IN_THREAD
from earlywarning.authors import SPREADING
from earlywarning.channels import Channel
from earlywarning.clock import Clock, end_of, hour_of
from earlywarning.earlier import Earlier
from earlywarning.mailings import Mailing
from earlywarning.reach import ThreadViews
from earlywarning.rhythm import Rhythm, clock_of
from flows.board.sight import Sight
from flows.channels import company_channels
from flows.steps import rhythm
from flows.steps.earlier import read_earlier
from flows.steps.race import past_from, run_segment, threads_of
from flows.steps.watch import sent_by
from reports.board.speech import Speech
from reports.swedish import rough
from warehouse import watching
from warehouse.records import Counterfactual, Race
from warehouse.watching import MatchedPost

WAYS: Mapping[str, tuple[str, ...]] = {
    "email": ("email",),
    "sms": ("sms",),
    "letter_first": ("letter_first",),
    "thread_post": (IN_THREAD,),
    "email_and_thread_post": ("email", IN_THREAD),
}
"""The answers that can be tried, and the mailings that each is."""
MOST_HOURS = 168
STEP_HOURS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The forecast with and without one more answer."""

    planned: Counterfactual
    answered: Counterfactual


def what_if(sight: Sight, race: Race, way: str, hours: int) -> WhatIf | None:
    """Return what an answer so many hours after the race was run would give; None when its posts are gone."""
    hours = min(MOST_HOURS, max(0, hours - hours % STEP_HOURS))
    key = ("what if", race.claim_id, race.segment.segment, race.forecast_from, way, hours)
    return sight.snapshot.kept(key, lambda con: _compute(con, sight, race, way, hours))


def shown(found: WhatIf, way: str, hours: int, speech: Speech) -> dict[str, Any]:
    """Return what the page says of it."""
    planned, answered = found.planned, found.answered
    share = 1.0 - answered.people_days / planned.people_days if planned.people_days > 0 else 0.0
    plan = speech.rough(planned.people_days)
    than = (
        speech.t("whatif.less", share=speech.percent(share), plan=plan)
        if share >= 0.005
        else speech.t("whatif.same", plan=plan)
    )
    action = speech.t("whatif.chosen", action=speech.t(f"whatif.{way}"), when=when(hours, speech))
    rows: list[dict[str, Any]] = [
        {
            "label": label,
            "low": c.people_days_low,
            "middle": c.people_days,
            "high": c.people_days_high,
            "is_plan": c is planned,
        }
        for label, c in ((speech.t("whatif.plan"), planned), (action[:1].upper() + action[1:], answered))
    ]
    said = speech.t("whatif.answer", people_days=speech.count(rough(answered.people_days), "people_day"))
    return {"said": said, "than": than, "rows": rows, "most": max([1.0, *(row["high"] for row in rows)])}


def when(hours: int, speech: Speech) -> str:
    """Return `nu`, `om 12 timmar` or `om 3 dygn`."""
    return speech.t("whatif.now") if hours == 0 else f"{speech.t('whatif.in')} {speech.duration(hours)}"


def _compute(con: duckdb.DuckDBPyConnection, sight: Sight, race: Race, way: str, hours: int) -> WhatIf | None:
    known = sight.snapshot.kept(("known", race.claim_id, race.forecast_from), lambda c: _known(c, race))
    if known is None:
        return None
    at = race.forecast_from + timedelta(hours=hours)
    more = [
        Mailing(
            mailing_id=f"what-if-{channel}",
            channel=channel,
            segment=race.segment.segment,
            recipient_count=race.segment.customer_count,
            sent_at=at,
            corrects=race.claim_id,
        )
        for channel in WAYS[way]
    ]
    hour = hour_of(race.forecast_from) - 1
    ran = [
        run_segment(
            race.claim_id,
            race.segment,
            known.posts,
            hour,
            [*known.mailings, *plan],
            known.clock,
            channels=known.channels,
            threads=known.threads,
            earlier=known.earlier,
        )
        for plan in ([], more)
    ]
    planned, answered = (next(c for c in one.counterfactuals if c.action == "planned") for one in ran)
    return WhatIf(planned=planned, answered=answered)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the pass that ran a claim's race knew."""

    posts: list[MatchedPost]
    earlier: Earlier
    threads: Mapping[str, ThreadViews]
    mailings: list[Mailing]
    channels: Mapping[str, Channel]
    clock: Clock


def _known(con: duckdb.DuckDBPyConnection, race: Race) -> _Known | None:
    """Return what was known when a race was run; None when its posts are gone."""
    hour, claim = hour_of(race.forecast_from) - 1, race.claim_id
    now = _passed_at(con, race.forecast_from)
    first = past_from(hour)
    found = watching.matched_posts(con, now=now, claim_ids=[claim], posted_from=end_of(first - 1))
    posts = [post for post in found if post.stance in SPREADING]
    if not posts:
        return None
    earlier = read_earlier(con, [claim], until=first // 24, now=now)[claim]
    learned = watching.get_states(con, now=now).get(rhythm.SUBJECT)
    return _Known(
        posts=posts,
        earlier=earlier,
        threads=threads_of(con, {post.thread_key for post in posts} | earlier.threads.keys(), now=now),
        mailings=[m for m in sent_by(con, now) if m.sent_at <= race.forecast_from],
        channels=company_channels(con, now=now),
        clock=clock_of(Rhythm.from_dict(learned[1])) if learned else Clock(),
    )


def _passed_at(con: duckdb.DuckDBPyConnection, forecast_from: datetime) -> datetime:
    """Return the moment of the pass: it reads a little after the hour that its race is run at."""
    until = forecast_from + timedelta(hours=1) - timedelta(microseconds=1)
    stored = watching.get_states(con, now=until).get(rhythm.SUBJECT)
    return stored[0] if stored and stored[0] >= forecast_from else until
