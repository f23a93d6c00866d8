"""The warehouse on DuckLake: two workers store overlapping posts at once, and the tables are those of one file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.live import lakes, machine, postgres
from tests.live.lakes import said
from tests.warehouse.landings import T0, a_post, a_visit, hours, write_landing
from warehouse.access import WAREHOUSE, Access, LakePlace, use
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse
from warehouse.erase import erase
from warehouse.errors import LakeError
from warehouse.labels import Annotation, Label, pending_posts, save_labels
from warehouse.load import load_landings
from warehouse.publish import publish
from warehouse.records import Deletion
from warehouse.rollups import refresh

SECRET = "Hemligheten om Barbro Oktobersson"
WORDS = "Text {} som ändras då och då"
LEDGER = "outcome"
"""Which of two workers was first is told there, and nowhere else."""


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    lakes.require_extensions()
    with postgres.running() as server:
        yield server.database("lake")


def landing(folder: Path, worker: int, number: int) -> Path:
    """Write what a worker's crawl saw: a third of its posts another worker sees too, some of them later and edited."""
    begin, edit = 20 * number + 10 * worker, 1000 * worker
    posts = [
        a_post(
            n,
            text=SECRET if n == 15 else WORDS.format(n + edit * (n % 3 == 0)),
            seen_at=hours(number + worker / 2),
        )
        for n in range(begin, begin + 25)
    ]
    gone = [Deletion(source="forum", post_id=f"p{begin}", seen_at=hours(9 + worker))]
    return write_landing(folder / f"worker{worker}" / f"{number}.jsonl.gz", [*posts, a_visit(at=hours(number)), *gone])


def work(folder: Path, catalog: str, worker: int) -> Path:
    """Return where a worker opens the lake: a data folder of its own, the lake's files shared."""
    data = folder / f"data{worker}"
    use(data, Access(lake=LakePlace(catalog=catalog, data=f"{folder / 'lake'}/")))
    return data / WAREHOUSE


def store(con: duckdb.DuckDBPyConnection, folder: Path, worker: int) -> None:
    for number in range(3):
        load_landings(con, [folder / f"worker{worker}" / f"{number}.jsonl.gz"], run_id=f"w{worker}")


def label(con: duckdb.DuckDBPyConnection) -> None:
    posts = pending_posts(con, model_version="v", limit=999)
    labels = (Label(task="relevance", label="relevant", score=0.9),)
    found = [Annotation(post_key=p.post_key, revision=p.revision, language="sv", labels=labels) for p in posts]
    save_labels(con, found, model="m", model_version="v", at=T0)


def test_two_workers_at_once_leave_what_one_file_would_hold(place: str, tmp_path: Path) -> None:
    files = [landing(tmp_path, worker, number) for worker in range(2) for number in range(3)]
    for step in ("store", "label"):  # each by both at once; all that is to be labelled is known to both
        command = [sys.executable, "-m", "tests.live.test_lake", step, str(tmp_path), place]
        workers = [subprocess.Popen([*command, str(worker)], cwd=machine.ROOT) for worker in range(2)]
        assert [process.wait(300) for process in workers] == [0, 0]

    with open_warehouse(tmp_path / "one" / "file.duckdb") as con:
        load_landings(con, files, run_id="r")
        label(con)
        refresh(con)
        expected = table_hashes(con)
        outcomes = (
            "SELECT record, outcome IN ('quarantined', 'suppressed'), count(*) FROM outcome GROUP BY ALL ORDER BY ALL"
        )
        ledger = con.execute(outcomes).fetchall()

    path = work(tmp_path, place, 0)
    with open_warehouse(path) as con:
        refresh(con)
        found = table_hashes(con)
        assert {name: value for name, value in found.items() if name != LEDGER} == {
            name: value for name, value in expected.items() if name != LEDGER
        }
        assert con.execute(outcomes).fetchall() == ledger
        assert (
            con.execute("SELECT count(*) FROM outcome WHERE outcome = 'loaded'").fetchall()
            == con.execute("SELECT count(*) FROM post").fetchall()
        )
        load_landings(con, files, run_id="again")
        assert table_hashes(con) == found

        published = path.with_name("published.duckdb")
        publish(con, published)
    with open_warehouse(published, read_only=True) as con:
        assert table_hashes(con) == found

    erase(path, at=hours(50), post=("forum", "p15"))
    assert SECRET not in said(tmp_path / "lake")
    with open_warehouse(path) as con:
        assert con.execute("SELECT count(*) FROM post WHERE text IS NULL").fetchall() == [(1,)]


def test_a_lake_out_of_reach_is_said_in_one_line_without_the_password(tmp_path: Path) -> None:
    (port,) = machine.free_ports(1)
    path = work(tmp_path, f"dbname=lake host=127.0.0.1 port={port} password=hemligt-ord", 0)
    with pytest.raises(LakeError) as caught:
        open_warehouse(path)
    assert "hemligt-ord" not in str(caught.value) and "\n" not in str(caught.value)


if __name__ == "__main__":
    step, folder, catalog, worker = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    with open_warehouse(work(folder, catalog, worker)) as opened:  # the first to come makes the lake
        store(opened, folder, worker) if step == "store" else label(opened)
