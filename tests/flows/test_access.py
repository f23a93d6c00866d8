"""Sources that want credentials: from the environment alone, disabled without, and never shown."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawlers import credentials
from crawlers.crawl_job import CrawlJob, CrawlResult
from crawlers.engines import registry
from crawlers.model import Site
from flows import access
from flows.config import credential, credential_variable, load
from flows.desk import Desk, open_desk
from flows.doctor import examine
from flows.errors import ConfigError, NothingSeenError
from flows.sources import job_for, sites_of
from flows.steps.crawl import crawl

COMPANY = '[company]\nname = "Nordfiber"\n[crawl]\ncontact = "mail@x.test"\n'
SIGNED = "tests.crawlers.signed_engine"
OPTIONAL = "tests.crawlers.optional_engine"
PASSWORD = "hemligt-ord-42"


def site(name: str = "min.sida", engine: str = SIGNED) -> Site:
    return Site(name=name, engine=engine, url="http://127.0.0.1:1/", timezone=ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("owner", "name", "variable"),
    [
        ("reddit", "client_id", "RYKTESVAKT_REDDIT_CLIENT_ID"),
        ("mastodon.social", "token", "RYKTESVAKT_MASTODON_SOCIAL_TOKEN"),
        ("tests.crawlers.x-y", "key", "RYKTESVAKT_TESTS_CRAWLERS_X_Y_KEY"),
    ],
)
def test_a_credential_has_one_name(owner: str, name: str, variable: str) -> None:
    assert credential_variable(owner, name) == variable


def test_a_value_that_cannot_be_sent_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RYKTESVAKT_A_TOKEN", f" {PASSWORD}\n")
    assert credential("a", "token") == PASSWORD
    monkeypatch.setenv("RYKTESVAKT_A_TOKEN", f"{PASSWORD}\nX-Evil: 1")
    with pytest.raises(ConfigError, match="RYKTESVAKT_A_TOKEN: holds a line break") as caught:
        credential("a", "token")
    assert PASSWORD not in str(caught.value)


def test_a_source_is_disabled_until_all_that_it_needs_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    said = access.why_closed(site())
    assert said == "min.sida: disabled: set RYKTESVAKT_MIN_SIDA_USER and RYKTESVAKT_MIN_SIDA_PASSWORD"
    monkeypatch.setenv("RYKTESVAKT_MIN_SIDA_USER", "crawler")
    assert access.why_closed(site()) == "min.sida: disabled: set RYKTESVAKT_MIN_SIDA_PASSWORD"
    monkeypatch.setenv("RYKTESVAKT_MIN_SIDA_PASSWORD", PASSWORD)
    assert access.why_closed(site()) is None
    assert access.secrets_of(site()) == {"user": "crawler", "password": PASSWORD}
    assert access.secrets_of(site("annan")) == {}


def test_a_token_that_is_not_needed_disables_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    optional = site("m", OPTIONAL)
    assert access.why_closed(optional) is None
    assert access.what_more(optional) == "m: read without a login, which shows less: set RYKTESVAKT_M_TOKEN"
    monkeypatch.setenv("RYKTESVAKT_M_TOKEN", "polett")
    assert access.what_more(optional) is None


def test_an_engine_that_is_not_there_wants_nothing() -> None:
    assert access.why_closed(site(engine="phpbb9")) is None


def test_sources_of_one_service_share_its_credentials_and_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ID", "SECRET"):
        monkeypatch.setenv(f"RYKTESVAKT_REDDIT_CLIENT_{name}", f"allas-{name}")
    monkeypatch.setenv("RYKTESVAKT_REDDIT_SVERIGE_CLIENT_ID", "egen")
    assert access.secrets_of(site("sverige", "reddit"))["client_id"] == "allas-ID"
    assert access.secrets_of(site("reddit-sverige", "reddit")) == {"client_id": "egen", "client_secret": "allas-SECRET"}
    monkeypatch.setenv("RYKTESVAKT_TESTS_CRAWLERS_OPTIONAL_ENGINE_TOKEN", "polett")
    assert access.secrets_of(site("m", OPTIONAL)) == {}


@pytest.mark.parametrize(
    ("url", "engine"),
    [
        ("https://www.reddit.com/r/sverige/comments/1abc01/", "reddit"),
        ("https://youtu.be/dQw1AbC_-01", "youtube"),
        ("https://se.trustpilot.com/review/openinfra.example", "trustpilot"),
        ("https://forum.example/threads/1/", ""),
        ("https://reddit.com.evil.test/", ""),
        ("https://bsky.app/profile/a.test", ""),
    ],
)
def test_an_address_of_a_service_needs_no_engine(url: str, engine: str) -> None:
    assert access.service_of(url) == engine


def test_a_closed_service_names_what_all_its_sources_share() -> None:
    said = access.why_closed(site("sverige", "reddit"))
    assert said
    assert said.startswith("sverige: disabled: set RYKTESVAKT_REDDIT_CLIENT_ID and RYKTESVAKT_REDDIT_CLIENT_SECRET (")


def test_a_job_carries_its_credentials_and_shows_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RYKTESVAKT_MIN_SIDA_PASSWORD", PASSWORD)
    file = tmp_path / "r.toml"
    file.write_text(COMPANY, encoding="utf-8")
    job = job_for(site(), load(file), run_id="1", secret=b"x" * 32, out=tmp_path / "o")
    assert job.credentials == {"password": PASSWORD}
    assert PASSWORD not in repr(job)


def test_the_doctor_lists_what_is_disabled_and_shows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = '[[source]]\nname = "{}"\nengine = "{}"\nurl = "http://127.0.0.1:1/"\n'
    file = tmp_path / "r.toml"
    lines = [source.format(n, e) for n, e in (("sida", SIGNED), ("m", OPTIONAL), ("trasig", OPTIONAL), ("n", OPTIONAL))]
    file.write_text(COMPANY + "".join(lines), encoding="utf-8")
    monkeypatch.setenv("RYKTESVAKT_M_TOKEN", PASSWORD)
    monkeypatch.setenv("RYKTESVAKT_TRASIG_TOKEN", f"{PASSWORD}\n{PASSWORD}")
    found = {finding.what: finding for finding in examine(file)}
    disabled = found["source sida: disabled"]
    assert (disabled.level, disabled.advice) == ("note", "set RYKTESVAKT_SIDA_USER and RYKTESVAKT_SIDA_PASSWORD")
    assert found["source n: read without a login, which shows less"].advice == "set RYKTESVAKT_N_TOKEN"
    assert found["source m: its credentials are given"].level == "good"
    assert [f.level for what, f in found.items() if "RYKTESVAKT_TRASIG_TOKEN" in what] == ["wrong"]
    assert PASSWORD not in repr(found)


def test_the_documentation_names_every_credential() -> None:
    text = (Path(__file__).parents[2] / "docs" / "access.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", text, re.MULTILINE))
    wanted = {name: found.names for name, engine in registry.ENGINES.items() if (found := credentials.of(engine))}
    said = {name: tuple(one.lower() for one in re.findall(r"`(\w+)`", row)) for name, row in rows.items()}
    assert said == wanted


class Worker:
    """Stands in for the crawler's process: remembers the jobs, and answers that each was read."""

    def __init__(self) -> None:
        self.jobs: list[CrawlJob] = []

    def crawl(self, jobs: list[CrawlJob]) -> list[CrawlResult]:
        self.jobs += jobs
        return [CrawlResult(source=job.site.name, is_complete=True, note="kvoten är slut") for job in jobs]


