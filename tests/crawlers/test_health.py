"""What a crawl counts while it reads: each new post once, fields, and dates that cannot be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crawlers.frontier import KnownPost, KnownThread
from crawlers.health import Tally
from crawlers.model import ParsedPost, ParsedQuote
from crawlers.spiders.reading import Reading
from tests.crawlers.conftest import Crawl
from tests.crawlers.tiny_forum import Reply, TinyForum
from warehouse.records import DayCount, FieldCount, Health

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


def a_post(number: int, *, hours: float = -1.0, **more: object) -> ParsedPost:
    values: dict = {
        "post_id": f"p{number}",
        "author": f"a{number}",
        "posted_at": NOW + timedelta(hours=hours, seconds=number),
        "url": f"https://forum.example/p{number}",
        "text": "Hej",
        **more,
    }
    return ParsedPost(**values)


def a_reading(*posts: ParsedPost, is_from_start: bool = True, title: str = "Fiber") -> Reading:
    found = Reading("t1", title=title, is_from_start=is_from_start)
    found.posts = {post.post_id: (post, NOW) for post in posts}
    return found


def known(newest: datetime | None) -> KnownThread:
    return KnownThread(thread_id="t1", url="u", next_check_at=NOW, last_posted_at=newest)


def measured(tally: Tally) -> Health:
    found = tally.record(source="forum", engine="tiny", started_at=NOW, finished_at=NOW)
    assert found is not None
    return found


def test_a_post_is_new_once_in_a_kept_thread() -> None:
    tally = Tally()
    tally.take(a_reading(a_post(1), a_post(2)), None, {})
    old = {"p1": KnownPost(content_key="x"), "p2": KnownPost(content_key="y")}
    tally.take(a_reading(a_post(1), a_post(2), a_post(3)), known(NOW), old)
    found = measured(tally)
    assert (found.read_count, found.new_count) == (5, 3)
    # 22:30 UTC is 23:30 in Sweden; less an hour it is still the same day.
    assert found.days == (DayCount(day=date(2026, 11, 20), post_count=3),)


def test_of_a_thread_that_is_not_kept_what_is_later_is_new() -> None:
    tally = Tally()
    tally.take(a_reading(a_post(1, hours=-3), a_post(2, hours=2)), known(NOW - timedelta(hours=2)), {})
    found = measured(tally)
    assert (found.new_count, found.days) == (1, (DayCount(day=date(2026, 11, 21), post_count=1),))


def test_the_backlog_of_a_first_crawl_is_counted_and_fills_no_days() -> None:
    tally = Tally()
    tally.take(a_reading(a_post(1, hours=-24 * 400), a_post(2)), None, {})
    found = measured(tally)
    assert (found.new_count, [day.day for day in found.days]) == (2, [date(2026, 11, 20)])


def test_fields_are_counted_of_the_posts_that_could_have_them() -> None:
    tally = Tally()
    quoting = a_post(1, quoted=(ParsedQuote(text="q", post_id="p0"),), like_count=0, position=1)
    tally.take(a_reading(quoting, a_post(2, text=" "), title=""), None, {})
    fields = {f.field: (f.present_count, f.of_count) for f in measured(tally).fields}
    assert fields["like_count"] == (1, 2), "no likes is a count too"
    assert fields["quoted_post_id"] == (1, 1)
    assert fields["text"] == (1, 2)
    assert fields["thread_title"] == (0, 2)
    assert FieldCount(field="position", present_count=1, of_count=2) in measured(tally).fields


def test_dates_that_cannot_be_are_counted() -> None:
    tally = Tally()
    at = NOW - timedelta(hours=5)
    heap = [a_post(n, posted_at=at) for n in (2, 3, 4)]
    tally.take(a_reading(a_post(1, hours=-6), a_post(5, hours=1), a_post(6, hours=-7), *heap), None, {})
    found = measured(tally)
    assert (found.future_count, found.backward_count, found.heaped_count) == (1, 1, 3)
    tally.take(a_reading(a_post(7), a_post(8, hours=-9), is_from_start=False), None, {})
    assert measured(tally).backward_count == 1, "of a thread that was read from its middle nobody knows"


def test_nothing_met_is_nothing_measured() -> None:
    assert Tally().record(source="s", engine="e", started_at=NOW, finished_at=NOW) is None


def test_crawls_count_each_post_once_whatever_they_read_again(forum: TinyForum, crawl: Crawl, tmp_path: Path) -> None:
    forum.thread("t1", "Open Infra igen", "två", "tre", "fyra")
    forum.thread("t2", "Om katter")
    first = [r for r in crawl()[1] if isinstance(r, Health)]
    forum.threads["t1"]["posts"].append({"id": "t1-5", "text": "fem"})
    second = [r for r in crawl()[1] if isinstance(r, Health)]
    assert [(h.engine, h.read_count, h.new_count) for h in first] == [("tests.crawlers.tiny_engine", 5, 5)]
    assert [h.new_count for h in second] == [1]
    forum.replies["/t/t1"] = Reply(b"<html>gjord om</html>")
    replayed = [r for r in crawl(archive=tmp_path / "archive" / "tiny")[1] if isinstance(r, Health)]
    assert replayed == [], "a replay says nothing of how the place does now"


def test_what_is_heard_is_counted_without_its_fields() -> None:
    tally = Tally()
    tally.hear(a_post(1), at=NOW, is_new=True)
    tally.hear(a_post(1, text="Hej!"), at=NOW, is_new=False)
    tally.hear(a_post(2, hours=3), at=NOW, is_new=True)
    found = measured(tally)
    assert (found.read_count, found.new_count, found.future_count, found.fields) == (3, 2, 1, ())
    assert {day.day: day.post_count for day in found.days} == {
        date(2026, 11, 20): 1,
        date(2026, 11, 21): 1,
    }
