"""Correction uptake: denials for each support, and when they drew level."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarning.uptake import uptake

T0 = datetime(2023, 10, 20, tzinfo=UTC)
NOW = T0 + timedelta(days=30)


def said(stance: str, *hours: float, author: str = ""):
    return [(T0 + timedelta(hours=h), author or f"{stance}{h}", stance) for h in hours]


def test_parity_is_when_the_last_three_days_hold_as_many_denials() -> None:
    posts = said("support", 0, 1, 2, 3, 80) + said("deny", 4, 5, 90, 91)
    found = uptake(posts + said("query", 7), now=NOW)
    assert (found.support_count, found.query_count, found.deny_count) == (5, 1, 4)
    assert found.deny_ratio == pytest.approx(0.8)
    assert found.parity_at is None, "never three denials within three days"
    found = uptake(posts + said("deny", 92), now=NOW)
    assert found.hours_to_parity == 92
    assert found.deny_ratio_72h is None
    assert uptake(posts + said("deny", 92), now=T0 + timedelta(hours=95)).deny_ratio_72h == 3


def test_one_who_denies_all_day_counts_once_and_denials_before_any_support_are_no_parity() -> None:
    assert uptake(said("support", 0) + said("deny", 1, 2, 3, 4, author="x"), now=NOW).parity_at is None
    early = said("deny", 0, 1, 2) + said("support", 10, 11, 12, 13)
    assert uptake(early, now=NOW).parity_at is None
    assert uptake(said("deny", 1, 2, 3), now=NOW).deny_ratio is None
    assert uptake([], now=NOW).hours_to_parity is None


@given(st.lists(st.tuples(st.sampled_from(["support", "deny", "query", "comment"]), st.integers(0, 300)), max_size=40))
@settings(max_examples=60, deadline=None)
def test_order_does_not_matter_and_what_comes_later_changes_no_parity(steps) -> None:
    posts = [(T0 + timedelta(hours=h), f"a{i}", stance) for i, (stance, h) in enumerate(steps)]
    found = uptake(posts, now=NOW)
    assert uptake(list(reversed(posts)), now=NOW) == found
    if found.parity_at:
        assert uptake(posts, now=found.parity_at).parity_at == found.parity_at
