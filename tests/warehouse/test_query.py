"""Users' queries: bound, read only, shut in; exports that no spreadsheet runs."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.landings import a_post, fresh, write_landing
from warehouse.errors import QueryError
from warehouse.load import load_landing
from warehouse.publish import publish
from warehouse.query import FORMULA_STARTS, export, run_sql, safe_cell


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("query")
    texts = ["=1+1", "+46", "-5", "@SUM(A1)", "\tx", "\rx", "vanlig", 'med "citat", och\nrad']
    posts = [a_post(number, text=text) for number, text in enumerate(texts)]
    with fresh(folder) as con:
        load_landing(con, write_landing(folder / "l.gz", posts), run_id="r")
        return publish(con, folder / "published.duckdb").path


def test_a_query_is_answered_up_to_its_limit(snapshot: Path) -> None:
    found = run_sql(snapshot, "SELECT post_id FROM post ORDER BY post_id", limit=3)
    assert found.columns == ("post_id",)
    assert found.rows == (("p0",), ("p1",), ("p2",))
    assert found.is_cut
    assert not run_sql(snapshot, "SELECT 1", limit=1).is_cut


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/passwd'",
        "COPY post TO '/tmp/leak.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "LOAD '/tmp/x.duckdb_extension'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "DELETE FROM post",
        "DROP TABLE post",
        "UPDATE post SET text = ''",
        "EXPORT DATABASE '/tmp/leak'",
        "SELECT * FROM nowhere",
        "SELEC 1",
        "",
        "\x00",
        "SELECT '\ud800'",
    ],
    ids=repr,
)
def test_what_is_not_allowed_or_not_sql_is_one_line(snapshot: Path, sql: str) -> None:
    before = snapshot.read_bytes()
    with pytest.raises(QueryError) as raised:
        run_sql(snapshot, sql)
    assert "\n" not in str(raised.value)
    assert snapshot.read_bytes() == before


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
    | st.just("' OR 1=1; DROP TABLE post; --")
)
def test_a_parameter_is_a_value_whatever_it_holds(snapshot: Path, value: str) -> None:
    assert run_sql(snapshot, "SELECT ? AS given", [value]).rows == ((value,),)
    assert run_sql(snapshot, "SELECT count(*) FROM post WHERE text = $text", {"text": value}).rows[0][0] in (0, 1)


def test_no_cell_of_a_csv_is_a_formula(snapshot: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    query = 'SELECT text AS "=cmd", -5 AS number, redactions FROM post ORDER BY post_id'
    assert export(snapshot, query, out, format="csv") == 8
    with out.open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))
    assert found[0] == ["'=cmd", "number", "redactions"]
    assert not any(row[0].startswith(FORMULA_STARTS) for row in found)
    assert found[1][:2] == ["'=1+1", "-5"]
    assert found[7][0] == "vanlig"
    assert found[8][0] == 'med "citat", och\nrad'


@given(st.text())
def test_a_safe_cell_keeps_the_text(text: str) -> None:
    assert safe_cell(text).removeprefix("'").endswith(text.removeprefix("'"))
    assert not safe_cell(text).startswith(FORMULA_STARTS)


def test_parquet_comes_out_with_types(snapshot: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    assert export(snapshot, "SELECT post_key, posted_at FROM post", out, format="parquet") == 8
    assert str(pq.read_table(out).schema.field("posted_at").type) == "timestamp[us, tz=UTC]"


def test_a_failed_export_leaves_no_file(snapshot: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryError):
        export(snapshot, "SELECT error('no') FROM post", tmp_path / "out.csv", format="csv")
    with pytest.raises(QueryError, match="none of"):
        export(snapshot, "SELECT 1", tmp_path / "out.xls", format="xls")
    with pytest.raises(QueryError, match="cannot be written"):
        export(snapshot, "SELECT 1", tmp_path / "no" / "out.csv", format="csv")
    assert list(tmp_path.iterdir()) == []


def test_no_snapshot_yet_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="run the pipeline"):
        run_sql(tmp_path / "none.duckdb", "SELECT 1")
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    assert run_sql(tmp_path / "empty.duckdb", "SELECT 1").rows == ((1,),)


def test_what_older_tables_lack_is_said_to_come_with_the_next_pass(snapshot: Path, tmp_path: Path) -> None:
    older = Path(shutil.copy(snapshot, tmp_path / "older.duckdb"))
    with duckdb.connect(str(older)) as con:
        con.execute("DELETE FROM migration WHERE number >= 17; ALTER TABLE alert DROP COLUMN topics")
    with pytest.raises(QueryError, match=r"topics.*older version.*ryktesvakt run") as raised:
        run_sql(older, "SELECT topics FROM alert")
    assert "\n" not in str(raised.value)
    with pytest.raises(QueryError, match="older version"):
        export(older, "SELECT topics FROM alert", tmp_path / "out.csv", format="csv")
    assert run_sql(older, "SELECT count(*) FROM post").rows  # what they have can be asked
    with pytest.raises(QueryError) as raised:
        run_sql(snapshot, "SELECT nothing FROM alert")
    assert "older" not in str(raised.value)
