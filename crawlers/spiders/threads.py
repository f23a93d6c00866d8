"""Reads a thread: from where it was left, or whole where only that can tell what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeVar
from urllib.parse import urldefrag

from crawlers.errors import BudgetSpentError, FetchError
from crawlers.frontier import KnownPost, KnownThread
from crawlers.model import Engine, Listing, NotAThreadError, Page, Site, ThreadPage, ThreadRef
from crawlers.spiders.base import BaseSpider
from crawlers.spiders.reading import Reading
from crawlers.spiders.session import GONE, Session
from crawlers.walls import wall_of

CUTS = (FetchError, BudgetSpentError)

T = TypeVar("T", Listing, ThreadPage)


class ThreadSpider(BaseSpider):
    """Reads threads, whoever finds them."""

    accept: ClassVar[str] = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"
    goes_on_at_last_page: ClassVar[bool] = True
    """False where pages of a thread have no addresses that last: it is then always read whole."""
    shows_whole_threads: ClassVar[bool] = True
    """False where a thread's page is a window on its newest posts: what is absent there is not deleted."""
    may_be_empty: ClassVar[bool] = False
    """True where a listing without threads is an answer (a search without hits), not a fault."""

    def __init__(self, *, engine: Engine, **rest: Any) -> None:
        super().__init__(**rest)
        self._engine = engine
        self._held: dict[str, Page] = {}
        """Pages at hand, by the address that they answer."""
        self._listed: set[str] = set()
        self._read: set[str] = set()

    async def read_thread(
        self, ref: ThreadRef, known: KnownThread | None, *, is_changed: bool, is_sweep: bool = False
    ) -> bool:
        """Read a thread from where it was left, or whole where that is needed; return whether there was news."""
        self._read.add(ref.thread_id)
        old = self.session.posts(ref.thread_id) if known and known.is_kept else {}
        start = known.last_page_url if known and known.last_page_url and self.goes_on_at_last_page else ref.url
        if is_sweep:
            start = ref.url
        # A thread that the listing calls changed is asked for without conditions: validators are not always right.
        validators = known if known and start == known.last_page_url and not (is_changed or is_sweep) else None
        reading, cut = await self._read_pages(ref, start, validators)
        if start != ref.url and self._must_start_over(reading, cut, old, ref, known):
            reading, cut = await self._read_pages(ref, ref.url, None)
        if reading.is_whole and reading.page_count > 1 and not old.keys() <= reading.posts.keys():
            # A post that is removed while we read moves others to pages behind us: look twice before calling any gone.
            again, cut = await self._read_pages(ref, ref.url, None)
            reading = again.with_posts_of(reading)
        if self._is_gone(ref, reading, cut):
            self.session.forget_thread(ref, known, old)
            return True
        has_news = self.session.take(ref, known, old, reading, is_cut=cut is not None, is_sweep=is_sweep)
        if isinstance(cut, BudgetSpentError) or (cut and cut.ends_crawl):
            raise cut
        if cut:
            self.session.report(cut, is_thread=True)
        self.session.save_progress(self.fetcher.page_count)
        # What could not be read may be news: a listing is not left because of it.
        return has_news or cut is not None

    def _is_gone(self, ref: ThreadRef, reading: Reading, cut: FetchError | BudgetSpentError | None) -> bool:
        """Return whether a thread is deleted: its page says so, and no listing says otherwise."""
        is_missing = isinstance(cut, FetchError) and cut.status in GONE and not reading.posts
        return is_missing and self.shows_whole_threads and ref.thread_id not in self._listed

    def _must_start_over(
        self,
        reading: Reading,
        cut: FetchError | BudgetSpentError | None,
        old: Mapping[str, KnownPost],
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
        following: str | None = None
        try:
            while queue:
                url = queue.pop(0)
                if url in seen:
                    if url == following:
                        raise FetchError(url, "site_changed", "the next page of a thread is one that was already read")
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
                    is_top = start == ref.url and parsed.page_number == 1
                    reading.is_from_start = is_top and self.shows_whole_threads
                if reading.goes_back(parsed) and self.goes_on_at_last_page:
                    raise self._fault(page, "site_changed", "post ids and dates fall from page to page: newest first?")
                if reading.add(page, parsed) or parsed.unreadable:
                    following = parsed.next_url
                    queue += [*([following] if following else []), *parsed.more_urls]
                elif parsed.next_url and url == following:
                    # Many sites answer any page number with their last page, but that one points to none.
                    raise self._fault(page, "site_changed", "a page repeats the posts of those before it")
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
        if cause == "site_changed":
            cause, detail = wall_of(page) or (cause, detail)
        return FetchError(page.url, cause, detail, status=page.status, ends_crawl=cause == "challenge")

    def _try(self, parse: Callable[[Page, Site], T], page: Page) -> T | None:
        try:
            return parse(page, self.session.site)
        except Exception:
            return None


def _as_known(ref: ThreadRef, session: Session) -> KnownThread:
    return KnownThread(thread_id=ref.thread_id, url=ref.url, next_check_at=session.clock())
