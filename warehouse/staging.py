"""From records to Arrow: what the SQL of loading starts from, one row for each line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from warehouse.keys import clean, post_key, revision_key, stable_key
from warehouse.landing import Line
from warehouse.records import Deletion, Incident, Post, SetAside, Visit

INT_LIMIT = 1 << 63
_TYPES = {
    "": pa.string(),
    "int": pa.int64(),
    "time": pa.timestamp("us", tz="UTC"),
    "bool": pa.bool_(),
    "bytes": pa.binary(),
    "texts": pa.list_(pa.string()),
}


def _schema(*columns: str) -> pa.Schema:
    """Return the schema of `name:type` columns, a text without type, in the order of the rows' tuples."""
    parts = [column.partition(":") for line in columns for column in line.split()]
    return pa.schema([(name, _TYPES[kind]) for name, _, kind in parts])


SCHEMAS: dict[str, pa.Schema] = {
    "staged_post": _schema(
        "line_number:int post_key revision thread_key source post_id thread_id thread_title author_key url text",
        "content_key posted_at:time seen_at:time edited_at:time reply_to position:int like_count:int",
        "reply_count:int view_count:int language redactions:texts",
    ),
    "staged_quote": _schema("line_number:int quote_number:int source text quoted_post_id quoted_author_key"),
    "staged_deletion": _schema("line_number:int post_key seen_at:time source"),
    "staged_visit": _schema(
        "line_number:int visit_key source started_at:time finished_at:time is_complete:bool page_count:int",
        "post_count:int read_count:int",
    ),
    "staged_incident": _schema("line_number:int incident_key source url cause detail seen_at:time"),
    "staged_quarantine": _schema(
        "line_number:int record source url reason detail seen_at:time post_id raw_line:bytes",
    ),
}
"""What each kind of line is laid out as; `sql/queries/stage.sql` makes the same tables."""


def stage(lines: Iterable[Line]) -> dict[str, pa.Table]:
    """Return the lines as Arrow tables, one for each kind; a value that no table can hold is set aside."""
    found: dict[str, list[tuple[Any, ...]]] = {name: [] for name in SCHEMAS}
    for line in lines:
        try:
            _add(found, line)
        except (OverflowError, ValueError) as error:
            found["staged_quarantine"].append(_unreadable(line, "out_of_range", str(error)))
    return {name: _table(rows, SCHEMAS[name]) for name, rows in found.items()}


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    arrays = [pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _add(found: dict[str, list[tuple[Any, ...]]], line: Line) -> None:
    match line.record:
        case Post() as post:
            row, quotes = _post(line.number, post), _quotes(line.number, post)
            found["staged_post"].append(row)
            found["staged_quote"] += quotes
        case Deletion() as gone:
            key = post_key(gone.source, gone.post_id)
            found["staged_deletion"].append((line.number, key, _utc(gone.seen_at), clean(gone.source)))
        case Visit() as visit:
            found["staged_visit"].append(_visit(line.number, visit))
        case Incident() as incident:
            found["staged_incident"].append(_incident(line.number, incident))
        case SetAside() as aside:
            found["staged_quarantine"].append(_set_aside(line, aside))
        case None:
            found["staged_quarantine"].append(_unreadable(line, line.reason, line.detail))


def _post(number: int, post: Post) -> tuple[Any, ...]:
    return (
        number,
        post_key(post.source, post.post_id),
        revision_key(post.content_key),
        stable_key(post.source, post.thread_id),
        clean(post.source),
        clean(post.post_id),
        clean(post.thread_id),
        clean(post.thread_title),
        clean(post.author_key),
        clean(post.url),
        clean(post.text),
        clean(post.content_key),
        _utc(post.posted_at),
        _utc(post.seen_at),
        _utc(post.edited_at) if post.edited_at else None,
        clean(post.reply_to) if post.reply_to is not None else None,
        _whole(post.position),
        _whole(post.like_count),
        _whole(post.reply_count),
        _whole(post.view_count),
        clean(post.language) if post.language is not None else None,
        [clean(kind) for kind in post.redactions],
    )


def _quotes(number: int, post: Post) -> list[tuple[Any, ...]]:
    return [
        (
            number,
            order,
            clean(post.source),
            clean(quote.text),
            clean(quote.post_id) if quote.post_id is not None else None,
            clean(quote.author_key) if quote.author_key is not None else None,
        )
        for order, quote in enumerate(post.quoted, start=1)
    ]


def _visit(number: int, visit: Visit) -> tuple[Any, ...]:
    counts = (_whole(visit.page_count), _whole(visit.post_count), _whole(visit.read_count))
    times = (_utc(visit.started_at), _utc(visit.finished_at))
    key = stable_key(visit.source, *(str(value) for value in (*times, visit.is_complete, *counts)))
    return (number, key, clean(visit.source), *times, visit.is_complete, *counts)


def _incident(number: int, incident: Incident) -> tuple[Any, ...]:
    seen_at = _utc(incident.seen_at)
    texts = tuple(clean(text) for text in (incident.source, incident.url, incident.cause, incident.detail))
    return (number, stable_key(*texts, str(seen_at)), *texts, seen_at)


def _set_aside(line: Line, aside: SetAside) -> tuple[Any, ...]:
    texts = tuple(clean(text) for text in (aside.source, aside.url, aside.reason, aside.detail))
    post_id = clean(aside.post_id) if aside.post_id is not None else None
    return (line.number, "set_aside", *texts, _utc(aside.seen_at), post_id, line.raw)


def _unreadable(line: Line, reason: str, detail: str) -> tuple[Any, ...]:
    return (line.number, "unreadable", None, None, reason, clean(detail), None, None, line.raw)


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _whole(value: int | None) -> int | None:
    if value is not None and not -INT_LIMIT <= value < INT_LIMIT:
        raise OverflowError("a count does not fit in 64 bits")
    return value
