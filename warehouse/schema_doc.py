"""The schema as a page: every table, view and column with its comment, read from the database itself."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from warehouse.connection import open_warehouse
from warehouse.named import rows

PAGE = Path(__file__).parent.parent / "docs" / "schema.md"
HEAD = """# The warehouse's tables and views

Generated from the database by `python -m warehouse.schema_doc`; a test holds it to the migrations. Times end in `_at`
and are UTC; shares are 0 to 1; keys are hashes that stay the same when the warehouse is built anew. A column marked
`[run clock]` says when or by which run a row was written, not what is so.
"""


def schema_page(con: duckdb.DuckDBPyConnection) -> str:
    """Return the page in Markdown."""
    parts = [HEAD]
    for kind, title in (("view", "Views"), ("table", "Tables"), ("macro", "Functions")):
        parts.append(f"## {title}\n")
        parts += [_section(con, row) for row in rows(con, "described", kind=kind)]
    return "\n".join(parts)


def _section(con: duckdb.DuckDBPyConnection, about: dict[str, str]) -> str:
    lines = [f"### {about['name']}{about['arguments']}\n", f"{about['comment']}\n"]
    columns = rows(con, "described_columns", name=about["name"])
    if columns:
        lines += ["| column | type | |", "|---|---|---|"]
        lines += [f"| `{c['column_name']}` | {c['type']} | {c['comment'].replace('|', '&#124;')} |" for c in columns]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, open_warehouse(Path(folder) / "empty.duckdb") as con:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(schema_page(con), encoding="utf-8")
