"""How sound a crawl's reading was: what is new, which fields the posts had, which dates cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

from crawlers.frontier import KnownPost, KnownThread
from crawlers.model import ParsedPost
from crawlers.spiders.reading import Reading
from warehouse.records import DayCount, FieldCount, Health

DAY_ZONE = ZoneInfo("Europe/Stockholm")
"""Days are Swedish days, whatever zone a place keeps: they are compared with each other."""
DAYS_BACK = 60
"""New posts of earlier days are counted in the sum alone: the backlog of a place's first crawl."""
CLOCK_SLACK = timedelta(minutes=10)
HEAP = 3
"""So many posts on one instant are a heap: a date that says less than it seems to."""
_MAY_BE_NONE = ("author_name", "edited_at", "language", "like_count", "position", "reply_count", "view_count")
"""A thread's views often stand in the list alone, which not every reading of the thread begins from."""
_values_of = attrgetter(*_MAY_BE_NONE)


@dataclass(slots=True)
class Tally:
    """What one crawl has counted so far."""

    read_count: int = 0
    new_count: int = 0
    set_aside_count: int = 0
    future_count: int = 0
    backward_count: int = 0
    _fields: Counter[str] = field(default_factory=Counter)
    _of: Counter[str] = field(default_factory=Counter)
    _days: Counter[date] = field(default_factory=Counter)
    _instants: Counter[datetime] = field(default_factory=Counter)

    def take(self, reading: Reading, known: KnownThread | None, old: Mapping[str, KnownPost]) -> None:
        """Count a reading of a thread; `known` and `old` are what was known of it before."""
        opened_at, posts = _opened_at(reading), [post for post, _ in reading.posts.values()]
        self.read_count += len(posts)
        self.future_count += sum(post.posted_at > at + CLOCK_SLACK for post, at in reading.posts.values())
        self.backward_count += sum(opened_at is not None and post.posted_at < opened_at for post in posts)
        self._instants.update(post.posted_at for post in posts)
        if posts:
            self._count_fields(posts, reading)
        for post in _new(reading, known, old):
            self.new_count += 1
            self._days[post.posted_at.astimezone(DAY_ZONE).date()] += 1

    def hear(self, post: ParsedPost, *, at: datetime, is_new: bool) -> None:
        """Count one post of a stream: not its fields, since a crawl of the same source sees others (likes, for one)."""
        self.read_count += 1
        self.future_count += post.posted_at > at + CLOCK_SLACK
        self._instants[post.posted_at] += 1
        if is_new:
            self.new_count += 1
            self._days[post.posted_at.astimezone(DAY_ZONE).date()] += 1

    def add(self, other: Tally) -> None:
        """Count what another has counted too."""
        for name in ("read_count", "new_count", "set_aside_count", "future_count", "backward_count"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("_fields", "_of", "_days", "_instants"):
            getattr(self, name).update(getattr(other, name))

    def record(self, *, source: str, engine: str, started_at: datetime, finished_at: datetime) -> Health | None:
        """Return the measurement; None when no post was met, which says nothing of how posts look."""
        if not self.read_count and not self.set_aside_count:
            return None
        first = finished_at.astimezone(DAY_ZONE).date() - timedelta(days=DAYS_BACK)
        return Health(
            source=source,
            engine=engine,
            started_at=started_at,
            finished_at=finished_at,
            read_count=self.read_count,
            new_count=self.new_count,
            set_aside_count=self.set_aside_count,
            future_count=self.future_count,
            backward_count=self.backward_count,
            heaped_count=sum(count for count in self._instants.values() if count >= HEAP),
            fields=tuple(
                FieldCount(field=name, present_count=self._fields[name], of_count=self._of[name])
                for name in sorted(self._of)
            ),
            days=tuple(DayCount(day=day, post_count=self._days[day]) for day in sorted(self._days) if day >= first),
        )

    def _count_fields(self, posts: Sequence[ParsedPost], reading: Reading) -> None:
        quoting = [post for post in posts if post.quoted]
        columns = zip(*map(_values_of, posts), strict=True)
        present = {name: len(posts) - found.count(None) for name, found in zip(_MAY_BE_NONE, columns, strict=True)}
        present["quoted"] = len(quoting)
        present["reply_to"] = sum(bool(post.reply_to or post.reply_to_position) for post in posts)
        present["text"] = sum(not post.text.isspace() for post in posts if post.text)
        present["thread_title"] = len(posts) if reading.title.strip() else 0
        present["language"] = len(posts) if reading.language else present["language"]
        present["url"] = sum(bool(post.url) for post in posts)
        self._fields.update(present)
        self._of.update(dict.fromkeys(present, len(posts)))
        if quoting:
            self._of["quoted_post_id"] += len(quoting)
            self._fields["quoted_post_id"] += sum(
                any(quote.post_id or quote.position is not None for quote in post.quoted) for post in quoting
            )


def _opened_at(reading: Reading) -> datetime | None:
    """Return when the thread began, where its first post was read."""
    if not reading.is_from_start:
        return None
    first = next(iter(reading.posts.values()), None)
    return first[0].posted_at if first else None


def _new(reading: Reading, known: KnownThread | None, old: Mapping[str, KnownPost]) -> Iterable[ParsedPost]:
    """Yield the posts that no earlier crawl has counted.

    Of a thread that is not kept only its newest time is remembered: what is later is new.
    """
    newest = known.last_posted_at if known and not old else None
    for post, _ in reading.posts.values():
        if post.post_id not in old and (newest is None or post.posted_at > newest):
            yield post
