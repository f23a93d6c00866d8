"""The way of every crawl: listing pages, threads that changed, their pages, posts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any, ClassVar, TypeVar
from urllib.parse import urldefrag

from scrapy import Spider

from crawlers.errors import BudgetSpentError, FetchError
from crawlers.frontier import KnownListing, KnownPost, KnownThread, may_have_changed
from crawlers.model import Engine, Listing, NotAThreadError, Page, Site, ThreadPage, ThreadRef
from crawlers.spiders.fetcher import Fetcher
from crawlers.spiders.reading import Reading, first_page_url
from crawlers.spiders.session import GONE, Session
from crawlers.spiders.transport import Transport
from crawlers.walls import wall_of

DUE_COUNT = 20
"""Quiet threads looked at again in one crawl, at most."""
CUTS = (FetchError, BudgetSpentError)

T = TypeVar("T", Listing, ThreadPage)


class BaseSpider(Spider):
    """Carries what Scrapy's components need of a crawl, and ends without using the scheduler."""

    def __init__(self, *, session: Session, fetcher: Fetcher, transport: Transport) -> None:
        super().__init__()
        self.session = session
        self.fetcher = fetcher
        self.transport = transport
        self.failure: Exception | None = None

    async def start(self) -> AsyncIterator[Any]:
        """Read the place: requests are made one after another, so no place is ever raced."""
        self.fetcher.download = self.crawler.engine.download_async
        try:
            await self.read()
        except FetchError as error:
            self.session.report(error)
        except BudgetSpentError:
            self.session.is_complete = False
        except Exception as error:
            # Scrapy would log this and call the crawl finished; the caller must know.
            self.failure = error
        return
        yield  # Scrapy wants a generator; records go to the landing file as they are learned

    async def read(self) -> None:
        """Do the crawl."""
        raise NotImplementedError


