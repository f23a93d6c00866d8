"""What a claim explains of a topic's alarm; and series that share posts keep one promise together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earlywarning.alarm import advance
from earlywarning.alarm_state import LEVELS, AlarmSettings, AlarmState
from earlywarning.bets import benign_bound
from earlywarning.topics import explaining
from tests.earlywarning.test_alarm import HOUR, _bound_of, ordinary

WROTE = [(f"p{i}", f"a{i}") for i in range(10)]


@pytest.mark.parametrize(
    ("said", "usual_24h", "found"),
    [
        ({"om": {"p0", "p1", "p2", "p3", "p4", "p5"}}, 0.0, "om"),
        ({"om": {"p0", "p1", "p2", "p3", "p4"}}, 0.0, None),
        ({"om": {"p0", "p1", "p2", "p3"}}, 0.5, "om"),  # 3.5 of the ten are ordinary: four of seven are explained
        ({"om": {"p0", "p1"}}, 50.0, None),  # however ordinary, more than a quarter must be explained
        ({"om": {"p0", "p1", "p2"}, "en": {"p3", "p4", "p5", "p6"}}, 0.0, "en"),
        ({"om": set(), "en": {"x"}}, 0.0, None),
        ({}, 0.0, None),
    ],
)
def test_a_topic_is_explained_by_what_most_of_its_authors_wrote_on(said, usual_24h, found) -> None:
    assert explaining(WROTE, said, usual_24h=usual_24h) == found


def test_authors_count_once_and_nothing_is_explained_by_nothing() -> None:
    posts = [(f"p{i}", "one") for i in range(20)] + [("x", "two"), ("y", "three")]
    assert explaining(posts, {"om": {f"p{i}" for i in range(20)}}, usual_24h=0.0) is None
    assert explaining([], {"om": {"p"}}, usual_24h=0.0) is None


@pytest.mark.parametrize("level", LEVELS)
def test_a_topic_of_the_same_posts_adds_no_false_alarms_beyond_the_promise(level: str) -> None:
    # The worst dependence: the topic's posts are the claim's, and each hour's mean is exactly the bound.
    rng, subjects, length = np.random.default_rng(9), 150, 15 * 24
    whole, parts = AlarmSettings(watch_hours=40, warning_hours=80), (8 / 9, 1 / 9)
    settings = [
        replace(whole, watch_hours=whole.watch_hours / part, warning_hours=whole.warning_hours / part) for part in parts
    ]
    states = [[AlarmState()] * subjects for _ in parts]
    alarms, excited = [0, 0], np.zeros(subjects)
    for t in range(length):
        base, threads = _bound_of(states[0], (HOUR + t) // 24, whole)
        past = {"activity": np.ones(subjects), "base": base, "excitement": excited}
        b = benign_bound(**past, settings=whole, offspring=threads if level == "watch" else None)
        news = {"hours": np.array([HOUR + t]), "activity": np.ones(1), "counts": ordinary("dispersed", b, rng)[None, :]}
        for i, part in enumerate(settings):
            states[i], found = advance(states[i], **news, settings=part)
            alarms[i] += sum(crossing.level == level for crossing in found)
        excited = np.array([state.excitement for state in states[0]])
    promised, head = (40, 80)[LEVELS.index(level)], whole.head_start_hours[LEVELS.index(level)]
    assert min(alarms) > 0, "a null that never alarms would prove nothing"
    assert subjects * (length + head) / sum(alarms) >= promised
