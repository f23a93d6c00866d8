"""The dialect of DuckLake: what our statements say to tables with keys, said to tables that have none.

DuckLake knows no keys, no `ON CONFLICT` and no `RETURNING`. The keys are those that the migrations declare; the shapes
are those that our own statements have, which a test goes through.
"""

from __future__ import annotations

import re
from functools import cache

import duckdb

from warehouse.named import statement, statements

MUST_BE_NEW = "\x00"
"""Between a query that counts known keys and the insert that it must not find any for."""
_KEY = re.compile(r",\s*PRIMARY KEY \((?P<columns>[^)]*)\)")
_TABLE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(?P<name>\w+) \((?P<body>.*?)\n\)", re.DOTALL)
_COMMENT = re.compile(r"^\s*--[^\n]*\n", re.MULTILINE)
_UNSAYABLE = re.compile(r"COMMENT ON (?:MACRO|COLUMN (?P<table>\w+)\.)")
_INSERT = re.compile(
    r"INSERT (?P<replace>OR REPLACE )?INTO (?P<table>\w+)\s+(?:BY NAME\s+|(?P<columns>\(\s*\w+(?:,\s*\w+)*\s*\))\s*)?"
    r"(?P<query>.*?)(?P<conflict>\s+ON CONFLICT DO (?:NOTHING|UPDATE SET\s+(?P<sets>.*?)(?:\sWHERE\s(?P<where>.*?))?))?"
    r"(?:\s+RETURNING (?P<returning>.*?))?\s*;?\s*$",
    re.DOTALL,
)


@cache
def keys() -> dict[str, tuple[str, ...]]:
    """Return the key of each table that has one, as the migrations declare it."""
    return {
        table["name"]: tuple(re.split(r",\s*", key["columns"]))
        for table in _declared()
        if (key := _KEY.search(table["body"]))
    }


@cache
def translated(sql: str) -> tuple[str, ...]:
    """Return the statements that say on a lake what these say in a file."""
    found: list[str] = []
    for text in _split(sql):
        if (unsayable := _UNSAYABLE.match(text)) and unsayable["table"] not in _tables():
            continue
        if insert := _INSERT.match(text):
            found += _insertion(insert)
        else:
            found.append(_KEY.sub("", text) if text.startswith("CREATE TABLE") else text)
    return tuple(found)


def _split(sql: str) -> list[str]:
    plain = _COMMENT.sub("", sql if sql.endswith("\n") else sql + "\n")
    return [one.query.strip() for one in duckdb.extract_statements(plain)]


def _insertion(insert: re.Match[str]) -> list[str]:
    key = keys().get(insert["table"])
    if not key:
        return [insert[0]]
    about = {
        "table": insert["table"],
        "key": ", ".join(key),
        "given": f"({insert['query']}) AS given{insert['columns'] or ''}",
        "returning": insert["returning"],
        "same": " AND ".join(f"{insert['table']}.{column} = excluded.{column}" for column in key),
        "condition": f" AND ({insert['where']})" if insert["where"] else "",
        "sets": f" SET {insert['sets']}" if insert["sets"] else "",
    }
    if insert["sets"] or insert["replace"]:
        name = "merge"
    elif insert["conflict"]:
        name = "insert_returning" if insert["returning"] else "insert_new"
    else:
        return [f"{_split(statement('is_there', 'lake').format_map(about))[0]}{MUST_BE_NEW}{insert[0]}"]
    return _split(statement(name, "lake").format_map(about))


@cache
def _tables() -> frozenset[str]:
    return frozenset(table["name"] for table in _declared())


def _declared() -> list[re.Match[str]]:
    texts = [statement("create_bookkeeping"), *(text for _, text in statements("migrations"))]
    return [table for text in texts for table in _TABLE.finditer(text)]
