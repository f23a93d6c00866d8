"""What a pass of the model found in posts, as columns, and saving it: once, never edited, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.connection import storing
from warehouse.named import Insert, as_new, insert_arrow, insert_columns, moment
from warehouse.rollups import touch
from warehouse.waiting import list_posts

Vectors = npt.NDArray[np.float32]
_LABEL = pa.schema([("place", pa.int64()), ("task", pa.string()), ("label", pa.string()), ("score", pa.float64())])
_MENTION = pa.schema(
    [("place", pa.int64()), ("span_start", pa.int64()), ("span_end", pa.int64()), ("name", pa.string())]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What one pass of the model found in some revisions of posts."""

    posts: pa.Table
    """One row each, of `posts_table`."""
    labels: pa.Table
    """Of `labels_table`: `place` is the row of `posts`."""
    mentions: pa.Table
    """Of `mentions_table`, likewise."""
    vectors: Vectors | None = None
    """One row each, where they are kept."""


def posts_table(
    keys: Sequence[tuple[str, str]],
    *,
    languages: Sequence[str | None],
    relevance_doubts: Sequence[float | None],
    sentiment_doubts: Sequence[float | None],
    topic_doubts: Sequence[float | None],
) -> pa.Table:
    """Return what was found in revisions of posts (post key, revision) as a whole; doubts are 0 sure, 1 a toss-up."""
    columns = {
        "post_key": pa.array([key for key, _ in keys], pa.string()),
        "revision": pa.array([revision for _, revision in keys], pa.string()),
        "language": pa.array(languages, pa.string()),
        "relevance_doubt": pa.array(relevance_doubts, pa.float64()),
        "sentiment_doubt": pa.array(sentiment_doubts, pa.float64()),
        "topic_doubt": pa.array(topic_doubts, pa.float64()),
    }
    return pa.table(columns)


def labels_table(found: Iterable[tuple[int, str, str, float]]) -> pa.Table:
    """Return labels: the post's place, the task, the label, and the model's probability, 0 to 1."""
    return _table(_LABEL, found)


def mentions_table(found: Iterable[tuple[int, int, int, str]]) -> pa.Table:
    """Return spans that name the company: the post's place, where they start and end in characters, the name."""
    return _table(_MENTION, found)


def save_labelled(
    con: duckdb.DuckDBPyConnection, found: Labelled, *, model: str, model_version: str, at: datetime
) -> int:
    """Save one pass over some posts; return how many were new.

    A revision that the version has read before is left as it is: a label is never edited.
    """
    if not found.posts.num_rows:
        return 0
    return as_new(lambda insert: _save(con, found, insert, model=model, version=model_version, at=at))


def save_embeddings(
    con: duckdb.DuckDBPyConnection,
    keys: Sequence[tuple[str, str]],
    vectors: Vectors,
    *,
    model_version: str,
    at: datetime,
    insert: Insert = insert_columns,
) -> None:
    """Save a vector (a row of `vectors`) for each post key and revision; those that are there stay.

    The posts then wait to be matched: needs an open transaction.
    """
    if not keys:
        return
    flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).reshape(-1))
    offsets = pa.array(np.arange(len(keys) + 1, dtype=np.int32) * vectors.shape[1])
    data = {
        "post_key": pa.array([key for key, _ in keys]),
        "revision": pa.array([revision for _, revision in keys]),
        "model_version": pa.repeat(model_version, len(keys)),
        "vector": pa.ListArray.from_arrays(offsets, flat),
        "annotated_at": pa.repeat(moment(at), len(keys)),
    }
    insert(con, "embedding", pa.table(data))
    list_posts(con, "match", (key for key, _ in keys))


def _save(
    con: duckdb.DuckDBPyConnection, found: Labelled, insert: Insert, *, model: str, version: str, at: datetime
) -> int:
    when, count = moment(at), int(found.posts.num_rows)
    with storing(con):
        read = {"model_version": pa.repeat(version, count), "annotated_at": pa.repeat(when, count)}
        annotations, new = _with(found.posts, read), found
        if insert is insert_columns:
            new = _only(found, insert_arrow(con, "annotation", annotations))
        else:
            insert(con, "annotation", annotations)
        count = int(new.posts.num_rows)
        if not count:
            return 0
        by = {"model": model, "version": version, "labelled_at": when}
        insert(con, "post_label", _of_posts(new, new.labels, by))
        insert(con, "mention", _of_posts(new, new.mentions, {"version": version}))
        keys = _keys(new.posts)
        if new.vectors is not None:
            save_embeddings(con, keys, new.vectors, model_version=version, at=at, insert=insert)
        touch(con, (key for key, _ in keys))
    return count


def _only(found: Labelled, fresh: pa.Table) -> Labelled:
    """Return what was found in those posts alone, of a post that was given more than once what was found first."""
    if fresh.num_rows == found.posts.num_rows:
        return found
    first = {key: place for place, key in reversed(list(enumerate(_keys(found.posts))))}
    kept = np.zeros(found.posts.num_rows, dtype=np.bool_)
    kept[[first[key] for key in _keys(fresh)]] = True
    places = pa.array(np.where(kept, kept.cumsum() - 1, -1))

    def of_kept(table: pa.Table) -> pa.Table:
        table = table.set_column(0, "place", places.take(table["place"].combine_chunks()))
        return table.filter(pc.greater_equal(table["place"], 0))

    return Labelled(
        posts=found.posts.filter(pa.array(kept)),
        labels=of_kept(found.labels),
        mentions=of_kept(found.mentions),
        vectors=None if found.vectors is None else found.vectors[kept],
    )


def _keys(table: pa.Table) -> list[tuple[str, str]]:
    return list(zip(*(table[name].to_pylist() for name in ("post_key", "revision")), strict=True))


def _of_posts(found: Labelled, rows: pa.Table, shared: dict[str, Any]) -> pa.Table:
    """Return rows under the keys of their posts, with what all of them have."""
    keys = found.posts.select(["post_key", "revision"]).take(rows["place"])
    own = {name: rows[name] for name in rows.column_names if name != "place"}
    return _with(keys, own | {name: pa.repeat(value, rows.num_rows) for name, value in shared.items()})


def _with(table: pa.Table, more: dict[str, Any]) -> pa.Table:
    return pa.table({name: table[name] for name in table.column_names} | more)


def _table(schema: pa.Schema, found: Iterable[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*found, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)], schema)
