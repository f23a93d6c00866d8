"""Copies with small changes in the warehouse: each post looked at once, groups that stay, one of each in a digest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.desk import Desk
from flows.steps.copies import group_copies
from tests.flows.desks import a_desk, land
from tests.warehouse.landings import a_post, hours
from warehouse.audit import table_hashes
from warehouse.erase import erase
from warehouse.records import Post
from warehouse.retention import expire

LETTER = (
    "Från och med den första december tar bolaget ut en avgift för drift och underhåll på {} kronor i månaden av {}"
)
OTHER = "Jag bytte operatör i våras och har inte ångrat det en sekund, allt fungerar som det ska och supporten svarar"
FOUND = "SELECT post_count, source_count, sources, first_seen_at, text FROM near_duplicates ORDER BY first_seen_at"


def letters() -> list[Post]:
    changes: list[dict[str, Any]] = [
        {"text": LETTER.format(125, "alla kunder"), "seen_at": hours(0)},
        {"text": "Vad tror ni? " + LETTER.format(129, "samtliga kunder"), "seen_at": hours(2), "source": "annat"},
        {"text": OTHER, "seen_at": hours(3)},
        {"text": LETTER.format(125, "oss"), "seen_at": hours(24 * 30), "source": "tredje"},
        {"text": "Samma här", "seen_at": hours(4)},
        {"text": "Samma här", "seen_at": hours(5)},
    ]
    return [a_post(n, **one) for n, one in enumerate(changes, 1)]


def rows(desk: Desk, sql: str) -> list[tuple[Any, ...]]:
    return desk.con.execute(sql).fetchall()


def test_copies_are_found_across_sources_and_passes(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        land(desk, "first", letters()[:2])
        assert group_copies(desk) == 1
        (before,) = rows(desk, "SELECT group_key FROM near_duplicates")
        land(desk, "second", letters()[2:])
        assert group_copies(desk) == 1
        assert group_copies(desk) == 0
        assert rows(desk, "SELECT group_key FROM near_duplicates") == [before]
        ((count, source_count, sources, _, text),) = rows(desk, FOUND)
        assert (count, source_count, sources) == (3, 3, ["annat", "forum", "tredje"])
        assert text in {post.text for post in letters()}
        assert rows(desk, "SELECT count(*), count(copy_of) FROM text_copy") == [(3, 2)]


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_the_same_whether_in_one_pass_or_killed_after_any_batch(tmp_path: Path, batch: int) -> None:
    with a_desk(tmp_path / "whole") as desk:
        land(desk, "all", letters())
        group_copies(desk)
        whole = table_hashes(desk.con)
    with a_desk(tmp_path / "parts") as desk:
        land(desk, "all", letters())
        group_copies(desk, batch=batch)
        assert table_hashes(desk.con) == whole


def test_an_edited_post_is_held_against_others_anew(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        land(desk, "first", letters()[:2])
        group_copies(desk)
        land(desk, "edit", [a_post(1, text=OTHER, seen_at=hours(9))])
        group_copies(desk)
        assert rows(desk, FOUND) == []


def test_the_second_of_two_copies_is_found_months_later_only_by_what_is_near(tmp_path: Path) -> None:
    first, late = (a_post(n, text=LETTER.format(125, "alla"), seen_at=hours(24 * d)) for n, d in ((1, 0), (2, 200)))
    with a_desk(tmp_path) as desk:
        land(desk, "first", [first])
        group_copies(desk)
        land(desk, "late", [late])
        assert group_copies(desk) == 0


def test_prints_go_with_the_words(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        land(desk, "all", letters())
        group_copies(desk)
        path = desk.paths.warehouse
    erase(path, at=hours(50), post=("forum", "p1"))
    with a_desk(tmp_path) as desk:
        assert rows(desk, "SELECT count(*) FROM text_print") == [(5,)]
        assert rows(desk, "SELECT post_count FROM near_duplicates") == [(3,)]
        assert group_copies(desk) == 0
    expire(path, now=hours(24 * 3650), days=10)
    with a_desk(tmp_path) as desk:
        assert rows(desk, "SELECT count(*) FROM text_print") == [(0,)]
        assert rows(desk, "SELECT post_count, text FROM near_duplicates") == [(3, None)]
        assert group_copies(desk) == 0
