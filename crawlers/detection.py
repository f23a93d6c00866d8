"""Which engine reads a page, how sure that is, and what to try where nothing is sure."""

from __future__ import annotations

from crawlers.engines import generic_links, markup, registry
from crawlers.errors import CrawlerError
from crawlers.model import Engine, NotAThreadError, Page, Site
from crawlers.sites import load_engine

SURE_ENOUGH = 0.5


def engine_of(site: Site, page: Page | None) -> tuple[Engine, float]:
    """Return the engine that a site names, else the likeliest for a page, and how sure that is, 0 to 1.

    Raise CrawlerError where no engine is likely enough, with what a person could try.
    """
    if site.engine:
        return load_engine(site.engine), 1.0
    if page is None:
        raise CrawlerError(f"{site.name}: no engine is named and there is no page to tell it from")
    found = registry.detect(page)
    if not found or found[0][1] < SURE_ENOUGH:
        raise CrawlerError(f"{page.url}: no engine recognises this page; {_advice(page, found)}")
    return load_engine(found[0][0]), found[0][1]


def _advice(page: Page, found: list[tuple[str, float]]) -> str:
    """Return what could be tried: the likeliest engine, and a feed that the page offers."""
    tries = []
    if found:
        name, confidence = found[0]
        tries.append(f"the likeliest is {name} ({confidence:.0%} sure): try --engine {name}")
    if feed := _feed(page):
        tries.append(f"it offers a feed: try --url {feed} --engine feed")
    return (
        "; ".join(tries) or f"if you know what runs it, name it with --engine ({', '.join(sorted(registry.ENGINES))})"
    )


def _feed(page: Page) -> str | None:
    try:
        document = markup.tree(page.body.decode("utf-8", "replace"), page)
    except NotAThreadError:
        return None
    return next(iter(generic_links.feed_links(document, page)), None)
