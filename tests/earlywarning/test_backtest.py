"""The replay: in time, without look-ahead, the same whatever the order, and bounded for large tables."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarning.alerts_csv import COLUMNS, write_alerts
from earlywarning.backtest import backtest
from earlywarning.errors import EarlyWarningError, MailingsError, MatchesError
from earlywarning.mailings import parse_mailings
from earlywarning.matches import Match, parse_matches, read_matches
from earlywarning.prior import TALK_HOURS, expected_rate, prior_rate

START = datetime(2023, 8, 1, tzinfo=UTC)


def quiet(days: int, *, per_day: float = 0.5, seed: int = 1, claim: str = "c1") -> list[Match]:
    rng = random.Random(seed)
    count = round(days * per_day)
    return [Match(claim, START + timedelta(days=rng.uniform(0, days)), f"q{i}") for i in range(count)]


def rumour(day: float, *, posts: int = 30, hours: float = 24.0, seed: int = 2, claim: str = "c1") -> list[Match]:
    """A rumour that speeds up: half of its posts in the last third of its hours."""
    rng = random.Random(seed)
    ages = sorted(hours * rng.random() ** 0.6 for _ in range(posts))
    return [Match(claim, START + timedelta(days=day, hours=age), f"r{i}") for i, age in enumerate(ages)]


def told(result) -> list[tuple]:
    return [(a.claim_id, a.raised_at, a.severity, a.change) for a in result.alerts]


def test_a_rumour_like_that_of_2023_is_seen_the_same_day() -> None:
    result = backtest(quiet(100) + rumour(70), until=START + timedelta(days=80))
    first = result.alerts[0]
    assert START + timedelta(days=70) < first.raised_at <= START + timedelta(days=71)
    assert first.severity in {"watch", "warning"}
    assert [a.severity for a in result.alerts][-1] == "warning"
    assert first.raised_at.minute == first.raised_at.second == 0
    assert result.alerts_per_30_days == pytest.approx(30 / ((result.until - result.start).total_seconds() / 86400))


def test_a_quiet_year_is_quiet() -> None:
    result = backtest(quiet(365, per_day=1))
    assert [a for a in result.alerts if a.severity != "watch"] == []
    assert result.alerts_per_30_days < 0.25


@given(seed=st.integers(0, 1000), cut_hours=st.integers(0, 30 * 24))
@settings(max_examples=20, deadline=None)
def test_no_alert_depends_on_what_came_after_it(seed: int, cut_hours: int) -> None:
    rows = quiet(30, per_day=1.5, seed=seed) + rumour(15, seed=seed, posts=12, hours=30)
    until = START + timedelta(hours=cut_hours)
    whole, part = backtest(rows), backtest([m for m in rows if m.posted_at < until], until=until)
    assert told(part) == [row for row in told(whole) if row[1] <= until]


@given(seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_order_and_duplicates_change_nothing(seed: int) -> None:
    rows = quiet(40, seed=seed) + rumour(30, seed=seed) + rumour(33, seed=seed, claim="c2")
    mixed = rows + random.Random(seed).sample(rows, 20)
    random.Random(seed).shuffle(mixed)
    assert backtest(mixed) == backtest(rows)


def test_claims_have_budgets_of_their_own_unless_told_otherwise() -> None:
    rows = quiet(40) + rumour(30, posts=14)
    crowd = [m for i in range(60) for m in quiet(40, seed=10 + i, claim=f"x{i}")]
    alone, among = backtest(rows), backtest(rows + crowd)
    assert [row for row in told(among) if row[0] == "c1"] == told(alone)
    shared = [row for row in told(backtest(rows + crowd, shared_budget=True)) if row[0] == "c1"]
    assert not shared or shared[0][1] >= told(alone)[0][1]
    assert told(backtest(rows, shared_budget=True)) == told(alone)


def test_one_person_is_one_voice() -> None:
    once_an_hour = [Match("c1", START + timedelta(days=40, hours=i), "same") for i in range(30)]
    daily = [Match("c1", START + timedelta(days=40 + i), "same") for i in range(60)]
    assert backtest(once_an_hour).alerts == ()
    assert backtest(daily).alerts == ()
    crowd = [Match("c1", m.posted_at, f"u{i}") for i, m in enumerate(once_an_hour)]
    assert backtest(crowd).alerts


def test_rows_without_author_are_one_person() -> None:
    rows = [Match("c1", START + timedelta(days=40, hours=i / 2), "") for i in range(30)]
    assert backtest(rows).alerts == ()
    some = [Match("c1", m.posted_at, f"u{i}" if i % 3 else "") for i, m in enumerate(rows)]
    assert backtest(some).alerts


def test_denials_and_comments_are_not_spread() -> None:
    rows = rumour(3)
    for stance in ("deny", "comment"):
        assert backtest([Match("c1", m.posted_at, m.author, None, stance) for m in rows]).alerts == ()
    assert backtest([Match("c1", m.posted_at, m.author, None, "query") for m in rows]).alerts


def test_posts_before_the_start_teach_and_do_not_alarm() -> None:
    rows = quiet(60, per_day=3) + rumour(20)
    result = backtest(rows, start=START + timedelta(days=30))
    assert all(a.raised_at > START + timedelta(days=30) for a in result.alerts)
    assert result.start == START + timedelta(days=30)
    late = backtest(quiet(5), start=START + timedelta(days=10))
    assert late.alerts == ()


def test_a_second_rumour_is_told_again_and_a_long_one_only_once() -> None:
    rows = (
        quiet(150, per_day=0.3)
        + rumour(60)
        + [Match("c1", START + timedelta(days=120, hours=i / 2), f"s{i}") for i in range(60)]
    )
    result = backtest(rows)
    assert [a.change for a in result.alerts].count("reopened") == 1
    assert len(result.alerts) <= 4
    for earlier, later in zip(result.alerts, result.alerts[1:], strict=False):
        if later.change == "escalated":
            assert (earlier.severity, later.severity) == ("watch", "warning")


def test_summer_time_moves_nothing() -> None:
    shift = datetime(2023, 10, 28, 22, tzinfo=UTC) - START
    rows = quiet(80) + rumour(shift / timedelta(days=1), hours=8)
    abroad = [Match(m.claim_id, m.posted_at.astimezone(), m.author) for m in rows]
    assert told(backtest(abroad)) == told(backtest(rows))
    assert backtest(rows).alerts


def test_a_period_that_cannot_be_is_refused() -> None:
    with pytest.raises(MatchesError, match="has no offset"):
        backtest([], start=datetime(2023, 10, 1))
    with pytest.raises(MatchesError, match="is not before until"):
        backtest([], start=START, until=START)


def test_nothing_to_replay() -> None:
    for rows in ([], [Match("c1", START, "a", None, "deny")]):
        result = backtest(rows)
        assert (result.alerts, result.alerts_per_30_days, result.claim_days) == ((), 0.0, 0.0)


MAILINGS = """
[[mailing]]
mailing_id = "letter"
sent_at = 2023-09-30T08:00:00Z
recipient_count = 40000
channel = "letter_first"
segment = "fibre"

