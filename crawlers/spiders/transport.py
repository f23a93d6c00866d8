"""Scrapy's side of a crawl: settings, the way of a request, the step that archives, the handler that replays."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import Settings

from crawlers.archive import ArchiveWriter
from crawlers.errors import ArchiveError
from crawlers.replay import Replay
from crawlers.spiders.fetcher import FETCHED_AT
from crawlers.spiders.keyring import SCRUB
from crawlers.spiders.wire import WireHandler

MAX_BYTES = 10 * 1024 * 1024
TIMEOUT_SECONDS = 30
HEADERS = {"Accept-Language": "sv,en;q=0.5", "Accept-Encoding": "gzip"}
"""gzip is what every reader of WARC files undoes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """Where responses come from and where they are kept; the spider carries it to Scrapy's components."""

    clock: Callable[[], datetime]
    archive: ArchiveWriter | None = None
    replay: Replay | None = None


def scrapy_settings(*, user_agent: str) -> dict[str, Any]:
    """Return the settings of one crawl. Delays, robots.txt, retries and redirects are the fetcher's: it must know."""
    return {
        "USER_AGENT": user_agent,
        # Only what is needed: no cookies, no telnet console, no remote control; the rest is the fetcher's.
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        # There is no other way to the network than a crawl's line.
        "DOWNLOAD_HANDLERS_BASE": {},
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_ENABLED": False,
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_TIMEOUT": TIMEOUT_SECONDS,
        "DOWNLOAD_MAXSIZE": MAX_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
    }


class OneCrawl(Settings):
    """Settings that serve one crawl: the copy that Scrapy makes of any takes longer than a small page."""

    def copy(self) -> Self:
        """Return these."""
        return self


class Line:
    """What a request goes through on its way out, and its answer on its way back.

    Scrapy's own middlewares and a handler of its kind, without its engine's queue: that takes as long as all of them,
    and here one request is under way at a time.
    """

    def __init__(self, crawler: Crawler, transport: Transport) -> None:
        self._headers = {**HEADERS, "User-Agent": crawler.settings["USER_AGENT"]}
        self._proxy = HttpProxyMiddleware.from_crawler(crawler)
        self._compression = HttpCompressionMiddleware.from_crawler(crawler)
        self._archiving = Archiving(transport.archive, transport.clock) if transport.archive else None
        # A replay cannot reach the network.
        self._handler = ReplayHandler(transport.replay) if transport.replay else WireHandler.from_crawler(crawler)

    async def download(self, request: Request) -> Response:
        """Return the answer to a request, archived as it came and decompressed. Raise Scrapy's errors."""
        for name, value in self._headers.items():
            request.headers.setdefault(name, value)
        self._proxy.process_request(request)
        answer: Response = await self._handler.download_request(request)
        if self._archiving:
            # Nearest the wire: what is archived is what came.
            self._archiving.process_response(request, answer)
        found = self._compression.process_response(request, answer)
        assert isinstance(found, Response)
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self._handler.close()


class Archiving:
    """Writes each response to the WARC and notes when it came."""

    def __init__(self, archive: ArchiveWriter, clock: Callable[[], datetime]) -> None:
        self._archive = archive
        self._clock = clock

    def process_response(self, request: Request, response: Response) -> Response:
        """Archive a response and pass it on."""
        fetched_at = request.meta[FETCHED_AT] = self._clock()
        scrub = request.meta.get(SCRUB, _as_it_is)
        if scrub is None:
            return response
        headers = [
            (name.decode("latin-1"), scrub(value).decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        ]
        body = response.body
        if scrub is not _as_it_is and (kept := scrub(plain := _inflated(response))) != plain:
            body, headers = kept, [pair for pair in headers if pair[0].lower() != "content-encoding"]
        self._archive.write(url=response.url, status=response.status, headers=headers, body=body, fetched_at=fetched_at)
        return response


class ReplayHandler:
    """A download handler that answers from WARC files."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    async def download_request(self, request: Request) -> Response:
        """Return the archived response. Raise ArchiveError when there is none."""
        entry = self._replay.find(request.url)
        if entry is None:
            raise ArchiveError("not in the archive")
        found = self._replay.read(entry, max_bytes=MAX_BYTES)
        request.meta[FETCHED_AT] = found.fetched_at
        headers = Headers()
        for name, value in found.headers:
            headers.appendlist(name, value)
        kind = responsetypes.from_args(headers=headers, url=found.url, body=found.body)
        return kind(found.url, status=found.status, headers=headers, body=found.body, request=request)

    async def close(self) -> None:
        """Do nothing: files are opened for one record at a time."""


def _as_it_is(data: bytes) -> bytes:
    return data


def _inflated(response: Response) -> bytes:
    """Return a body as it is read: gzip is the only encoding that we say we take."""
    if b"gzip" not in (response.headers.get("Content-Encoding") or b"").lower():
        return bytes(response.body)
    # An answer of a few kilobytes must not unfold into gigabytes; one cut off is looked at as far as it goes.
    try:
        return zlib.decompressobj(wbits=31).decompress(response.body, MAX_BYTES)
    except zlib.error:
        return bytes(response.body)
