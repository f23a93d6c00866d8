"""The rhythm of the sources: learned late and slowly, by source, the same however the hours are handed over."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarning.clock import Clock, activity
from earlywarning.errors import StateError
from earlywarning.rhythm import HALF_LIFE_HOURS, SOURCE_POSTS, Rhythm, Volume, clock_of, shares_of, teach

FIRST = 470_000


def nightly(source: str, *, days: int, posts: int = 10, first: int = FIRST) -> list[Volume]:
    """Posts at 02 UTC only."""
    return [
        Volume(source=source, hour=hour, post_count=posts) for hour in range(first, first + 24 * days) if hour % 24 == 2
    ]


def test_the_clock_is_that_of_the_sources_by_their_volume() -> None:
    rhythm = teach(Rhythm(), nightly("night", days=60), until=FIRST + 24 * 60)
    busy = activity(clock_of(rhythm), np.arange(FIRST, FIRST + 24 * 7))
    assert busy.argmax() % 24 == (2 - FIRST) % 24
    assert busy.mean() == pytest.approx(1, abs=0.05)
    assert clock_of(Rhythm()) == Clock()


def test_a_source_has_the_share_of_its_volume_and_a_new_one_is_not_nothing() -> None:
    both = [*nightly("big", days=30, posts=30), *nightly("small", days=30, posts=1)]
    shares = shares_of(teach(Rhythm(), both, until=FIRST + 24 * 30), ["big", "small", "new"])
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["big"] > 10 * shares["small"] > 10 * shares["new"] > 0
    assert shares["new"] == pytest.approx(SOURCE_POSTS / (30 * 31 + 3 * SOURCE_POSTS))


def test_what_is_not_old_enough_does_not_teach_yet() -> None:
    rhythm = teach(Rhythm(), nightly("a", days=10), until=FIRST + 24 * 5 - 1)
    assert sum(rhythm.sources["a"].hour_posts) == 50
    assert teach(rhythm, nightly("a", days=10), until=FIRST) == rhythm


def test_what_was_learned_fades() -> None:
    old = teach(Rhythm(), nightly("a", days=10), until=FIRST + 24 * 10)
    later = teach(old, [], until=FIRST + 24 * 10 + int(HALF_LIFE_HOURS))
    assert sum(later.sources["a"].day_posts) == pytest.approx(50)


@given(cut=st.integers(1, 24 * 20))
def test_passes_learn_what_one_reading_learns_but_for_the_fading_within_it(cut: int) -> None:
    volumes = nightly("a", days=20)
    first = teach(Rhythm(), volumes, until=FIRST + cut)
    stored = Rhythm.from_dict(json.loads(json.dumps(first.to_dict())))
    assert stored == first
    by_passes, at_once = teach(stored, volumes, until=FIRST + 480), teach(Rhythm(), volumes, until=FIRST + 480)
    assert sum(by_passes.sources["a"].hour_posts) == pytest.approx(sum(at_once.sources["a"].hour_posts), rel=0.12)


def test_another_states_words_are_refused() -> None:
    with pytest.raises(StateError, match="rhythm cannot be read"):
        Rhythm.from_dict({"hour": 1, "sources": {"a": [1]}})
