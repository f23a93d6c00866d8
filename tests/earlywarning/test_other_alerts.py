"""Mismatch, void, and what becomes of an alert."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from earlywarning.mailings import Mailing, Segment
from earlywarning.mismatch import find_mismatches, find_void
from earlywarning.severity import SEVERITIES, is_open, judge, severity_of, take

NOW = datetime(2023, 10, 20, 8, tzinfo=UTC)
FIBRE = Segment(segment="fibre", name="Fibervillor", customer_count=40_000)
OTHERS = Segment(segment="others", name="Andra", customer_count=90_000)


def mailing(segment: str, *, corrects: str | None = "c1", sent_at: datetime = NOW, count: int = 100) -> Mailing:
    return Mailing(
        mailing_id="m",
        channel="letter_first",
        segment=segment,
        recipient_count=count,
        sent_at=sent_at,
        corrects=corrects,
    )


def misled(*mailings: Mailing, is_spreading: bool = True) -> list[str]:
    found = find_mismatches(
        claim_id="c1",
        is_spreading=is_spreading,
        true_for=("fibre",),
        segments=(FIBRE, OTHERS),
        mailings=mailings,
        now=NOW,
    )
    return [each.segment.segment for each in found]


def test_the_mismatch_of_2023_the_correction_went_to_those_who_had_the_letter() -> None:
    assert misled(mailing("fibre")) == ["others"]


def test_no_mismatch_when_the_misled_are_covered_or_nothing_spreads() -> None:
    assert misled(mailing("others")) == []
    assert misled(mailing("all")) == []
    assert misled(is_spreading=False) == []


@pytest.mark.parametrize(
    "useless",
    [
        mailing("others", corrects=None),
        mailing("others", corrects="c2"),
        mailing("others", sent_at=NOW + timedelta(hours=1)),
        mailing("others", count=0),
    ],
)
def test_a_mailing_that_does_not_correct_does_not_cover(useless: Mailing) -> None:
    assert misled(useless) == ["others"]


def void(day: int, before: int, *mailings: Mailing):
    return find_void(claim_id="c1", queries_24h=day, queries_before=before, days_before=28, mailings=mailings, now=NOW)


def test_a_void_is_rising_questions_without_an_answer() -> None:
    found = void(4, 2)
    assert found is not None
    assert found.chance == pytest.approx(stats.nbinom.sf(3, 2.5, 30 / 31))
    assert void(4, 2, mailing("all")) is None
    assert void(4, 2, mailing("all", sent_at=NOW + timedelta(hours=1))) is not None
    assert void(4, 100) is None  # as many as usual
    assert void(2, 0) is None


def test_only_a_warning_can_be_critical() -> None:
    assert severity_of("watch", rumour_leads_168h=1.0) == "watch"
    assert severity_of("warning", rumour_leads_168h=0.5) == "warning"
    assert severity_of("warning", rumour_leads_168h=0.51) == "critical"
    assert severity_of("warning") == "warning"
    with pytest.raises(ValueError, match="unknown level"):
        severity_of("panic")


def test_an_alert_escalates_and_never_repeats() -> None:
    standing, change = take(None, "watch", at=NOW)
    assert (change, standing.state) == ("opened", "new")
    standing, change = take(standing, "watch", at=NOW + timedelta(hours=3))
    assert change is None
    standing = judge(standing, "acknowledged", at=NOW)
    standing, change = take(standing, "warning", at=NOW + timedelta(hours=4))
    assert (change, standing.state, standing.severity) == ("escalated", "new", "warning")
    assert take(standing, "watch", at=NOW + timedelta(hours=5))[1] is None
    assert take(standing, "watch", at=NOW + timedelta(days=15))[1] == "reopened"


def test_what_a_person_judged_stands_until_there_is_news() -> None:
    standing, _ = take(None, "watch", at=NOW)
    dismissed = judge(standing, "false_alarm", at=NOW)
    assert take(dismissed, "watch", at=NOW + timedelta(hours=1))[1] is None
    assert take(dismissed, "warning", at=NOW + timedelta(hours=1))[1] == "reopened"
    assert take(judge(standing, "handled", at=NOW), "watch", at=NOW + timedelta(hours=1))[1] == "reopened"
    assert not is_open(dismissed, at=NOW)
    assert is_open(standing, at=NOW + timedelta(days=13))
    assert not is_open(standing, at=NOW + timedelta(days=15))
    with pytest.raises(ValueError, match="cannot be set to 'new'"):
        judge(standing, "new", at=NOW)


@given(st.lists(st.tuples(st.sampled_from(SEVERITIES), st.integers(0, 200)), min_size=1, max_size=20))
def test_severity_never_falls_while_an_alert_is_open(steps) -> None:
    standing, at, told = None, NOW, []
    for severity, hours in steps:
        at += timedelta(hours=hours)
        before = standing
        standing, change = take(standing, severity, at=at)
        if change == "escalated":
            assert SEVERITIES.index(standing.severity) > SEVERITIES.index(before.severity)
        if change is None:
            assert standing.severity == before.severity
        told.append(change)
    assert told[0] == "opened"
    assert "opened" not in told[1:]
