"""The typed rows that the digest, the charts and the board read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from warehouse.records.ledger import Alert, Claim, Complaint, ComplaintLevel, Mailing, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyVolume:
    """Mentions of the company posted on one local day."""

    day: date
    post_count: int
    negative_count: int
    rumour_count: int
    """Posts that support or ask about a tracked claim."""
    usual_low: float
    usual: float
    usual_high: float
    """10 %, 50 % and 90 % of the 56 days before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicVolume:
    """Posts on one topic on the digest's day against an ordinary day."""

    topic: str
    post_count: int
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimUptake:
    """How a claim stands: who spreads it, who denies it. Authors, each counted once a day."""

    claim: Claim
    support_24h: int
    query_24h: int
    deny_24h: int
    support_count: int
    query_count: int
    deny_count: int
    first_posted_at: datetime | None
    misled_segments: tuple[str, ...]
    hours_to_parity: float | None = None
    """From the first support until as many denied as supported; see earlywarning/uptake.py. None: not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RacePoint:
    """Shares of a segment at an hour; each with its 80 % interval. Hours after `forecast_from` are forecasts."""

    at: datetime
    reach_low: float
    reach: float
    reach_high: float
    coverage_low: float
    coverage: float
    coverage_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """What one way to answer would give over the horizon: misinformed people-days, with 80 % interval."""

    action: str
    """`nothing`, `planned`, `email`, `thread_post`, `email_and_thread_post`."""
    people_days_low: float
    people_days: float
    people_days_high: float
    saved_people_days_low: float
    saved_people_days: float
    saved_people_days_high: float
    """Against `planned`, by common random numbers."""


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
    """Hours from the rumour reaching 25 % until the correction does; None when one of them never does."""
    rumour_leads_24h: float
    rumour_leads_48h: float
    rumour_leads_168h: float
    """P(reach > coverage) that many hours ahead."""
    counterfactuals: tuple[Counterfactual, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingPost:
    """A post worth reading: pseudonymised, redacted, linked."""

    claim_id: str | None
    source: str
    url: str
    author_key: str
    posted_at: datetime
    text: str
    stance: str | None
    sentiment: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateClaim:
    """A cluster of unmatched, not positive mentions that a person may turn into a claim."""

    cluster_id: str
    text: str
    """The most central post."""
    post_count: int
    posts_24h: int
    terms: tuple[str, ...]
    """Words that its posts share and others do not."""
    posts_before: int = 0
    """Posts of the 24 hours before those of `posts_24h`."""
    author_count: int = 0
    first_posted_at: datetime | None = None
    last_posted_at: datetime | None = None
    candidate_at: datetime | None = None
    """When its alarm first went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthWarning:
    """One sign that a source is not read as it should be."""

    kind: str
    """`silent`, `site_changed`, `field_lost`, `few`, `few_by_past`, `many`, `many_by_past`, `set_aside`,
    `future_dates`, `backward_dates` or `heaped_dates`."""
    value: float
    """What was found: a count for `few*` and `many*`, hours for `silent`, else a share."""
    expected: float
    """What it is held against: the bound, the source's own median, or the share that it used to have."""
    field: str | None = None
    """The field that was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """When a source was last really seen, and whether its volume is what it should be."""

    source: str
    last_seen_at: datetime | None
    unseen_hours: float | None
    interval_hours: float
    """Longest expected time between complete visits."""
    is_silent: bool
    posts_24h: int
    """Posts that crawls of the last 24 hours were first to read."""
    expected_min: float
    expected_max: float
    """Posts written there a day."""
    cause: str | None
    """The last incident's cause, when it is not seen."""
    is_verified_live: bool
    day: date | None = None
    """The last local day that has been seen whole; None before there is one."""
    day_count: int = 0
    """Posts written there that day."""
    usual_day_count: float | None = None
    """The source's own median of the 28 days before; None before there are seven."""
    warnings: tuple[HealthWarning, ...] = ()
    """Gravest first."""

    @property
    def is_failing(self) -> bool:
        """Return whether posts are probably missed: it is silent, or quietly broken."""
        return any(warning.kind in FAILINGS for warning in self.warnings)


FAILINGS = ("silent", "site_changed", "field_lost", "few", "few_by_past")
"""Warnings that mean that posts are probably missed, gravest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """Median hours from posting to being seen and from being seen to being judged, over the last 7 days."""

    posted_to_seen_hours: float | None
    seen_to_judged_hours: float | None
    post_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFigure:
    """A measured quality figure of the model in use."""

    task: str
    metric: str
    value: float
    low: float
    high: float
    data: str
    """The evaluation set that it was measured on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDelivery:
    """A message that has not reached some of its channels."""

    number: str
    """Visible in the message: `2026-11-08/3`."""
    channels: tuple[str, ...]
    problem: str
    """The latest, in one line; without addresses and secrets."""
    is_given_up: bool
    """It is not tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """All that one morning's digest says."""

    company: str
    day: date
    """The local day that the digest is about (until `generated_at`)."""
    generated_at: datetime
    timezone: str
    is_simulation: bool
    volume: tuple[DailyVolume, ...]
    """Oldest first; the last is the digest's day."""
    topics: tuple[TopicVolume, ...]
    alerts: tuple[Alert, ...]
    """Open ones, worst first."""
    claims: tuple[ClaimUptake, ...]
    races: tuple[Race, ...]
    posts: tuple[TellingPost, ...]
    candidates: tuple[CandidateClaim, ...]
    complaints: tuple[Complaint, ...]
    mailings: tuple[Mailing, ...]
    sources: tuple[SourceHealth, ...]
    delay: Delay
    figures: tuple[ModelFigure, ...]
    false_alarms_per_month: float
    """The promise that the alarm was set to."""
    complaint_levels: tuple[ComplaintLevel, ...] = ()
    """Complaints of each period against the ordinary, oldest first."""
    failed_deliveries: tuple[FailedDelivery, ...] = ()
    """Alerts of the last days that could not be sent to everyone."""
