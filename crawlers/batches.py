"""One batch after another: each put in place whole, together with where the stream goes on and what hours it shows."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from crawlers.batch import Batch
from crawlers.engines.stream import GarbageError, Notice, Place, Stream, Watch
from crawlers.errors import CrawlerError
from crawlers.frontier import Changes, Frontier, KnownThread
from crawlers.heard import Heard
from crawlers.hearing import move_waiting, staged
from crawlers.job import ListenJob, ListenResult
from crawlers.landing import RecordFile
from warehouse.records import Health, Record, Visit

SKEW = timedelta(minutes=5)
"""How far the server's clock may run ahead of ours before we take a place for nonsense."""
CAUGHT_UP_SECONDS = 30.0
"""A connection that is open and silent for so long has nothing more to say: everything up to now was heard."""
COLD_START_SECONDS = 120.0
"""The same for one that has not said anything yet: it may still be looking for where we were."""
log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Batches:
    """What a listener makes of frames, and where it stands."""

    job: ListenJob
    stream: Stream
    frontier: Frontier
    heard: Heard
    result: ListenResult
    on_batch: Callable[[ListenResult], None] | None
    watch: Watch = field(init=False)
    batch: Batch = field(init=False)
    began: float = field(init=False)
    last: Place | None = field(init=False)
    """The last place that was heard."""
    covered: datetime | None = field(init=False)
    """Up to when everything was heard and is in place."""
    is_connected: bool = False
    is_answered: bool = False
    """Whether the server has begun to send what was asked for."""
    is_gap_told: bool = False
    frame: bytes = b""
    """The last one; where it stands is read only when somebody asks."""
    frame_at: float = 0.0

    def __post_init__(self) -> None:
        self.last = self.heard.place
        self.covered = self.last.at if self.last else None
        self.watch = Watch(may_mention=self.job.may_mention, keys=self.heard.keys)
        self._begin()

    def connected(self) -> None:
        """Note that a connection is open."""
        self.is_connected, self.is_answered, self.frame_at = True, False, time.monotonic()

    def disconnected(self) -> None:
        """Note that it is not any more."""
        self.is_connected = False
        self._note_place()

    def take(self, frame: bytes) -> None:
        """Take in a frame."""
        self.result.frame_count += 1
        self.frame, self.frame_at = frame, time.monotonic()
        is_first = not self.is_answered
        if is_first and (place := _sane(self.stream.place_of(frame))):
            self._arrive(place)
        # Until something stands anywhere in the stream, all is looked at: it may be another protocol altogether.
        if not is_first and not self.stream.is_wanted(frame, self.watch):
            return
        try:
            for event in self.stream.events_of(frame):
                if isinstance(event, Notice):
                    self._take_notice(event)
                else:
                    self.batch.take(event)
        except GarbageError as error:
            self.batch.untold[str(error)] += 1
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            # Records are written by strangers: what breaks a parser breaks one event, not the listener.
            self.batch.untold[f"the parser failed: {type(error).__name__}"] += 1

    @property
    def is_due(self) -> bool:
        """Return whether it is time for a batch."""
        age = time.monotonic() - self.began
        is_full = self.batch.post_count >= self.job.batch_posts
        return is_full or age >= (self.job.batch_seconds if self.batch.records else self.job.quiet_seconds)

    def flush(self) -> None:
        """Put what was heard in place, and remember where the stream goes on."""
        self._note_place()
        batch = self.batch
        batch.close()
        visit = self._visit(batch)
        if not batch.records and not visit.is_complete:
            return
        try:
            self._put_in_place([*batch.records, *self._health(visit), visit])
        except (OSError, sqlite3.Error) as error:
            raise CrawlerError(f"{self.job.site.name}: what was heard cannot be written ({error})") from error
        self.covered = visit.finished_at if visit.is_complete else self.covered
        self._begin()
        self.result.add(batch)
        if self.on_batch:
            self.on_batch(self.result)

    def _health(self, visit: Visit) -> Iterator[Health]:
        """Yield how sound what was heard is; nothing where nothing was kept."""
        site = self.job.site
        if found := self.batch.tally.record(
            source=self.job.source, engine=site.engine, started_at=visit.started_at, finished_at=visit.finished_at
        ):
            yield found

    def _put_in_place(self, records: Iterable[Record]) -> None:
        job, name = self.job, f"{_now():%Y%m%dT%H%M%S%fZ}"
        with RecordFile(staged(job.data_dir, job.site.name, name), key=job.landing_key) as file:
            for record in records:
                file.write(record)
            file.commit()
        self.heard.commit(self.last, name)
        move_waiting(job.data_dir, job.site.name, job.source, counts=name)
        self._pass_on()

    def _begin(self) -> None:
        job = self.job
        self.began = time.monotonic()
        self.batch = Batch(
            source=job.source,
            url=job.site.url,
            secret=job.secret,
            is_mention=job.is_mention,
            redact=job.redact,
            is_erased=job.is_erased,
            heard=self.heard,
            clock=_now,
        )

    def _arrive(self, first: Place) -> None:
        """See whether the stream goes on where it was left, and say so if it does not."""
        self.is_answered = True
        begin = self.last.at if self.last else self.covered
        if begin and (self.is_gap_told or (self.last and self.stream.is_gap(self.last, first))):
            hours = (first.at - begin).total_seconds() / 3600
            self.batch.report(
                "truncated",
                f"the stream no longer holds {begin:%Y-%m-%d %H:%M:%S} to {first.at:%Y-%m-%d %H:%M:%S} UTC "
                f"({hours:.1f} h): posts of that time were not heard",
            )
            self.batch.is_complete = False
            self.covered = max(begin, first.at)
        self.is_gap_told = False
        self.covered = self.covered or first.at

    def _take_notice(self, notice: Notice) -> None:
        log.warning("%s: %s: %s", self.job.site.name, notice.name, notice.message[:200])
        self.is_gap_told = self.is_gap_told or notice.is_gap
        if notice.is_cursor_refused:
            # Numbers began anew: another server, or one that has lost its memory. What it has is asked for from now on.
            self.covered = self.last.at if self.last else self.covered
            self.last = None
        elif notice.is_end:
            self.batch.untold[f"the server ended the stream: {notice.name[:40]}"] += 1

    def _note_place(self) -> None:
        """Take over the place of the last frame, if it leads further."""
        place = _sane(self.stream.place_of(self.frame)) if self.frame else None
        if place and (self.last is None or place.cursor > self.last.cursor):
            self.last = place
        self.frame = b""

    def _visit(self, batch: Batch) -> Visit:
        """Return the hours that a batch shows: a complete one goes on where the one before it ended."""
        now = _now()
        until = self.last.at if self.last else None
        if self.is_connected:
            enough = CAUGHT_UP_SECONDS if self.is_answered else COLD_START_SECONDS
            until = now if time.monotonic() - self.frame_at >= enough else until
        begin = self.covered or now
        is_ahead = until is not None and begin < until
        end = min(until, now) if until and is_ahead else now
        return Visit(
            source=self.job.source,
            started_at=min(begin, end),
            finished_at=end,
            is_complete=batch.is_complete and is_ahead,
            page_count=0,
            post_count=batch.post_count,
            read_count=batch.post_count,
        )

    def _pass_on(self) -> None:
        """Have the crawler read threads of which we heard only the end."""
        unread, now = self.heard.unread_threads(), _now()
        threads = {}
        for thread_id in unread:
            url = self.stream.thread_url(self.job.site, thread_id)
            known = self.frontier.thread(thread_id) or KnownThread(thread_id=thread_id, url=url, next_check_at=now)
            threads[thread_id] = replace(known, next_check_at=now, is_kept=True, is_pending=True)
        if threads:
            self.frontier.apply(Changes(threads=threads))
            self.heard.passed_on(unread)


def _sane(place: Place | None) -> Place | None:
    return place if place and place.at <= _now() + SKEW else None


def _now() -> datetime:
    return datetime.now(UTC)
