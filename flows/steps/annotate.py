"""Step 3: one pass of the language stage over posts that are new or changed."""

from __future__ import annotations

import hashlib

import numpy as np

from flows.desk import Desk
from flows.sources import company_of
from nlp.annotation import Annotation
from nlp.company import Company
from nlp.doubt import doubts_of
from nlp.mentions import OURS
from nlp.meta import Meta
from nlp.pipeline import annotate as judge
from warehouse import labels
from warehouse.labels import Label, MentionSpan, PendingPost

BATCH = 512


def annotate(desk: Desk) -> int:
    """Annotate what waits, batch by batch, and return how many posts were read.

    Only whole threads that name the company are loaded, so that "de" and "dom" mean it.
    """
    version, count = labels_version(desk), 0
    while waiting := labels.pending_posts(desk.con, model_version=version, limit=BATCH):
        found = judge([post.text for post in waiting], language_stage=desk.stage, in_thread=True)
        count += labels.save_labels(
            desk.con,
            [_row(post, note, desk.stage.encoder.meta) for post, note in zip(waiting, found, strict=True)],
            model=desk.stage.encoder.meta.name,
            model_version=version,
            at=desk.now,
            vectors=np.stack([note.embedding for note in found]),
        )
    return count


def labels_version(desk: Desk) -> str:
    """Return what the labels depend on: the model, and how the company is named."""
    return f"{desk.stage.encoder.meta.version}+{_names_hash(company_of(desk.config))}"


def _names_hash(company: Company) -> str:
    return hashlib.sha256(repr(company).encode()).hexdigest()[:8]


def _row(post: PendingPost, note: Annotation, meta: Meta) -> labels.Annotation:
    chance = note.relevance_score
    relevance = Label(
        task="relevance",
        label="relevant" if note.is_relevant else "irrelevant",
        score=chance if note.is_relevant else 1 - chance,
    )
    found = [relevance]
    if note.sentiment is not None:
        found.append(Label(task="sentiment", label=note.sentiment, score=note.sentiment_scores[note.sentiment]))
    found += [Label(task="topic", label=topic, score=note.topic_scores.get(topic, 0.0)) for topic in note.topics]
    doubts = doubts_of(note, meta)
    return labels.Annotation(
        relevance_doubt=doubts.relevance,
        sentiment_doubt=doubts.sentiment,
        topic_doubt=doubts.topic,
        post_key=post.post_key,
        revision=post.revision,
        language=note.lang,
        labels=tuple(found),
        mentions=tuple(
            MentionSpan(span_start=m.start, span_end=m.end, name=m.name) for m in note.mentions if m.kind in OURS
        ),
    )
