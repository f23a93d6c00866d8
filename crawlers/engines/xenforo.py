"""XenForo 2.0 to 2.3: the pages of a forum and of a thread, in any skin that keeps the engine's own attributes."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.engines import decode, markup, reading, refusal, xenforo_post
from crawlers.engines.markup import attribute, text_of
from crawlers.model import Listing, Page, Site, ThreadPage, ThreadRef

NAME = "xenforo"
ACCESS = "html"

_ROWS = ".structItem--thread, .structItem[class*='js-threadListItem-']"
_PLACEHOLDER_ROW = ".structItem-status--redirect, .structItem-status--deleted"
_PAGE = re.compile(r"(?:page-|[?&]page=)(\d+)")
_THREAD_IN_URL = re.compile(r"(?:[./?]|threads/)(\d+)/(?:$|page-|post-|unread|latest|[?#])")
_TAIL = re.compile(r"(?:(?:page|post)-\d+|unread|latest)/?(?:#.*)?$|#.*$")
_SHORT_COUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s?([KM])", re.IGNORECASE)


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
    document = markup.tree(decode.text_of(page, site), page)
    rows = [row for row in markup.each(document, _ROWS) if row.css_first(_PLACEHOLDER_ROW) is None]
    found = [ref for row in rows if (ref := _ref(row, markup.base_of(document, page), page, site))]
    is_list = found or _template(document).startswith(("forum_view", "whats_new", "find_threads"))
    # Threads carry lists of similar threads; they are no listing for that.
    if not is_list or xenforo_post.nodes_of(document):
        raise refusal.refused(page, document, "a XenForo list of threads")
    return Listing(threads=tuple(found), next_url=_next_url(document, page))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a page of a thread. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.text_of(page, site), page)
    thread_id, nodes = _thread_id(document, page), xenforo_post.nodes_of(document)
    if not nodes or not thread_id:
        raise refusal.refused(page, document, "a XenForo thread")
    sheet = xenforo_post.sheet_of(document, nodes, thread_url=_thread_url(document, page), page=page, site=site)
    read = partial(xenforo_post.read, sheet=sheet)
    posts, unreadable = reading.read_posts(nodes, read, xenforo_post.id_of)
    return ThreadPage(
        thread_id=thread_id,
        thread_title=_title(document),
        posts=posts,
        unreadable=unreadable,
        page_number=_page_number(document, page),
        next_url=_next_url(document, page),
        view_count=_view_count(document),
    )


def _template(document: LexborHTMLParser) -> str:
    return attribute(document.css_first("[data-template]"), "data-template")


def _thread_id(document: LexborHTMLParser, page: Page) -> str | None:
    keys = [attribute(document.css_first("html[data-content-key]"), "data-content-key")]
    keys += [attribute(box, "data-lb-id") for box in document.css("[data-lb-id^='thread-']")[:1]]
    for key in keys:
        if match := re.fullmatch(r"thread-(\d+)", key):
            return match[1]
    match = _THREAD_IN_URL.search(_thread_url(document, page))
    return match[1] if match else None


def _thread_url(document: LexborHTMLParser, page: Page) -> str:
    canonical = markup.absolute(page.url, attribute(document.css_first("link[rel=canonical]"), "href"))
    return _TAIL.sub("", canonical or page.url)


def _title(document: LexborHTMLParser) -> str:
    heading = document.css_first("h1.p-title-value") or document.css_first(".p-title h1")
    if heading is not None and (
        title := markup.words(heading, markup.marks(heading, drop=".label, .label-append")).text
    ):
        return title.replace("\n", " ")
    return attribute(document.css_first("meta[property='og:title']"), "content") or text_of(document.css_first("title"))


def _page_number(document: LexborHTMLParser, page: Page) -> int:
    shown = markup.integer(text_of(document.css_first(".pageNav-page--current")))
    match = _PAGE.search(page.url)
    return shown or (int(match[1]) if match else 1)


def _next_url(document: LexborHTMLParser, page: Page) -> str | None:
    link = document.css_first("a.pageNav-jump--next[href], a.pageNavSimple-el--next[href]") or document.css_first(
        "link[rel=next][href]"
    )
    return markup.absolute(markup.base_of(document, page), attribute(link, "href"))


def _view_count(document: LexborHTMLParser) -> int | None:
    """Return what version 2.3 tells search engines; the page itself shows no views."""
    for script in document.css("script[type='application/ld+json']"):
        try:
            data = json.loads(script.text(deep=True))
        except (ValueError, RecursionError):
            continue
        for count in _interactions(data):
            if str(count.get("interactionType", "")).endswith(("ViewAction", "WatchAction")):
                shown = str(count.get("userInteractionCount", ""))
                return int(shown) if shown.isdigit() else None
    return None


def _interactions(data: Any) -> list[dict[str, Any]]:
    counts = data.get("interactionStatistic", []) if isinstance(data, dict) else []
    return [count for count in (counts if isinstance(counts, list) else [counts]) if isinstance(count, dict)]


def _ref(row: LexborNode, base: str, page: Page, site: Site) -> ThreadRef | None:
    links = [a for a in row.css(".structItem-title a[href]") if "labelLink" not in attribute(a, "class")]
    link = row.css_first(".structItem-title a[data-tp-primary]") or (links[-1] if links else None)
    url = markup.absolute(base, attribute(link, "href", "data-preview-url"))
    if link is None or url is None:
        return None
    url = _TAIL.sub("", url)
    key = re.search(r"js-threadListItem-(\d+)", attribute(row, "class")) or _THREAD_IN_URL.search(url)
    if not key:
        return None
    latest = row.css_first("time.structItem-latestDate, .structItem-latestDate time, .structItem-cell--latest time")
    replies = text_of(row.css_first(".structItem-cell--meta dl:not(.structItem-minor) dd"))
    return ThreadRef(
        thread_id=key[1],
        url=url,
        title=text_of(link),
        last_posted_at=reading.time_or_none(latest, page, site),
        post_count=count + 1 if (count := _exact(replies)) is not None else None,
        view_count=_rough(text_of(row.css_first(".structItem-cell--meta .structItem-minor dd"))),
    )


def _exact(text: str) -> int | None:
    return None if re.search(r"[^\W\d]", text) else markup.integer(text)


def _rough(text: str) -> int | None:
    """Return a count that may be shown as 1.2K: views need no more precision."""
    if match := _SHORT_COUNT.fullmatch(text):
        return round(float(match[1].replace(",", ".")) * {"K": 1_000, "M": 1_000_000}[match[2].upper()])
    return _exact(text)
