"""The typed rows that only the board reads: posts as people look at them, histories, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPost:
    """A post as the board shows it: pseudonymised, redacted, with what is held of it now."""

    post_key: str
    source: str
    url: str | None
    author_key: str | None
    posted_at: datetime
    text: str | None
    """None once erased or expired."""
    sentiment: str | None
    topics: tuple[str, ...]
    claim_id: str | None
    """The claim of the list that it stands in, else the first that it speaks of."""
    stance: str | None
    tier: str | None
    """`auto` (counted) or `suggest` (waits for a person)."""
    judged_by: str | None
    """The person who has said that it is about the claim, or how."""
    is_mention: bool = True
    """Whether it counts as a post about the company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDay:
    """Posts on a claim written on one local day, by stance."""

    day: date
    support_count: int
    query_count: int
    deny_count: int
    comment_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictEvent:
    """A verdict that a named person has set."""

    verdict: str
    verdict_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEvent:
    """Something that happened to an alert."""

    alert_id: str
    happened_at: datetime
    event: str
    severity: str
    state: str
    reason: str
    happened_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a person has said of a post, and who took it back."""

    task: str
    claim_id: str
    label: str
    judged_by: str
    judged_at: datetime
    undone_by: str | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDay:
    """What a source gave on one local day."""

    source: str
    day: date
    post_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceIncident:
    """Pages of a source that did not give what they should have, by day and cause."""

    source: str
    day: date
    cause: str
    incident_count: int
    page_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How often a person who looked agreed with the model on a task."""

    task: str
    judged_count: int
    agreed_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """What a person decided on the board, and what became of it."""

    decision_id: str
    kind: str
    subject_id: str
    given: Mapping[str, Any]
    decided_by: str
    decided_at: datetime
    undoes: str | None
    outcome: str
    """`pending` while no pass has taken it in; else `begun`, `done`, `refused` or `withdrawn`."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostQuery:
    """What is searched for among the posts about the company; None is any."""

    words: str = ""
    source: str | None = None
    sentiment: str | None = None
    topic: str | None = None
    claim_id: str | None = None
    stance: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    before: datetime | None = None
    """Only what was posted before this moment: where the page before ended."""
    after_key: str | None = None
    """Of what was posted at that very moment only the posts after this one; None leaves them all out."""