class PlaceSpider(BaseSpider):
    """Reads one place from its listings to its posts."""

    accept: ClassVar[str] = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"
    goes_on_at_last_page: ClassVar[bool] = True
    """False where pages of a thread have no addresses that last: it is then always read whole."""
    may_be_empty: ClassVar[bool] = False
    """True where a listing without threads is an answer (a search without hits), not a fault."""

    def __init__(self, *, engine: Engine, start_page: Page | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self._engine = engine
        self._start_page = start_page
        self._held = {start_page.url: start_page} if start_page else {}
        self._listed: set[str] = set()
        self._read: set[str] = set()

    async def read(self) -> None:
        """Read what the start page belongs to; without one, the whole place and the quiet threads that are due."""
        if self._start_page:
            await self._read_start(self._start_page)
            return
        await self._read_place(self.session.site)
        now = self.session.clock()
        for thread_id in self.session.frontier.due(now, limit=DUE_COUNT):
            known = self.session.frontier.thread(thread_id)
            if known and thread_id not in self._read:
                await self._read_thread(_as_ref(known), known, is_changed=False)

    async def _read_start(self, page: Page) -> None:
        engine = self._engine
        if (thread := self._try(engine.parse_thread, page)) and thread.posts:
            url = page.url if thread.page_number == 1 else first_page_url(page.url)
            await self._read_thread(ThreadRef(thread_id=thread.thread_id, url=url), None, is_changed=True)
        elif (listing := self._try(engine.parse_listing, page)) and listing.threads:
            await self._read_listing(page.url)
        else:
            await self._read_place(replace(self.session.site, url=page.url))

    async def _read_place(self, site: Site) -> None:
        for url in self._engine.listing_urls(site):
            self.fetcher.admit(url)
            try:
                await self._read_listing(url)
            except FetchError as error:
                if error.ends_crawl:
                    raise
                self.session.report(error)

    async def _read_listing(self, entry: str) -> None:
        """Read pages of a listing until one holds no news; then what an earlier crawl had to leave unread."""
        known = self.session.frontier.listing(entry)
        url, backlog, is_in_backlog = entry, known.resume_url, False
        seen: set[str] = set()
        etag, last_modified = known.etag, known.last_modified
        try:
            while url and url not in seen:
                seen.add(url)
                is_in_backlog = is_in_backlog or url == backlog
                page, listing = await self._get_listing(url, known if url == entry else KnownListing())
                if url == entry and listing:
                    etag, last_modified = page.headers.get("etag"), page.headers.get("last-modified")
                self._hold_embedded(page, listing)
                has_news = await self._read_listed(listing)
                following = listing.next_url if listing else None
                url = (following if has_news or is_in_backlog else backlog) or ""
        except CUTS:
            self.session.changes.listings[entry] = KnownListing(resume_url=url if len(seen) > 1 else backlog or url)
            raise
        # A validator vouches for all that the page pointed to: it is kept only when all of it was read.
        is_trusted = self.session.is_complete
        self.session.changes.listings[entry] = KnownListing(
            etag=etag if is_trusted else None, last_modified=last_modified if is_trusted else None
        )

    async def _get_listing(self, url: str, known: KnownListing) -> tuple[Page, Listing | None]:
        page, listing = await self._get(
            url, self._engine.parse_listing, etag=known.etag, last_modified=known.last_modified
        )
        if listing and not listing.threads and not self.may_be_empty:
            raise self._fault(page, "site_changed", "no threads on a listing that answered 200")
        return page, listing

    def _hold_embedded(self, page: Page, listing: Listing | None) -> None:
        """Keep a listing's body for threads that it holds itself: their address is its own, but for the fragment."""
        self._held = {
            ref.url: replace(page, url=ref.url)
            for ref in (listing.threads if listing else ())
            if "#" in ref.url and urldefrag(ref.url)[0] == urldefrag(page.url)[0]
        }

    async def _read_listed(self, listing: Listing | None) -> bool:
        """Read the threads that changed; return whether there was any news."""
        has_news = False
        for ref in listing.threads if listing else ():
            if ref.thread_id in self._listed:
                continue
            self._listed.add(ref.thread_id)
            known = self.session.frontier.thread(ref.thread_id)
            if known is None or may_have_changed(ref, known, now=self.session.clock()):
                has_news = await self._read_thread(ref, known, is_changed=True) or has_news
        return has_news

    async def _read_thread(self, ref: ThreadRef, known: KnownThread | None, *, is_changed: bool) -> bool:
        """Read a thread from where it was left, or whole where that is needed; return whether there was news."""
        self._read.add(ref.thread_id)
        old = self.session.frontier.posts(ref.thread_id) if known and known.is_kept else {}
        start = known.last_page_url if known and known.last_page_url and self.goes_on_at_last_page else ref.url
        # A thread that the listing calls changed is asked for without conditions: validators are not always right.
        validators = known if known and start == known.last_page_url and not is_changed else None
        reading, cut = await self._read_pages(ref, start, validators)
        if start != ref.url and self._must_start_over(reading, cut, old, ref, known):
            reading, cut = await self._read_pages(ref, ref.url, None)
        if (
            isinstance(cut, FetchError)
            and cut.status in GONE
            and ref.thread_id not in self._listed
            and not reading.posts
        ):
            self.session.forget_thread(ref, known, old)
            return True
        has_news = self.session.take(ref, known, old, reading, is_cut=cut is not None)
        if isinstance(cut, BudgetSpentError) or (cut and cut.ends_crawl):
            raise cut
        if cut:
            self.session.report(cut)
        # What could not be read may be news: a listing is not left because of it.
        return has_news or cut is not None

    def _must_start_over(
        self,
        reading: Reading,
        cut: FetchError | BudgetSpentError | None,
        old: dict[str, KnownPost],
        ref: ThreadRef,
        known: KnownThread | None,
    ) -> bool:
        """Return whether the last page alone cannot tell what happened to a thread."""
        if cut:
            is_page_gone = isinstance(cut, FetchError) and (cut.status in GONE or cut.cause == "site_changed")
            return is_page_gone and not reading.posts
        if reading.is_unmodified:
            return False
        if not old and not (known and known.is_kept):
            return self.session.keep_all or reading.mentions(self.session.is_mention)
        # A post missing from its page is deleted, or has moved up because another one was.
        is_missing = any(post.is_on_last_page and post_id not in reading.posts for post_id, post in old.items())
        shrank = bool(
            known and known.listed_count and ref.post_count is not None and ref.post_count < known.listed_count
        )
        return is_missing or shrank

    async def _read_pages(
        self, ref: ThreadRef, start: str, validators: KnownThread | None
    ) -> tuple[Reading, FetchError | BudgetSpentError | None]:
        """Read a thread's pages from one on; return what they gave and what cut the reading short, if anything."""
        reading = Reading(ref.thread_id, title=ref.title, view_count=ref.view_count)
        queue, seen = [start], set[str]()
        known = validators or _as_known(ref, self.session)
        try:
            while queue:
                url = queue.pop(0)
                if url in seen:
                    continue
                first = not seen
                seen.add(url)
                page, parsed = await self._get(
                    url,
                    self._engine.parse_thread,
                    etag=known.etag if first else None,
                    last_modified=known.last_modified if first else None,
                )
                if parsed is None:
                    reading.is_unmodified = True
                    break
                self._check_thread(page, parsed, ref, is_first=first)
                self.session.set_aside(parsed.unreadable, url=page.url, seen_at=page.fetched_at)
                if first:
                    reading.is_from_start = start == ref.url and parsed.page_number == 1
                # A page without one new post ends the thread: many sites answer any page number with the last page.
                if reading.add(page, parsed) or parsed.unreadable:
                    queue += [*([parsed.next_url] if parsed.next_url else []), *parsed.more_urls]
        except CUTS as cut:
            return reading, cut
        reading.is_finished = True
        return reading, None

    def _check_thread(self, page: Page, parsed: ThreadPage, ref: ThreadRef, *, is_first: bool) -> None:
        if parsed.thread_id != ref.thread_id:
            detail = f"thread {parsed.thread_id[:60]} where {ref.thread_id[:60]} should be"
            raise FetchError(page.url, "site_changed", detail, status=page.status)
        if not parsed.posts and not parsed.unreadable and (is_first or not self.may_be_empty):
            raise self._fault(page, "site_changed", "no posts on a page that answered 200")

    async def _get(
        self, url: str, parse: Callable[[Page, Site], T], *, etag: str | None, last_modified: str | None
    ) -> tuple[Page, T | None]:
        """Return a page and what it says; None for a page that has not changed (status 304)."""
        address, fragment = urldefrag(url)
        page = self._held.pop(url, None) or await self.fetcher.get(address, etag=etag, last_modified=last_modified)
        if page.status == 304:
            return page, None
        if fragment:
            # Not sent, but it may tell the engine which part of the page is asked for.
            page = replace(page, url=f"{urldefrag(page.url)[0]}#{fragment}")
        try:
            return page, parse(page, self.session.site)
        except NotAThreadError as error:
            raise self._fault(page, error.cause, str(error)) from error
        except Exception as error:
            # Pages are written by strangers: what breaks a parser breaks one page, not the crawl.
            raise self._fault(page, "site_changed", f"the parser failed: {type(error).__name__}") from error

    def _fault(self, page: Page, cause: str, detail: str) -> FetchError:
        cause, detail = wall_of(page) or (cause, detail)
        return FetchError(page.url, cause, detail, status=page.status, ends_crawl=cause == "challenge")

    def _try(self, parse: Callable[[Page, Site], T], page: Page) -> T | None:
        try:
            return parse(page, self.session.site)
        except Exception:
            return None


def _as_ref(known: KnownThread) -> ThreadRef:
    return ThreadRef(
        thread_id=known.thread_id, url=known.url, last_posted_at=known.listed_at, post_count=known.listed_count
    )


def _as_known(ref: ThreadRef, session: Session) -> KnownThread:
    return KnownThread(thread_id=ref.thread_id, url=ref.url, next_check_at=session.clock())
