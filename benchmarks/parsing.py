"""Reading a thread page against building its tree with lxml, engine by engine, in one run: ratios.

    python -m benchmarks.parsing [--rounds 40] [NAME ...]

Of each page the two are timed in turn, and the fastest of each is taken: on a busy machine the others are of its work.
The longer of two works is interrupted more often, so that there the ratios come out too high. Both run in a process
that keeps its memory from page to page, as the readers of a crawl do.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Collection
from functools import partial
from zoneinfo import ZoneInfo

from lxml import html as lxml_html

from benchmarks import parse_pages
from crawlers import memory
from crawlers.engines import registry
from crawlers.model import Page, Site


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("names", nargs="*", metavar="NAME", help="pages to read; all when left out")
    given = parser.parse_args()
    memory.keep()
    print(json.dumps(ratios(rounds=given.rounds, names=given.names), indent=2))


def ratios(*, rounds: int, names: Collection[str] = ()) -> dict[str, object]:
    """Return by page how many times longer reading it takes than building its tree with lxml."""
    return {
        name: _row(engine, page, rounds=rounds)
        for name, engine, page in parse_pages.pages()
        if not names or name in names
    }


def _row(name: str, page: Page, *, rounds: int) -> dict[str, object]:
    engine = registry.get(name)
    site = Site(name="bench", engine=name, url=page.url, timezone=ZoneInfo("Europe/Stockholm"))
    found = engine.parse_thread(page, site)
    assert len(found.posts) >= parse_pages.POSTS, found.unreadable
    tree, read = partial(lxml_html.document_fromstring, page.body), partial(engine.parse_thread, page, site)
    pairs = [(_timed(tree), _timed(read)) for _ in range(rounds)]
    lxml, ours = (min(pair[i] for pair in pairs) for i in (0, 1))
    return {
        "page_bytes": len(page.body),
        "posts": len(found.posts),
        "lxml_milliseconds": round(lxml * 1000, 2),
        "ratio": round(ours / lxml, 2),
    }


def _timed(work: Callable[[], object]) -> float:
    """Return the seconds of processor time that one call takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
