"""phpBB 3.0 to 3.3: forums, searches and topics, in any style that keeps the engine's own classes."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from urllib.parse import urlencode, urljoin, urlsplit
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import addresses, boards, decode, markup, phpbb_post, phpbb_sheet, reading, refusal
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.model import Listing, Page, Site, ThreadPage, ThreadRef

NAME = "phpbb"
ACCESS = "html"

_TOPIC = re.compile(r"[?&;]t=(\d+)")
_TOPIC_IN_PATH = re.compile(r"(?:-t|/topic-?|/t)(\d+)(?:-(?:s)?\d+)?(?:\.html|/|$)")
_START = re.compile(r"[?&;]start=(\d+)")
_FOOT = "#page-footer, #wrapfooter, #footer, footer, .datetime, .timezone, #datebar"
_PASSING = ("start", "p", "view", "st", "sk", "sd")
_MOVED = "[class*='topic_moved'], [style*='topic_moved'], img[src*='topic_moved']"


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the forum that the URL names, or of a whole board its active topics; and the search for a query."""
    parts = urlsplit(site.url)
    is_board = parts.path.rstrip("/").rpartition("/")[2] in ("", "index.php") and not parts.query
    home = urljoin(site.url, "search.php?search_id=active_topics") if is_board else site.url
    if not site.query:
        return (home,)
    asked = urlencode({"keywords": site.query, "terms": "all", "sr": "topics", "sk": "t", "sd": "d"})
    search = urljoin(site.url, f"search.php?{asked}")
    return (search,) if is_board else (search, home)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that phpBB 3 made the page."""
    body = page.body
    if re.search(rb"<body[^>]*\sid=[\"']?phpbb\b", body) or b"phpBB style name:" in body:
        return 0.99
    if re.search(rb"Powered by (?:<a [^>]{0,200}>)?phpBB", body) and b"viewtopic.php" in body + page.url.encode():
        return 0.95
    if b"viewtopic.php?" in body and (b"topictitle" in body or b"postprofile" in body or b"postbody" in body):
        return 0.9
    return 0.5 if b"phpBB" in body and b"postprofile" in body else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the topics of a forum, of a search for topics, or of one for posts.

    Raise NotAThreadError for a page of another kind.
    """
    document = markup.tree(decode.utf8_of(page, site), page)
    base, zone = addresses.base_of(document, page), boards.stated_zone(document, _FOOT, page, site)
    links = [link for link in document.css("a.topictitle") if not _is_said(link)]
    found = [ref for link in links if (ref := _ref(link, base, page, zone))]
    hits = document.css(".search.post, p.topictitle")
    found += [ref for hit in hits if (ref := _hit(hit, base))]
    if not (found or _is_empty_list(document)) or phpbb_sheet.nodes_of(document):
        raise refusal.refused(page, document, "a phpBB list of topics")
    unique = {ref.thread_id: ref for ref in reversed(found)}
    return Listing(threads=tuple(reversed(unique.values())), next_url=_next_url(document, _pager(document), base))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a page of a topic. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.utf8_of(page, site), page)
    thread_id, nodes = _thread_id(document, page), phpbb_sheet.nodes_of(document)
    if not nodes or not thread_id:
        raise refusal.refused(page, document, "a phpBB topic")
    base, pager = addresses.base_of(document, page), _pager(document)
    sheet = phpbb_sheet.sheet_of(
        document,
        nodes,
        first_position=_first_position(document, pager, page),
        base=base,
        page=page,
        zone=boards.stated_zone(document, _FOOT, page, site),
    )
    read = partial(phpbb_post.read, sheet=sheet)
    posts, unreadable = reading.read_posts(enumerate(nodes), read, lambda placed: phpbb_sheet.id_of(placed[1]))
    start = _START.search(page.url)
    return ThreadPage(
        thread_id=thread_id,
        thread_title=_title(document),
        posts=posts,
        unreadable=unreadable,
        page_number=_page_number(pager) or (2 if start and int(start[1]) else 1),
        next_url=_next_url(document, pager, base),
        first_url=_first_url(document, base, page),
        language=document.language,
    )


def _first_url(document: Document, base: str, page: Page) -> str | None:
    """Return where the topic starts: a post's own address (`?p=44`) does not tell, but the heading's does."""
    own: str | None = page.url
    if not _TOPIC.search(page.url):
        headings = document.css("link[rel=canonical], .topic-title a, h2 a[href*='viewtopic'], a.titles")
        found = (addresses.absolute(base, attribute(node, "href")) for node in headings)
        own = next((url for url in found if url and _TOPIC.search(url)), None)
    return boards.lasting(own, drop=(*boards.SESSION, *_PASSING)).partition("#")[0] if own else None


def _thread_id(document: Document, page: Page) -> str | None:
    if match := _TOPIC.search(page.url):
        return match[1]
    named = "link[rel=canonical], .topic-title a, h2 a[href*='viewtopic'], a.titles, a[href*='mode=reply']"
    addresses = [page.url, *(attribute(node, "href") for node in document.css(named))]
    for pattern in (_TOPIC, _TOPIC_IN_PATH):
        if match := next((m for address in addresses if (m := pattern.search(address))), None):
            return match[1]
    kept = attribute(document.css_first("#topic-search input[name=t], form input[type=hidden][name=t]"), "value")
    return kept if kept.isdigit() else None