[[segment]]
segment = "other"
customer_count = 60000
"""


def test_the_first_quote_of_a_mailing_opens_a_watch_and_the_race_makes_it_critical() -> None:
    rows = quiet(59) + rumour(62, posts=60, hours=40)
    result = backtest(rows, mailings=parse_mailings(MAILINGS))
    assert (result.alerts[0].kind, result.alerts[0].severity) == ("mailing", "watch")
    assert result.alerts[0].raised_at == min(m.posted_at for m in rumour(62, posts=60, hours=40)).replace(
        minute=0, second=0, microsecond=0
    ) + timedelta(hours=1)
    assert result.alerts[-1].severity == "critical"  # nothing corrects it
    assert "critical" not in {a.severity for a in backtest(rows).alerts}


def test_a_large_mailing_makes_some_talk_ordinary() -> None:
    talk = [Match("c1", START + timedelta(days=61, hours=4 * i), f"t{i}") for i in range(12)]
    alarms = [a for a in backtest(talk + quiet(59, per_day=0.1)).alerts if a.kind == "alarm"]
    with_letter = backtest(talk + quiet(59, per_day=0.1), mailings=parse_mailings(MAILINGS)).alerts
    assert alarms
    assert [a for a in with_letter if a.kind == "alarm"] == []


def test_the_talk_that_a_mailing_makes_ordinary_fades() -> None:
    assert prior_rate(40_000) == pytest.approx(10 / 336)
    assert prior_rate(40_000, age_hours=336) == pytest.approx(10 / 336 / math.e)
    in_all = sum(prior_rate(40_000, age_hours=hour) for hour in range(TALK_HOURS))
    assert in_all == pytest.approx(10, rel=0.03)  # one in 2,000 recipients, replies apart
    letter = parse_mailings(MAILINGS).mailings
    sent = int(letter[0].sent_at.timestamp() // 3600)
    rates = [expected_rate("c1", sent + age, letter) for age in (-1, 0, 24, 24 * 40, TALK_HOURS + 1)]
    assert rates[0] == rates[-1] == 0.0
    assert rates[1] > rates[2] > 10 * rates[3] > 0


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("[[mailing]]\nrecipient_count = 3", "mailing 1: sent_at"),
        ("[[mailing]]\nsent_at = 2023-09-30T08:00:00Z\nrecipient_count = -3", "recipient_count"),
        ("[[letter]]", "unknown table 'letter'"),
        ("[mailing", "not TOML"),
        ("mailing = 3", "table of its own"),
        ("[[segment]]\ncustomer_count = 3", "segment 1: segment"),
    ],
)
def test_a_wrong_mailing_is_named(text: str, match: str) -> None:
    with pytest.raises(MailingsError, match=match):
        parse_mailings(text)


def test_a_time_without_offset_is_utc() -> None:
    rows = list(
        parse_matches(["claim_id,posted_at,author\n", "c,2023-10-05 12:00:00,a\n", "c,2023-10-05T14:00+02:00,b\n"])
    )
    assert rows[0].posted_at == rows[1].posted_at == datetime(2023, 10, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "line 1: no column claim_id, posted_at, author"),
        ("claim_id,author\n", "line 1: no column posted_at"),
        ("claim_id,author,author,posted_at\n", "stands twice"),
        ("claim_id,posted_at,author\nc1,2023-10-05T12:00:00Z,a\nc1,2023-10-05 kl 12,b\n", "line 3: .*not an ISO"),
        ("claim_id,posted_at,author\nc1,yesterday,a\n", "line 2: 'yesterday' is not an ISO 8601 time"),
        ("claim_id,posted_at,author\nc1,0203-10-05T12:00:00Z,a\n", "line 2: the year"),
        ("claim_id,posted_at,author\n,2023-10-05T12:00:00Z,a\n", "line 2: claim_id is empty"),
        ("claim_id,posted_at,author\nc1,2023-10-05T12:00:00Z\n", "line 2: 2 cells where the header has 3"),
        ("claim_id,posted_at,author,views\nc1,2023-10-05T12:00:00Z,a,many\n", "line 2: views"),
        ("claim_id,posted_at,author,views\nc1,2023-10-05T12:00:00Z,a,nan\n", "line 2: views"),
        ("claim_id,posted_at,author,stance\nc1,2023-10-05T12:00:00Z,a,maybe\n", "line 2: unknown stance 'maybe'"),
    ],
)
def test_a_wrong_line_is_named(text: str, match: str) -> None:
    with pytest.raises(MatchesError, match=match):
        list(parse_matches(text.splitlines(keepends=True)))


def test_tables_are_read_and_written(tmp_path: Path) -> None:
    table = tmp_path / "matches.csv"
    table.write_text(
        "\ufeffviews,author,stance,posted_at,claim_id,note\n"
        '12,"a, b",Support,2023-10-05T19:30:00+02:00,c1,"two\nlines"\n\n,b,,2023-10-05T17:30:00Z,c1,\n',
        encoding="utf-8",
    )
    moment = datetime(2023, 10, 5, 17, 30, tzinfo=UTC)
    assert read_matches(table) == [Match("c1", moment, "a, b", 12, "support"), Match("c1", moment, "b")]
    result = backtest(rumour(3))
    write_alerts(tmp_path / "alerts.csv", result.alerts)
    header, first, *_ = (tmp_path / "alerts.csv").read_text().splitlines()
    assert header.split(",")[:3] == ["claim_id", "raised_at", "severity"]
    assert len(first.split(",")) == len(COLUMNS)
    assert datetime.fromisoformat(first.split(",")[1]) == result.alerts[0].raised_at
    with pytest.raises(EarlyWarningError, match="choose a place"):
        write_alerts(tmp_path / "nowhere" / "alerts.csv", result.alerts)
    with pytest.raises(MatchesError, match="No such file"):
        read_matches(tmp_path / "none.csv")
    table.write_bytes(b"claim_id,posted_at,author\nc1,\xff\xfe,a\n")
    with pytest.raises(MatchesError, match="UTF-8"):
        read_matches(table)


@pytest.mark.slow
def test_a_million_posts_are_replayed() -> None:
    rng = random.Random(5)
    rows = [
        Match(f"c{i % 20}", START + timedelta(seconds=rng.randrange(90 * 86400)), f"u{rng.randrange(100_000)}")
        for i in range(1_000_000)
    ]
    result = backtest(rows)
    assert result.claim_count == 20
    assert result.post_count > 900_000
