"""Work on the past: a day seen as of then, in a copy; days read again, in stretches of time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawlers.archive import archive_files
from crawlers.landing import SUFFIX
from crawlers.model import Site
from crawlers.worker import CrawlerWorker
from flows.config import author_secret
from flows.desk import Desk, open_desk
from flows.errors import NothingSeenError, UsageError
from flows.parts import Do, Parts
from flows.paths import at_folder, paths_of, source_lock, writer_lock
from flows.retention import run_began
from flows.rotating import require_key
from flows.settings import Config
from flows.sources import job_for, sites_of
from flows.steps.alert import alert
from flows.steps.annotate import annotate
from flows.steps.digest import digest
from flows.steps.load import load
from flows.steps.race import race
from flows.steps.watch import watch
from flows.story import PassReport, directly, one_pass
from warehouse.connection import open_warehouse
from warehouse.named import run

STRETCH = timedelta(days=1)


def as_of(config: Config, at: datetime, out: Path, *, do: Do = directly) -> Path:
    """Watch and write the digest as of a past moment, in a copy of the published tables; return the digest's path.

    What was seen, said and decided after that moment is not known there; the labels are today's. Nothing of the data
    folder changes. Raises UsageError where `out` is taken, or nothing is published.
    """
    published = paths_of(config).published
    if not published.exists():
        raise UsageError(f"{published}: nothing is published; ryktesvakt run first")
    if out.exists() and any(out.iterdir()):
        raise UsageError(f"--out {out}: is not empty; name a new folder")
    then = at_folder(config, out)
    paths, secret = paths_of(then), author_secret(config)
    with writer_lock(paths, what="a past moment is being looked at"):
        shutil.copyfile(published, paths.warehouse)
        with open_warehouse(paths.warehouse) as con, CrawlerWorker() as worker:
            for name in ("forget_events_after", "forget_alerts_after"):
                run(con, name, at=at)
            moment = at.astimezone(UTC)
            desk = Desk(
                config=then,
                paths=paths,
                secret=secret,
                con=con,
                worker=worker,
                started_at=moment,
                virtual_now=moment,
            )
            return _looked_at(desk, do)


def _looked_at(desk: Desk, do: Do) -> Path:
    parts = Parts(desk, do)
    crossings = parts.do(watch)
    parts.do(alert, crossings, parts.do(race, crossings))
    written: Path = parts.do(digest)
    return written


def backfill(
    config: Config, since: datetime, until: datetime, *, from_archive: bool = False, do: Do = directly
) -> PassReport:
    """Read again what was seen from `since` until `until`, a day at a time; then do a pass that asks no source.

    `from_archive` has today's readers read the archived pages first, so that posts which older ones missed are added.
    Killed and run again it goes on where it was. Raises UsageError, BusyError and what a pass raises.
    """
    if since >= until:
        raise UsageError(f"since {since:%Y-%m-%d %H:%M} is not before until {until:%Y-%m-%d %H:%M}")
    if from_archive:
        for site in sites_of(config):
            read_archives(config, site, since=since, until=until)
    with open_desk(config) as desk:
        do(load, desk)
        for begin, end in stretches(since, until):
            do(annotate, desk, seen_after=begin, seen_before=end)
        return one_pass(desk, do=do, write_digest=False, sources="none")


def stretches(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the days from `since` until `until`, the last one cut."""
    while since < until:
        yield since, min(since + STRETCH, until)
        since += STRETCH


def read_archives(config: Config, site: Site, *, since: datetime, until: datetime) -> list[Path]:
    """Read a source's archived pages of a time into landing files, without the network; return those that are new."""
    paths, made = paths_of(config), []
    with source_lock(paths, site.name), CrawlerWorker() as worker:
        require_key(config)
        for archive in archive_files(paths.data, site.name):
            began = run_began(archive)
            stem = archive.name.split(".warc", 1)[0]
            target = paths.landing / site.name / f"{stem}.replay{SUFFIX}"
            if began is None or not since <= began < until or target.exists():
                continue
            given = {"run_id": f"{stem}.replay", "secret": author_secret(config), "out": target, "archive": archive}
            result = worker.crawl([job_for(site, config, **given)])[0]
            if result.error:
                raise NothingSeenError(f"{archive}: {result.error}")
            made.append(target)
    return made
