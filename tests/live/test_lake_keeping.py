"""What keeps a lake: backup, restore, building anew, keys; two who load the same file; a catalog that goes away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crawlers.pseudonym import author_key, join_keys
from flows.backup import BackupError, backup, restore
from flows.config import author_secret
from flows.erasing import erase_author
from flows.errors import KeyMismatchError
from flows.paths import paths_of
from flows.rebuilding import rebuild_warehouse
from flows.rotating import require_key, rotate_key, settle_key
from flows.settings import Config
from tests.faults import world as faults
from tests.faults.passes import started
from tests.flows.kept import KEY, NAME, SECRET, a_config, fill, landed, look, pseudonym, where
from tests.live import lakes, postgres
from tests.live.lakes import hashes, on_a_lake, said
from tests.warehouse.landings import a_post, a_visit, fresh, hours, write_landing
from warehouse import load
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse

NEW = "e" * 64
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lake")]


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Postgres]:
    lakes.require_extensions()
    with postgres.running() as running:
        yield running


@pytest.fixture
def a_lake(server: postgres.Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Config]:
    """Make the configuration of a machine; those that name the same lake share it."""
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", KEY)
    made: dict[str, str] = {}

    def make(machine: str, lake: str = "one") -> Config:
        if lake not in made:
            made[lake] = server.database(f"{tmp_path.name}_{lake}")
        return on_a_lake(tmp_path / machine / "data", made[lake], tmp_path / lake)

    return make


def filled(config: Config) -> Config:
    config.storage.data.mkdir(parents=True)
    paths = fill(config, is_sealed=False)
    paths.warehouse.unlink()  # what the builder lays down for a file
    return config


def test_a_lake_is_backed_up_put_back_and_built_anew(a_lake: Callable[..., Config], tmp_path: Path) -> None:
    config, out, file = filled(a_lake("first")), tmp_path / "backup.tar", a_config(tmp_path / "plain" / "data")
    done = backup(config, out)
    assert "warehouse.duckdb" in done.files and not [name for name in done.files if name.endswith(".parquet")]
    with pytest.raises(BackupError, match="--force"):
        restore(config, out)
    restore(file, out)  # a file takes what a lake held
    assert hashes(file) == done.tables
    assert len(landings(file)) == len(landings(config)) > 0

    with open_warehouse(paths_of(config).warehouse) as con:
        con.execute("DELETE FROM post WHERE post_id = 'p2'")
        # What another machine has stored is in no landing file of this one.
        elsewhere = write_landing(tmp_path / "elsewhere.jsonl.gz", [a_post(31, seen_at=hours(4))])
        load.load_landings(con, [elsewhere], run_id="other")
    assert "post" in rebuild_warehouse(config, check=True)[0].differing
    rebuild_warehouse(config)
    assert {"p1", "p2", "p31"} <= posts(config)

    erase_author(config, pseudonym())
    assert SECRET not in said(tmp_path / "one")
    assert restore(config, out, force=True).erased_count == 2  # the author, and the post
    assert SECRET not in said(tmp_path / "one")
    assert "p2" in posts(config) and "p31" not in posts(config)


def test_an_empty_lake_takes_a_backup_and_what_landing_files_and_a_snapshot_tell(
    a_lake: Callable[..., Config], tmp_path: Path
) -> None:
    file = a_config(tmp_path / "plain" / "data")
    file.storage.data.mkdir(parents=True)
    fill(file, is_sealed=False)
    done = backup(file, tmp_path / "file.tar")
    config = a_lake("first")
    restore(config, tmp_path / "file.tar")  # a lake takes what a file held
    assert hashes(config) == done.tables
    rebuild_warehouse(file)
    anew = a_lake("first", "two")  # the catalog is lost: the landing files and the snapshot are there
    rebuilt, old = rebuild_warehouse(anew)
    assert old == paths_of(anew).published and rebuilt.read_count == rebuilt.post_count
    assert hashes(anew) == hashes(file)


def test_a_key_is_rotated_by_each_machine_of_a_lake(
    a_lake: Callable[..., Config], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config, other = filled(a_lake("first")), a_lake("second")
    waiting = write_landing(
        paths_of(other).landing / "forum" / "y.jsonl.gz", [a_post(41, author_key=pseudonym(), seen_at=hours(5))]
    )
    for one in (config, other):
        with open_warehouse(paths_of(one).warehouse) as con:
            settle_key(con, paths_of(one), author_secret(one))
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", f"{KEY},{NEW}")
    rotate_key(config)
    new = author_key(join_keys([KEY.encode(), NEW.encode()]), "forum", NAME)
    assert pseudonym() not in said(tmp_path / "one") and new in said(tmp_path / "one")
    assert where(look(config.storage.data), pseudonym()) == []
    with pytest.raises(KeyMismatchError, match="rotate-key"):
        require_key(other)
    with (
        open_warehouse(paths_of(other).warehouse) as con,
        pytest.raises(KeyMismatchError, match="rotate-key"),
    ):
        settle_key(con, paths_of(other), author_secret(other))
    rotated = rotate_key(other)
    assert (rotated.author_count, rotated.landing_count) == (0, 1)
    with open_warehouse(paths_of(other).warehouse) as con:
        settle_key(con, paths_of(other), author_secret(other))
        load.load_landings(con, [waiting], run_id="r")
        assert con.execute("SELECT author_key FROM post WHERE post_id IN ('p1', 'p41')").fetchall() == [(new,)] * 2
    assert {post.author_key for post in landed(paths_of(other))} == {new}


def test_two_who_load_the_same_file_at_the_same_moment_both_go_on(
    a_lake: Callable[..., Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = write_landing(tmp_path / "shared.jsonl.gz", [*map(a_post, range(5)), a_visit()])
    own = [write_landing(tmp_path / f"{name}.jsonl.gz", [a_post(20 + name, seen_at=hours(1))]) for name in range(2)]
    both_looked, first_time = threading.Barrier(2, timeout=60), threading.local()
    batches = load._batches

    def after_both_have_looked(*given: Any) -> Any:
        if not hasattr(first_time, "is_over"):
            first_time.is_over = True
            both_looked.wait()  # neither has stored anything, and neither knows of the other
        return batches(*given)

    monkeypatch.setattr(load, "_batches", after_both_have_looked)
    reports: dict[int, list[load.LoadReport]] = {}

    def work(number: int) -> None:
        with open_warehouse(paths_of(a_lake(f"machine{number}")).warehouse) as con:
            reports[number] = load.load_landings(con, [own[number], shared], run_id=f"w{number}")

    a_lake("machine0")
    workers = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert sorted(reports) == [0, 1]
    assert sorted(found[1].is_repeat for found in reports.values()) == [False, True]
    assert not any(found[0].is_repeat for found in reports.values())
    monkeypatch.undo()
    with fresh(tmp_path) as con:
        load.load_landings(con, [*own, shared], run_id="w0")
        assert hashes(a_lake("machine0")) == table_hashes(con)


def test_a_catalog_that_is_killed_in_the_middle_of_a_pass_costs_nothing(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    with faults.world() as town:
        calm = town.config(tmp_path / "calm")
        kept = {"catalog": f"postgres:{server.database('killed')}", "lake": str(tmp_path / "lake")}
        rough = town.config(tmp_path / "rough", warehouse=kept)
        with started(calm) as passes:
            for step in ("load", "match"):
                now = town.grow()
                assert passes.run(calm, now)["status"] == 0
                refused = passes.run(rough, now, cut=(step, server.stop))
                assert refused["status"] == 1, step
                assert len(refused["said"].splitlines()) == 1 and "PostgreSQL" in refused["said"], refused
                server.start()
                assert passes.run(rough, now)["status"] == 0
    assert faults.hashes(rough) == faults.hashes(calm)
    assert faults.unexplained(rough) == []


def posts(config: Config) -> set[str]:
    with open_warehouse(paths_of(config).warehouse) as con:
        return {post_id for (post_id,) in con.execute("SELECT post_id FROM post").fetchall()}


def landings(config: Config) -> list[Path]:
    return sorted((paths_of(config).landing / "forum").glob("*.gz"))
