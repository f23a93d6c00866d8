"""Fifty passes killed at random instants, each run again: the tables equal those of passes that were left alone."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest

from flows.progress import StepTime, read_note
from tests.faults.passes import started
from tests.faults.world import hashes, unexplained, world

MOMENTS = 5
KILLS = 10
"""In each of the passes: one in every step, at a random instant of it."""
KILLED = -signal.SIGKILL
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


def test_killed_at_fifty_instants_ends_the_same(tmp_path: Path) -> None:
    chance, killed = random.Random(6), 0
    with world() as town:
        calm, rough = town.config(tmp_path / "calm"), town.config(tmp_path / "rough")
        with started(calm) as passes:
            for number in range(MOMENTS):
                now = town.grow()
                # The drawing of a digest takes longer than all the rest: once is enough.
                given = {"write_digest": number == 2}
                assert passes.run(calm, now, **given)["status"] == 0
                for step in steps_of(calm)[-KILLS:]:
                    moment = chance.uniform(0.0, step.seconds)
                    killed += passes.run(rough, now, kill_in=step.step, kill_after=moment, **given)["status"] == KILLED
                assert passes.run(rough, now, **given)["status"] == 0
    assert killed >= 0.8 * MOMENTS * KILLS
    assert hashes(rough) == hashes(calm)
    assert unexplained(rough) == []
    assert hashes(rough)["post"].split(":")[0] == str(2 * 3 * MOMENTS)
    left = [path.name for path in (tmp_path / "rough").rglob("*") if path.name.endswith((".tmp", ".in_hand"))]
    assert left == []


def steps_of(config_file: Path) -> tuple[StepTime, ...]:
    """Return the steps of the last pass, and how long each took."""
    note = read_note(config_file.parent / "data")
    assert note is not None
    return note.steps
