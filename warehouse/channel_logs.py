"""The company's own mailing logs, kept as delays without people; a later log of a name replaces the earlier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb

from warehouse.connection import transaction
from warehouse.errors import LedgerError
from warehouse.keys import stable_key
from warehouse.ledger import CHANNELS
from warehouse.named import insert_new, records, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDelay:
    """So many recipients for whom something took so long, or had not happened after so long."""

    part: str
    """`read`, `delivery` or `reading`."""
    delay: float
    is_observed: bool
    recipient_count: float


def put_log(
    con: duckdb.DuckDBPyConnection,
    delays: Sequence[LogDelay],
    *,
    channel: str,
    name: str,
    recipient_count: int,
    by: str | None = None,
    at: datetime,
) -> str | None:
    """Save a log and return its id; None when the log that holds under that name says the same. Raises LedgerError."""
    if channel not in CHANNELS:
        raise LedgerError(f"log {name}: channel {channel!r} is none of {', '.join(CHANNELS)}")
    content = stable_key(*(f"{d.part} {d.delay} {d.is_observed} {d.recipient_count:.9g}" for d in delays))
    held = [log for log in list_logs(con) if log["holds"] and (log["channel"], log["name"]) == (channel, name)]
    if held and held[0]["content_hash"] == content:
        return None
    log_id = stable_key(channel, name, content, at.isoformat())
    about = {"channel": channel, "name": name, "content_hash": content, "recipient_count": recipient_count}
    with transaction(con):
        insert_new(con, "channel_log", [{"log_id": log_id, **about, "imported_at": at, "imported_by": by}])
        insert_new(con, "channel_log_delay", [{"log_id": log_id, **asdict(delay)} for delay in delays])
    return log_id


def undo_log(con: duckdb.DuckDBPyConnection, log_id: str, *, by: str, at: datetime) -> None:
    """Take a log back; the one before it of the same name holds again. Raises LedgerError."""
    known = {log["log_id"]: log for log in list_logs(con)}
    if log_id not in known or known[log_id]["undone_at"] is not None or not by.strip():
        why = "was taken back already" if log_id in known else "is not known"
        raise LedgerError(f"log {log_id} {why}; `ryktesvakt mailing log list` shows them")
    insert_new(con, "channel_log_undo", [{"log_id": log_id, "undone_at": at, "undone_by": by}])


def list_logs(con: duckdb.DuckDBPyConnection, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """Return the logs, latest first; `holds` is true for those that count. now: as they were known then."""
    return rows(con, "list_channel_logs", now=now)


def log_delays(con: duckdb.DuckDBPyConnection, channel: str, *, now: datetime | None = None) -> list[LogDelay]:
    """Return the delays of the logs of a channel that hold, all mailings together; now: as they were known then."""
    return records(con, "channel_log_delays", LogDelay, channel=channel, now=now)
