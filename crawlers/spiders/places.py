"""The way of every crawl: listing pages, and from them the threads that changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urldefrag

from crawlers.errors import BudgetSpentError, FetchError
from crawlers.frontier import KnownListing, KnownThread, may_have_changed
from crawlers.model import Engine, Listing, Page, Site, ThreadRef
from crawlers.spiders.base import BaseSpider
from crawlers.spiders.index import forum_links
from crawlers.spiders.pages import fault, parsed, tried
from crawlers.spiders.reading import first_page_url
from crawlers.spiders.several import Several
from crawlers.spiders.task import Rules, Threads, ThreadTask, Wanted
from crawlers.spiders.walk import Walk

DUE_COUNT = 20
"""Quiet threads looked at again in one crawl, at most."""
ARCHIVED_COUNT = 1_000_000
"""A replay spares nobody: it reads all threads that the archive holds."""
SWEEP_COUNT = 1000
SWEEP_SHARE = 0.5
"""Share of the day's pages after which no further thread is swept."""
INDEX_PAGES = 500


class PlaceSpider(BaseSpider):
    """Reads one place from its listings to its posts."""

    accept: ClassVar[str] = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"
    goes_on_at_last_page: ClassVar[bool] = True
    """False where pages of a thread have no addresses that last: it is then always read whole."""
    shows_whole_threads: ClassVar[bool] = True
    """False where a thread's page is a window on its newest posts: what is absent there is not deleted."""
    may_be_empty: ClassVar[bool] = False
    """True where a listing without threads is an answer (a search without hits), not a fault."""

    def __init__(
        self, *, engine: Engine, rules: Rules, threads: Threads, start_page: Page | None = None, **rest: Any
    ) -> None:
        super().__init__(**rest)
        self._engine = engine
        self._several = Several(rules, threads, self.session, self.fetcher)
        self._start_page = start_page
        self._lists: set[str] = set()
        self._listed: set[str] = set()
        self._read: set[str] = set()
        if start_page:
            self.fetcher.hold({start_page.url: start_page})

    async def read(self) -> None:
        """Read what the start page belongs to; without one, the whole place and the quiet threads that are due."""
        if self._start_page:
            await self._read_start(self._start_page)
            return
        await self._read_place(self.session.site)
        now = self.session.clock()
        await self._several.read(self._due(now))
        if self.shows_whole_threads:
            # One after another: what is under way has not been counted yet, and half of the day's pages are not ours.
            for task in self._sweeps(now):
                await self._several.read([task])

    def _due(self, now: datetime) -> Iterator[ThreadTask]:
        """Yield the quiet threads that are looked at again."""
        limit = DUE_COUNT if self.transport.replay is None else ARCHIVED_COUNT
        for thread_id in self.session.frontier.due(now, limit=limit):
            known = self.session.thread(thread_id)
            if known and thread_id not in self._read and _has_own_page(known):
                yield self._task(_as_ref(known), known)

    def _sweeps(self, now: datetime) -> Iterator[ThreadTask]:
        """Yield kept threads to be read whole: an edit or a deletion on an early page shows nowhere else.

        They never take the pages that a day's news may need.
        """
        for thread_id in self.session.frontier.due_for_sweep(now, limit=SWEEP_COUNT):
            if self.fetcher.turns.spent_share() >= SWEEP_SHARE:
                break
            known = self.session.thread(thread_id)
            is_due = known and known.is_kept and known.next_sweep_at and known.next_sweep_at <= now
            if known and is_due and _has_own_page(known):
                yield replace(self._task(_as_ref(known), known), is_sweep=True)

    def _task(self, ref: ThreadRef, known: KnownThread | None) -> ThreadTask:
        self._read.add(ref.thread_id)
        old = self.session.posts(ref.thread_id) if known and known.is_kept else {}
        return ThreadTask(ref=ref, known=known, old=old, is_listed=ref.thread_id in self._listed)

    async def _read_start(self, page: Page) -> None:
        engine, site = self._engine, self.session.site
        if (thread := tried(page, engine.parse_thread, site)) and thread.posts:
            url = page.url if thread.page_number == 1 else thread.first_url or first_page_url(page.url)
            task = replace(self._task(ThreadRef(thread_id=thread.thread_id, url=url), None), is_changed=True)
            await self._several.read([task])
            if not self.session.read_count and url != page.url:
                await self._several.read([replace(task, ref=replace(task.ref, url=page.url))])
        elif (listing := tried(page, engine.parse_listing, site)) and (listing.threads or listing.more_urls):
            await self._read_lists(page.url)
        elif engine.ACCESS == "html" and (links := forum_links(page)):
            await self._read_index(links)
        else:
            await self._read_place(replace(site, url=page.url))

    async def _read_index(self, links: tuple[str, ...]) -> None:
        """Read the forums that an index points to, and theirs: what of the links is no list of threads is passed by."""
        queue, seen = list(links), set[str]()
        while queue and len(seen) < INDEX_PAGES:
            url = queue.pop(0)
            if url in seen:
                continue
            seen.add(url)
            try:
                page = await self.fetcher.get(url)
            except FetchError as error:
                if error.ends_crawl:
                    raise
                self.session.report(error)
                continue
            queue += forum_links(page)
            if (listing := tried(page, self._engine.parse_listing, self.session.site)) and listing.threads:
                self.fetcher.hold({url: page})
                await self._read_listing(url)

    async def _read_place(self, site: Site) -> None:
        for url in self._engine.listing_urls(site):
            self.fetcher.admit(url)
            await self._read_lists(url)

    async def _read_lists(self, entry: str) -> None:
        """Read a listing, and the lists that it and they point to; one that cannot be had costs no other."""
        queue = [entry]
        while queue and len(self._lists) < INDEX_PAGES:
            url = queue.pop(0)
            if url in self._lists:
                continue
            self._lists.add(url)
            try:
                queue += await self._read_listing(url)
            except FetchError as error:
                if error.ends_crawl:
                    raise
                self.session.report(error)

    async def _read_listing(self, entry: str) -> tuple[str, ...]:
        """Read pages of a listing until one holds no news; then what an earlier crawl had to leave unread.

        Return the other lists that the pages point to.
        """
        try:
            pointed_to, validators = await self._walk(entry)
        except (FetchError, BudgetSpentError) as error:
            # What is under way of the pages before is taken in; it gets no other page where the crawl is over.
            await self._several.finish(error if isinstance(error, BudgetSpentError) or error.ends_crawl else None)
            raise
        except BaseException:
            await self._several.abandon()
            raise
        await self._several.finish()
        # A validator vouches for all that the page pointed to: it is kept only when all of it was read.
        is_trusted = self.session.is_complete and not pointed_to
        self.session.changes.listings[entry] = validators if is_trusted else KnownListing()
        return pointed_to

    async def _walk(self, entry: str) -> tuple[tuple[str, ...], KnownListing]:
        """Read pages of a listing as far as `_read_listing` says, perhaps with threads of the last ones under way.

        Return the other lists that they point to, and the validators of the first.
        """
        known = self.session.frontier.listing(entry)
        url, backlog, is_in_backlog = entry, known.resume_url, False
        pages: list[str] = []
        walk = Walk()
        pointed_to: dict[str, None] = {}
        validators = KnownListing(etag=known.etag, last_modified=known.last_modified)
        while url and url not in pages:
            if pages:
                # Cut here, the next crawl goes on a page before: what is removed meanwhile moves the rest up, and its
                # threads may still be under way.
                self._leave_off(entry, url if url == backlog else pages[-1])
            is_in_backlog = is_in_backlog or url == backlog
            page, listing = await self._get_listing(url, KnownListing() if pages else known)
            if not pages and listing:
                validators = KnownListing(
                    etag=page.headers.get("etag"), last_modified=page.headers.get("last-modified")
                )
                self._leave_off(entry, backlog or url)
            pages.append(url)
            is_embedded = self._hold_embedded(page, listing)
            following = listing.next_url if listing else None
            # A page that holds its threads itself is kept for them until the next one comes.
            tasks, until_news = self._changed(listing) if listing else (), not is_embedded and bool(following)
            has_news = await self._several.read(tasks, until_news=until_news)
            pointed_to |= dict.fromkeys(listing.more_urls if listing else ())
            if listing and walk.goes_in_circles(listing, pages):
                self.session.report(fault(page, "site_changed", "the pages of a listing lead back to themselves"))
                break
            url = (following if has_news or is_in_backlog else backlog) or ""
        return tuple(pointed_to), validators

    def _leave_off(self, entry: str, url: str | None) -> None:
        self.session.changes.listings[entry] = KnownListing(resume_url=url)

    async def _get_listing(self, url: str, known: KnownListing) -> tuple[Page, Listing | None]:
        page = await self.fetcher.want(Wanted(url, known.etag, known.last_modified))
        if page.status == 304:
            return page, None
        listing = parsed(page, self._engine.parse_listing, self.session.site)
        if not listing.threads and not listing.more_urls and not self.may_be_empty:
            raise fault(page, "site_changed", "no threads on a listing that answered 200")
        return page, listing

    def _hold_embedded(self, page: Page, listing: Listing | None) -> bool:
        """Keep a listing's body for threads that it holds itself: their address is its own, but for the fragment.

        Return whether there are any.
        """
        held = {
            ref.url: replace(page, url=ref.url)
            for ref in (listing.threads if listing else ())
            if "#" in ref.url and urldefrag(ref.url)[0] == urldefrag(page.url)[0]
        }
        self.fetcher.hold(held)
        return bool(held)

    def _changed(self, listing: Listing) -> Iterator[ThreadTask]:
        """Yield the threads of a listing that may have changed, each once a crawl."""
        for ref in listing.threads:
            if ref.thread_id in self._listed:
                continue
            self._listed.add(ref.thread_id)
            known = self.session.thread(ref.thread_id)
            if known is None or may_have_changed(ref, known, now=self.session.clock()):
                yield replace(self._task(ref, known), is_changed=True)


def _has_own_page(known: KnownThread) -> bool:
    # A thread inside its listing's own body is gone from there when others come: no request would find it.
    return "#" not in known.url


def _as_ref(known: KnownThread) -> ThreadRef:
    return ThreadRef(
        thread_id=known.thread_id, url=known.url, last_posted_at=known.listed_at, post_count=known.listed_count
    )
