"""Flashback: a customised vBulletin, often in windows-1252, with Swedish dates and addresses like /t123p4."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from urllib.parse import urlencode, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers import dates
from crawlers.engines import decode, markup, reading, refusal
from crawlers.engines.markup import Marks, attribute, text_of
from crawlers.model import Listing, Page, ParsedPost, ParsedQuote, Site, ThreadPage, ThreadRef

NAME = "flashback"
ACCESS = "html"

_QUOTE = ".post-bbcode-quote-wrapper, .post-bbcode-quote, .post-quote-holder, .bbcode_quote"
_NOISE = (
    ".post-signature, .signature, .post-edited, .post-edit, .btn, .ad, .ads, ins.adsbygoogle, [id^='div-gpt-ad'],"
    ".post-bbcode-code-wrapper > small, .post-bbcode-spoiler-wrapper > small, .post-bbcode-quote-wrapper > small"
)
_DATE = re.compile(
    r"(?:\d{4}-\d{2}-\d{2}|i ?dag|i ?går|i ?förrgår)\s*,?\s*(?:kl\.?)?\s*\d{1,2}[:.]\d{2}(?::\d{2})?", re.IGNORECASE
)
_EDITED = re.compile(r"senast redigerad av .{1,80}?(?P<date>\S+,?\s+(?:kl\.?\s*)?\d{1,2}[:.]\d{2})", re.IGNORECASE)
_EDIT_LINE = re.compile(r"(?:(?:^|\n)_{5,})?(?:^|\n)Senast redigerad av [^\n]*\Z", re.IGNORECASE)
_ATTRIBUTION = re.compile(r"\A(?:Citat:?\s*)?Ursprungligen postat av [^\n]*(?:\n|\Z)|\ACitat:?(?:\n|\Z)", re.IGNORECASE)
_SAID_BY = re.compile(r"\A(?:Citat:?\s*)?Ursprungligen postat av ([^\n]+)", re.IGNORECASE)
_THREAD = re.compile(r"/t(\d+)(?:p(\d+))?(?![\w])")
_REPLIES = re.compile(r"([\d\s.]+)\s*svar", re.IGNORECASE)
_VIEWS = re.compile(r"([\d\s.]+)\s*(?:visning|läsning)", re.IGNORECASE)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the search, newest posts first, where the site has a query; and the forum where the URL names one."""
    search = urljoin(site.url, "/sok/") + "?" + urlencode({"query": site.query or "", "sp": "1", "so": "pd"})
    if not site.query:
        return (site.url,)
    return (search, site.url) if urlsplit(site.url).path.strip("/") else (search,)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that Flashback made the page."""
    if b"static.flashback.org" in page.body or b"- Flashback Forum</title>" in page.body:
        return 0.97
    if b"post-user-username" in page.body and b"post_message" in page.body:
        return 0.9
    return 0.7 if b'id="threadslist"' in page.body and b"td_title" in page.body else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the threads of a forum, of the lists of new threads, or of a search.

    Raise NotAThreadError for a page of another kind.
    """
    document = markup.tree(decode.text_of(page, site), page)
    rows = markup.each(document, "#threadslist tr, .table-threads tr")
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
    document = markup.tree(decode.text_of(page, site), page)
    nodes = [node for node in markup.each(document, "div.post[id^='post'], div.post[data-postid]") if _post_id(node)]
    thread_id = _thread_id(document, page)
    if not nodes or not thread_id or document.css_first("#posts .post-small") is not None:
        raise refusal.refused(page, document, "a Flashback thread")
    marked = markup.marks(document, quote=_QUOTE, drop=_NOISE)
    outside = markup.marks(document, drop=".post_message, .post-heading, .post-user")
    read = partial(_post, marked=marked, outside=outside, page=page, site=site)
    posts, unreadable = reading.read_posts(nodes, read, _post_id)
    number, total = _pages(document, page)
    onward = urljoin(page.url, f"/t{thread_id}p{number + 1}") if number < total else None
    return ThreadPage(
        thread_id=thread_id,
        thread_title=_title(document),
        posts=posts,
        unreadable=unreadable,
        page_number=number,
        next_url=_next_link(document, page) or onward,
    )


