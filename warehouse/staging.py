"""From lines to Arrow: what the SQL of loading starts from, one row for each line, erased posts left out."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.columns import read_columns
from warehouse.keys import author_subject, clean, post_key, revision_key, stable_key, title_subject
from warehouse.landing import Block, LandingFile, Line, parse_line
from warehouse.marking import mark
from warehouse.records import Deletion, Health, Incident, Post, Quote, SetAside, Visit

WORKERS = 2
"""Blocks that are read at the same time; most of it is done without Python's lock."""
INT_LIMIT = 1 << 63
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
TITLE = 6
"""Place of the thread's title in what `_post` returns."""
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a line stands: its file, its number there, and its number in the whole batch."""

    nth: int
    landing_key: str
    line_number: int


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
            _add(rows, parse_line(at.line_number, raw), at, erased)
    if block.fault:
        at = Place(nth=nth + len(block.raws), landing_key=file.landing_key, line_number=block.fault.number)
        _add(rows, block.fault, at, erased)
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


def _add(rows: Rows, line: Line, place: Place, erased: frozenset[str]) -> None:
    at = (place.landing_key, place.line_number)
    try:
        match line.record:
            case Post() as post:
                _add_post(rows, line, post, place, erased)
            case Deletion() as gone:
                key = post_key(gone.source, gone.post_id)
                rows["staged_deletion"].append((place.nth, *at, key, _utc(gone.seen_at), clean(gone.source)))
            case Visit() as visit:
                rows["staged_visit"].append(_visit(visit))
                rows["staged_outcome"].append((*at, "visit", "visit", None, None))
            case Incident() as incident:
                rows["staged_incident"].append(_incident(incident))
                rows["staged_outcome"].append((*at, "incident", "incident", None, None))
            case Health() as health:
                _add_health(rows, health)
                rows["staged_outcome"].append((*at, "health", "health", None, None))
            case SetAside() as aside:
                rows["staged_quarantine"].append((*at, *_set_aside(aside), line.raw))
                rows["staged_outcome"].append((*at, "set_aside", "quarantined", clean(aside.reason), None))
            case None:
                _add_unreadable(rows, line, at, line.reason, line.detail)
    except (OverflowError, ValueError) as error:
        _add_unreadable(rows, line, at, "out_of_range", str(error))


def _add_post(rows: Rows, line: Line, post: Post, place: Place, erased: frozenset[str]) -> None:
    row = _post(post)
    key = row[0]
    if erased and (key in erased or author_subject(post.author_key) in erased):
        rows["staged_outcome"].append((place.landing_key, place.line_number, "post", "suppressed", None, key))
        return
    if erased and title_subject(post.source, post.thread_id) in erased:
        row = (*row[:TITLE], "", *row[TITLE + 1 :])
    record_key = hashlib.blake2b(line.raw, digest_size=8).hexdigest()
    rows["staged_post"].append((place.nth, place.landing_key, place.line_number, record_key, *row))
    for number, quote in enumerate(post.quoted, start=1):
        is_erased = bool(erased) and _is_erased(post.source, quote, erased)
        rows["staged_quote"].append((place.nth, number, *((None,) * 3 if is_erased else _quote(quote))))


def _add_health(rows: Rows, health: Health) -> None:
    times = (_utc(health.started_at), _utc(health.finished_at))
    texts = (clean(health.source), clean(health.engine))
    names = ("read_count", "new_count", "set_aside_count", "future_count", "backward_count", "heaped_count")
    counts = tuple(_whole(getattr(health, name)) for name in names)
    key = stable_key(*texts, *map(str, (*times, *counts)))
    fields = [(key, clean(f.field), _whole(f.present_count), _whole(f.of_count)) for f in health.fields]
    days = [(key, day.day, _whole(day.post_count)) for day in health.days]
    rows["staged_health"].append((key, *texts, *times, *counts))
    rows["staged_health_field"] += fields
    rows["staged_health_day"] += days


def _add_unreadable(rows: Rows, line: Line, at: tuple[str, int], reason: str, detail: str) -> None:
    rows["staged_quarantine"].append((*at, None, None, reason, clean(detail), None, None, line.raw))
    rows["staged_outcome"].append((*at, "unreadable", "quarantined", reason, None))


def _is_erased(source: str, quote: Quote, erased: frozenset[str]) -> bool:
    return (quote.post_id is not None and post_key(source, quote.post_id) in erased) or (
        quote.author_key is not None and author_subject(quote.author_key) in erased
    )


def _post(post: Post) -> tuple[Any, ...]:
    return (
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
        _maybe(post.reply_to),
        _whole(post.position),
        _whole(post.like_count),
        _whole(post.reply_count),
        _whole(post.view_count),
        _maybe(post.language),
        [clean(kind) for kind in post.redactions],
    )


def _quote(quote: Quote) -> tuple[str | None, ...]:
    return (clean(quote.text), _maybe(quote.post_id), _maybe(quote.author_key))


def _visit(visit: Visit) -> tuple[Any, ...]:
    counts = (_whole(visit.page_count), _whole(visit.post_count), _whole(visit.read_count))
    times = (_utc(visit.started_at), _utc(visit.finished_at))
    key = stable_key(visit.source, *(str(value) for value in (*times, visit.is_complete, *counts)))
    return (key, clean(visit.source), *times, visit.is_complete, *counts)


def _incident(incident: Incident) -> tuple[Any, ...]:
    seen_at = _utc(incident.seen_at)
    texts = tuple(clean(text) for text in (incident.source, incident.url, incident.cause, incident.detail))
    return (stable_key(*texts, str(seen_at)), *texts, seen_at)


def _set_aside(aside: SetAside) -> tuple[Any, ...]:
    texts = tuple(clean(text) for text in (aside.source, aside.url, aside.reason, aside.detail))
    return (*texts, _utc(aside.seen_at), _maybe(aside.post_id))


def _maybe(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _whole(value: int | None) -> int | None:
    if value is not None and not -INT_LIMIT <= value < INT_LIMIT:
        raise OverflowError("a count does not fit in 64 bits")
    return value
