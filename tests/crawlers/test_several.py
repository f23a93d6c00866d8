"""Threads read several at once are taken in in their order, and a listing goes on while the last of a page are read."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from crawlers.errors import BudgetSpentError
from crawlers.model import ThreadRef
from crawlers.spiders.several import WAITING, Several
from crawlers.spiders.task import CUTS, Outcome, ThreadTask, Wanted


class Place:
    """Threads by name that are read when a test says so, and what was taken in of them."""

    def __init__(self, *, width: int = 4, news: str = "") -> None:
        self.width, self.news = width, news
        self.done: dict[str, asyncio.Event] = {}
        self.begun: list[str] = []
        self.taken: list[str] = []
        self.several = Several(None, self, self, SimpleNamespace(turns=SimpleNamespace(is_polite=False), page_count=0))  # type: ignore[arg-type]

    async def read(self, rules: Any, task: ThreadTask, get: Callable[[Wanted], Awaitable[Any]]) -> Outcome:
        name = task.ref.thread_id
        self.begun.append(name)
        await self.done.setdefault(name, asyncio.Event()).wait()
        found = Outcome(ref=task.ref, has_news=name in self.news)
        if name == "w":
            try:
                await get(Wanted("https://forum.example/"))
            except CUTS as cut:
                found.cut = cut
        return found

    def take(self, found: Outcome) -> bool:
        self.taken.append(found.ref.thread_id + ("!" if found.cut else ""))
        return found.has_news

    def save_progress(self, page_count: int) -> None:
        pass

    def finish(self, names: str) -> None:
        for name in names:
            self.done.setdefault(name, asyncio.Event()).set()

    async def listed(self, names: str, *, until_news: bool = True) -> bool:
        tasks = [ThreadTask(ref=ThreadRef(thread_id=name, url=name), known=None, old={}) for name in names]
        return await asyncio.wait_for(self.several.read(tasks, until_news=until_news), 5)


def test_a_listing_goes_on_once_there_is_news_and_the_rest_is_taken_in_first() -> None:
    async def crawl() -> None:
        place = Place(news="b")
        place.finish("ab")
        assert await place.listed("abc")
        assert (place.begun, place.taken) == (["a", "b", "c"], ["a", "b"])
        place.finish("def")
        late = asyncio.ensure_future(place.listed("def"))
        await asyncio.sleep(0.05)
        assert not late.done()
        place.finish("c")
        assert not await late, "the news of an earlier page is none of this one"
        assert place.taken == list("abcdef")
        await place.several.finish()

    asyncio.run(crawl())


def test_news_of_an_earlier_page_is_not_taken_for_this_ones() -> None:
    async def crawl() -> None:
        place = Place(news="ab")
        place.finish("a")
        assert await place.listed("ab")
        place.finish("bc")
        assert not await place.listed("c")
        assert place.taken == list("abc")

    asyncio.run(crawl())


def test_a_thread_that_takes_long_holds_up_no_other_until_too_many_wait_for_it() -> None:
    async def crawl() -> None:
        place = Place(width=2)
        place.finish("bcdefgh")
        late = asyncio.ensure_future(place.listed("abcdefgh"))
        await asyncio.sleep(0.05)
        assert place.taken == [], "what is behind it is taken in after it"
        assert place.begun == list("abcdefgh")[: WAITING * place.width]
        place.finish("a")
        await late
        assert place.taken == list("abcdefgh")

    asyncio.run(crawl())


def test_no_more_threads_are_read_at_once_than_is_best() -> None:
    async def crawl() -> None:
        place = Place(width=2)
        late = asyncio.ensure_future(place.listed("abcd"))
        await asyncio.sleep(0.05)
        assert place.begun == ["a", "b"]
        place.finish("b")
        await asyncio.sleep(0.05)
        assert place.begun == ["a", "b", "c"]
        place.finish("acd")
        await late

    asyncio.run(crawl())


@pytest.mark.parametrize(("news", "until_news"), [("", True), ("a", False)])
def test_without_news_or_where_all_is_wanted_all_are_waited_for(news: str, until_news: bool) -> None:
    async def crawl() -> None:
        place = Place(news=news)
        place.finish("ab")
        late = asyncio.ensure_future(place.listed("abc", until_news=until_news))
        await asyncio.sleep(0.05)
        assert not late.done()
        place.finish("c")
        assert await late == bool(news)
        assert place.taken == list("abc")

    asyncio.run(crawl())


def test_what_ends_the_crawl_ends_what_is_under_way() -> None:
    async def crawl() -> None:
        place, end = Place(news="a"), BudgetSpentError("today's pages are used up")
        place.finish("a")
        assert await place.listed("aw")
        place.finish("w")
        with pytest.raises(BudgetSpentError, match="used up"):
            await place.several.finish(end)
        assert place.taken == ["a", "w!"]

    asyncio.run(crawl())


def test_what_is_abandoned_is_not_taken_in() -> None:
    async def crawl() -> None:
        place = Place(news="a")
        place.finish("a")
        assert await place.listed("ab")
        await place.several.abandon()
        place.finish("b")
        await place.several.finish()
        assert place.taken == ["a"]

    asyncio.run(crawl())
