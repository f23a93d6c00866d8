"""Loading: nothing lost, nothing counted twice, whatever the order, the damage or the instant of a kill."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.landings import T0, a_post, a_visit, fresh, hours, write_landing
from warehouse.audit import table_hash, table_hashes
from warehouse.connection import open_warehouse, transaction
from warehouse.errors import LandingError
from warehouse.keys import post_key
from warehouse.landing import LINE_BYTES, describe, read_blocks
from warehouse.load import LoadReport, load_landing, load_landings, load_lines
from warehouse.records import Deletion, Incident, Post, Quote, Record, SetAside, to_line

COUNTED = (
    "loaded", "unchanged", "revised", "deleted", "quarantined", "suppressed", "incidents", "visits",
)  # fmt: skip


def counted(report: LoadReport) -> int:
    return sum(getattr(report, name) for name in COUNTED)


def the_post(con: duckdb.DuckDBPyConnection, number: int = 1) -> dict[str, Any]:
    found = con.execute("FROM post WHERE post_key = ?", [post_key("forum", f"p{number}")])
    columns = [column[0] for column in found.description]
    return dict(zip(columns, found.fetchone(), strict=True))


def load(con: duckdb.DuckDBPyConnection, folder: Path, *files: list[Record | bytes]) -> list[LoadReport]:
    return [
        load_landing(con, write_landing(folder / "forum" / f"{n}.jsonl.gz", records), run_id="r")
        for n, records in enumerate(files)
    ]


def test_a_landing_file_is_loaded_and_counted(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    aside = SetAside(source="forum", url="u", reason="unreadable_date", detail="igår?", seen_at=T0, post_id="p9")
    incident = Incident(source="forum", url="u", cause="timeout", detail="30 s", seen_at=T0)
    quoting = a_post(2, quoted=(Quote(text="Har ni", post_id="p1", author_key="author-1"),))
    lines: list[Record | bytes] = [a_post(1), quoting, a_post(1), aside, incident, a_visit(), b"{", b""]
    (report,) = load(con, tmp_path, lines)
    assert (report.loaded, report.unchanged, report.quarantined, report.incidents, report.visits) == (2, 1, 3, 1, 1)
    assert counted(report) == report.line_count == 8
    assert report.name == "forum/0.jsonl.gz"
    reasons = con.execute("SELECT reason, raw_line FROM quarantine ORDER BY line_number").fetchall()
    assert reasons[1:] == [("unreadable_line", b"{"), ("unreadable_line", b"")]
    assert reasons[0] == ("unreadable_date", to_line(aside).encode())
    assert con.execute("SELECT text, quoted_post_id, quoted_author_key FROM quote").fetchall() == [
        ("Har ni", "p1", "author-1")
    ]


def test_new_posts_are_stored_alike_whether_what_is_known_is_looked_for_or_not(tmp_path: Path) -> None:
    quoted = (Quote(text="Har ni", post_id="p1", author_key="author-1"),)
    edited = a_post(1, text="ändrat", seen_at=hours(3), quoted=quoted)
    lines: list[Record | bytes] = [a_post(1), a_post(2, seen_at=hours(2)), edited, a_post(1), a_post(2), a_post(3)]
    path = write_landing(tmp_path / "forum" / "a.jsonl.gz", lines)
    with open_warehouse(tmp_path / "new.duckdb") as new, open_warehouse(tmp_path / "known.duckdb") as known:
        load_landing(new, path, run_id="r")
        with transaction(known):
            load_lines(known, [(describe(path), read_blocks(path))], run_id="r")
        assert table_hashes(new) == table_hashes(known)
        assert new.execute("SELECT count(*) FROM post_revision").fetchone() == (4,)


def test_an_edit_is_a_new_revision_and_the_old_text_stays(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first, edited = a_post(text="Brevet är fel"), a_post(text="Brevet är rätt", seen_at=hours(5))
    reports = load(con, tmp_path, [first], [edited])
    assert reports[1].revised == 1
    assert the_post(con)["text"] == "Brevet är rätt"
    assert the_post(con)["first_seen_at"] == T0
    texts = con.execute("SELECT text FROM post_revision ORDER BY first_seen_at").fetchall()
    assert texts == [("Brevet är fel",), ("Brevet är rätt",)]


def test_an_older_sighting_never_overwrites_a_newer(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    newer = a_post(text="nu", seen_at=hours(5), view_count=90)
    older = a_post(text="då", view_count=3)
    reports = load(con, tmp_path, [newer], [older])
    assert reports[1].revised == 1
    found = the_post(con)
    assert (found["text"], found["view_count"], found["first_seen_at"], found["seen_at"]) == ("nu", 90, T0, hours(5))


def test_a_deletion_marks_the_post_until_it_is_seen_again(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    gone = Deletion(source="forum", post_id="p1", seen_at=hours(2))
    later = Deletion(source="forum", post_id="p1", seen_at=hours(3))
    reports = load(con, tmp_path, [a_post()], [gone, gone], [later])
    assert [(r.deleted, r.unchanged) for r in reports] == [(0, 0), (1, 1), (0, 1)]
    assert the_post(con)["deleted_at"] == hours(2)
    load_landing(con, write_landing(tmp_path / "back.gz", [a_post(seen_at=hours(4))]), run_id="r")
    assert the_post(con)["deleted_at"] is None


def test_a_torn_file_gives_its_readable_lines_and_says_so(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    whole = write_landing(tmp_path / "whole.gz", [a_post(n, text=f"{n} {hash(n * 7919)}") for n in range(500)])
    torn = tmp_path / "torn.jsonl.gz"
    torn.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    report = load_landing(con, torn, run_id="r")
    assert report.is_truncated
    assert 0 < report.loaded < 500
    assert report.quarantined == 1
    assert counted(report) == report.line_count
    assert con.execute("SELECT reason FROM quarantine").fetchall() == [("truncated_file",)]
    again = load_landing(con, whole, run_id="r")
    assert (again.loaded + again.unchanged, again.loaded) == (500, 500 - report.loaded)


@pytest.mark.parametrize(
    ("content", "line_count"),
    [
        (b"", 0),
        (gzip.compress(b"", mtime=0), 0),
        (b"\x1f\x8b broken", 1),
        (b"\xff\xfe\n", 1),
        (b"[" * 100_000, 1),
        (b'{"record": []}', 1),
    ],
)
def test_a_file_that_is_none_is_set_aside(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, content: bytes, line_count: int
) -> None:
    path = tmp_path / "odd.jsonl.gz"
    path.write_bytes(content)
    report = load_landing(con, path, run_id="r")
    assert (report.line_count, report.quarantined) == (line_count, line_count)


def test_a_file_of_two_gzip_members_is_read_whole(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl.gz"
    path.write_bytes(b"".join(gzip.compress((to_line(a_post(n)) + "\n").encode()) for n in (1, 2)))
    assert load_landing(con, path, run_id="r").loaded == 2


def test_a_file_that_is_missing_is_said(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(LandingError, match="cannot be read"):
        load_landing(con, tmp_path / "none.gz", run_id="r")


@pytest.mark.parametrize(
    "text",
    [
        *("\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202eabc\u202c", "x" * 2_000_000, "\U0001f600", "\r\n"),
        *("'; DROP TABLE post; --", "\ufeff", "\x1b[31m", "{}", "NULL", ""),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_hostile_text_is_kept_as_far_as_a_database_can(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, text: str
) -> None:
    post = a_post(text=text, thread_title=text, content_key="k", author_key="a" + text[:9], quoted=(Quote(text=text),))
    line = json.dumps(json.loads(to_line(post)), ensure_ascii=True).encode()
    (report,) = load(con, tmp_path, [line])
    assert report.loaded == 1
    kept = the_post(con)["text"]
    assert len(kept) == len(text)
    assert all(ours == theirs or ours == "\ufffd" for ours, theirs in zip(kept, text, strict=True))


@pytest.mark.parametrize(
    "changes",
    [{"like_count": 2**63}, {"posted_at": "0001-01-01T00:00:00+14:00"}, {"posted_at": "9999-12-31T23:59:59-12:00"}],
)
def test_a_value_that_fits_nowhere_is_set_aside(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, changes: dict[str, Any]
) -> None:
    line = json.dumps({**json.loads(to_line(a_post())), **changes}).encode()
    (report,) = load(con, tmp_path, [line, a_post(2)])
    assert (report.loaded, report.quarantined) == (1, 1)
    assert con.execute("SELECT reason, raw_line FROM quarantine").fetchall() == [("out_of_range", line)]


def test_a_line_without_end_is_set_aside_unread(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (report,) = load(con, tmp_path, [a_post(1), b"x" * (LINE_BYTES + 3_000_000), a_post(2)])
    assert (report.loaded, report.quarantined, report.line_count) == (2, 1, 3)
    assert con.execute("SELECT line_number, reason FROM quarantine").fetchall() == [(2, "line_too_long")]


def times() -> st.SearchStrategy[datetime]:
    return st.integers(0, 4).map(lambda n: T0 + timedelta(hours=n))


def posts() -> st.SearchStrategy[Post]:
    return st.builds(
        lambda number, text, seen_at, views, quoted: a_post(
            number, text=text, seen_at=seen_at, view_count=views, quoted=tuple(Quote(text=q) for q in quoted)
        ),
        st.integers(1, 3),
        st.sampled_from(["a", "b", "c"]),
        times(),
        st.none() | st.integers(0, 3),
        st.lists(st.sampled_from(["x", "y"]), max_size=2),
    )


def deletions() -> st.SearchStrategy[Deletion]:
    return st.builds(lambda n, at: Deletion(source="forum", post_id=f"p{n}", seen_at=at), st.integers(1, 3), times())


def landings() -> st.SearchStrategy[list[list[Record | bytes]]]:
    line = posts() | deletions() | times().map(lambda at: a_visit(at=at)) | st.just(b"{broken")
    return st.lists(st.lists(line, max_size=6), min_size=1, max_size=4)


quick = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(files=landings())
def test_twice_is_once_and_the_counts_add_up(tmp_path: Path, files: list[list[Record | bytes]]) -> None:
    with fresh(tmp_path) as con:
        first = load(con, tmp_path, *files)
        before = table_hashes(con)
        second = load(con, tmp_path, *files)
        assert table_hashes(con) == before
        assert [r.line_count for r in first] == [len(file) for file in files] == [counted(r) for r in first]
        assert all(r.is_repeat for r in second)


LEDGERS = ("landing_file", "outcome", "quarantine")
"""What was said of a line when it came depends on when it came; all else does not."""


@quick
@given(data=st.data(), files=landings())
def test_any_order_of_files_gives_the_same_posts(
    tmp_path: Path, data: st.DataObject, files: list[list[Record | bytes]]
) -> None:
    shuffled = data.draw(st.permutations(files))
    found = []
    for order in (files, shuffled):
        with fresh(tmp_path) as con:
            load(con, tmp_path, *order)
            found.append({name: value for name, value in table_hashes(con).items() if name not in LEDGERS})
    assert found[0] == found[1]


@quick
@given(files=landings())
def test_loaded_together_is_loaded_one_by_one(tmp_path: Path, files: list[list[Record | bytes]]) -> None:
    paths = [write_landing(tmp_path / "forum" / f"{n}.jsonl.gz", records) for n, records in enumerate(files)]
    with fresh(tmp_path) as one, fresh(tmp_path) as together:
        alone = [load_landing(one, path, run_id="r") for path in paths]
        assert load_landings(together, [*paths, *paths[:1]], run_id="r")[: len(paths)] == alone
        assert table_hashes(together) == table_hashes(one)


class KilledError(Exception):
    """Raised in the place of a statement."""


class Fragile:
    """A connection that dies at its nth statement."""

    def __init__(self, con: duckdb.DuckDBPyConnection, dies_at: int) -> None:
        self.con, self.left = con, dies_at

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.con, name)
        if name not in ("execute", "begin", "commit", "register"):
            return found

        def counted_call(*arguments: Any, **options: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                raise KilledError
            return found(*arguments, **options)

        return counted_call


def test_killed_between_any_two_statements_and_run_again_it_ends_the_same(tmp_path: Path) -> None:
    files: list[list[Record | bytes]] = [
        [a_post(1), a_post(2), b"{"],
        [a_post(1, text="ny", seen_at=hours(1)), Deletion(source="forum", post_id="p2", seen_at=hours(1)), a_visit()],
    ]
    with fresh(tmp_path) as clean:
        load(clean, tmp_path, *files)
        expected = table_hash(clean)
    kills = 0
    for dies_at in range(200):
        with fresh(tmp_path) as con:
            try:
                load(Fragile(con, dies_at), tmp_path, *files)  # type: ignore[arg-type]
            except KilledError:
                kills += 1
            load(con, tmp_path, *files)
            assert table_hash(con) == expected, f"killed at statement {dies_at}"
        if kills <= dies_at:
            break
    assert 40 < kills < 200
