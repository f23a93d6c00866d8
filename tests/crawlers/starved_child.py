"""A process that gets no time just when it closes its connections: prints the status of the page that it got before.

    python -m tests.crawlers.starved_child HANDLER URL

Scrapy's own handler gives its connections a second to close; where that second and their closing come due at once, both
fire the same Deferred, and Twisted prints an AlreadyCalledError.
"""

import asyncio
import sys
import time

from scrapy import Request
from scrapy.http import Response
from scrapy.utils.misc import load_object
from scrapy.utils.reactor import install_reactor
from scrapy.utils.test import get_crawler

from crawlers.politeness import host_of
from crawlers.spiders.wire import WireHandler

STARVED_SECONDS = 1.2


class LenientHandler(WireHandler):
    """Ours where it knows that the host's answers are not to the letter."""

    async def download_request(self, request: Request) -> Response:
        self._odd_hosts.add(host_of(request.url))
        return await super().download_request(request)


async def get_and_close(name: str, url: str) -> None:
    from twisted.internet import reactor

    handler = load_object(name).from_crawler(get_crawler())
    answer = await handler.download_request(Request(url, meta={"download_timeout": 5}))
    print(answer.status, flush=True)
    closing = asyncio.ensure_future(handler.close())
    asyncio.get_running_loop().call_soon(time.sleep, STARVED_SECONDS)
    await closing
    await asyncio.sleep(0.1)
    reactor.stop()


def main() -> None:
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor
    from twisted.python import log

    log.startLogging(sys.stderr, setStdout=False)

    async def told() -> None:
        try:
            await get_and_close(*sys.argv[1:])
        except Exception as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            reactor.stop()

    reactor.callWhenRunning(lambda: asyncio.ensure_future(told()))
    reactor.run()


if __name__ == "__main__":
    main()
