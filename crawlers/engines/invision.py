"""Invision Community 4 and 5, and IP.Board 3: forums, streams and threads, by the data that each post carries."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import partial
from typing import Any

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import addresses, decode, fields, invision_post, markup, reading, refusal
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.engines.sheet import sheet_of
from crawlers.model import Listing, Page, Site, ThreadPage, ThreadRef

NAME = "invision"
ACCESS = "html"

_ROWS = (
    "li.ipsDataItem[data-rowid], li.ipsData__item[data-rowid], .ipsStreamItem, tr[data-tid], tr[id^='trow_'],"
    "[data-controller*='topicRow'][data-rowid], .cTopicList [data-rowid], .cForumTopicTable [data-rowid]"
)
_LISTS = ".cTopicList, .cForumTopicTable, ol.ipsDataList, [data-role='tableRows'], .ipsStream, #forum_table"
_TITLE = (
    ".ipsDataItem_title a[href], .ipsData__title a[href], .ipsStreamItem_title a[href], .ipsStreamItem__title a[href]"
)
_LATEST = ".ipsDataItem_lastPoster time, .ipsData__last time, .ipsStreamItem_meta time, .ipsStreamItem__meta time"
_TOPIC = re.compile(r"/topic/(\d+)(?:-|/|$)|[?&]showtopic=(\d+)")
_TOLD_TOPIC = re.compile(rb"ipb\.topic\.topic_id\s*=\s*(\d{1,18})\s*;")
"""What version 3 tells its own scripts, for boards whose addresses are rewritten."""
_TOLD_LINK = re.compile(r"tid-link-(\d+)")
_TAIL = re.compile(
    r"(?:page/\d+/?|page-\d+/?|page__\w+__\d+/?)?(?:[?&](?:do|comment|page|p|st|view|sort)=[^?&#]*)*(?:#.*)?$"
)
_PAGE = re.compile(r"/page/(\d+)|[/-]page-(\d+)|[?&]page=(\d+)")


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the forum itself: Invision lists the latest activity first."""
    return (site.url,)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that Invision made the page."""
    body = page.body
    if b"data-pageapp=" in body.lower() and re.search(rb"\bips(?:App|JS_none|Layout|Type|Comment|Data)", body):
        return 0.98
    if re.search(
        rb"\bipsSettings\s*=|core\.front\.core\.comment|\bips\.setSetting\(|class=[\"'][^\"']*\bipsComment_parent", body
    ):
        return 0.96
    if re.search(rb"\bipb\.vars\[|id=[\"']ipboard_body[\"']|class=[\"']post_block", body):
        return 0.95
    return 0.7 if b"ipsType_richText" in body or b"ipsDataItem" in body else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the threads of a forum, of a stream or of a search. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.utf8_of(page, site), page)
    rows = document.css(_ROWS)
    refs: dict[str, ThreadRef] = {}
    for row in rows:
        if (ref := _ref(row, addresses.base_of(document, page), page, site)) is not None:
            refs.setdefault(ref.thread_id, ref)
    if invision_post.nodes_of(document) or not (refs or document.css_first(_LISTS) is not None):
        raise refusal.refused(page, document, "an Invision list of threads")
    return Listing(threads=tuple(refs.values()), next_url=_next_url(document, page))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a page of a thread. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.utf8_of(page, site), page)
    nodes, thread_id = invision_post.nodes_of(document), _thread_id(document, page)
    if not nodes or not thread_id:
        raise refusal.refused(page, document, "an Invision thread")
    thread_url = _thread_url(document, page)
    sheet = sheet_of(document, nodes, invision_post.SELECTORS, thread_url=thread_url, page=page, site=site)
    posts, unreadable = reading.read_posts(nodes, partial(invision_post.read, sheet=sheet), invision_post.id_of)
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


def _thread_id(document: Document, page: Page) -> str | None:
    body = document.body
    if attribute(body, "data-pagecontroller") == "topic" and attribute(body, "data-pageid").isdigit():
        return attribute(body, "data-pageid")
    if found := fields.text(invision_post.told(document.css_first("[data-quotedata]")), "contentid"):
        return found
    if match := _TOPIC.search(page.url) or _TOPIC.search(_thread_url(document, page)):
        return next(filter(None, match.groups()), None)
    in_script = _TOLD_TOPIC.search(page.body)
    return in_script[1].decode() if in_script else None


def _thread_url(document: Document, page: Page) -> str:
    feed = attribute(document.css_first("[data-baseurl]"), "data-baseurl")
    canonical = attribute(document.css_first("link[rel=canonical]"), "href")
    told = next((url for url in (canonical, feed) if _TOPIC.search(url)), "")
    return _TAIL.sub("", addresses.absolute(page.url, told) or page.url)


def _title(document: Document) -> str:
    drop = ".ipsTag_prefix, .ipsTags, .ipsBadge, .ipsBadges, .ipsTag, .cTopicBadges"
    for selector in ("h1.ipsType_pageTitle", "h1.ipsPageHeader__title", "h1.ipsType_pagetitle", "h1[itemprop=name]"):
        heading = document.css_first(selector)
        if heading is not None and (said := markup.words(heading, markup.marks(heading, drop=drop)).text):
            return said.replace("\n", " ")
    told = attribute(document.css_first("meta[property='og:title']"), "content")
    return told or text_of(document.css_first("title"))


def _page_number(document: Document, page: Page) -> int:
    current = document.css_first(
        ".ipsPagination_active [data-page], .ipsPagination__active [data-page], .pagination li.page.active"
    )
    shown = attribute(current, "data-page") or text_of(current)
    match = _PAGE.search(page.url)
    in_url = next(filter(None, match.groups()), "") if match else ""
    return markup.integer(shown) or (int(in_url) if in_url else 1)


def _next_url(document: Document, page: Page) -> str | None:
    """Return the next page; on the last one the link stays, inactive."""
    link = document.css_first(
        ".ipsPagination_next:not(.ipsPagination_inactive) a[href], li.next a[href],"
        ".ipsPagination__next:not(.ipsPagination__inactive) a[href], link[rel=next][href]"
    )
    return addresses.absolute(addresses.base_of(document, page), attribute(link, "href").split("#")[0])


def _view_count(document: Document) -> int | None:
    """Return what the page tells search engines; it shows no views itself."""
    for script in document.css("script[type='application/ld+json']"):
        try:
            data: Any = json.loads(script.text(deep=True))
        except (ValueError, RecursionError):
            continue
        for count in fields.items(data, "interactionStatistic"):
            if fields.text(count, "interactionType").endswith("ViewAction"):
                return markup.integer(fields.text(count, "userInteractionCount"))
    return None


def _ref(row: LexborNode, base: str, page: Page, site: Site) -> ThreadRef | None:
    links = [*row.css("a.topic_title[href]"), *row.css(_TITLE), *row.css("h2 a[href], h3 a[href], h4 a[href]")]
    found = ((link, _topic_of(link)) for link in links)
    link, match = next(((link, match) for link, match in found if match), (None, None))
    url = addresses.absolute(base, attribute(link, "href"))
    if link is None or match is None or url is None:
        return None
    latest = row.css_first(_LATEST) or row.css_first(".ipsStreamItem time")
    replies = _stat(row, "comments", "replies")
    exact = None if re.search(r"[^\W\d_]", replies) else markup.integer(replies)
    return ThreadRef(
        thread_id=next(filter(None, match.groups())),
        url=_TAIL.sub("", url),
        title=text_of(link),
        last_posted_at=reading.time_or_none(latest, page, site) if latest is not None else _old_date(row, page, site),
        post_count=exact + 1 if exact is not None else None,
        view_count=_rough(_stat(row, "views")),
    )


def _topic_of(link: LexborNode) -> re.Match[str] | None:
    return _TOPIC.search(attribute(link, "href")) or _TOLD_LINK.fullmatch(attribute(link, "id"))


def _stat(row: LexborNode, *names: str) -> str:
    """Return a count of a row as it is shown."""
    for box in row.css("[data-stattype]"):
        if attribute(box, "data-stattype").endswith(names):
            number = box.css_first(".ipsDataItem_stats_number, [data-stat-value], .ipsData__stats-value")
            return attribute(number, "data-stat-value") or text_of(number) or text_of(box)
    cells = row.css(".col_f_views li")
    match = re.match(r"[\d.,\s\u00a0]+", text_of(cells["views" in names])) if len(cells) == 2 else None
    return match[0] if match else ""


def _rough(text: str) -> int | None:
    """Return a count that may be shown as 1.2k: views need no more precision."""
    if match := re.match(r"(\d+(?:[.,]\d+)?)\s?([km])\b", text, re.IGNORECASE):
        return round(float(match[1].replace(",", ".")) * {"k": 1_000, "m": 1_000_000}[match[2].lower()])
    return markup.integer(text)


def _old_date(row: LexborNode, page: Page, site: Site) -> datetime | None:
    for cell in reversed(row.css(".col_f_post li, .last_post li")):
        try:
            return dates.parse(text_of(cell), anchor=page.fetched_at, zone=site.timezone)
        except dates.UnreadableDateError:
            continue
    return None
