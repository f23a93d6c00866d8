"""What one crawl has learned so far: records for the landing file, changes for the frontier, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawlers.errors import FetchError
from crawlers.frontier import Changes, Frontier, KnownPost, KnownThread, checked, next_sweep
from crawlers.health import Tally
from crawlers.model import ParsedPost, Site, ThreadRef, Unreadable
from crawlers.pseudonym import ERASED, IsErased, Redact, author_key, content_key, to_post
from crawlers.publish import Publisher
from crawlers.spiders.reading import Reading
from warehouse.records import Deletion, Incident, SetAside

GONE = (404, 410)


@dataclass(slots=True, kw_only=True)
class Session:
    """The state of one crawl of one source."""

    site: Site
    frontier: Frontier
    output: Publisher
    secret: bytes
    is_mention: Callable[[str], bool]
    redact: Redact | None
    keep_all: bool
    clock: Callable[[], datetime]
    is_erased: IsErased | None = None
    sweep_days: float = 14.0
    part_pages: int = 100
    changes: Changes = field(default_factory=Changes)
    tally: Tally = field(default_factory=Tally)
    engine_name: str = ""
    measured_from: datetime | None = None
    """Since when the tally counts; None in a replay, which finds no place as it is now."""
    incidents: list[Incident] = field(default_factory=list)
    post_count: int = 0
    read_count: int = 0
    set_aside_count: int = 0
    is_complete: bool = True
    left_alone_until: datetime | None = None
    _written: set[str] = field(default_factory=set)
    _saved_count: int = 0

    def thread(self, thread_id: str) -> KnownThread | None:
        """Return what is known of a thread, from this crawl before earlier ones."""
        return self.changes.threads.get(thread_id) or self.frontier.thread(thread_id)

    def posts(self, thread_id: str) -> Mapping[str, KnownPost]:
        """Return the written posts of a thread by id, from this crawl before earlier ones."""
        found = self.changes.posts.get(thread_id)
        return self.frontier.posts(thread_id) if found is None else found

    def write_health(self) -> None:
        """Write what was counted since this was last done: what a part puts in place is counted with it."""
        now = self.clock()
        found = self.measured_from and self.tally.record(
            source=self.site.name, engine=self.engine_name, started_at=self.measured_from, finished_at=now
        )
        if found:
            self.output.write(found)
            self.tally, self.measured_from = Tally(), now

    def save_progress(self, page_count: int) -> None:
        """Put in place what was learned, now and then: a long crawl that is killed has not read for nothing."""
        if page_count - self._saved_count >= self.part_pages and self.output.has_parts:
            self._saved_count = page_count
            self.write_health()
            self.output.publish_part(self.changes)
            self.changes = Changes()

    def report(self, error: FetchError, *, is_thread: bool = False) -> None:
        """Record an incident.

        A thread that is gone, or that robots.txt closes, leaves the visit complete: the rest of the place was seen.
        """
        incident = Incident(
            source=self.site.name, url=error.url, cause=error.cause, detail=error.detail, seen_at=self.clock()
        )
        self.incidents.append(incident)
        self.output.write(incident)
        is_closed = error.status in GONE or error.cause == "robots"
        if error.ends_crawl or not (is_thread and is_closed):
            self.is_complete = False

    def set_aside(self, found: Iterable[Unreadable], *, url: str, seen_at: datetime) -> None:
        """Record posts that the engine could not read for certain."""
        for one in found:
            self.set_aside_count += 1
            self.tally.set_aside_count += 1
            self.output.write(
                SetAside(
                    source=self.site.name,
                    url=url,
                    reason=one.reason,
                    detail=one.detail,
                    seen_at=seen_at,
                    post_id=one.post_id,
                )
            )

    def take(
        self,
        ref: ThreadRef,
        known: KnownThread | None,
        old: Mapping[str, KnownPost],
        reading: Reading,
        *,
        is_cut: bool,
        is_sweep: bool = False,
    ) -> bool:
        """Write what a reading brought that was not known, if the thread is kept; return whether it brought any.

        A kept thread is kept whole: all its posts are written, now and later.
        """
        self.read_count += len(reading.posts)
        self.tally.take(reading, known, old)
        before = known or KnownThread(thread_id=ref.thread_id, url=ref.url, next_check_at=self.clock())
        is_kept = self.keep_all or before.is_kept or (bool(reading.posts) and reading.mentions(self.is_mention))
        found = {post_id: self._known_post(post, reading) for post_id, (post, _) in reading.posts.items()}
        news = [i for i, post in found.items() if i not in old or old[i].content_key != post.content_key]
        gone = set(old) - set(found) if reading.is_whole else set()
        newest = reading.newest
        has_news = bool(news or gone) if is_kept else bool(newest and newest.post_id != before.last_post_id)
        if is_kept and found:
            self._write_posts(reading, news)
            self._write_deletions(gone)
            stays = {i: replace(post, is_on_last_page=False) for i, post in old.items() if i not in gone}
            self.changes.posts[ref.thread_id] = {**stays, **found}
        after = _after(before, ref, reading, is_kept=is_kept, is_pending=is_cut)
        after = checked(after, now=self.clock(), is_active=has_news or known is None)
        # A sweep that was cut goes on at its next page; a thread too long for the budget must not take all of it.
        if reading.is_whole or is_sweep or before.next_sweep_at is None:
            sweep_at = next_sweep(ref.thread_id, now=self.clock(), days=self.sweep_days)
            after = replace(after, next_sweep_at=sweep_at)
        # Cut by our own budget: go on as soon as there is a new one. Cut by a fault: try again with back-off.
        self.changes.threads[ref.thread_id] = replace(after, next_check_at=self.clock()) if is_cut and found else after
        return has_news

    def forget_thread(self, ref: ThreadRef, known: KnownThread | None, old: Mapping[str, KnownPost]) -> None:
        """Write that a thread is gone with all its posts."""
        self._write_deletions(set(old))
        self.changes.posts[ref.thread_id] = {}
        if known:
            # Should a moderator bring it back, no listing must make it look unchanged.
            forgotten = replace(known, listed_at=None, listed_count=None, last_page_url=None, last_post_id=None)
            self.changes.threads[ref.thread_id] = replace(forgotten, is_kept=False, is_pending=False)

    def _known_post(self, parsed: ParsedPost, reading: Reading) -> KnownPost:
        key = ERASED if self._was_erased(parsed) else content_key(self.secret, parsed.text, parsed.quoted)
        return KnownPost(content_key=key, is_on_last_page=parsed.post_id in reading.last_page_ids)

    def _was_erased(self, parsed: ParsedPost) -> bool:
        if self.is_erased is None:
            return False
        source = self.site.name
        key = author_key(self.secret, source, parsed.author)
        return self.is_erased("post", source, parsed.post_id) or self.is_erased("author", source, key)

    def _write_posts(self, reading: Reading, post_ids: list[str]) -> None:
        resolve = reading.resolver()
        for post_id in post_ids:
            parsed, seen_at = reading.posts[post_id]
            if self._was_erased(parsed):
                continue
            self._written.add(post_id)
            self.post_count += 1
            self.output.write(
                to_post(
                    resolve(parsed),
                    source=self.site.name,
                    thread_id=reading.thread_id,
                    thread_title=reading.title,
                    thread_views=reading.view_count,
                    seen_at=seen_at,
                    secret=self.secret,
                    redact=self.redact,
                    is_erased=self.is_erased,
                )
            )

    def _write_deletions(self, post_ids: set[str]) -> None:
        # A post that was moved to another thread is gone from here only.
        for post_id in sorted(post_ids - self._written):
            self.output.write(Deletion(source=self.site.name, post_id=post_id, seen_at=self.clock()))


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
