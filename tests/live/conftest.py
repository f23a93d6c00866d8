"""The real servers, started once for all live tests, and what they are filled with."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.worker import CrawlerWorker
from tests.live.atproto.server import BlueskyNetwork, bluesky_running
from tests.live.spirit.server import SpiritServer, spirit_running

NOW = datetime.now(UTC).replace(microsecond=0)
AUTHORS = ["anna", "bosse", "cilla", "daniel"]


def at(hours_ago: float) -> str:
    return (NOW - timedelta(hours=hours_ago)).isoformat()


def _letter() -> dict[str, Any]:
    """Return a thread over several pages, in which most posts only say "de"."""
    opening = "Har fått ett brev från **Open Infra** om drift och underhåll. Ska man betala? 🙄"
    posts = [{"key": "brev-0", "author": "anna", "at": at(900), "text": opening}]
    for n in range(1, 47):
        text = f"De har inte hört av sig till oss heller, inlägg nummer {n}.\n\nVi väntar i Småland."
        post = {"key": f"brev-{n}", "author": AUTHORS[n % 4], "at": at(900 - n * 13.7), "text": text}
        if n % 9 == 4:
            post |= {"text": f"Håller med, se [villkoren](https://example.test/villkor/{n})."}
            post |= {"quotes": {"author": AUTHORS[(n - 1) % 4], "text": f"Det stod i brevet, stycke {n}."}}
        posts.append(post)
    return {"title": "Konstigt brev om fiber", "posts": posts}


def spirit_content() -> dict[str, Any]:
    others = [
        {
            "title": f"Tråd {n} om router och wifi",
            "posts": [{"key": f"wifi-{n}", "author": "bosse", "at": at(20 * n + 1), "text": "Vilken router?"}],
        }
        for n in range(26)
    ]
    summit = {"key": "summit-0", "author": "cilla", "at": at(30), "text": "Ses vi på OpenInfra Summit? OpenStack & co."}
    late = {"key": "sent-0", "author": "daniel", "at": at(50), "text": "Min fiber ligger nere i Åmål."}
    return {
        "authors": AUTHORS,
        "threads": [
            _letter(),
            {"title": "OpenInfra Summit", "posts": [summit]},
            {"title": "Avbrott igen", "posts": [late]},
            *others,
        ],
    }


def bluesky_content() -> dict[str, Any]:
    def post(key: str, author: str, hours: float, text: str, **more: Any) -> dict[str, Any]:
        return {"key": key, "author": author, "at": at(hours), "text": text, **more}

    conversation = [
        post("el", "anna", 70, "Har nån erfarenhet av Open Infra? De grävde av vår elkabel 😡"),
        post("el-1", "bosse", 69, "Ja, vi har väntat 14 månader.", root="el", parent="el"),
        post("el-2", "cilla", 68, "Vi är nöjda faktiskt, åäö.", root="el", parent="el-1"),
        post("el-3", "anna", 67.5, "Har de svarat er?", root="el", parent="el-1"),
        post("ute", "daniel", 66, "Titta vad de skriver om Open Infra", quotes="el"),
        post("summit", "cilla", 65, "On my way to the OpenInfra Summit"),
        post("borta", "bosse", 64, "Open Infra är skit", deleted=True),
        post("annat", "bosse", 63, "Något helt annat om väder"),
    ]
    single = [post(f"rad-{n}", AUTHORS[n % 4], n * 0.4, f"Open Infra, dag {n}: fibern ligger nere") for n in range(120)]
    return {"authors": AUTHORS, "posts": [*conversation, *single]}


def mentions_open_infra(text: str) -> bool:
    folded = text.casefold()
    return "open infra" in folded.replace("openinfra", "open infra") and "summit" not in folded


@pytest.fixture(scope="session")
def worker() -> Iterator[CrawlerWorker]:
    with CrawlerWorker() as running:
        yield running


@pytest.fixture(scope="session")
def spirit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpiritServer]:
    with spirit_running(tmp_path_factory.mktemp("spirit")) as server:
        server.seed(**spirit_content())
        yield server


@pytest.fixture(scope="session")
def bluesky_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlueskyNetwork]:
    folder: Path = tmp_path_factory.mktemp("bluesky")
    with bluesky_running(folder, bluesky_content()) as network:
        yield network
