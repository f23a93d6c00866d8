"""Named SQL: every statement is a file under `sql/`, run with bound parameters; rows come back as records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

R = TypeVar("R")
Insert = Callable[[duckdb.DuckDBPyConnection, str, pa.Table], None]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def statement(name: str, folder: str = "queries") -> str:
    """Return the text of `sql/<folder>/<name>.sql`."""
    return (resources.files("warehouse") / "sql" / folder / f"{name}.sql").read_text(encoding="utf-8")


@cache
def statements(folder: str) -> tuple[tuple[str, str], ...]:
    """Return the names and texts of a folder's files, in the order of their names."""
    files = (resources.files("warehouse") / "sql" / folder).iterdir()
    names = sorted(file.name.removesuffix(".sql") for file in files if file.name.endswith(".sql"))
    return tuple((name, statement(name, folder)) for name in names)


def run(con: duckdb.DuckDBPyConnection, name: str, /, **values: Any) -> duckdb.DuckDBPyConnection:
    """Run the named query with its parameters."""
    return con.execute(statement(name), values) if values else con.execute(statement(name))


def rows(con: duckdb.DuckDBPyConnection, name: str, /, **values: Any) -> list[dict[str, Any]]:
    """Return the named query's rows by column, lists as tuples and times in UTC."""
    found = run(con, name, **values)
    columns = [column[0] for column in found.description]
    return [dict(zip(columns, map(plain, row), strict=True)) for row in found.fetchall()]


def records(con: duckdb.DuckDBPyConnection, name: str, record: type[R], /, **values: Any) -> list[R]:
    """Return the named query's rows as records, whose fields are its columns."""
    return [record(**row) for row in rows(con, name, **values)]


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """Return the rows of an Arrow table as `rows` does, many times faster where there are thousands."""
    return [dict(zip(table.column_names, row, strict=True)) for row in zip(*columns_of(table), strict=True)]


def columns_of(table: pa.Table) -> list[list[Any]]:
    """Return the columns of an Arrow table, their values as `rows` gives them."""
    return [_values(table[name]) for name in table.column_names]


def _values(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        micros = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_pylist()
        return [None if at is None else _EPOCH + timedelta(microseconds=at) for at in micros]
    values: list[Any] = column.to_pylist()
    return [plain(value) for value in values] if pa.types.is_nested(column.type) else values


def listed(values: Iterable[str]) -> str:
    """Return texts as one parameter, which the statement unpacks with `from_json`.

    DuckDB looks for modules that are not there for every element of a list: thousands of keys took many seconds.
    """
    return json.dumps(list(values))


def insert_new(con: duckdb.DuckDBPyConnection, table: str, found: Iterable[Mapping[str, Any]]) -> None:
    """Insert the rows whose key the table does not have; the others stay as they are."""
    _insert(con, "insert_new", table, list(found))


def insert_columns(con: duckdb.DuckDBPyConnection, table: str, data: pa.Table) -> None:
    """Insert Arrow rows whose key the table does not have, columns by name; the others stay as they are."""
    _insert_arrow(con, "insert_new", table, data)


def insert_plain(con: duckdb.DuckDBPyConnection, table: str, data: pa.Table) -> None:
    """Insert Arrow rows that must be new, columns by name, in a third of the time. Raises ConstraintException."""
    _insert_arrow(con, "insert_plain", table, data)


def as_new(save: Callable[[Insert], R]) -> R:
    """Do a transaction that inserts rows of which hardly any is known: as new ones or, where one is known, past those.

    To look for what is there DuckDB reads the whole key of the table, however few the rows; to insert does not.
    """
    try:
        return save(insert_plain)
    except duckdb.ConstraintException:
        return save(insert_columns)


def _insert_arrow(con: duckdb.DuckDBPyConnection, name: str, table: str, data: pa.Table) -> None:
    con.register("incoming", data)
    try:
        con.execute(statement(name).replace("TARGET", table))
    finally:
        con.unregister("incoming")


def upsert(con: duckdb.DuckDBPyConnection, table: str, found: Iterable[Mapping[str, Any]]) -> None:
    """Insert the rows; a row whose key the table has takes its place."""
    _insert(con, "insert_or_replace", table, list(found))


def insert_arrow(con: duckdb.DuckDBPyConnection, table: str, data: pa.Table) -> pa.Table:
    """Insert Arrow rows whose key the table does not have, columns by name; return the keys of posts that it took."""
    con.register("incoming", data)
    try:
        return con.execute(statement("insert_arrow").replace("TARGET", table)).to_arrow_table()
    finally:
        con.unregister("incoming")


def _insert(con: duckdb.DuckDBPyConnection, name: str, table: str, found: Sequence[Mapping[str, Any]]) -> None:
    if not found:
        return
    con.register("incoming", pa.Table.from_pylist(list(found), schema=_schema(con, table)))
    try:
        con.execute(statement(name).replace("TARGET", table))
    finally:
        con.unregister("incoming")


_SCHEMAS: dict[str, pa.Schema] = {}


def _schema(con: duckdb.DuckDBPyConnection, table: str) -> pa.Schema:
    """Return the table's columns for Arrow; the same in every warehouse, since every writer migrates first."""
    if table not in _SCHEMAS:
        _SCHEMAS[table] = con.table(table).limit(0).to_arrow_table().schema
    return _SCHEMAS[table]


def moment(at: datetime) -> pa.Scalar:
    """Return a time as tables hold it."""
    return pa.scalar(at.astimezone(UTC), pa.timestamp("us", tz="UTC"))


def plain(value: Any) -> Any:
    """Return a value of a row as records hold it: times in UTC, lists as tuples."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return tuple(value) if isinstance(value, list) else value
