"""A rotated key: nothing of the old pseudonyms is left, and the same author still counts once, killed or not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crawlers.pseudonym import author_key, content_key, join_keys, key_print, rotated, split_keys, subject_of
from flows import rotating
from flows.config import author_key_file, author_secret
from flows.erasing import erase_author, erase_person, erased_before
from flows.errors import ConfigError, FlowsError, KeyMismatchError
from flows.paths import Paths, paths_of
from flows.rotating import READY, rotate_key, settle_key
from flows.settings import Config
from tests.flows.kept import KEY, NAME, a_config, fill, landed, look, pseudonym, where
from warehouse.connection import open_warehouse
from warehouse.keys import author_subject

NEW, NEWER = "e" * 64, "d" * 64
SECRETS = {count: join_keys([key.encode() for key in (KEY, NEW, NEWER)[:count]]) for count in (1, 2, 3)}
STAGES = (
    "settle",
    "write_lines",
    "_write_ready",
    "_swap_landings",
    "rekey_known",
    "discard_snapshots",
    "publish",
    "remove_folder",
)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", KEY)
    made = a_config(tmp_path / "data")
    paths = fill(made, is_sealed=True)
    with open_warehouse(paths.warehouse) as con:
        settle_key(con, paths, author_secret(made))
    return made


def check_rotated(config: Config, count: int = 2) -> None:
    """Nothing is under the old key, everything under the new, and nobody counts twice."""
    paths, new = paths_of(config), author_key(SECRETS[count], "forum", NAME)
    seen = look(paths.data)
    assert where(seen, pseudonym()) == []
    found = {post.post_id: post for post in landed(paths)}
    assert found["p1"].author_key == found["p5"].author_key == found["p6"].author_key == new
    assert found["p2"].quoted[0].author_key == new
    assert len({post.author_key for post in found.values()}) == 4, (
        "p1 and p5 are one author, the other three are others"
    )
    with open_warehouse(paths.warehouse) as con:
        assert con.execute("SELECT author_key FROM post WHERE post_id = 'p1'").fetchall() == [(new,)]
        assert con.execute("SELECT count(*) FROM quote WHERE quoted_author_key = ?", [new]).fetchall() == [(1,)]
        assert con.execute("SELECT count(DISTINCT author_key) FROM post").fetchall() == [(4,)]
        settle_key(con, paths, SECRETS[count])
        for other in {1, 2, 3} - {count}:
            with pytest.raises(KeyMismatchError):
                settle_key(con, paths, SECRETS[other])
    assert {"published.duckdb", "warehouse.duckdb", "20231002T060000Z.jsonl.gz"} <= set(where(seen, new))
    # The alarm's memory and a line that could not be read know the author too.
    with open_warehouse(paths.warehouse) as con:
        assert con.execute("SELECT count(*) FROM alarm_state WHERE contains(state::VARCHAR, ?)", [new]).fetchone() == (
            1,
        )
        (raw,) = con.execute("SELECT raw_line FROM quarantine").fetchall()[0]
        assert new.encode() in bytes(raw)
    assert not (paths.data / "rotation").exists()


def test_the_same_author_is_one_before_and_after(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", f"{KEY},{NEW}")
    done = rotate_key(config)
    assert (done.author_count, done.landing_count, done.key_count) == (4, 4, 2)
    check_rotated(config)
    with pytest.raises(FlowsError, match="no new key"):
        rotate_key(config)
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", f"{KEY},{NEW},{NEWER}")
    rotate_key(config)
    check_rotated(config, 3)


def test_two_rotations_at_once_are_the_two_in_turn(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", f"{KEY},{NEW},{NEWER}")
    rotate_key(config)
    check_rotated(config, 3)


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("stage", [*STAGES, "rekey"])
def test_killed_anywhere_and_run_again(
    config: Config, monkeypatch: pytest.MonkeyPatch, stage: str, is_after: bool
) -> None:
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", f"{KEY},{NEW}")
    if (child := os.fork()) == 0:
        _die_at(stage, is_after=is_after)
        rotate_key(config)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    _check_no_pass_begins_between(config)
    rotate_key(config) if _is_unfinished(config) else None
    check_rotated(config)


def _is_unfinished(config: Config) -> bool:
    paths = paths_of(config)
    with open_warehouse(paths.warehouse) as con:
        try:
            settle_key(con, paths, SECRETS[2])
        except KeyMismatchError:
            return True
    return False


def _check_no_pass_begins_between(config: Config) -> None:
    """Either nothing has changed, and the old key still serves, or no key does until the rotation is finished."""
    paths = paths_of(config)
    is_ready = (paths.data / "rotation" / READY).exists()
    with open_warehouse(paths.warehouse) as con:
        for count in (1, 2):
            try:
                settle_key(con, paths, SECRETS[count])
            except KeyMismatchError:
                continue
            assert not is_ready
            keys = {post.author_key for post in landed(paths)}
            assert author_key(SECRETS[count], "forum", NAME) in keys


def _die_at(stage: str, *, is_after: bool) -> None:
    where_ = rotating.tables if stage == "rekey" else rotating
    real = getattr(where_, stage)

    def dying(*given: object, **named: object) -> None:
        if is_after:
            real(*given, **named)
        os._exit(9)

    setattr(where_, stage, dying)


def test_a_key_file_gets_a_key_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RYKTESVAKT_AUTHOR_KEY", raising=False)
    config = a_config(tmp_path / "data")
    old = author_secret(config)
    paths = fill(config, is_sealed=False, author=author_key(old, "forum", NAME))
    assert rotate_key(config).key_count == 2
    new = author_secret(config)
    assert split_keys(new)[0] == old and len(split_keys(new)) == 2
    assert author_key_file(config).stat().st_mode & 0o777 == 0o600
    assert where(paths.data, author_key(old, "forum", NAME)) == []
    assert author_key(new, "forum", NAME) in {post.author_key for post in landed(paths)}
    assert [file.name for file in author_key_file(config).parent.iterdir()] == ["author.key"]


def test_an_erased_author_stays_erased_and_a_person_is_found_by_name(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_author(config, pseudonym())
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", f"{KEY},{NEW}")
    with pytest.raises(KeyMismatchError, match="rotate-key first"):
        erase_person(config, "forum", "Någon annan")
    rotate_key(config)
    with open_warehouse(paths_of(config).warehouse) as con:
        is_erased = erased_before(con)
    assert is_erased and is_erased("author", "forum", author_key(SECRETS[2], "forum", NAME))


def test_a_person_is_erased_by_name(config: Config) -> None:
    assert erase_person(config, "forum", f"  {NAME} ")["posts"] == 1
    assert where(paths_of(config).data, NAME, "Hjortronsby") == []


def test_another_key_is_refused(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", f"{NEW},{NEWER}")
    with pytest.raises(KeyMismatchError, match="none of the author keys given"):
        rotate_key(config)
    paths = Paths(data=config.storage.data)
    with open_warehouse(paths.warehouse) as con, pytest.raises(KeyMismatchError, match="under another author key"):
        settle_key(con, paths, author_secret(config))
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", f"{KEY},short")
    with pytest.raises(ConfigError):
        author_secret(config)


def test_pseudonyms_go_through_all_keys() -> None:
    one, two = SECRETS[1], SECRETS[2]
    old = author_key(one, "forum", NAME)
    assert author_key(two, "forum", NAME) == rotated(NEW.encode(), old) != old
    assert subject_of(old) == author_subject(old), "the hash of both rooms must be the same"
    assert content_key(one, "text") == content_key(two, "text"), "or every post would look edited"
    assert len({key_print(secret) for secret in SECRETS.values()}) == 3
    assert key_print(one) != old
