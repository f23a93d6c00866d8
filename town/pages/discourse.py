"""Fiberstugan: a forum that answers as Discourse's JSON interface does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from town.pages.answer import JSON, Answer, Moment, escape, linked, slug
from town.places import NOTICE
from town.world import ShownPost, ShownThread

_LATEST_SIZE = 30
_SEARCH_SIZE = 50
_TOPIC = re.compile(r"/t/(?:[^/]+/)?(\d+)\.json")
_TOPIC_POSTS = re.compile(r"/t/(\d+)/posts\.json")
_TOPIC_PAGE = re.compile(r"/t/(?:([^/]+)/)?(\d+)(?:/\d+)?")
_OPERATOR = re.compile(r"\S+:\S+")
_CATEGORY = 5


def answer(moment: Moment, path: str, query: dict[str, list[str]]) -> Answer | None:
    """Return the answer at a path; None where there is none."""
    if path in ("/latest.json", f"/c/bredband/{_CATEGORY}.json", f"/c/bredband/{_CATEGORY}/l/latest.json"):
        return _latest(moment, int(query.get("page", ["0"])[0]))
    if path in ("/search.json", "/search"):
        return _search(moment, query.get("q", [""])[0], int(query.get("page", ["1"])[0]))
    if path == "/site.json":
        return _json({"title": moment.place.title, "categories": [{"id": _CATEGORY, "name": "Bredband"}]})
    if found := _TOPIC_POSTS.fullmatch(path):
        return _some_posts(moment, found[1], query.get("post_ids[]", []))
    if found := _TOPIC.fullmatch(path):
        return _topic(moment, found[1], int(query.get("page", ["1"])[0]))
    found = _TOPIC_PAGE.fullmatch(path)
    return _page(moment, found[2] if found else None) if found or path in ("/", "/latest") else None


def _latest(moment: Moment, page: int) -> Answer:
    start = page * _LATEST_SIZE
    threads = moment.threads[start : start + _LATEST_SIZE]
    topic_list: dict[str, Any] = {
        "can_create_topic": False,
        "per_page": _LATEST_SIZE,
        "topics": [_summary(thread) for thread in threads],
    }
    if start + _LATEST_SIZE < len(moment.threads):
        topic_list["more_topics_url"] = f"/latest?no_definitions=true&page={page + 1}"
    users = {p.author_id: p for t in threads for p in (t.posts[0], t.posts[-1])}.values()
    changed = max((thread.changed_at for thread in moment.threads), default=None)
    return _json({"users": [_user(p) for p in users], "topic_list": topic_list}, changed_at=changed)


def _summary(thread: ShownThread) -> dict[str, Any]:
    first, last = thread.posts[0], thread.posts[-1]
    return {
        "id": thread.thread_id,
        "title": thread.title,
        "fancy_title": escape(thread.title),
        "slug": slug(thread.title),
        "posts_count": len(thread.posts),
        "reply_count": sum(post.quote is not None for post in thread.posts),
        "highest_post_number": len(thread.posts),
        "image_url": None,
        "created_at": _stamp(first.posted_at),
        "last_posted_at": _stamp(last.posted_at),
        "bumped": True,
        "bumped_at": _stamp(last.posted_at),
        "archetype": "regular",
        "unseen": False,
        "pinned": thread.is_sticky,
        "unpinned": None,
        "visible": True,
        "closed": False,
        "archived": False,
        "views": thread.view_count,
        "like_count": sum(post.like_count for post in thread.posts),
        "last_poster_username": last.author,
        "category_id": _CATEGORY,
        "pinned_globally": thread.is_sticky,
        "posters": [{"extras": None, "description": "Ursprunglig skribent", "user_id": first.author_id}],
    }


def _topic(moment: Moment, thread_id: str, page: int) -> Answer | None:
    thread = moment.thread(thread_id)
    size = moment.place.page_size
    if thread is None or (page > 1 and (page - 1) * size >= len(thread.posts)):
        return None
    shown = thread.posts[(page - 1) * size : page * size]
    stream = {
        "posts": [_post(thread, post) for post in shown],
        "stream": [post.post_id for post in thread.posts],
    }
    details = {"created_by": _user(thread.posts[0]), "last_poster": _user(thread.posts[-1]), "participants": []}
    extra = {"post_stream": stream, "details": details, "chunk_size": size, "user_id": thread.posts[0].author_id}
    return _json(_summary(thread) | extra, changed_at=thread.changed_at)


def _some_posts(moment: Moment, thread_id: str, post_ids: list[str]) -> Answer | None:
    thread = moment.thread(thread_id)
    if thread is None:
        return None
    posts = [_post(thread, post) for post in thread.posts if str(post.post_id) in post_ids]
    return _json({"post_stream": {"posts": posts}, "id": thread.thread_id}, changed_at=thread.changed_at)


def _post(thread: ShownThread, post: ShownPost) -> dict[str, Any]:
    quoted = next((p for p in thread.posts if post.quote and p.post_id == post.quote.post_id), None)
    replies = sum(p.quote is not None and p.quote.post_id == post.post_id for p in thread.posts)
    return {
        "id": post.post_id,
        "name": "",
        "username": post.author,
        "avatar_template": f"/letter_avatar_proxy/v4/letter/{slug(post.author)[0]}/c5a1d2/{{size}}.png",
        "created_at": _stamp(post.posted_at),
        "cooked": _cooked(thread, post, quoted),
        "post_number": post.position,
        "post_type": 1,
        "updated_at": _stamp(post.edited_at or post.posted_at),
        "reply_count": replies,
        "reply_to_post_number": quoted.position if quoted else None,
        "quote_count": int(post.quote is not None),
        "incoming_link_count": 0,
        "reads": post.like_count * 9 + 3,
        "readers_count": post.like_count * 9 + 2,
        "score": float(post.like_count),
        "yours": False,
        "topic_id": thread.thread_id,
        "topic_slug": slug(thread.title),
        "display_username": "",
        "version": 2 if post.edited_at else 1,
        "user_id": post.author_id,
        "actions_summary": [{"id": 2, "count": post.like_count}] if post.like_count else [],
        "moderator": False,
        "admin": False,
        "staff": False,
        "hidden": False,
        "deleted_at": None,
        "user_deleted": False,
    }


def _cooked(thread: ShownThread, post: ShownPost, quoted: ShownPost | None) -> str:
    own = "\n".join(f"<p>{'<br>'.join(map(linked, part.split(chr(10))))}</p>" for part in post.text.split("\n\n"))
    quote = post.quote
    if quote is None:
        return own
    inner = "\n".join(f"<p>{'<br>'.join(map(linked, part.split(chr(10))))}</p>" for part in quote.text.split("\n\n"))
    number = f' data-post="{quoted.position}" data-topic="{thread.thread_id}"' if quoted else ""
    return f"""<aside class="quote no-group" data-username="{escape(quote.author)}"{number}>
