"""One writer at a time, and a lock that a dead process cannot keep."""

import multiprocessing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from flows.errors import BusyError
from flows.paths import Paths, remove_leftovers, run_id_of, writer_lock


def _hold(data: Path, ready, stop) -> None:  # type: ignore[no-untyped-def]
    with writer_lock(Paths(data=data)):
        ready.set()
        stop.wait(60)


def test_a_second_process_is_told_who_writes_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(tmp_path, ready, stop), daemon=True)
    process.start()
    assert ready.wait(60)
    with pytest.raises(BusyError, match=f"process {process.pid}"), writer_lock(Paths(data=tmp_path)):
        pass
    process.kill()
    process.join()
    with writer_lock(Paths(data=tmp_path)):
        pass


def test_run_ids_sort_by_time_whatever_the_zone() -> None:
    early = datetime(2023, 10, 29, 2, 30, tzinfo=timezone(timedelta(hours=2)))
    late = datetime(2023, 10, 29, 1, 0, tzinfo=UTC)
    assert run_id_of(early) == "20231029T003000Z"
    assert run_id_of(early) < run_id_of(late)


def test_what_killed_passes_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    paths = Paths(data=tmp_path)
    left = [".published.duckdb.77.tmp", ".pass.json.77.tmp", ".match.in_hand.77.tmp", "digests/.2023-11-08.html.77.tmp"]
    kept = ["published.duckdb", ".match.in_hand", ".accounts.json.77.tmp", "digests/2023-11-08.html"]
    (tmp_path / "digests").mkdir()
    for name in (*left, *kept):
        (tmp_path / name).write_text("x")
    remove_leftovers(paths)
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == sorted(kept)
