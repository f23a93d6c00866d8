"""XenForo 2.0 to 2.3: the pages of a forum and of a thread, in any skin that keeps the engine's own attributes."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from crawlers.engines import addresses, decode, markup, reading, refusal, xenforo_post, xenforo_rows
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.engines.sheet import sheet_of
from crawlers.model import Listing, Page, Site, ThreadPage

NAME = "xenforo"
ACCESS = "html"

_LISTS = ("forum_view", "whats_new", "find_threads", "search_results", "tag_view", "watched_threads", "thread_list")
_PAGE = re.compile(r"(?:page-|[?&]page=)(\d+)")
_COUNTS = ("ViewAction", "WatchAction")


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the forum itself: XenForo lists the latest activity first, and its search is not for guests."""
    return (site.url,)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that XenForo 2 made the page."""
    head = page.body[:20_000]
    if re.search(rb"<html[^>]*\sid=[\"']?XF\b", head) or b"data-xf=" in head:
        return 0.99
    if b'data-app="public"' in head and b"data-template=" in head:
        return 0.95
    if b"bbWrapper" in page.body and b"message-userDetails" in page.body:
        return 0.8
    return 0.6 if b"structItem-title" in page.body else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the threads of a page of a forum. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.utf8_of(page, site), page)
    found = xenforo_rows.refs_of(document, page, site)
    is_list = _template(document).startswith(_LISTS)
    # Threads carry lists of similar threads, and lists of articles whole posts: the page's own word goes first.
    if not is_list and (not found or xenforo_post.nodes_of(document)):
        raise refusal.refused(page, document, "a XenForo list of threads")
    return Listing(threads=tuple(found), next_url=_next_url(document, page))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a page of a thread. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.utf8_of(page, site), page)
    thread_id, nodes = _thread_id(document, page), xenforo_post.nodes_of(document)
    if not nodes or not thread_id or _template(document).startswith(_LISTS):
        raise refusal.refused(page, document, "a XenForo thread")
    thread_url = _thread_url(document, page)
    sheet = sheet_of(document, nodes, xenforo_post.SELECTORS, thread_url=thread_url, page=page, site=site)
    read = partial(xenforo_post.read, sheet=sheet)
    posts, unreadable = reading.read_posts(nodes, read, xenforo_post.id_of)
    number = _page_number(document, page)
    return ThreadPage(
        thread_id=thread_id,
        thread_title=_title(document),
        posts=posts,
        unreadable=unreadable,
        page_number=number,
        first_url=thread_url if number > 1 else None,
        next_url=_next_url(document, page),
        view_count=_view_count(document),
        language=document.language,
    )


def _template(document: Document) -> str:
    return attribute(document.css_first("[data-template]"), "data-template")


def _thread_id(document: Document, page: Page) -> str | None:
    key = attribute(document.css_first("html[data-content-key]"), "data-content-key")
    if key and not key.startswith("thread-"):
        return None
    keys = [key]
    keys += [attribute(box, "data-lb-id") for box in document.css("[data-lb-id^='thread-']")[:1]]
    for key in keys:
        if match := re.fullmatch(r"thread-(\d+)", key):
            return match[1]
    return xenforo_rows.thread_id_in(_thread_url(document, page))


def _thread_url(document: Document, page: Page) -> str:
    canonical = addresses.absolute(page.url, attribute(document.css_first("link[rel=canonical]"), "href"))
    return xenforo_rows.TAIL.sub("", canonical or page.url)


def _title(document: Document) -> str:
    heading = document.css_first("h1.p-title-value") or document.css_first(".p-title h1")
    if heading is not None and (
        title := markup.words(heading, markup.marks(heading, drop=".label, .label-append")).text
    ):
        return title.replace("\n", " ")
    return attribute(document.css_first("meta[property='og:title']"), "content") or text_of(document.css_first("title"))


def _page_number(document: Document, page: Page) -> int:
    shown = markup.integer(text_of(document.css_first(".pageNav-page--current")))
    match = _PAGE.search(page.url)
    return shown or (int(match[1]) if match else 1)


def _next_url(document: Document, page: Page) -> str | None:
    link = document.css_first("a.pageNav-jump--next[href], a.pageNavSimple-el--next[href]") or document.css_first(
        "link[rel=next][href]"
    )
    return addresses.absolute(addresses.base_of(document, page), attribute(link, "href"))


def _view_count(document: Document) -> int | None:
    """Return what version 2.3 tells search engines; the page itself shows no views."""
    for script in document.css("script[type='application/ld+json']"):
        try:
            data = json.loads(script.text(deep=True))
        except (ValueError, RecursionError):
            continue
        for count in _interactions(data):
            if str(count.get("interactionType", "")).endswith(_COUNTS):
                shown = str(count.get("userInteractionCount", ""))
                return int(shown) if shown.isdigit() else None
    return None


def _interactions(data: Any) -> list[dict[str, Any]]:
    """Return the counts of what the data describes, of its main entity and of its graph."""
    tops = data if isinstance(data, list) else [data]
    things = [thing for top in tops if isinstance(top, dict) for thing in (top, top.get("mainEntity"))]
    found = [thing.get("interactionStatistic", []) for thing in things if isinstance(thing, dict)]
    lists = [counts if isinstance(counts, list) else [counts] for counts in found]
    return [count for counts in lists for count in counts if isinstance(count, dict)]
