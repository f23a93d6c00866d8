"""Auditing: what every table holds, as one number that no order of rows and no clock of a run can change."""

from __future__ import annotations

import hashlib

import duckdb

from warehouse.named import rows

CLOCK_MARK = "[run clock]"
"""Ends the comment of a column that says when or by which run a row was written, not what is so."""


def table_hashes(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return for every table its row count and a hash of its rows, whatever their order; clocks of runs left out."""
    found: dict[str, str] = {}
    for row in rows(con, "content_columns", clock_mark=CLOCK_MARK):
        columns = ", ".join(f'"{name}"' for name in row["column_names"])
        relation = con.table(row["table_name"]).aggregate(
            f"count(*) AS row_count, coalesce(sum(hash({columns})::HUGEINT), 0) AS row_hash"
        )
        count, digest = relation.fetchall()[0]
        found[row["table_name"]] = f"{count}:{digest:x}"
    return found


def table_hash(con: duckdb.DuckDBPyConnection) -> str:
    """Return one hash of the content of all tables: equal after the same work, however often it was killed."""
    lines = [f"{name} {value}" for name, value in sorted(table_hashes(con).items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
