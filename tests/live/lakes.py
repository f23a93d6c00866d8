"""Lakes for tests: a database for each, and the configuration of a machine that works on one."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import duckdb

from flows.config import validate
from flows.paths import paths_of
from flows.settings import Config
from tests.live import machine
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse


def require_extensions() -> None:
    """Give up on the test where DuckDB's extensions are not installed."""
    if find_spec("duckdb_extension_ducklake") is None:
        machine.lacking("DuckDB extension ducklake (extra lake)")


def on_a_lake(data: Path, catalog: str, lake: Path | str) -> Config:
    """Return the configuration of a machine with a data folder of its own."""
    values = {
        "company": {"name": "Open Infra"},
        "storage": {"data": str(data)},
        "warehouse": {"catalog": f"postgres:{catalog}", "lake": str(lake)},
    }
    return validate(values, where="test")


def hashes(config: Config) -> dict[str, str]:
    """Return what each table holds, in a file or in a lake."""
    with open_warehouse(paths_of(config).warehouse) as con:
        return table_hashes(con)


def said(folder: Path) -> str:
    """Return all that a lake's files say, deleted rows too: each is read by itself."""
    files = sorted(folder.rglob("*.parquet"))
    assert files
    return "\n".join(str(duckdb.execute("FROM read_parquet(?)", [str(file)]).fetchall()) for file in files)
