"""When a host may be asked for its next page: its budget, its delay, and whether it is left alone for now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawlers.errors import BudgetSpentError, FetchError, LeftAloneError
from crawlers.hosts import SLOW_SECONDS, Hosts, HostState, failed, recovered
from crawlers.model import Page
from crawlers.politeness import (
    LONGEST_DELAY_SECONDS,
    delay_seconds,
    host_of,
    is_loopback,
    retry_after_seconds,
)

ASKS_TO_WAIT = {429, 503}
RETRY_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How to treat a host."""

    home: str
    """The URL that a crawl was sent to: it never leaves that place."""
    delay_seconds: float
    pages_per_day: int
    is_replay: bool = False


class Turns:
    """The turns that a crawl's hosts give it."""

    def __init__(
        self,
        manners: Manners,
        *,
        hosts: Hosts,
        clock: Callable[[], datetime],
        last_fetch: dict[str, float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._manners = manners
        self._hosts = hosts
        self._clock = clock
        self._last_fetch = last_fetch
        self._sleep = sleep
        self._known: dict[str, HostState] = {}
        """States as they were last read: what other crawls do to a host meanwhile shows with the next turn."""
        # On this machine a site may ask for no delay (tests, the simulation); then nothing else waits either.
        self._is_impatient = is_loopback(manners.home) and manners.delay_seconds == 0

    @property
    def is_polite(self) -> bool:
        """Return whether there is a time to wait between two requests."""
        return not (self._is_impatient or self._manners.is_replay)

    def spent_share(self) -> float:
        """Return the share of the day's pages that is used up, for work that must leave some to the rest."""
        if self._manners.is_replay:
            return 0.0
        state = self._hosts.state(host_of(self._manners.home), self._clock())
        return state.page_count / self._manners.pages_per_day

    async def take(self, url: str, *, crawl_delay: float | None, is_counted: bool) -> None:
        """Wait until a page may be asked for, and count it.

        Raise LeftAloneError for a host that is left alone, BudgetSpentError when its pages of the day are used up.
        """
        if self._manners.is_replay:
            return
        now, host = self._clock(), host_of(url)
        state = self._known[host] = self._hosts.state(host, now)
        if state.not_before and now < state.not_before:
            raise LeftAloneError(host, state.not_before)
        if is_counted:
            if state.page_count >= self._manners.pages_per_day:
                raise BudgetSpentError(f"{host}: today's {self._manners.pages_per_day} pages are used up")
            self._hosts.count_page(host, now)
        delay = self._delay(url, crawl_delay, state)
        clock = asyncio.get_running_loop().time
        left = self._last_fetch.get(host, -delay) + delay - clock()
        if delay and left > 0:
            await self._sleep(left)
        self._last_fetch[host] = clock()

    def succeeded(self, url: str) -> None:
        """Take note of a good page: the host's failures are forgotten, and a delay it made us take shrinks."""
        host = host_of(url)
        state = self._known.get(host, HostState())
        if state.slow_seconds or state.failure_count or state.break_count:
            self._save(host, recovered(state, delay_seconds=self._manners.delay_seconds))

    def failed(self, error: FetchError) -> FetchError:
        """Take note of a page that failed for good; after too many the host is left alone, and the error says so."""
        if self._manners.is_replay:
            return error
        now, host = self._clock(), host_of(error.url)
        is_final = error.cause == "challenge" or error.status in ASKS_TO_WAIT
        state = failed(self._hosts.state(host, now), now=now, is_final=is_final)
        self._save(host, state)
        if state.not_before and state.not_before > now:
            error.ends_crawl = True
            error.detail += f"; left alone until {state.not_before:%Y-%m-%d %H:%M} UTC"
        return error

    async def wait_to_retry(self, url: str, page: Page | None = None) -> None:
        """Wait before the same page is asked for again, as long as its answer wants, if there was one.

        A host that answers that it has had too much is asked slowly from here on. Raise FetchError when it wants to
        be left alone longer than one can sit and wait.
        """
        seconds = None
        if page and page.status in ASKS_TO_WAIT:
            seconds = retry_after_seconds(page.headers.get("retry-after"), now=page.fetched_at)
            self._slow_down(url)
            if seconds is not None and seconds > LONGEST_WAIT_SECONDS:
                raise self._told_to_leave(url, page, seconds)
        if seconds is None and self._is_impatient:
            return
        await self._sleep(seconds if seconds is not None and self._is_impatient else max(seconds or 0, RETRY_SECONDS))

    def _slow_down(self, url: str) -> None:
        if not self._is_impatient:
            host = host_of(url)
            self._save(host, replace(self._known.get(host, HostState()), slow_seconds=SLOW_SECONDS))

    def _told_to_leave(self, url: str, page: Page, seconds: float) -> FetchError:
        # Sitting here would hold up the whole pass: the host is left alone until then instead.
        until = page.fetched_at + timedelta(seconds=min(seconds, 86_400))
        host = host_of(url)
        self._save(host, replace(self._known.get(host, HostState()), not_before=until))
        detail = f"status {page.status}: asks to be left alone until {until:%Y-%m-%d %H:%M} UTC"
        return FetchError(url, "http_error", detail, status=page.status, ends_crawl=True)

    def _delay(self, url: str, crawl_delay: float | None, state: HostState) -> float:
        delay = delay_seconds(self._manners.delay_seconds, url=url, crawl_delay=crawl_delay)
        if delay > LONGEST_DELAY_SECONDS:
            detail = f"robots.txt wants {delay:.0f} s between pages, too long to read anything"
            raise FetchError(url, "robots", detail, ends_crawl=True)
        return delay if self._is_impatient else max(delay, state.slow_seconds)

    def _save(self, host: str, state: HostState) -> None:
        self._known[host] = state
        self._hosts.save(host, state)
