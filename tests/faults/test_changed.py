"""What changes under a pass: its configuration, the claims, the clock. The pass goes by what it began with."""

from __future__ import annotations

import signal
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from flows.config import load
from flows.errors import BusyError
from flows.paths import open_ledger
from tests.faults.passes import Passes
from tests.faults.test_machine import one_line
from tests.faults.test_refused import TOLD, good, same
from tests.faults.world import World, a_claim, hashes, unexplained, unloaded
from warehouse.ledger import put_claim

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]
DAY = 86_400.0


def without_a_source(values: dict[str, Any]) -> None:
    values["source"] = [source for source in values["source"] if source["name"] != "villaforum"]


def renamed_and_without_a_source(values: dict[str, Any]) -> None:
    values["company"] = {"name": "Nordfiber", "aliases": ["Open Infra", "OpenInfra"]}
    without_a_source(values)


def edited(file: Path, change: Callable[[dict[str, Any]], None] = renamed_and_without_a_source) -> None:
    values = tomllib.loads(file.read_text(encoding="utf-8"))
    change(values)
    file.write_text(tomli_w.dumps(values), encoding="utf-8")


def claimed(file: Path) -> None:
    with open_ledger(load(file)) as con:
        put_claim(con, replace(a_claim(), statement="Alla ska betala en avgift för drift.", truth="Nej."))


def test_a_configuration_that_is_edited_during_a_pass_is_the_next_ones(
    town: World, folder: Path, passes: Passes
) -> None:
    calm, rough = town.config(folder / "calm edited"), town.config(folder / "edited")
    now = town.grow()
    good(passes.run(calm, now))
    edited(calm)
    good(passes.run(rough, now, cut=("crawl", lambda: edited(rough))))
    now = town.grow()
    for file in (calm, rough):
        good(passes.run(file, now))
    assert hashes(rough) == hashes(calm)
    assert unexplained(rough) == [] and unloaded(rough) == 0


def test_what_a_killed_pass_had_landed_is_loaded_though_its_source_is_gone(
    town: World, folder: Path, passes: Passes
) -> None:
    calm, rough = town.config(folder / "calm gone"), town.config(folder / "gone source")
    now = town.grow()
    good(passes.run(calm, now))
    assert passes.run(rough, now, kill_in="load")["status"] == -signal.SIGKILL
    for file in (calm, rough):
        edited(file, without_a_source)
    good(passes.run(rough, now))
    now = town.grow()
    for file in (calm, rough):
        good(passes.run(file, now))
    same(rough, calm)


def test_a_claim_cannot_be_edited_under_a_pass_and_is_followed_after_it(
    town: World, folder: Path, passes: Passes
) -> None:
    calm, rough = town.config(folder / "calm claim"), town.config(folder / "claim")
    refused: list[str] = []

    def try_to() -> None:
        with pytest.raises(BusyError) as caught:
            claimed(rough)
        refused.append(str(caught.value))

    now = town.grow()
    good(passes.run(calm, now))
    good(passes.run(rough, now, cut=("match", try_to)))
    assert one_line(refused[0]) and "a pass is writing" in refused[0] and "wait for it" in refused[0]
    now = town.grow()
    for file in (calm, rough):
        claimed(file)
        good(passes.run(file, now))
    assert hashes(rough) == hashes(calm)


@pytest.mark.parametrize(("days", "step"), [(-1, "crawl"), (-1, "annotate"), (1, "annotate")])
def test_a_clock_that_jumps_by_a_day_during_a_pass(
    town: World, folder: Path, passes: Passes, days: int, step: str
) -> None:
    name = f"{days} days {step}"
    calm, rough = town.config(folder / f"calm {name}"), town.config(folder / name)
    for number in range(3):
        at = town.grow().isoformat()
        good(passes.run(calm, None, clock={"at": at}))
        jump = {"jump_in": step, "seconds": days * DAY} if number == 1 else {}
        answer = passes.run(rough, None, clock={"at": at, **jump})
        if number == 2 and days == 1:
            # The clock is right again, and stands before the pass that went by the wrong one: said, and what to do.
            assert one_line(answer["said"]) and "the clock says" in answer["said"], answer
            note = load(rough).storage.data / "pass.json"
            assert f"remove {note}" in answer["said"]
            note.unlink()
            answer = passes.run(rough, None, clock={"at": at})
        assert answer["status"] == 0, answer
    # Alarms that were raised by a wrong clock were raised; what was seen and judged is what it would have been.
    found, expected = hashes(rough), hashes(calm)
    assert {name for name in found if found[name] != expected[name]} <= TOLD
    assert unexplained(rough) == [] and unloaded(rough) == 0
