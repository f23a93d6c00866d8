"""Builders of records and landing files for the tests."""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from warehouse.connection import open_warehouse
from warehouse.records import Post, Record, Visit, to_line

T0 = datetime(2023, 10, 2, 6, tzinfo=UTC)


def hours(count: float) -> datetime:
    """Return the time that many hours after T0."""
    return T0 + timedelta(hours=count)


def a_post(number: int = 1, **changes: Any) -> Post:
    """Return a post with plain values; its content key follows its text and quotes."""
    values: dict[str, Any] = {
        "source": "forum",
        "post_id": f"p{number}",
        "thread_id": f"t{number // 10}",
        "thread_title": "Brev om drift och underhåll",
        "author_key": f"author-{number}",
        "posted_at": T0 - timedelta(hours=1),
        "seen_at": T0,
        "url": f"https://forum.example/{number}",
        "text": f"Har ni också fått brevet? Nummer {number}.",
        **changes,
    }
    content = f"{values['text']}|{values.get('quoted', ())}"
    values.setdefault("content_key", hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest())
    return Post(**values)


def a_visit(source: str = "forum", at: datetime = T0, **changes: Any) -> Visit:
    values = {"page_count": 3, "post_count": 2, "read_count": 2, "is_complete": True, **changes}
    return Visit(source=source, started_at=at - timedelta(minutes=5), finished_at=at, **values)


def write_landing(path: Path, records: Iterable[Record | bytes]) -> Path:
    """Write a landing file; bytes are written as a line of their own, as they are."""
    lines = [record if isinstance(record, bytes) else to_line(record).encode() for record in records]
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        file.write(b"".join(line + b"\n" for line in lines))
    return path


@cache
def empty_warehouse() -> bytes:
    """Return the bytes of a migrated warehouse without rows; made once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        open_warehouse(Path(folder) / "empty.duckdb").close()
        return (Path(folder) / "empty.duckdb").read_bytes()


@contextmanager
def fresh(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty warehouse, migrated once for all tests."""
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        path = Path(inner) / "warehouse.duckdb"
        path.write_bytes(empty_warehouse())
        with open_warehouse(path) as con:
            con.execute("SET threads = 1")
            yield con
