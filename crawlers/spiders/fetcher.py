"""Gets one page at a time, politely, or says why not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from urllib.parse import urldefrag, urljoin

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

from crawlers.credentials import TokenRequest
from crawlers.engines.evidence import COOKIE_NAMES, cookie_names
from crawlers.errors import NOT_THE_SITE, ArchiveError, FetchError, StorageError, of_the_system
from crawlers.hosts import Hosts
from crawlers.model import Page
from crawlers.politeness import Robots, host_of, is_loopback, is_same_place
from crawlers.spiders.keyring import SCRUB, Keyring
from crawlers.spiders.task import Wanted
from crawlers.spiders.turns import ASKS_TO_WAIT, Manners, Turns
from crawlers.walls import wall_of

RETRY_COUNT = 2
REDIRECT_COUNT = 5
FETCHED_AT = "fetched_at"
TRANSIENT = {408, 429, 500, 502, 503, 504, 520, 522, 524}

Download = Callable[[Request], Awaitable[Response]]


class Fetcher:
    """Fetches the pages of a place: robots.txt, budget, delay, retries, redirects and walls are seen to here."""

    def __init__(
        self,
        manners: Manners,
        *,
        hosts: Hosts,
        clock: Callable[[], datetime],
        last_fetch: dict[str, float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        keyring: Keyring | None = None,
    ) -> None:
        self.page_count = 0
        self.accept = "*/*"
        self.download: Download | None = None
        """Set by the spider when Scrapy's engine runs."""
        self.turns = Turns(manners, hosts=hosts, clock=clock, last_fetch=last_fetch, sleep=sleep)
        self._is_replay = manners.is_replay
        self._clock = clock
        self._keyring = keyring
        self._places = [manners.home]
        self._robots: dict[str, Robots] = {}
        self._held: dict[str, Page] = {}

    def admit(self, url: str) -> None:
        """Let requests go to another place too: an engine's own service, never an address that a page gave."""
        self._places.append(url)

    def hold(self, pages: Mapping[str, Page]) -> None:
        """Keep pages that are at hand instead of those kept before, by the addresses that they answer, once each."""
        self._held = dict(pages)

    async def want(self, wanted: Wanted) -> Page:
        """Return a page that is at hand, or get it; `get` says what it raises."""
        if page := self._held.pop(wanted.url, None):
            return page
        return await self.get(urldefrag(wanted.url)[0], etag=wanted.etag, last_modified=wanted.last_modified)

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
        if self._keyring and self._keyring.opens(url):
            self._keyring.check_spent(page)
        raise _refusal(page)

    async def _follow(self, url: str, headers: dict[str, str]) -> Page:
        target = url
        for _ in range(REDIRECT_COUNT + 1):
            page = await self._signed(target, headers)
            location = page.headers.get("location")
            if page.status not in (301, 302, 303, 307, 308) or not location:
                return page
            target = urljoin(target, location)
            self._check_place(target, url)
            await self._check_robots(target)
        raise FetchError(url, "http_error", f"more than {REDIRECT_COUNT} redirects")

    async def _signed(self, url: str, headers: dict[str, str]) -> Page:
        """Return a page, asked for with our credentials where they belong to its host, and nowhere else."""
        keyring = self._keyring
        if keyring is None or not keyring.opens(url):
            return await self._attempt(url, headers)
        keyring.spend(url)
        page = await self._attempt(url, {**headers, **await keyring.headers(self._ask)})
        if keyring.is_refused(page):
            await keyring.renew(self._ask)
            page = await self._attempt(url, {**headers, **await keyring.headers(self._ask)})
        return page

    async def _ask(self, request: TokenRequest) -> Page:
        """Return the answer to a request for a token: never archived, never followed elsewhere."""
        return await self._attempt(request.url, dict(request.headers), is_counted=False, asked=request)

    async def _attempt(
        self, url: str, headers: dict[str, str], *, is_counted: bool = True, asked: TokenRequest | None = None
    ) -> Page:
        for attempt in range(RETRY_COUNT + 1):
            is_last = attempt == RETRY_COUNT
            try:
                page = await self._once(url, headers, is_counted=is_counted, asked=asked)
            except FetchError as error:
                if is_last or error.cause not in ("timeout", "refused", "truncated") or self._is_replay:
                    raise self.turns.failed(error) from error
                await self.turns.wait_to_retry(url)
                continue
            if page.status not in TRANSIENT or self._is_replay or _is_challenge(page):
                # That robots.txt can be had says nothing of the pages.
                if is_counted:
                    self.turns.succeeded(url)
                return page
            if is_last:
                break
            await self.turns.wait_to_retry(url, page)
        detail = f"status {page.status} after {RETRY_COUNT + 1} tries"
        is_over = page.status in ASKS_TO_WAIT
        raise self.turns.failed(FetchError(url, "http_error", detail, status=page.status, ends_crawl=is_over))

    async def _once(
        self, url: str, headers: dict[str, str], *, is_counted: bool, asked: TokenRequest | None = None
    ) -> Page:
        robots = self._robots.get(host_of(url))
        await self.turns.take(url, crawl_delay=robots.crawl_delay if robots else None, is_counted=is_counted)
        request = self._request(url, headers, asked)
        try:
            assert self.download
            response = await self.download(request)
        except DownloadTimeoutError as error:
            raise FetchError(url, "timeout", "no whole answer in time") from error
        except CannotResolveHostError as error:
            raise FetchError(url, "dns", "the host's name is unknown", ends_crawl=True) from error
        except (DownloadConnectionRefusedError, DownloadFailedError, OSError) as error:
            if isinstance(error, OSError) and error.errno in NOT_THE_SITE:
                raise StorageError(f"{url}: cannot be asked for: {of_the_system(error)}") from error
            raise FetchError(url, "refused", _brief(error)) from error
        except ResponseDataLossError as error:
            raise FetchError(url, "truncated", "the answer broke off") from error
        except (DownloadCancelledError, IgnoreRequest) as error:
            raise FetchError(url, "truncated", "the answer is longer than we accept", status=200) from error
        except ArchiveError as error:
            raise FetchError(url, "http_error", str(error)) from error
        if is_counted:
            self.page_count += 1
        page = _page(response, request.meta.get(FETCHED_AT) or self._clock())
        return self._keyring.scrubbed(page) if self._keyring and not asked else page

    def _request(self, url: str, headers: dict[str, str], asked: TokenRequest | None) -> Request:
        # A proxy, if the machine has one, cannot reach what is on the machine itself.
        meta: dict[str, object] = {"proxy": None} if is_loopback(url) else {}
        if self._keyring:
            meta[SCRUB] = None if asked else self._keyring.scrub
        values = {"Accept": "application/json" if asked else self.accept, **headers}
        method, body = (asked.method, asked.body) if asked else ("GET", b"")
        return Request(url, method=method, body=body, headers=values, meta=meta, dont_filter=True)

    def _check_place(self, url: str, asked: str) -> None:
        if not any(is_same_place(url, place) for place in self._places):
            raise FetchError(asked, "site_changed", f"leads to another place: {host_of(url) or url[:80]}")

    async def _check_robots(self, url: str) -> None:
        if self._is_replay or (self._keyring and self._keyring.is_by_agreement and self._keyring.opens(url)):
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


def _page(response: Response, fetched_at: datetime) -> Page:
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
    headers.pop("set-cookie", None)
    if names := cookie_names([value.decode("latin-1") for value in response.headers.getlist("set-cookie")]):
        headers[COOKIE_NAMES] = names
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
