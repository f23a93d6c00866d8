"""What one crawl has learned so far: records for the landing file, changes for the frontier, counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawlers.errors import FetchError
from crawlers.frontier import Changes, Frontier, KnownPost, KnownThread
from crawlers.health import Tally
from crawlers.model import Site
from crawlers.publish import Publisher
from crawlers.spiders.task import GONE, Outcome
from warehouse.records import Deletion, Incident


@dataclass(slots=True, kw_only=True)
class Session:
    """The state of one crawl of one source."""

    site: Site
    frontier: Frontier
    output: Publisher
    clock: Callable[[], datetime]
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
        if page_count - self._saved_count >= self.part_pages and self.output.is_landing:
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

    def take(self, found: Outcome) -> bool:
        """Take in what reading a thread came to; return whether it brought any news."""
        self.tally.add(found.tally)
        self.read_count += found.tally.read_count
        self.set_aside_count += found.tally.set_aside_count
        self.post_count += len(found.written)
        self._written.update(found.written)
        self.output.add(found.lines)
        # A post that was moved to another thread is gone from there only.
        for post_id in sorted(found.gone - self._written):
            self.output.write(Deletion(source=self.site.name, post_id=post_id, seen_at=self.clock()))
        if found.posts is not None:
            self.changes.posts[found.ref.thread_id] = found.posts
        if found.thread:
            self.changes.threads[found.ref.thread_id] = found.thread
        if isinstance(found.cut, FetchError) and not found.cut.ends_crawl:
            self.report(found.cut, is_thread=True)
        # What could not be read may be news: a listing is not left because of it.
        return found.has_news or found.cut is not None
