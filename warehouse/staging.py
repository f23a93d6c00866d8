"""From lines to Arrow: what the SQL of loading starts from, one row for each line, erased posts left out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.columns import read_columns
from warehouse.landing import Block, LandingFile, parse_line
from warehouse.lines import Place, Rows, add_line
from warehouse.marking import mark

WORKERS = 2
"""Blocks that are read at the same time; most of it is done without Python's lock."""
_TYPES = {
    "": pa.string(),
    "int": pa.int64(),
    "time": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
    "bool": pa.bool_(),
    "bytes": pa.binary(),
    "texts": pa.list_(pa.string()),
}


def _schema(*columns: str) -> pa.Schema:
    """Return the schema of `name:type` columns, a text without type, in the order of the rows' tuples."""
    parts = [column.partition(":") for line in columns for column in line.split()]
    return pa.schema([(name, _TYPES[kind]) for name, _, kind in parts])


SCHEMAS: dict[str, pa.Schema] = {
    "staged_file": _schema("landing_key name byte_count:int line_count:int is_truncated:bool run_id"),
    "staged_post": _schema(
        "nth:int landing_key line_number:int record_key post_key revision thread_key source post_id thread_id",
        "thread_title author_key url text content_key posted_at:time seen_at:time edited_at:time reply_to",
        "position:int like_count:int reply_count:int view_count:int language redactions:texts",
    ),
    "staged_quote": _schema("nth:int quote_number:int text quoted_post_id quoted_author_key"),
    "staged_deletion": _schema("nth:int landing_key line_number:int post_key seen_at:time source"),
    "staged_visit": _schema(
        "visit_key source started_at:time finished_at:time is_complete:bool page_count:int post_count:int",
        "read_count:int",
    ),
    "staged_incident": _schema("incident_key source url cause detail seen_at:time"),
    "staged_health": _schema(
        "health_key source engine started_at:time finished_at:time read_count:int new_count:int set_aside_count:int",
        "future_count:int backward_count:int heaped_count:int",
    ),
    "staged_health_field": _schema("health_key field present_count:int of_count:int"),
    "staged_health_day": _schema("health_key day:day post_count:int"),
    "staged_quarantine": _schema(
        "landing_key line_number:int source url reason detail seen_at:time post_id raw_line:bytes",
    ),
    "staged_outcome": _schema("landing_key line_number:int record outcome reason post_key"),
}
"""What each kind of line is laid out as; `sql/load/*.sql` reads it under these names."""


def stage(
    con: duckdb.DuckDBPyConnection,
    files: Iterable[tuple[LandingFile, Iterable[Block]]],
    *,
    run_id: str,
    erased: frozenset[str] = frozenset(),
) -> dict[str, pa.Table]:
    """Return the lines of files as Arrow tables, one for each kind, empty ones left out.

    A value that no table can hold is set aside. What is in `erased` (keys of posts, subjects of authors) is noted
    as suppressed and not stored, nor are quotes of it.
    """
    parts: dict[str, list[pa.Table]] = {name: [] for name in SCHEMAS}
    for file, line_count, is_truncated, found in _read(con, files, erased):
        for name, tables in found.items():
            parts[name] += tables
        about = (file.landing_key, file.name, file.byte_count, line_count, is_truncated, run_id)
        parts["staged_file"].append(_table("staged_file", [about]))
    staged = {name: pa.concat_tables(tables) for name, tables in parts.items() if tables}
    if "staged_post" in staged:
        staged["staged_post"] = mark(_in_order(staged["staged_post"]))
    if "staged_deletion" in staged:
        staged["staged_line"] = _order_of(staged)
    return staged


Parts = dict[str, list[pa.Table]]


def _read(
    con: duckdb.DuckDBPyConnection, files: Iterable[tuple[LandingFile, Iterable[Block]]], erased: frozenset[str]
) -> Iterator[tuple[LandingFile, int, bool, Parts]]:
    """Yield each file with how many lines it has, whether it is torn, and its rows. Blocks are read side by side."""
    subjects = pa.table({"subject_key": pa.array(sorted(erased), type=pa.string())})
    nth = 1
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        for file, blocks in files:
            waiting: deque[Future[Parts]] = deque()
            found: Parts = {name: [] for name in SCHEMAS}
            line_count, is_truncated = 0, False
            for block in blocks:
                waiting.append(pool.submit(_staged, con, file, block, nth, erased, subjects))
                count = len(block.raws) + (block.fault is not None)
                nth, line_count, is_truncated = nth + count, line_count + count, block.fault is not None
                if len(waiting) > WORKERS:
                    _extend(found, waiting.popleft().result())
            for done in waiting:
                _extend(found, done.result())
            yield file, line_count, is_truncated, found


def _extend(found: Parts, more: Parts) -> None:
    for name, tables in more.items():
        found[name] += tables


def _staged(
    con: duckdb.DuckDBPyConnection,
    file: LandingFile,
    block: Block,
    nth: int,
    erased: frozenset[str],
    subjects: pa.Table,
) -> Parts:
    """Return the rows of a block: at once where that can be, the lines that are left one by one."""
    with con.cursor() as own:
        columns = read_columns(own, block.raws, erased=subjects, nth=nth)
    rows: Rows = {name: [] for name in SCHEMAS}
    done = frozenset(columns.places) if columns else frozenset()
    for place, raw in enumerate(block.raws):
        if place not in done:
            at = Place(nth=nth + place, landing_key=file.landing_key, line_number=block.number + place)
            add_line(rows, parse_line(at.line_number, raw), at, erased)
    if block.fault:
        at = Place(nth=nth + len(block.raws), landing_key=file.landing_key, line_number=block.fault.number)
        add_line(rows, block.fault, at, erased)
    parts = {name: [_table(name, found)] for name, found in rows.items() if found}
    if columns:
        parts.setdefault("staged_post", []).append(_placed(columns.posts, file, block.number - nth))
        if columns.quotes.num_rows:
            parts.setdefault("staged_quote", []).append(columns.quotes.cast(SCHEMAS["staged_quote"]))
    return parts


def _placed(posts: pa.Table, file: LandingFile, offset: int) -> pa.Table:
    """Return posts with their file and their numbers there, laid out as `staged_post`."""
    posts = posts.append_column("landing_key", pa.repeat(file.landing_key, posts.num_rows))
    posts = posts.append_column("line_number", pc.add(posts["nth"], offset))
    return posts.select(SCHEMAS["staged_post"].names).cast(SCHEMAS["staged_post"])


def _in_order(posts: pa.Table) -> pa.Table:
    numbers = posts["nth"].to_numpy()
    return posts if (numbers[1:] > numbers[:-1]).all() else posts.sort_by("nth")


def _order_of(staged: dict[str, pa.Table]) -> pa.Table:
    """Return when each post was seen or found gone, in the order of the lines."""
    tables = []
    for name, is_deletion in (("staged_post", False), ("staged_deletion", True)):
        if name in staged:
            kept = staged[name].select(["nth", "post_key", "seen_at"])
            tables.append(kept.append_column("is_deletion", pa.repeat(is_deletion, kept.num_rows)))
    return pa.concat_tables(tables)


def _table(name: str, rows: list[tuple[Any, ...]]) -> pa.Table:
    schema = SCHEMAS[name]
    columns = zip(*rows, strict=True)
    arrays = [pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
