"""The board with 20 readers while snapshots are published: milliseconds a page, on posts made by the million."""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse.connection import open_warehouse
from warehouse.ledger import put_claim, put_segments
from warehouse.publish import publish
from warehouse.records import Claim, Segment

READERS = 20
PORT = 8799
PAGES = (
    "/",
    "/pastaenden",
    "/pastaenden/c0",
    "/kallor",
    "/klagomal",
    "/modeller",
    "/inlagg",
    "/inlagg?ord=avgift",
    "/inlagg?ord=finnsinte",
)
BETWEEN_SECONDS = 1.0
"""A reader looks at a page for a while before the next."""
CONFIG = """
[company]
name = "Open Infra"
[storage]
data = "{data}"
[[segment]]
id = "villa"
name = "Villor"
customers = 9000
[[source]]
name = "forum0"
engine = "xenforo"
url = "http://127.0.0.1/"
"""


def main() -> int:
    """Build, serve, read, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        size = _build(data, given.posts)
        config = Path(folder) / "board.toml"
        config.write_text(CONFIG.format(data=data), encoding="utf-8")
        command = [sys.executable, "-m", "flows.cli.app", "board", "--config", str(config), "--port", str(PORT)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            begun = time.perf_counter()
            _wait()
            first = time.perf_counter() - begun
            found = _read(data, given.seconds)
        finally:
            server.terminate()
            server.wait()
    print(
        json.dumps(
            {"posts": given.posts, "snapshot_mb": size // 2**20, "first_page_s": round(first, 1), "readers": READERS}
        )
    )
    for page, times in found.items():
        p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        print(f"{page:26} {len(times):5} answers  median {statistics.median(times):7.0f} ms  p95 {p95:7.0f} ms")
    return 0


def _build(data: Path, count: int) -> int:
    data.mkdir(parents=True)
    with open_warehouse(data / "warehouse.duckdb") as con:
        _fill(con, count)
        put_segments(con, [Segment(segment="villa", name="Villor", customer_count=9000)])
        for number in range(3):
            claim = Claim(
                claim_id=f"c{number}",
                statement=f"Påstående {number}",
                truth="Nej.",
                created_at=datetime(2025, 1, 1, tzinfo=UTC),
            )
            put_claim(con, claim)
        return publish(con, data / "published.duckdb").byte_count


def _fill(con: duckdb.DuckDBPyConnection, count: int) -> None:
    text = (Path(__file__).parent / "board_posts.sql").read_text(encoding="utf-8").replace("POST_COUNT", str(count))
    con.execute(text)


def _wait() -> None:
    for _ in range(6000):
        try:
            if _get("/")[0] in (200, 503):
                return
        except OSError:
            time.sleep(0.1)


def _get(page: str) -> tuple[int, float]:
    con = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    begun = time.perf_counter()
    con.request("GET", page)
    answer = con.getresponse()
    answer.read()
    con.close()
    return answer.status, (time.perf_counter() - begun) * 1000


def _read(data: Path, seconds: float) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {page: [] for page in PAGES}
    until = time.monotonic() + seconds

    def reader(number: int) -> None:
        place = number
        while time.monotonic() < until:
            page = PAGES[place % len(PAGES)]
            status, took = _get(page)
            assert status == 200, page
            found[page].append(took)
            place += 1
            time.sleep(BETWEEN_SECONDS)

    threads = [threading.Thread(target=reader, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    with open_warehouse(data / "warehouse.duckdb") as con:
        while time.monotonic() < until - seconds / 2:
            con.execute("UPDATE claim SET truth = truth || '.'")
            publish(con, data / "published.duckdb")
            time.sleep(seconds / 4)
    for thread in threads:
        thread.join()
    return found


if __name__ == "__main__":
    sys.exit(main())
