"""A crawl with readers to help it from its first page: `python -m tests.crawlers.helped_child URL FOLDER READERS`.

Prints the readers' process ids, waits for a line, then prints the result.
"""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from scrapy.utils.reactor import install_reactor

from crawlers import readers
from crawlers.crawl_job import CrawlJob
from crawlers.model import Site
from crawlers.run import crawl_all
from tests.crawlers.conftest import SECRET, mentions_open_infra
from tests.crawlers.test_spiders import take_out_kalle


async def crawl(url: str, folder: Path, helpers: readers.Readers) -> None:
    """Do one crawl and print what it came to."""
    await helpers.ready()
    print(json.dumps(helpers.pids), flush=True)
    sys.stdin.readline()
    site = Site(name="tiny", engine="tests.crawlers.tiny_engine", url=url, timezone=ZoneInfo("UTC"), delay_seconds=0.0)
    job = CrawlJob(
        site=site,
        run_id="r1",
        secret=SECRET,
        is_mention=mentions_open_infra,
        redact=take_out_kalle,
        data_dir=folder,
        now=datetime(2026, 11, 20, tzinfo=UTC),
        contact="x@y.test",
    )
    (result,) = await crawl_all([job], last_fetch={}, readers=helpers)
    fields = ("error", "post_count", "read_count", "page_count", "is_complete", "set_aside_count")
    causes = [incident.cause for incident in result.incidents]
    print(json.dumps({name: getattr(result, name) for name in fields} | {"causes": causes}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    readers.ALONE_PAGES = 0
    given = (sys.argv[1], Path(sys.argv[2]), readers.Readers(int(sys.argv[3])))
    reactor.callWhenRunning(lambda: asyncio.ensure_future(crawl(*given)))
    reactor.run()
