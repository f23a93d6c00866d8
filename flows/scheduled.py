"""The other scheduled flows: single sources, the weekly sweep, retention, backup, and telling operations."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency

from crawlers.errors import CrawlerError
from crawlers.politeness import host_of
from flows import past
from flows.config import load as load_config
from flows.daily import as_task
from flows.errors import BusyError, FlowsError
from flows.logs import start_logging
from flows.paths import paths_of
from flows.retention import let_go
from flows.settings import Config
from flows.single import crawl_source, site_named
from flows.sources import sites_of
from flows.telling import Notice, tell_operations

log = logging.getLogger(__name__)
WAIT_SECONDS = 3600.0
"""A crawl waits so long for another of its source or host; then it fails, and its next turn comes."""


@flow(name="crawl", persist_result=False)
def crawl(source: str, config_file: str | None = None) -> int:
    """Crawl one source into a landing file; return how many posts it kept. One at a time of a source, and of a host."""
    config = _configured(config_file)
    with _alone(config, source):
        try:
            return crawl_source(config, source).post_count
        except BusyError as error:
            # A pass reads it at this moment: that is as good, and its next turn comes.
            log.warning("crawl left out", extra={"source": source, "what": str(error)})
            return 0


@flow(name="sweep", persist_result=False)
def sweep(config_file: str | None = None) -> int:
    """Read every source at a quiet hour, kept threads that are due for a whole reading with it; return posts kept.

    A source that fails stops no other.
    """
    config, count, failed = _configured(config_file), 0, []
    for site in sites_of(config):
        try:
            with _alone(config, site.name):
                count += crawl_source(config, site.name).post_count
        except (FlowsError, CrawlerError) as error:
            failed.append(str(error))
    if failed:
        raise FlowsError("\n".join(failed))
    return count


@flow(name="retention", persist_result=False)
def retention(config_file: str | None = None) -> int:
    """Let go of what has been kept long enough; return how many posts lost their words."""
    return let_go(_configured(config_file)).post_count


@flow(name="backup", persist_result=False)
def backup(config_file: str | None = None) -> str:
    """Write a backup into the configured folder, let go of the oldest there, and return its path."""
    from flows.backing_up import scheduled_backup

    return str(scheduled_backup(_configured(config_file)))


@flow(name="backfill", persist_result=False)
def backfill(since: datetime, until: datetime, from_archive: bool = False, config_file: str | None = None) -> int:
    """Read again what was seen in a time, a day at a time; return how many posts were judged at the end."""
    return past.backfill(_configured(config_file), since, until, from_archive=from_archive, do=as_task).annotated_count


@flow(name="as-of", persist_result=False)
def as_of(at: datetime, out: str, config_file: str | None = None) -> str:
    """Watch and write the digest as of a past moment, in a folder of its own; return the digest's path."""
    return str(past.as_of(_configured(config_file), at, Path(out), do=as_task))


@flow(name="tell", persist_result=False)
def tell(kind: str, what: str, config_file: str | None = None) -> int:
    """Tell operations of something that an automation has noticed; return how many were told."""
    config = _configured(config_file)
    return tell_operations(paths_of(config), Notice(kind=kind, what=what))


def _configured(config_file: str | None) -> Config:
    config = load_config(Path(config_file) if config_file else None)
    start_logging(config)
    return config


def _alone(config: Config, source: str) -> AbstractContextManager[None]:
    """Hold the source and its host in Prefect, for all machines that share its server; the file lock is taken later."""
    site = site_named(config, source)
    names = [limit_of("source", source), limit_of("host", host_of(site.url))]
    with get_client(sync_client=True) as client:
        for name in names:
            client.upsert_global_concurrency_limit_by_name(name, 1)
    return concurrency(names, occupy=1, timeout_seconds=WAIT_SECONDS, strict=True)


def limit_of(kind: str, name: str) -> str:
    """Return the name of a concurrency limit in Prefect."""
    return f"ryktesvakt-{kind}-{name.replace(':', '-')}"
