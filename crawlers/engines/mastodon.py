"""Mastodon, and what speaks its API: tags, searches and accounts as listings, a conversation as a thread."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urldefrag, urlencode, urlsplit

from crawlers.credentials import bearer
from crawlers.engines import decode, fields, mastodon_status, reading, refusal
from crawlers.model import Listing, NotAThreadError, Page, Site, ThreadPage, ThreadRef

NAME = "mastodon"
ACCESS = "json"
CREDENTIALS = bearer(is_required=False, advice="make an application with the scope read, in the server's settings")

LIMIT = 40
"""Statuses asked for at once: what the engine gives at most."""
ANCESTORS = 40
DESCENDANTS = 60
DEPTH = 20
"""What a conversation shows to strangers: so many above a status, so many below it, down to this level."""
_STATUS_PAGE = re.compile(
    r"/(?:@[^/?#]+|users/[^/?#]+/statuses|ap/users/\d+/statuses|web/statuses|statuses)/(\d{3,})(?=[/?#]|$)"
)
_STATUS = re.compile(r"/api/v1/statuses/([\w-]+)(/context)?(?=[?#]|$)")
_TAG = re.compile(r"/tags/([^/?#]+)|/timelines/tag/([^/?#]+)")
_STATUS_LIST = re.compile(r"/timelines/|/accounts/[^/?#]+/statuses|/api/v2/search")
_ACCOUNT = re.compile(r"/@([^/?#]+)/?(?:with_replies/?)?(?:[?#]|$)")
_JSON_MARK = re.compile(rb'"in_reply_to_account_id"\s*:')
_PAGE_MARK = re.compile(
    rb"<div[^>]*\bid=['\"]mastodon['\"]|content=['\"]Mastodon hosted on|id=['\"]initial-state['\"][^>]*>\s*\{.meta.:"
)
_EMPTY = re.compile(
    rb'\A\s*\{\s*"(?:ancestors"\s*:\s*\[\s*\]\s*,\s*"descendants"|accounts"\s*:.*"statuses"\s*:)', re.DOTALL
)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the status, tag, account or public timeline that the URL names; with a query, its tags, and a search.

    The tags are the query's words written together, or those of `[options] tags = "fiber, openinfra"`. Only those
    who are signed in can search.
    """
    parts = urlsplit(site.url)
    home = f"{parts.scheme}://{parts.netloc}"
    match = _STATUS.search(site.url) or _STATUS_PAGE.search(site.url)
    if match:
        return (f"{home}/api/v1/statuses/{match[1]}",)
    if site.query or site.options.get("tags"):
        tags = [_as_tag(tag) for tag in site.options.get("tags", site.query or "").split(",")]
        urls = [_tag_url(home, tag) for tag in dict.fromkeys(tags) if tag]
        asked = {"q": site.query or "", "type": "statuses", "resolve": "false", "limit": LIMIT}
        can_search = site.query and site.is_signed_in
        return (*urls, *([f"{home}/api/v2/search?{urlencode(asked)}"] if can_search else []))
    if match := _TAG.search(site.url):
        return (_tag_url(home, unquote(match[1] or match[2])),)
    if match := _ACCOUNT.search(site.url):
        return (f"{home}/api/v1/accounts/lookup?{urlencode({'acct': unquote(match[1])})}",)
    return (f"{home}/api/v1/timelines/public?{urlencode({'local': 'true', 'limit': LIMIT})}",)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that Mastodon made the answer, or the page that people see."""
    if _JSON_MARK.search(page.body) and b'"spoiler_text"' in page.body:
        return 0.97
    if _PAGE_MARK.search(page.body) or page.headers.get("server", "").lower() == "mastodon":
        return 0.96
    return 0.9 if _EMPTY.search(page.body[:20_000]) else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the conversations that a timeline or a search points to: those it shows the start of.

    Answers point to where their conversation starts, an account to what it wrote. Boosts, what is not public, and
    authors who ask not to be collected are passed by. Raise NotAThreadError for an answer of another kind.
    """
    data, home = decode.json_of(page, site), f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}"
    about = fields.mapping(data)
    if isinstance(about.get("ancestors"), list) and isinstance(about.get("descendants"), list):
        return _beginning(about, page, site)
    if "acct" in about and fields.text(about, "id"):
        asked = {"exclude_reblogs": "true", "limit": LIMIT}
        return Listing(threads=(), more_urls=(f"{home}/api/v1/accounts/{about['id']}/statuses?{urlencode(asked)}",))
    if isinstance(about.get("statuses"), list):
        statuses = fields.items(about, "statuses")
    elif isinstance(data, list) and (not data or any("in_reply_to_id" in item for item in fields.items(data))):
        statuses = fields.items(data)
    elif mastodon_status.is_status(about):
        statuses = [about]
    else:
        raise _refused(page, data, "a Mastodon timeline")
    if not statuses and _STATUS_LIST.search(page.url) is None:
        raise _refused(page, data, "a Mastodon timeline")
    shown = [status for status in statuses if mastodon_status.is_open(status)]
    tops = [_top(status, {fields.text(one, "id"): one for one in statuses}) for status in shown]
    refs = {fields.text(top, "id"): _ref(top, home, page, site) for top in tops if not top.get("in_reply_to_id")}
    answers = dict.fromkeys(fields.text(top, "id") for top in tops if top.get("in_reply_to_id"))
    return Listing(
        threads=tuple(ref for number, ref in refs.items() if number),
        next_url=None if about and "statuses" not in about else _next_url(statuses, page),
        more_urls=tuple(f"{home}/api/v1/statuses/{number}/context" for number in answers if number),
    )


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return a status, or those around it, as a conversation.

    An address may say in its fragment which conversation it goes on with.
    Raise NotAThreadError for an answer of another kind, and for a status whose author keeps it from us.
    """
    data, home = decode.json_of(page, site), f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}"
    about, match = fields.mapping(data), _STATUS.search(urldefrag(page.url)[0])
    is_context = bool(match) and isinstance(about.get("ancestors"), list) and isinstance(about.get("descendants"), list)
    if not is_context and not mastodon_status.is_status(about):
        raise _refused(page, data, "a Mastodon status")
    if not is_context and not mastodon_status.is_open(about):
        raise NotAThreadError(f"{page.url}: the author keeps this from strangers or from collectors", cause="robots")
    around = [*fields.items(about, "ancestors"), *fields.items(about, "descendants")]
    shown = [status for status in (around if is_context else [about]) if mastodon_status.is_open(status)]
    read = partial(mastodon_status.read, page=page, site=site)
    posts, unreadable = reading.read_posts(shown, read, lambda status: fields.text(status, "id") or None)
    asked = match[1] if match else ""
    thread_id = (urldefrag(page.url)[1] or asked) if is_context else fields.text(about, "id")
    if is_context:
        more = [] if site.is_signed_in else _cut(fields.items(about, "descendants"), asked)
    else:
        more = [thread_id] if about.get("replies_count") != 0 else []
    return ThreadPage(
        thread_id=thread_id,
        thread_title=posts[0].text.split("\n")[0][:80] if posts and posts[0].post_id == thread_id else "",
        posts=posts,
        unreadable=unreadable,
        more_urls=tuple(f"{home}/api/v1/statuses/{number}/context#{thread_id}" for number in more),
    )


def _beginning(context: Mapping[str, Any], page: Page, site: Site) -> Listing:
    """Return where the conversation around a status starts, or what to ask next to know."""
    home, match = f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}", _STATUS.search(page.url)
    above = fields.items(context, "ancestors")
    if not match:
        raise _refused(page, context, "a Mastodon timeline")
    if not above:
        # What it answers is gone or was never public: it starts here.
        return Listing(threads=(ThreadRef(thread_id=match[1], url=f"{home}/api/v1/statuses/{match[1]}"),))
    top = above[0]
    if top.get("in_reply_to_id") and len(above) >= ANCESTORS and fields.text(top, "id") != match[1]:
        return Listing(threads=(), more_urls=(f"{home}/api/v1/statuses/{fields.text(top, 'id')}/context",))
    refs = [_ref(top, home, page, site)] if mastodon_status.is_open(top) else []
    return Listing(threads=tuple(refs))


def _ref(status: Mapping[str, Any], home: str, page: Page, site: Site) -> ThreadRef:
    number, replies = fields.text(status, "id"), fields.whole(status, "replies_count")
    return ThreadRef(
        thread_id=number,
        url=f"{home}/api/v1/statuses/{number}",
        last_posted_at=fields.time_or_none(status, "created_at", page, site),
        # Direct answers only, but the number changes when there are more.
        post_count=replies + 1 if replies is not None else None,
    )


def _top(status: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the highest status above one that the page shows too."""
    passed = set[str]()
    while (above := known.get(fields.text(status, "in_reply_to_id"))) and fields.text(above, "id") not in passed:
        passed.add(fields.text(status, "id"))
        status = above
    return status


