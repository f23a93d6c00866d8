"""Complaint counts on their way in: a file read and checked, its counts taken in, every period's level worked out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import duckdb

from earlywarning.complaints import CHANNELS, ComplaintTable, read_complaints
from earlywarning.levels import levels
from earlywarning.periods import Period
from flows.errors import UsageError
from reports.swedish import TOPICS
from warehouse.complaints import ImportReport, import_complaints, put_levels, undo_import
from warehouse.ledger import list_complaints
from warehouse.records import Complaint, ComplaintLevel

MOST_FAULTS_TOLD = 20


def read_file(file: Path, *, channel: str | None = None, skip_bad: bool = False) -> ComplaintTable:
    """Return what a file of complaint counts says. Raises UsageError with every line that cannot be relied on."""
    if channel is not None and channel not in CHANNELS:
        raise UsageError(f"--channel {channel}: none of {', '.join(CHANNELS)}")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read as CSV: {error.strerror}; name the file of counts") from error
    found = read_complaints(data, name=str(file), channel=channel)
    if found.faults and not skip_bad:
        told = [f"{file}:{fault.line}: {fault.reason}" for fault in found.faults[:MOST_FAULTS_TOLD]]
        more = len(found.faults) - len(told)
        told += [f"and {more} lines more"] if more > 0 else []
        told.append("nothing was imported; mend these lines, or leave them out with --skip-bad")
        raise UsageError("\n".join(told))
    if not found.counts:
        raise UsageError(f"{file}: holds no complaint counts")
    return found


def take_in(
    con: duckdb.DuckDBPyConnection, found: ComplaintTable, *, file_name: str, by: str | None, at: datetime
) -> ImportReport:
    """Take a file's counts in, and work out anew what is above the ordinary."""
    topics = {name.casefold(): code for code, name in TOPICS.items()}
    complaints = [
        Complaint(
            channel=one.channel,
            period_start=one.period.start,
            period_end=one.period.end,
            complaint_count=one.complaint_count,
            topic=topics.get(one.topic.casefold(), one.topic) if one.topic else None,
        )
        for one in found.counts
    ]
    report = import_complaints(con, complaints, file_name=file_name, by=by, at=at)
    judge_levels(con)
    return report


def take_back(con: duckdb.DuckDBPyConnection, import_id: str, *, by: str, at: datetime) -> ImportReport:
    """Take an import back, and work out anew what is above the ordinary."""
    report = undo_import(con, import_id, by=by, at=at)
    judge_levels(con)
    return report


def judge_levels(con: duckdb.DuckDBPyConnection) -> None:
    """Work out for all complaints whether they are above the ordinary; what comes later changes no earlier level."""
    put_levels(
        con,
        [
            ComplaintLevel(
                channel=level.channel,
                period_kind=level.kind,
                period_start=level.period.start,
                period_end=level.period.end,
                complaint_count=level.complaint_count,
                usual=level.usual,
                highest_usual=level.highest_usual,
                is_above=level.is_above,
            )
            for level in levels(together(list_complaints(con)))
        ],
    )


def together(complaints: Iterable[Complaint]) -> list[tuple[str, Period, int]]:
    """Return one count for each channel and period: the one of all topics where it is given, else their sum."""
    whole: dict[tuple[str, date, date], int] = {}
    parts: dict[tuple[str, date, date], int] = {}
    for one in complaints:
        key = one.channel, one.period_start, one.period_end
        if one.topic is None:
            whole[key] = one.complaint_count
        else:
            parts[key] = parts.get(key, 0) + one.complaint_count
    return [(channel, Period(start, end), count) for (channel, start, end), count in {**parts, **whole}.items()]
