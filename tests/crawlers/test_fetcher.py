"""Asking for a page: what the machine refuses is not the site's doing, and is never counted against it."""

import asyncio
import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.http import Response

from crawlers.errors import FetchError, StorageError
from crawlers.frontier import Frontier
from crawlers.spiders.fetcher import Fetcher
from crawlers.spiders.turns import Manners

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
URL = "http://127.0.0.1:9/threads/1"


def asked(folder: Path, error: OSError) -> None:
    async def download(_: Request) -> Response:
        raise error

    async def tell() -> None:
        with Frontier(folder / "f", "s") as frontier:
            manners = Manners(home=URL, delay_seconds=0.0, pages_per_day=100)
            fetcher = Fetcher(manners, hosts=frontier.hosts, clock=lambda: NOW, last_fetch={})
            fetcher.download = download
            await fetcher.get(URL)

    asyncio.run(tell())


@pytest.mark.parametrize(
    ("number", "advice"), [(errno.EMFILE, "ulimit -n"), (errno.ENFILE, "fs.file-max"), (errno.ENOSPC, "make room")]
)
def test_what_the_machine_refuses_is_said_with_what_to_do(tmp_path: Path, number: int, advice: str) -> None:
    with pytest.raises(StorageError, match=advice) as caught:
        asked(tmp_path, OSError(number, os.strerror(number)))
    assert str(caught.value).startswith("http://127.0.0.1:9/robots.txt: cannot be asked for: ")
    assert "nothing is lost" in str(caught.value)


def test_what_the_network_refuses_is_the_sites(tmp_path: Path) -> None:
    with pytest.raises(FetchError) as caught:
        asked(tmp_path, ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)))
    assert caught.value.cause == "refused"
