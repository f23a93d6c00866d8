"""Pseudonyms under another key: every place in the warehouse that holds one, in one transaction with its record."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.connection import open_warehouse, transaction
from warehouse.erase import compact
from warehouse.keys import author_subject
from warehouse.named import insert_new, rows, run

Rekey = Callable[[str], str]
"""Takes the subject of a pseudonym (`keys.author_subject`), gives the pseudonym under the new key."""
_LINE_KEY = re.compile(rb'("author_key": ?")([^"\\]{1,200})(")')
_STATE_TEXT = re.compile(r'"([^"\\]{1,200})"')
_TOKENS = ("erased-", "expired-")


def key_print(con: duckdb.DuckDBPyConnection) -> str | None:
    """Return the print of the key that the pseudonyms are under; None for a warehouse that has not been told."""
    found = rows(con, "pseudonym_print")
    return found[0]["key_print"] if found else None


def record_print(con: duckdb.DuckDBPyConnection, key_print: str) -> None:
    """Record under which key the pseudonyms are; what is on record already stands."""
    run(con, "record_pseudonym_print", key_print=key_print)


def has_pseudonyms(con: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the warehouse holds anything under a key."""
    return bool(rows(con, "has_posts")[0]["has_posts"])


def rekey(path: Path, *, change: Rekey, key_print: str) -> int:
    """Put all pseudonyms under a new key, whose print is recorded with them; return how many authors it was.

    One that is done already is not done again. The file is written anew, so that no old pseudonym is left in its
    bytes. Raises LockedError.
    """
    with open_warehouse(path) as con:
        if [row["key_print"] for row in rows(con, "pseudonym_print")] == [key_print]:
            count = 0
        else:
            with transaction(con):
                count = _rekey(con, change)
                run(con, "forget_pseudonym_print")
                record_print(con, key_print)
    compact(path)
    return count


def rekey_line(line: bytes, change: Rekey) -> bytes:
    """Return a line of a landing file with its pseudonyms under the new key, broken or not, and nothing else changed.

    Inside a text of JSON a quotation mark has a backslash before it, so no user's words are taken for a field.
    """

    def changed(found: re.Match[bytes]) -> bytes:
        return found[1] + _changed(found[2].decode("utf-8", "replace"), change).encode() + found[3]

    return _LINE_KEY.sub(changed, line)


def _changed(author_key: str, change: Rekey) -> str:
    return author_key if author_key.startswith(_TOKENS) else change(author_subject(author_key))


def _rekey(con: duckdb.DuckDBPyConnection, change: Rekey) -> int:
    found = {row["author_key"]: _changed(row["author_key"], change) for row in rows(con, "author_keys")}
    table = pa.table({"old_key": list(found), "new_key": list(found.values())})
    con.register("rekeyed", table.cast(pa.schema([("old_key", pa.string()), ("new_key", pa.string())])))
    try:
        run(con, "rekey_posts")
        run(con, "rekey_quotes")
    finally:
        con.unregister("rekeyed")
    erased = rows(con, "erased_authors")
    run(con, "forget_erased_authors")
    remembered = [
        {**row, "subject_key": author_subject(change(row["subject_key"])), "kind": "author"} for row in erased
    ]
    insert_new(con, "erasure", remembered)
    for row in rows(con, "kept_lines"):
        if (line := rekey_line(bytes(row["raw_line"]), change)) != row["raw_line"]:
            run(con, "rekey_line", **{**row, "raw_line": line})
    for row in rows(con, "remembered_states"):
        state = _STATE_TEXT.sub(lambda text: f'"{found.get(text[1], text[1])}"', row["state"])
        if state != row["state"]:
            run(con, "rekey_state", **{**row, "state": state})
    return len(found)
