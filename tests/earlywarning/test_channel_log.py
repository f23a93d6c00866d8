"""The company's own mailing log: read strictly, fitted fairly, silent where it says nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from earlywarning.channel_fit import compare, estimate, fit
from earlywarning.channel_log import ChannelLog, Delay, read_log, working_days
from earlywarning.channels import Curve, Letter, default_channels, parse_channels
from earlywarning.clock import STOCKHOLM
from earlywarning.errors import TableError

NOW = datetime(2024, 3, 1, tzinfo=UTC)
SENT = datetime(2024, 2, 5, 8, tzinfo=UTC)
EMAIL = default_channels()["email"]


def log(text: str, **options) -> ChannelLog:
    return read_log(text.encode(), name="log.csv", now=NOW, **options)


def opened(
    draw: Callable[[np.random.Generator], float | None], count: int, *, until: datetime, spread_days: int
) -> str:
    """Return a log of recipients sent to over some days and read as drawn, as it stood at a moment."""
    rng, rows = np.random.default_rng(7), ["sent_at,opened_at"]
    for _ in range(count):
        sent = SENT + timedelta(days=spread_days * float(rng.random()))
        hours = draw(rng)
        read = None if hours is None else sent + timedelta(hours=hours)
        rows.append(f"{sent.isoformat()},{read.isoformat() if read and read <= until else ''}")
    return "\n".join(rows)


def half_read(rng: np.random.Generator) -> float | None:
    return float(rng.exponential(20)) if rng.random() < 0.6 else None


def truth(hours: float) -> float:
    return 0.6 * (1 - np.exp(-hours / 20))


def test_the_curve_that_made_the_log_is_found_in_mailings_still_being_read() -> None:
    until = SENT + timedelta(days=10)
    found = log(opened(half_read, 3000, until=until, spread_days=10), until=until)
    rows = compare(EMAIL, fit(EMAIL, found.delays), found.delays)
    for row in rows:
        assert row.own == pytest.approx(truth(row.hours), abs=0.03)
    assert rows[0].default == pytest.approx(0.45 * 0.27)
    naive = sum(d.recipient_count for d in found.delays if d.is_observed) / 3000
    assert naive < truth(200) - 0.02, "those who were sent to last have not had their time yet"


def test_its_intervals_cover_as_they_say() -> None:
    rng, held = np.random.default_rng(5), []
    for _ in range(60):
        delays = [
            Delay(part="read", delay=min(x, 60.0), is_observed=x <= 60, recipient_count=1.0)
            for x in (half_read(rng) or 1e9 for _ in range(200))
        ]
        row = next(r for r in compare(EMAIL, fit(EMAIL, delays), delays) if r.hours == 24)
        held.append(row.own_low <= truth(24) <= row.own_high)
    assert np.mean(held) > 0.85


def test_beyond_what_was_followed_the_default_goes_on() -> None:
    delays = [Delay(part="read", delay=h, is_observed=True, recipient_count=30.0) for h in (1.0, 2.0, 4.0)]
    delays.append(Delay(part="read", delay=5.0, is_observed=False, recipient_count=210.0))
    own = fit(EMAIL, delays)
    rows = {row.hours: row.own for row in compare(EMAIL, own, delays)}
    assert rows[6] == pytest.approx(0.3, abs=0.02)
    assert 0.3 < rows[24] < rows[168] < 0.6


def test_counts_by_day_say_the_same_as_recipients() -> None:
    text = (
        "Skickad;Dag;Öppnade;Mottagare\n2024-02-05 08:00;2024-02-05;100;1 000\n2024-02-05 08:00;2024-02-06;200;1000\n"
    )
    found = log(text)
    assert (found.recipient_count, found.faults) == (1000, ())
    rows = {row.hours: row.own for row in compare(EMAIL, fit(EMAIL, found.delays), found.delays)}
    assert rows[6] == pytest.approx(0.1 * 6 / 16, abs=0.02)  # a day without hours is read evenly until midnight
    assert rows[24] == pytest.approx(0.1 + 0.2 * 2 / 17, abs=0.03)
    assert rows[48] == pytest.approx(0.3, abs=0.01)


def test_a_letter_log_gives_working_days_and_reading_days() -> None:
    rows = [
        "skickad;levererad;läst;antal",
        "2024-02-05 09:00;2024-02-07;2024-02-07;45",
        "2024-02-05 09:00;2024-02-07;;5",
    ]
    rows += [
        "2024-02-05 09:00;2024-02-12;2024-02-13;30",
        "2024-02-05 09:00;;;20",
        "2024-02-05 09:00;2024-02-12;2024-02-20;0",
    ]
    found = log("\n".join(rows), until=datetime(2024, 2, 29, tzinfo=UTC))
    default = default_channels()["letter_first"]
    own = fit(default, found.delays)
    assert own.parts == ("delivery", "reading")
    assert isinstance(own.channel, Letter)
    assert (own.channel.production_days, own.channel.production_late_days) == (0, 0)
    assert own.channel.transit_days == pytest.approx((0, 0.5, 0, 0, 0.3))
    assert own.channel.read_share == pytest.approx(75 / 80)
    assert own.channel.reading_days[:2] == pytest.approx((0.6, 0.4))


@pytest.mark.parametrize(
    ("sent", "day", "expected"),
    [
        ("2023-10-09 09:00", "2023-10-12", 3),
        ("2023-10-09 18:00", "2023-10-12", 2),
        ("2023-10-13 09:00", "2023-10-16", 1),
        ("2023-10-13 09:00", "2023-10-14", 1),
        ("2023-12-21 10:00", "2023-12-28", 3),
        ("2023-10-09 09:00", "2023-10-09", 0),
    ],
)
def test_working_days(sent: str, day: str, expected: int) -> None:
    at = datetime.fromisoformat(sent).replace(tzinfo=STOCKHOLM)
    assert working_days(at, datetime.fromisoformat(day).date()) == expected


def test_lines_that_cannot_be_are_set_aside_by_number() -> None:
    rows = [
        *("recipient,sent_at,opened_at", "a,2024-02-05 10:00,2024-02-05 11:00", "b,igår,", "c,,2024-02-05 11:00"),
        *("d,2024-02-05 10:00,2024-02-04 10:00", "e,2024-02-05 10:00,2031-01-01 10:00", "f,2024-02-05 10:00,"),
        *("a,2024-02-05 10:00,2024-02-05 10:30", "=cmd(),2024-02-05 10:00,2024-02-05 12:00"),
    ]
    found = log("\n".join(rows))
    assert [fault.line for fault in found.faults] == [3, 4, 5, 6]
    assert found.recipient_count == 3
    observed = [d.delay for d in found.delays if d.is_observed and d.recipient_count == 1]
    assert observed == [0.5, 2.0], "the first reading of a recipient counts"


def test_too_small_a_log_changes_nothing() -> None:
    found = log("sent_at,read_at\n" + "2024-02-05 10:00,2024-02-05 11:00\n" * 29)
    assert fit(EMAIL, found.delays).channel == EMAIL
    silent = log("sent_at,read_at,until\n" + "2024-02-05 10:00,,2024-02-05 11:00\n" * 90)
    assert fit(EMAIL, silent.delays).parts == ()
    assert fit(EMAIL, []).channel == EMAIL


def test_more_readers_than_recipients_are_set_aside() -> None:
    text = "sent_at,day,read_count,recipient_count\n2024-02-05,2024-02-05,60,100\n2024-02-05,2024-02-06,60,100\n"
    assert "more have read" in log(text).faults[0].reason
    with pytest.raises(TableError, match="recipient_count"):
        log("sent_at,day,read_count\n2024-02-05,2024-02-05,60\n")
    with pytest.raises(TableError, match="columns must be"):
        log("sent_at,antal\n2024-02-05,60\n")


def test_the_estimate_is_the_plain_share_when_all_were_followed() -> None:
    delays = [Delay(part="read", delay=float(h), is_observed=True, recipient_count=10.0) for h in (1, 2, 3)]
    delays.append(Delay(part="read", delay=9.0, is_observed=False, recipient_count=70.0))
    times, shares, errors, followed = estimate(delays, "read")
    assert (times.tolist(), shares.tolist(), followed) == ([1, 2, 3], pytest.approx([0.1, 0.2, 0.3]), 9.0)
    assert errors == pytest.approx(np.sqrt(shares * (1 - shares) / 100))


def test_an_own_curve_is_a_channel_like_any_other() -> None:
    delays = [Delay(part="read", delay=float(h), is_observed=True, recipient_count=9.0) for h in range(40)]
    channel = fit(EMAIL, delays).channel
    assert isinstance(channel, Curve)
    text = f"[own]\nhours = {list(channel.hours)}\nshares = {list(channel.shares)}\nread_share = {channel.read_share}\n"
    assert parse_channels(text)["own"] == channel
