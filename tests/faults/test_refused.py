"""What is refused to a pass: new files, open files, what others own, a held database. One clear line, then recovery."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from flows.config import load
from tests.faults.hobbles import belongs_to_another, belongs_to_us
from tests.faults.passes import Passes
from tests.faults.test_machine import one_line
from tests.faults.world import World, hashes, unexplained, unloaded

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]
TOLD = {"alarm_state", "alert", "alert_event"}
"""A pass that could read no source tells that they are silent, and remembers it: that did happen."""
NEW_FILES = (0, 2, 4)
"""Files that may still be made, as a pass goes on: a few, and not all that it needs."""


def same(rough: Path, calm: Path) -> None:
    """The tables equal those of passes that nothing was refused, and the ledger explains every line and post."""
    found, expected = hashes(rough), hashes(calm)
    assert {name for name in found if found[name] != expected[name]} <= TOLD
    assert unexplained(rough) == [] and unloaded(rough) == 0


def good(answer: dict[str, Any]) -> None:
    """The pass did all of its work."""
    assert answer["status"] == 0, answer["said"]


def clear(answer: dict[str, Any], *words: str) -> None:
    """The pass ended with lines that each say what, where and what to do."""
    assert answer["status"] == 1, answer
    assert "Traceback" not in answer["said"]
    problems = [line for line in answer["said"].splitlines() if not line.startswith("no source could be read")]
    assert problems and all(any(word in line.lower() for word in words) for line in problems), answer["said"]


def test_a_file_system_that_takes_no_more_files(town: World, folder: Path, passes: Passes) -> None:
    calm = town.config(folder / "calm inodes")
    with few_files(folder / "inodes") as limit:
        rough = town.config(folder / "inodes" / "here")
        for more in NEW_FILES:
            now = town.grow()
            good(passes.run(calm, now))
            limit(more)
            clear(passes.run(rough, now), "df -i")
            limit(None)
            good(passes.run(rough, now))
        same(rough, calm)


@contextmanager
def few_files(place: Path) -> Iterator[Callable[[int | None], None]]:
    """Mount a file system at a place; yield what sets how many more files it takes."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "nr_inodes=100k,mode=0755", "none", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here: needs root")

    def limit(more: int | None) -> None:
        used = os.statvfs(place).f_files - os.statvfs(place).f_ffree
        option = f"remount,nr_inodes={'100k' if more is None else used + more}"
        subprocess.run(["mount", "-o", option, str(place)], check=True, capture_output=True)

    try:
        yield limit
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True, capture_output=True)


def test_too_few_open_files(town: World, folder: Path, passes: Passes) -> None:
    calm, rough = town.config(folder / "calm open"), town.config(folder / "open")
    for count in (11, 23):  # the pass cannot note that it begins; the crawl cannot be set up
        now = town.grow()
        good(passes.run(calm, now))
        clear(passes.run(rough, now, open_files=count), "ulimit -n")
        good(passes.run(rough, now))
    same(rough, calm)


def test_what_belongs_to_another_user_is_named(town: World, folder: Path, passes: Passes) -> None:
    calm, rough = town.config(folder / "calm owner"), town.config(folder / "owner")
    data = load(rough).storage.data
    for config in (calm, rough):
        good(passes.run(config, town.moments[-1] if town.moments else town.grow()))
    for name in ("warehouse.duckdb", "frontier.sqlite", "landing/grannforum", "pass.lock"):
        now = town.grow()
        good(passes.run(calm, now))
        belongs_to_another(data / name)
        refused = passes.run(rough, now, is_ordinary=True)
        clear(refused, "permission denied", "give the right")
        assert str(data) in refused["said"] or name in refused["said"]
        belongs_to_us(data / name)
        good(passes.run(rough, now))
    same(rough, calm)


def test_a_strict_umask_keeps_others_out_and_one_that_shuts_us_out_is_said(
    town: World, folder: Path, passes: Passes
) -> None:
    calm, rough = town.config(folder / "calm umask"), town.config(folder / "umask")
    data = load(rough).storage.data
    now = town.grow()
    good(passes.run(calm, now))
    (data / "warehouse.duckdb").chmod(0o600)  # made before; a snapshot takes its rights
    known = set(data.rglob("*"))
    good(passes.run(rough, now, umask=0o077, is_ordinary=True))
    made = [path for path in data.rglob("*") if path not in known]
    assert made and [path for path in made if path.lstat().st_mode & 0o077] == []
    now = town.grow()
    good(passes.run(calm, now))
    clear(passes.run(rough, now, umask=0o777, is_ordinary=True), "permission denied")
    for path in [data, *data.rglob("*")]:  # what the line says is to be done
        path.chmod(0o700 if path.is_dir() else 0o600)
    good(passes.run(rough, now, is_ordinary=True))
    same(rough, calm)


def test_a_database_that_another_program_holds_is_named_with_its_holder(
    town: World, folder: Path, passes: Passes
) -> None:
    calm, rough = town.config(folder / "calm held"), town.config(folder / "held")
    now = town.grow()
    good(passes.run(calm, now))
    warehouse = load(rough).storage.data / "warehouse.duckdb"
    holding = "import sys, duckdb; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holding, str(warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        refused = passes.run(rough, now)
        assert holder.stdin
        holder.stdin.close()
    assert refused["status"] == 1 and one_line(refused["said"])
    assert f"process {holder.pid}" in refused["said"] and "end it" in refused["said"]
    good(passes.run(rough, now))
    same(rough, calm)
