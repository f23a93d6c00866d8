"""One source crawled by itself, beside a pass: on a schedule of its own, on this machine or another."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawlers.landing import landing_files
from crawlers.model import Site
from crawlers.worker import CrawlerWorker
from flows.access import why_closed
from flows.config import author_secret
from flows.erasing import erased_by_now
from flows.errors import ConfigError, NothingSeenError
from flows.logs import name_run
from flows.paths import Paths, paths_of, run_id_now, run_id_of, source_lock
from flows.retention import run_began
from flows.rotating import require_key
from flows.settings import Config
from flows.sources import job_for, require_contact, sites_of

if TYPE_CHECKING:
    from crawlers.crawl_job import CrawlResult

log = logging.getLogger(__name__)
DUE_SHARE = 0.75
"""Of its interval: a source that was read more lately than this is not due."""


def crawl_source(config: Config, name: str, *, now: datetime | None = None) -> CrawlResult:
    """Crawl one source into a landing file, which the next pass loads.

    Raises BusyError where another process reads the source, ConfigError, KeyMismatchError, and NothingSeenError when
    nothing of it could be read.
    """
    site = site_named(config, name)
    require_contact(site, config)
    if closed := why_closed(site):
        raise ConfigError(closed)
    paths = paths_of(config)
    with source_lock(paths, name):
        require_key(config)
        run_id = run_id_of(now) if now else run_id_now()
        name_run(run_id)
        job = job_for(
            site,
            config,
            run_id=run_id,
            secret=author_secret(config),
            data_dir=paths.data,
            now=now,
            is_erased=erased_by_now(config),
        )
        with CrawlerWorker() as worker:
            result = worker.crawl([job])[0]
    log_result(result)
    if result.error or not (result.is_complete or result.read_count):
        why = result.error or "; ".join(f"{i.cause}: {i.detail} ({i.url})" for i in result.incidents[:3])
        raise NothingSeenError(f"{name}: could not be read: {why or result.note or 'left alone'}")
    return result


def log_result(result: CrawlResult) -> None:
    """Say in the log how a source's crawl went: how much, how long, and the causes of what was not read."""
    causes = sorted({incident.cause for incident in result.incidents}) + (["error"] if result.error else [])
    about = {"source": result.source, "count": result.post_count, "seconds": round(result.seconds, 3)}
    if causes or not result.is_complete:
        log.info("source not read whole", extra={**about, "reason": ", ".join(causes) or "incomplete"})
    else:
        log.info("source read", extra=about)


def site_named(config: Config, name: str) -> Site:
    """Return an enabled source's site. Raises ConfigError for one that is not crawled."""
    found = {site.name: site for site in sites_of(config)}
    if name not in found:
        raise ConfigError(f"no source {name!r} is crawled; those that are: {', '.join(sorted(found)) or 'none'}")
    return found[name]


def is_due(paths: Paths, site: Site, *, now: datetime) -> bool:
    """Return whether a source has not been read for most of its interval, by the landing files it has."""
    began = [at for path in landing_files(paths.data, site.name) if (at := run_began(path)) and at <= now]
    return not began or now - max(began) > timedelta(hours=site.interval_hours * DUE_SHARE)
