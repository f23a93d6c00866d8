"""Reading a thread page against building its tree with lxml, engine by engine, in one run: ratios.

    python -m benchmarks.parsing [--rounds 40] [NAME ...]

The two are timed in turn, page after page in every round, and the fastest of each is taken: on a busy machine the
others are of its work. The longer of two works is interrupted more often, so that there the ratios come out too high.
All run in a process that keeps its memory from page to page, as the readers of a crawl do. `tree_ratio`
is the floor under every engine: the page's text and its HTML5 tree, with nothing read from it.
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
from crawlers.engines import decode, markup, registry
from crawlers.model import Page, Site


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("names", nargs="*", metavar="NAME", help="pages to read; all when left out")
    given = parser.parse_args()
    print(json.dumps(ratios(rounds=given.rounds, names=given.names), indent=2))


def ratios(*, rounds: int, names: Collection[str] = ()) -> dict[str, object]:
    """Return by page how many times longer reading it takes than building its tree with lxml."""
    memory.keep()
    given = {name: (engine, page) for name, engine, page in parse_pages.pages() if not names or name in names}
    works = {name: _works(name, engine, page) for name, (engine, page) in given.items()}
    # Round by round over all pages: what else the machine does for a while is in no page's fastest then.
    times = [{name: [_timed(work) for work in found] for name, found in works.items()} for _ in range(rounds)]
    fastest = {name: [min(found) for found in zip(*(one[name] for one in times), strict=True)] for name in works}
    return {name: _row(given[name][1], *fastest[name]) for name in works}


def _works(page_name: str, name: str, page: Page) -> tuple[Callable[[], object], ...]:
    """Return lxml's tree, ours, and our reading of a page, as calls."""
    engine = registry.get(name)
    site = Site(name="bench", engine=name, url=page.url, timezone=ZoneInfo("Europe/Stockholm"))
    found = engine.parse_thread(page, site)
    assert len(found.posts) >= (1 if page_name in parse_pages.GENUINE else parse_pages.POSTS), found.unreadable
    return (
        partial(lxml_html.document_fromstring, page.body),
        lambda: markup.tree(decode.utf8_of(page, site), page),
        partial(engine.parse_thread, page, site),
    )


def _row(page: Page, lxml: float, tree: float, ours: float) -> dict[str, object]:
    return {
        "kilobytes": round(len(page.body) / 1000),
        "lxml_milliseconds": round(lxml * 1000, 2),
        "tree_ratio": round(tree / lxml, 2),
        "ratio": round(ours / lxml, 2),
    }


def _timed(work: Callable[[], object]) -> float:
    """Return the seconds of processor time that one call takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
