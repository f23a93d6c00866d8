"""The kinds of access, each a few facts about how its pages behave."""

from __future__ import annotations

from typing import Any, ClassVar

from crawlers.model import Page
from crawlers.spiders.base import BaseSpider
from crawlers.spiders.places import PlaceSpider


class ForumSpider(PlaceSpider):
    """Reads forums as pages of HTML."""

    name = "forum"


class ApiSpider(PlaceSpider):
    """Reads networks and forums that answer in JSON: a thread comes whole, a search may find nothing."""

    name = "api"
    accept: ClassVar[str] = "application/json"
    goes_on_at_last_page: ClassVar[bool] = False
    may_be_empty: ClassVar[bool] = True


class FeedSpider(PlaceSpider):
    """Reads places through their feeds: windows on the newest posts."""

    name = "feed"
    accept: ClassVar[str] = "application/rss+xml,application/atom+xml,application/xml;q=0.9,text/html;q=0.8,*/*;q=0.1"
    shows_whole_threads: ClassVar[bool] = False
    may_be_empty: ClassVar[bool] = True


class LookSpider(BaseSpider):
    """Fetches one page, so that its engine can be told."""

    name = "look"

    def __init__(self, *, start_url: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.page: Page | None = None
        self._start_url = start_url

    async def read(self) -> None:
        """Fetch the page."""
        self.page = await self.fetcher.get(self._start_url)


SPIDERS: dict[str, type[PlaceSpider]] = {"html": ForumSpider, "json": ApiSpider, "feed": FeedSpider}
"""By an engine's `ACCESS`."""
