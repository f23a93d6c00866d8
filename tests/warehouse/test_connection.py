"""Opening: migrations forward only and recorded, locks and strangers said in one line."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from warehouse import connection
from warehouse.connection import open_warehouse, storing, transaction
from warehouse.errors import ChangedMigrationError, DamagedError, LockedError, NewerWarehouseError
from warehouse.named import statements

HOLD = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_every_migration_is_recorded_once_and_times_are_utc(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    open_warehouse(path).close()
    with open_warehouse(path) as con:
        names = [name for (name,) in con.execute("SELECT name FROM migration ORDER BY number").fetchall()]
        assert names == [name for name, _ in statements("migrations")]
        assert con.execute("SELECT TIMESTAMPTZ '2023-10-02 08:00:00+02:00'").fetchone() == (
            datetime(2023, 10, 2, 6, tzinfo=UTC),
        )
        assert con.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)


def test_a_newer_warehouse_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with open_warehouse(path) as con:
        con.execute("INSERT INTO migration VALUES (9999, '9999_later', 'x', now())")
    for read_only in (False, True):
        with pytest.raises(NewerWarehouseError, match=r"newer version.*9999"):
            open_warehouse(path, read_only=read_only)


def test_a_changed_migration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with open_warehouse(path) as con:
        con.execute("UPDATE migration SET hash = 'other' WHERE number = 2")
    with pytest.raises(ChangedMigrationError, match="0002_labels"):
        open_warehouse(path)


def test_a_failed_migration_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.duckdb"
    open_warehouse(path).close()
    real = connection.statements
    bad = ("0999_bad", "CREATE TABLE half (a INTEGER); SELECT * FROM nowhere;")
    monkeypatch.setattr(
        connection, "statements", lambda folder: (*real(folder), bad) if folder == "migrations" else real(folder)
    )
    with pytest.raises(duckdb.CatalogException):
        open_warehouse(path)
    monkeypatch.undo()
    with open_warehouse(path) as con:
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'").fetchone() == (0,)


def test_a_lock_says_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    open_warehouse(path).close()
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=rf"process {holder.pid} .*published snapshot"):
            open_warehouse(path)
        holder.communicate("")
    open_warehouse(path).close()


def test_a_file_that_is_no_warehouse_is_said(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello " * 5000)
    with pytest.raises(DamagedError):
        open_warehouse(tmp_path / "text")
    duckdb.connect(str(tmp_path / "other.duckdb")).close()
    with pytest.raises(DamagedError, match="no record of migrations"):
        open_warehouse(tmp_path / "other.duckdb", read_only=True)
    with pytest.raises(DamagedError):
        open_warehouse(tmp_path / "missing.duckdb", read_only=True)


def test_a_transaction_is_all_or_nothing(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ZeroDivisionError), transaction(con):
        con.execute("INSERT INTO segment VALUES ('a', 'A', 1)")
        raise ZeroDivisionError
    assert con.execute("FROM segment").fetchall() == []


def test_storing_works_on_one_thread_and_leaves_the_others_as_they_were(con: duckdb.DuckDBPyConnection) -> None:
    usual = con.execute("SELECT current_setting('threads')").fetchone()
    with storing(con):
        con.execute("CREATE TABLE kept (a INTEGER PRIMARY KEY)")
        assert con.execute("SELECT current_setting('threads')").fetchone() == (1,)
    with pytest.raises(duckdb.ConstraintException), storing(con):
        con.execute("INSERT INTO kept VALUES (1), (1)")
    assert con.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert con.execute("SELECT current_setting('threads')").fetchone() == usual