def _cut(below: list[Mapping[str, Any]], asked: str) -> list[str]:
    """Return the statuses to ask for on their own: those with more answers than a cut conversation shows of them."""
    depth, shown = {asked: 0}, dict[str, int]()
    for status in below:
        parent = fields.text(status, "in_reply_to_id")
        depth[fields.text(status, "id")] = depth.get(parent, 0) + 1
        shown[parent] = shown.get(parent, 0) + 1
    is_full = len(below) >= DESCENDANTS
    lacking: dict[str, None] = {}
    for status in below:
        number, parent = fields.text(status, "id"), fields.text(status, "in_reply_to_id")
        has_more = (fields.whole(status, "replies_count") or 0) > shown.get(number, 0)
        if parent in lacking or (has_more and (is_full or depth[number] >= DEPTH)):
            lacking[number] = None
    parents = {fields.text(status, "id"): fields.text(status, "in_reply_to_id") for status in below}
    return [number for number in lacking if number and parents[number] not in lacking]


def _next_url(statuses: list[Mapping[str, Any]], page: Page) -> str | None:
    """Return the next page: as the Link header names it, at the address that we reach; else below the last status."""
    asked = dict(parse_qsl(urlsplit(page.url).query))
    if "/api/v2/search" in page.url:
        offset = int(asked.get("offset", "0")) if asked.get("offset", "0").isdigit() else 0
        following = {"offset": str(offset + LIMIT)} if len(statuses) >= LIMIT else {}
    elif link := page.headers.get("link"):
        match = re.search(r"<([^<>]*)>\s*;[^<]*\brel=[\"']?next\b", link)
        named = dict(parse_qsl(urlsplit(match[1]).query)) if match else {}
        following = {"max_id": named["max_id"]} if "max_id" in named else {}
    else:
        last = fields.text(statuses[-1], "id") if len(statuses) >= LIMIT else ""
        following = {"max_id": last} if last else {}
    if not following or all(asked.get(name) == value for name, value in following.items()):
        return None
    return urlsplit(page.url)._replace(query=urlencode({**asked, **following}), fragment="").geturl()


def _tag_url(home: str, tag: str) -> str:
    return f"{home}/api/v1/timelines/tag/{quote(tag, safe='')}?{urlencode({'limit': LIMIT})}"


def _as_tag(words: str) -> str:
    return re.sub(r"\W", "", words)


def _refused(page: Page, data: object, wanted: str) -> NotAThreadError:
    error = fields.text(fields.mapping(data), "error")
    if not error:
        return refusal.refused_json(page, data, wanted)
    is_wall = re.search(r"authenticat|authoriz|logged in|token", error, re.IGNORECASE)
    cause = "login_wall" if is_wall else "http_error"
    return NotAThreadError(f"{page.url}: not {wanted}: the place answers {error[:60]!r}", cause=cause)
