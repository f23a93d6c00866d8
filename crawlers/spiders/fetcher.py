"""Gets one page at a time, politely, or says why not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawlers.errors import ArchiveError, BudgetSpentError, FetchError
from crawlers.frontier import Frontier
from crawlers.model import Page
from crawlers.politeness import (
    LONGEST_DELAY_SECONDS,
    Robots,
    delay_seconds,
    host_of,
    is_loopback,
    is_same_place,
    retry_after_seconds,
)
from crawlers.walls import wall_of

RETRY_COUNT = 2
RETRY_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 300.0
REDIRECT_COUNT = 5
FAILURES_IN_A_ROW = 3
FETCHED_AT = "fetched_at"
TRANSIENT = {408, 429, 500, 502, 503, 504, 520, 522, 524}
ASKS_TO_WAIT = {429, 503}

Download = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How to treat a host."""

    home: str
    """The URL that a crawl was sent to: it never leaves that place."""
    delay_seconds: float
    pages_per_day: int
    is_replay: bool = False


class Fetcher:
    """Fetches the pages of a place: robots.txt, budget, delay, retries, redirects and walls are seen to here."""

    def __init__(
        self,
        manners: Manners,
        *,
        frontier: Frontier,
        clock: Callable[[], datetime],
        last_fetch: dict[str, float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.page_count = 0
        self.accept = "*/*"
        self.download: Download | None = None
        """Set by the spider when Scrapy's engine runs."""
        self._manners = manners
        self._frontier = frontier
        self._clock = clock
        self._last_fetch = last_fetch
        self._sleep = sleep
        self._places = [manners.home]
        self._robots: dict[str, Robots] = {}
        self._failures = 0
        # On this machine a site may ask for no delay (tests, the simulation); then nothing else waits either.
        self._is_impatient = is_loopback(manners.home) and manners.delay_seconds == 0

    def admit(self, url: str) -> None:
        """Let requests go to another place too: an engine's own service, never an address that a page gave."""
        self._places.append(url)

    async def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        """Return a page, status 304 included when a validator was given.

        Raise FetchError with the incident's cause, or BudgetSpentError when the day's pages are used up.
        """
        self._check_place(url, url)
        await self._check_robots(url)
        headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        page = await self._follow(url, {name: value for name, value in headers.items() if value})
        if page.status == 304 or 200 <= page.status < 300:
            if page.headers.get("cf-mitigated") == "challenge":
                raise FetchError(url, "challenge", "the site wants proof that a human reads it", ends_crawl=True)
            return page
        raise _refusal(page)

    async def _follow(self, url: str, headers: dict[str, str]) -> Page:
        target = url
        for _ in range(REDIRECT_COUNT + 1):
            page = await self._attempt(target, headers)
            location = page.headers.get("location")
            if page.status not in (301, 302, 303, 307, 308) or not location:
                return page
            target = urljoin(target, location)
            self._check_place(target, url)
            await self._check_robots(target)
        raise FetchError(url, "http_error", f"more than {REDIRECT_COUNT} redirects")

    async def _attempt(self, url: str, headers: dict[str, str], *, is_counted: bool = True) -> Page:
        for attempt in range(RETRY_COUNT + 1):
            is_last = attempt == RETRY_COUNT
            try:
                page = await self._once(url, headers, is_counted=is_counted)
            except FetchError as error:
                if is_last or error.cause not in ("timeout", "refused", "truncated") or self._manners.is_replay:
                    raise self._counted(error) from error
                await self._wait(RETRY_SECONDS)
                continue
            if page.status not in TRANSIENT or self._manners.is_replay or _is_challenge(page):
                self._failures = 0
                return page
            if is_last:
                break
            await self._wait(self._asked_wait(page, url))
        detail = f"status {page.status} after {RETRY_COUNT + 1} tries"
        raise self._counted(
            FetchError(url, "http_error", detail, status=page.status, ends_crawl=page.status in ASKS_TO_WAIT)
        )

    def _asked_wait(self, page: Page, url: str) -> float:
        asked = retry_after_seconds(page.headers.get("retry-after"), now=page.fetched_at)
        if asked is None or page.status not in ASKS_TO_WAIT:
            return RETRY_SECONDS
        if asked > LONGEST_WAIT_SECONDS:
            # Sitting here would hold up the whole pass: the host is left alone until then instead.
            until = page.fetched_at + timedelta(seconds=min(asked, 86_400))
            self._frontier.leave_alone(host_of(url), until)
            detail = f"status {page.status}: asks to be left alone until {until:%Y-%m-%d %H:%M} UTC"
            raise FetchError(url, "http_error", detail, status=page.status, ends_crawl=True)
        return asked if self._is_impatient else max(asked, RETRY_SECONDS)

    async def _once(self, url: str, headers: dict[str, str], *, is_counted: bool) -> Page:
        await self._take_turn(url, is_counted=is_counted)
        # A proxy, if the machine has one, cannot reach what is on the machine itself.
        meta = {"proxy": None} if is_loopback(url) else {}
        request = Request(url, headers={"Accept": self.accept, **headers}, meta=meta, dont_filter=True)
        try:
            assert self.download
            response = await self.download(request)
        except DownloadTimeoutError as error:
            raise FetchError(url, "timeout", "no whole answer in time") from error
        except CannotResolveHostError as error:
            raise FetchError(url, "dns", "the host's name is unknown", ends_crawl=True) from error
        except (DownloadConnectionRefusedError, DownloadFailedError, OSError) as error:
            raise FetchError(url, "refused", _brief(error)) from error
        except ResponseDataLossError as error:
            raise FetchError(url, "truncated", "the answer broke off") from error
        except (DownloadCancelledError, IgnoreRequest) as error:
            raise FetchError(url, "truncated", "the answer is longer than we accept", status=200) from error
        except ArchiveError as error:
            raise FetchError(url, "http_error", str(error)) from error
        if is_counted:
            self.page_count += 1
        return _page(response, request.meta.get(FETCHED_AT) or self._clock())

    async def _take_turn(self, url: str, *, is_counted: bool) -> None:
        if self._manners.is_replay:
            return
        now = self._clock()
        host = host_of(url)
        until = self._frontier.not_before(host)
        if until and now < until:
            detail = f"the host asked to be left alone until {until:%Y-%m-%d %H:%M} UTC"
            raise FetchError(url, "http_error", detail, ends_crawl=True)
        if is_counted:
            if self._frontier.pages_today(host, now) >= self._manners.pages_per_day:
                raise BudgetSpentError(f"{host}: today's {self._manners.pages_per_day} pages are used up")
            self._frontier.count_page(host, now)
        delay = self._delay(url)
        clock = asyncio.get_running_loop().time
        left = self._last_fetch.get(host, -delay) + delay - clock()
        if delay and left > 0:
            await self._sleep(left)
        self._last_fetch[host] = clock()

    def _delay(self, url: str) -> float:
        robots = self._robots.get(host_of(url))
        crawl_delay = robots.crawl_delay if robots else None
        delay = delay_seconds(self._manners.delay_seconds, url=url, crawl_delay=crawl_delay)
        if delay > LONGEST_DELAY_SECONDS:
            detail = f"robots.txt wants {delay:.0f} s between pages, too long to read anything"
            raise FetchError(url, "robots", detail, ends_crawl=True)
        return delay

    async def _wait(self, seconds: float) -> None:
        if not self._is_impatient or seconds != RETRY_SECONDS:
            await self._sleep(seconds)

    def _check_place(self, url: str, asked: str) -> None:
        if not any(is_same_place(url, place) for place in self._places):
            raise FetchError(asked, "site_changed", f"leads to another place: {host_of(url) or url[:80]}")

    async def _check_robots(self, url: str) -> None:
        if self._manners.is_replay:
            return
        host = host_of(url)
        if host not in self._robots:
            self._robots[host] = await self._load_robots(url)
        if not self._robots[host].allows(url):
            raise FetchError(url, "robots", "robots.txt asks us not to read this page")

    async def _load_robots(self, url: str) -> Robots:
        target = urljoin(url, "/robots.txt")
        for _ in range(REDIRECT_COUNT):
            try:
                page = await self._attempt(target, {}, is_counted=False)
            except FetchError as error:
                # RFC 9309, section 2.3.1.4: rules that cannot be read forbid everything.
                cause = "robots" if error.cause == "http_error" else error.cause
                raise FetchError(target, cause, f"robots.txt: {error.detail}", ends_crawl=True) from error
            location = page.headers.get("location")
            if not (300 <= page.status < 400 and location):
                break
            target = urljoin(target, location)
            if not any(is_same_place(target, place) for place in self._places):
                return Robots()
        if 200 <= page.status < 300:
            return Robots.parse(page.body)
        if 400 <= page.status < 500:
            if wall := wall_of(page):
                raise FetchError(target, wall[0], wall[1], status=page.status, ends_crawl=True)
            return Robots()
        detail = f"robots.txt: status {page.status}"
        raise FetchError(target, "robots", detail, status=page.status, ends_crawl=True)

    def _counted(self, error: FetchError) -> FetchError:
        self._failures += 1
        error.ends_crawl = error.ends_crawl or self._failures >= FAILURES_IN_A_ROW
        return error


def _page(response: Response, fetched_at: datetime) -> Page:
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
    headers.pop("set-cookie", None)
    return Page(url=response.url, body=response.body, fetched_at=fetched_at, status=response.status, headers=headers)


def _refusal(page: Page) -> FetchError:
    cause, detail = wall_of(page) or (None, f"status {page.status}")
    if cause is None:
        cause = {401: "login_wall", 403: "refused"}.get(page.status, "http_error")
    return FetchError(page.url, cause, detail, status=page.status, ends_crawl=cause == "challenge")


def _is_challenge(page: Page) -> bool:
    return (wall_of(page) or ("", ""))[0] == "challenge"


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
