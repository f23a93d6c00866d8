"""Threads that an archive holds: a replay reads them though no list that was archived last shows them any more."""

from __future__ import annotations

from datetime import UTC, datetime

from crawlers.frontier import Changes, KnownThread
from crawlers.model import Engine, Page, Site
from crawlers.replay import Replay

MAX_BYTES = 10 * 1024 * 1024
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


def archived_threads(replay: Replay, engine: Engine, site: Site) -> Changes:
    """Return the threads whose first pages are in an archive, as threads that are still to be read."""
    found: dict[str, KnownThread] = {}
    for entry in replay.entries():
        try:
            stored = replay.read(entry, max_bytes=MAX_BYTES)
            headers = {name.lower(): value for name, value in stored.headers}
            page = Page(url=stored.url, body=stored.body, fetched_at=stored.fetched_at, headers=headers)
            parsed = engine.parse_thread(page, site)
        except Exception:  # noqa: S112 - most pages are no threads, and strangers' pages may break a parser
            continue
        if parsed.page_number == 1 and (parsed.posts or parsed.unreadable):
            known = KnownThread(thread_id=parsed.thread_id, url=stored.url, next_check_at=AT_ONCE, is_pending=True)
            found.setdefault(parsed.thread_id, known)
    return Changes(threads=found)
