"""What if we also answered so, so many hours from now: the race run again with that mailing in its plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import duckdb

from earlywarning.actions import IN_THREAD
from earlywarning.authors import SPREADING
from earlywarning.clock import Clock, hour_of
from earlywarning.mailings import Mailing
from earlywarning.rhythm import Rhythm, clock_of
from flows.board.sight import Sight
from flows.steps import rhythm
from flows.steps.race import TALKED_OF, run_segment
from reports.board.speech import Speech
from reports.swedish import rough
from warehouse import watching
from warehouse.ledger import list_mailings
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
AGREES = timedelta(hours=1)
"""A pass reads a little after the hour that its race is run at."""


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
    posts, clock = sight.snapshot.kept(("spread", race.forecast_from), lambda c: _spread(c, race))
    mine = [p for p in posts if p.claim_id == race.claim_id and p.posted_at >= race.forecast_from - TALKED_OF]
    if not mine:
        return None
    sent = [_mailing(m) for m in list_mailings(con) if m.sent_at <= race.forecast_from]
    hour = hour_of(race.forecast_from) - 1
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
    plans = (sent, [*sent, *more])
    ran = [run_segment(race.claim_id, race.segment, mine, hour, plan, clock) for plan in plans]
    planned, answered = (next(c for c in one.counterfactuals if c.action == "planned") for one in ran)
    return WhatIf(planned=planned, answered=answered)


def _spread(con: duckdb.DuckDBPyConnection, race: Race) -> tuple[list[MatchedPost], Clock]:
    found = watching.matched_posts(con, now=race.forecast_from + AGREES)
    stored = watching.get_states(con, now=race.forecast_from + AGREES).get(rhythm.SUBJECT)
    clock = clock_of(Rhythm.from_dict(stored[1])) if stored else Clock()
    return [post for post in found if post.stance in SPREADING], clock


def _mailing(m: Any) -> Mailing:
    names = ("mailing_id", "channel", "segment", "recipient_count", "sent_at", "text", "corrects")
    return Mailing(**{name: getattr(m, name) for name in names})
