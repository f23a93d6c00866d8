"""What the language stage says of posts, as the columns that the warehouse keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nlp.annotation import Annotation
from nlp.doubt import doubts_of
from nlp.mentions import OURS
from nlp.meta import Meta
from warehouse.labelled import Labelled, labels_table, mentions_table, posts_table
from warehouse.labels import PendingPost


def found_in(done: Sequence[tuple[PendingPost, Annotation]], meta: Meta) -> Labelled:
    """Return the labels, mentions, doubts and vectors of posts that have been read; at least one."""
    notes = [note for _, note in done]
    doubts = doubts_of(notes, meta)
    return Labelled(
        posts=posts_table(
            [(post.post_key, post.revision) for post, _ in done],
            languages=[note.lang for note in notes],
            relevance_doubts=doubts.relevance,
            sentiment_doubts=doubts.sentiment,
            topic_doubts=doubts.topic,
        ),
        labels=labels_table(_labels(notes)),
        mentions=mentions_table(_mentions(notes)),
        vectors=np.concatenate([note.embedding for note in notes]).reshape(len(notes), -1),
    )


def _labels(notes: Sequence[Annotation]) -> Iterator[tuple[int, str, str, float]]:
    for place, note in enumerate(notes):
        chance = note.relevance_score
        if note.is_relevant:
            yield place, "relevance", "relevant", chance
        else:
            yield place, "relevance", "irrelevant", 1 - chance
        if note.sentiment is not None:
            yield place, "sentiment", note.sentiment, note.sentiment_scores[note.sentiment]
        for topic in note.topics:
            yield place, "topic", topic, note.topic_scores.get(topic, 0.0)


def _mentions(notes: Sequence[Annotation]) -> Iterator[tuple[int, int, int, str]]:
    for place, note in enumerate(notes):
        for mention in note.mentions:
            if mention.kind in OURS:
                yield place, mention.start, mention.end, mention.name