def _title(document: Document) -> str:
    for selector in (
        ".topic-title a",
        ".topic-title",
        "h2 a[href*='viewtopic']",
        "a.titles",
        "h1 a[href*='viewtopic']",
    ):
        if title := text_of(document.css_first(selector)):
            return title
    return attribute(document.css_first("meta[property='og:title']"), "content") or text_of(document.css_first("title"))


def _pager(document: Document) -> list[LexborNode]:
    """Return the elements that hold the page's own numbers, not those of a topic in a list."""
    boxes = document.css(".pagination, td.gensmall > b, td.nav")
    return [box for box in boxes if not any(_is_row(above) for above in boards.around(box))]


def _is_row(node: LexborNode) -> bool:
    classes = attribute(node, "class").split()
    return "topiclist" in classes or (node.tag == "li" and "row" in classes)


def _page_number(pager: list[LexborNode]) -> int | None:
    for box in pager:
        for current in box.css(".active, strong, .current"):
            if (shown := text_of(current)).isdigit():
                return int(shown)
    return None


def _first_position(document: Document, pager: list[LexborNode], page: Page) -> int | None:
    """Return the place in the topic of the page's first post, where address or page numbers tell it."""
    if re.search(r"[?&;]sd=d\b", page.url) or document.css_first("#sd option[value=d][selected]") is not None:
        return None
    if start := _START.search(page.url):
        return int(start[1]) + 1
    number = _page_number(pager)
    if number == 1 or not pager:
        return 1
    for link in (link for box in pager for link in box.css("a[href]")):
        start, shown = _START.search(attribute(link, "href")), text_of(link)
        if number and start and shown.isdigit() and int(shown) > 1:
            return (number - 1) * (int(start[1]) // (int(shown) - 1)) + 1
    return None


def _next_url(document: Document, pager: list[LexborNode], base: str) -> str | None:
    for box in pager:
        if link := box.css_first("a[rel=next][href], .next a[href], a.next[href]"):
            return boards.link_of(link, base)
    if link := document.css_first("link[rel=next][href]"):
        return boards.link_of(link, base)
    following = str((_page_number(pager) or 0) + 1)
    for link in (link for box in pager for link in box.css("a[href]")):
        if following != "1" and text_of(link) == following:
            return boards.link_of(link, base)
    return None


def _is_empty_list(document: Document) -> bool:
    """Return whether a page is a forum or a search without topics: its frame is there, and a panel says so."""
    name = attribute(document.css_first("body"), "class")
    is_list = "section-viewforum" in name or "section-search" in name
    return is_list and document.css_first(".panel strong") is not None and document.css_first("[type=password]") is None


def _is_said(link: LexborNode) -> bool:
    return any(attribute(above, "class").split()[:1] in (["content"], ["postbody"]) for above in boards.around(link))


def _ref(link: LexborNode, base: str, page: Page, zone: ZoneInfo) -> ThreadRef | None:
    url = boards.link_of(link, base)
    match = _topic(url)
    row = next((above for above in boards.around(link) if _is_row(above) or above.tag in ("tr", "dl")), None)
    if url is None or match is None or row is None or row.css_first(_MOVED) is not None:
        return None
    row = row.parent if row.tag == "dl" and row.parent is not None and row.parent.tag == "li" else row
    replies, views, last = _cells(row)
    count = markup.integer(replies)
    return ThreadRef(
        thread_id=match[1],
        url=url.partition("#")[0],
        title=text_of(link),
        last_posted_at=_last_posted_at(last, page, zone),
        post_count=count + 1 if count is not None else None,
        view_count=markup.integer(views),
    )


def _topic(url: str | None) -> re.Match[str] | None:
    return _TOPIC.search(url or "") or _TOPIC_IN_PATH.search(urlsplit(url or "").path)


def _cells(row: LexborNode) -> tuple[str, str, LexborNode | None]:
    """Return the replies, the views and the element of the last post, in a list or in subsilver2's table."""
    last = row.css_first("dd.lastpost, .lastpost")
    if last is not None:
        return text_of(row.css_first("dd.posts, .posts")), text_of(row.css_first("dd.views, .views")), last
    details = row.css("p.topicdetails")
    if len(details) < 3:
        return "", "", None
    return text_of(details[0]), text_of(details[1]), details[2]


def _last_posted_at(node: LexborNode | None, page: Page, zone: ZoneInfo) -> datetime | None:
    if node is None:
        return None
    time = node.css_first("time[datetime]")
    lines = markup.words(node).text.split("\n")
    titles = (attribute(link, "title") for link in node.css("a[title]"))
    for text in (attribute(time, "datetime"), lines[-1], *titles):
        try:
            return dates.parse(text, anchor=page.fetched_at, zone=zone)
        except dates.UnreadableDateError:
            continue
    return None


def _hit(hit: LexborNode, base: str) -> ThreadRef | None:
    """Return the topic of a post that a search found."""
    links = [link for box in (".postprofile", ".searchresults", "h3", "") for link in hit.css(f"{box} a[href]")]
    for link in links:
        url = boards.link_of(link, base, drop=(*boards.SESSION, "p"))
        if url and (match := _topic(url)):
            counts = [markup.integer(text_of(strong)) for strong in hit.css(".postprofile dd strong")]
            replies, views = counts if len(counts) == 2 else (None, None)
            return ThreadRef(
                thread_id=match[1],
                url=url.partition("#")[0],
                title=text_of(link),
                post_count=replies + 1 if replies is not None else None,
                view_count=views,
            )
    return None
