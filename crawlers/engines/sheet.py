"""A page of a thread with all that its posts are read from, found once, where selectors alone say what that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from crawlers.engines import markup
from crawlers.engines.document import Document
from crawlers.engines.markup import Marks
from crawlers.engines.parts import Parts
from crawlers.model import Page, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """How an engine names what its posts are read from."""

    quote: str
    drop: str
    """What stands among an author's words and is nobody's."""
    parts: Mapping[str, str]
    quote_parts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Such a page."""

    marked: Marks
    parts: Parts
    quotes: Parts
    thread_url: str
    page: Page
    site: Site


def sheet_of(
    document: Document, nodes: Iterable[LexborNode], named: Selectors, *, thread_url: str, page: Page, site: Site
) -> Sheet:
    """Return what an engine needs to know of the page that the posts stand on."""
    marked = markup.marks(document, quote=named.quote, drop=named.drop)
    return Sheet(
        marked=marked,
        parts=Parts(document, nodes, named.parts),
        quotes=Parts(document, marked.quotes.values(), named.quote_parts),
        thread_url=thread_url,
        page=page,
        site=site,
    )
