"""Step 1: read the sources into landing files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.keeping import name_finished
from crawlers.landing import landing_file
from crawlers.model import Site
from flows.desk import Desk
from flows.erasing import erased_before
from flows.errors import BusyError, NothingSeenError
from flows.paths import Paths, source_lock
from flows.single import is_due, log_result
from flows.sources import disabled, job_for, require_contact, sites_of

if TYPE_CHECKING:
    from crawlers.crawl_job import CrawlResult


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What each source gave."""

    results: tuple[CrawlResult, ...]
    disabled: tuple[str, ...] = ()
    """One line for each source that was not asked, since credentials that it needs are not given."""

    @property
    def notes(self) -> list[str]:
        """One line for each source that was not read whole though nothing is wrong."""
        return [*self.disabled, *(f"{result.source}: {result.note}" for result in self.results if result.note)]

    @property
    def problems(self) -> list[str]:
        """One line for each source that could not be read whole."""
        said = []
        for result in self.results:
            if result.error:
                said.append(f"{result.source}: {result.error}")
            if result.left_alone_until:
                said.append(f"{result.source}: left alone until {result.left_alone_until:%Y-%m-%d %H:%M} UTC")
            said += [f"{result.source}: {i.cause}: {i.detail} ({i.url})" for i in result.incidents]
        return said


def crawl(desk: Desk, *, only_due: bool = False) -> CrawlReport:
    """Crawl every enabled source. Raises NothingSeenError when not one of them could be read.

    A source that this very pass has landed before it was killed is not asked again; with `only_due` nor is one that
    was read lately by a crawl of its own.
    """
    sites, lines = sites_of(desk.config), disabled(desk.config)
    for site in sites:
        require_contact(site, desk.config)
    given = {
        "run_id": desk.run_id,
        "secret": desk.secret,
        "data_dir": desk.paths.data,
        "now": desk.virtual_now,
        "not_before": desk.started_at,
        "is_erased": erased_before(desk.con),
    }
    waiting = [
        site
        for site in sites
        if not _is_landed(desk, site) and not (only_due and not is_due(desk.paths, site, now=desk.now))
    ]
    with ExitStack() as locks:
        free, busy = take(locks, desk.paths, waiting)
        for site in free:
            name_finished(desk.paths.data, site.name)
        jobs = [job_for(site, desk.config, **given) for site in free if not _is_landed(desk, site)]
        report = CrawlReport(results=tuple(desk.worker.crawl(jobs)) if jobs else (), disabled=(*lines, *busy))
    for result in report.results:
        log_result(result)
    if lines and not sites:
        raise NothingSeenError("no source could be read:\n" + "\n".join(lines))
    if jobs and not any(result.is_complete or result.read_count for result in report.results):
        raise NothingSeenError("no source could be read:\n" + "\n".join([*report.problems, *report.notes]))
    return report


def _is_landed(desk: Desk, site: Site) -> bool:
    return landing_file(desk.paths.data, site.name, desk.run_id).exists()


def take(locks: ExitStack, paths: Paths, sites: Sequence[Site]) -> tuple[list[Site], list[str]]:
    """Lock sites for a crawl; return those that nobody else reads now, and a line for each other."""
    free, busy = [], []
    for site in sites:
        try:
            locks.enter_context(source_lock(paths, site.name))
            free.append(site)
        except BusyError as error:
            busy.append(f"{site.name}: not read now: {error}")
    return free, busy
