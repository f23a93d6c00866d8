"""SMF 2.0 and 2.1: boards, recent posts, search results and topics, in any theme that keeps the engine's own ids."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import addresses, boards, decode, markup, reading, refusal, smf_post
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.model import Listing, Page, Site, ThreadPage, ThreadRef

NAME = "smf"
ACCESS = "html"

_TOPIC = re.compile(r"topic[=,](\d+)(?:\.(\w+))?")
_BOARD = re.compile(r"board[=,]\d+")
_PLACE = re.compile(r"(topic[=,]\d+)(?:\.\w+)?")
_LISTS = "#messageindex, #topic_container, #recent, .search_results_posts, #search_results, .topic_table"
_SUBJECTS = "[id^='msg_'] a[href], .message_index_title a[href], td.subject a[href]"
_STATS = ".board_stats, .stats, td.stats"
_MOVED = ".main_icons.move, .generic_icons.move, img[src*='/moved.']"
_HITS = ".topic_details h5, .topic_details h4, .topic_details"
_CLOCK = ".user time[datetime], #inner_wrap time[datetime], #top_info time[datetime], #header time[datetime]"
_OLD_CLOCK = ".user li, #top_section .time, #time"
_OWN = (
    "link[rel=canonical], #quickModForm[action], form[action*='topic='], .navigate_section li.last a, "
    ".navigatesection li.last a, a[href*='action=printpage'], .keyinfo a[href]"
)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the board that the URL names, or of a whole forum its recent posts; and the search for a query."""
    parts = urlsplit(site.url)
    path = parts.path[: parts.path.index(".php") + 4] if ".php" in parts.path else f"{parts.path.rstrip('/')}/index.php"
    script = parts._replace(path=path, query="", fragment="").geturl()
    is_board = _BOARD.search(site.url) is not None or bool(parts.query)
    home = site.url if is_board else f"{script}?action=recent"
    if not site.query:
        return (home,)
    search = f"{script}?action=search2;search={quote(site.query)};sort=id_msg%7Cdesc"
    return (search, home)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that SMF made the page."""
    body = page.body
    if b"smf_scripturl" in body or b"var smf_theme_url" in body:
        return 0.99
    if re.search(
        rb"<a href=\"https?://(?:www\.)?simplemachines\.org[^>]*>(?:Powered by )?(?:SMF|Simple Machines)", body
    ):
        return 0.95
    if b"post_wrapper" in body and b"keyinfo" in body:
        return 0.9
    return 0.6 if b"message_index_title" in body or b'id="messageindex"' in body else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the topics of a board, of the recent posts or of a search. Raise NotAThreadError for another page."""
    document = markup.tree(decode.utf8_of(page, site), page)
    base, zone = addresses.base_of(document, page), zone_of(document, page, site)
    links = document.css(_SUBJECTS)
    found = [ref for link in links if (ref := _ref(link, base, page, zone))]
    found += [ref for hit in document.css(_HITS) if (ref := _hit(hit, base))]
    if not (found or document.css_first(_LISTS) is not None) or smf_post.nodes_of(document):
        raise refusal.refused(page, document, "an SMF list of topics")
    unique = {ref.thread_id: ref for ref in reversed(found)}
    return Listing(threads=tuple(reversed(unique.values())), next_url=_next_url(document, base))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a page of a topic. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.utf8_of(page, site), page)
    base, nodes = addresses.base_of(document, page), smf_post.nodes_of(document)
    address = _address(document, base, page)
    match = _TOPIC.search(address or "")
    if not nodes or not match or address is None:
        raise refusal.refused(page, document, "an SMF topic")
    number = _page_number(document)
    sheet = smf_post.sheet_of(
        document,
        nodes,
        is_first_page=number == 1 or (number is None and (match[2] or "0") == "0"),
        thread_url=_first_page(address),
        base=base,
        page=page,
        zone=zone_of(document, page, site),
    )
    posts, unreadable = reading.read_posts(nodes, partial(smf_post.read, sheet=sheet), smf_post.id_of)
    return ThreadPage(
        thread_id=match[1],
        thread_title=_title(document),
        posts=posts,
        unreadable=unreadable,
        page_number=number or 1,
        next_url=_next_url(document, base),
        view_count=_view_count(document),
        first_url=_first_page(address),
        language=document.language,
    )


