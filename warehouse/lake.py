"""The warehouse on DuckLake: the same statements, where a table has no keys and several workers write in turn.

DuckLake keeps rows in Parquet files and everything else in PostgreSQL. Two writers who both miss a key would both
insert it, so whoever writes holds a lock of the catalog's PostgreSQL until the commit: reading landing files goes on
side by side, storing takes turns.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, cast

import duckdb

from warehouse.access import LakePlace, ObjectStore
from warehouse.attached import Attached, extension_file
from warehouse.dialect import MUST_BE_NEW, translated
from warehouse.errors import LakeError
from warehouse.named import rows, statement

NAME = "lake"
EXTENSIONS = ("ducklake", "postgres_scanner")
LOCK = 7_231_004
"""Of the advisory lock; one catalog is one database of PostgreSQL."""
_TAKE = f"FROM postgres_query('turn', 'SELECT pg_advisory_xact_lock({LOCK})::text AS taken')"
_WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "ALTER", "DROP", "COMMENT")


class Lake(Attached):
    """A connection to a lake, used as one to a file: what it is asked to do is translated, and writers take turns."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        super().__init__(con, NAME)
        self._turn, self._depth, self._is_open = con.cursor(), 0, False

    @property
    def raw(self) -> duckdb.DuckDBPyConnection:
        """The connection itself, which translates nothing."""
        return self._con

    def close(self) -> None:
        """Close the connection and give up the turn."""
        self._turn.close()
        super().close()

    def execute(self, sql: str, values: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
        """Run statements; one that writes outside a transaction is one of its own."""
        found = self._con
        for text in translated(sql):
            if self._is_open or not text.startswith(_WRITES):
                found = self._run(text, values or {})
                continue
            self.begin()
            try:
                self._run(text, values or {})
                self.commit()
            except BaseException:
                with suppress(duckdb.Error):
                    self.rollback()
                raise
        return found

    def begin(self) -> None:
        """Wait for our turn, then begin: what the transaction sees is what the last writer left."""
        self._take()
        self._con.begin()
        self._is_open = True

    def commit(self) -> None:
        """Commit while the turn is ours for certain, and pass it on."""
        self._turn.execute(_TAKE).fetchall()  # fails where PostgreSQL has ended our session, and the lock with it
        self._con.commit()
        self._is_open = False
        self._give()

    def rollback(self) -> None:
        """Undo, and pass the turn on."""
        self._is_open = False
        try:
            self._con.rollback()
        finally:
            self._give()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Keep the turn over several transactions."""
        self._take()
        try:
            yield
        finally:
            self._give()

    def _run(self, text: str, values: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
        check, _, insert = text.rpartition(MUST_BE_NEW)
        if check and self._say(check, values).fetchall()[0][0]:
            raise duckdb.ConstraintException("Duplicate key: another worker has stored this")
        return self._say(insert, values)

    def _say(self, text: str, values: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
        own = {name: value for name, value in values.items() if re.search(rf"\${name}\b", text)}
        return self._con.execute(text, own) if own else self._con.execute(text)

    def _take(self) -> None:
        if not self._depth:
            self._turn.begin()
            self._turn.execute(_TAKE).fetchall()
        self._depth += 1

    def _give(self) -> None:
        self._depth -= 1
        if not self._depth:
            with suppress(duckdb.Error):
                self._turn.rollback()


def open_lake(place: LakePlace, *, is_sealed: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a lake, made where there is none; its files are encrypted if it is made so. Raises LakeError."""
    con = duckdb.connect(":memory:")
    try:
        for name in (*EXTENSIONS, *(("httpfs",) if is_sealed or place.store else ())):
            con.execute(f"LOAD '{extension_file(name)}'")
        if place.store:
            con.execute(_secret(place.store))
        catalog, data = (text.replace("'", "''") for text in (place.catalog, place.data))
        con.execute(f"ATTACH '{catalog}' AS turn (TYPE postgres)")
        options = f"DATA_PATH '{data}', DATA_INLINING_ROW_LIMIT 0{', ENCRYPTED' if is_sealed else ''}"
        with con.cursor() as first:  # two workers may be the first
            first.begin()
            first.execute(_TAKE).fetchall()
            con.execute(f"ATTACH 'ducklake:postgres:{catalog}' AS {NAME} ({options})")
            first.rollback()
        return cast(duckdb.DuckDBPyConnection, Lake(con))
    except duckdb.Error as error:
        con.close()
        raise LakeError(
            f"the lake cannot be opened: {_without(str(error), place.catalog)}; see that its PostgreSQL runs and that "
            "warehouse.catalog and warehouse.lake are right"
        ) from None


def is_lake(con: duckdb.DuckDBPyConnection) -> bool:
    """Return whether a connection is to a lake."""
    return isinstance(con, Lake)


def alone(con: duckdb.DuckDBPyConnection) -> AbstractContextManager[None]:
    """Keep other workers from writing over several transactions; a file has one writer anyway."""
    return cast(Lake, con).turn() if is_lake(con) else nullcontext()


def take_from(con: duckdb.DuckDBPyConnection, attached: str, *, besides: Container[str]) -> None:
    """Put the rows of a file that is attached in place of a lake's, in one transaction that other workers wait for."""
    lake = cast(Lake, con)
    names = [row["table_name"] for row in rows(con, "attached_tables", name=attached)]
    con.begin()
    try:
        for name in names:
            if name not in besides:
                lake.raw.execute(statement("replace_rows", "lake").format_map({"from": attached, "table": name}))
        con.commit()
    except BaseException:
        with suppress(duckdb.Error):
            con.rollback()
        raise


def copy_into(con: duckdb.DuckDBPyConnection, attached: str, *, besides: Container[str]) -> None:
    """Copy the rows of a lake, as they are at one moment, into a file that is attached and has empty tables."""
    with con.cursor() as own:
        own.begin()
        for row in rows(con, "attached_tables", name=attached):
            if row["table_name"] not in besides:
                own.execute(statement("copy_rows", "lake").format_map({"to": attached, "table": row["table_name"]}))
        own.commit()


def purge(con: duckdb.DuckDBPyConnection) -> None:
    """Remove from the lake's files, and from its catalog, what has been deleted; no past state can be read then."""
    with alone(con):
        for text in statement("purge", "lake").format_map({"lake": NAME}).split(";"):
            cast(Lake, con).raw.execute(text).fetchall()


def _secret(store: ObjectStore) -> str:
    """Return the statement that tells DuckDB how the object store is reached; a bucket's name stands in the path."""
    scheme, _, host = store.endpoint.rpartition("://")
    values = {
        "KEY_ID": store.key_id,
        "SECRET": store.secret,
        "SESSION_TOKEN": store.session_token,
        "REGION": store.region,
        "ENDPOINT": host.rstrip("/"),
        "URL_STYLE": "path" if host else "",
    }
    said = [f"{name} '{value.replace(chr(39), chr(39) * 2)}'" for name, value in values.items() if value]
    return f"CREATE SECRET object_store (TYPE s3, {', '.join(said)}, USE_SSL {str(scheme != 'http').lower()})"


def _without(message: str, catalog: str) -> str:
    """Return the first line of an error without the address, which holds a password."""
    line = message.splitlines()[0].replace(catalog, "...")
    for word in sorted(catalog.split(), key=len, reverse=True):
        line = line.replace(word, "...")
    return re.sub(r"password=\S+", "password=...", line)
