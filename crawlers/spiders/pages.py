"""What a page says, or what is wrong with it: parsers fail on one page, never on a crawl."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from crawlers.errors import FetchError
from crawlers.model import Listing, NotAThreadError, Page, Site, ThreadPage
from crawlers.walls import wall_of

Parsed = TypeVar("Parsed", Listing, ThreadPage)
Parse = Callable[[Page, Site], Parsed]


def parsed(page: Page, parse: Parse[Parsed], site: Site) -> Parsed:
    """Return what a page says. Raise FetchError, with the cause, for one that is not what it should be."""
    try:
        return parse(page, site)
    except NotAThreadError as error:
        raise fault(page, error.cause, str(error)) from error
    except Exception as error:
        # Pages are written by strangers: what breaks a parser breaks one page, not the crawl.
        raise fault(page, "site_changed", f"the parser failed: {type(error).__name__}") from error


def tried(page: Page, parse: Parse[Parsed], site: Site) -> Parsed | None:
    """Return what a page says, None where it is of another kind."""
    try:
        return parse(page, site)
    except Exception:
        return None


def fault(page: Page, cause: str, detail: str) -> FetchError:
    """Return the error for a page that is not what it should be: a wall is named as one."""
    if cause == "site_changed":
        cause, detail = wall_of(page) or (cause, detail)
    return FetchError(page.url, cause, detail, status=page.status, ends_crawl=cause == "challenge")
