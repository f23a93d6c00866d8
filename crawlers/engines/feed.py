"""RSS and Atom: feeds of articles, where each entry is a thread of its own, and feeds of forum posts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urljoin

import feedparser

from crawlers import dates
from crawlers.engines import addresses, decode, markup, reading, refusal
from crawlers.model import Listing, NotAThreadError, Page, ParsedPost, ParsedQuote, Site, ThreadPage, ThreadRef

NAME = "feed"
ACCESS = "feed"

_THREAD = re.compile(
    r"/(?:trad|threads?|topics?)/(?:[^/?#]*\.(\d+)(?=[/?#]|$)|(\d+)(?=[-/?#]|$))|/t/[^/?#]+/(\d+)(?=[/?#]|$)|[?&]t=(\d+)"
)
"""Links of the forums that people run: slug.123, 123-slug, /t/slug/123, viewtopic.php?t=123."""
_THREAD_FEED = re.compile(r"/feeds?/[^?#]*?(?:trad|thread|topic)s?/(\d+)")
_END = re.compile(rb"</(?:rss|feed|rdf:RDF)\s*>\s*(?:<!--.*?-->\s*)*$", re.IGNORECASE | re.DOTALL)
_FORUM_FEED = re.compile(r"/feeds/forum/?$")


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the feed itself."""
    return (site.url,)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that the page is a feed."""
    head = page.body[:2_000].lstrip(b"\xef\xbb\xbf\r\n\t ")
    if not head.startswith(b"<"):
        return 0.0
    return 0.95 if re.search(rb"<(?:rss|feed|rdf:RDF)[\s>]", head) and b"<html" not in head.lower() else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the threads that a feed's entries belong to, most recently active first.

    A forum's threads have feeds of their own (`[options] thread_feed`, such as `https://…/trad/{thread_id}`);
    an article is in the feed already, and its URL is the feed's with a fragment.
    Raise NotAThreadError for a page that is no feed.
    """
    feed, own = _feed(page, site), _own_thread(page)
    if own:
        return Listing(threads=(ThreadRef(thread_id=own, url=urldefrag(page.url)[0]),))
    groups = _groups(feed.entries, site)
    refs = [_ref(thread_id, entries, page, site) for thread_id, entries in groups.items()]
    onward = next((link.get("href", "") for link in feed.feed.get("links", []) if link.get("rel") == "next"), "")
    return Listing(threads=tuple(refs), next_url=addresses.absolute(page.url, onward))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a thread's feed, or those entries of a feed that the URL's fragment names; oldest first.

    Raise NotAThreadError for a page that is no feed, or that holds several threads and names none.
    """
    feed, own = _feed(page, site), _own_thread(page)
    groups = {own: list(feed.entries)} if own else _groups(feed.entries, site)
    named = unquote(urldefrag(page.url)[1])
    if not named and len(groups) == 1:
        named = next(iter(groups))
    thread_id = own or named
    if thread_id not in groups:
        raise NotAThreadError(f"{page.url}: not a thread: a feed of {len(groups)} threads", cause="site_changed")
    entries = groups[thread_id]
    is_article = thread_id not in (own, *(_forum_thread(entry, site) for entry in entries))
    read = partial(_post, feed=feed.feed, is_article=is_article, page=page, site=site)
    posts, unreadable = reading.read_posts(entries, read, lambda entry: _entry_id(entry) or None)
    title = entries[-1].get("title", "") if is_article or not own else feed.feed.get("title", "")
    return ThreadPage(
        thread_id=thread_id,
        thread_title=_plain(title),
        posts=tuple(sorted(posts, key=lambda post: post.posted_at.timestamp())),
        unreadable=unreadable,
    )


def _feed(page: Page, site: Site) -> Any:
    if b"<!ENTITY" in page.body[:100_000]:
        raise NotAThreadError(
            f"{page.url}: the feed declares entities, which feeds have no use for", cause="site_changed"
        )
    text = decode.text_of(page, site)
    # Given as a stream: a plain string might be taken for an address or a file name.
    stream = io.BytesIO(re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1).encode("utf-8", errors="replace"))
    headers = {"content-type": "application/xml; charset=utf-8"}
    found = feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    if not found.get("version"):
        raise refusal.refused(page, markup.tree(text, page), "a feed")
    if found.bozo and not _END.search(page.body):
        raise NotAThreadError(f"{page.url}: the feed ends in the middle", cause="truncated")
    return found


def _own_thread(page: Page) -> str | None:
    match = _THREAD_FEED.search(page.url)
    return match[1] if match else None


def _forum_thread(entry: Mapping[str, Any], site: Site) -> str | None:
    """Return the id of the forum thread that an entry belongs to, by its link or guid; None for an article."""
    pattern = re.compile(site.options["thread_pattern"]) if "thread_pattern" in site.options else _THREAD
    match = pattern.search(entry.get("link", "")) or pattern.search(entry.get("id", ""))
    return next((group for group in match.groups() if group), None) if match else None


def _groups(entries: Iterable[Any], site: Site) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for entry in entries:
        if thread_id := _forum_thread(entry, site) or _entry_id(entry):
            found.setdefault(thread_id, []).append(entry)
    return found


def _entry_id(entry: Mapping[str, Any]) -> str:
    return str(entry.get("id") or entry.get("link") or "").strip()


def _ref(thread_id: str, entries: list[Any], page: Page, site: Site) -> ThreadRef:
    template = site.options.get("thread_feed", "")
    if not template and _FORUM_FEED.search(urldefrag(page.url)[0]):
        template = page.url.rstrip("/") + "/trad/{thread_id}"
    is_forum = _forum_thread(entries[0], site) is not None
    held = f"{urldefrag(page.url)[0]}#{quote(thread_id, safe='')}"
    times = [found for entry in entries if (found := _time_or_none(entry, page, site))]
    return ThreadRef(
        thread_id=thread_id,
        url=urljoin(page.url, template.replace("{thread_id}", thread_id)) if template and is_forum else held,
        title=_plain(entries[0].get("title", "")),
        last_posted_at=max(times, key=lambda time: time.timestamp()) if times else None,
    )


def _post(entry: Mapping[str, Any], *, feed: Mapping[str, Any], is_article: bool, page: Page, site: Site) -> ParsedPost:
    post_id = reading.required(_entry_id(entry), "missing_id", "an entry has neither guid nor link")
    detail = entry.get("author_detail") or {}
    author = str(detail.get("name") or entry.get("author") or "").strip()
    if not author and is_article:
        # An article without a byline is the publisher's own.
        author = _plain(feed.get("author") or feed.get("title") or "")
    said, quoted = _words(entry)
    title = _plain(entry.get("title", ""))
    published = _time(entry, page, site)
    updated = _read_time(entry["updated"], page, site) if "published" in entry and "updated" in entry else None
    return ParsedPost(
        post_id=post_id,
        author=reading.required(author, "missing_author", f"entry {post_id[:80]} names no author"),
        posted_at=published,
        url=addresses.absolute(page.url, entry.get("link", "")) or urldefrag(page.url)[0],
        text=f"{title}\n{said}".strip() if is_article and not said.startswith(title) else said,
        quoted=quoted,
        edited_at=updated if updated and updated.timestamp() > published.timestamp() else None,
        reply_count=markup.integer(str(entry.get("slash_comments", ""))),
        language=str(feed.get("language") or "").strip() or None,
    )


def _words(entry: Mapping[str, Any]) -> tuple[str, tuple[ParsedQuote, ...]]:
    bodies = [*entry.get("content", []), entry.get("summary_detail") or {}]
    body: Mapping[str, Any] = max(bodies, key=lambda found: len(found.get("value") or ""), default={})
    value = str(body.get("value") or "")
    if body.get("type") == "text/plain" and not re.search(r"</?(?:p|br|div|a|blockquote|b|i)\b[^>]*>", value):
        return markup.clean(value), ()
    root = markup.fragment(value)
    said = markup.words(root, markup.marks(root, quote="blockquote", drop=".signature, .feedflare"))
    quotes = tuple(ParsedQuote(text=markup.words(node).text) for node in said.quotes)
    return said.text, quotes


def _plain(html: Any) -> str:
    return markup.words(markup.fragment(str(html))).text.replace("\n", " ")


def _time(entry: Mapping[str, Any], page: Page, site: Site) -> datetime:
    text = next((str(entry[name]) for name in ("published", "updated", "created") if name in entry), "")
    found = _read_time(text, page, site)
    if found is None:
        raise dates.UnreadableDateError(f"not a date we can read: {text[:60]!r}" if text else "the entry has no date")
    return found


def _time_or_none(entry: Mapping[str, Any], page: Page, site: Site) -> datetime | None:
    try:
        return _time(entry, page, site)
    except dates.UnreadableDateError:
        return None


def _read_time(text: str, page: Page, site: Site) -> datetime | None:
    """Return the time of an RFC 3339 or RFC 822 date, or of one for people; without a zone, it is the site's."""
    try:
        return dates.parse(text, anchor=page.fetched_at, zone=site.timezone)
    except dates.UnreadableDateError:
        pass
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=site.timezone)
