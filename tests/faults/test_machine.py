"""What the machine does to a pass: no room, no rights, a page cut, files that vanish. One clear line, then recovery."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from flows.config import load
from tests.crawlers.tiny_forum import Reply
from tests.faults.passes import Passes
from tests.faults.world import World, hashes, unexplained
from warehouse.connection import open_warehouse

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]
ROOMS = (2_000, 40_000, 400_000)
"""Bytes that a file may grow to: the landing file stops, or a log, or the tables."""


def one_line(said: str) -> bool:
    return len(said.splitlines()) == 1 and "Traceback" not in said


def test_without_room_it_says_so_and_goes_on_later(town: World, folder: Path, passes: Passes) -> None:
    calm, rough = town.config(folder / "calm"), town.config(folder / "full")
    for room in ROOMS:
        now = town.grow()
        assert passes.run(calm, now)["status"] == 0
        refused = passes.run(rough, now, file_bytes=room)
        assert refused["status"] == 1, refused
        assert "Traceback" not in refused["said"]
        # One line for each source where it was the crawl that had no room.
        problems = [line for line in refused["said"].splitlines() if not line.startswith("no source could be read")]
        assert problems and all(re.search("make room|grow further|too large|disk", line, re.I) for line in problems)
        assert passes.run(rough, now)["status"] == 0
    # A pass that could read no source tells that they are silent, and remembers it: that did happen.
    told = {"alarm_state", "alert", "alert_event"}
    assert {name: rows for name, rows in hashes(rough).items() if name not in told} == {
        name: rows for name, rows in hashes(calm).items() if name not in told
    }
    assert unexplained(rough) == []


def test_a_folder_that_may_not_be_written_is_one_line(town: World, folder: Path, passes: Passes) -> None:
    closed = town.config(folder / "closed")
    data = load(closed).storage.data
    if os.geteuid() != 0:
        data.chmod(0o555)
    refused = passes.run(closed, town.grow(), is_stranger=True)
    data.chmod(0o755)
    assert refused["status"] == 1
    assert one_line(refused["said"])
    assert "permission denied" in refused["said"] or "read-only" in refused["said"]
    assert str(data) in refused["said"]


def test_a_page_that_is_cut_is_read_the_next_time(town: World, folder: Path, passes: Passes) -> None:
    file = town.config(folder / "cut")
    town.grow()
    forum = town.forums["grannforum"]
    path = "/t/grannforum0"
    whole = forum.reply(path, {}).body
    forum.replies[path] = Reply(whole[: len(whole) // 2], is_cut=True)
    assert passes.run(file, town.grow())["status"] == 0
    assert incidents(file) >= 1
    del forum.replies[path]
    assert passes.run(file, town.grow())["status"] == 0
    assert posts_of(file, "grannforum") == {post["id"] for thread in forum.threads.values() for post in thread["posts"]}


def test_landing_files_that_cannot_be_opened_stop_no_other(town: World, folder: Path, passes: Passes) -> None:
    file = town.config(folder / "odd")
    landing = load(file).storage.data / "landing"
    (landing / "grannforum").mkdir(parents=True)
    (landing / "grannforum" / "20200101T000000Z.jsonl.gz").symlink_to(folder / "gone")
    (landing / "grannforum" / "20200102T000000Z.jsonl.gz").mkdir()
    (landing / "grannforum" / "20200103T000000Z.jsonl.gz").write_bytes(b"")
    assert passes.run(file, town.grow())["status"] == 0
    assert posts_of(file, "grannforum")
    assert unexplained(file) == []


def test_a_data_folder_behind_a_link_and_a_snapshot_that_is_being_read(
    town: World, folder: Path, passes: Passes
) -> None:
    file = town.config(folder / "linked")
    data = load(file).storage.data
    data.rename(folder / "elsewhere")
    data.symlink_to(folder / "elsewhere")
    assert passes.run(file, town.grow())["status"] == 0
    with open_warehouse(data / "published.duckdb", read_only=True) as reader:
        before = reader.execute("SELECT count(*) FROM post").fetchone()
        assert passes.run(file, town.grow())["status"] == 0
        assert reader.execute("SELECT count(*) FROM post").fetchone() == before
    with duckdb.connect(str(data / "published.duckdb"), read_only=True) as reader:
        assert reader.execute("SELECT count(*) FROM post").fetchone() != before


def test_tables_that_are_damaged_are_one_line_and_the_snapshot_stands(
    town: World, folder: Path, passes: Passes
) -> None:
    file = town.config(folder / "damaged")
    data = load(file).storage.data
    assert passes.run(file, town.grow())["status"] == 0
    shutil.copyfile(data / "warehouse.duckdb", folder / "kept")
    with (data / "warehouse.duckdb").open("r+b") as stream:
        stream.truncate(5000)
    refused = passes.run(file, town.grow())
    assert refused["status"] == 1
    assert one_line(refused["said"])
    assert "warehouse.duckdb" in refused["said"]
    assert posts_of(file, "grannforum", table="published.duckdb")
    shutil.copyfile(folder / "kept", data / "warehouse.duckdb")
    assert passes.run(file, town.moments[-1])["status"] == 0


def posts_of(config_file: Path, source: str, *, table: str = "warehouse.duckdb") -> set[str]:
    with open_warehouse(load(config_file).storage.data / table, read_only=True) as con:
        found = con.execute("SELECT post_id FROM post WHERE source = ?", [source]).fetchall()
    return {post_id for (post_id,) in found}


def incidents(config_file: Path) -> int:
    with open_warehouse(load(config_file).storage.data / "warehouse.duckdb", read_only=True) as con:
        return len(con.execute("FROM incident").fetchall())
