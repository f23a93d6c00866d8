"""How the demo ends: the days in a table, the alarm against the complaints, and where the digest is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from earlywarning.levels import levels
from flows.complaints import together
from flows.demo import PASSES, DemoRun
from flows.paths import paths_of
from reports.swedish import SEVERITIES
from warehouse.alerts import alert_events, list_alerts
from warehouse.connection import open_warehouse
from warehouse.ledger import list_complaints, list_mailings
from warehouse.records import Alert, Complaint
from warehouse.replay import ReplayDay, ReplayRace, read_days, read_race_days

MORNING = (datetime.min.replace(tzinfo=UTC) + PASSES[0]).time()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDay:
    """One row of the table."""

    day: date
    read_count: int
    seen_count: int
    mention_count: int
    matched_count: int
    alarm: str
    """Worst open alert on a claim at the day's end: `calm`, `watch`, `warning` or `critical`."""
    reach_share: float | None
    coverage_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """What the demo shows at the end."""

    days: tuple[DemoDay, ...]
    quote_at: datetime | None
    """When the first quote of a registered mailing opened a watch, local time."""
    alarm_at: datetime | None
    """When the first alert on the main claim was raised, local time."""
    warning_at: datetime | None
    """When it first was a warning or worse."""
    claim_id: str | None
    spike_day: date | None
    correction_at: datetime | None
    digest: Path
    """The last."""
    alarm_digest: Path | None
    """The first that tells of the alarm, or of the first quote where there was no alarm."""
    database: Path


def make_report(run: DemoRun) -> DemoReport:
    """Return the report of a demo, from its tables alone: a demo that was cut short and went on tells the same."""
    paths = paths_of(run.config)
    zone = run.config.delivery.timezone
    con = open_warehouse(paths.warehouse)
    try:
        days, races = read_days(con, timezone=zone), read_race_days(con, timezone=zone)
        main = _main_claim(races)
        told = sorted(list_alerts(con), key=lambda a: a.raised_at)
        alerts = [a for a in told if a.kind == "alarm" and a.subject_id == main]
        quotes = [a for a in told if a.kind == "mailing"]
        corrections = [m.sent_at for m in list_mailings(con) if m.corrects == main]
        return DemoReport(
            days=tuple(_day(con, day, races, main, zone) for day in days),
            quote_at=_local(quotes[0].raised_at, zone) if quotes else None,
            alarm_at=_local(alerts[0].raised_at, zone) if alerts else None,
            warning_at=_first_warning(con, alerts, zone),
            claim_id=main,
            spike_day=spike_day(list_complaints(con)),
            correction_at=_local(min(corrections), zone) if corrections else None,
            digest=run.digest,
            alarm_digest=_digest_after([*alerts, *quotes][0].raised_at, paths.digests, zone)
            if alerts + quotes
            else None,
            database=paths.published,
        )
    finally:
        con.close()


def _digest_after(raised_at: datetime, folder: Path, zone: str) -> Path | None:
    """Return the first digest written at or after a moment: a digest is of the day before it is written."""
    local = _local(raised_at, zone)
    day = local.date() - timedelta(days=1 if local.time() <= MORNING else 0)
    return next((f for f in sorted(folder.glob("*.html")) if f.stem >= day.isoformat()), None)


def spike_day(complaints: Sequence[Complaint], *, channel: str = "ko") -> date | None:
    """Return the first day of the first period whose count is above the ordinary."""
    found = levels(together([one for one in complaints if one.channel == channel]))
    return next((level.period.start for level in found if level.is_above), None)


def _main_claim(races: Sequence[ReplayRace]) -> str | None:
    """The claim that reached most people at any time."""
    return max(races, key=lambda race: race.reach_share).claim_id if races else None


def _day(
    con: duckdb.DuckDBPyConnection, day: ReplayDay, races: Sequence[ReplayRace], main: str | None, zone: str
) -> DemoDay:
    end = datetime.combine(day.day + timedelta(days=1), datetime.min.time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    open_alerts = [a for a in list_alerts(con, now=end, open_only=True) if a.kind != "silence"]
    race = next((r for r in races if r.day == day.day and r.claim_id == main), None)
    return DemoDay(
        day=day.day,
        read_count=day.read_count,
        seen_count=day.seen_count,
        mention_count=day.mention_count,
        matched_count=day.matched_count,
        alarm=open_alerts[0].severity if open_alerts else "calm",
        reach_share=race.reach_share if race else None,
        coverage_share=race.coverage_share if race else None,
    )


def _first_warning(con: duckdb.DuckDBPyConnection, alerts: Sequence[Alert], zone: str) -> datetime | None:
    found = [
        event["happened_at"]
        for alert in alerts
        for event in alert_events(con, alert.alert_id)
        if event["severity"] in ("warning", "critical")
    ]
    return _local(min(found), zone) if found else None


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def table_rows(report: DemoReport) -> list[tuple[str, ...]]:
    """Return the table's rows as text."""

    def share(value: float | None) -> str:
        return "" if value is None else f"{value:.0%}"

    rows: list[tuple[str, ...]] = []
    for day in report.days:
        state = SEVERITIES.get(day.alarm, "Lugnt")
        counts = (str(day.read_count), str(day.seen_count), str(day.mention_count), str(day.matched_count))
        rows.append((day.day.isoformat(), *counts, state, share(day.reach_share), share(day.coverage_share)))
    return rows
