"""Puts the author pseudonyms under one more key, everywhere they are kept, so that the same author still counts once.

The new pseudonym is an HMAC under the new key of the old one's hash: no name is needed for it. Crawls from then on go
through all keys in turn (old, then new), and come to the same. Whoever has the old key alone can link nothing any more.

Killed anywhere and run again it goes on where it was. Landing files are prepared beside the old ones; `READY` says that
all are; then each takes its place, then the warehouse changes in one transaction that records the key's print.

A lake changes with the first machine that rotates; each other one then rotates what it keeps itself. `OWN` says under
which key that is.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from crawlers.keeping import kept_landings, quiet, read_lines, rekey_known, remove_folder, settle, write_lines
from crawlers.pseudonym import check_secret, join_keys, key_print, rotate_subject, split_keys, subject_of
from flows.config import (
    author_key_file,
    author_secret,
    has_author_key_in_environment,
    landing_key,
    read_author_keys,
    storage_keys,
    write_author_keys,
)
from flows.errors import FlowsError, KeyMismatchError
from flows.paths import Paths, is_lake, paths_of, writer_lock
from flows.settings import Config
from warehouse import rekey as tables
from warehouse.access import lake_of
from warehouse.connection import open_warehouse
from warehouse.publish import discard_snapshots, publish

READY = "READY"
BEHIND = "put the lake's author keys here, old and new, and run ryktesvakt rotate-key"
FOLDER = "rotation"
OWN = "author.print"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What a rotation changed, in this run of it."""

    author_count: int
    landing_count: int
    key_count: int
    """Keys that pseudonyms go through from now on."""


def rotate_key(config: Config) -> Rotated:
    """Put all pseudonyms under the newest key.

    Where the key comes from the environment, the new one is what stands last there; else one is made. Raises
    KeyMismatchError when what is kept is under none of the keys given.
    """
    paths = paths_of(config)
    with writer_lock(paths, what="a key is being rotated", is_alone=True), quiet(paths.data):
        settle(paths.data)
        target = _target(config, paths)
        change, own_change = _changes(paths, target)
        landing_count = _swap_landings(config, paths, own_change, key_print(target))
        rekey_known(paths.data, lambda key: own_change(subject_of(key)), key_print=key_print(target))
        author_count = tables.rekey(paths.warehouse, change=change, key_print=key_print(target))
        discard_snapshots(paths.published)
        con = open_warehouse(paths.warehouse)
        try:
            publish(con, paths.published, generations=config.storage.generations)
        finally:
            con.close()
        if not has_author_key_in_environment() and (fresh := _next_file(config)).exists():
            fresh.replace(author_key_file(config))
        if is_lake(config):
            _write_own_print(paths, key_print(target))
        remove_folder(paths.data / FOLDER)
    return Rotated(author_count=author_count, landing_count=landing_count, key_count=len(split_keys(target)))


def settle_key(con: duckdb.DuckDBPyConnection, paths: Paths, secret: bytes) -> None:
    """Record under which key the pseudonyms are, the first time that they are written.

    Raises KeyMismatchError where they are under another one: each author would count twice.
    """
    if (paths.data / FOLDER / READY).exists():
        raise KeyMismatchError(f"{paths.data}: a key rotation was cut short; finish it: ryktesvakt rotate-key")
    prints, is_shared = _prints(secret), lake_of(paths.warehouse) is not None
    if is_shared and _is_behind(paths, secret):
        raise KeyMismatchError(f"{paths.data}: what this machine keeps is under another author key; {BEHIND}")
    # Where none is on record, what is kept is from before prints were: under the first key.
    standing = tables.key_print(con) or prints[0 if tables.has_pseudonyms(con) else -1]
    if standing == prints[-1]:
        tables.record_print(con, standing)
        if is_shared and _own_print(paths) is None:
            _write_own_print(paths, standing)
    elif standing in prints:
        raise KeyMismatchError(f"{paths.data}: a part of the author key is new; run ryktesvakt rotate-key first")
    else:
        raise KeyMismatchError(
            f"{paths.data}: what is kept there is under another author key; give that one back "
            "(RYKTESVAKT_AUTHOR_KEY, or secrets/author.key in the data folder), else each author would count twice"
        )


