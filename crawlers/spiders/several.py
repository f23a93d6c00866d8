"""Threads of a place, read in their order: one after another, or a few at once where nothing is gained by waiting."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from crawlers.errors import BudgetSpentError, FetchError
from crawlers.model import Page
from crawlers.spiders.fetcher import Fetcher
from crawlers.spiders.session import Session
from crawlers.spiders.task import Cut, Outcome, Rules, Threads, ThreadTask, Wanted

WAITING = 3
"""So many times as many threads as are read at once may be under way, with those that are read and wait their turn."""


class Several:
    """Reads threads of one place. Its pages are still asked for one at a time, whoever wants them."""

    def __init__(self, rules: Rules, threads: Threads, session: Session, fetcher: Fetcher) -> None:
        self._rules = rules
        self._threads = threads
        self._session = session
        self._fetcher = fetcher
        self._turn = asyncio.Lock()
        self._end: Cut | None = None
        self._under_way: deque[asyncio.Task[Outcome]] = deque()

    async def read(self, tasks: Iterable[ThreadTask], *, until_news: bool = False) -> bool:
        """Read threads, and take in what they gave in the order of the tasks. Return whether there was any news.

        With `until_news` it is enough that there is some: threads may still be under way then, and are taken in by the
        next call, before whose end all of this one's are. Raise what ended the crawl, if anything did; what was read up
        to there is taken in before.
        """
        earlier, has_news, under_way = len(self._under_way), False, self._under_way
        try:
            for task in tasks:
                under_way.append(asyncio.ensure_future(self._threads.read(self._rules, task, self._get)))
                while await self._is_full():
                    is_news = self._take(await under_way.popleft())
                    has_news, earlier = has_news or (is_news and not earlier), max(0, earlier - 1)
                if self._end:
                    break
            while under_way and (earlier or self._end or not (until_news and has_news)):
                is_news = self._take(await under_way.popleft())
                has_news, earlier = has_news or (is_news and not earlier), max(0, earlier - 1)
        except BaseException:
            await self.abandon()
            raise
        if self._end:
            raise self._end
        return has_news

    async def finish(self, end: Cut | None = None) -> None:
        """Take in the threads that are under way; with an `end` none of them gets another page. Raise it, or another.

        Do nothing where none are under way and nothing ended the crawl.
        """
        self._end = self._end or end
        await self.read(())

    async def abandon(self) -> None:
        """Leave the threads that are under way."""
        for left in self._under_way:
            left.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._under_way.clear()

    async def _is_full(self) -> bool:
        """Wait until there is room for another thread, or the oldest must be taken in first; return whether it must.

        A thread that is read but not yet taken in makes room: else all would wait for whoever reads the oldest.
        """
        under_way, width = self._under_way, self._width()
        while len(under_way) >= width:
            unread = [task for task in under_way if not task.done()]
            if not unread or unread[0] is not under_way[0] or len(under_way) >= WAITING * width:
                return True
            if len(unread) < width:
                return False
            await asyncio.wait(unread, return_when=asyncio.FIRST_COMPLETED)
        return False

    def _width(self) -> int:
        """Return how many threads are read at once. Between polite requests there is time enough for one."""
        return 1 if self._fetcher.turns.is_polite else self._threads.width

    def _take(self, found: Outcome) -> bool:
        has_news = self._session.take(found)
        self._end = self._end or found.end
        if not self._end:
            self._session.save_progress(self._fetcher.page_count)
        return has_news

    async def _get(self, wanted: Wanted) -> Page:
        async with self._turn:
            if self._end:
                raise self._end
            try:
                return await self._fetcher.want(wanted)
            except BudgetSpentError as error:
                self._end = error
                raise
            except FetchError as error:
                if error.ends_crawl:
                    self._end = error
                raise
