"""How long a place's terms let us keep what it shows: its words go in time, and what may not be kept is not read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawlers.errors import SiteError
from crawlers.sites import parse_site, shipped_site
from flows.access import why_closed
from flows.config import load
from flows.doctor import examine
from flows.paths import paths_of
from flows.retention import let_go
from flows.sources import limits_of, sites_of
from tests.warehouse.landings import a_post, write_landing
from warehouse.connection import open_warehouse
from warehouse.load import load_landing

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONFIG = """
[company]
name = "Nordfiber"
[crawl]
contact = "mail@x.test"
[[source]]
name = "youtube"
[[source]]
name = "google_places"
[[source]]
name = "forum"
engine = "xenforo"
url = "https://forum.example/"
"""


def write(path: Path, text: str = CONFIG) -> Path:
    file = path / "ryktesvakt.toml"
    file.write_text(f'{text}\n[storage]\ndata = "{path / "data"}"\n', encoding="utf-8")
    return file


def test_shipped_places_say_what_their_terms_allow() -> None:
    assert shipped_site("youtube").retention_days == 30
    assert shipped_site("google_places").retention_days == 0
    assert shipped_site("flashback").retention_days is None


def test_a_limit_is_an_amount() -> None:
    text = 'engine = "xenforo"\nurl = "https://forum.example/"\nretention_days = {}'
    assert parse_site(text.format(7), name="x", where="x").retention_days == 7.0
    try:
        parse_site(text.format(-1), name="x", where="x")
    except SiteError as error:
        assert "retention_days" in str(error)
    else:
        raise AssertionError("a limit below nothing was taken")


def test_what_may_not_be_kept_is_not_read_until_somebody_says_for_how_long(tmp_path: Path) -> None:
    config = load(write(tmp_path))
    assert limits_of(config) == {"youtube": 30, "google_places": 0}
    assert "google_places" not in {site.name for site in sites_of(config)}
    assert "retention_days" in (why_closed(shipped_site("google_places")) or "")
    agreed = load(
        write(tmp_path, CONFIG.replace('name = "google_places"', 'name = "google_places"\nretention_days = 3'))
    )
    assert limits_of(agreed) == {"youtube": 30, "google_places": 3}


def test_doctor_tells(tmp_path: Path) -> None:
    said = [finding.what + finding.advice for finding in examine(write(tmp_path))]
    assert any("youtube" in line and "30 days" in line for line in said)
    assert any("google_places" in line and "keep" in line and "retention_days" in line for line in said)


def test_words_files_and_titles_of_such_a_source_go_first(tmp_path: Path) -> None:
    config = load(write(tmp_path))
    paths = paths_of(config)
    paths.data.mkdir()
    ago = {days: NOW - timedelta(days=days) for days in (2, 40)}
    # What counts is when it was fetched: an old comment that was fetched again stays.
    posts = [
        a_post(n, source=source, thread_id=f"{source}-{n}", posted_at=ago[40], seen_at=ago[days])
        for n, (source, days) in enumerate((("youtube", 40), ("youtube", 2), ("forum", 40)), 1)
    ]
    with open_warehouse(paths.warehouse) as con:
        load_landing(con, write_landing(tmp_path / "l.gz", list(posts)), run_id="r")
    files = [
        paths.data / kind / source / f"{ago[days]:%Y%m%dT%H%M%SZ}.x.gz"
        for kind in ("landing", "archive")
        for source, days in (("youtube", 40), ("youtube", 2), ("forum", 40))
    ]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    done = let_go(config, now=NOW)
    assert (done.post_count, done.landing_count, done.archive_count) == (1, 1, 2)  # an archive is kept for 14 days
    assert [file.exists() for file in files] == [False, True, True, False, True, False]
    with open_warehouse(paths.warehouse, read_only=True) as con:
        kept = con.execute("SELECT post_id, text IS NOT NULL FROM post ORDER BY 1").fetchall()
        titled = con.execute("SELECT thread_id FROM thread WHERE thread_title <> '' ORDER BY 1").fetchall()
    assert kept == [("p1", False), ("p2", True), ("p3", True)]
    assert titled == [("forum-3",), ("youtube-2",)]
    assert let_go(config, now=NOW).post_count == 0
