"""vBulletin 3, 4, 5 and 6: one engine of three markups, each told by the elements of its posts."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import urlsplit

from crawlers.engines import (
    addresses,
    decode,
    flashback,
    markup,
    reading,
    refusal,
    vbulletin_classic,
    vbulletin_mobile,
    vbulletin_modern,
    vbulletin_rows,
)
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.engines.vbulletin_classic import without_session
from crawlers.model import Listing, Page, ParsedPost, Site, ThreadPage, Unreadable

NAME = "vbulletin"
ACCESS = "html"

_LISTS = "#threadslist, #threadlist, .threadlist, .topic-list-container, .topic-list, #threads, #searchbits"
_PAGE_IN_URL = re.compile(r"[?&]page=(\d+)|/page(\d+)\b|/index(\d+)\.html|-\d+-(\d+)\.html")
_TAIL = re.compile(r"(?:/page\d+)?/?(?:\?.*)?(?:#.*)?$")
_PAGES = re.compile(r"(\d+)\D{1,12}(\d+)")
_POSTING_LINKS = (
    "a[href*='printthread.php'], a[href*='addsubscription'], a[href*='do=newreply&t='], a[href*='rate.php']"
)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the forum itself: vBulletin lists the latest activity first, and its search is not for guests."""
    return (site.url,)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that vBulletin made the page."""
    body = page.body
    if flashback.MADE_HERE.search(body) or b"post-user-username" in body:
        return 0.3
    if re.search(rb"name=[\"']generator[\"'][^>]{0,20}content=[\"']vBulletin", body[:20_000], re.IGNORECASE):
        return 0.98
    if re.search(rb"vbulletin[_-](?:global|core|init|important)|vBulletin_init\(|window\.vBulletin\b", body):
        return 0.95
    if re.search(rb"id=[\"']post_message_\d", body) and re.search(
        rb"bigusername|postbit|postcontainer|postmenu_", body
    ):
        return 0.95
    if b"data-node-id=" in body and (
        b"js-post__content" in body or b"js-topic-title" in body or b"post-content-text" in body
    ):
        return 0.95
    if re.search(rb"id=[\"']thread_title_\d", body) and re.search(rb"threadbit|td_threadtitle_|threadslist", body):
        return 0.92
    return 0.4 if b"Powered by vBulletin" in body else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the threads of a page of a forum, or of a search.

    Raise NotAThreadError for a page of another kind.
    """
    document = markup.tree(decode.utf8_of(page, site), page)
    refs = vbulletin_rows.refs_of(document, page, site)
    is_thread = vbulletin_classic.nodes_of(document) or document.css_first(".js-post__content-text, .post-content-text")
    if is_thread or not (refs or document.css_first(_LISTS) is not None):
        raise refusal.refused(page, document, "a vBulletin list of threads")
    return Listing(threads=tuple(refs), next_url=_next_url(document, page))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a page of a thread. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.utf8_of(page, site), page)
    thread_id = _thread_id(document, page)
    posts, unreadable = _posts(document, page, site)
    if not (posts or unreadable) or not thread_id:
        raise refusal.refused(page, document, "a vBulletin thread")
    number = _page_number(document, page)
    return ThreadPage(
        thread_id=thread_id,
        thread_title=_title(document),
        posts=posts,
        unreadable=unreadable,
        page_number=number,
        first_url=_first_url(document, page) if number > 1 else None,
        next_url=_next_url(document, page),
        language=document.language,
    )


def _posts(document: Document, page: Page, site: Site) -> tuple[tuple[ParsedPost, ...], tuple[Unreadable, ...]]:
    if classic := vbulletin_classic.nodes_of(document):
        old = vbulletin_classic.sheet_of(document, classic, page, site)
        return reading.read_posts(classic, partial(vbulletin_classic.read, sheet=old), vbulletin_classic.id_of)
    modern = vbulletin_modern.nodes_of(document)
    if not modern or document.css_first(".js-post__content-text, .post-content-text") is None:
        return (), ()
    sheet = vbulletin_modern.sheet_of(document, modern, thread_url=_thread_url(document, page), page=page, site=site)
    return reading.read_posts(modern, partial(vbulletin_modern.read, sheet=sheet), vbulletin_modern.id_of)


