"""The little engine with a token that it can do without: signed in, it looks at another list."""

from crawlers.credentials import bearer
from crawlers.model import Site
from tests.crawlers.tiny_engine import detect, parse_listing, parse_thread

__all__ = ["ACCESS", "CREDENTIALS", "NAME", "detect", "parse_listing", "parse_thread"]

NAME = "tests.crawlers.optional_engine"
ACCESS = "html"
CREDENTIALS = bearer("token", is_required=False)


def listing_urls(site: Site) -> tuple[str, ...]:
    return (site.url + ("/list?p=1" if site.is_signed_in else "/list"),)