def _post_id(node: LexborNode) -> str | None:
    match = re.fullmatch(r"(?:post_?)?(\d+)", attribute(node, "data-postid", "id"))
    return match[1] if match else None


def _post(node: LexborNode, *, marked: Marks, outside: Marks, page: Page, site: Site) -> ParsedPost:
    post_id = _post_id(node) or ""
    body = node.css_first(".post_message")
    if body is None:
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no message")
    name, user_id = _author(node)
    said = markup.words(body, marked)
    heading = _heading(node, outside)
    return ParsedPost(
        post_id=post_id,
        author=reading.required(user_id or name, "missing_author", f"post {post_id} names no author"),
        author_name=name or None,
        posted_at=_posted_at(heading, page, site),
        url=urljoin(page.url, f"/p{post_id}#p{post_id}"),
        text=_EDIT_LINE.sub("", said.text),
        quoted=tuple(quote for found in said.quotes for quote in _quotes(found, marked)),
        edited_at=_edited_at(node, said.text, outside, page, site),
        position=_position(node, heading),
    )


def _author(node: LexborNode) -> tuple[str, str]:
    """Return the shown name and the user id, empty where the page has none: guests and closed accounts."""
    link = node.css_first("a.post-user-username") or node.css_first(".post-user-username a")
    shown = link or node.css_first(".post-user-username") or node.css_first(".dropdown strong")
    match = re.search(r"/u(\d+)\b", attribute(link, "href"))
    return text_of(shown or node.css_first(".post-user strong")), match[1] if match else ""


def _heading(node: LexborNode, outside: Marks = markup.NO_MARKS) -> str:
    """Return the line above the post, its links too, but nothing that the author wrote."""
    box = node.css_first(".post-heading")
    return text_of(box) if box is not None else markup.words(node, outside).text


def _posted_at(heading: str, page: Page, site: Site) -> datetime:
    match = _DATE.search(heading)
    if match is None:
        raise dates.UnreadableDateError(f"no date that we can read in the heading {heading[:60]!r}")
    return dates.parse(match[0], anchor=page.fetched_at, zone=site.timezone)


def _position(node: LexborNode, heading: str) -> int | None:
    shown = attribute(node.css_first("a[id^='postcount']"), "name")
    match = re.search(r"#\s?(\d[\d\s.]*)", heading)
    return markup.integer(shown) or (markup.integer(match[1]) if match else None)


def _edited_at(node: LexborNode, own: str, outside: Marks, page: Page, site: Site) -> datetime | None:
    """Return when the engine says that the post was edited: its line after the message, never the author's words."""
    if "redigerad av" not in node.text(deep=True):
        return None
    match = _EDITED.search(markup.words(node, outside).text) or (
        _EDITED.match(own.rsplit("\n", 1)[-1]) if _EDIT_LINE.search(own) else None
    )
    try:
        return dates.parse(match["date"], anchor=page.fetched_at, zone=site.timezone) if match else None
    except dates.UnreadableDateError:
        return None


def _quotes(node: LexborNode, marked: Marks) -> list[ParsedQuote]:
    """Return a quote and, after it, the quotes inside it, each with its own words only."""
    content = node.css_first(".post-clamped-text") or node.css_first(".post-bbcode-quote") or node
    said = markup.words(content, marked)
    inner = {link.mem_id for quote in said.quotes for link in quote.css("a")}
    links = [link for link in node.css("a[href]") if link.mem_id not in inner]
    source = next((m for a in links if (m := re.search(r"/s?p(\d+)\b|#p(\d+)$", attribute(a, "href")))), None)
    heading = _SAID_BY.search(markup.words(node).text)
    own = ParsedQuote(
        text=_ATTRIBUTION.sub("", said.text),
        post_id=(source[1] or source[2]) if source else None,
        author=(text_of(node.css_first("strong")) or heading[1]) if heading else None,
    )
    return [own, *(quote for found in said.quotes for quote in _quotes(found, marked))]


