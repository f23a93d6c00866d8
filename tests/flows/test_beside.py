"""What is done beside a step: at the same time, on a connection of its own, and with its errors told at the end."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier

import pytest

from flows import beside as beside_module
from flows.beside import beside
from flows.desk import Desk
from tests.flows.desks import a_desk
from warehouse.connection import transaction
from warehouse.named import rows

SECONDS = 30.0


def put(desk: Desk, step: str) -> None:
    desk.con.execute("INSERT INTO waiting_post VALUES ($step, 'p')", {"step": step})


def known(desk: Desk) -> list[str]:
    return [step for (step,) in desk.con.execute("SELECT step FROM waiting_post ORDER BY step").fetchall()]


def test_both_write_at_the_same_time(tmp_path: Path) -> None:
    met = Barrier(2, timeout=SECONDS)

    def there(other: Desk) -> None:
        with transaction(other.con):
            put(other, "copies")
            met.wait()  # both are in the middle of their transactions
            met.wait()

    with a_desk(tmp_path) as desk:
        desk.con.execute("SET threads = 2")
        with beside(desk, there), transaction(desk.con):
            put(desk, "match")
            met.wait()
            assert known(desk) == ["match"]
            met.wait()
        assert known(desk) == ["copies", "match"]
        assert rows(desk.con, "thread_count") == [{"thread_count": 2}]


def test_what_fails_beside_is_told_at_the_end(tmp_path: Path) -> None:
    def there(other: Desk) -> None:
        put(other, "copies")
        raise OSError("disk full")

    with a_desk(tmp_path) as desk:
        with pytest.raises(OSError, match="disk full"), beside(desk, there):
            put(desk, "match")
        assert known(desk) == ["copies", "match"]


def test_what_fails_inside_waits_for_what_is_done_beside(tmp_path: Path) -> None:
    met = Barrier(2, timeout=SECONDS)

    def there(other: Desk) -> None:
        met.wait()
        put(other, "copies")

    with a_desk(tmp_path) as desk:
        with pytest.raises(ValueError, match="inside"), beside(desk, there):
            met.wait()
            raise ValueError("inside")
        assert known(desk) == ["copies"]


def test_on_a_lake_it_is_done_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside_module, "is_lake", lambda _: True)
    with a_desk(tmp_path) as desk:
        with beside(desk, lambda other: put(other, "copies")):
            assert known(desk) == []
        assert known(desk) == ["copies"]
