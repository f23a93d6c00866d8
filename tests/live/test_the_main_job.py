"""The main job on real input: two real servers as configured sources, from the crawl to the digest, by the command."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from flows.config import example_file, load
from tests.live.atproto.server import BlueskyNetwork
from tests.live.conftest import at, bluesky_content
from tests.live.spirit.server import SpiritServer

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("live")]

NAMED = {
    "namn-0": "Någon mer som har problem med Open Infras kundtjänst? Sitter i kö varje dag.",
    "namn-1": "openinfra lovade fiber i våras, fortfarande ingen grävare.",
    "namn-2": "Samma sak här, opn infra svarar aldrig på mejl.",
    "namn-3": "Bytte till OPEN INFRA i höstas och är faktiskt jättenöjd!",
}
HOMONYMS = {
    "annan-0": "Vi ses på OpenInfra Days i Stockholm! Kubernetes och OpenStack hela dagen.",
    "annan-1": "Talar om Zuul på OpenInfra Summit i år.",
}


def thread(title: str, posts: dict[str, str], hours: float) -> dict[str, Any]:
    rows = [
        {"key": key, "author": ("anna", "bosse", "cilla")[n % 3], "at": at(hours - n), "text": text}
        for n, (key, text) in enumerate(posts.items())
    ]
    return {"title": title, "posts": rows}


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("ryktesvakt")), *arguments, "--config", str(folder / "live.toml")],
        cwd=folder,
        env={**os.environ, "PREFECT_HOME": str(folder / "prefect"), "RYKTESVAKT_AUTHOR_KEY": "k" * 40},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def ran(
    spirit_server: SpiritServer, bluesky_network: BlueskyNetwork, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """Seed, configure, run once; return the folder and what the command reported."""
    folder = tmp_path_factory.mktemp("main-job")
    authors = ["anna", "bosse", "cilla"]
    threads = [thread("Kundtjänsten", NAMED, 40), thread("Konferens", HOMONYMS, 44)]
    spirit_server.seed(authors=authors, threads=threads)
    common = {"delay_seconds": 0.0, "expected_max": 500.0}
    sources = [
        {"name": "spirit-live", "engine": "spirit", "url": spirit_server.url, "timezone": "UTC", **common},
        {"name": "bluesky-live", "engine": "bluesky", "url": bluesky_network.appview, "timezone": "UTC", **common},
    ]
    values = {
        "company": load(example_file()).company.model_dump(mode="json"),
        "segment": [{"id": "villa", "name": "Villakunder", "customers": 5000}],
        "source": sources,
        "storage": {"data": str(folder / "data")},
    }
    (folder / "live.toml").write_text(tomli_w.dumps(values), encoding="utf-8")
    done = command("run", "--json", folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, json.loads(done.stdout.splitlines()[-1])


def query(folder: Path, sql: str) -> list[dict[str, Any]]:
    done = command("sql", sql, "--json", "--limit", "5000", folder=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_both_sources_were_read_whole(ran: tuple[Path, dict[str, Any]]) -> None:
    _, report = ran
    assert {s["source"]: s["is_complete"] for s in report["sources"]} == {"spirit-live": True, "bluesky-live": True}
    assert report["quarantined"] == 0
    assert report["annotated"] == report["loaded"] == sum(s["posts"] for s in report["sources"])


def test_every_seeded_mention_is_found_and_no_homonym(
    ran: tuple[Path, dict[str, Any]], spirit_server: SpiritServer, bluesky_network: BlueskyNetwork
) -> None:
    folder, _ = ran
    found = {
        (r["source"], r["post_id"])
        for r in query(folder, "SELECT p.source, p.post_id FROM post AS p JOIN mention_current USING (post_key)")
    }
    kept = {(r["source"], r["post_id"]) for r in query(folder, "SELECT source, post_id FROM post")}
    spirit = {key: ("spirit-live", spirit_server.made[key]["post_id"]) for key in (*NAMED, *HOMONYMS, "brev-0")}
    bluesky = {
        post["key"]: ("bluesky-live", bluesky_network.uris[post["key"]])
        for post in bluesky_content()["posts"]
        if "Infra" in post["text"] and not post.get("deleted")
    }
    mentions = {spirit[key] for key in (*NAMED, "brev-0")} | {v for key, v in bluesky.items() if key != "summit"}
    assert mentions - found == set()
    assert {spirit[key] for key in HOMONYMS} & kept == set()
    assert bluesky["summit"] not in kept


def test_the_digest_tells_the_day_and_the_texts_are_redacted_and_whole(ran: tuple[Path, dict[str, Any]]) -> None:
    folder, report = ran
    digest = Path(report["digest"]).read_text(encoding="utf-8")
    assert "Open Infra" in digest
    assert "Simulering" not in digest
    assert "Alla 2\N{NO-BREAK SPACE}källor är lästa som de ska" in digest
    texts = {r["text"] for r in query(folder, "SELECT text FROM post WHERE source = 'spirit-live'")}
    assert NAMED["namn-0"] in texts


def test_a_second_run_adds_nothing(ran: tuple[Path, dict[str, Any]]) -> None:
    folder, report = ran
    done = command("run", "--json", "--direct", folder=folder)
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout.splitlines()[-1])
    assert (again["loaded"], again["revised"], again["annotated"]) == (0, 0, 0)
    count = query(folder, "SELECT count(*) AS n FROM post")[0]["n"]
    assert count == report["loaded"]
