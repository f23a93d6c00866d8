"""Opening the warehouse: one writer, forward-only migrations, errors that say who and what next."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

import duckdb

from warehouse.access import access_to, lake_of
from warehouse.attached import BLOCK_SIZE, Attached, attach, is_sealed, require_as_said
from warehouse.errors import (
    ChangedMigrationError,
    DamagedError,
    LockedError,
    NewerWarehouseError,
    OlderWarehouseError,
    WarehouseError,
)
from warehouse.lake import alone, open_lake
from warehouse.named import rows, run, statements

LOG_BYTES = 1 << 30
"""What the log may grow to before it is folded in; publishing does that once for a whole pass. DuckDB's own 16 MB
folds it in after every load, which takes as long as the load."""
LOOKED_UP = 2048
"""Of so few posts each row is found by its key, where a table's key is the post's; of more the table is read."""
_HOLDER = re.compile(r"held in (?P<program>\S+) \(PID (?P<pid>\d+)\)")


def open_warehouse(path: Path, *, read_only: bool = False, as_found: bool = False) -> duckdb.DuckDBPyConnection:
    """Open the warehouse, in UTC; the writer also brings its tables and views up to date.

    It is written as is said of its folder, sealed or plain, unless it is to be taken `as_found`.
    Raises LockedError, NewerWarehouseError, ChangedMigrationError, DamagedError, SealedError or LakeError.
    """
    con = _connect(path, read_only=read_only, as_found=as_found)
    try:
        con.execute("SET TimeZone = 'UTC'")
        if not read_only:
            migrate(con, where=str(path))
        else:
            _check(con, where=str(path))
    except BaseException:
        con.close()
        raise
    return con


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Make what happens inside one transaction: all of it or nothing."""
    con.begin()
    try:
        yield
        con.commit()
    except BaseException:
        with suppress(duckdb.TransactionException):  # a commit that failed has rolled back by itself
            con.rollback()
        raise


@contextmanager
def one_thread(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let DuckDB work on one thread meanwhile, where there is one task at a time.

    While another thread does that task, DuckDB's client asks for the next without pause, taking Python's lock each
    time: it costs a core for nothing, and holds up who reads ahead. Connections side by side each have their own: who
    opens another one does so inside of this, since the setting is one for all.
    """
    usual = int(rows(con, "thread_count")[0]["thread_count"])
    if usual == 1:
        yield
        return
    con.execute("SET threads = 1")
    try:
        yield
    finally:
        with suppress(duckdb.Error):  # a connection that is broken has said so already
            con.execute(f"SET threads = {usual}")


@contextmanager
def storing(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Make a transaction for rows that come from Python: a few thousand, which are one task."""
    with one_thread(con), transaction(con):
        yield


def migrate(con: duckdb.DuckDBPyConnection, *, where: str = "the warehouse") -> None:
    """Apply the migrations that are missing, each in one transaction with its record, then renew the views."""
    with alone(con):
        if not _is_known(con):
            with transaction(con):
                run(con, "create_bookkeeping")
        applied = _check(con, where=where)
        for name, text in statements("migrations"):
            if _number(name) not in applied:
                with transaction(con):
                    con.execute(text)
                    run(con, "record_migration", number=_number(name), name=name, hash=_hash(text))
        _renew_views(con)


def require_current(con: duckdb.DuckDBPyConnection, *, where: str) -> None:
    """Raise OlderWarehouseError where tables that are only read lack a migration; else what opening raises."""
    applied = _check(con, where=where)
    if missing := sorted({_number(name) for name, _ in statements("migrations")} - applied):
        raise OlderWarehouseError(
            f"{where} is of an older version of the program (without migration {missing[0]}): the next pass publishes "
            "it anew, ryktesvakt run"
        )


def _check(con: duckdb.DuckDBPyConnection, *, where: str) -> set[int]:
    if not _is_known(con):
        raise DamagedError(f"{where} is not a warehouse of this program: it has no record of migrations")
    known = {_number(name): _hash(text) for name, text in statements("migrations")}
    applied = {row["number"]: row for row in rows(con, "list_migrations")}
    if newer := sorted(set(applied) - set(known)):
        raise NewerWarehouseError(
            f"{where} was written by a newer version of the program (migration {newer[-1]}, this one knows "
            f"{max(known)}): install that version, or start with another file"
        )
    for number, row in applied.items():
        if row["hash"] != known[number]:
            raise ChangedMigrationError(
                f"migration {row['name']} is not what was applied to {where}: put the file back as it was and "
                "make the change a migration of its own"
            )
    return set(applied)


def _renew_views(con: duckdb.DuckDBPyConnection) -> None:
    texts = [text for folder in ("macros", "views") for _, text in statements(folder)]
    wanted = _hash("\n".join(texts))
    if [row["hash"] for row in rows(con, "read_view_set")] == [wanted]:
        return
    with transaction(con):
        for text in texts:
            con.execute(text)
        run(con, "clear_view_set")
        run(con, "record_view_set", hash=wanted)


def _connect(path: Path, *, read_only: bool, as_found: bool) -> duckdb.DuckDBPyConnection:
    if lake := lake_of(path):
        return open_lake(lake, is_sealed=access_to(path).is_sealed)
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not as_found:
            require_as_said(path)
    try:
        if is_sealed(path):
            return _connect_sealed(path, read_only=read_only)
        config: dict[str, str | bool | int | float | list[str]] = {
            "default_block_size": str(BLOCK_SIZE),
            "checkpoint_threshold": f"{LOG_BYTES}b",
            "dynamic_or_filter_threshold": str(LOOKED_UP),
        }
        return duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.Error as error:
        raise _explained(path, error) from error


def _connect_sealed(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "checkpoint_threshold": f"{LOG_BYTES}b",
        "dynamic_or_filter_threshold": str(LOOKED_UP),
        "temp_directory": f"{path}.tmp",
    }
    con = duckdb.connect(":memory:", config=config)
    try:
        attach(con, path, "warehouse", read_only=read_only)
        return cast(duckdb.DuckDBPyConnection, Attached(con, "warehouse"))
    except BaseException:
        con.close()
        raise


def _explained(path: Path, error: duckdb.Error) -> WarehouseError:
    message = str(error).splitlines()[0]
    if "Could not set lock" in message:
        holder = _HOLDER.search(message)
        by = f"process {holder['pid']} ({holder['program']})" if holder else "another process"
        return LockedError(
            f"{path} is held by {by}: wait for it or end it; to read meanwhile, use the published snapshot"
        )
    if "different configuration" in message:
        return LockedError(f"{path} is already open in this process in another mode: close that first")
    return DamagedError(f"{path} cannot be opened: {message}")


def _is_known(con: duckdb.DuckDBPyConnection) -> bool:
    return bool(rows(con, "has_bookkeeping")[0]["is_known"])


def _number(name: str) -> int:
    return int(name.split("_")[0])


def _hash(text: str) -> str:
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()
