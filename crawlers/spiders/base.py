"""What every spider carries, and how it ends: without Scrapy's scheduler, one request after another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Spider

from crawlers.errors import BudgetSpentError, FetchError, LeftAloneError
from crawlers.spiders.fetcher import Fetcher
from crawlers.spiders.session import Session
from crawlers.spiders.transport import Line, Transport


class BaseSpider(Spider):
    """Carries what Scrapy's components need of a crawl, and ends without using the scheduler."""

    def __init__(self, *, session: Session, fetcher: Fetcher, transport: Transport) -> None:
        super().__init__()
        self.session = session
        self.fetcher = fetcher
        self.transport = transport
        self.failure: Exception | None = None

    async def start(self) -> AsyncIterator[Any]:
        """Read the place: requests are made one after another, so no place is ever raced."""
        line = Line(self.crawler, self.transport)
        self.fetcher.download = line.download
        try:
            await self.read()
        except FetchError as error:
            # Asking again and again would not get us past a wall that wants a human.
            self.session.report(self.fetcher.turns.failed(error) if error.cause == "challenge" else error)
        except LeftAloneError as error:
            self.session.is_complete, self.session.left_alone_until = False, error.until
        except BudgetSpentError:
            self.session.is_complete = False
        except Exception as error:
            # Scrapy would log this and call the crawl finished; the caller must know.
            self.failure = error
        finally:
            await line.close()
        return
        yield  # Scrapy wants a generator; records go to the landing file as they are learned

    async def read(self) -> None:
        """Do the crawl."""
        raise NotImplementedError
