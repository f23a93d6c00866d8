"""The way of every crawl: listing pages, and from them the threads that changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urldefrag

from crawlers.errors import FetchError
from crawlers.frontier import KnownListing, KnownThread, may_have_changed
from crawlers.model import Listing, Page, Site, ThreadRef
from crawlers.spiders.index import forum_links
from crawlers.spiders.reading import first_page_url
from crawlers.spiders.threads import ThreadSpider

DUE_COUNT = 20
"""Quiet threads looked at again in one crawl, at most."""
ARCHIVED_COUNT = 1_000_000
"""A replay spares nobody: it reads all threads that the archive holds."""
SWEEP_COUNT = 1000
SWEEP_SHARE = 0.5
"""Share of the day's pages after which no further thread is swept."""
REPEATED_PAGES = 3
"""Pages of a listing in a row without one thread that its earlier pages did not have: then it goes in a circle."""
INDEX_PAGES = 500


class PlaceSpider(ThreadSpider):
    """Reads one place from its listings to its posts."""

    def __init__(self, *, start_page: Page | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self._start_page = start_page
        self._lists: set[str] = set()
        if start_page:
            self._held[start_page.url] = start_page

    async def read(self) -> None:
        """Read what the start page belongs to; without one, the whole place and the quiet threads that are due."""
        if self._start_page:
            await self._read_start(self._start_page)
            return
        await self._read_place(self.session.site)
        now = self.session.clock()
        for thread_id in self.session.frontier.due(
            now, limit=DUE_COUNT if self.transport.replay is None else ARCHIVED_COUNT
        ):
            known = self.session.thread(thread_id)
            if known and thread_id not in self._read and _has_own_page(known):
                await self.read_thread(_as_ref(known), known, is_changed=False)
        if self.shows_whole_threads:
            await self._sweep(now)

    async def _sweep(self, now: datetime) -> None:
        """Read kept threads whole whose turn has come: an edit or a deletion on an early page shows nowhere else.

        It never takes the pages that a day's news may need.
        """
        for thread_id in self.session.frontier.due_for_sweep(now, limit=SWEEP_COUNT):
            if self.fetcher.turns.spent_share() >= SWEEP_SHARE:
                break
            known = self.session.thread(thread_id)
            is_due = known and known.is_kept and known.next_sweep_at and known.next_sweep_at <= now
            if known and is_due and _has_own_page(known):
                await self.read_thread(_as_ref(known), known, is_changed=False, is_sweep=True)

    async def _read_start(self, page: Page) -> None:
        engine = self._engine
        if (thread := self._try(engine.parse_thread, page)) and thread.posts:
            url = page.url if thread.page_number == 1 else thread.first_url or first_page_url(page.url)
            await self.read_thread(ThreadRef(thread_id=thread.thread_id, url=url), None, is_changed=True)
            if not self.session.read_count and url != page.url:
                await self.read_thread(ThreadRef(thread_id=thread.thread_id, url=page.url), None, is_changed=True)
        elif (listing := self._try(engine.parse_listing, page)) and (listing.threads or listing.more_urls):
            await self._read_lists(page.url)
        elif engine.ACCESS == "html" and (links := forum_links(page)):
            await self._read_index(links)
        else:
            await self._read_place(replace(self.session.site, url=page.url))

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
            if (listing := self._try(self._engine.parse_listing, page)) and listing.threads:
                self._held = {url: page}
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
        known = self.session.frontier.listing(entry)
        url, backlog, is_in_backlog = entry, known.resume_url, False
        pages: list[str] = []
        walk = Walk()
        pointed_to: dict[str, None] = {}
        etag, last_modified = known.etag, known.last_modified
        while url and url not in pages:
            if pages:
                # Cut here, the next crawl goes on a page before: what is removed meanwhile moves the rest up.
                self._leave_off(entry, url if url == backlog else pages[-1])
            is_in_backlog = is_in_backlog or url == backlog
            page, listing = await self._get_listing(url, KnownListing() if pages else known)
            if not pages and listing:
                etag, last_modified = page.headers.get("etag"), page.headers.get("last-modified")
                self._leave_off(entry, backlog or url)
            pages.append(url)
            self._hold_embedded(page, listing)
            has_news = await self._read_listed(listing)
            following = listing.next_url if listing else None
            pointed_to |= dict.fromkeys(listing.more_urls if listing else ())
            if listing and walk.goes_in_circles(listing, pages):
                self.session.report(self._fault(page, "site_changed", "the pages of a listing lead back to themselves"))
                break
            url = (following if has_news or is_in_backlog else backlog) or ""
        # A validator vouches for all that the page pointed to: it is kept only when all of it was read.
        is_trusted = self.session.is_complete and not pointed_to
        self.session.changes.listings[entry] = KnownListing(
            etag=etag if is_trusted else None, last_modified=last_modified if is_trusted else None
        )
        return tuple(pointed_to)

    def _leave_off(self, entry: str, url: str | None) -> None:
        self.session.changes.listings[entry] = KnownListing(resume_url=url)

    async def _get_listing(self, url: str, known: KnownListing) -> tuple[Page, Listing | None]:
        page, listing = await self._get(
            url, self._engine.parse_listing, etag=known.etag, last_modified=known.last_modified
        )
        if listing and not listing.threads and not listing.more_urls and not self.may_be_empty:
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
            known = self.session.thread(ref.thread_id)
            if known is None or may_have_changed(ref, known, now=self.session.clock()):
                has_news = await self.read_thread(ref, known, is_changed=True) or has_news
        return has_news


@dataclass(slots=True)
class Walk:
    """What the pages of one listing have shown so far."""

    thread_ids: set[str] = field(default_factory=set)
    repeated: int = 0

    def goes_in_circles(self, listing: Listing, pages: list[str]) -> bool:
        """Take in a page; return whether it leads back, by its link or by showing the same for several pages.

        One page that repeats another is no circle: on a busy forum new threads push a page's threads to the next.
        """
        found = {ref.thread_id for ref in listing.threads}
        self.repeated = self.repeated + 1 if found and found <= self.thread_ids else 0
        self.thread_ids |= found
        return listing.next_url in pages or self.repeated >= REPEATED_PAGES


def _has_own_page(known: KnownThread) -> bool:
    # A thread inside its listing's own body is gone from there when others come: no request would find it.
    return "#" not in known.url


def _as_ref(known: KnownThread) -> ThreadRef:
    return ThreadRef(
        thread_id=known.thread_id, url=known.url, last_posted_at=known.listed_at, post_count=known.listed_count
    )
