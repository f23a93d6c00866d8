"""Built anew from landing files, the warehouse holds the same: every table, by hash."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.warehouse.landings import T0, a_post, a_visit, hours, write_landing
from tests.warehouse.test_digest_rows import annotation
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse
from warehouse.erase import erase
from warehouse.labels import judge, pending_posts, save_labels
from warehouse.ledger import put_claim, put_mailings, put_segments, set_verdict
from warehouse.load import load_landing
from warehouse.matches import Match, save_matches
from warehouse.rebuild import rebuild
from warehouse.records import Claim, Deletion, Mailing, Quote, Record, Segment
from warehouse.retention import expire
from warehouse.rollups import refresh

CRAWLED = ("post", "post_revision", "quote", "sighting", "thread", "deletion", "visit", "landing_file")
"""What became of a line when it came depends on the order too, which only the old warehouse knows."""


def write(folder: Path) -> list[Path]:
    """Write landing files whose order tells: edits, deletions, a post seen again, a line that cannot be read."""
    files: tuple[list[Record | bytes], ...] = (
        [a_post(1), a_post(2, quoted=(Quote(text="q", author_key="author-1"),)), a_visit(), b"{"],
        [a_post(1, text="ny", seen_at=hours(2)), a_post(3, seen_at=hours(2), author_key="author-9")],
        [Deletion(source="forum", post_id="p2", seen_at=hours(3)), a_post(1, text="nyare", seen_at=hours(3))],
        [a_post(1, seen_at=hours(1)), a_post(4, seen_at=hours(4))],
    )
    return [write_landing(folder / "forum" / f"{9 - n}.jsonl.gz", lines) for n, lines in enumerate(files)]


def fill(path: Path, landings: Sequence[Path]) -> None:
    """Load, label, match, judge and enter."""
    with open_warehouse(path) as con:
        for file in landings:
            load_landing(con, file, run_id="r")
        posts = pending_posts(con, model_version="v", limit=9)
        found = [annotation(post.post_key, post.revision, number) for number, post in enumerate(posts)]
        save_labels(con, found, model="m", model_version="v", at=T0)
        put_segments(con, [Segment(segment="a", name="A", customer_count=1)])
        put_claim(con, Claim(claim_id="c", statement="s", truth="t", created_at=T0, paraphrases=("p",)))
        set_verdict(con, "c", "false", by="Anna", at=T0)
        mail = Mailing(
            mailing_id="m", channel="email", segment="a", recipient_count=1, sent_at=T0, text="t", corrects="c"
        )
        put_mailings(con, [mail])
        keys = [(post.post_key, post.revision) for post in posts]
        matches = [Match(post_key=k, revision=r, claim_id="c", tier="auto", stance="support") for k, r in keys]
        save_matches(con, keys, matches, model="m", version="x", at=T0)
        judge(con, keys[0][0], task="sentiment", labels=["positive"], by="Anna", at=T0)
        refresh(con)


def hashes(path: Path) -> dict[str, str]:
    with open_warehouse(path) as con:
        return table_hashes(con)


def test_the_same_tables_come_from_landing_files_and_what_is_carried(tmp_path: Path) -> None:
    landings, old, new = write(tmp_path), tmp_path / "old.duckdb", tmp_path / "new.duckdb"
    fill(old, landings)
    report = rebuild(new, sorted(landings), old=old, run_id="again")
    assert (report.landing_count, report.post_count, report.read_count, report.differing) == (4, 4, 4, ())
    assert hashes(new) == hashes(old)


def test_landing_files_alone_give_all_that_was_crawled(tmp_path: Path) -> None:
    landings, old, new = write(tmp_path), tmp_path / "old.duckdb", tmp_path / "new.duckdb"
    fill(old, landings)
    assert rebuild(new, landings, old=None, run_id="again").differing == ()
    theirs, ours = hashes(old), hashes(new)
    assert {name: ours[name] for name in CRAWLED} == {name: theirs[name] for name in CRAWLED}
    assert ours["judgement"].startswith("0:")


def test_what_was_let_go_of_or_erased_stays_as_it_was(tmp_path: Path) -> None:
    landings, old, new = write(tmp_path), tmp_path / "old.duckdb", tmp_path / "new.duckdb"
    fill(old, landings)
    erase(old, at=hours(9), author_key="author-9")
    landings.pop(0).unlink()
    report = rebuild(new, landings, old=old, run_id="again")
    assert report.differing == ()
    assert report.read_count < report.post_count == 4
    with open_warehouse(new) as con:
        assert con.execute("SELECT count(*) FROM post WHERE author_key = 'author-9'").fetchall() == [(0,)]
        assert con.execute("SELECT count(*) FROM outcome_balance WHERE NOT is_balanced").fetchall() == [(0,)]


def test_words_that_expired_do_not_come_back_from_their_files(tmp_path: Path) -> None:
    landings, old, new = write(tmp_path), tmp_path / "old.duckdb", tmp_path / "new.duckdb"
    fill(old, landings)
    assert expire(old, now=hours(24 * 30), days=10) == 4
    assert rebuild(new, landings, old=old, run_id="again").differing == ()
    with open_warehouse(new) as con:
        assert con.execute("SELECT count(text) FROM post").fetchall() == [(0,)]


def test_damage_is_mended_and_said(tmp_path: Path) -> None:
    landings, old, new = write(tmp_path), tmp_path / "old.duckdb", tmp_path / "new.duckdb"
    fill(old, landings)
    whole = hashes(old)
    with open_warehouse(old) as con:
        con.execute("UPDATE post SET text = 'spoilt' WHERE post_id = 'p3'")
        con.execute("DELETE FROM sighting WHERE revision IN (SELECT revision FROM post WHERE post_id = 'p4')")
    assert rebuild(new, landings, old=old, run_id="again").differing == ("post", "sighting")
    assert hashes(new) == whole
