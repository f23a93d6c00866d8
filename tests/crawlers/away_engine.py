"""The little engine whose credentials belong to another host than its pages."""

from crawlers.credentials import api_key, service
from tests.crawlers.tiny_engine import ACCESS, detect, listing_urls, parse_listing, parse_thread

__all__ = ["ACCESS", "CREDENTIALS", "NAME", "detect", "listing_urls", "parse_listing", "parse_thread"]

NAME = "tests.crawlers.away_engine"
CREDENTIALS = api_key("Authorization", "password", home=service("https://api.example"))
