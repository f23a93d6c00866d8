"""Flashback: a customised vBulletin, often in windows-1252, with Swedish dates and addresses like /t123p4."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import urlencode, urljoin, urlsplit

from selectolax.lexbor import LexborNode

from crawlers.engines import addresses, decode, flashback_post, markup, reading, refusal
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.model import Listing, Page, Site, ThreadPage, ThreadRef

NAME = "flashback"
ACCESS = "html"

_THREAD = re.compile(r"/t(\d+)(?:p(\d+))?(?![\w])")
_REPLIES = re.compile(r"([\d\s.]+)\s*svar", re.IGNORECASE)
_VIEWS = re.compile(r"([\d\s.]+)\s*(?:visning|läsning)", re.IGNORECASE)

MADE_HERE = re.compile(
    rb"<(?:link|script|meta)\b[^>]{0,300}\b(?:static|www)\.flashback\.org/|- Flashback Forum\s*</title>"
)
"""Marks of its own pages: an image from there, or a link to it, may stand in any forum's post."""


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the search, newest posts first, where the site has a query; and the forum where the URL names one."""
    search = urljoin(site.url, "/sok/") + "?" + urlencode({"query": site.query or "", "sp": "1", "so": "pd"})
    if not site.query:
        return (site.url,)
    return (search, site.url) if urlsplit(site.url).path.strip("/") else (search,)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that Flashback made the page."""
    if MADE_HERE.search(page.body) or urlsplit(page.url).hostname in ("flashback.org", "www.flashback.org"):
        return 0.97
    if b"post-user-username" in page.body and b"post_message" in page.body:
        return 0.9
    return 0.7 if b'id="threadslist"' in page.body and b"td_title" in page.body else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the threads of a forum, of the lists of new threads, or of a search.

    Raise NotAThreadError for a page of another kind.
    """
    document = markup.tree(decode.utf8_of(page, site), page)
    rows = document.css("#threadslist tr, .table-threads tr")
    found = [ref for row in rows if (ref := _ref(row, page, site))]
    hits = document.css("#posts .post.post-small")
    found += [ref for hit in hits if (ref := _hit(hit, page, site))]
    is_list = found or rows or _says_no_hits(document)
    if not is_list or document.css_first("#posts .post:not(.post-small)") is not None:
        raise refusal.refused(page, document, "a Flashback list of threads")
    unique = {ref.thread_id: ref for ref in reversed(found)}
    return Listing(threads=tuple(reversed(unique.values())), next_url=_next_link(document, page))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a page of a thread. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.utf8_of(page, site), page)
    nodes = [node for node in document.css("div.post[id^='post'], div.post[data-postid]") if flashback_post.id_of(node)]
    thread_id = _thread_id(document, page)
    if not nodes or not thread_id or document.css_first("#posts .post-small") is not None:
        raise refusal.refused(page, document, "a Flashback thread")
    read = partial(flashback_post.read, sheet=flashback_post.sheet_of(document, nodes, page, site))
    posts, unreadable = reading.read_posts(nodes, read, flashback_post.id_of)
    number, total = _pages(document, page)
    onward = urljoin(page.url, f"/t{thread_id}p{number + 1}") if number < total else None
    return ThreadPage(
        thread_id=thread_id,
        thread_title=_title(document),
        posts=posts,
        unreadable=unreadable,
        page_number=number,
        next_url=_next_link(document, page) or onward,
        language=document.language,
    )


def _title(document: Document) -> str:
    found = attribute(document.css_first("meta[property='og:title']"), "content") or text_of(
        document.css_first("title")
    )
    shown = re.sub(r"\s*(?:[-–]\s*Sidan? \d+)?\s*[-–]\s*Flashback Forum.*$", "", found)
    return shown or text_of(document.css_first("h1"))


def _thread_id(document: Document, page: Page) -> str | None:
    addresses = [
        attribute(document.css_first("link[rel=canonical]"), "href"),
        attribute(document.css_first("meta[property='og:url']"), "content"),
        page.url,
        attribute(document.css_first("h1 a[href]"), "href"),
    ]
    match = next((m for address in addresses if (m := _THREAD.search(address))), None)
    return match[1] if match else None


def _pages(document: Document, page: Page) -> tuple[int, int]:
    jump = document.css_first("[data-total-pages]")
    told = re.search(r"Sidan (\d+) av (\d+)", text_of(document.css_first(".pagination, .pagenav")))
    match = _THREAD.search(page.url)
    number = markup.integer(attribute(jump, "data-page")) or (int(told[1]) if told else 0)
    total = markup.integer(attribute(jump, "data-total-pages")) or (int(told[2]) if told else 1)
    return number or int((match and match[2]) or 1), total


def _next_link(document: Document, page: Page) -> str | None:
    link = document.css_first("li.next a[href], a[rel=next][href], link[rel=next][href]")
    return addresses.absolute(page.url, attribute(link, "href"))


def _says_no_hits(document: Document) -> bool:
    text = document.body.text(deep=True)[:20_000] if document.body else ""
    return bool(re.search(r"inga (?:träffar|resultat|trådar|ämnen)|gav inget resultat", text, re.IGNORECASE))


def _ref(row: LexborNode, page: Page, site: Site) -> ThreadRef | None:
    link = row.css_first("a[id^='thread_title_']") or row.css_first(".td_title strong a, .td_title div a, .td_title a")
    match = _THREAD.search(re.sub(r"(/t\d+)[sn]$", r"\1", attribute(link, "href")))
    if link is None or not match:
        return None
    counts = text_of(row.css_first(".td_replies") or row)
    replies, views = _REPLIES.search(counts), _VIEWS.search(counts)
    said = flashback_post.DATE.search(text_of(row.css_first(".td_last_post")))
    return ThreadRef(
        thread_id=match[1],
        url=urljoin(page.url, f"/t{match[1]}"),
        title=text_of(link),
        last_posted_at=flashback_post.time_or_none(said[0], page, site) if said else None,
        post_count=count + 1 if replies and (count := markup.integer(replies[1])) is not None else None,
        view_count=markup.integer(views[1]) if views else None,
    )


def _hit(hit: LexborNode, page: Page, site: Site) -> ThreadRef | None:
    """Return the thread of a post that the search found; its address stands in a comment."""
    match = re.search(r"/t(\d+)\b", hit.html or "")
    if not match:
        return None
    said = flashback_post.DATE.search(text_of(hit.css_first(".post-heading")))
    return ThreadRef(
        thread_id=match[1],
        url=urljoin(page.url, f"/t{match[1]}"),
        title=text_of(hit.css_first("a[href*='/p'] strong")),
        last_posted_at=flashback_post.time_or_none(said[0], page, site) if said else None,
    )