def _title(document: LexborHTMLParser) -> str:
    found = attribute(document.css_first("meta[property='og:title']"), "content") or text_of(
        document.css_first("title")
    )
    shown = re.sub(r"\s*(?:[-–]\s*Sidan? \d+)?\s*[-–]\s*Flashback Forum.*$", "", found)
    return shown or text_of(document.css_first("h1"))


def _thread_id(document: LexborHTMLParser, page: Page) -> str | None:
    addresses = [
        attribute(document.css_first("link[rel=canonical]"), "href"),
        attribute(document.css_first("meta[property='og:url']"), "content"),
        page.url,
        attribute(document.css_first("h1 a[href]"), "href"),
    ]
    match = next((m for address in addresses if (m := _THREAD.search(address))), None)
    return match[1] if match else None


def _pages(document: LexborHTMLParser, page: Page) -> tuple[int, int]:
    jump = document.css_first("[data-total-pages]")
    told = re.search(r"Sidan (\d+) av (\d+)", text_of(document.css_first(".pagination, .pagenav")))
    match = _THREAD.search(page.url)
    number = markup.integer(attribute(jump, "data-page")) or (int(told[1]) if told else 0)
    total = markup.integer(attribute(jump, "data-total-pages")) or (int(told[2]) if told else 1)
    return number or int((match and match[2]) or 1), total


def _next_link(document: LexborHTMLParser, page: Page) -> str | None:
    link = document.css_first("li.next a[href], a[rel=next][href], link[rel=next][href]")
    return markup.absolute(page.url, attribute(link, "href"))


def _says_no_hits(document: LexborHTMLParser) -> bool:
    text = document.body.text(deep=True)[:20_000] if document.body else ""
    return bool(re.search(r"inga (?:träffar|resultat|trådar|ämnen)|gav inget resultat", text, re.IGNORECASE))


def _ref(row: LexborNode, page: Page, site: Site) -> ThreadRef | None:
    link = row.css_first("a[id^='thread_title_']") or row.css_first(".td_title strong a, .td_title div a, .td_title a")
    match = _THREAD.search(re.sub(r"(/t\d+)[sn]$", r"\1", attribute(link, "href")))
    if link is None or not match:
        return None
    counts = text_of(row.css_first(".td_replies") or row)
    replies, views = _REPLIES.search(counts), _VIEWS.search(counts)
    said = _DATE.search(text_of(row.css_first(".td_last_post")))
    return ThreadRef(
        thread_id=match[1],
        url=urljoin(page.url, f"/t{match[1]}"),
        title=text_of(link),
        last_posted_at=_time_or_none(said[0], page, site) if said else None,
        post_count=count + 1 if replies and (count := markup.integer(replies[1])) is not None else None,
        view_count=markup.integer(views[1]) if views else None,
    )


def _hit(hit: LexborNode, page: Page, site: Site) -> ThreadRef | None:
    """Return the thread of a post found by the search: its address is in a comment, else the post's own serves."""
    post_id = _post_id(hit)
    match = re.search(r"/t(\d+)\b", hit.html or "")
    if not post_id:
        return None
    said = _DATE.search(_heading(hit))
    return ThreadRef(
        thread_id=match[1] if match else f"p{post_id}",
        url=urljoin(page.url, f"/t{match[1]}" if match else f"/p{post_id}"),
        title=text_of(hit.css_first("a[href*='/p'] strong, .post-body > a")),
        last_posted_at=_time_or_none(said[0], page, site) if said else None,
    )


def _time_or_none(text: str, page: Page, site: Site) -> datetime | None:
    try:
        return dates.parse(text, anchor=page.fetched_at, zone=site.timezone)
    except dates.UnreadableDateError:
        return None
