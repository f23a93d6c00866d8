"""What a pass costs that finds nothing new: imports, opening the warehouse, and each step.

    python -m benchmarks.empty_pass [--prefect]

Two passes are made in one data folder without sources by another process, so that the tables are there. The third is
told, with all that this process needs for it: `total` is from the start of the interpreter on. Seconds are by the
clock, and of this process's processor time, which a busy machine changes less. With `--prefect` one more pass is made
as `ryktesvakt run` makes it, under a Prefect server of its own, whose processor time is not this process's.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Time = tuple[float, float]
"""Seconds by the clock, and of the processor."""
PARTS = ("flows.config", "flows.story", "flows.daily")
"""Each imported after those before it: reading the configuration, the steps, Prefect."""
CONFIG = """
[company]
name = "Open Infra"
[[segment]]
id = "villa"
name = "Villor"
customers = 9000
[storage]
data = "{data}"
"""


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--prefect", action="store_true", help="Make one more pass as `ryktesvakt run` does.")
    parser.add_argument("--before", type=Path, help="Make the passes before, with this configuration; tell nothing.")
    given = parser.parse_args()
    if given.before:
        one_pass(given.before)
        one_pass(given.before)
        return
    imports = {name: timed(lambda name=name: importlib.import_module(name)) for name in PARTS}  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "ryktesvakt.toml"
        file.write_text(CONFIG.format(data=f"{name}/data"))
        (Path(name) / "data" / "secrets").mkdir(parents=True)
        (Path(name) / "data" / "secrets" / "author.key").write_text("k" * 64)
        subprocess.run([sys.executable, "-m", "benchmarks.empty_pass", "--before", str(file)], check=True)
        told = one_pass(file)
        clock = sum(part[0] for part in imports.values()) + told["all"][0]
        figures: dict[str, Any] = {
            "import": imports,
            "pass": told,
            "total": (round(clock, 3), round(time.process_time(), 3)),
        }
        if given.prefect:
            run_here = importlib.import_module("flows.daily").run_here
            figures["pass_under_prefect"] = timed(lambda: run_here(file))
    print(json.dumps(figures, indent=2))


def one_pass(file: Path) -> dict[str, Time]:
    """Make a pass without Prefect; return the time of opening, of each step, and of all."""
    load = importlib.import_module("flows.config").load
    open_desk = importlib.import_module("flows.desk").open_desk
    story = importlib.import_module("flows.story")
    found: dict[str, Time] = {}

    def do(step: Callable[..., Any], *given: Any, **options: Any) -> Any:
        kept: list[Any] = []
        found[step.__name__] = timed(lambda: kept.append(step(*given, **options)))
        return kept[0]

    def whole() -> None:
        begun = time.perf_counter(), time.process_time()
        with open_desk(load(file)) as desk:
            found["open"] = since(begun)
            story.one_pass(desk, do=do)

    found["all"] = timed(whole)
    return found


def timed(work: Callable[[], object]) -> Time:
    """Return the time that the work took."""
    begun = time.perf_counter(), time.process_time()
    work()
    return since(begun)


def since(begun: Time) -> Time:
    """Return the time since a moment."""
    return round(time.perf_counter() - begun[0], 3), round(time.process_time() - begun[1], 3)


if __name__ == "__main__":
    main()
