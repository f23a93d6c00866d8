"""Rumour against correction in one segment: who is ahead, who will be, and what would change that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earlywarning.actions import ACTIONS, among_readers, told, vary
from earlywarning.channels import Channel, default_channels
from earlywarning.forecast import Start, simulate
from earlywarning.growth import GrowthSettings, Past, past_views, posterior
from earlywarning.mailings import Mailing, Segment
from earlywarning.raced import LEAD_SHARES, Counterfactual, Lead, RacePoint, compare, doubling, lead, points
from earlywarning.reach import ViewsBelief, learn_views, reach

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Rumour against correction for one claim in one segment."""

    claim_id: str
    segment: Segment
    forecast_from: datetime
    points: tuple[RacePoint, ...]
    lead_hours_low: float | None
    lead_hours: float | None
    lead_hours_high: float | None
    """At 25 %; the other shares are in `leads`."""
    rumour_leads_24h: float
    rumour_leads_48h: float
    rumour_leads_168h: float
    counterfactuals: tuple[Counterfactual, ...]
    leads: tuple[Lead, ...]
    offspring: float
    """Posterior median of R: above 1 the rumour grows by itself."""
    doubling_hours: float | None
    """Activity hours; None when it does not grow."""


def run_race(*, segment: Segment, **given: Any) -> Race:
    """Return the race of one claim in one segment; takes what `run_races` takes."""
    return run_races(segments=[segment], **given)[0]


def run_races(
    *,
    claim_id: str,
    segments: Sequence[Segment],
    hours_end: Sequence[datetime],
    counts: Floats,
    activity: Floats,
    ahead: Floats,
    mailings: Sequence[Mailing] = (),
    views: Floats | None = None,
    shown: Floats | None = None,
    view_sample: Sequence[float] | Floats = (),
    views_before: float = 0.0,
    unshown_before: float = 0.0,
    channels: Mapping[str, Channel] | None = None,
    seed: int = 0,
    step_hours: int = 4,
    settings: GrowthSettings | None = None,
) -> list[Race]:
    """Return the races of one claim in its segments, each the same as if it were run alone with the same seed.

    hours_end, counts, activity: [T] past hours, oldest first; the last end is when the forecast starts. ahead: [H]
    activity of the hours to come, 168 or more. views: [T] views shown in each hour, of `shown` [T] posts; the posts
    beyond those get a guess, learned from `view_sample` (views of single posts, whichever claim they were about).
    views_before: shown by the claim's posts before the past hours; unshown_before: how many of those show none. Whoever
    was reached then is still reached.
    """
    settings = settings or GrowthSettings()
    if len(ahead) < 168 or not len(counts):
        raise ValueError("a race needs at least one past hour and 168 hours ahead")
    if not segments:
        return []
    channels = default_channels() if channels is None else channels
    t, now = len(counts), hours_end[-1]
    moments = [*hours_end, *(now + timedelta(hours=h) for h in range(1, len(ahead) + 1))]
    belief = learn_views(view_sample)
    # Where nothing more is planned, doing nothing and the plan are one and the same.
    same = int(not any(m.corrects == claim_id and m.sent_at > now for m in mailings))
    fields = [
        _field(
            segment,
            told(claim_id, segment, mailings, moments=moments, now=now, channels=channels),
            Past(
                counts=counts,
                activity=activity,
                coverage=np.zeros(t),
                views=views_before + np.cumsum(np.zeros(t) if views is None else views),
                unshown=unshown_before + np.cumsum(counts if shown is None else np.maximum(counts - shown, 0.0)),
                views_before=views_before,
                unshown_before=unshown_before,
                customer_count=segment.customer_count,
            ),
            belief,
            np.random.default_rng(seed),
            settings,
        )
        for segment in segments
    ]
    ran = simulate(
        [field.start for field in fields],
        activity=ahead,
        coverage=np.stack([field.among[same:] for field in fields]),
        rng=np.random.default_rng([seed, 1]),
    )
    ran = ran[:, [0, *range(len(ACTIONS) - 1)]] if same else ran
    return [
        _finish(claim_id, field, reached, moments, now, step_hours=step_hours)
        for field, reached in zip(fields, ran, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """What a race is run on: one segment, before the future is simulated."""

    segment: Segment
    start: Start
    before: Floats
    """[P, T] reach so far."""
    mail: Floats
    """[P, T + H] coverage by mail as planned."""
    thread: Floats
    """[P, T + H] share of the thread's readers who read our post in it, as planned."""
    among: Floats
    """[A, P, H] coverage among those who read the forum, by action."""


def _field(
    segment: Segment,
    curves: Sequence[tuple[Floats, Floats]],
    past: Past,
    belief: ViewsBelief,
    rng: np.random.Generator,
    settings: GrowthSettings,
) -> _Field:
    t = len(past.counts)
    past = replace(past, coverage=among_readers(*curves[1])[:t].mean(axis=1))
    particles = posterior(past, views=belief, rng=rng, settings=settings)
    seen = past_views(past, particles.views_per_post, rng=rng)
    jitter = rng.standard_normal(settings.particle_count), rng.random(settings.particle_count) < 0.5
    mail, thread = (vary(curve, *jitter) for curve in curves[1])
    return _Field(
        segment=segment,
        start=Start(particles=particles, views=seen[:, -1], customer_count=segment.customer_count),
        before=reach(seen, segment.customer_count),
        mail=mail,
        thread=thread,
        among=np.stack([among_readers(*(vary(curve[t:], *jitter) for curve in pair)) for pair in curves]),
    )


def _finish(
    claim_id: str,
    field: _Field,
    ran: Floats,
    moments: Sequence[datetime],
    now: datetime,
    *,
    step_hours: int,
) -> Race:
    t, particles = field.before.shape[1], field.start.particles
    reached = np.concatenate([field.before, ran[1]], axis=1)
    # A post in the thread is read by those who saw the rumour, not by the segment.
    covered = among_readers(field.mail, field.thread * reached)
    leads = tuple(lead(share, reached, covered) for share in LEAD_SHARES)
    ahead_share = [float((reached[:, t + h - 1] > covered[:, t + h - 1]).mean()) for h in (24, 48, 168)]
    return Race(
        claim_id=claim_id,
        segment=field.segment,
        forecast_from=now,
        points=points(moments, reached, covered, first=(t - 1) % step_hours, step=step_hours),
        lead_hours_low=leads[1].low,
        lead_hours=leads[1].middle,
        lead_hours_high=leads[1].high,
        rumour_leads_24h=ahead_share[0],
        rumour_leads_48h=ahead_share[1],
        rumour_leads_168h=ahead_share[2],
        counterfactuals=compare(ran, field.among, field.segment.customer_count),
        leads=leads,
        offspring=float(np.median(particles.offspring)),
        doubling_hours=doubling(particles),
    )
