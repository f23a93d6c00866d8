"""Reads a thread: from where it was left, or whole where only that can tell what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urldefrag

from crawlers.errors import FetchError
from crawlers.frontier import KnownPost, KnownThread
from crawlers.landing import line_of
from crawlers.model import Page, ThreadPage, ThreadRef, Unreadable
from crawlers.sites import load_engine
from crawlers.spiders.outcome import forgotten, outcome_of
from crawlers.spiders.pages import fault, parsed
from crawlers.spiders.reading import Reading
from crawlers.spiders.task import CUTS, GONE, Cut, Get, Outcome, Rules, ThreadTask, Wanted
from warehouse.records import SetAside


class InThisProcess:
    """Reads threads here and now, one at a time."""

    width = 1

    async def read(self, rules: Rules, task: ThreadTask, get: Get) -> Outcome:
        """Return what a thread's reading came to."""
        return await ThreadReader(rules, task, get).read()


class ThreadReader:
    """One thread being read. It fetches nothing itself, and writes nothing."""

    def __init__(self, rules: Rules, task: ThreadTask, get: Get) -> None:
        self._rules = rules
        self._task = task
        self._get = get
        self._engine = load_engine(rules.engine)
        self._aside: list[SetAside] = []

    async def read(self) -> Outcome:
        """Read the thread from where it was left, or whole where that is needed."""
        task, rules = self._task, self._rules
        ref, known, old = task.ref, task.known, task.old
        start = known.last_page_url if known and known.last_page_url and rules.goes_on_at_last_page else ref.url
        if task.is_sweep:
            start = ref.url
        # A thread that the listing calls changed is asked for without conditions: validators are not always right.
        is_conditional = known and start == known.last_page_url and not (task.is_changed or task.is_sweep)
        reading, cut = await self._read_pages(ref, start, known if is_conditional else None)
        if start != ref.url and self._must_start_over(reading, cut):
            reading, cut = await self._read_pages(ref, ref.url, None)
        if reading.is_whole and reading.page_count > 1 and not old.keys() <= reading.posts.keys():
            # A post that is removed while we read moves others to pages behind us: look twice before calling any gone.
            again, cut = await self._read_pages(ref, ref.url, None)
            reading = again.with_posts_of(reading)
        found = forgotten(task) if self._is_gone(reading, cut) else outcome_of(rules, task, reading, cut)
        found.lines = b"".join(line_of(one, is_landing=rules.is_landing) for one in self._aside) + found.lines
        found.tally.set_aside_count += len(self._aside)
        return found

    def _is_gone(self, reading: Reading, cut: Cut | None) -> bool:
        """Return whether the thread is deleted: its page says so, and no listing says otherwise."""
        is_missing = isinstance(cut, FetchError) and cut.status in GONE and not reading.posts
        return is_missing and self._rules.shows_whole_threads and not self._task.is_listed

    def _must_start_over(self, reading: Reading, cut: Cut | None) -> bool:
        """Return whether the last page alone cannot tell what happened to the thread."""
        rules, ref, known = self._rules, self._task.ref, self._task.known
        if cut:
            is_page_gone = isinstance(cut, FetchError) and (cut.status in GONE or cut.cause == "site_changed")
            return is_page_gone and not reading.posts
        if reading.is_unmodified:
            return False
        if not self._task.old and not (known and known.is_kept):
            return rules.keep_all or reading.mentions(rules.is_mention)
        return _misses_posts(reading, self._task.old) or bool(
            known and known.listed_count and ref.post_count is not None and ref.post_count < known.listed_count
        )

    async def _read_pages(
        self, ref: ThreadRef, start: str, validators: KnownThread | None
    ) -> tuple[Reading, Cut | None]:
        """Read the thread's pages from one on; return what they gave and what cut the reading short, if anything."""
        reading = Reading(ref.thread_id, title=ref.title, view_count=ref.view_count)
        queue, seen = [start], set[str]()
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
                page, found = await self._read_page(url, validators if first else None)
                if found is None:
                    reading.is_unmodified = True
                    break
                self._check_thread(page, found, is_first=first)
                self._set_aside(found.unreadable, page)
                if first:
                    is_top = start == ref.url and found.page_number == 1
                    reading.is_from_start = is_top and self._rules.shows_whole_threads
                if reading.goes_back(found) and self._rules.goes_on_at_last_page:
                    raise fault(page, "site_changed", "post ids and dates fall from page to page: newest first?")
                if reading.add(page, found) or found.unreadable:
                    following = found.next_url
                    queue += [*([following] if following else []), *found.more_urls]
                elif found.next_url and url == following:
                    # Many sites answer any page number with their last page, but that one points to none.
                    raise fault(page, "site_changed", "a page repeats the posts of those before it")
        except CUTS as cut:
            return reading, cut
        reading.is_finished = True
        return reading, None

    async def _read_page(self, url: str, validators: KnownThread | None) -> tuple[Page, ThreadPage | None]:
        """Return a page and what it says; None for a page that has not changed (status 304)."""
        known = (validators.etag, validators.last_modified) if validators else (None, None)
        page = await self._get(Wanted(url, *known))
        if page.status == 304:
            return page, None
        if fragment := urldefrag(url).fragment:
            # Not sent, but it may tell the engine which part of the page is asked for.
            page = replace(page, url=f"{urldefrag(page.url)[0]}#{fragment}")
        return page, parsed(page, self._engine.parse_thread, self._rules.site)

    def _check_thread(self, page: Page, found: ThreadPage, *, is_first: bool) -> None:
        wanted = self._task.ref.thread_id
        if found.thread_id != wanted:
            detail = f"thread {found.thread_id[:60]} where {wanted[:60]} should be"
            raise FetchError(page.url, "site_changed", detail, status=page.status)
        if not found.posts and not found.unreadable and (is_first or not self._rules.may_be_empty):
            raise fault(page, "site_changed", "no posts on a page that answered 200")

    def _set_aside(self, found: tuple[Unreadable, ...], page: Page) -> None:
        """Record posts that the engine could not read for certain."""
        self._aside += [
            SetAside(
                source=self._rules.site.name,
                url=page.url,
                reason=one.reason,
                detail=one.detail,
                seen_at=page.fetched_at,
                post_id=one.post_id,
            )
            for one in found
        ]


def _misses_posts(reading: Reading, old: Mapping[str, KnownPost]) -> bool:
    # A post missing from its page is deleted, or has moved up because another one was.
    return any(post.is_on_last_page and post_id not in reading.posts for post_id, post in old.items())
