"""Hours in which a stream was not heard were not seen, though it is heard again; a crawl may show them later."""

from datetime import UTC, datetime, timedelta

from earlywarning.clock import hour_of
from earlywarning.exposure import SourceVisit, expose

T0 = datetime(2026, 11, 2, tzinfo=UTC)


def at(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def heard(begin: float, end: float) -> SourceVisit:
    return SourceVisit(source="s", started_at=at(begin), finished_at=at(end), is_complete=True, is_stream=True)


def crawled(begin: float) -> SourceVisit:
    return SourceVisit(source="s", started_at=at(begin), finished_at=at(begin + 0.1), is_complete=True)


def seen(visits: list[SourceVisit], now: float = 12.0, known: int = 0) -> dict[int, float]:
    """Return the share seen of each hour, counted from T0."""
    zero = hour_of(T0)
    found = expose(hour=zero + known, known={"s": zero + known}, visits=visits, posted={}, now=at(now))
    assert found is not None
    return {int(hour) - zero: share for hour, share in zip(found.hours, found.seen.tolist(), strict=True)}


def test_a_stream_that_is_heard_without_a_break_shows_every_hour() -> None:
    assert seen([heard(n / 2, (n + 1) / 2) for n in range(2, 24)]) == dict.fromkeys(range(1, 11), 1.0)


def test_hours_lost_in_a_gap_are_not_seen() -> None:
    found = seen([heard(1, 4.5), heard(7.25, 10), heard(10, 12)])
    assert [hour for hour, share in found.items() if not share] == [4, 5, 6, 7]
    assert found[3] == found[8] == 1.0


def test_a_gap_since_the_last_pass_is_seen_by_the_hour_that_was_known() -> None:
    assert seen([heard(6, 10), heard(10, 12)], known=1) == {
        2: 1.0,
        3: 0.0,
        4: 0.0,
        5: 0.0,
        6: 0.0,
        7: 1.0,
        8: 1.0,
        9: 1.0,
    }


def test_a_crawl_shows_what_the_stream_lost() -> None:
    assert set(seen([heard(1, 4.5), heard(7.25, 10), crawled(10.5), heard(10, 12)]).values()) == {1.0}


def test_crawls_show_what_was_posted_between_them() -> None:
    assert set(seen([crawled(2), crawled(11)]).values()) == {1.0}


def test_a_late_source_brings_the_hours_that_it_saw_and_no_others() -> None:
    zero = hour_of(T0)
    late = expose(
        hour=zero + 10,
        known={"s": zero + 1, "t": zero + 10},
        visits=[
            heard(1, 4.5),
            heard(7.25, 11.5),
            SourceVisit(source="s", started_at=at(11.5), finished_at=at(12), is_complete=True, is_stream=True),
            SourceVisit(source="t", started_at=at(12), finished_at=at(12), is_complete=True),
        ],
        posted={},
        now=at(12),
    )
    assert late is not None
    assert [(first - zero, last - zero) for first, last, _ in late.late] == [(2, 3), (8, 10)]
