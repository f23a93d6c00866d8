"""Datorhörnan: a site that can only be read through its feeds, whole posts in them, newest first."""

from __future__ import annotations

import re
from email.utils import format_datetime

from town.pages.answer import RSS, Answer, Moment, banner, broken, escape, slug
from town.places import NOTICE
from town.world import ShownPost, ShownThread

_SIZE = 50
_THREAD = re.compile(r"/feeds/forum/trad/(\d+)")


def answer(moment: Moment, path: str, query: dict[str, list[str]]) -> Answer | None:
    """Return the feed at a path; the site's own pages are closed to robots, as 403."""
    if path == "/feeds/forum":
        posts = [(thread, post) for thread in moment.threads for post in thread.posts]
        changed = max((thread.changed_at for thread in moment.threads), default=moment.at)
        return _feed(moment, "Datorhörnan: forumet", "/forum", posts, changed_at=changed)
    if found := _THREAD.fullmatch(path):
        thread = moment.thread(found[1])
        if thread is None:
            return None
        posts = [(thread, post) for post in thread.posts]
        return _feed(moment, thread.title, _path(thread), posts, changed_at=thread.changed_at)
    if path == "/" or path.startswith("/forum"):
        return Answer(status=403, body=f"<!DOCTYPE html><title>403</title>{banner()}<p>Läs gärna flödena.</p>")
    return None


def _feed(moment: Moment, title: str, path: str, posts: list[tuple[ShownThread, ShownPost]], **extra: object) -> Answer:
    newest = sorted(posts, key=lambda pair: (pair[1].posted_at, pair[1].post_id), reverse=True)[:_SIZE]
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<title>{escape(title)}</title>
<link>{moment.base_url}{path}</link>
<description>{escape(NOTICE)}</description>
<language>sv-se</language>
{"".join(_item(moment, thread, post) for thread, post in newest)}
</channel></rss>"""
    return Answer(content_type=RSS, body=body, **extra)  # type: ignore[arg-type]


def _item(moment: Moment, thread: ShownThread, post: ShownPost) -> str:
    link = f"{moment.base_url}{_path(thread)}#post{post.post_id}"
    title = thread.title if post.position == 1 else f"Sv: {thread.title}"
    return f"""<item>
<title>{escape(title)}</title>
<link>{escape(link)}</link>
<guid isPermaLink="true">{escape(link)}</guid>
<dc:creator>{escape(post.author)}</dc:creator>
<pubDate>{format_datetime(post.posted_at)}</pubDate>
<description>{escape(_body(post))}</description>
</item>
"""


def _body(post: ShownPost) -> str:
    own = "".join(f"<p>{broken(part)}</p>" for part in post.text.split("\n\n"))
    if post.quote is None:
        return own
    inner = "".join(f"<p>{broken(part)}</p>" for part in post.quote.text.split("\n\n"))
    return f"<blockquote><p><strong>Skrivet av {escape(post.quote.author)}:</strong></p>{inner}</blockquote>{own}"


def _path(thread: ShownThread) -> str:
    return f"/forum/trad/{thread.thread_id}-{slug(thread.title)}"
