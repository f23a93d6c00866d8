"""Sites as declarations: strict, and every problem at once."""

import dataclasses
import datetime
import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from crawlers.engines import registry
from crawlers.errors import SiteError
from crawlers.sites import load_engine, load_site, parse_site, shipped_site, shipped_sites, site_for_url


def test_a_xenforo_site_takes_five_lines(tmp_path: Path) -> None:
    path = tmp_path / "villaliv.toml"
    path.write_text(
        'engine = "xenforo"\nurl = "https://forum.villaliv.test/forums/bredband.7/"\n'
        'timezone = "Europe/Stockholm"\nexpected_min = 1\nexpected_max = 300\n'
    )
    site = load_site(path)
    assert (site.name, site.engine, site.expected_min) == ("villaliv", "xenforo", 1.0)
    assert (site.delay_seconds, site.verified_live) == (2.0, None)


SITES = resources.files("crawlers") / "sites"


@pytest.mark.parametrize("name", shipped_sites())
def test_shipped_sites_are_whole_and_honest(name: str) -> None:
    site, written = shipped_site(name), tomllib.loads((SITES / f"{name}.toml").read_text(encoding="utf-8"))
    assert written.keys() >= {"engine", "url", "timezone", "expected_min", "expected_max", "terms_note"}
    assert site.url.startswith("https://")
    assert site.delay_seconds >= 2
    assert 0 <= site.expected_min < site.expected_max
    date, _, note = site.terms_note.strip().partition(":")
    assert datetime.date.fromisoformat(date) <= datetime.date(2026, 12, 31), "the date on which the terms were read"
    assert re.search(r"stored|could (?:not )?be read|known from|read in|by the maintainers", note), (
        "by what source the terms were read"
    )
    assert site.verified_live is None, "say in the note who saw it, and how, before you claim this"


@pytest.mark.parametrize("name", shipped_sites())
def test_shipped_sites_say_where_to_look(name: str) -> None:
    site = shipped_site(name)
    engine = load_engine(site.engine)
    if hasattr(engine, "listing_urls"):
        entries = engine.listing_urls(dataclasses.replace(site, query=site.query or "Open Infra"))
        assert entries
        assert all(entry.startswith("https://") for entry in entries)


def test_the_sites_that_the_product_promises_are_there() -> None:
    assert set(shipped_sites()) >= {
        *("flashback", "byggahus", "sweclockers", "familjeliv", "bluesky", "feddit-nu", "mastodon-nu", "reddit"),
        *("youtube", "trustpilot", "google_reviews", "varmepumpsforum", "svt", "svt-stockholm", "dn"),
        *("computersweden", "nyteknik"),
    }


DOCS = Path(__file__).parents[2] / "docs" / "crawlers.md"


def test_the_five_lines_of_the_manual_are_a_site(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n# villaliv\.toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(example.splitlines()) == 5
    path = tmp_path / "villaliv.toml"
    path.write_text(example, encoding="utf-8")
    site = load_site(path)
    assert (site.engine, site.name) == ("xenforo", "villaliv")
    assert load_engine("xenforo").listing_urls(site) == (site.url,)


def test_the_manual_names_every_engine_site_and_option() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [name for name in registry.ENGINES if f"| `{name}` |" not in text] == []
    assert [name for name in shipped_sites() if f"| `{name}` |" not in text] == []
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(DOCS.parents[1].glob("crawlers/**/*.py")))
    used = set(re.findall(r"options(?:\.get\(|\[)[\"'](\w+)[\"']", source))
    assert used >= {"thread_pattern", "date_order"}
    assert [option for option in sorted(used) if f"| `{option}` |" not in text] == []


def test_every_problem_is_said_at_once() -> None:
    text = """
    engine = "xenforro"
    url = "ftp://a.se"
    timezone = "Europe/Stokholm"
    encoding = "latin-99"
    expected_min = 5
    expected_max = 3
    delay_seconds = "fast"
    interval_hours = -1
    verified_live = "yesterday"
    colour = "blue"
    options = { page = 3 }
    """
    with pytest.raises(SiteError) as caught:
        parse_site(text, name="X!", where="x.toml")
    lines = str(caught.value).splitlines()
    assert all(line.startswith("x.toml: ") for line in lines)
    keys = {line.split(": ")[1] for line in lines}
    assert keys == {
        *("engine", "url", "timezone", "encoding", "expected_max", "delay_seconds", "interval_hours"),
        *("verified_live", "colour", "options", "name"),
    }


BAD = [
    ("url = 'https://a.se'", "engine: missing"),
    ("engine = 'xenforo'", "url: missing"),
    ("engine = 'xenforo'\nurl = 'https://a.se'\ndelay_seconds = 0", "delay_seconds: at least 2"),
    ("engine = 'xenforo'\nurl = 'https://u:p@a.se'", "no password"),
    ("engine = 'xenforo'\nurl = 'https://a.se:x/'", "url: "),
    ("engine = 'xenforo'\nurl = 'https://a.se'\ntimezone = '../../etc/passwd'", "timezone: "),
    ("engine = 'xenforo'\nurl = 'https://a.se'\nexpected_max = nan", "expected_max"),
    ("engine = 3\nurl = 'https://a.se'", "engine: must be text"),
    ("engine = ", "not TOML"),
    (
        "engine = 'mybb'\nurl = 'https://a.se'\noptions = {date_order = 'dd/mm'}",
        "date_order must be one of dmy, mdy, ymd",
    ),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_a_bad_site_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(SiteError, match=message):
        parse_site(text, name="x", where="x.toml")


def test_this_machine_needs_no_delay() -> None:
    text = "engine = 'xenforo'\nurl = 'http://127.0.0.1:8000/'\ndelay_seconds = 0"
    assert parse_site(text, name="x", where="x.toml").delay_seconds == 0


def test_files_and_names_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="cannot be read"):
        load_site(tmp_path / "x.toml")
    with pytest.raises(SiteError, match=r"shipped: .*flashback"):
        shipped_site("flashbakc")


def test_a_site_for_one_url() -> None:
    site = site_for_url("https://www.Forum.se:8443/t/1")
    assert (site.name, site.engine, site.delay_seconds) == ("forum.se-8443", "", 2.0)
    assert site_for_url("http://127.0.0.1:80/", engine="spirit").delay_seconds == 0
    for bad in ("forum.se", "javascript:1", "http://"):
        with pytest.raises(SiteError):
            site_for_url(bad)
    with pytest.raises(SiteError, match="engine"):
        site_for_url("https://a.se", engine="none")
