"""An erased person is gone from every byte that is kept, also when the erasure is killed and done again."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crawlers.errors import CrawlerError
from crawlers.frontier import Frontier
from crawlers.model import ParsedPost, ParsedQuote
from crawlers.pseudonym import ERASED, Place, to_post
from flows import erasing
from flows.erasing import erase_author, erase_post, erased_before
from flows.paths import paths_of
from flows.settings import Config
from tests.flows.kept import KEY, NAME, OTHERS, SECRET, TITLE, a_config, fill, landed, look, pseudonym, where
from tests.warehouse.landings import T0, a_post, write_landing
from warehouse.connection import open_warehouse
from warehouse.load import load_landing

NEEDLES = (SECRET[:30], TITLE, "c0ffee-77", "Hjortronsby")
FILES = {
    "warehouse.duckdb",
    "published.duckdb",
    "00000001.duckdb",
    "2023-10-02.html",
    "20231002T060000Z.jsonl.gz",
    "20231002T080000Z.jsonl.gz.corrupt",
    "20231002T090000Z.jsonl.gz",
    "20231002T100000Z.jsonl.gz",
    "frontier.sqlite",
    ".20231002T070000Z.jsonl.gz.999999999.tmp",
}
STAGES = (
    "_remove_digests",
    "remove_archives",
    "forget_known",
    "change_lines",
    "erase",
    "discard_snapshots",
    "publish",
)


def by_author(config: Config) -> dict[str, int]:
    return erase_author(config, pseudonym())


def by_posts(config: Config) -> dict[str, int]:
    erase_post(config, "forum", "p5")
    erase_post(config, "forum", "p6")
    return erase_post(config, "forum", "p1")


@pytest.fixture(params=[False, True], ids=["clear", "sealed"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    made = a_config(tmp_path / "data")
    fill(made, is_sealed=request.param)
    return made


def check_gone(config: Config) -> None:
    paths = paths_of(config)
    seen = look(paths.data)
    assert where(seen, *NEEDLES, NAME) == []
    assert sorted(file.name for file in paths.digests.iterdir()) == ["2023-10-03.html"]
    assert [path.name for path in (paths.data / "archive").glob("*/*")] == [
        path.name for path in (paths.data / "archive" / "other").iterdir()
    ]
    assert {post.post_id for post in landed(paths)} == {"p2", "p3", "p14"}
    # What others wrote stays.
    for name in ("20231002T060000Z.jsonl.gz", "warehouse.duckdb", "published.duckdb"):
        assert name in where(seen, OTHERS)


@pytest.mark.parametrize("how", [by_author, by_posts])
def test_nothing_of_it_is_left_in_any_byte(config: Config, how: Callable[[Config], dict[str, int]]) -> None:
    paths = paths_of(config)
    sealed = {file.name for file in (paths.data / "archive" / "forum").iterdir()}
    before = set(where(paths.data, *NEEDLES))
    assert before >= FILES | sealed, "the test looks where it should"
    done = how(config)
    check_gone(config)
    assert done["posts"] == 1
    with Frontier(paths.data / "frontier.sqlite", "forum") as frontier:
        assert {i: p.content_key for i, p in frontier.posts("t0").items()} == {
            "p1": ERASED, "p2": "c0ffee-72", "p3": "c0ffee-73",
        }  # fmt: skip
    if how is by_author:
        assert where(paths.data, pseudonym()) == []
        assert how(config)["posts"] == 0


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("stage", STAGES)
def test_killed_anywhere_and_done_again(tmp_path: Path, stage: str, is_after: bool) -> None:
    config = a_config(tmp_path / "data")
    fill(config, is_sealed=True)
    if (child := os.fork()) == 0:
        _die_at(stage, is_after=is_after)
        by_author(config)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    by_author(config)
    check_gone(config)
    assert where(paths_of(config).data, pseudonym()) == []


def _die_at(stage: str, *, is_after: bool) -> None:
    real = getattr(erasing, stage)

    def dying(*given: object, **named: object) -> None:
        if is_after:
            real(*given, **named)
        os._exit(9)

    setattr(erasing, stage, dying)


def test_it_does_not_come_back(tmp_path: Path) -> None:
    config = a_config(tmp_path / "data")
    paths = fill(config, is_sealed=False)
    by_author(config)
    with open_warehouse(paths.warehouse) as con:
        is_erased = erased_before(con)
        assert is_erased
        again = [
            a_post(1, author_key=pseudonym(), text=SECRET, thread_title=TITLE, position=1),
            a_post(2, text=OTHERS, thread_title=TITLE, position=2, seen_at=T0),
        ]
        report = load_landing(con, write_landing(tmp_path / "again.gz", again), run_id="r2")
        assert report.suppressed == 1
        assert con.execute("SELECT thread_title FROM thread WHERE thread_id = 't0'").fetchall() == [("",)]
    parsed = ParsedPost(
        post_id="p9", author="Kalle", posted_at=T0, url="u", text="Ja", quoted=(ParsedQuote(text=SECRET, author=NAME),)
    )
    place = Place(
        source="forum", thread_id="t0", thread_title=TITLE, thread_views=None, secret=KEY.encode(), redact=None,
        is_erased=is_erased,
    )  # fmt: skip
    post = to_post(parsed, place, seen_at=T0)
    assert (post.thread_title, post.quoted[0].text, post.quoted[0].author_key) == ("", "", None)
    assert not is_erased("post", "other", "p1") and not is_erased("title", "forum", "p1")


def test_a_post_that_was_never_seen_is_remembered_all_the_same(tmp_path: Path) -> None:
    config = a_config(tmp_path / "data")
    assert erase_post(config, "forum", "p77")["posts"] == 0
    with open_warehouse(paths_of(config).warehouse) as con:
        is_erased = erased_before(con)
        assert is_erased and is_erased("post", "forum", "p77") and not is_erased("post", "forum", "p7")
        assert not is_erased("title", "forum", "p77") and not is_erased("author", "forum", "p77")


def test_nobody_may_be_listening_meanwhile(tmp_path: Path) -> None:
    config = a_config(tmp_path / "data")
    paths = fill(config, is_sealed=False)
    with (paths.data / "listening" / "stream.lock").open("w") as listener:
        fcntl.flock(listener, fcntl.LOCK_EX)
        with pytest.raises(CrawlerError, match="stream: a process is listening"):
            by_author(config)
    assert by_author(config)["posts"] == 1


def test_an_author_who_is_nowhere_takes_the_archives_of_the_source_along(tmp_path: Path) -> None:
    config = a_config(tmp_path / "data")
    paths = fill(config, is_sealed=True)
    done = erase_author(config, "0" * 24, source="other")
    assert (done["posts"], done["archives"]) == (0, 1)
    assert not list((paths.data / "archive" / "other").iterdir())
    assert erase_author(config, "0" * 24)["archives"] == 1, "where no source is known, all"
