"""A warehouse of every earlier version, with data in it, becomes one of today: nothing of it is lost or changed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from warehouse import connection
from warehouse.attached import BLOCK_SIZE
from warehouse.connection import migrate, open_warehouse
from warehouse.named import statements
from warehouse.rollups import refresh

MIGRATIONS = statements("migrations")
PLAIN = {
    "VARCHAR": "'x'",
    "BIGINT": "1",
    "DOUBLE": "0.5",
    "BOOLEAN": "true",
    "DATE": "DATE '2023-10-02'",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ '2023-10-02 06:00:00+00'",
    "VARCHAR[]": "['a']",
    "FLOAT[]": "[0.5]::FLOAT[]",
    "BIGINT[]": "[1]",
    "BLOB": "'\\xAA'::BLOB",
    "JSON": "'{}'::JSON",
}
"""A value of each type that a table has."""
BOOKKEEPING = ("migration", "view_set")
REBUILT = ("cluster_post", "dirty_post")
"""Made anew by a migration, or filled by one."""


def older(path: Path, count: int) -> dict[str, list[tuple[object, ...]]]:
    """Make a warehouse of the first `count` migrations, with a row in every table that it had; return the rows."""
    with pytest.MonkeyPatch.context() as patch:
        kept = {"migrations": MIGRATIONS[:count], "macros": (), "views": ()}
        patch.setattr(connection, "statements", kept.__getitem__)
        with duckdb.connect(str(path), config={"default_block_size": str(BLOCK_SIZE)}) as con:
            con.execute("SET TimeZone = 'UTC'")
            migrate(con)
            names = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1").fetchall()
            found = {}
            for (name,) in names:
                if name not in BOOKKEEPING:
                    types = con.execute(
                        "SELECT data_type FROM duckdb_columns() WHERE table_name = ?", [name]
                    ).fetchall()
                    con.execute(f"INSERT INTO {name} VALUES ({', '.join(PLAIN[kind] for (kind,) in types)})")
                    found[name] = con.execute(f"FROM {name}").fetchall()
            return found


@pytest.mark.parametrize("count", range(1, len(MIGRATIONS) + 1), ids=[name for name, _ in MIGRATIONS])
def test_every_earlier_version_becomes_todays(tmp_path: Path, count: int) -> None:
    path = tmp_path / "w.duckdb"
    before = older(path, count)
    assert before
    with open_warehouse(path) as con:
        applied = [name for (name,) in con.execute("SELECT name FROM migration ORDER BY number").fetchall()]
        assert applied == [name for name, _ in MIGRATIONS]
        for name, rows in before.items():
            if name in REBUILT:
                continue
            after = con.execute(f"FROM {name}").fetchall()
            assert [row[: len(rows[0])] for row in after] == rows, name
        assert refresh(con) == 1
        for (view,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
            con.execute(f"FROM {view}").fetchall()


def test_a_migration_that_fails_leaves_the_older_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.duckdb"
    before = older(path, len(MIGRATIONS) - 1)
    broken = {"migrations": (*MIGRATIONS[:-1], (MIGRATIONS[-1][0], MIGRATIONS[-1][1] + "; SELECT error('no')"))}
    monkeypatch.setattr(connection, "statements", lambda folder: broken.get(folder, ()))
    with pytest.raises(duckdb.Error, match="no"):
        open_warehouse(path)
    with duckdb.connect(str(path)) as con:
        con.execute("SET TimeZone = 'UTC'")
        assert {name: con.execute(f"FROM {name}").fetchall() for name in before} == before
        assert con.execute("SELECT count(*) FROM migration").fetchall() == [(len(MIGRATIONS) - 1,)]