def _thread_id(document: Document, page: Page) -> str | None:
    """Return the thread's id: what its forms and links say, before addresses that a board may have rewritten."""
    for field in document.css("input[name='t'], input[name='threadid']"):
        if attribute(field, "value").isdigit() and attribute(field, "value") != "0":
            return attribute(field, "value")
    canonical = attribute(document.css_first("link[rel=canonical]"), "href")
    named = [attribute(link, "href") for link in document.css(_POSTING_LINKS)]
    titled = [attribute(link, "href") for link in document.css(".threadtitle a[href]")]
    found = (vbulletin_rows.thread_id_in(url) for url in (*named, page.url, canonical, *titled))
    return next((thread_id for thread_id in found if thread_id), None)


def _thread_url(document: Document, page: Page) -> str:
    canonical = addresses.absolute(page.url, attribute(document.css_first("link[rel=canonical]"), "href"))
    return _TAIL.sub("", canonical or page.url)


def _title(document: Document) -> str:
    for selector in ("#pagetitle .threadtitle", "h1 .threadtitle", ".threadtitle", "h1.main-title", "td.navbar strong"):
        heading = document.css_first(selector)
        if heading is not None and (said := markup.words(heading, markup.marks(heading, drop=".prefix")).text):
            return said.replace("\n", " ")
    told = attribute(document.css_first("meta[property='og:title']"), "content")
    return told or text_of(document.css_first("title") or document.css_first("h1"))


def _page_number(document: Document, page: Page) -> int:
    field = attribute(document.css_first("input.js-pagenum"), "value")
    shown = _PAGES.search(text_of(document.css_first(".pagenav .vbmenu_control, .pagination .popupctrl")))
    if pages := vbulletin_mobile.pages_of(document):
        return pages.number
    match = _PAGE_IN_URL.search(page.url)
    in_url = next(filter(None, match.groups()), "") if match else ""
    return markup.integer(field) or (int(shown[1]) if shown else 0) or (int(in_url) if in_url else 1)


def _first_url(document: Document, page: Page) -> str | None:
    """Return the link to the first page, which no other address tells where a board rewrites them."""
    if (pages := vbulletin_mobile.pages_of(document)) and (first := pages.url(1, document, page)):
        return without_session(first)
    links = document.css("a[rel=start][href]")
    links += [link for link in document.css(".pagenav a[href], .pagination a[href]") if text_of(link) == "1"]
    links += document.css("a[rel=prev][href]") if _page_number(document, page) == 2 else []
    url = addresses.absolute(addresses.base_of(document, page), attribute(links[0], "href")) if links else None
    if not url and re.search(r"/page\d+/?$", urlsplit(page.url).path):
        return _thread_url(document, page)
    return without_session(url) if url else None


def _next_url(document: Document, page: Page) -> str | None:
    if pages := vbulletin_mobile.pages_of(document):
        following = pages.url(pages.number + 1, document, page)
        return without_session(following) if following else None
    links = document.css(
        "a[rel=next][href]:not(.h-disabled), .js-pagenav a.right-arrow[href]:not(.h-disabled), link[rel=next][href]"
    )
    # Version 3.0 to 3.5 has no `rel`.
    links += [link for link in document.css(".pagenav a[href]") if text_of(link) in (">", "\u203a")]
    base = addresses.base_of(document, page)
    found = (addresses.absolute(base, attribute(link, "href")) for link in links if attribute(link, "href")[:1] != "#")
    url = next(filter(None, found), None)
    return without_session(url) if url else None
