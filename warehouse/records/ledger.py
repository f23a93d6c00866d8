"""What people enter and what the product raises: claims, mailings, segments, complaints, alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A tracked assertion. Only a named person sets the verdict."""

    claim_id: str
    statement: str
    truth: str
    """What is true instead, in the words the team would publish."""
    created_at: datetime
    verdict: str = "unverified"
    """`unverified`, `disputed`, `false` or `true`."""
    verdict_by: str | None = None
    segments: tuple[str, ...] = ()
    """Segments that the claim is really true for (whom the wrong letter went to); others are misled."""
    paraphrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A group of customers."""

    segment: str
    name: str
    customer_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """An outgoing letter or message to one segment through one channel."""

    mailing_id: str
    channel: str
    """`letter_first`, `letter_economy`, `email`, `sms`, `thread_post`, `web`, `customer_service`."""
    segment: str
    recipient_count: int
    sent_at: datetime
    text: str
    corrects: str | None = None
    """Claim id, when the mailing is a correction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Complaints counted over a period, at KO, ARN or customer service."""

    channel: str
    """`ko`, `arn` or `customer_service`."""
    period_start: date
    period_end: date
    """The last day of the period, included."""
    complaint_count: int
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintLevel:
    """Complaints of a period, all topics together, against what the periods before it make ordinary."""

    channel: str
    period_kind: str
    """`day`, `week`, `month`, `quarter`, `year` or `other`."""
    period_start: date
    period_end: date
    complaint_count: int
    usual: float | None
    """Expected; None when there are too few periods before."""
    highest_usual: int | None
    """The highest count that is still ordinary."""
    is_above: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something a person should look at now. Escalates, never repeats itself."""

    alert_id: str
    kind: str
    """`alarm`, `mismatch`, `void`, `silence`, `mailing` (somebody quotes one) or `topic` (more is said against us)."""
    severity: str
    """`watch`, `warning` or `critical`."""
    subject_id: str
    """Claim id, cluster id, source, mailing id or `topic:` and the topic's code."""
    raised_at: datetime
    reason: str
    """One sentence: why, in the language of the mails when it was raised."""
    facts: str = ""
    """What the reason is made of, as JSON; empty where none were kept."""
    state: str = "new"
    """`new`, `acknowledged`, `handled` or `false_alarm`."""
    segments: tuple[str, ...] = ()
    evidence: float | None = None
    """The alarm's statistic M when it was raised (a bet's wealth; compare with its threshold)."""
    threshold: float | None = None
    topics: tuple[str, ...] = ()
    """Topics whose alarm it explains: theirs was not raised beside it."""
