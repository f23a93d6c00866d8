"""The race as a replay knows it: posts so far, mailings registered so far, segments as given."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from earlywarning.clock import Clock, activity, end_of
from earlywarning.counted import UNSHOWN, Counted
from earlywarning.mailings import Outbox
from earlywarning.race import run_race

PAST_HOURS = 672
AHEAD_HOURS = 168


def rumour_leads(posts: Counted, claim: int, hour: int, outbox: Outbox) -> float:
    """Return P(the rumour leads after 7 days) at the end of an hour, in the segment where it is largest.

    Only posts and mailings up to then are used: a letter that had not been sent was not known to be coming.
    """
    hours = np.arange(hour - PAST_HOURS + 1, hour + 1)
    ever = (posts.claim == claim) & (posts.hour <= hour)
    mine, before = ever & (posts.hour >= hours[0]), posts.views[ever & (posts.hour < hours[0])]
    place, views = posts.hour[mine] - hours[0], posts.views[mine]
    shown, shown_before = views != UNSHOWN, before != UNSHOWN
    counts = np.bincount(place, minlength=PAST_HOURS).astype(np.float64)
    now = end_of(hour)
    return max(
        run_race(
            claim_id=posts.claims[claim],
            segment=segment,
            hours_end=[now - timedelta(hours=PAST_HOURS - 1 - i) for i in range(PAST_HOURS)],
            counts=counts,
            activity=activity(Clock(), hours),
            ahead=activity(Clock(), hour + 1 + np.arange(AHEAD_HOURS)),
            mailings=[mailing for mailing in outbox.mailings if mailing.sent_at <= now],
            views=np.bincount(place[shown], weights=views[shown], minlength=PAST_HOURS).astype(np.float64),
            shown=np.bincount(place[shown], minlength=PAST_HOURS).astype(np.float64),
            view_sample=np.concatenate([before[shown_before], views[shown]]),
            views_before=float(before[shown_before].sum()),
            unshown_before=float((~shown_before).sum()),
        ).rumour_leads_168h
        for segment in outbox.segments
    )