@contextmanager
def desk_for(tmp_path: Path, *sources: tuple[str, str]) -> Iterator[tuple[Desk, Worker]]:
    lines = [f'[[source]]\nname = "{n}"\nengine = "{e}"\nurl = "http://127.0.0.1:1/"\n' for n, e in sources]
    file = tmp_path / "r.toml"
    file.write_text(COMPANY + "".join(lines) + f'[storage]\ndata = "{tmp_path / "data"}"\n', encoding="utf-8")
    worker = Worker()
    with open_desk(load(file)) as desk:
        desk.worker = worker  # type: ignore[assignment]
        yield desk, worker


def test_a_pass_leaves_out_what_is_disabled_and_says_so(tmp_path: Path) -> None:
    with desk_for(tmp_path, ("sida", SIGNED), ("m", OPTIONAL)) as (desk, worker):
        report = crawl(desk)
        assert [job.site.name for job in worker.jobs] == ["m"]
        said = "sida: disabled: set RYKTESVAKT_SIDA_USER and RYKTESVAKT_SIDA_PASSWORD"
        assert (report.problems, report.notes) == ([], [said, "m: kvoten är slut"])
        # Nobody waits for it either: its silence is no alarm.
        assert [site.name for site in sites_of(desk.config)] == ["m"]


def test_a_pass_with_nothing_but_disabled_sources_saw_nothing(tmp_path: Path) -> None:
    with desk_for(tmp_path, ("sida", SIGNED)) as (desk, worker):
        with pytest.raises(NothingSeenError, match="sida: disabled: set"):
            crawl(desk)
        assert worker.jobs == []
