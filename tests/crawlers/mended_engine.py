"""The little engine after a parser's fault was mended: it reads pages that the first one fails on."""

import json
from dataclasses import replace

from crawlers.model import Page, Site, ThreadPage
from tests.crawlers import tiny_engine
from tests.crawlers.tiny_engine import ACCESS, detect, listing_urls, parse_listing

__all__ = ["ACCESS", "NAME", "detect", "listing_urls", "parse_listing", "parse_thread"]
NAME = "tests.crawlers.mended_engine"


def parse_thread(page: Page, site: Site) -> ThreadPage:
    value = {name: part for name, part in json.loads(page.body).items() if name != "bug"}
    return tiny_engine.parse_thread(replace(page, body=json.dumps(value).encode()), site)
