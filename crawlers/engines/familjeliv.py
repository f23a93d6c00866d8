"""Familjeliv: its own forum, whose threads repeat the opening post on every page and leave the year out of dates."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import addresses, decode, familjeliv_nodes, familjeliv_post, markup, reading, refusal
from crawlers.engines.document import Document
from crawlers.engines.familjeliv_nodes import Posts
from crawlers.engines.markup import attribute, text_of
from crawlers.model import Listing, Page, Site, ThreadPage, ThreadRef

NAME = "familjeliv"
ACCESS = "html"

_THREAD = re.compile(r"/forum/thread/(\d+)[^/?#]*(?:/(\d+))?|/m(\d+)(?:-(\d+))?\.html")
_MADE_HERE = re.compile(
    rb"<(?:link|script|meta)\b[^>]{0,300}\bfamiljeliv\b|<title>[^<]{0,300}\bFamiljeliv(?:\.se)?\s*</title>",
    re.IGNORECASE,
)
_PAGES = re.compile(r"\bSida (\d+) av (\d+)", re.IGNORECASE)
_PAGINATOR = ".paginator, .pagination, #formupdate"
_LISTS = "#forum-threadlist, .forumListing, .forum-threadlist, [class*='forumListing-thread'], [class*='threadlist']"
_HEADINGS = "h1, h2, h3, h4, h5, [class*='head'], [class*='title'], strong"
_ROW_TAGS = ("tr", "li", "article")
_ANSWERS = re.compile(r"(?<![\d:.-])(\d{1,3}(?:[ .\u00a0]\d{3})+|\d{1,9})\s*(?:svar|inlägg)\b", re.IGNORECASE)
_VIEWS = re.compile(r"(?<![\d:.-])(\d{1,3}(?:[ .\u00a0]\d{3})+|\d{1,9})\s*(?:visningar|läst)\b", re.IGNORECASE)
_LAST = "[class*='latestReply'], [class*='latest'], [class*='lastpost'], .last"


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the forum's list of threads; for the whole place, the threads that are talked in now."""
    return (
        (site.url,) if urlsplit(site.url).path.strip("/") not in ("", "forum") else (urljoin(site.url, "/forum/hot/1"),)
    )


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that Familjeliv made the page."""
    body, parts = page.body, urlsplit(page.url)
    if (parts.hostname or "").endswith("familjeliv.se"):
        return 0.97
    if _MADE_HERE.search(body[:30_000]):
        return 0.95
    is_thread = any(word in body for word in ("Svar på tråden".encode(), "Svar på tråden".encode("latin-1")))
    return 0.91 if is_thread and b"message-body" in body and _THREAD.search(page.url) else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the threads of a forum or of a search. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.utf8_of(page, site), page)
    refs = _refs(document, page, site)
    path = urlsplit(page.url).path.lower()
    # The front page has no list of its own, but names the threads that are talked in.
    is_list = document.css_first(_LISTS) is not None or (refs and ("/forum" in path or path in ("", "/")))
    if not is_list or familjeliv_nodes.posts_of(document).nodes:
        raise refusal.refused(page, document, "a Familjeliv list of threads")
    return Listing(threads=tuple(refs.values()), next_url=_next_url(document, page))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a page of a thread. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.utf8_of(page, site), page)
    found, thread_id = familjeliv_nodes.posts_of(document), _thread_id(document, page)
    if not found.nodes or not thread_id:
        raise refusal.refused(page, document, "a Familjeliv thread")
    has_opening = _has_opening(document, found, thread_id=thread_id, number=_page_number(document, page))
    sheet = familjeliv_post.sheet_of(
        document, found, thread_id=thread_id, has_opening=has_opening, page=page, site=site
    )
    posts, unreadable = reading.read_posts(
        found.nodes, partial(familjeliv_post.read, sheet=sheet), partial(familjeliv_post.name_of, sheet=sheet)
    )
    return ThreadPage(
        thread_id=thread_id,
        thread_title=_title(document),
        posts=posts,
        unreadable=unreadable,
        page_number=_page_number(document, page),
        first_url=_first_page(page.url) if _page_number(document, page) > 1 else None,
        next_url=_next_url(document, page),
        language=document.language,
    )


def _thread_id(document: Document, page: Page) -> str | None:
    canonical = attribute(document.css_first("link[rel=canonical]"), "href")
    told = attribute(document.css_first("meta[property='og:url']"), "content")
    match = next((found for url in (page.url, canonical, told) if (found := _THREAD.search(url))), None)
    return (match[1] or match[3]) if match else None


def _has_opening(document: Document, posts: Posts, *, thread_id: str, number: int) -> bool:
    """Return whether the first post of a page is the opening post: it stands above "Svar på tråden"."""
    first, is_seen = posts.bodies[posts.nodes[0].mem_id], False
    for node in document.css(f"{_HEADINGS}, {familjeliv_nodes.BODY}"):
        if node.mem_id == first.mem_id:
            is_seen = True
        elif text_of(node)[:40].lower().startswith("svar på tråden"):
            return is_seen
    return number == 1 or familjeliv_nodes.is_opening(posts.nodes[0], posts, thread_id=thread_id)


def _title(document: Document) -> str:
    for heading in document.css("#f-header-title, h1"):
        said = re.sub(r"^Svar på tråden\s+", "", text_of(heading), flags=re.IGNORECASE)
        if said and "familjeliv" not in said.lower():
            return said
    told = attribute(document.css_first("meta[property='og:title']"), "content") or text_of(document.css_first("title"))
    return re.sub(r"\s*[-|–]\s*(?:Sida? \d+\s*[-|–]\s*)?Familjeliv.*$", "", told, flags=re.IGNORECASE)


def _pages(document: Document, page: Page) -> tuple[int, int]:
    """Return the number of the page and of the last one that it knows of."""
    told = next((m for box in document.css(_PAGINATOR) if (m := _PAGES.search(text_of(box)))), None)
    match = _THREAD.search(page.url) or re.search(
        r"()/(?:latest|hot|new|\d+)/(\d+)/?(?:$|\?)()()", urlsplit(page.url).path
    )
    number = int((match and (match[2] or match[4])) or (told[1] if told else 1))
    return number, int(told[2]) if told else 1


def _page_number(document: Document, page: Page) -> int:
    return _pages(document, page)[0]


def _next_url(document: Document, page: Page) -> str | None:
    base = addresses.base_of(document, page)
    links = document.css("a[rel=next][href], link[rel=next][href], .paginator .next a[href], .paginator a.next[href]")
    links += [a for box in document.css(_PAGINATOR) for a in box.css("a[href]") if _says_next(a)]
    if url := next((u for a in links if (u := addresses.absolute(base, attribute(a, "href"))) and u != page.url), None):
        return url.split("#")[0]
    number, last = _pages(document, page)
    match = _THREAD.search(page.url)
    if number >= last or not match:
        return None
    if match[1]:
        return re.sub(r"(/forum/thread/\d+[^/?#]*)(?:/\d+)?/?(?:[?#].*)?$", rf"\g<1>/{number + 1}", page.url)
    return re.sub(r"/m(\d+)(?:-\d+)?\.html.*$", rf"/m\1-{number + 1}.html", page.url)


def _says_next(link: LexborNode) -> bool:
    return text_of(link).lower().strip(" .") in ("»", "›", ">", "nästa", "nästa »", "nästa ›", "nästa sida")


def _refs(document: Document, page: Page, site: Site) -> dict[str, ThreadRef]:
    base = addresses.base_of(document, page)
    refs: dict[str, ThreadRef] = {}
    for link in document.css("a[href*='/forum/thread/'], .forumListing-thread a[href], td.thread a[href]"):
        url = addresses.absolute(base, attribute(link, "href"))
        match = _THREAD.search(url or "")
        title = text_of(link)
        if not url or not match or not title or title.isdigit() or "#" in url:
            continue
        thread_id = match[1] or match[3]
        refs.setdefault(thread_id, _ref(link, thread_id, _first_page(url), page=page, site=site))
    return refs


def _first_page(url: str) -> str:
    return re.sub(r"(/forum/thread/\d+[^/?#]*)/\d+/?$|(/m\d+)-\d+(?=\.html)", r"\1\2", url.split("#")[0])


def _ref(link: LexborNode, thread_id: str, url: str, *, page: Page, site: Site) -> ThreadRef:
    row = next((above for above in markup.ancestors(link) if above.tag in _ROW_TAGS), link.parent)
    said = markup.words(row).text.replace("\n", " ") if row is not None else ""
    replies, views = _ANSWERS.search(said), _VIEWS.search(said)
    cell = row.css_first(_LAST) if row is not None else None
    count = markup.integer(replies[1]) if replies else None
    return ThreadRef(
        thread_id=thread_id,
        url=url,
        title=text_of(link),
        last_posted_at=_last_posted(markup.words(cell).text if cell is not None else said, page, site),
        post_count=count + 1 if count is not None else None,
        view_count=markup.integer(views[1]) if views else None,
    )


def _last_posted(text: str, page: Page, site: Site) -> datetime | None:
    """Return the latest of the dates that a row shows: when it was begun and when it was last answered."""
    found = (_date(said, page, site) for said in familjeliv_nodes.dates_in(text))
    return max(filter(None, found), default=None)


def _date(said: str, page: Page, site: Site) -> datetime | None:
    try:
        return dates.parse(said, anchor=page.fetched_at, zone=site.timezone)
    except dates.UnreadableDateError:
        return None
