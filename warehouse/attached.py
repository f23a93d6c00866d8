"""Files of tables, plain or sealed, attached under a name; and a connection that works in one of them.

A sealed file is encrypted by DuckDB itself (AES-256-GCM), its log and what spills to disk too, with the OpenSSL of an
extension. An analyst's own DuckDB reads it without.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import duckdb

from warehouse.access import access_to
from warehouse.errors import ExtensionError, SealedError

BLOCK_SIZE = 16_384
"""Bytes. DuckDB's own 256 KiB makes forty small tables a file of 13 MB; this makes it 2 MB."""
HEAD_BYTES, MAGIC_AT, FLAGS_AT = 28, 8, 20
"""DuckDB's main header: a checksum, `DUCK`, the version, then flags, of which the first says that it is encrypted."""
_SETTING = "RYKTESVAKT_ARCHIVE_KEY"


class Attached:
    """A connection that works in one attached database, as one to a file does; cursors of it do too."""

    def __init__(self, con: duckdb.DuckDBPyConnection, name: str) -> None:
        self._con, self._name = con, name
        con.execute(f"USE {name}; SET TimeZone = 'UTC'")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def cursor(self) -> Attached:
        """Return another connection, in the same database."""
        return Attached(self._con.cursor(), self._name)

    def close(self) -> None:
        """Close the connection."""
        self._con.close()


def attach(con: duckdb.DuckDBPyConnection, path: Path, name: str, *, read_only: bool = False) -> None:
    """Attach a file as it is found, or make it as is said of its folder. Raises SealedError, ExtensionError."""
    access = access_to(path)
    if not is_sealed(path):
        con.execute(_statement(path, name, read_only=read_only))
        return
    con.execute(f"LOAD '{extension_file('httpfs')}'")
    con.execute("SET temp_file_encryption = true")
    for key in access.keys:
        try:
            con.execute(_statement(path, name, read_only=read_only, key=key))
            return
        except duckdb.InvalidInputException as error:
            if "Wrong encryption key" not in str(error):
                raise
    why = "none of the keys given is the one that it was written with" if access.keys else "no key is given"
    raise SealedError(f"{path} is encrypted, and {why}: set {_SETTING} to that key")


def is_sealed(path: Path) -> bool:
    """Return whether a file of DuckDB is encrypted; of one that is not there or is empty, whether it is to be."""
    head = b""
    if path.is_file() and os.access(path, os.R_OK):  # what opens it says what is wrong with it
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    if not head:
        return access_to(path).is_sealed
    return head[MAGIC_AT : MAGIC_AT + 4] == b"DUCK" and len(head) == HEAD_BYTES and bool(head[FLAGS_AT] & 1)


def require_as_said(path: Path) -> None:
    """Raise SealedError where a file that is to be written is plain and should be sealed, or the other way."""
    wanted = access_to(path).is_sealed
    if is_sealed(path) != wanted:
        state = "is not encrypted, and is to be" if wanted else "is encrypted, and is not to be"
        raise SealedError(f"{path} {state} by storage.encrypted: `ryktesvakt rebuild` writes it anew as it is to be")


def extension_file(name: str) -> str:
    """Return the file of a DuckDB extension that a package of ours brought. Raises ExtensionError without it."""
    package = f"duckdb_extension_{name}"
    if find_spec(package) is None:
        extra = "sealed" if name == "httpfs" else "lake"
        raise ExtensionError(f"DuckDB's extension {name} is not installed: pip install 'ryktesvakt[{extra}]'")
    (file,) = (resources.files(package) / "extensions" / f"v{duckdb.__version__}").iterdir()
    return str(file)


def _statement(path: Path, name: str, *, read_only: bool, key: bytes | None = None) -> str:
    quoted = str(path).replace("'", "''")
    options = ["READ_ONLY" if read_only else f"BLOCK_SIZE {BLOCK_SIZE}"]
    options += [f"ENCRYPTION_KEY '{_derived(key)}'"] if key else []
    return f"ATTACH '{quoted}' AS {name} ({', '.join(options)})"


def _derived(key: bytes) -> str:
    """Return the key of databases, which is another than that of archives, in hexadecimal digits."""
    return hmac.new(key, b"ryktesvakt warehouse 1", hashlib.sha256).hexdigest()
