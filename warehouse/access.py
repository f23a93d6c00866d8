"""How what lies under a data folder is opened: whether the warehouse is a lake, and under which keys files are sealed.

Said once for a folder, by whoever has read the configuration; a path is then enough to open what it names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStore:
    """How an object store that speaks S3 is reached."""

    key_id: str = field(repr=False)
    secret: str = field(repr=False)
    session_token: str = field(default="", repr=False)
    region: str = "us-east-1"
    endpoint: str = ""
    """`http://host:port` or `https://host`; empty: Amazon's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LakePlace:
    """Where a lake is."""

    catalog: str = field(repr=False)
    """How PostgreSQL is reached, as libpq has it: `dbname=... host=... user=...`, with the password."""
    data: str
    """Folder that all workers share, or `s3://bucket/folder/`."""
    store: ObjectStore | None = None
    """Of `s3://` addresses."""


def open_as_it_is(path: Path) -> IO[bytes]:
    """Open a file that nothing is done to."""
    return path.open("rb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How the files of a folder, and of those below it, are opened."""

    keys: tuple[bytes, ...] = field(default=(), repr=False)
    """The first seals what is new, each may open what is there."""
    is_sealed: bool = False
    """Whether new files are encrypted."""
    open_landing: Callable[[Path], IO[bytes]] = open_as_it_is
    """Opens a landing file for reading, decrypted; raises LandingError without its key."""
    lake: LakePlace | None = None
    """In place of the folder's `WAREHOUSE`."""


WAREHOUSE = "warehouse.duckdb"
PLAIN = Access()
_SAID: dict[Path, Access] = {}


def use(folder: Path, access: Access) -> None:
    """Say how the files of a folder are opened from now on, in this process."""
    _SAID[folder.absolute()] = access


def access_to(path: Path) -> Access:
    """Return what was said of the nearest folder above a path."""
    return next((_SAID[folder] for folder in path.absolute().parents if folder in _SAID), PLAIN)


def lake_of(path: Path) -> LakePlace | None:
    """Return the lake that stands in place of a file, if one does."""
    return _SAID.get(path.absolute().parent, PLAIN).lake if path.name == WAREHOUSE else None
