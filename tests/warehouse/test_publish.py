"""Publishing: readers undisturbed, the old snapshot safe, nothing left lying."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

import warehouse.publish as publishing
from tests.warehouse.landings import a_post, write_landing
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse
from warehouse.errors import PublishError
from warehouse.ledger import put_segments
from warehouse.load import load_landing
from warehouse.publish import discard_snapshots, list_generations, publish
from warehouse.records import Segment

READ = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
for line in sys.stdin:
    print(con.execute('SELECT count(*) FROM post').fetchone()[0], flush=True)
"""


def add(con: duckdb.DuckDBPyConnection, folder: Path, number: int) -> None:
    load_landing(con, write_landing(folder / f"{number}.gz", [a_post(number)]), run_id="r")


def test_a_snapshot_is_the_whole_warehouse_with_its_views_and_comments(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    add(con, tmp_path, 1)
    target = tmp_path / "published.duckdb"
    assert publish(con, target).is_new
    with open_warehouse(target, read_only=True) as snapshot:
        assert table_hashes(snapshot) == table_hashes(con)
        assert snapshot.execute("SELECT count(*) FROM outcome_balance WHERE is_balanced").fetchone() == (1,)
        comment = "SELECT comment FROM duckdb_tables() WHERE table_name = 'post'"
        assert snapshot.execute(comment).fetchone() == con.execute(comment).fetchone() != (None,)


def test_nothing_new_is_not_published_again(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    target = tmp_path / "published.duckdb"
    add(con, tmp_path, 1)
    publish(con, target)
    before = target.stat().st_ino
    assert not publish(con, target).is_new
    assert target.stat().st_ino == before
    put_segments(con, [Segment(segment="a", name="A", customer_count=1)])
    assert publish(con, target).is_new
    put_segments(con, [Segment(segment="a", name="A", customer_count=1)])
    assert not publish(con, target).is_new
    con.execute("UPDATE post SET view_count = 7")
    assert publish(con, target).is_new
    with open_warehouse(target, read_only=True) as snapshot:
        assert snapshot.execute("SELECT view_count FROM post").fetchone() == (7,)


def test_a_reader_keeps_its_snapshot_while_the_writer_goes_on(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    target = tmp_path / "published.duckdb"
    add(con, tmp_path, 1)
    publish(con, target)
    command = [sys.executable, "-c", READ, str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        for number in range(2, 6):
            reader.stdin.write("\n")
            reader.stdin.flush()
            assert reader.stdout.readline() == "1\n"
            add(con, tmp_path, number)
            assert publish(con, target, generations=2).is_new
        reader.communicate()
    with open_warehouse(target, read_only=True) as snapshot:
        assert snapshot.execute("SELECT count(*) FROM post").fetchone() == (5,)
    assert [path.stem for path in list_generations(target)] == ["00000004", "00000005"]
    assert list_generations(target)[-1].samefile(target)


@pytest.mark.parametrize("step", ["copyfile", "copystat"])
def test_a_full_disk_leaves_the_old_snapshot_and_no_rubbish(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    target = tmp_path / "out" / "published.duckdb"
    add(con, tmp_path, 1)
    publish(con, target)
    before = target.read_bytes()
    add(con, tmp_path, 2)

    def full(source: Path, to: Path, **_: Any) -> None:
        Path(to).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, step, full)
    with pytest.raises(PublishError, match="disk is full"):
        publish(con, target)
    monkeypatch.undo()
    assert target.read_bytes() == before
    assert sorted(path.name for path in target.parent.iterdir()) == ["published.duckdb", "published.generations"]
    assert len(list_generations(target)) == 1
    assert publish(con, target).is_new


def test_a_torn_copy_is_never_put_in_place(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(con, tmp_path, 1)
    target = tmp_path / "out" / "published.duckdb"

    def torn(source: Path, to: Path) -> None:
        Path(to).write_bytes(Path(source).read_bytes()[:5000])

    monkeypatch.setattr(shutil, "copyfile", torn)
    with pytest.raises(PublishError):
        publish(con, target)
    assert [path for path in target.parent.rglob("*") if path.is_file()] == []


def test_discarding_takes_all_generations(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    target = tmp_path / "out" / "published.duckdb"
    for number in (1, 2):
        add(con, tmp_path, number)
        publish(con, target)
    discard_snapshots(target)
    assert [path for path in target.parent.rglob("*") if path.is_file()] == []
    assert publish(con, target).is_new


def test_a_warehouse_in_memory_cannot_be_published(tmp_path: Path) -> None:
    with duckdb.connect(":memory:") as con, pytest.raises(PublishError, match="in memory"):
        publish(con, tmp_path / "published.duckdb")


def test_a_file_system_that_can_share_blocks_is_asked_to(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it cannot, the file is copied, which all the other tests do; where it can, nothing is."""

    def share(new: int, what: int, old: int) -> None:
        assert what == publishing.SHARE_BLOCKS
        os.sendfile(new, old, 0, os.fstat(old).st_size)

    def copied(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(publishing.fcntl, "ioctl", share)
    monkeypatch.setattr(publishing.shutil, "copyfile", copied)
    add(con, tmp_path, 1)
    assert publish(con, tmp_path / "published.duckdb").is_new
    with open_warehouse(tmp_path / "published.duckdb", read_only=True) as snapshot:
        assert table_hashes(snapshot) == table_hashes(con)


def test_a_file_that_cannot_be_shared_is_copied(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(publishing.fcntl, "ioctl", refuse)
    add(con, tmp_path, 1)
    assert publish(con, tmp_path / "published.duckdb").is_new
    with open_warehouse(tmp_path / "published.duckdb", read_only=True) as snapshot:
        assert table_hashes(snapshot) == table_hashes(con)
