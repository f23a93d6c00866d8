"""The command that listens: from a stream on loopback to a landing file that a pass loads."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crawlers.landing import landing_files, read_landing
from crawlers.sites import shipped_site
from flows.cli.listening import _seconds
from flows.config import validate
from flows.errors import UsageError
from flows.sources import sites_of
from tests.crawlers.stream_world import START, FakeJetstream, commit, jetstream, post
from warehouse.records import Post

CONFIG = """
[company]
name = "Open Infra"
[[source]]
name = "firehose"
engine = "jetstream"
url = "{url}"
[storage]
data = "{data}"
"""


def test_listening_lands_redacted_posts_that_name_the_company(tmp_path: Path) -> None:
    with jetstream(FakeJetstream()) as server:
        text = "Open Infra ringer från 070-123 45 67"
        server.add(
            [commit(START, "did:plc:anna", "3a", post(text)), commit(START + 1, "did:plc:bo", "3b", post("Väder"))]
        )
        config = tmp_path / "my.toml"
        config.write_text(CONFIG.format(url=server.url, data=tmp_path / "data"))
        command = [sys.executable, "-m", "flows.cli.app", "listen", "--source", "firehose", "--for", "2s", "--json"]
        done = subprocess.run([*command, "--config", str(config)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["frame_count"], told["post_count"], told["batch_count"]) == (2, 1, 1)
    (path,) = landing_files(tmp_path / "data", "firehose")
    (kept,) = [record for record in read_landing(path) if isinstance(record, Post)]
    assert "070" not in kept.text
    assert kept.redactions == ("phone",)


def test_streams_are_not_crawled() -> None:
    values = {"company": {"name": "Open Infra"}, "source": [{"name": "bluesky-firehose"}, {"name": "bluesky"}]}
    assert [site.name for site in sites_of(validate(values, where="here"))] == ["bluesky"]
    assert shipped_site("bluesky-firehose").options["source"] == "bluesky"


@pytest.mark.parametrize(("text", "seconds"), [("60s", 60), ("1.5h", 5400), ("15m", 900), ("90", 90), (None, None)])
def test_durations(text: str | None, seconds: float | None) -> None:
    assert _seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "0s", "soon", "-5s", "1 year"])
def test_durations_that_are_none(text: str) -> None:
    with pytest.raises(UsageError):
        _seconds(text)
