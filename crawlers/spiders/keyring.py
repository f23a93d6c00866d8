"""One source's credentials during a crawl: sent in headers to their own host, renewed, counted, and kept unseen."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote, quote_plus, urlsplit
from zoneinfo import ZoneInfo

from crawlers.credentials import Credentials, Secrets, Token, TokenError, TokenRequest
from crawlers.errors import BudgetSpentError, CrawlerError, FetchError
from crawlers.model import Page, Site
from crawlers.politeness import DEFAULT_PORTS, host_of, is_loopback
from crawlers.quota import QuotaBook

RENEW_BEFORE = timedelta(seconds=60)
SHORTEST_SECRET = 8
"""Shorter ones are ordinary words: taking them out of answers would spoil posts."""
MASK = b"[credential]"
SCRUB = "scrub"
"""In a request's meta: takes our credentials out of an answer before it is archived; None: it is not archived."""

Ask = Callable[[TokenRequest], Awaitable[Page]]


class Keyring:
    """Carries out what an engine's `Credentials` describe. It is never written anywhere: a token lives in memory."""

    def __init__(
        self, wanted: Credentials, *, site: Site, secrets: Secrets, book: QuotaBook, clock: Callable[[], datetime]
    ) -> None:
        self._wanted = wanted
        self._site = site
        self._secrets = secrets
        self._book = book
        self._clock = clock
        self._token: Token | None = None
        self._origin = _origin(wanted.home(site))
        _check_private(wanted.home(site))
        self._unseen: set[bytes] = set()
        self.note = ""
        """Why the crawl was stopped before it was done, if it was: for the one who reads its result."""
        self._hide(*(value for name, value in secrets.items() if name not in wanted.shown))

    def opens(self, url: str) -> bool:
        """Return whether a URL is at the one origin that the credentials belong to."""
        return self._origin is not None and _origin(url) == self._origin

    @property
    def is_by_agreement(self) -> bool:
        """Return whether the place's own terms rule there instead of robots.txt."""
        return self._wanted.is_by_agreement

    async def headers(self, ask: Ask) -> Mapping[str, str]:
        """Return what a request must carry, with a token that is still good. Raise FetchError when none can be had."""
        token = ""
        if self._wanted.request_token:
            expires_at = self._token.expires_at if self._token else None
            if self._token is None or (expires_at and self._clock() >= expires_at - RENEW_BEFORE):
                self._token = await self._new_token(ask)
            token = self._token.value
        found = self._wanted.headers(self._site, self._secrets, token)
        self._hide(*(value for name, value in found.items() if name.lower() == "authorization"))
        return found

    def is_refused(self, page: Page) -> bool:
        """Return whether a new token may help: the place no longer takes this one."""
        return self._token is not None and self._wanted.is_refused(page)

    async def renew(self, ask: Ask) -> None:
        """Get a token anew, whatever the old one said of its lifetime."""
        self._token = await self._new_token(ask)

    def spend(self, url: str) -> None:
        """Count what a request costs. Raise BudgetSpentError when it would go over the day's units."""
        quota = self._wanted.quota
        if quota is None:
            return
        limit, cost, day = self._limit(quota.units_per_day), quota.cost(url), self._day(quota.zone)
        if self._book.spent(host_of(url), day) + cost > limit:
            raise self._spent(f"{host_of(url)}: of today's {limit} units too few are left for a request of {cost}")
        self._book.spend(host_of(url), day, cost)

    def check_spent(self, page: Page) -> None:
        """Raise BudgetSpentError when a refusal means that the day's units are used up, and remember it."""
        quota = self._wanted.quota
        if quota and quota.is_spent(page):
            day = self._day(quota.zone)
            self._book.spend(host_of(page.url), day, self._limit(quota.units_per_day))
            raise self._spent(f"{host_of(page.url)}: the place says that today's units are used up")

    def scrub(self, data: bytes) -> bytes:
        """Return an answer without our credentials, which some places repeat in their errors."""
        for secret in self._unseen:
            if secret in data:
                data = data.replace(secret, MASK)
        return data

    def scrubbed(self, page: Page) -> Page:
        """Return a page without our credentials in its body and headers."""
        headers = {
            name: self.scrub(value.encode("latin-1", "replace")).decode("latin-1")
            for name, value in page.headers.items()
        }
        return replace(page, body=self.scrub(page.body), headers=headers)

    async def _new_token(self, ask: Ask) -> Token:
        make = self._wanted.request_token
        assert make
        if self._token and self._token.refresh:
            try:
                return await self._read_token(ask, make(self._site, self._secrets, self._token))
            except (TokenError, FetchError):
                self._token = None
        request = make(self._site, self._secrets, None)
        try:
            return await self._read_token(ask, request)
        except TokenError as error:
            detail = f"our credentials were not accepted: {error}"
            raise FetchError(request.url, "login_wall", detail, ends_crawl=True) from None

    async def _read_token(self, ask: Ask, request: TokenRequest) -> Token:
        _check_private(request.url)
        self._hide(*(value for name, value in request.headers.items() if name.lower() == "authorization"))
        token = self._wanted.read_token(await ask(request))
        self._hide(token.value, token.refresh or "")
        return token

    def _hide(self, *values: str) -> None:
        for value in values:
            # A header's value is its scheme and what is secret.
            text = value.rpartition(" ")[2] if value.startswith(("Bearer ", "Basic ", "bearer ")) else value
            if len(text) >= SHORTEST_SECRET:
                shapes = {
                    text,
                    quote(text, safe=""),
                    quote_plus(text),
                    json.dumps(text)[1:-1],
                    text.replace("/", "\\/"),
                }
                self._unseen |= {shape.encode() for shape in shapes}
                self._unseen.add(base64.b64encode(text.encode()))

    def _spent(self, said: str) -> BudgetSpentError:
        zone = self._wanted.quota.zone if self._wanted.quota else "UTC"
        self.note = f"{said}; what is left is read when its next day begins in {zone}"
        return BudgetSpentError(said)

    def _limit(self, units: int) -> int:
        given = self._site.options.get("units_per_day", "")
        return int(given) if given.isdecimal() else units

    def _day(self, zone: str) -> str:
        return self._clock().astimezone(ZoneInfo(zone)).date().isoformat()


def _check_private(url: str) -> None:
    """Raise CrawlerError for an address where anybody on the way could read the credentials."""
    if urlsplit(url).scheme != "https" and not is_loopback(url):
        raise CrawlerError(f"{url}: credentials are sent over https only")


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if port is None or not parts.hostname or parts.username is not None or parts.scheme not in DEFAULT_PORTS:
        return None
    return parts.scheme, parts.hostname, port
