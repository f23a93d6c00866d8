"""From a thread's reading to what is written of it and what the frontier shall know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crawlers.frontier import KnownPost, KnownThread, checked, next_sweep
from crawlers.landing import line_of
from crawlers.model import ParsedPost, ThreadRef
from crawlers.pseudonym import ERASED, Place, SeenPost, author_key, content_key, to_posts
from crawlers.spiders.reading import Reading
from crawlers.spiders.task import Cut, Outcome, Rules, ThreadTask


def outcome_of(rules: Rules, task: ThreadTask, reading: Reading, cut: Cut | None) -> Outcome:
    """Return what a reading brought that was not known, if the thread is kept.

    A kept thread is kept whole: all its posts are written, now and later.
    """
    ref, known, old, now = task.ref, task.known, task.old, rules.clock()
    found = Outcome(ref=ref, cut=cut)
    found.tally.take(reading, known, old)
    before = known or KnownThread(thread_id=ref.thread_id, url=ref.url, next_check_at=now)
    is_kept = rules.keep_all or before.is_kept or (bool(reading.posts) and reading.mentions(rules.is_mention))
    if is_kept:
        posts = _known_posts(rules, reading)
        news = [i for i, post in posts.items() if i not in old or old[i].content_key != post.content_key]
        gone = frozenset(old.keys() - posts.keys()) if reading.is_whole else frozenset[str]()
        found.has_news = bool(news or gone)
        if posts:
            found.written = tuple(i for i in news if posts[i].content_key != ERASED)
            found.lines = _lines(rules, reading, found.written, posts)
            stays = {i: replace(post, is_on_last_page=False) for i, post in old.items() if i not in gone}
            found.gone, found.posts = gone, {**stays, **posts}
    else:
        found.has_news = bool(reading.newest and reading.newest.post_id != before.last_post_id)
    after = _after(before, ref, reading, is_kept=is_kept, is_pending=cut is not None)
    after = checked(after, now=now, is_active=found.has_news or known is None)
    # A sweep that was cut goes on at its next page; a thread too long for the budget must not take all of it.
    if reading.is_whole or task.is_sweep or before.next_sweep_at is None:
        after = replace(after, next_sweep_at=next_sweep(ref.thread_id, now=now, days=rules.sweep_days))
    # Cut by our own budget: go on as soon as there is a new one. Cut by a fault: try again with back-off.
    found.thread = replace(after, next_check_at=now) if cut and reading.posts else after
    return found


def forgotten(task: ThreadTask) -> Outcome:
    """Return what becomes of a thread that is gone with all its posts."""
    found = Outcome(ref=task.ref, gone=frozenset(task.old), posts={}, has_news=True)
    if task.known:
        # Should a moderator bring it back, no listing must make it look unchanged.
        known = replace(task.known, listed_at=None, listed_count=None, last_page_url=None, last_post_id=None)
        found.thread = replace(known, is_kept=False, is_pending=False)
    return found


def _known_posts(rules: Rules, reading: Reading) -> dict[str, KnownPost]:
    return {
        post_id: KnownPost(
            content_key=ERASED if _was_erased(rules, post) else content_key(rules.secret, post.text, post.quoted),
            is_on_last_page=post_id in reading.last_page_ids,
        )
        for post_id, (post, _) in reading.posts.items()
    }


def _was_erased(rules: Rules, parsed: ParsedPost) -> bool:
    if rules.is_erased is None:
        return False
    source = rules.site.name
    key = author_key(rules.secret, source, parsed.author)
    return rules.is_erased("post", source, parsed.post_id) or rules.is_erased("author", source, key)


def _lines(rules: Rules, reading: Reading, post_ids: Sequence[str], known: Mapping[str, KnownPost]) -> bytes:
    """Return posts as the landing file holds them."""
    resolve = reading.resolver()
    seen = [
        SeenPost(resolve(post), seen_at, known[post.post_id].content_key)
        for post, seen_at in (reading.posts[post_id] for post_id in post_ids)
    ]
    place = Place(
        source=rules.site.name,
        thread_id=reading.thread_id,
        thread_title=reading.title,
        thread_views=reading.view_count,
        language=reading.language,
        secret=rules.secret,
        redact=rules.redact,
        is_erased=rules.is_erased,
    )
    return b"".join(line_of(post, is_landing=rules.is_landing) for post in to_posts(seen, place))


def _after(before: KnownThread, ref: ThreadRef, reading: Reading, *, is_kept: bool, is_pending: bool) -> KnownThread:
    newest, page = reading.newest, reading.last_page
    return replace(
        before,
        url=ref.url,
        last_post_id=newest.post_id if newest else before.last_post_id,
        last_posted_at=newest.posted_at if newest else before.last_posted_at,
        listed_at=ref.last_posted_at,
        listed_count=ref.post_count,
        last_page_url=page.url if page else before.last_page_url,
        etag=page.headers.get("etag") if page else before.etag,
        last_modified=page.headers.get("last-modified") if page else before.last_modified,
        is_kept=is_kept,
        is_pending=is_pending,
    )
