"""Records survive the trip through a line of JSON, and what is not a record is said."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.records import (
    DayCount,
    Deletion,
    FieldCount,
    Health,
    Incident,
    Post,
    Quote,
    Record,
    SetAside,
    Visit,
    WireError,
    from_line,
    to_bytes,
    to_line,
)

TIMES = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)).map(
    lambda t: t.replace(tzinfo=timezone(timedelta(hours=2)))
)
WORDS = st.text(max_size=40)
QUOTES = st.builds(Quote, text=WORDS, post_id=st.none() | WORDS, author_key=st.none() | WORDS)
RECORDS = st.one_of(
    st.builds(
        Post,
        **dict.fromkeys(("source", "post_id", "thread_id", "thread_title", "author_key", "url"), WORDS),
        text=st.text(max_size=200),
        content_key=WORDS,
        posted_at=TIMES,
        seen_at=TIMES,
        edited_at=st.none() | TIMES,
        quoted=st.lists(QUOTES, max_size=3).map(tuple),
        reply_to=st.none() | WORDS,
        language=st.none() | WORDS,
        position=st.none() | st.integers(1, 10**6),
        redactions=st.lists(WORDS, max_size=3).map(tuple),
    ),
    st.builds(Deletion, source=WORDS, post_id=WORDS, seen_at=TIMES),
    st.builds(SetAside, source=WORDS, url=WORDS, reason=WORDS, detail=WORDS, seen_at=TIMES, post_id=st.none() | WORDS),
    st.builds(Incident, source=WORDS, url=WORDS, cause=WORDS, detail=WORDS, seen_at=TIMES),
    st.builds(
        Health,
        **dict.fromkeys(("source", "engine"), WORDS),
        **dict.fromkeys(("started_at", "finished_at"), TIMES),
        **dict.fromkeys(("read_count", "new_count", "set_aside_count", "future_count"), st.integers(0, 10**6)),
        **dict.fromkeys(("backward_count", "heaped_count"), st.integers(0, 10**6)),
        fields=st.lists(st.builds(FieldCount, field=WORDS, present_count=st.integers(), of_count=st.integers())).map(
            tuple
        ),
        days=st.lists(st.builds(DayCount, day=st.dates(), post_count=st.integers())).map(tuple),
    ),
    st.builds(
        Visit,
        source=WORDS,
        started_at=TIMES,
        finished_at=TIMES,
        is_complete=st.booleans(),
        **dict.fromkeys(("page_count", "post_count", "read_count"), st.integers(0, 10**6)),
    ),
)
GOOD = Deletion(source="a", post_id="1", seen_at=datetime(2023, 11, 1, tzinfo=UTC))


@given(RECORDS)
def test_a_record_comes_back_from_its_line(record: Record) -> None:
    line = to_line(record)
    assert "\n" not in line
    assert from_line(line) == record
    assert to_bytes(record) == line.encode("utf-8", "replace")


class Named(str):
    """A text of another type."""

    __slots__ = ()


@pytest.mark.parametrize(
    "odd", ["half of a \ud83d face", '\x00\x1f\x7f\u2028"\\/å', Named("a"), 1e16, 2**70, float("nan")]
)
def test_both_ways_to_a_line_come_to_the_same(odd: object) -> None:
    for record in (
        replace(GOOD, post_id=odd),  # type: ignore[arg-type]
        replace(GOOD, seen_at=datetime(1800, 1, 1, 12, 0, 0, 5, tzinfo=timezone(timedelta(seconds=3661)))),
        Post(
            **dict.fromkeys(("source", "post_id", "thread_id", "thread_title", "author_key", "url"), "x"),
            **dict.fromkeys(("posted_at", "seen_at"), GOOD.seen_at),
            text="a",
            content_key="k",
            quoted=(Quote(text=odd), Quote(text="b")),  # type: ignore[arg-type]
            redactions=("person", "phone"),
        ),
    ):
        assert to_bytes(record) == to_line(record).encode("utf-8", "replace")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("not json", "not JSON"),
        ("[]", "must be an object"),
        ('{"record": "item"}', "unknown record kind 'item'"),
        (to_line(GOOD).replace('"post_id": "1"', '"post_id": 1'), "post_id must be str, not int"),
        (to_line(GOOD).replace('"post_id": "1"', '"extra": "1"'), "unknown fields: extra"),
        (to_line(GOOD).replace('"post_id": "1", ', ""), "missing 1 required keyword-only argument: 'post_id'"),
        (to_line(GOOD).replace("+00:00", ""), "seen_at has no offset"),
        (to_line(GOOD).replace("2023-11-01", "igår"), "seen_at is not an ISO 8601 time"),
        (json.dumps({"record": "visit", "is_complete": 1}), "is_complete must be bool, not int"),
    ],
)
def test_what_is_not_a_record_is_said(line: str, says: str) -> None:
    with pytest.raises(WireError, match=says):
        from_line(line)
