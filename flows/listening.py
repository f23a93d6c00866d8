"""Listens to a stream with what the configuration decides, until told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from functools import partial

from crawlers.job import ListenJob, ListenResult
from crawlers.listen import listen
from crawlers.model import Site
from crawlers.sites import shipped_site
from flows.config import author_secret, landing_key
from flows.erasing import erased_by_now
from flows.paths import paths_of
from flows.rotating import require_key
from flows.settings import Config
from flows.sources import company_of, keep_thread, require_contact, site_of
from nlp.gate import may_mention
from nlp.redact.redactor import make_redactor

OnBatch = Callable[[ListenResult], None]


def listen_here(config: Config, source: str, *, seconds: float | None, on_batch: OnBatch | None = None) -> ListenResult:
    """Listen to a configured or shipped source; SIGINT and SIGTERM end it with the last batch in place.

    Raises ConfigError, KeyMismatchError, or the crawlers' errors.
    """
    require_key(config)
    site = stream_site(config, source)
    require_contact(site, config)
    company = company_of(config)
    job = ListenJob(
        site=site,
        secret=author_secret(config),
        is_mention=keep_thread(config),
        may_mention=partial(may_mention, company=company),
        redact=make_redactor(company),
        is_erased=erased_by_now(config),
        landing_key=landing_key(config),
        data_dir=paths_of(config).data,
        contact=config.crawl.contact,
        seconds=seconds,
    )
    return asyncio.run(_until_told(job, on_batch))


def stream_site(config: Config, source: str) -> Site:
    """Return the site of a name: the configuration's, else the shipped one."""
    known = {entry.name: entry for entry in config.source}
    return site_of(known[source], config) if source in known else shipped_site(source)


async def _until_told(job: ListenJob, on_batch: OnBatch | None) -> ListenResult:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return await listen(job, stop=stop, on_batch=on_batch)
