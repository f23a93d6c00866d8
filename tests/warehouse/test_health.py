"""What the crawls' counts say of a source: by its declaration, by its own past, and when nothing is wrong."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.landings import T0, a_visit, hours, write_landing
from warehouse.digest_rows import SourceExpectation, read_sources
from warehouse.health import volume_of, warn_of_dates, warn_of_fields, warn_of_volume
from warehouse.load import load_landing
from warehouse.records import DayCount, FieldCount, Health, Incident, Record, SourceHealth

DAY = date(2023, 10, 1)


def a_health(at: datetime = T0, *, days: dict[date, int] | None = None, fields: dict | None = None, **more) -> Health:
    values = dict.fromkeys(("set_aside_count", "future_count", "backward_count", "heaped_count"), 0)
    return Health(
        source="forum",
        engine="tiny",
        started_at=at - timedelta(minutes=5),
        finished_at=at,
        days=tuple(DayCount(day=day, post_count=count) for day, count in (days or {}).items()),
        fields=tuple(FieldCount(field=f, present_count=n, of_count=of) for f, (n, of) in (fields or {}).items()),
        **{"read_count": 40, "new_count": 40, **values, **more},
    )


def of_days(counts: dict[int, int], **more: object) -> list[str]:
    """Return the warnings for counts by days before DAY, of a source watched for as long as they reach."""
    days = {DAY - timedelta(days=back): count for back, count in counts.items()}
    volume = volume_of(days, first_started_at=hours(-24 * (max(counts) + 2)), last_started_at=hours(1))
    return [w.kind for w in warn_of_volume(volume, **{"expected_min": 0.0, "expected_max": 1e4, **more})]


def usual(count: int, last: int, days: int = 20) -> dict[int, int]:
    return dict.fromkeys(range(1, days + 1), count) | {0: last}


@pytest.mark.parametrize(
    ("counts", "bounds", "expected"),
    [
        (usual(20, 20), {}, []),
        (usual(20, 9), {}, []),  # a quiet Sunday
        (usual(20, 4), {}, ["few_by_past"]),
        (usual(20, 0), {}, ["few_by_past"]),
        (usual(5, 0), {}, []),  # a small forum has such days
        (usual(20, 0, days=5), {}, []),  # five days are no past
        (usual(20, 100), {}, ["many_by_past"]),
        (usual(20, 100) | {5: 300}, {}, []),  # it has had a day like that before
        (usual(2, 30), {}, []),
        (usual(20, 20), {"expected_min": 25.0}, ["few"]),
        (usual(20, 0), {"expected_min": 25.0}, ["few"]),
        (usual(20, 20), {"expected_max": 10.0}, ["many"]),
        ({0: 3, 1: 3}, {"expected_min": 5.0}, ["few"]),  # what is declared holds from the first whole day
    ],
)
def test_a_day_is_held_against_what_is_declared_and_what_is_usual(
    counts: dict[int, int], bounds: dict[str, float], expected: list[str]
) -> None:
    assert of_days(counts, **bounds) == expected


def test_only_a_day_that_was_seen_whole_is_judged() -> None:
    days = {DAY: 3, DAY + timedelta(days=1): 50}
    # The last visit began 07:00 on 2 October: 1 October is the last whole day.
    assert volume_of(days, first_started_at=hours(-50), last_started_at=hours(1)).day == DAY
    assert volume_of(days, first_started_at=hours(-5), last_started_at=hours(1)).day is None
    # 22:30 UTC on the 2nd is past midnight in Sweden.
    assert volume_of(days, first_started_at=hours(-50), last_started_at=hours(16.5)).day == DAY + timedelta(days=1)
    assert volume_of({}, first_started_at=None, last_started_at=None).day is None


def fields(*crawls: tuple[int, int], name: str = "like_count") -> list[dict]:
    return [{"field": name, "present_count": n, "of_count": of} for n, of in crawls]


@pytest.mark.parametrize(
    ("crawls", "is_lost"),
    [
        (((40, 40), (400, 400)), False),
        (((0, 40), (400, 400)), True),
        (((10, 40), (400, 400)), True),  # most of what was always there
        (((25, 40), (400, 400)), False),
        (((0, 10), (0, 25), (400, 400)), True),  # small visits together
        (((0, 10), (400, 400)), False),  # ten posts are too few to tell
        (((0, 40), (40, 400)), False),  # one in ten: four would be expected, none may happen
        (((0, 200), (40, 400)), True),
        (((1, 200), (40, 400)), False),
        (((0, 40), (0, 400)), False),  # it never had it
        (((0, 40),), False),  # no past
    ],
)
def test_a_field_that_was_there_and_vanishes_is_lost(crawls: tuple[tuple[int, int], ...], is_lost: bool) -> None:
    found = list(warn_of_fields(fields(*crawls)))
    assert [w.field for w in found] == (["like_count"] if is_lost else [])


def test_odd_dates_are_news_unless_they_are_how_the_place_is() -> None:
    row = {"read_count": 100, "set_aside_count": 0, "future_count": 0, "backward_count": 0, "heaped_count": 0}
    assert list(warn_of_dates([row])) == []
    assert [w.kind for w in warn_of_dates([row | {"future_count": 5}])] == ["future_dates"]
    assert [w.kind for w in warn_of_dates([row | {"backward_count": 9}, row])] == ["backward_dates"]
    assert [w.kind for w in warn_of_dates([row | {"heaped_count": 80}, row])] == ["heaped_dates"]
    assert list(warn_of_dates([row | {"heaped_count": 80}, row | {"heaped_count": 70}])) == []
    assert [w.kind for w in warn_of_dates([row | {"read_count": 0, "set_aside_count": 60}, row])] == ["set_aside"]


def health_of(con: duckdb.DuckDBPyConnection, folder: Path, found: list[Record], **more: object) -> SourceHealth:
    load_landing(con, write_landing(folder / "l.gz", found), run_id="r")
    expected = SourceExpectation(source="forum", interval_hours=24.0, **more)  # type: ignore[arg-type]
    return read_sources(con, [expected], now=hours(2))[0]


def test_health_is_read_as_of_a_time(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    past = [a_visit(at=hours(-24 * n)) for n in range(1, 30)]
    old = a_health(hours(-24), days={DAY - timedelta(days=n): 20 for n in range(1, 20)}, fields={"url": (40, 40)})
    now = a_health(hours(1), days={DAY: 2}, fields={"url": (0, 40)}, new_count=2)
    later = a_health(hours(9), days={DAY: 30}, fields={"url": (40, 40)})
    found = health_of(con, tmp_path, [*past, old, a_visit(at=hours(1)), now, later, a_visit(at=hours(9))])
    assert (found.posts_24h, found.day, found.day_count, found.usual_day_count) == (2, DAY, 2, 20.0)
    assert [(w.kind, w.field) for w in found.warnings] == [("field_lost", "url"), ("few_by_past", None)]
    assert found.is_failing and not found.is_silent


def test_pages_that_answer_and_hold_nothing_are_a_warning(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    visit = a_visit(at=hours(1), page_count=4, is_complete=True)
    changed = Incident(source="forum", url="u", cause="site_changed", detail="no posts", seen_at=hours(0.95))
    found = health_of(con, tmp_path, [visit, changed])
    assert [(w.kind, w.value) for w in found.warnings] == [("site_changed", 0.25)]


def test_every_line_has_its_outcome_and_the_views_their_rows(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    incident = Incident(source="forum", url="u", cause="timeout", detail="d", seen_at=T0)
    health = a_health(days={DAY: 7}, fields={"url": (30, 40)}, future_count=1)
    path = write_landing(tmp_path / "l.gz", [health, a_visit(page_count=4), incident])
    report = load_landing(con, path, run_id="r")
    assert (report.healths, report.line_count) == (1, 3)
    assert con.execute("SELECT is_balanced FROM outcome_balance").fetchall() == [(True,)]
    assert con.execute("SELECT source, day, post_count FROM source_day").fetchall() == [("forum", DAY, 7)]
    assert con.execute("SELECT field, present_share FROM source_field").fetchall() == [("url", 0.75)]
    assert con.execute("SELECT cause, incident_share FROM source_incident").fetchall() == [("timeout", 0.25)]
    assert con.execute("SELECT new_count, future_count FROM source_health").fetchall() == [(40, 1)]
    again = load_landing(con, write_landing(tmp_path / "m.gz", [health, a_visit(at=hours(3))]), run_id="r")
    assert again.healths == 1
    assert con.execute("SELECT post_count FROM source_day").fetchall() == [(7,)], "the same crawl is counted once"
