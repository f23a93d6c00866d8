"""Where a page leads on to: threads of a list, a sitemap or a feed, and the next page of the same."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urldefrag, urlsplit

import feedparser

from crawlers.dates import UnreadableDateError, parse
from crawlers.engines import addresses, generic_ids, markup
from crawlers.engines.document import Document
from crawlers.engines.generic_post import OPENINGS, count, own_address, title_of
from crawlers.engines.generic_things import Thing, value_text
from crawlers.engines.markup import attribute, text_of
from crawlers.model import Listing, NotAThreadError, Page, Site, ThreadRef
from crawlers.politeness import is_same_place

_LISTS = frozenset(
    {"ItemList", "CollectionPage", "DiscussionForum", "Blog", "WebPage", "SearchResultsPage", "DataFeed"}
)
_LISTED_IN = ("itemListElement", "mainEntity", "hasPart", "blogPost", "item", "discussion", "dataFeedElement", "about")
_URL = re.compile(r"<(url|sitemap)>\s*(.*?)</\1>", re.DOTALL | re.IGNORECASE)
_LOC = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*(.*?)\s*(?:\]\]>)?\s*</loc>", re.DOTALL | re.IGNORECASE)
_LASTMOD = re.compile(r"<lastmod>\s*(.*?)\s*</lastmod>", re.DOTALL | re.IGNORECASE)
_NEXT_WORDS = re.compile(
    r"^(?:nästa(?: sida)?|next(?: page)?|næste(?: side)?|neste(?: side)?|»|›|>|→)\s*[»›>→]?$", re.IGNORECASE
)
_NEXT = (
    "link[rel~=next][href], a[rel~=next][href], .pagination .next a[href], .pagination a.next[href], "
    "a.pagination-next[href], li.next a[href], a.next[href], .pager-next a[href], .pager__item--next a[href]"
)
_COMMENT_PAGE = re.compile(r"/comment-page-(\d{1,4})/?$")


def of_xml(text: str, page: Page, site: Site) -> Listing | None:
    """Return the pages that a sitemap or feed points to; None for what is neither."""
    head = text[:3_000].lstrip("\ufeff \r\n\t")
    if re.search(r"<urlset[\s>]", head):
        return Listing(threads=_sitemap(text, page, site))
    if re.search(r"<sitemapindex[\s>]", head):
        maps = [url for match in _LOC.finditer(text) if (url := _address(match[1], page))]
        return Listing(threads=(), more_urls=tuple(dict.fromkeys(maps)))
    if head.startswith("<") and re.search(r"<(?:rss|feed|rdf:RDF)[\s>]", head) and "<html" not in head.lower():
        return Listing(threads=_feed(text, page, site))
    return None


def of_things(things: Iterable[Thing], document: Document, page: Page, site: Site) -> tuple[ThreadRef, ...]:
    """Return the threads that a list among the page's things names; none where it names no list."""
    found: dict[str, ThreadRef] = {}
    queue, seen = list(things), set[int]()
    base = addresses.base_of(document, page)
    while queue:
        thing = queue.pop(0)
        if id(thing) in seen or "BreadcrumbList" in thing.types:
            continue
        seen.add(id(thing))
        if (thing.is_a(OPENINGS) or "ListItem" in thing.types) and (ref := _ref(thing, base, page, site)):
            found.setdefault(ref.thread_id, ref)
        queue += thing.things(*_LISTED_IN) if thing.is_a(_LISTS) else ()
    return tuple(found.values())


def of_page(document: Document, page: Page, site: Site) -> tuple[ThreadRef, ...]:
    """Return the threads that links lead to, by the site's `thread_pattern`, or by how forums write threads' addresses.

    Where the site says nothing, one or two such links are no list: any page may mention a thread.
    """
    pattern = site.options.get("thread_pattern", "")
    found: dict[str, ThreadRef] = {}
    base = addresses.base_of(document, page)
    for link in document.css("a[href]"):
        url = addresses.absolute(base, attribute(link, "href"))
        if url is None or not is_same_place(url, page.url):
            continue
        if not (re.search(pattern, url) if pattern else generic_ids.has_thread_number(url)):
            continue
        ref = ThreadRef(
            thread_id=generic_ids.thread_id(url, pattern=pattern), url=_first_page(url), title=text_of(link)
        )
        if ref.thread_id not in found or (ref.title and not found[ref.thread_id].title):
            found[ref.thread_id] = ref
    return tuple(found.values()) if pattern or len(found) > 2 else ()


def next_url(document: Document, page: Page, site: Site) -> str | None:
    """Return the next page of the same thread or list; links that go "next" to another thread are not followed."""
    pattern = site.options.get("thread_pattern", "")
    here, number = generic_ids.thread_id(page.url, pattern=pattern), generic_ids.page_number(page.url)
    base = addresses.base_of(document, page)
    labelled = [link for link in document.css("nav a[href], .pagination a[href], .pager a[href]") if _is_next(link)]
    for link in (*document.css(_NEXT), *labelled):
        url = addresses.absolute(base, urldefrag(attribute(link, "href"))[0])
        if not url or url == urldefrag(page.url)[0] or not is_same_place(url, page.url):
            continue
        following = generic_ids.page_number(url)
        if generic_ids.thread_id(url, pattern=pattern) == here and (
            following > number or ("?" in url and following == 1)
        ):
            return url
    return None


