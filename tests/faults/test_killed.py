"""Fifty passes killed at random instants, each run again: the tables equal those of passes that were left alone."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest

from tests.faults.passes import started
from tests.faults.world import hashes, unexplained, world

KILLS = 50
MOMENTS = 5
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


def test_killed_at_fifty_instants_ends_the_same(tmp_path: Path) -> None:
    chance, killed = random.Random(6), 0
    with world() as town:
        calm, rough = town.config(tmp_path / "calm"), town.config(tmp_path / "rough")
        with started(calm) as passes:
            for number in range(MOMENTS):
                now = town.grow()
                # The drawing of a digest takes longer than all the rest: some of the kills are to hit it.
                given = {"write_digest": number % 5 == 2}
                whole = passes.run(calm, now, **given)
                assert whole["status"] == 0
                for _ in range(KILLS // MOMENTS):
                    moment = chance.uniform(0.0, whole["seconds"])
                    killed += passes.run(rough, now, kill_after=moment, **given)["status"] == -signal.SIGKILL
                assert passes.run(rough, now, **given)["status"] == 0
    assert killed > KILLS // 2
    assert hashes(rough) == hashes(calm)
    assert unexplained(rough) == []
    assert hashes(rough)["post"].split(":")[0] == str(2 * 3 * MOMENTS)
    left = [path.name for path in (tmp_path / "rough").rglob("*") if path.name.endswith((".tmp", ".in_hand"))]
    assert left == []
