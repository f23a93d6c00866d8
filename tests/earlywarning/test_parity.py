"""The time to parity, day by day, is what all posts together give."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarning.errors import StateError
from earlywarning.parity import Parity, take_in
from earlywarning.uptake import uptake

HOUR = 3600.0
POST = st.tuples(
    st.integers(0, 400), st.sampled_from(["a", "b", "c", "d", "e"]), st.sampled_from(["support", "deny", "query"])
)


@given(st.lists(POST, max_size=60), st.lists(st.integers(1, 410), max_size=6))
@settings(max_examples=300, deadline=None)
def test_any_steps_end_in_what_all_posts_give(found: list[tuple[int, str, str]], cuts: list[int]) -> None:
    posts = [(hour * HOUR, author, stance) for hour, author, stance in found]
    state = Parity()
    for cut in [*sorted(cuts), 420]:
        state = Parity.from_dict(json.loads(json.dumps(take_in(state, posts, until=cut * HOUR).to_dict())))
        until = datetime.fromtimestamp(cut * HOUR - 1, tz=UTC)
        whole = uptake([(datetime.fromtimestamp(at, tz=UTC), *rest) for at, *rest in posts], now=until)
        assert state.hours == whole.hours_to_parity
        assert all(len(each) <= 5 * 4 for each in state.recent.values()), "72 hours of five authors"


def test_what_is_known_is_not_read_twice_and_a_strange_state_is_refused() -> None:
    posts = [(0.0, "a", "support"), *((HOUR * n, f"d{n}", "deny") for n in (1, 2, 3))]
    state = take_in(Parity(), posts, until=10 * HOUR)
    assert (state.hours, state.recent) == (3.0, {})
    assert take_in(state, [(20 * HOUR, "x", "support")] * 9, until=30 * HOUR) == state
    with pytest.raises(StateError, match="cannot be read"):
        Parity.from_dict({"until": 1})
