"""Two alerts beside the alarm: a correction that goes to the wrong people, and questions that nobody answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from earlywarning.mailings import Mailing, Segment

EVERYONE = "all"
VOID_LEAST = 3
"""Fewer questions in a day than this are no void, however quiet it was before."""
VOID_CHANCE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A segment that the rumour misleads and that no correction goes to."""

    claim_id: str
    segment: Segment
    corrected_segments: tuple[str, ...]
    """Whom corrections do go to, sorted; empty when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """Questions rising while the company has published nothing about the claim."""

    claim_id: str
    queries_24h: int
    usual_24h: float
    chance: float
    """How likely so many questions would be if nothing had changed."""


def find_mismatches(
    *,
    claim_id: str,
    is_spreading: bool,
    true_for: Sequence[str],
    segments: Sequence[Segment],
    mailings: Sequence[Mailing],
    now: datetime,
) -> tuple[Mismatch, ...]:
    """Return the segments that are misled and uncovered: those that the claim is not true for, when it spreads.

    A correction covers the segment it is addressed to (`all`: every one) from when it is sent, if it has recipients.
    """
    if not is_spreading:
        return ()
    sent = [m for m in mailings if m.corrects == claim_id and m.sent_at <= now and m.recipient_count > 0]
    corrected = tuple(sorted({m.segment for m in sent}))
    return tuple(
        Mismatch(claim_id=claim_id, segment=segment, corrected_segments=corrected)
        for segment in segments
        if segment.segment not in true_for and not {segment.segment, EVERYONE} & set(corrected)
    )


def find_void(
    *,
    claim_id: str,
    queries_24h: int,
    queries_before: int,
    days_before: float,
    mailings: Sequence[Mailing],
    now: datetime,
) -> Void | None:
    """Return a void when questions of the last day exceed what the days before allow and no correction is out.

    queries_before: those of the `days_before` days before the last. The chance is exact for Poisson questions with
    the rate of Gamma(0.5 + before, 2 + days) days: a negative binomial tail.
    """
    if any(m.corrects == claim_id and m.sent_at <= now for m in mailings) or queries_24h < VOID_LEAST:
        return None
    from scipy.special import betainc  # imported where it is needed: most passes need none of it

    shape, rate = 0.5 + queries_before, 2.0 + days_before
    chance = float(betainc(queries_24h, shape, 1.0 / (1.0 + rate)))
    if chance >= VOID_CHANCE:
        return None
    return Void(claim_id=claim_id, queries_24h=queries_24h, usual_24h=shape / rate, chance=chance)
