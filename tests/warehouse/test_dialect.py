"""The dialect of DuckLake: every statement of ours can be said there, and says the same."""

from __future__ import annotations

import re

import duckdb
import pytest

from warehouse.dialect import keys, translated
from warehouse.named import statements

FOLDERS = ("migrations", "macros", "views", "load", "queries")
UNKNOWN = re.compile(r"ON CONFLICT|RETURNING|OR REPLACE INTO|PRIMARY KEY|COMMENT ON MACRO")
ALL = [(f"{folder}/{name}", text) for folder in FOLDERS for name, text in statements(folder)]


@pytest.mark.parametrize("text", [text for _, text in ALL], ids=[name for name, _ in ALL])
def test_nothing_is_left_that_a_lake_does_not_know(text: str) -> None:
    said = translated(text.replace("TARGET", "annotation"))
    assert [one for one in said if UNKNOWN.search(one)] == []


def test_every_declared_key_is_known() -> None:
    declared = sum(text.count("PRIMARY KEY") for _, text in statements("migrations"))
    assert len(keys()) == declared - 1 + 1  # `cluster_post` is declared twice, `migration` elsewhere
    assert keys()["post_revision"] == ("post_key", "revision")


@pytest.fixture
def plain() -> duckdb.DuckDBPyConnection:
    """A database whose `thread` has no key, with two rows."""
    con = duckdb.connect(":memory:")
    con.execute("CREATE TABLE thread (thread_key TEXT, source TEXT, thread_title TEXT)")
    con.execute("INSERT INTO thread VALUES ('a', 's', 'one'), ('b', 's', 'two')")
    return con


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "INSERT INTO thread BY NAME (SELECT 'a' AS thread_key, 'x' AS thread_title UNION ALL SELECT 'c', 'y') "
            "ON CONFLICT DO NOTHING",
            [("a", "one"), ("b", "two"), ("c", "y")],
        ),
        (
            "INSERT INTO thread (thread_key, source, thread_title) VALUES ('c', 's', 'y'), ('c', 's', 'y') "
            "ON CONFLICT DO NOTHING",
            [("a", "one"), ("b", "two"), ("c", "y")],
        ),
        (
            "INSERT INTO thread (thread_key, source, thread_title) "
            "VALUES ('a', 's', 'zz'), ('b', 's', 'aa'), ('c', 's', 'y') ON CONFLICT DO UPDATE "
            "SET thread_title = excluded.thread_title\nWHERE excluded.thread_title > thread.thread_title",
            [("a", "zz"), ("b", "two"), ("c", "y")],
        ),
        (
            "INSERT OR REPLACE INTO thread (SELECT 'a' AS thread_key, 's' AS source, NULL AS thread_title)",
            [("a", None), ("b", "two")],
        ),
    ],
    ids=["nothing", "twice in one", "update where", "replace"],
)
def test_what_is_said_does_what_was_meant(
    plain: duckdb.DuckDBPyConnection, sql: str, expected: list[tuple[str, str | None]]
) -> None:
    for one in translated(sql):
        plain.execute(one)
    assert plain.execute("SELECT thread_key, thread_title FROM thread ORDER BY 1").fetchall() == expected


def test_new_rows_are_named(plain: duckdb.DuckDBPyConnection) -> None:
    given = "(SELECT unnest(['a', 'c']) AS thread_key)"
    sql = f"INSERT INTO thread BY NAME {given} ON CONFLICT DO NOTHING RETURNING thread_key"
    for one in translated(sql):
        found = plain.execute(one).fetchall()
    assert found == [("c",)]
