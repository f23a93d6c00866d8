"""Sites as declarations: strict, and every problem at once."""

from pathlib import Path

import pytest

from crawlers.errors import SiteError
from crawlers.sites import load_site, parse_site, shipped_site, shipped_sites, site_for_url


def test_a_xenforo_site_takes_five_lines(tmp_path: Path) -> None:
    path = tmp_path / "villaliv.toml"
    path.write_text(
        'engine = "xenforo"\nurl = "https://forum.villaliv.test/forums/bredband.7/"\n'
        'timezone = "Europe/Stockholm"\nexpected_min = 1\nexpected_max = 300\n'
    )
    site = load_site(path)
    assert (site.name, site.engine, site.expected_min) == ("villaliv", "xenforo", 1.0)
    assert (site.delay_seconds, site.verified_live) == (2.0, None)


@pytest.mark.parametrize("name", shipped_sites())
def test_shipped_sites_are_whole_and_honest(name: str) -> None:
    site = shipped_site(name)
    assert site.url.startswith("https://")
    assert site.delay_seconds >= 2
    assert "2026" in site.terms_note
    assert site.verified_live is None, "say in the note who saw it, and how, before you claim this"


def test_the_sites_of_the_first_release_are_there() -> None:
    assert set(shipped_sites()) >= {"flashback", "byggahus", "sweclockers", "bluesky"}


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
    ("engine = 'xenforo'\nurl = 'https://a.se'\ndelay_seconds = 0", "delay_seconds: at least 1"),
    ("engine = 'xenforo'\nurl = 'https://u:p@a.se'", "no password"),
    ("engine = 'xenforo'\nurl = 'https://a.se:x/'", "url: "),
    ("engine = 'xenforo'\nurl = 'https://a.se'\ntimezone = '../../etc/passwd'", "timezone: "),
    ("engine = 'xenforo'\nurl = 'https://a.se'\nexpected_max = nan", "expected_max"),
    ("engine = 3\nurl = 'https://a.se'", "engine: must be text"),
    ("engine = ", "not TOML"),
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