<div class="title">
<div class="quote-controls"></div>
{escape(quote.author)}:</div>
<blockquote>
{inner}
</blockquote>
</aside>
{own}"""


def _search(moment: Moment, wanted: str, page: int) -> Answer:
    """Return posts that hold every word; Discourse's `order:` and `after:` operators are read past."""
    words = _OPERATOR.sub("", wanted).replace('"', " ").casefold().split()
    found = [
        (thread, post)
        for thread in moment.threads
        for post in thread.posts
        if words and all(word in f"{thread.title} {post.text}".casefold() for word in words)
    ]
    found.sort(key=lambda pair: pair[1].posted_at, reverse=True)
    here = found[(page - 1) * _SEARCH_SIZE : page * _SEARCH_SIZE]
    hits = [
        {
            "id": post.post_id,
            "username": post.author,
            "avatar_template": "",
            "created_at": _stamp(post.posted_at),
            "like_count": post.like_count,
            "blurb": post.text[:200],
            "post_number": post.position,
            "topic_id": thread.thread_id,
        }
        for thread, post in here
    ]
    topics = [_summary(thread) for thread in {thread.thread_id: thread for thread, _ in here}.values()]
    more = len(found) > page * _SEARCH_SIZE
    result = {"more_posts": more or None, "more_full_page_results": more or None, "term": wanted}
    return _json({"posts": hits, "topics": topics, "users": [], "categories": [], "grouped_search_result": result})


def _user(post: ShownPost) -> dict[str, Any]:
    return {"id": post.author_id, "username": post.author, "name": "", "avatar_template": ""}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _page(moment: Moment, thread_id: str | None) -> Answer | None:
    """Return the bare HTML shell that Discourse shows without JavaScript, its notice and links only."""
    thread = moment.thread(thread_id) if thread_id else None
    if thread_id and thread is None:
        return None
    title = thread.title if thread else "Senaste"
    links = "".join(
        f'<li><a href="/t/{slug(t.title)}/{t.thread_id}">{escape(t.title)}</a></li>' for t in moment.threads
    )
    return Answer(
        body=f"""<!DOCTYPE html>
<html lang="sv"><head><meta charset="utf-8"><title>{escape(title)} - {escape(moment.place.title)}</title>
<meta name="generator" content="Discourse (simulering)"></head><body class="crawler">
<p class="notice">{escape(NOTICE)}</p><ul>{links if not thread else ""}</ul>
<a href="/hemligt/1" hidden>Arkiv</a></body></html>"""
    )


def _json(content: Mapping[str, Any], *, changed_at: datetime | None = None) -> Answer:
    body = json.dumps({**content, "simulation": NOTICE}, ensure_ascii=False)
    return Answer(content_type=JSON, body=body, changed_at=changed_at)
