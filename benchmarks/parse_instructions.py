"""Reading a thread page in instructions that the processor carries out: alike on a quiet machine and on a busy one.

    python -m benchmarks.parse_instructions NAME ...

Valgrind counts them over a process that reads a page twice, and over one that reads it five times. They are no times:
Python's own take longer than those of a walk over the tree. It says what a change took off, where clocks cannot.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from zoneinfo import ZoneInfo

from benchmarks import parse_pages
from crawlers import memory
from crawlers.engines import registry
from crawlers.model import Site

FEW, MORE = 2, 5


def main() -> None:
    """Count, and print one JSON object: millions of instructions a reading."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="+", metavar="NAME", help="pages to read")
    parser.add_argument("--times", type=int, help="only read them, so often")
    given = parser.parse_args()
    if given.times:
        read(given.names, times=given.times)
    else:
        print(json.dumps({name: round(instructions(name) / 1e6, 2) for name in given.names}, indent=2))


def read(names: list[str], *, times: int) -> None:
    memory.keep()
    for name, engine, page in parse_pages.pages():
        site = Site(name="bench", engine=engine, url=page.url, timezone=ZoneInfo("Europe/Stockholm"))
        for _ in range(times if name in names else 0):
            registry.get(engine).parse_thread(page, site)


def instructions(name: str) -> float:
    """Return how many a reading takes, once all is imported and compiled."""
    return (_counted(name, MORE) - _counted(name, FEW)) / (MORE - FEW)


def _counted(name: str, times: int) -> int:
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    command = [*valgrind, sys.executable, "-m", "benchmarks.parse_instructions", name, "--times", str(times)]
    # Names are hashed alike in both.
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert found, done.stderr[-500:]
    return int(found[1])


if __name__ == "__main__":
    main()
