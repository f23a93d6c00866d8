"""A host's turns: slower when it has had too much, left alone when it fails, and told of once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.errors import BudgetSpentError, FetchError, LeftAloneError
from crawlers.frontier import Frontier
from crawlers.model import Page
from crawlers.spiders.turns import Manners, Turns
from tests.crawlers.conftest import Crawl
from tests.crawlers.test_politeness import CHALLENGE
from tests.crawlers.test_spiders import causes, posts
from tests.crawlers.tiny_forum import Reply, TinyForum

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://forum.example/list"


class Clock:
    """A day that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime:
        return NOW + timedelta(seconds=sum(self.slept))

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 1))


def with_turns(tmp_path: Path, story: Callable[[Turns, Clock], Awaitable[None]], **manners: object) -> Clock:
    clock = Clock()
    settings = {"home": URL, "delay_seconds": 2.0, "pages_per_day": 100, **manners}

    async def tell() -> None:
        with Frontier(tmp_path / "f", "s") as frontier:
            turns = Turns(
                Manners(**settings),  # type: ignore[arg-type]
                hosts=frontier.hosts,
                clock=clock.now,
                last_fetch={},
                sleep=clock.sleep,
            )
            await story(turns, clock)

    asyncio.run(tell())
    return clock


def answer(status: int, **headers: str) -> Page:
    return Page(url=URL, body=b"", fetched_at=NOW, status=status, headers=headers)


async def take(turns: Turns) -> None:
    await turns.take(URL, crawl_delay=None, is_counted=True)


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_has_had_too_much_is_asked_slowly_and_then_faster(tmp_path: Path, status: int) -> None:
    async def story(turns: Turns, clock: Clock) -> None:
        await take(turns)
        await turns.wait_to_retry(URL, answer(status))
        for _ in range(16):
            await take(turns)
            turns.succeeded(URL)

    waits = with_turns(tmp_path, story).slept
    assert waits[:4] == [30.0, 30.0, 24.0, 19.2]
    assert waits[-1] == 2.0


def test_the_next_crawl_is_slow_too(tmp_path: Path) -> None:
    async def too_much(turns: Turns, clock: Clock) -> None:
        await turns.wait_to_retry(URL, answer(429))

    async def two_pages(turns: Turns, clock: Clock) -> None:
        await take(turns)
        await take(turns)

    with_turns(tmp_path, too_much)
    assert with_turns(tmp_path, two_pages).slept == [30.0]


@pytest.mark.parametrize(("asked", "waited"), [("7", 30.0), ("45", 45.0), ("soon", 30.0)])
def test_retry_after_is_obeyed_and_never_taken_for_an_invitation(tmp_path: Path, asked: str, waited: float) -> None:
    async def story(turns: Turns, clock: Clock) -> None:
        await turns.wait_to_retry(URL, answer(429, **{"retry-after": asked}))

    assert with_turns(tmp_path, story).slept == [waited]


def test_other_faults_wait_and_do_not_slow_down(tmp_path: Path) -> None:
    async def story(turns: Turns, clock: Clock) -> None:
        await turns.wait_to_retry(URL, answer(500))
        await take(turns)
        await take(turns)

    assert with_turns(tmp_path, story).slept == [30.0, 2.0]


def test_crawl_delay_wins_over_less(tmp_path: Path) -> None:
    async def story(turns: Turns, clock: Clock) -> None:
        for _ in range(3):
            await turns.take(URL, crawl_delay=12.0, is_counted=True)

    assert with_turns(tmp_path, story).slept == [12.0, 12.0]


def test_the_day_s_pages_are_used_up_and_the_share_says_how_far(tmp_path: Path) -> None:
    async def story(turns: Turns, clock: Clock) -> None:
        await take(turns)
        assert turns.spent_share() == 0.5
        await take(turns)
        with pytest.raises(BudgetSpentError):
            await take(turns)

    with_turns(tmp_path, story, pages_per_day=2)


def test_three_failures_in_a_row_and_the_host_is_left_alone(tmp_path: Path) -> None:
    def fault() -> FetchError:
        return FetchError(URL, "timeout", "no answer")

    async def story(turns: Turns, clock: Clock) -> None:
        assert [turns.failed(fault()).ends_crawl for _ in range(2)] == [False, False]
        turns.succeeded(URL)
        await take(turns)
        turns.succeeded(URL)
        errors = [turns.failed(fault()) for _ in range(3)]
        assert [error.ends_crawl for error in errors] == [False, False, True]
        assert errors[2].detail.endswith("left alone until 2026-11-22 13:00 UTC")
        with pytest.raises(LeftAloneError):
            await take(turns)

    with_turns(tmp_path, story)


def test_a_host_that_fails_is_told_of_once_and_tried_ever_more_rarely(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    forum.replies["/list"] = Reply(status=503)
    told, asked = [], []
    for hour in range(24):
        result, records = crawl(now=NOW + timedelta(hours=hour, minutes=hour))
        assert not result.is_complete
        told += [hour] * len(causes(records))
        asked += [hour] if forum.fetched() else []
        assert (result.left_alone_until is None) is (hour in asked)
    # An hour, then two, four, eight and sixteen: each try is told, the crawls between them are not.
    assert told == asked == [0, 1, 3, 7, 15]
    del forum.replies["/list"]
    assert posts(crawl(now=NOW + timedelta(days=2))[1]) == ["a-1"]


def test_a_challenge_is_not_met_with_another_try(forum: TinyForum, crawl: Crawl) -> None:
    forum.replies["/list"] = Reply(CHALLENGE)
    result, _ = crawl(now=NOW)
    assert [incident.cause for incident in result.incidents] == ["challenge"]
    assert forum.fetched() == ["/list"]
    result, _ = crawl(now=NOW + timedelta(minutes=59))
    assert (result.incidents, forum.fetched()) == ((), [])
    assert result.left_alone_until == NOW + timedelta(hours=1)