def comment_pages(document: Document, page: Page, site: Site) -> tuple[str, ...]:
    """Return the pages of an article's comments, where it shows the last of them and links to the others."""
    if _COMMENT_PAGE.search(urlsplit(page.url).path):
        return ()
    here = generic_ids.thread_id(page.url, pattern=site.options.get("thread_pattern", ""))
    found: dict[int, str] = {}
    for link in document.css("a[href*='/comment-page-']"):
        url = addresses.absolute(page.url, urldefrag(attribute(link, "href"))[0])
        match = _COMMENT_PAGE.search(urlsplit(url).path) if url else None
        if url and match and generic_ids.thread_id(url) == here and int(match[1]) <= 500:
            found[int(match[1])] = url
    if not found:
        return ()
    last = max(found)
    return tuple(_COMMENT_PAGE.sub(f"/comment-page-{number}/", found[last]) for number in range(1, last + 1))


def feed_links(document: Document, page: Page) -> tuple[str, ...]:
    """Return the feeds that a page offers, at the same place."""
    links = document.css(
        "link[rel~=alternate][type='application/rss+xml'], link[rel~=alternate][type='application/atom+xml']"
    )
    urls = (addresses.absolute(page.url, attribute(link, "href")) for link in links)
    return tuple(dict.fromkeys(url for url in urls if url and is_same_place(url, page.url)))


def _is_next(link: Any) -> bool:
    return bool(_NEXT_WORDS.match(text_of(link)) or _NEXT_WORDS.match(attribute(link, "aria-label", "title")))


def _first_page(url: str) -> str:
    return generic_ids.without_page(urldefrag(url)[0])


def _ref(thing: Thing, base: str, page: Page, site: Site) -> ThreadRef | None:
    inner = next(thing.things("item"), None)
    named = inner if inner is not None and not thing.is_a(OPENINGS) else thing
    text = own_address(named, base) or own_address(thing, base) or _item_address(thing, named, base)
    if not text or not is_same_place(text, page.url) or urldefrag(text)[0] == urldefrag(page.url)[0]:
        return None
    url = _first_page(text)
    return ThreadRef(
        thread_id=generic_ids.thread_id(url, pattern=site.options.get("thread_pattern", "")),
        url=url,
        title=title_of(named) or title_of(thing),
        last_posted_at=_time(named.text("dateModified"), page, site),
        post_count=_answers(named),
        view_count=count(named, ("ViewAction", "PageVisits")),
    )


def _item_address(thing: Thing, named: Thing, base: str) -> str | None:
    plain = next((value_text(value) for value in thing.all("item") if not isinstance(value, Thing)), "")
    return addresses.absolute(base, plain or named.thing_id)


def _answers(thing: Thing) -> int | None:
    stated = markup.integer(thing.text("commentCount", "answerCount"))
    found = stated if stated is not None else count(thing, ("CommentAction", "ReplyAction", "WriteAction", "Comments"))
    return None if found is None else found + 1


def _sitemap(text: str, page: Page, site: Site) -> tuple[ThreadRef, ...]:
    pattern = site.options.get("thread_pattern", "")
    found: dict[str, ThreadRef] = {}
    for match in _URL.finditer(text):
        loc, changed = _LOC.search(match[2]), _LASTMOD.search(match[2])
        url = _address(loc[1], page) if loc else None
        if url and (not pattern or re.search(pattern, url)):
            thread_id = generic_ids.thread_id(url, pattern=pattern)
            changed_at = _time(changed[1], page, site) if changed else None
            found.setdefault(thread_id, ThreadRef(thread_id=thread_id, url=url, last_posted_at=changed_at))
    never = -1.0
    newest = sorted(
        found.values(), key=lambda r: r.last_posted_at.timestamp() if r.last_posted_at else never, reverse=True
    )
    return tuple(newest)


def _address(text: str, page: Page) -> str | None:
    url = addresses.absolute(page.url, html.unescape(text))
    return url if url and is_same_place(url, page.url) else None


def _feed(text: str, page: Page, site: Site) -> tuple[ThreadRef, ...]:
    if "<!ENTITY" in text[:100_000]:
        raise NotAThreadError(
            f"{page.url}: the feed declares entities, which feeds have no use for", cause="site_changed"
        )
    stream = io.BytesIO(re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1).encode("utf-8", errors="replace"))
    headers = {"content-type": "application/xml; charset=utf-8"}
    feed = feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    pattern = site.options.get("thread_pattern", "")
    found: dict[str, ThreadRef] = {}
    for entry in feed.entries:
        url = addresses.absolute(page.url, entry.get("link", ""))
        if url and is_same_place(url, page.url) and (not pattern or re.search(pattern, url)):
            ref = ThreadRef(
                thread_id=generic_ids.thread_id(url, pattern=pattern),
                url=_first_page(url),
                title=markup.words(markup.fragment(entry.get("title", ""))).text.replace("\n", " "),
            )
            found.setdefault(ref.thread_id, ref)
    return tuple(found.values())


def _time(text: str, page: Page, site: Site) -> datetime | None:
    try:
        return parse(text, anchor=page.fetched_at, zone=site.timezone) if text else None
    except UnreadableDateError:
        return None
