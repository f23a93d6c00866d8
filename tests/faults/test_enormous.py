"""Landing files of 100 MB: one of many posts, one of a single enormous line. Neither takes the machine with it."""

from __future__ import annotations

import gzip
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.warehouse.landings import a_post, empty_warehouse
from warehouse.connection import open_warehouse
from warehouse.load import load_landing
from warehouse.records import to_line

SIZE = 100_000_000
"""Bytes, unpacked."""
MANY_MIB, ONE_MIB = 1024, 192
"""What loading may take on top of what the program itself takes: of the second file no line is ever whole in memory."""
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


def many() -> Iterator[bytes]:
    """Yield 100 MB of posts, each another's text, and one that is torn in its middle."""
    line = to_line(a_post(0, text="NUMMER " + "Brevet om drift och underhåll gäller inte alla. " * 25)).encode()
    for number in range(SIZE // len(line)):
        own = str(number).encode()
        yield line.replace(b'"p0"', b'"p' + own + b'"').replace(b"NUMMER", own).replace(b'_key": "', b'_key": "' + own)
        if number == 1000:
            yield line[: len(line) // 2]


def one() -> Iterator[bytes]:
    """Yield two posts and between them one of 100 MB on a line."""
    yield to_line(a_post(1)).encode()
    head, mark, tail = to_line(a_post(2)).encode().partition(b"Nummer 2.")
    assert mark
    yield head + b"a" * SIZE + tail
    yield to_line(a_post(3)).encode()


@pytest.mark.parametrize(
    ("lines", "reason", "limit"), [(many, "unreadable_line", MANY_MIB), (one, "line_too_long", ONE_MIB)]
)
def test_it_is_loaded_in_bounded_memory_and_the_poison_set_aside(
    tmp_path: Path, lines: Callable[[], Iterator[bytes]], reason: str, limit: int
) -> None:
    path = tmp_path / "forum" / "1.jsonl.gz"
    path.parent.mkdir()
    count = 0
    with gzip.open(path, "wb", compresslevel=1) as file:
        for line in lines():
            file.write(line + b"\n")
            count += 1
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.test_enormous", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["lines"] == count
    assert (found["loaded"], found["reasons"]) == (count - 1, [reason])
    assert found["mib"] < limit, found


def peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    landing = Path(sys.argv[1])
    warehouse = landing.with_name("warehouse.duckdb")
    warehouse.write_bytes(empty_warehouse())
    with open_warehouse(warehouse) as con:
        before = peak_mib()
        report = load_landing(con, landing, run_id="r")
        reasons = [row[0] for row in con.execute("SELECT reason FROM quarantine").fetchall()]
        unbalanced = con.execute("FROM outcome_balance WHERE NOT is_balanced").fetchall()
    assert not unbalanced
    print(
        json.dumps(
            {"lines": report.line_count, "loaded": report.loaded, "reasons": reasons, "mib": peak_mib() - before}
        )
    )
