"""Runs crawl jobs inside a running reactor: opens what a job needs, lets the spider read, publishes what it learned."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from scrapy.crawler import Crawler

from crawlers.archive import ArchiveWriter, archive_file
from crawlers.crawl_job import CrawlJob, CrawlResult
from crawlers.detection import engine_of
from crawlers.errors import CrawlerError, FetchError, of_ours, of_the_system
from crawlers.frontier import Frontier
from crawlers.landing import landing_file
from crawlers.model import Engine
from crawlers.politeness import host_of, user_agent
from crawlers.pseudonym import check_secret
from crawlers.publish import Publisher, recover
from crawlers.quota import QuotaBook
from crawlers.readers import Helped, Readers
from crawlers.replay import Replay
from crawlers.reseed import archived_threads
from crawlers.sites import engine_name, load_engine
from crawlers.spiders.access import Access, access, asked_at
from crawlers.spiders.base import BaseSpider
from crawlers.spiders.fetcher import Fetcher
from crawlers.spiders.kinds import SPIDERS, LookSpider
from crawlers.spiders.places import PlaceSpider
from crawlers.spiders.session import Session
from crawlers.spiders.task import Rules, Threads
from crawlers.spiders.threads import InThisProcess
from crawlers.spiders.transport import OneCrawl, Transport, scrapy_settings
from crawlers.spiders.turns import Manners
from warehouse.records import Visit

AnySpider = TypeVar("AnySpider", bound=BaseSpider)
log = logging.getLogger(__name__)


async def crawl_all(
    jobs: list[CrawlJob], *, last_fetch: dict[str, float], readers: Readers | None = None
) -> list[CrawlResult]:
    """Do jobs, those of different hosts at the same time, and return their results in the same order.

    `last_fetch` holds when each host was last asked, and is kept between calls, as are the `readers` that help.
    """
    by_host: dict[str, list[int]] = {}
    for index, job in enumerate(jobs):
        by_host.setdefault(host_of(asked_at(job.site, job.start_url)), []).append(index)
    results: dict[int, CrawlResult] = {}

    async def do_in_turn(indexes: list[int]) -> None:
        for index in indexes:
            results[index] = await crawl_one(jobs[index], last_fetch=last_fetch, readers=readers)

    await asyncio.gather(*(do_in_turn(indexes) for indexes in by_host.values()))
    return [results[index] for index in range(len(jobs))]


async def crawl_one(job: CrawlJob, *, last_fetch: dict[str, float], readers: Readers | None = None) -> CrawlResult:
    """Do one job. Never raises: a fault of our own is in the result's `error`, so that it stops no other source."""
    started = time.monotonic()
    helped = Helped(readers) if readers else None
    try:
        result = await _crawl(job, last_fetch, helped or InThisProcess())
    except CrawlerError as error:
        result = CrawlResult(source=job.site.name, error=str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        result = CrawlResult(source=job.site.name, error=f"{where}{of_the_system(error)}")
    except sqlite3.Error as error:
        result = CrawlResult(source=job.site.name, error=f"the frontier or the quota's book: {error}; run it again")
    except Exception as error:
        log.error("crawl failed", extra={"source": job.site.name, "error": of_ours(error)})
        result = CrawlResult(source=job.site.name, error=of_ours(error))
    finally:
        if helped:
            helped.close()
    return replace(result, seconds=time.monotonic() - started)


async def _crawl(job: CrawlJob, last_fetch: dict[str, float], threads: Threads) -> CrawlResult:
    check_secret(job.secret)
    if (job.data_dir is None) == (job.out is None):
        raise CrawlerError(f"{job.site.name}: a crawl needs either data_dir or out")
    replay = Replay(job.archive, keys=job.archive_keys) if job.archive else None
    name, agent = job.site.name, user_agent(version("ryktesvakt"), job.contact)
    kept_in = None if replay else job.data_dir
    key = job.archive_keys[0] if job.archive_keys else None
    archive = ArchiveWriter(archive_file(kept_in, name, job.run_id), user_agent=agent, key=key) if kept_in else None
    transport = Transport(clock=_clock(job), archive=archive, replay=replay)
    target = job.out or landing_file(job.data_dir or Path(), name, job.run_id)
    try:
        with Frontier(kept_in / "frontier.sqlite" if kept_in else None, name) as frontier:
            recover(frontier, target.parent)
            if replay and job.site.engine and not job.start_url:
                frontier.apply(archived_threads(replay, load_engine(job.site.engine), job.site))
            with (
                Publisher(target, frontier, key=job.landing_key) as output,
                QuotaBook(kept_in / "quota.sqlite" if kept_in else None) as book,
            ):
                way = access(job.site, job.credentials, book=book, clock=transport.clock, replay=replay)
                return await _Crawl(job, way, agent, frontier, output, transport).run(last_fetch, threads)
    finally:
        if archive:
            archive.close()


class _Crawl:
    """One job with what is open for it."""

    def __init__(
        self, job: CrawlJob, way: Access, agent: str, frontier: Frontier, output: Publisher, transport: Transport
    ) -> None:
        self.job = job
        self.way = way
        self.agent = agent
        self.frontier = frontier
        self.output = output
        self.transport = transport

    async def run(self, last_fetch: dict[str, float], threads: Threads) -> CrawlResult:
        """Look at the start page, if there is one, read the place, publish."""
        job, clock = self.job, self.transport.clock
        started_at = clock()
        keyring, hosts = self.way.keyring, self.frontier.hosts
        fetcher = Fetcher(self._manners(), hosts=hosts, clock=clock, last_fetch=last_fetch, keyring=keyring)
        session = self._session()
        session.measured_from = None if self.transport.replay else started_at
        page, engine, confidence = None, None, 0.0
        if self.transport.replay and self.transport.replay.problem:
            session.report(FetchError(str(job.archive), "truncated", self.transport.replay.problem))
        is_looked_at = job.start_url and not self.way.is_shared
        if is_looked_at:
            look = await self._spider(LookSpider, session=session, fetcher=fetcher, start_url=job.start_url)
            page = look.page
        if page or not is_looked_at:
            engine, confidence = engine_of(job.site, page)
            session.engine_name = engine.NAME
            fetcher.accept = (kind := SPIDERS[engine.ACCESS]).accept
            given = {"engine": engine, "rules": self._rules(kind, engine), "threads": threads, "start_page": page}
            await self._spider(kind, session=session, fetcher=fetcher, **given)
        result = self._publish(session, fetcher.page_count, started_at)
        note = keyring.note if keyring else ""
        return replace(result, engine=engine.NAME if engine else "", engine_confidence=confidence, note=note)

    async def _spider(self, kind: type[AnySpider], **values: object) -> AnySpider:
        crawler = Crawler(kind, OneCrawl(scrapy_settings(user_agent=self.agent)))
        await crawler.crawl_async(transport=self.transport, **values)
        spider = crawler.spider
        assert isinstance(spider, kind)
        if spider.failure:
            raise spider.failure
        return spider

    def _manners(self) -> Manners:
        return Manners(
            home=self.job.start_url or self.job.site.url,
            delay_seconds=self.job.site.delay_seconds,
            pages_per_day=self.job.pages_per_day,
            is_replay=self.transport.replay is not None,
        )

    def _session(self) -> Session:
        job = self.job
        return Session(
            site=self.way.site,
            frontier=self.frontier,
            output=self.output,
            clock=self.transport.clock,
            part_pages=job.part_pages,
        )

    def _rules(self, kind: type[PlaceSpider], engine: Engine) -> Rules:
        job = self.job
        return Rules(
            site=self.way.site,
            engine=engine_name(engine),
            secret=job.secret,
            is_mention=job.is_mention,
            redact=job.redact,
            is_erased=job.is_erased,
            keep_all=job.keep_all,
            sweep_days=job.sweep_days,
            is_landing=self.output.is_landing,
            now=job.now,
            goes_on_at_last_page=kind.goes_on_at_last_page,
            shows_whole_threads=kind.shows_whole_threads,
            may_be_empty=kind.may_be_empty,
        )

    def _publish(self, session: Session, page_count: int, started_at: datetime) -> CrawlResult:
        """Write what the visit was, and put it all in place."""
        visit = Visit(
            source=session.site.name,
            started_at=started_at,
            finished_at=self.transport.clock(),
            is_complete=session.is_complete,
            page_count=page_count,
            post_count=session.post_count,
            read_count=session.read_count,
        )
        session.write_health()
        self.output.write(visit)
        path = self.output.publish(session.changes)
        archive = self.transport.archive
        return CrawlResult(
            source=visit.source,
            landing_path=path,
            archive_path=archive.path if archive and archive.is_started else None,
            post_count=visit.post_count,
            read_count=visit.read_count,
            page_count=page_count,
            incidents=tuple(session.incidents),
            set_aside_count=session.set_aside_count,
            is_complete=visit.is_complete,
            left_alone_until=session.left_alone_until,
        )


def _clock(job: CrawlJob) -> Callable[[], datetime]:
    """Return what tells a crawl the time, never one before what it has told: the posts seen last must stay the last."""
    if standing := job.now:
        return lambda: standing
    latest = job.not_before or datetime.now(UTC)

    def now() -> datetime:
        nonlocal latest
        latest = max(latest, datetime.now(UTC))
        return latest

    return now
