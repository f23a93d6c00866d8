"""The wire of a crawl: one request, and its whole answer as it came, or the error that says why there is none."""

from __future__ import annotations

from typing import Any, Self

import aiohttp
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Headers, Response
from yarl import URL

from crawlers.errors import NOT_THE_SITE
from crawlers.politeness import host_of

BUFFER_BYTES = 1 << 20
"""So much of an answer may wait to be taken before the other side is made to wait."""
LINE_BYTES = 1 << 16
"""Sites that list all that a page may load from (`Content-Security-Policy`) go beyond aiohttp's 8 KiB."""
MOST_HEADERS = 2_000
OURS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that aiohttp would add: a request says what it says."""
PROXY_LOGIN = "Proxy-Authorization"


class WireHandler:
    """Scrapy's download handler by aiohttp: its own, by Twisted, takes two and a half times the processor time.

    An answer is neither followed, decompressed nor looked at here. Connections are kept, and never more than one a
    host is open. A host whose answers aiohttp does not take, strict as it is (two lengths, a line that is no header),
    is asked by Twisted from then on: the request that failed is the fetcher's to repeat, when it is polite.
    """

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        given = crawler.settings
        self._crawler = crawler
        self._max_bytes = given.getint("DOWNLOAD_MAXSIZE")
        self._timeout = aiohttp.ClientTimeout(total=given.getfloat("DOWNLOAD_TIMEOUT"))
        self._session: aiohttp.ClientSession | None = None
        self._lenient: HTTP11DownloadHandler | None = None
        self._odd_hosts: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the handler of a crawl."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Return the answer to a request. Raise Scrapy's errors, or OSError for what the machine refuses."""
        if self._odd_hosts and host_of(request.url) in self._odd_hosts:
            self._lenient = self._lenient or HTTP11DownloadHandler.from_crawler(self._crawler)
            # Where none is kept, none has to be closed: of a process that gets no time then, Twisted closes some twice.
            request.headers["Connection"] = "close"
            request.meta.setdefault("download_timeout", self._timeout.total)
            return await self._lenient.download_request(request)
        try:
            return await self._asked(request)
        except TimeoutError as error:
            raise DownloadTimeoutError("no whole answer in time") from error
        except aiohttp.ClientResponseError as error:
            self._odd_hosts.add(host_of(request.url))
            raise DownloadFailedError(f"an answer that is no HTTP: {error.message}") from error
        except aiohttp.ClientError as error:
            raise _known(error) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()
        if self._lenient:
            await self._lenient.close()

    async def _asked(self, request: Request) -> Response:
        session = self._session = self._session or _session()
        # As it stands: what is written %2F in an address is another page than what is written /.
        url = URL(request.url.partition("#")[0], encoded=True)
        given = {"data": request.body or None, "allow_redirects": False, "timeout": self._timeout, **_headers(request)}
        async with session.request(request.method, url, **given) as answer:
            return await self._whole(answer, request)

    async def _whole(self, answer: aiohttp.ClientResponse, request: Request) -> Response:
        headers = Headers(answer.raw_headers)
        if (answer.content_length or 0) > self._max_bytes:
            raise DownloadCancelledError(f"an answer of {answer.content_length} bytes")
        try:
            body = await self._body(answer.content)
        except TimeoutError:
            raise
        except (aiohttp.ClientError, OSError) as error:
            raise ResponseDataLossError(str(error)) from error
        return Response(request.url, status=answer.status, headers=headers, body=body, request=request)

    async def _body(self, content: aiohttp.StreamReader) -> bytes:
        parts, size = [], 0
        async for part in content.iter_any():
            size += len(part)
            if size > self._max_bytes:
                raise DownloadCancelledError(f"an answer of more than {self._max_bytes} bytes")
            parts.append(part)
        return b"".join(parts)


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit_per_host=1),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=OURS,
        read_bufsize=BUFFER_BYTES,
        max_line_size=LINE_BYTES,
        max_field_size=LINE_BYTES,
        max_headers=MOST_HEADERS,
    )


def _headers(request: Request) -> dict[str, Any]:
    """Return the headers of a request, and the proxy that it goes through, whose password only the proxy is told."""
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in request.headers.items()
        for value in values
    ]
    proxy = request.meta.get("proxy")
    if not proxy:
        return {"headers": headers}
    secret = [pair for pair in headers if pair[0] == PROXY_LOGIN]
    plain = [pair for pair in headers if pair[0] != PROXY_LOGIN]
    is_tunnel = request.url.startswith("https:")
    return {"headers": plain if is_tunnel else headers, "proxy": proxy, "proxy_headers": secret if is_tunnel else None}


def _known(error: aiohttp.ClientError) -> Exception:
    """Return an error of aiohttp's as Scrapy calls it."""
    if isinstance(error, OSError) and error.errno in NOT_THE_SITE:
        return OSError(error.errno, error.strerror)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return CannotResolveHostError(str(error))
    if isinstance(error, aiohttp.ClientConnectorError):
        return DownloadConnectionRefusedError(str(error))
    return DownloadFailedError(f"{type(error).__name__}: {error}")
