"""The board with 20 readers while a run writes and publishes, on posts made by the million.

    python -m benchmarks.board [--posts 10000000] [--seconds 60] [--folder FOLDER]

First one reader alone asks for every page, new and again: the processor's milliseconds that the server needs for it,
which a busy machine changes little. Then 20 readers, while another process changes claims and publishes three times; of
every answer the milliseconds by the clock. People who read look at each page for five seconds on average, as long as it
takes to see what a page says and go on: drawn anew each time, often less and at times much more (exponential), so that
clicks fall together as they do. Then the same with 20 who never pause and ask for the next page the moment that they
have one (a closed loop), which no reader does: it says how many pages a second the machine gives, and how long twenty
wait that ask at once. Half the clicks are searches, posts and lists of suggestions, most of which nobody has asked for
before. `--folder` keeps the warehouse, and uses one that stands there. Keys of the large tables are left out while they
are filled, but for that of posts: a reader of the snapshot does not ask for them.
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
Posts = tuple[list[str], list[str]]
"""Keys of posts about the company, and of others."""
PORT = 8799
PAGES = (
    *("/", "/pastaenden", "/pastaenden/c{claim}", "/kallor", "/klagomal", "/modeller", "/arkiv", "/beslut"),
    *("/inlagg", "/inlagg?ord=avgift", "/inlagg?ord=gata+{word:05d}", "/inlagg?ton=negative&kalla=forum{source}"),
    *("/inlagg?fore={day}T12:00:00%2B00:00", "/inlagg/{post}", "/inlagg/{other}"),
    "/pastaenden/c{claim}?hallning=forslag&fore={day}T12:00:00%2B00:00",
)
CHILDREN: list[subprocess.Popen[bytes]] = []
"""What runs for the benchmark as long as it does; what has ended counts as its own work anyhow."""
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
            about = {"posts": _count(data), "snapshot_mb": size >> 20, "first_page_s": round(first, 1)}
            print(json.dumps(about))
            alone = {page: _alone(server, page, posts) for page in PAGES}
            for look, seconds in ((given.look, given.seconds), (0.0, given.seconds / 4)):
                before, begun = _busy(), time.monotonic()
                clock, used = _together(server, data, posts, seconds, look=look)
                took = time.monotonic() - begun
                rate, other = sum(map(len, clock.values())) / took, (_busy() - before) / took
                print(f"\n{READERS} who look at a page for {look:g} s: {rate:.1f} pages a second; ", end="")
                print(f"other work on the machine took {other:.1f} of its {os.cpu_count()} processors")
                _tell(alone, clock, used)
    return 0


@contextmanager
def _served(config: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    command = [sys.executable, "-m", "flows.cli.app", "board", "--config", str(config), "--port", str(PORT)]
    begun = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    CHILDREN.append(server)
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


def _alone(server: subprocess.Popen[bytes], page: str, posts: Posts) -> tuple[float, float]:
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
    server: subprocess.Popen[bytes], data: Path, posts: Posts, seconds: float, *, look: float
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
            time.sleep(max(0.0, min(random.expovariate(1.0 / look), until - time.monotonic())) if look else 0.0)

    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(data), str(seconds / 3)], stdout=subprocess.DEVNULL)
    threads = [threading.Thread(target=reader, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.terminate()
    writer.wait()
    for half in data.glob(".published*.tmp"):  # it was ended while it published
        half.unlink()
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


def _path(page: str, posts: Posts) -> str:
    day = f"20{random.randint(24, 26)}-{random.randint(1, 11):02d}-{random.randint(1, 28):02d}"
    word, source, claim = random.randrange(20_000), random.randrange(40), random.randrange(3)
    post, other = (random.choice(keys) for keys in posts)
    return page.format(word=word, source=source, claim=claim, day=day, post=post, other=other)


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


def _busy() -> float:
    """Return the seconds that the processors have worked for others than this benchmark and what it has started."""
    user, nice, system = (int(one) for one in Path("/proc/stat").read_text().split(maxsplit=4)[1:4])
    own = sum(os.times()[:4]) + sum(map(_used_in_all, CHILDREN))
    return (user + nice + system) / os.sysconf("SC_CLK_TCK") - own


def _posts(data: Path) -> Posts:
    """Return the keys of some posts about the company, and of some others, of any age."""
    with duckdb.connect(str(data / "published.duckdb"), read_only=True) as con:
        some = "SELECT post_key FROM {} USING SAMPLE 1500 ROWS"
        ours = [key for (key,) in con.execute(some.format("mention_fact")).fetchall()]
        others = f"SELECT post_key FROM ({some.format('post')}) ANTI JOIN mention_fact USING (post_key)"
        return ours, [key for (key,) in con.execute(others).fetchall()]


def _count(data: Path) -> int:
    with duckdb.connect(str(data / "published.duckdb"), read_only=True) as con:
        return int(con.execute("SELECT count(*) FROM post").fetchall()[0][0])


if __name__ == "__main__":
    random.seed(7)
    sys.exit(main())
