"""Lemmy: lists and searches of posts, a post, and the comments under it, by `/api/v3` (`/api/v4` where asked for)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from crawlers.engines import fields, lemmy_page, lemmy_post, markup, reading
from crawlers.model import Listing, Page, Site, ThreadPage, ThreadRef

NAME = "lemmy"
ACCESS = "json"

LIMIT = 50
"""Records asked for at once: what the engine gives at most."""
TREE = 300
"""Comments that one request for a tree gives at most; `max_depth` is what makes it one."""
DEPTH = 100
_API = re.compile(r"/api/v([34])/")
_PLACE = re.compile(r"/(?:api/v\d|post|comment|c|u|m|search|communities|login|home|modlog)(?=[/?#]|$).*$")
_POST = re.compile(r"/post/(\d+)|/post/?\?(?:[^#]*&)?id=(\d+)")
_COMMENT = re.compile(r"/comment/(\d+)|/post/\d+/(\d+)")
_COMMUNITY = re.compile(r"/c/([^/?#]+)")
_ANSWER = re.compile(
    rb'"(?:post_view|comment_view|community_view)"\s*:|"(?:posts|comments|items)"\s*:\s*\[\s*\{\s*"(?:post|comment)"\s*:'
)
_PAGE_MARKS = (
    rb'class="lemmy-site"',
    rb'name="Description" content="Lemmy"',
    rb"window\.isoData\s*=",
    rb'"software":\s*\{"name":\s*"lemmy"',
)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the post, else the search, community or list of all that the URL names, newest activity first.

    Options: `listing` (`Local`, as by default, or `All`: with what comes from other servers), `api` (`v3`, `v4`).
    """
    api = f"{_base(site.url)}/api/{'v4' if site.options.get('api') == 'v4' else 'v3'}"
    if match := _COMMENT.search(site.url):
        return (f"{api}/post?{urlencode({'comment_id': match[1] or match[2]})}",)
    if match := _POST.search(site.url):
        return (f"{api}/post?{urlencode({'id': match[1] or match[2]})}",)
    query = site.query or dict(parse_qsl(urlsplit(site.url).query)).get("q")
    if query:
        asked = {"search_term" if api.endswith("v4") else "q": query, "type_": "All", "listing_type": "All"}
        return (f"{api}/search?{urlencode({**asked, 'sort': 'New', 'limit': LIMIT})}",)
    if match := _COMMUNITY.search(site.url):
        asked = {"community_name": unquote(match[1])}
    else:
        asked = {"type_": site.options.get("listing", "Local")}
    return (f"{api}/post/list?{urlencode({**asked, 'sort': 'NewComments', 'limit': LIMIT})}",)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that Lemmy made the answer, or that the page is its usual one for people."""
    if _ANSWER.search(page.body[:200_000]) and b'"ap_id"' in page.body:
        return 0.97
    return 0.95 if any(re.search(mark, page.body) for mark in _PAGE_MARKS) else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the posts of a list, or those that a search found or found comments under; a post points to itself.

    Raise NotAThreadError for an answer of another kind.
    """
    data = lemmy_page.read(page, site, "a Lemmy list of posts")
    if post := fields.mapping(data, "post_view"):
        views = [post]
    elif any(isinstance(data.get(name), list) for name in ("posts", "items")):
        views = [*fields.items(data, "posts"), *fields.items(data, "items"), *fields.items(data, "comments")]
    else:
        raise lemmy_page.refused(page, data, "a Lemmy list of posts")
    refs: dict[str, ThreadRef] = {}
    for view in views:
        about = fields.mapping(view, "post")
        if (number := fields.text(about, "id")) and not about.get("deleted") and not about.get("removed"):
            refs.setdefault(number, _ref(number, view, page, site))
    # The page for people shows the start of a list: the API's is gone on with.
    onward = listing_urls(replace(site, url=page.url))[0] if lemmy_page.is_html(page) else _next_url(data, page)
    return Listing(threads=tuple(refs.values()), next_url=onward if not post else None)


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return a post, or comments under it. Raise NotAThreadError for an answer of another kind.

    What its author deleted or a moderator removed is no post; answers to it stay.
    """
    data = lemmy_page.read(page, site, "a Lemmy post")
    view, api = fields.mapping(data, "post_view"), _api(page.url)
    comments = fields.items(data, "comments") or fields.items(data, "items")
    asked = dict(parse_qsl(urlsplit(page.url).query))
    about = fields.mapping(view or (comments[0] if comments else {}), "post")
    thread_id = fields.text(about, "id") or asked.get("post_id", "")
    is_empty = not view and any(data.get(name) == [] for name in ("comments", "items"))
    if not thread_id or not (view or is_empty or any("comment" in item for item in comments)):
        raise lemmy_page.refused(page, data, "a Lemmy post")
    records = [*([view] if view else []), *comments]
    read = partial(lemmy_post.read, base=_base(page.url), page=page, site=site)
    posts, unreadable = reading.read_posts(filter(lemmy_post.is_shown, records), read, lemmy_post.id_of)
    if view:
        # What is deleted is not counted.
        has_all = lemmy_post.comment_count(view) <= sum(map(lemmy_post.is_shown, comments))
        more = [] if has_all else [_tree_url(api, thread_id)]
    else:
        more = _cut(comments, thread_id, asked.get("parent_id", ""), api)
    return ThreadPage(
        thread_id=thread_id,
        thread_title=markup.clean(fields.text(about, "name")),
        posts=posts,
        unreadable=unreadable,
        more_urls=tuple(more),
    )


def _ref(number: str, view: Mapping[str, Any], page: Page, site: Site) -> ThreadRef:
    about, comment = fields.mapping(view, "post"), fields.mapping(view, "comment")
    # A comment that a search found tells of its post only that it was written.
    counts = {} if comment else {**about, **fields.mapping(view, "counts")}
    newest = lemmy_post.time_or_none(counts, "newest_comment_time", page, site)
    return ThreadRef(
        thread_id=number,
        url=f"{_api(page.url)}/post?{urlencode({'id': number}, errors='replace')}",
        title=markup.clean(fields.text(about, "name")),
        last_posted_at=newest or lemmy_post.time_or_none(comment or about, "published", page, site),
        post_count=count + 1 if (count := fields.whole(counts, "comments")) is not None else None,
    )


def _tree_url(api: str, thread_id: str, parent_id: str = "") -> str:
    asked = {"post_id": thread_id, **({"parent_id": parent_id} if parent_id else {})}
    asked |= {"type_": "All", "sort": "Old", "max_depth": str(DEPTH)}
    return f"{api}/comment/list?{urlencode(asked, errors='replace')}"


def _cut(comments: list[Mapping[str, Any]], thread_id: str, parent_id: str, api: str) -> list[str]:
    """Return the branches to ask for on their own: those with more comments than a full answer shows of them."""
    if len(comments) < TREE:
        return []
    paths = [fields.text(fields.mapping(view, "comment"), "path").split(".") for view in comments]
    shown: dict[str, int] = {}
    for path in paths:
        for above in path[1:-1]:
            shown[above] = shown.get(above, 0) + 1
    counts = {path[-1]: lemmy_post.child_count(view) for path, view in zip(paths, comments, strict=True)}
    lacking = {number for number, count in counts.items() if count > shown.get(number, 0) and number != parent_id}
    # A branch asked for brings those inside it; inside the branch at hand, the next ones.
    outermost = [path[-1] for path in paths if path[-1] in lacking and not lacking & set(path[1:-1])]
    return [_tree_url(api, thread_id, number) for number in outermost]


def _next_url(data: Mapping[str, Any], page: Page) -> str | None:
    """Return the next page of a list: by the cursor in `/api/v4`, else by its number while pages come full."""
    asked = dict(parse_qsl(urlsplit(page.url).query))
    cursor = fields.text(data, "next_page")
    if _api(page.url).endswith("v4"):
        if not cursor:
            return None
        following = {"page_cursor": cursor}
    else:
        limit = markup.integer(asked.get("limit", "")) or LIMIT
        if all(len(fields.items(data, name)) < limit for name in ("posts", "comments")):
            return None
        following = {"page": str((markup.integer(asked.get("page", "")) or 1) + 1)}
    return urlsplit(page.url)._replace(query=urlencode({**asked, **following}, errors="replace"), fragment="").geturl()


def _api(url: str) -> str:
    match = _API.search(url)
    return f"{_base(url)}/api/v{match[1] if match else 3}"


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{_PLACE.sub('', parts.path, count=1).rstrip('/')}"
