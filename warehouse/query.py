"""Queries of users on the published snapshot: read only, nothing outside it within reach; and exports."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.attached import attach
from warehouse.connection import require_current
from warehouse.errors import OlderWarehouseError, QueryError, SealedError, WarehouseError

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run a cell that begins with one of these."""
BATCH_ROWS = 10_000
_SHUT_IN = (
    "USE published",
    "SET TimeZone = 'UTC'",
    "SET allow_community_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """The answer to a query."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    is_cut: bool
    """True when there were more rows than the limit."""


def run_sql(
    path: Path, sql: str, params: Sequence[Any] | Mapping[str, Any] | None = None, *, limit: int = 1000
) -> QueryResult:
    """Answer a query on a snapshot; parameters are bound, at most `limit` rows come back. Raises QueryError."""
    with _snapshot(path) as con:
        relation = _answer(con, sql, params)
        columns = tuple(column[0] for column in relation.description or ())
        found = relation.fetchmany(limit + 1) if columns else []
    return QueryResult(columns=columns, rows=tuple(found[:limit]), is_cut=len(found) > limit)


def export(
    path: Path,
    query: str,
    out: Path,
    *,
    format: str,
    params: Sequence[Any] | Mapping[str, Any] | None = None,
) -> int:
    """Write a query's answer to a file, `parquet` or `csv`, whole or not at all; return the number of rows.

    In CSV a cell that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers.
    Raises QueryError.
    """
    writers = {"parquet": _write_parquet, "csv": _write_csv}
    if format not in writers:
        raise QueryError(f"format {format!r} is none of {', '.join(writers)}")
    temporary = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        with _snapshot(path) as con:
            row_count = writers[format](_answer(con, query, params).to_arrow_reader(BATCH_ROWS), temporary)
        temporary.replace(out)
    except duckdb.Error as error:
        raise QueryError(_one_line(error)) from error
    except OSError as error:
        raise QueryError(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return row_count


def safe_cell(value: Any) -> Any:
    """Return a CSV cell that no spreadsheet runs: texts only, numbers are left as they are."""
    if isinstance(value, list | dict):
        value = str(value)
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


@contextmanager
def _snapshot(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    if not path.exists():
        raise QueryError(f"there is no snapshot at {path}: run the pipeline once, it publishes one")
    con = duckdb.connect(":memory:")  # one of its own: settings of a file's instance are shared within the process
    try:
        attach(con, path, "published", read_only=True)
        for setting in _SHUT_IN:
            con.execute(setting)
    except (duckdb.Error, SealedError) as error:
        con.close()
        raise QueryError(f"{path} cannot be opened: {_one_line(error)}") from error
    with con:
        yield con


def _answer(
    con: duckdb.DuckDBPyConnection, sql: str, params: Sequence[Any] | Mapping[str, Any] | None
) -> duckdb.DuckDBPyConnection:
    try:
        found: duckdb.DuckDBPyConnection | None = con.execute(sql, params) if params else con.execute(sql)
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise QueryError(_one_line(error) + _why_missing(con)) from error
    except (duckdb.Error, RuntimeError, UnicodeError) as error:
        raise QueryError(_one_line(error)) from error
    if found is None:
        raise QueryError("the query is empty")
    return found


def _why_missing(con: duckdb.DuckDBPyConnection) -> str:
    """Return what to add where something that the documentation names is not in the tables: they may be older."""
    try:
        require_current(con, where="the snapshot")
    except OlderWarehouseError as error:
        return f" ({error})"
    except (WarehouseError, duckdb.Error):  # not a warehouse of ours: what DuckDB said is all there is to say
        pass
    return ""


def _write_parquet(reader: pa.RecordBatchReader, out: Path) -> int:
    row_count = 0
    with pq.ParquetWriter(out, reader.schema, compression="zstd") as writer:
        for batch in reader:
            row_count += batch.num_rows
            writer.write_batch(batch)
    return row_count


def _write_csv(reader: pa.RecordBatchReader, out: Path) -> int:
    row_count = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")  # as RFC 4180 has it; then a lone \r in a cell is quoted too
        writer.writerow([safe_cell(name) for name in reader.schema.names])
        for batch in reader:
            row_count += batch.num_rows
            columns = [column.to_pylist() for column in batch.columns]
            writer.writerows([safe_cell(value) for value in row] for row in zip(*columns, strict=True))
    return row_count


def _one_line(error: Exception) -> str:
    return str(error).split("\n")[0]
