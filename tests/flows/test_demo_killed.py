"""The demo killed at random moments and started again ends with the same tables as one that was left alone."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse

DAYS = 6
KILLS = 3
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.cli.app", "demo"]
    options = ["--out", str(folder), "--days", str(DAYS), "--port", str(port)]
    return subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )


def finish(process: subprocess.Popen[bytes]) -> str:
    said, _ = process.communicate(timeout=600)
    assert process.returncode == 0, said.decode()
    return said.decode()


def hashes(folder: Path) -> dict[str, str]:
    con = open_warehouse(folder / "data" / "warehouse.duckdb", read_only=True)
    try:
        return table_hashes(con)
    finally:
        con.close()


def wait_for(process: subprocess.Popen[bytes], folder: Path, pass_number: int) -> None:
    """Wait until so many passes are done; the demo cannot end before that many."""
    while process.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            if json.loads((folder / "progress.json").read_text(encoding="utf-8"))["done"] >= pass_number:
                return
        time.sleep(0.02)


def free_ports() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return min(probe.getsockname()[1], 65000)


def test_killed_anywhere_and_started_again_ends_the_same(tmp_path: Path) -> None:
    calm, rough, port = tmp_path / "calm", tmp_path / "rough", free_ports()
    finish(start(calm, port))
    chance, killed = random.Random(2023), 0
    for pass_number in sorted(chance.sample(range(DAYS), KILLS)):
        process = start(rough, port)
        wait_for(process, rough, pass_number)
        # Somewhere in the pass that follows, or in the next.
        time.sleep(chance.uniform(0.0, 1.0))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
    said = finish(start(rough, port))
    assert killed >= KILLS - 1
    assert "Digest:" in said
    assert hashes(rough) == hashes(calm)
    assert not list(rough.rglob("*.tmp"))
