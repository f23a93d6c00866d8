"""The ledger of people: claims and their verdicts, segments, mailings and complaints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

import duckdb

from warehouse.connection import transaction
from warehouse.errors import LedgerError
from warehouse.named import insert_new, records, rows, run, upsert
from warehouse.records import Claim, Complaint, Mailing, Segment
from warehouse.rollups import touch_claim

VERDICTS = ("unverified", "disputed", "false", "true")
CHANNELS = (
    *("letter_first", "letter_first_2026", "letter_economy", "email", "sms"),
    *("thread_post", "web", "customer_service"),
)
COMPLAINT_CHANNELS = ("ko", "arn", "customer_service")


def put_claim(con: duckdb.DuckDBPyConnection, claim: Claim) -> None:
    """Register a claim, or change its wording; its verdict counts when it is new, as of when it was registered.

    A later verdict is set by `set_verdict` only. Paraphrases are added, never taken away. Raises LedgerError.
    """
    if claim.verdict not in VERDICTS:
        raise LedgerError(f"claim {claim.claim_id}: verdict {claim.verdict!r} is none of {', '.join(VERDICTS)}")
    is_new = not rows(con, "claim_verdict", claim_id=claim.claim_id)
    with transaction(con):
        upsert(con, "claim", [{**asdict(claim), "segments": list(claim.segments)}])
        _add_paraphrases(con, claim.claim_id, claim.paraphrases, at=claim.created_at)
        if is_new and claim.verdict != "unverified":
            _record_verdict(con, claim.claim_id, claim.verdict, by=claim.verdict_by or "", at=claim.created_at)


def set_verdict(con: duckdb.DuckDBPyConnection, claim_id: str, verdict: str, *, by: str, at: datetime) -> None:
    """Record a person's verdict on a claim; earlier ones stay on record. Raises LedgerError."""
    _require_claim(con, claim_id)
    _record_verdict(con, claim_id, verdict, by=by, at=at)


def add_paraphrases(
    con: duckdb.DuckDBPyConnection,
    claim_id: str,
    paraphrases: Iterable[str],
    *,
    at: datetime,
    post_key: str | None = None,
) -> None:
    """Add wordings of a claim; name the post that they were taken from, so that they are erased with it."""
    _require_claim(con, claim_id)
    _add_paraphrases(con, claim_id, paraphrases, at=at, post_key=post_key)


def drop_paraphrases(con: duckdb.DuckDBPyConnection, claim_id: str, post_key: str) -> None:
    """Take back the wordings of a claim that were taken from a post."""
    run(con, "drop_paraphrases", claim_id=claim_id, post_key=post_key)


def follow(con: duckdb.DuckDBPyConnection, claim_id: str, *, is_followed: bool, by: str, at: datetime) -> None:
    """Record that a claim is followed no more, or again; the same again changes nothing. Raises LedgerError."""
    _require_claim(con, claim_id)
    if not by.strip():
        raise LedgerError(f"claim {claim_id}: a named person decides whether it is followed")
    if is_followed == (claim_id in {claim.claim_id for claim in list_claims(con)}):
        return
    event = "restored" if is_followed else "removed"
    touch_claim(con, claim_id)
    insert_new(con, "claim_event", [{"claim_id": claim_id, "happened_at": at, "event": event, "happened_by": by}])


def list_claims(con: duckdb.DuckDBPyConnection, *, now: datetime | None = None) -> list[Claim]:
    """Return the claims with the verdicts that held, as of `now` where given."""
    return records(con, "list_claims", Claim, now=now)


def put_segments(con: duckdb.DuckDBPyConnection, segments: Iterable[Segment]) -> None:
    """Register segments, or change them."""
    upsert(con, "segment", [asdict(segment) for segment in segments])


def list_segments(con: duckdb.DuckDBPyConnection) -> list[Segment]:
    """Return the segments, by id."""
    return records(con, "list_segments", Segment)


def put_mailings(con: duckdb.DuckDBPyConnection, mailings: Iterable[Mailing]) -> None:
    """Register mailings, or change them. Raises LedgerError."""
    found = list(mailings)
    for mailing in found:
        if mailing.channel not in CHANNELS:
            raise LedgerError(
                f"mailing {mailing.mailing_id}: channel {mailing.channel!r} is none of {', '.join(CHANNELS)}"
            )
        if mailing.corrects is not None:
            _require_claim(con, mailing.corrects)
    upsert(con, "mailing", [asdict(mailing) for mailing in found])


def drop_mailing(con: duckdb.DuckDBPyConnection, mailing_id: str) -> None:
    """Take back a mailing that was registered by mistake; one that is not there is well."""
    run(con, "drop_mailing", mailing_id=mailing_id)


def list_mailings(con: duckdb.DuckDBPyConnection, *, now: datetime | None = None) -> list[Mailing]:
    """Return the mailings, oldest first; those sent by `now` where given, else the planned ones too."""
    return records(con, "list_mailings", Mailing, now=now)


def put_complaints(con: duckdb.DuckDBPyConnection, complaints: Iterable[Complaint]) -> None:
    """Register complaint counts; the count of a period that is known takes the place of the old. Raises LedgerError."""
    found = list(complaints)
    for one in found:
        if one.channel not in COMPLAINT_CHANNELS or one.period_end < one.period_start or one.complaint_count < 0:
            raise LedgerError(
                f"complaints {one.channel} {one.period_start}..{one.period_end}: the channel is one of "
                f"{', '.join(COMPLAINT_CHANNELS)}, the period does not end before it starts, the count is not negative"
            )
    upsert(con, "complaint", [{**asdict(one), "topic": one.topic or ""} for one in found])


def list_complaints(con: duckdb.DuckDBPyConnection, *, now: datetime | None = None) -> list[Complaint]:
    """Return the complaint counts, oldest period first; of periods that had ended by `now` where given."""
    return records(con, "list_complaints", Complaint, now=now)


def _require_claim(con: duckdb.DuckDBPyConnection, claim_id: str) -> None:
    if not rows(con, "claim_verdict", claim_id=claim_id):
        raise LedgerError(f"no claim has the id {claim_id!r}: register it first")


def _record_verdict(con: duckdb.DuckDBPyConnection, claim_id: str, verdict: str, *, by: str, at: datetime) -> None:
    if verdict not in VERDICTS:
        raise LedgerError(f"claim {claim_id}: verdict {verdict!r} is none of {', '.join(VERDICTS)}")
    if not by.strip():
        raise LedgerError(f"claim {claim_id}: a verdict needs the name of the person who sets it")
    stands = {"verdict": verdict, "verdict_by": by}
    insert_new(con, "verdict", [{"claim_id": claim_id, "decided_at": at, **stands}])
    if rows(con, "verdict_at", claim_id=claim_id, decided_at=at) != [stands]:
        raise LedgerError(f"claim {claim_id}: another verdict was set at the same instant; set this one later")


def _add_paraphrases(
    con: duckdb.DuckDBPyConnection,
    claim_id: str,
    paraphrases: Iterable[str],
    *,
    at: datetime,
    post_key: str | None = None,
) -> None:
    shared = {"claim_id": claim_id, "post_key": post_key, "added_at": at}
    insert_new(con, "claim_paraphrase", [{**shared, "paraphrase": text} for text in dict.fromkeys(paraphrases)])
