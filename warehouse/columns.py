"""Post lines as columns, thousands at a time: only what is beyond doubt; all else is left to the careful reader.

The careful reader (`records.from_line`, `staging`) decides what a line means. A line is read here only where both
must come to the same: of the form that crawls write, without escapes that have to be cleaned, every value of its type.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from warehouse.named import statement

LEAST_LINES = 64
"""Fewer lines are sooner read one by one."""
_HEAD = b'{"record": "post", "source": "'
_TIMES = ("posted_at", "seen_at", "edited_at")
_REQUIRED = (
    *("source", "post_id", "thread_id", "thread_title", "author_key", "posted_at", "seen_at", "url", "text"),
    *("content_key", "quoted", "redactions"),
)
_QUOTE = pa.struct([("text", pa.string()), ("post_id", pa.string()), ("author_key", pa.string())])
_COUNTS = ("position", "like_count", "reply_count", "view_count")
_LINE = pa.schema(
    [(name, pa.string()) for name in ("record", *_REQUIRED[:-2], "edited_at", "reply_to", "language")]
    + [(name, pa.int64()) for name in _COUNTS]
    + [("quoted", pa.list_(_QUOTE)), ("redactions", pa.list_(pa.string()))]
)
_READ = pj.ReadOptions(block_size=1 << 20)
_PARSE = pj.ParseOptions(explicit_schema=_LINE, unexpected_field_behavior="error")
_EMPTY = hashlib.blake2b(digest_size=8)
_TIME = pa.timestamp("us", tz="UTC")
_EARLIEST, _LATEST = (
    int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1_000_000
    for year, month, day in ((1, 1, 3), (9999, 12, 29))
)
"""Microseconds; beyond these an offset could lead out of the calendar."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Lines that were read: their places among those given, and their posts and quotes as `staging` lays them out."""

    places: list[int]
    posts: pa.Table
    quotes: pa.Table


def read_columns(
    con: duckdb.DuckDBPyConnection, raws: Sequence[bytes], *, erased: pa.Table, nth: int
) -> Columns | None:
    """Return the posts that can be read at once, numbered from `nth` on; None where no line can.

    Posts that are or quote what was erased are left to the careful reader. `con` must be free for use here.
    """
    if len(raws) < LEAST_LINES:
        return None
    places = _plain(raws)
    parts = _parsed([raws[n] for n in places], places)
    if not parts:
        return None
    places = [n for some, _ in parts for n in some]
    table = pa.concat_tables([table for _, table in parts]).combine_chunks()
    keys = pa.array([_record_key(raws[n]) for n in places])
    numbers = pa.array(np.asarray(places, dtype=np.int64) + nth)
    table = table.append_column("nth", numbers).append_column("record_key", keys)
    if len(erased):
        kept = _not_erased(con, table, erased)
        table, places = table.take(kept), [places[n] for n in kept.to_pylist()]
    if not places:
        return None
    return Columns(places, _keyed(con, table), _quotes(table))


def _plain(raws: Sequence[bytes]) -> list[int]:
    """Return the places of lines that begin and end as crawls write posts, without escapes."""
    content = b"\n".join(raws)
    # Most blocks hold such lines alone: to count their seams takes a tenth of looking at each line.
    if (
        content.startswith(_HEAD)
        and content.endswith(b"}")
        and b"\\u" not in content
        and content.count(b"}\n" + _HEAD) == len(raws) - 1
    ):
        return list(range(len(raws)))
    return [n for n, raw in enumerate(raws) if raw.startswith(_HEAD) and raw.endswith(b"}") and b"\\u" not in raw]


def _record_key(raw: bytes) -> str:
    """Return the line's hash, as `lines` does; a copy of the empty state is made sooner than a new one."""
    state = _EMPTY.copy()
    state.update(raw)
    return state.hexdigest()


def _parsed(raws: Sequence[bytes], places: list[int]) -> list[tuple[list[int], pa.Table]]:
    """Return the places and rows of the lines that can be read; halves are tried anew where one line spoils a whole."""
    if len(raws) < LEAST_LINES:
        return []
    found = _table(raws)
    if found is not None:
        return [(places, found)]
    if len(raws) == 1:
        return []
    half = len(raws) // 2
    return _parsed(raws[:half], places[:half]) + _parsed(raws[half:], places[half:])


def _table(raws: Sequence[bytes]) -> pa.Table | None:
    content = b"\n".join(raws)
    try:
        table = pj.read_json(pa.BufferReader(content), read_options=_READ, parse_options=_PARSE)
        for name in _TIMES:
            table = table.set_column(table.schema.get_field_index(name), name, pc.cast(table[name], _TIME))
        table.validate(full=True)  # that texts are UTF-8 among others
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return table if b"\x00" not in content and _is_sound(table, len(raws)) else None


def _is_sound(table: pa.Table, line_count: int) -> bool:
    """Return whether there is one post for each line, with all that a post must have."""
    quoted, redactions = (table[name].combine_chunks() for name in ("quoted", "redactions"))
    parts = quoted.flatten()
    whole = [*(table[name] for name in _REQUIRED), parts, parts.field("text"), redactions.flatten()]
    if table.num_rows != line_count or any(column.null_count for column in whole):
        return False
    spans = [pc.min_max(table[name].cast(pa.int64())).as_py() for name in _TIMES]
    return pc.all(pc.equal(table["record"], "post")).as_py() is True and all(
        span["min"] is None or (span["min"] > _EARLIEST and span["max"] < _LATEST) for span in spans
    )


def _keyed(con: duckdb.DuckDBPyConnection, table: pa.Table) -> pa.Table:
    named = table.select(["source", "post_id", "thread_id", "content_key"])
    keys = _asked(con, "plain_post", plain_post=named)
    for name in keys.column_names:
        table = table.append_column(name, keys[name])
    return table


def _not_erased(con: duckdb.DuckDBPyConnection, table: pa.Table, erased: pa.Table) -> pa.Array:
    quotes = _quotes(table)
    found = _asked(con, "plain_erased", plain_post=table, plain_quote=quotes, erased_subject=erased)
    return pc.indices_nonzero(pc.invert(pc.is_in(table["nth"], found["nth"].combine_chunks())))


def _asked(con: duckdb.DuckDBPyConnection, name: str, **tables: pa.Table) -> pa.Table:
    for alias, table in tables.items():
        con.register(alias, table)
    try:
        return con.execute(statement(name, "load")).to_arrow_table()
    finally:
        for alias in tables:
            con.unregister(alias)


def _quotes(table: pa.Table) -> pa.Table:
    """Return one row for each quote, numbered from 1 within its post."""
    listed = table["quoted"].combine_chunks()
    owner = pc.list_parent_indices(listed).to_numpy()
    starts = np.searchsorted(owner, owner)
    parts = listed.flatten()
    return pa.table(
        {
            "nth": table["nth"].combine_chunks().take(pa.array(owner)),
            "quote_number": pa.array(np.arange(len(owner)) - starts + 1, type=pa.int64()),
            "text": parts.field("text"),
            "quoted_post_id": parts.field("post_id"),
            "quoted_author_key": parts.field("author_key"),
        }
    )