def zone_of(document: Document, page: Page, site: Site) -> ZoneInfo:
    """Return the zone of a page's times: 2.1 shows its clock and the moment in UTC, 2.0 the clock alone, to some."""
    for time in document.css(_CLOCK):
        try:
            at = dates.parse(attribute(time, "datetime"), anchor=page.fetched_at, zone=ZoneInfo("UTC"))
        except dates.UnreadableDateError:
            continue
        return boards.clock_zone(text_of(time), at, site)
    shown = (text_of(node) for node in document.css(_OLD_CLOCK))
    return next((boards.clock_zone(text, page.fetched_at, site) for text in shown if ":" in text), site.timezone)


def _first_page(url: str) -> str:
    return _PLACE.sub(r"\1.0", boards.lasting(url, drop=(*smf_post.DROPPED, "msg"))).partition("#")[0]


def _address(document: Document, base: str, page: Page) -> str | None:
    """Return an address of the topic: the page's own where it names the topic, else one that the page has."""
    if _TOPIC.search(page.url):
        return page.url
    found = (addresses.absolute(base, attribute(node, "href", "action")) for node in document.css(_OWN))
    return next((url for url in found if url and _TOPIC.search(url)), None)


def _title(document: Document) -> str:
    for selector in ("#top_subject", ".navigate_section li.last a", ".navigate_section li.last", ".display_title"):
        if title := text_of(document.css_first(selector)):
            return title
    return text_of(document.css_first("title"))


def _view_count(document: Document) -> int | None:
    """Return the count in "Topic: Letters (Read 1234 times)", as 2.0 heads a topic."""
    shown = re.search(r"\([^()\d]*(\d[\d.,\s]*)[^()\d]*\)\s*$", text_of(document.css_first("#forumposts h3.catbg")))
    return markup.integer(shown[1]) if shown else None


def _page_number(document: Document) -> int | None:
    found = (text_of(node) for node in document.css(".pagelinks .current_page, .pagelinks strong, .pages strong"))
    return next((int(text) for text in found if text.isdigit()), None)


def _next_url(document: Document, base: str) -> str | None:
    following = str((_page_number(document) or 1) + 1)
    links = document.css(".pagelinks a[href], .pages a[href]")
    for link in links:
        if text_of(link) == following or link.css_first(".next_page") is not None:
            return boards.link_of(link, base, drop=smf_post.DROPPED)
    # Version 2.0 calls the next topic "next".
    onward = document.css_first("link[rel=next][href]:not([href*='prev_next'])")
    return boards.link_of(onward, base, drop=smf_post.DROPPED)


def _ref(link: LexborNode, base: str, page: Page, zone: ZoneInfo) -> ThreadRef | None:
    url = boards.link_of(link, base, drop=smf_post.DROPPED)
    match = _TOPIC.search(url or "")
    row = next((above for above in boards.around(link) if above.css_first(_STATS) is not None), None)
    # The first link of a row is its subject; page numbers and "new" come after it, or lead elsewhere than its start.
    if url is None or match is None or (match[2] or "0") != "0" or row is None or row.css_first(_MOVED) is not None:
        return None
    lines = markup.words(row.css_first(_STATS) or row).text.split("\n")
    replies, views = (*(_number(line) for line in lines), None, None)[:2]
    return ThreadRef(
        thread_id=match[1],
        url=url.partition("#")[0],
        title=text_of(link),
        last_posted_at=_last_posted_at(row, page, zone),
        post_count=replies + 1 if replies is not None else None,
        view_count=views,
    )


def _number(line: str) -> int | None:
    return markup.integer(re.sub(r"^\D+", "", line))


def _last_posted_at(row: LexborNode, page: Page, zone: ZoneInfo) -> datetime | None:
    last = row.css_first(".lastpost")
    said = markup.words(last).text.replace("\n", " ") if last is not None else ""
    try:
        return boards.date_in(said, anchor=page.fetched_at, zone=zone)
    except dates.UnreadableDateError:
        return None


def _hit(hit: LexborNode, base: str) -> ThreadRef | None:
    """Return the topic of a post that a search found, or that was written lately; it shows the post's subject only."""
    for link in hit.css("a[href]"):
        url = addresses.absolute(base, attribute(link, "href"))
        if url and (match := _TOPIC.search(url)):
            return ThreadRef(thread_id=match[1], url=_first_page(url))
    return None
