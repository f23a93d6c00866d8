"""What models and people say of posts: what is left to read, what was found, what a person corrects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from warehouse.errors import LedgerError
from warehouse.labelled import Labelled, labels_table, mentions_table, posts_table, save_labelled
from warehouse.labelled import Vectors as Vectors
from warehouse.named import insert_new, rows, rows_of, run
from warehouse.rollups import touch
from warehouse.waiting import empty_list, keep_list, known_from

TASKS = {
    "relevance": ("relevant", "irrelevant"),
    "sentiment": ("negative", "neutral", "positive"),
    "topic": None,
    "stance": ("support", "deny", "query", "comment", "unrelated"),
    "match": ("about", "unrelated"),
}
"""What a person may judge, and the labels; a topic is any code of the design."""


class PendingPost(NamedTuple):
    """A post whose standing revision a model version has not read."""

    post_key: str
    revision: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """All that one pass of the model found in one revision of a post."""

    post_key: str
    revision: str
    language: str | None
    labels: tuple[Label, ...]
    mentions: tuple[MentionSpan, ...] = ()
    relevance_doubt: float | None = None
    """0 sure, 1 a toss-up, as for the other two: a person is asked first where they are high."""
    sentiment_doubt: float | None = None
    topic_doubt: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label of one task, with the model's probability, 0 to 1."""

    task: str
    label: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionSpan:
    """A span of a post's text that names the company, in characters."""

    span_start: int
    span_end: int
    name: str


def pending_posts(
    con: duckdb.DuckDBPyConnection,
    *,
    model_version: str,
    limit: int,
    seen_after: datetime | None = None,
    seen_before: datetime | None = None,
) -> list[PendingPost]:
    """Return posts that the model version has not read as they now stand, oldest seen first.

    `seen_after` (from then on) and `seen_before` bound when they were seen. What was set aside waits for nobody.
    """
    keep_list(con, "annotate", version=model_version)
    bounds = {"seen_after": seen_after, "seen_before": seen_before, "known_from": known_from(con, "annotate")}
    found = run(con, "pending_posts", model_version=model_version, row_limit=limit, **bounds)
    table = found.to_arrow_table()
    return list(map(PendingPost, *(table[name].to_pylist() for name in PendingPost._fields)))


def done_with_posts(con: duckdb.DuckDBPyConnection, *, model_version: str) -> None:
    """Empty the list of posts that the model version may have to read, unless one waits."""

    def does_wait() -> bool:
        bounds = {"seen_after": None, "seen_before": None, "known_from": known_from(con, "annotate")}
        return bool(run(con, "pending_posts", model_version=model_version, row_limit=1, **bounds).fetchall())

    empty_list(con, "annotate", version=model_version, does_wait=does_wait)


def save_labels(
    con: duckdb.DuckDBPyConnection,
    annotations: Sequence[Annotation],
    *,
    model: str,
    model_version: str,
    at: datetime,
    vectors: Vectors | None = None,
) -> int:
    """Save one pass over some posts, and its vectors (one row each) where given; return how many were new.

    A revision that the version has read before is left as it is: a label is never edited.
    """
    keys = [(found.post_key, found.revision) for found in annotations]
    labels = [(place, label) for place, found in enumerate(annotations) for label in found.labels]
    spans = [(place, span) for place, found in enumerate(annotations) for span in found.mentions]
    columns = Labelled(
        posts=posts_table(
            keys,
            languages=[found.language for found in annotations],
            relevance_doubts=[found.relevance_doubt for found in annotations],
            sentiment_doubts=[found.sentiment_doubt for found in annotations],
            topic_doubts=[found.topic_doubt for found in annotations],
        ),
        labels=labels_table((place, label.task, label.label, label.score) for place, label in labels),
        mentions=mentions_table((place, span.span_start, span.span_end, span.name) for place, span in spans),
        vectors=vectors,
    )
    return save_labelled(con, columns, model=model, model_version=model_version, at=at)


def split_vectors(table: pa.Table) -> tuple[list[dict[str, Any]], Vectors]:
    """Return the rows of a table without its `vector`, and the vectors as a matrix of one row each."""
    return rows_of(table.drop_columns(["vector"])), vectors_of(table)


def vectors_of(table: pa.Table) -> Vectors:
    """Return the column `vector` of a table as a matrix of one row each."""
    flat = table["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return np.asarray(flat, dtype=np.float32).reshape(len(table), -1 if len(table) else 0)


def judge(
    con: duckdb.DuckDBPyConnection,
    post_key: str,
    *,
    task: str,
    labels: Sequence[str],
    by: str,
    at: datetime,
    claim_id: str = "",
) -> None:
    """Record what a person says of a post; for topics all that it has. Raises LedgerError."""
    allowed = TASKS.get(task, ())
    if task not in TASKS or (allowed is not None and (len(labels) != 1 or labels[0] not in allowed)):
        raise LedgerError(f"judgement {task} = {', '.join(labels)}: give one of {', '.join(allowed or TASKS)}")
    if not by.strip() or not labels or (task in ("stance", "match")) != bool(claim_id):
        raise LedgerError(
            "a judgement needs a named person and a label; stance and match need their claim, others have none"
        )
    found = rows(con, "revision_of_post", post_key=post_key)
    if not found:
        raise LedgerError(f"no post has the key {post_key!r}")
    shared = {"post_key": post_key, "task": task, "claim_id": claim_id, "judged_by": by, "judged_at": at}
    touch(con, [post_key])
    insert_new(con, "judgement", [{**shared, "label": label, **found[0]} for label in labels])


def undo_judgement(
    con: duckdb.DuckDBPyConnection,
    post_key: str,
    *,
    by: str,
    at: datetime,
    task: str | None = None,
    claim_id: str | None = None,
) -> list[tuple[str, str, str, str]]:
    """Take back the latest judgement of a post, of a task and claim where given; what was held before holds again.

    Return what was taken back: task, claim id, label and person, one a label. Raises LedgerError.
    """
    if not by.strip():
        raise LedgerError("taking a judgement back needs the name of the person who does")
    found = rows(con, "latest_judgement", post_key=post_key, task=task, claim_id=claim_id, now=at)
    if not found:
        raise LedgerError(f"nobody has judged post {post_key!r}{f' on {task}' if task else ''}: nothing to take back")
    about = {name: found[0][name] for name in ("post_key", "task", "claim_id", "judged_by", "judged_at")}
    touch(con, [post_key])
    insert_new(con, "judgement_undo", [{**about, "undone_by": by, "undone_at": at}])
    return [(row["task"], row["claim_id"], row["label"], row["judged_by"]) for row in found]


def label_counts(con: duckdb.DuckDBPyConnection, *, model_version: str) -> list[dict[str, Any]]:
    """Return how many posts a model version gave each label: task, label, post_count, mean_score."""
    return rows(con, "label_counts", model_version=model_version)
