"""The channels as this company has them: the defaults, and its own logs where they say enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import duckdb

from earlywarning.channel_fit import Fitted, ShownShare, compare, fit
from earlywarning.channel_log import ChannelLog, Delay, read_log
from earlywarning.channels import Channel, default_channels
from flows.errors import UsageError
from warehouse.channel_logs import LogDelay, list_logs, log_delays, put_log

OURS_IN_PUBLIC = ("thread_post", "web", "customer_service")
"""Nobody is sent these: a log of them has readers, but no recipients."""


def company_channels(con: duckdb.DuckDBPyConnection, *, now: datetime | None = None) -> Mapping[str, Channel]:
    """Return each channel's delay curve: by the company's own log where one says enough; `now`: as known then."""
    defaults = default_channels()
    logged = {log["channel"] for log in list_logs(con, now=now) if log["holds"]} & defaults.keys()
    return {**defaults, **{name: fitted(con, name, now=now)[0].channel for name in logged}}


def fitted(
    con: duckdb.DuckDBPyConnection, channel: str, *, now: datetime | None = None
) -> tuple[Fitted, list[ShownShare]]:
    """Return a channel as the logs that hold have it, and both curves side by side."""
    delays = [Delay(**asdict(delay)) for delay in log_delays(con, channel, now=now)]
    default = default_channels()[channel]
    own = fit(default, delays)
    return own, compare(default, own, delays)


def read_file(file: Path, *, channel: str, now: datetime, until: datetime | None = None) -> ChannelLog:
    """Return what a log file says. Raises UsageError when it says nothing."""
    if channel not in default_channels() or channel in OURS_IN_PUBLIC:
        known = [name for name in default_channels() if name not in OURS_IN_PUBLIC]
        raise UsageError(f"--channel {channel}: a log is of {', '.join(known)}")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}; name the file of the log") from error
    found = read_log(data, name=str(file), now=now, until=until)
    if not found.delays:
        told = "".join(f"\n{file}:{fault.line}: {fault.reason}" for fault in found.faults[:20])
        raise UsageError(f"{file}: no line of it can be used{told}")
    return found


def take_in(
    con: duckdb.DuckDBPyConnection, log: ChannelLog, *, channel: str, name: str, by: str | None, at: datetime
) -> str | None:
    """Save a log; return its id, None when it is known already."""
    delays = [LogDelay(**asdict(delay)) for delay in log.delays]
    return put_log(con, delays, channel=channel, name=name, recipient_count=log.recipient_count, by=by, at=at)
