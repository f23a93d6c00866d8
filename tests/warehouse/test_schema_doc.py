"""The schema's page is what the database says, and says something of everything; analysts' examples run."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.landings import a_post, write_landing
from warehouse.audit import CLOCK_MARK, table_hashes
from warehouse.load import load_landing
from warehouse.named import statements
from warehouse.publish import publish
from warehouse.query import run_sql
from warehouse.schema_doc import PAGE, schema_page

ANALYSTS = PAGE.with_name("analysts.md")


def test_the_page_is_what_the_database_says(con: duckdb.DuckDBPyConnection) -> None:
    assert PAGE.read_text(encoding="utf-8") == schema_page(con), "run: python -m warehouse.schema_doc"


@pytest.mark.parametrize(
    "what",
    [
        "table_name FROM duckdb_tables() WHERE NOT internal",
        "view_name FROM duckdb_views() WHERE NOT internal",
        "table_name || '.' || column_name FROM duckdb_columns() WHERE NOT internal",
        "function_name FROM duckdb_functions() WHERE NOT internal",
    ],
)
def test_everything_has_a_comment(con: duckdb.DuckDBPyConnection, what: str) -> None:
    assert con.execute(f"SELECT {what}").fetchall() != []
    assert con.execute(f"SELECT {what} AND coalesce(comment, '') = ''").fetchall() == []


def test_names_follow_the_house(con: duckdb.DuckDBPyConnection) -> None:
    columns = con.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    times = {(table, name) for table, name, kind in columns if kind == "TIMESTAMP WITH TIME ZONE"}
    assert {(t, n) for t, n in times if not n.endswith("_at")} == {
        ("race_run", "forecast_from"),
        ("race", "forecast_from"),
        ("lead_time", "forecast_from"),
    }
    assert {(t, n) for t, n, kind in columns if n.endswith("_at")} <= times
    assert {n for _, n, kind in columns if kind == "BOOLEAN" and not n.startswith("is_")} == set()


def test_one_view_in_a_file(con: duckdb.DuckDBPyConnection) -> None:
    names = {name for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    assert {name for name, _ in statements("views")} == names


def test_clocks_of_runs_are_left_out_of_the_audit(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("INSERT INTO migration VALUES (500, 'n', 'h', now())")
    before = table_hashes(con)
    con.execute("UPDATE migration SET applied_at = applied_at + INTERVAL 1 DAY")
    assert table_hashes(con) == before
    con.execute("UPDATE migration SET name = 'other' WHERE number = 500")
    assert {name for name, value in table_hashes(con).items() if value != before[name]} == {"migration"}
    assert CLOCK_MARK in PAGE.read_text(encoding="utf-8")


def test_every_example_for_analysts_runs(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load_landing(con, write_landing(tmp_path / "l.gz", [a_post(1)]), run_id="r")
    published = publish(con, tmp_path / "published.duckdb").path
    examples = re.findall(r"```sql\n(.*?)```", ANALYSTS.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(examples) >= 5
    for example in examples:
        assert run_sql(published, example).columns
