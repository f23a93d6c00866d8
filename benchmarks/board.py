"""The board with 20 readers while a run writes and publishes, on posts made by the million.

    python -m benchmarks.board [--posts 10000000] [--seconds 60] [--folder FOLDER]

First one reader alone asks for every page, new and again: the processor's milliseconds that the server needs for it,
which a busy machine changes little. Then 20 readers, while another process changes claims and publishes three times; of
every answer the milliseconds by the clock. A reader looks at each page for five seconds on average, as long as it takes
to see what a page says and go on: drawn anew each time, often less and at times much more (exponential), so that clicks
fall together as they do with people. `--look 1` is a reader in a hurry. A third of the clicks are searches, posts and
lists of suggestions that nobody has asked for. `--folder` keeps the warehouse, and uses one that stands there. Keys of
the large tables are left out while they are filled, but for that of posts: a reader of the snapshot does not ask for
them.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from benchmarks.board_build import build

READERS = 20
PORT = 8799
PAGES = (
    *("/", "/pastaenden", "/pastaenden/c{claim}", "/kallor", "/klagomal", "/modeller", "/arkiv", "/beslut"),
    *("/inlagg", "/inlagg?ord=avgift", "/inlagg?ord=gata+{word:05d}", "/inlagg?ton=negative&kalla=forum{source}"),
    *("/inlagg?fore={day}T12:00:00%2B00:00", "/inlagg/{post}"),
    "/pastaenden/c{claim}?hallning=forslag&fore={day}T12:00:00%2B00:00",
)
CONFIG = """
[company]
name = "Open Infra"
[storage]
data = "{data}"
generations = 1
[[segment]]
id = "villa"
name = "Villor"
customers = 9000
[[source]]
name = "forum0"
engine = "xenforo"
url = "http://127.0.0.1/"
"""
WRITER = """
import sys, time
from pathlib import Path
from warehouse.connection import open_warehouse
from warehouse.publish import publish
data = Path(sys.argv[1])
with open_warehouse(data / "warehouse.duckdb") as con:
    while True:
        con.execute("UPDATE claim SET truth = truth || '.'")
        publish(con, data / "published.duckdb", generations=1)
        time.sleep(float(sys.argv[2]))
"""


def main() -> int:
    """Build, serve, read, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--posts", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--look", type=float, default=5.0, help="Seconds that a reader looks at a page, on average.")
    parser.add_argument("--folder", type=Path, default=None, help="Where the warehouse is, or is made and kept.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = given.folder or Path(name)
        data = folder / "data"
        if not (data / "published.duckdb").exists():
            build(data, given.posts)
        (folder / "board.toml").write_text(CONFIG.format(data=data), encoding="utf-8")
        size, posts = (data / "published.duckdb").stat().st_size, _posts(data)
        with _served(folder / "board.toml") as (server, first):
            about = {"posts": len(posts) and _count(data), "snapshot_mb": size >> 20, "first_page_s": round(first, 1)}
            print(json.dumps(about))
            alone = {page: _alone(server, page, posts) for page in PAGES}
            clock, used = _together(server, data, posts, given.seconds, look=given.look)
    _tell(alone, clock, used)
    return 0


@contextmanager
def _served(config: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    command = [sys.executable, "-m", "flows.cli.app", "board", "--config", str(config), "--port", str(PORT)]
    begun = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(6000):
            try:
                _get("/")
                break
            except OSError:
                time.sleep(0.1)
        yield server, time.perf_counter() - begun
    finally:
        server.terminate()
        server.wait()


def _alone(server: subprocess.Popen[bytes], page: str, posts: list[str]) -> tuple[float, float]:
    """Return the processor's milliseconds of a page that is new, the median of five, and of the same again."""
    new, again = [], []
    for _ in range(5):
        path = _path(page, posts)
        for times in (new, again):
            before = _used(server)
            _get(path)
            times.append((_used(server) - before) * 1000)
    return statistics.median(new), statistics.median(again)


def _together(
    server: subprocess.Popen[bytes], data: Path, posts: list[str], seconds: float, *, look: float
) -> tuple[dict[str, list[float]], float]:
    """Return the milliseconds by the clock of every answer by page, and the server's processor time in all."""
    found: dict[str, list[float]] = {page: [] for page in PAGES}
    until, before = time.monotonic() + seconds, _used_in_all(server)

    def reader(number: int) -> None:
        place = number
        time.sleep(random.uniform(0.0, look))
        while time.monotonic() < until:
            page = PAGES[place % len(PAGES)]
            found[page].append(_get(_path(page, posts)))
            place += 1
            time.sleep(min(random.expovariate(1.0 / look), seconds))

    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(data), str(seconds / 3)])
    threads = [threading.Thread(target=reader, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.terminate()
    writer.wait()
    return found, _used_in_all(server) - before


def _tell(alone: dict[str, tuple[float, float]], clock: dict[str, list[float]], used: float) -> None:
    print(f"{'page':42} processor, ms: new  again   by the clock, ms: answers    p50    p95")
    for page, times in clock.items():
        new, again = alone[page]
        p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else max(times, default=0.0)
        middle = statistics.median(times) if times else 0.0
        print(f"{page:42} {new:18.1f} {again:6.1f} {len(times):26} {middle:6.0f} {p95:6.0f}")
    every = [one for times in clock.values() for one in times]
    p50, p95 = statistics.median(every), statistics.quantiles(every, n=20)[-1]
    mean = used / len(every) * 1000
    print(
        f"{'all, the opening of new snapshots with them':42} {mean:18.1f} {'':6} {len(every):26} {p50:6.0f} {p95:6.0f}"
    )


def _path(page: str, posts: list[str]) -> str:
    day = f"20{random.randint(24, 26)}-{random.randint(1, 11):02d}-{random.randint(1, 28):02d}"
    word, source, claim = random.randrange(20_000), random.randrange(40), random.randrange(3)
    return page.format(word=word, source=source, claim=claim, post=random.choice(posts), day=day)


def _get(path: str) -> float:
    """Return the milliseconds of an answer. Raises OSError where nobody answers."""
    con = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    begun = time.perf_counter()
    con.request("GET", path)
    answer = con.getresponse()
    answer.read()
    con.close()
    assert answer.status == 200, (path, answer.status)
    return (time.perf_counter() - begun) * 1000


def _used(server: subprocess.Popen[bytes]) -> float:
    """Return the seconds that the server's threads have had a processor, finely; those that have ended left out."""
    tasks = Path(f"/proc/{server.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def _used_in_all(server: subprocess.Popen[bytes]) -> float:
    """Return the same with what threads used that have ended, in hundredths of a second."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _posts(data: Path) -> list[str]:
    """Return the keys of some posts about the company, of any age."""
    with duckdb.connect(str(data / "published.duckdb"), read_only=True) as con:
        return [key for (key,) in con.execute("SELECT post_key FROM mention_fact USING SAMPLE 500 ROWS").fetchall()]


def _count(data: Path) -> int:
    with duckdb.connect(str(data / "published.duckdb"), read_only=True) as con:
        return int(con.execute("SELECT count(*) FROM post").fetchall()[0][0])


if __name__ == "__main__":
    random.seed(7)
    sys.exit(main())
