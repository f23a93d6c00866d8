"""A listener in a process of its own, to be killed: `python -m tests.crawlers.listener_child URL FOLDER`."""

import asyncio
import sys
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from crawlers.job import ListenJob
from crawlers.listen import listen
from crawlers.model import Site
from nlp.company import Company, Homonym
from nlp.gate import may_mention
from nlp.mentions import is_mention
from tests.crawlers.conftest import SECRET

COMPANY = Company(name="Open Infra", aliases=("OpenInfra",), homonyms=(Homonym(name="OpenInfra Summit"),))


def job_for(url: str, folder: Path, *, engine: str = "jetstream", **changes: object) -> ListenJob:
    """Return a job of small batches and short waits."""
    site = Site(
        name="firehose", engine=engine, url=url, timezone=ZoneInfo("UTC"), options={"source": "bluesky", "appview": url}
    )
    values = {
        "site": site,
        "secret": SECRET,
        "is_mention": partial(is_mention, company=COMPANY),
        "may_mention": partial(may_mention, company=COMPANY),
        "data_dir": folder,
        "batch_seconds": 0.05,
        "quiet_seconds": 0.2,
        "batch_posts": 7,
        "first_wait_seconds": 0.01,
    }
    return ListenJob(**{**values, **changes})  # type: ignore[arg-type]


if __name__ == "__main__":
    asyncio.run(listen(job_for(sys.argv[1], Path(sys.argv[2]))))
