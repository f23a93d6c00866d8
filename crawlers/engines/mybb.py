"""MyBB 1.8: forums, search results and threads, in any theme that keeps the engine's own ids and classes."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import addresses, boards, decode, markup, mybb_dates, mybb_post, reading, refusal
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.engines.mybb_dates import Calendar
from crawlers.model import Listing, Page, Site, ThreadPage, ThreadRef

NAME = "mybb"
ACCESS = "html"

_TID = re.compile(r"[?&;]tid=(\d+)|/thread-(\d+)(?:-[^/]*)?\.html")
_OWN = (
    "a[href*='newreply.php?tid='], a[href*='printthread.php?tid='], a[href*='ratethread.php?tid='],"
    ".post_head a[href*='tid=']"
)
_PAGE = re.compile(r"[?&;]page=(\d+)|-page-(\d+)\.html")
_TAIL = re.compile(r"#.*$|(?<=\d)-(?:page-\d+|lastpost|newpost|post-\d+)(?=\.html)")
_PASSING = (*mybb_post.DROPPED, "action", "pid", "page")
_ROW_TAGS = ("tr", "li", "article")
_FORUM = re.compile(r"forumdisplay\.php|[?&;]fid=|/forum-", re.IGNORECASE)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the forum that the URL names: MyBB's searches answer by a page that a browser is sent on from."""
    return (site.url,)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that MyBB made the page."""
    body = page.body
    if b"var my_post_key" in body or b"MyBB is free software developed" in body:
        return 0.98
    if re.search(rb"<a href=\"https?://(?:www\.)?mybb\.com/?\"[^>]*>MyBB", body):
        return 0.95
    if b"post_body" in body and (b'id="pid_' in body or b'id="posts_container"' in body):
        return 0.92
    if b"whoPosted(" in body or (b"jscripts/" in body and b"forumdisplay.php?fid=" in body):
        return 0.9
    return 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the threads of a forum, or of a search for threads or posts; and the forums in it, or of the index.

    Raise NotAThreadError for a page of another kind.
    """
    document = markup.tree(decode.utf8_of(page, site), page)
    calendar = mybb_dates.calendar_of(document, page, site)
    base = addresses.base_of(document, page)
    found = [ref for row in _rows(document) if (ref := _ref(row, base, calendar))]
    rows, forums = document.css(".thread_status, .thread_legend, .inline_row"), _forums(document, base)
    if not (found or rows or forums) or mybb_post.nodes_of(document):
        raise refusal.refused(page, document, "a MyBB list of threads")
    unique = {ref.thread_id: ref for ref in reversed(found)}
    following = _next_url(_pager(document), base)
    return Listing(threads=tuple(reversed(unique.values())), next_url=following, more_urls=forums)


def _forums(document: Document, base: str) -> tuple[str, ...]:
    """Return the forums of the index, or inside a forum, with those that each row names below its own."""
    found: dict[str, None] = {}
    for mark in document.css(".forum_status"):
        row = next((above for above in boards.around(mark) if above.tag in _ROW_TAGS), None)
        links = row.css("a[href]") if row is not None else []
        urls = (boards.link_of(link, base, drop=_PASSING) for link in links)
        found |= dict.fromkeys(url for url in urls if url and _FORUM.search(url) and not _TID.search(url))
    return tuple(found)


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a page of a thread. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.utf8_of(page, site), page)
    thread_id, nodes = _thread_id(document, page), mybb_post.nodes_of(document)
    if not nodes or not thread_id:
        raise refusal.refused(page, document, "a MyBB thread")
    base, pager = addresses.base_of(document, page), _pager(document)
    sheet = mybb_post.sheet_of(
        document,
        nodes,
        calendar=mybb_dates.calendar_of(document, page, site),
        thread_url=_thread_url(page.url),
        base=base,
        page=page,
    )
    posts, unreadable = reading.read_posts(nodes, partial(mybb_post.read, sheet=sheet), mybb_post.id_of)
    following = _next_url(pager, base)
    return ThreadPage(
        thread_id=thread_id,
        thread_title=_title(document),
        posts=posts,
        unreadable=unreadable,
        page_number=_page_number(pager, page),
        next_url=following if following and not _FORUM.search(following) else None,
        first_url=_first_url(document, base, page),
        language=document.language,
    )


