"""What a kill leaves on the disk can be opened: the file and its log, copied at every instant between statements."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from tests.warehouse.landings import T0, a_post, a_visit, fresh, hours, write_landing
from tests.warehouse.test_digest_rows import annotation
from warehouse import connection
from warehouse.alerts import put_alerts, set_alert_state
from warehouse.audit import table_hashes
from warehouse.clusters import Cluster, ClusterPost, put_clusters
from warehouse.connection import open_warehouse
from warehouse.labels import judge, pending_posts, save_labels
from warehouse.ledger import put_claim, put_segments, set_verdict
from warehouse.load import load_landing
from warehouse.matches import Match, save_matches
from warehouse.records import Alert, Claim, Deletion, Quote, Segment
from warehouse.watching import put_states


@contextmanager
def as_killed(path: Path) -> Iterator[Path]:
    """Yield the warehouse as a kill at this instant would leave it: a copy of the file and its log."""
    copy = path.with_name("killed.duckdb")
    log = path.with_name(path.name + ".wal")
    shutil.copyfile(path, copy)
    if log.exists():
        shutil.copyfile(log, copy.with_name(copy.name + ".wal"))
    try:
        yield copy
    finally:
        for left in path.parent.glob("killed.duckdb*"):
            left.unlink()


def test_a_first_start_may_be_killed_at_any_instant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "warehouse.duckdb"
    real, looks = connection.run, []

    def looked_at(con: duckdb.DuckDBPyConnection, name: str, /, **values: Any) -> Any:
        with as_killed(path) as killed:
            duckdb.connect(str(killed)).close()
            looks.append(name)
        return real(con, name, **values)

    monkeypatch.setattr(connection, "run", looked_at)
    with open_warehouse(path) as con:
        monkeypatch.undo()
        with as_killed(path) as killed, open_warehouse(killed) as again:
            assert table_hashes(again) == table_hashes(con)
    assert len(looks) >= 8


def test_every_kind_of_write_is_read_back_from_the_log(tmp_path: Path) -> None:
    with fresh(tmp_path) as con:
        path = Path(con.execute("SELECT path FROM duckdb_databases() WHERE NOT internal").fetchall()[0][0])
        for step in range(len(WRITES)):
            WRITES[step](con, tmp_path)
            with as_killed(path) as killed, open_warehouse(killed) as again:
                assert table_hashes(again) == table_hashes(con), f"after write {step}"
                assert (
                    again.execute("SELECT count(*) FROM mention_current").fetchone()
                    == con.execute("SELECT count(*) FROM mention_current").fetchone()
                )


def first_posts(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    posts = [a_post(1), a_post(2, quoted=(Quote(text="q"),), redactions=("phone",)), a_visit(), b"{"]
    load_landing(con, write_landing(folder / "1.gz", posts), run_id="r")


def later_posts(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    gone = Deletion(source="forum", post_id="p2", seen_at=hours(2))
    edited = [a_post(1, text="ny", seen_at=hours(1)), a_post(3, seen_at=hours(1)), gone]
    load_landing(con, write_landing(folder / "2.gz", edited), run_id="r")


def older_posts(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    load_landing(con, write_landing(folder / "3.gz", [a_post(1, seen_at=T0 - timedelta(hours=1))]), run_id="r")


def labels(con: duckdb.DuckDBPyConnection, _: Path) -> None:
    posts = pending_posts(con, model_version="v", limit=9)
    found = [annotation(post.post_key, post.revision, number) for number, post in enumerate(posts)]
    vectors = np.ones((len(posts), 384), dtype=np.float32)
    save_labels(con, found, model="m", model_version="v", at=T0, vectors=vectors)
    judge(con, posts[0].post_key, task="sentiment", labels=["positive"], by="Anna", at=T0)


def matches(con: duckdb.DuckDBPyConnection, _: Path) -> None:
    key = con.execute("SELECT post_key, revision FROM post ORDER BY 1").fetchall()[0]
    match = Match(post_key=key[0], revision=key[1], claim_id="c", tier="auto", stance="support")
    save_matches(con, [key], [match], model="m", version="x", at=T0)


def ledger(con: duckdb.DuckDBPyConnection, _: Path) -> None:
    put_claim(con, Claim(claim_id="c", statement="s", truth="t", created_at=T0, segments=("a",), paraphrases=("p",)))
    put_claim(con, Claim(claim_id="c", statement="s2", truth="t", created_at=T0, segments=("b",)))
    set_verdict(con, "c", "false", by="Anna", at=T0)
    put_segments(con, [Segment(segment="a", name="A", customer_count=1)])
    put_segments(con, [Segment(segment="a", name="A", customer_count=2)])


def watch(con: duckdb.DuckDBPyConnection, _: Path) -> None:
    alert = Alert(alert_id="a", kind="alarm", severity="watch", subject_id="c", raised_at=T0, reason="r")
    put_alerts(con, [alert], at=T0)
    set_alert_state(con, "a", "handled", by="Anna", at=hours(1))
    for hour in range(3):
        put_states(con, {"c": {"M": [hour]}}, step_at=hours(hour), keep_hours=1)
    one = Cluster(cluster_id="k", created_at=T0, central_post_key="p", terms=("t",), centroid=(0.5,))
    member = ClusterPost(post_key="p", cluster_id="k", revision="r", model_version="v")
    put_clusters(con, [one], [member])
    put_clusters(con, [replace(one, state="named")], [replace(member, post_key="q")])


WRITES = (first_posts, later_posts, older_posts, labels, matches, ledger, watch)
