"""Doubts: a toss-up is one, a sure answer nothing, and what was not asked is not doubted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp.annotation import Annotation
from nlp.doubt import doubts_of
from nlp.meta import read_meta

META = replace(
    read_meta(Path(__file__).parent / "tiny_model"), topic_thresholds={"price": 0.2, "outage": 0.5, "terms": 0.5}
)
SURE = Annotation(
    lang="sv",
    is_relevant=True,
    relevance_score=1.0,
    sentiment="negative",
    sentiment_scores={"negative": 0.98, "neutral": 0.02, "positive": 0.0},
    topics=("outage",),
    topic_scores={"price": 0.0, "outage": 1.0, "terms": 0.0},
    mentions=(),
    redactions=(),
    redacted_text="",
    own_text="",
    embedding=np.zeros(2, np.float32),
)


def test_who_is_sure_has_no_doubt() -> None:
    found = doubts_of([SURE, SURE], META)
    assert found.relevance == [0.0, 0.0]
    assert found.sentiment == pytest.approx([0.04, 0.04])
    assert found.topic == pytest.approx([0, 0], abs=0.01)


@pytest.mark.parametrize(
    ("changes", "question"),
    [
        ({"relevance_score": 0.5}, "relevance"),
        ({"sentiment_scores": {"negative": 0.45, "neutral": 0.45, "positive": 0.1}}, "sentiment"),
        ({"topic_scores": {"price": 0.2, "outage": 0.99, "terms": 0.01}}, "topic"),
    ],
)
def test_a_toss_up_is_one_and_only_its_question_is_doubted(changes: dict[str, object], question: str) -> None:
    found = doubts_of([SURE, replace(SURE, **changes)], META)  # type: ignore[arg-type]
    assert getattr(found, question)[1] == 1.0
    assert all(getattr(found, other)[1] < 0.1 for other in ("relevance", "sentiment", "topic") if other != question)
    assert getattr(found, question)[0] < 0.1


def test_doubt_falls_on_both_sides_of_a_threshold() -> None:
    scores = [{**SURE.topic_scores, "price": chance} for chance in (0.01, 0.1, 0.2, 0.4, 0.9)]
    found = [chance or 0 for chance in doubts_of([replace(SURE, topic_scores=one) for one in scores], META).topic]
    assert found[0] < found[1] < found[2] > found[3] > found[4]


def test_what_was_not_asked_is_not_doubted() -> None:
    unasked = replace(SURE, sentiment=None, sentiment_scores={}, topics=(), topic_scores={})
    found = doubts_of([unasked, SURE, unasked], META)
    assert [doubt is None for doubt in found.sentiment] == [True, False, True]
    assert [doubt is None for doubt in found.topic] == [True, False, True]
    assert doubts_of([unasked], META).topic == [None]
    assert doubts_of([], META).relevance == []
