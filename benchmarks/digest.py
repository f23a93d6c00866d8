"""How long the morning's digest takes on days with 10,000 posts: read, drawn and written, without what loads them.

python -m benchmarks.digest [--posts-a-day 10000] [--days 60]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from benchmarks.board import CONFIG
from benchmarks.board_build import build
from flows.config import load
from flows.desk import open_desk
from flows.steps.digest import digest


def main() -> None:
    """Build, write the digest three times, and print one JSON object with the best."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--posts-a-day", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        build(data, given.posts_a_day * given.days, days=given.days)
        file = Path(name) / "digest.toml"
        file.write_text(CONFIG.format(data=data), encoding="utf-8")
        found = []
        with open_desk(load(file)) as desk:
            for _ in range(3):
                begun, used = time.perf_counter(), time.process_time()
                written = digest(desk)
                found.append((round(time.perf_counter() - begun, 2), round(time.process_time() - used, 2)))
        seconds, processor = min(found)
        size = written.stat().st_size
    about = {"posts_a_day": given.posts_a_day, "days": given.days, "html_kb": size >> 10}
    print(json.dumps({**about, "seconds": seconds, "processor_seconds": processor}))


if __name__ == "__main__":
    main()