def require_key(config: Config) -> None:
    """Raise KeyMismatchError unless the key given is the one that the published tables are under, if there are any.

    For what writes pseudonyms beside a pass; a pass looks at the warehouse itself.
    """
    paths, secret = paths_of(config), author_secret(config)
    if (paths.data / FOLDER / READY).exists():
        raise KeyMismatchError(f"{paths.data}: a key rotation was cut short; finish it: ryktesvakt rotate-key")
    if is_lake(config) and _is_behind(paths, secret):
        raise KeyMismatchError(f"{paths.data}: what this machine keeps is under another author key; {BEHIND}")
    if not paths.published.exists():
        return
    con = open_warehouse(paths.published, read_only=True)
    try:
        standing = tables.key_print(con)
    finally:
        con.close()
    if standing not in (None, key_print(secret)):
        raise KeyMismatchError(f"{paths.data}: what is kept there is under another author key; see docs/privacy.md")


def _target(config: Config, paths: Paths) -> bytes:
    """Return the secret to come: what the environment gives, or the keys of the file and a fresh one."""
    secret = author_secret(config)
    ready = paths.data / FOLDER / READY
    if not has_author_key_in_environment():
        fresh = _next_file(config)
        # Where another machine has rotated the lake, its keys were put here: there is none to be made.
        if not fresh.exists() and not ready.exists() and not (is_lake(config) and _is_behind(paths, secret)):
            write_author_keys(fresh, join_keys([*split_keys(secret), secrets.token_hex(32).encode()]))
        secret = read_author_keys(fresh) if fresh.exists() else secret
    check_secret(secret)
    if ready.exists() and ready.read_text(encoding="ascii") != key_print(secret):
        raise KeyMismatchError(f"{paths.data}: a rotation to another key was cut short; give that key and finish it")
    return secret


def _changes(paths: Paths, target: bytes) -> tuple[tables.Rekey, tables.Rekey]:
    """Return what turns the subject of a pseudonym into the pseudonym under the newest key.

    First of those in the tables, then of those in the machine's own files: two only where other machines share a lake.
    """
    con = open_warehouse(paths.warehouse)
    try:
        standing = tables.key_print(con) or _prints(target)[0]
    finally:
        con.close()
    prints, keys = _prints(target), split_keys(target)
    both = (standing, (lake_of(paths.warehouse) and _own_print(paths)) or standing)
    if not set(both) <= set(prints):
        raise KeyMismatchError(
            f"{paths.data}: what is kept there is under none of the author keys given; give the old key first, "
            "then a comma, then the new one"
        )
    if set(both) == {prints[-1]} and not (paths.data / FOLDER).exists():
        raise FlowsError(
            "there is no new key to rotate to: add one to RYKTESVAKT_AUTHOR_KEY after the old one and a comma "
            "(openssl rand -hex 32)"
        )
    of_tables, own = (partial(_through, keys=keys[prints.index(one) + 1 :]) for one in both)
    return of_tables, own


def _is_behind(paths: Paths, secret: bytes) -> bool:
    """Return whether what a machine keeps itself is under another key than the one given."""
    return _own_print(paths) not in (None, key_print(secret))


def _own_print(paths: Paths) -> str | None:
    file = paths.data / OWN
    return file.read_text(encoding="ascii") if file.exists() else None


def _write_own_print(paths: Paths, print_: str) -> None:
    fresh = paths.data / f".{OWN}.tmp"
    fresh.write_text(print_, encoding="ascii")
    fresh.replace(paths.data / OWN)


def _through(subject: str, *, keys: tuple[bytes, ...]) -> str:
    first, *later = keys
    pseudonym = rotate_subject(first, subject)
    for key in later:
        pseudonym = rotate_subject(key, subject_of(pseudonym))
    return pseudonym


def _prints(secret: bytes) -> list[str]:
    """Return the prints of the first key, of the first two, and so on."""
    keys = split_keys(secret)
    return [key_print(join_keys(keys[:count])) for count in range(1, len(keys) + 1)]


def _swap_landings(config: Config, paths: Paths, change: tables.Rekey, print_: str) -> int:
    folder = paths.data / FOLDER
    if not (folder / READY).exists():
        remove_folder(folder)
        folder.mkdir()
        for path in kept_landings(paths.data):
            lines = read_lines(path, keys=storage_keys(config))
            fresh = folder / path.relative_to(paths.data)
            write_lines(fresh, (tables.rekey_line(line, change) for line in lines), key=landing_key(config))
        _write_ready(folder, print_)
    prepared = sorted(path for path in folder.glob("*/*/*") if path.is_file())
    for path in prepared:
        path.replace(paths.data / path.relative_to(folder))
    return len(prepared)


def _write_ready(folder: Path, print_: str) -> None:
    fresh = folder / f"{READY}.new"
    with fresh.open("w", encoding="ascii") as file:
        file.write(print_)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / READY)


def _next_file(config: Config) -> Path:
    return author_key_file(config).with_suffix(".next")
