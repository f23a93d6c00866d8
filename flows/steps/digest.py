"""Step 9: write the morning's digest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from crawlers.model import Site
from flows.desk import Desk
from flows.figures import register_figures
from flows.settings import Config
from flows.sources import sites_of
from flows.steps.parity import hours_to_parity
from reports.digest import render_digest
from reports.unchanged import fingerprint
from warehouse.digest_now import count_now
from warehouse.digest_rows import Count, SourceExpectation, count_as_of, read_digest, record_digest
from warehouse.outbox import digests_until
from warehouse.records import Digest
from warehouse.rollups import refresh

RACE_IS_NEWS = timedelta(days=2)
"""A claim that is talked about has a race a day; an older race is of a claim that has fallen silent."""


def digest(desk: Desk) -> Path:
    """Write the digest of the local day that ends with the last midnight, as of now, and return its path."""
    now, config = desk.now, desk.config
    register_figures(desk)
    day = now.astimezone(desk.zone).date() - timedelta(days=1)
    rows = digest_of(desk.con, config, day=day, now=now, count=_counted(desk), keep=True)
    mark = fingerprint(rows)
    html = render_digest(rows, language=config.delivery.language, unchanged_since=unchanged_since(desk.con, day, mark))
    path = digest_path(desk.paths.digests, day)
    write_whole(path, html)
    content = hashlib.sha256(html.encode()).hexdigest()
    record_digest(desk.con, day=day, generated_at=now, path=path.name, content_hash=content, fingerprint=mark)
    return path


def _counted(desk: Desk) -> Count:
    """Return how this pass counts: by the machine's own clock nothing is known that came later, and the counts hold."""
    if desk.virtual_now is not None:
        return count_as_of
    refresh(desk.con)
    return count_now


def digest_of(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    *,
    day: date,
    now: datetime,
    count: Count = count_as_of,
    keep: bool = False,
) -> Digest:
    """Return what a day's digest says as of a moment; with `keep` the next has less to read."""
    rows = read_digest(
        con,
        company=config.company.name,
        day=day,
        now=now,
        timezone=config.delivery.timezone,
        is_simulation=config.simulation,
        sources=expectations(sites_of(config)),
        false_alarms_per_month=config.budget.warning_per_month,
        count=count,
    )
    live = only_live(rows)
    hours = hours_to_parity(con, [uptake.claim.claim_id for uptake in live.claims], now=now, keep=keep)
    return replace(live, claims=tuple(replace(c, hours_to_parity=hours[c.claim.claim_id]) for c in live.claims))


def unchanged_since(con: duckdb.DuckDBPyConnection, day: date, mark: str) -> date | None:
    """Return the first of the days without a gap before `day` whose digests said the same; None when it is news."""
    since, expected = None, day - timedelta(days=1)
    for known, found, _ in digests_until(con, expected):
        if known != expected or found != mark:
            break
        since, expected = known, known - timedelta(days=1)
    return since


def only_live(rows: Digest) -> Digest:
    """Return the digest without claims that nobody talks about any more: a quiet day should be short to read."""
    races = tuple(race for race in rows.races if rows.generated_at - race.forecast_from < RACE_IS_NEWS)
    live = {race.claim_id for race in races} | {alert.subject_id for alert in rows.alerts}
    claims = tuple(uptake for uptake in rows.claims if uptake.claim.claim_id in live)
    about = {None} | {uptake.claim.claim_id for uptake in claims}
    posts = tuple(post for post in rows.posts if post.claim_id in about)
    return replace(rows, races=races, claims=claims, posts=posts)


def digest_path(folder: Path, day: date) -> Path:
    """Return where a day's digest belongs."""
    return folder / f"{day.isoformat()}.html"


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def expectations(sites: Iterable[Site]) -> list[SourceExpectation]:
    """Return what each site promises: how often it is read, and how much it gives."""
    return [
        SourceExpectation(
            source=site.name,
            interval_hours=site.interval_hours,
            expected_min=site.expected_min,
            expected_max=site.expected_max,
            is_verified_live=site.verified_live is not None,
        )
        for site in sites
    ]