def _first_url(document: Document, base: str, page: Page) -> str | None:
    """Return where the thread starts: a post's own address (`?pid=44`) does not tell, but other links do."""
    links = ("link[rel=canonical]", ".pagination_page[href]", ".post_head a[href*='tid=']")
    found = (boards.link_of(document.css_first(selector), base) for selector in links)
    return next((_thread_url(url) for url in (page.url, *found) if url and _TID.search(url)), None)


def _thread_url(url: str) -> str:
    return boards.lasting(_TAIL.sub("", url), drop=_PASSING)


def _thread_id(document: Document, page: Page) -> str | None:
    canonical = attribute(document.css_first("link[rel=canonical]"), "href")
    addresses = (page.url, canonical, *(attribute(link, "href") for link in document.css(_OWN)))
    if match := next((m for address in addresses if (m := _TID.search(address))), None):
        return match[1] or match[2]
    rated = document.css_first("[id^='rating_thread_']")
    kept = attribute(rated, "id").removeprefix("rating_thread_") or attribute(
        document.css_first("input[name=tid]"), "value"
    )
    return kept if kept.isdigit() else None


def _title(document: Document) -> str:
    for selector in (".navigation .active", ".navigation > span:last-child", "#posts_container h1"):
        if title := text_of(document.css_first(selector)):
            return title
    return text_of(document.css_first("title"))


def _pager(document: Document) -> list[LexborNode]:
    """Return the elements that hold the page's own numbers: the first on the page is a hidden one, of the forum."""
    return [
        box
        for box in document.css(".pagination")
        if "pagination_breadcrumb" not in attribute(box, "class")
        and not any("navigation" in attribute(above, "class").split() for above in boards.around(box))
    ]


def _page_number(pager: list[LexborNode], page: Page) -> int:
    shown = next((text_of(node) for box in pager for node in box.css(".pagination_current")), "")
    match = _PAGE.search(page.url)
    return markup.integer(shown) or (int(match[1] or match[2]) if match else 1)


def _next_url(pager: list[LexborNode], base: str) -> str | None:
    link = next((link for box in pager for link in box.css("a.pagination_next[href], a[rel=next][href]")), None)
    return boards.link_of(link, base, drop=mybb_post.DROPPED)


def _rows(document: Document) -> list[LexborNode]:
    """Return the rows of a list: what stands around a subject, or around the count of those who answered."""
    rows: dict[int, LexborNode] = {}
    for node in document.css("[id^='tid_'], a[href*='action=whoposted']"):
        if row := next((above for above in boards.around(node) if above.tag in _ROW_TAGS), None):
            rows.setdefault(row.mem_id, row)
    return list(rows.values())


def _ref(row: LexborNode, base: str, calendar: Calendar) -> ThreadRef | None:
    counts = row.css_first("a[href*='action=whoposted'], a[onclick*='whoPosted']")
    subject = row.css_first("[id^='tid_']")
    link = subject if subject is not None and subject.tag == "a" else None
    link = link or (subject.css_first("a[href]") if subject is not None else None) or _first_thread_link(row)
    url = addresses.absolute(base, attribute(link, "href"))
    key = _TID.search(url or "") or _TID.search(attribute(counts, "href"))
    own = attribute(subject, "id").removeprefix("tid_")
    thread_id = (key[1] or key[2]) if key else own
    # A moved thread leaves a row behind, with the old id and the new address.
    if url is None or not thread_id.isdigit() or (own and own != thread_id) or (counts is None and subject is None):
        return None
    replies = markup.integer(text_of(counts))
    return ThreadRef(
        thread_id=thread_id,
        url=_thread_url(url),
        title=text_of(link),
        last_posted_at=_last_posted_at(row, calendar),
        post_count=replies + 1 if replies is not None else None,
        view_count=_views(counts),
    )


def _first_thread_link(row: LexborNode) -> LexborNode | None:
    return next((link for link in row.css("a[href]") if _TID.search(attribute(link, "href"))), None)


def _views(counts: LexborNode | None) -> int | None:
    cell = next((above for above in boards.around(counts) if above.tag == "td"), None) if counts else None
    after = cell.next if cell is not None else None
    while after is not None and after.tag != "td":
        after = after.next
    return markup.integer(text_of(after))


def _last_posted_at(row: LexborNode, calendar: Calendar) -> datetime | None:
    link = row.css_first("a[href*='lastpost']")
    box = row.css_first(".lastpost") or (link.parent if link is not None else None)
    if box is None:
        return None
    try:
        return calendar.read(box)
    except dates.UnreadableDateError:
        return None
