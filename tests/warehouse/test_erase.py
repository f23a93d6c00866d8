"""Erasure and expiry: the bytes are gone, the counts stay, and a new crawl does not bring them back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.warehouse.landings import T0, a_post, hours, write_landing
from warehouse.clusters import Cluster, ClusterPost, put_clusters
from warehouse.connection import open_warehouse
from warehouse.erase import Erased, ErasedPost, NothingToEraseError, compact, erase
from warehouse.keys import post_key
from warehouse.labels import Annotation, Label, pending_posts, save_labels
from warehouse.ledger import add_paraphrases, put_claim
from warehouse.load import load_landing
from warehouse.records import Claim, Quote, Record
from warehouse.retention import expire

SECRET = "Hemligheten om Barbro Oktobersson i Hjortronsbyn"
AUTHOR = "pseudonym-7f3a9c"


def records() -> list[Record | bytes]:
    own = a_post(1, text=SECRET, author_key=AUTHOR, position=1, thread_title="Om " + SECRET, content_key="content-77")
    older = a_post(1, text=SECRET + " först", author_key=AUTHOR, seen_at=hours(-3), content_key="content-78")
    other = a_post(2, text="Det stämmer inte", quoted=(Quote(text=SECRET, post_id="p1", author_key=AUTHOR),))
    unsigned = a_post(3, text="Jag undrar", quoted=(Quote(text=SECRET[:30]),))
    return [older, own, other, unsigned, f'{{"author_key": "{AUTHOR}", "text": "{SECRET}'.encode()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with open_warehouse(path) as con:
        load_landing(con, write_landing(tmp_path / "l.gz", records()), run_id="r")
        posts = pending_posts(con, model_version="v", limit=9)
        found = [
            Annotation(
                post_key=p.post_key,
                revision=p.revision,
                language="sv",
                labels=(Label(task="relevance", label="relevant", score=0.9),),
            )
            for p in posts
        ]
        vectors = np.ones((len(posts), 4), dtype=np.float32)
        save_labels(con, found, model="m", model_version="v", at=T0, vectors=vectors)
        put_claim(con, Claim(claim_id="c", statement="s", truth="t", created_at=T0))
        add_paraphrases(con, "c", ["Om Barbro"], at=T0, post_key=post_key("forum", "p1"))
    return path


def value(path: Path, sql: str) -> Any:
    with open_warehouse(path) as con:
        return con.execute(sql).fetchall()


@pytest.mark.parametrize(
    "how",
    [
        lambda path: erase(path, at=hours(9), author_key=AUTHOR),
        lambda path: erase(path, at=hours(9), text="Oktobersson"),
        lambda path: erase(path, at=hours(9), post=("forum", "p1"), text=SECRET),
    ],
    ids=["author", "text", "post"],
)
def test_what_is_erased_is_gone_from_the_bytes(path: Path, how: Callable[[Path], Erased]) -> None:
    report = how(path)
    assert report.posts == (ErasedPost(source="forum", post_id="p1"),)
    assert (report.revision_count, report.quote_count, report.paraphrase_count) == (2, 2, 1)
    content = path.read_bytes()
    assert b"Oktobersson" not in content
    assert b"content-77" not in content
    assert list(path.parent.glob("warehouse*")) == [path]
    ((label_count, text, key, vector),) = value(
        path,
        "SELECT count(l.label), any_value(p.text), any_value(p.author_key), any_value(e.vector) "
        "FROM post AS p JOIN label_current AS l USING (post_key) JOIN embedding AS e USING (post_key) "
        "WHERE p.post_id IS NULL",
    )
    assert (label_count, text, vector) == (1, None, None)
    assert key.startswith("erased-")
    assert value(path, "SELECT count(*) FROM mention_current") == [(3,)]


def test_an_erased_author_leaves_no_pseudonym(path: Path) -> None:
    erase(path, at=hours(9), author_key=AUTHOR)
    assert AUTHOR.encode() not in path.read_bytes()


def test_a_new_crawl_does_not_bring_it_back(path: Path, tmp_path: Path) -> None:
    erase(path, at=hours(9), author_key=AUTHOR)
    again = [
        a_post(1, text=SECRET, author_key=AUTHOR, seen_at=hours(20)),
        a_post(8, text=SECRET + " igen", author_key=AUTHOR, seen_at=hours(20)),
        a_post(9, text="Annat", seen_at=hours(20), quoted=(Quote(text=SECRET, post_id="p1", author_key=AUTHOR),)),
    ]
    with open_warehouse(path) as con:
        report = load_landing(con, write_landing(tmp_path / "again.gz", again), run_id="r2")
        assert (report.loaded, report.suppressed, report.line_count) == (1, 2, 3)
    assert value(path, "SELECT count(*) FROM post WHERE contains(text, 'Oktobersson')") == [(0,)]
    assert value(path, "SELECT count(*) FROM quote WHERE text IS NOT NULL") == [(0,)]


def test_nothing_named_erases_nothing(path: Path) -> None:
    with pytest.raises(NothingToEraseError):
        erase(path, at=T0)
    report = erase(path, at=T0, text="finns inte")
    assert (report.posts, report.quote_count, report.line_count) == ((), 0, 0)
    assert value(path, "SELECT count(*) FROM post WHERE text IS NOT NULL") == [(3,)]


def test_hostile_input_is_only_a_value(path: Path) -> None:
    report = erase(path, at=T0, text="' OR 1=1 --", author_key="%", post=("forum", "*"))
    assert report.posts == ()


def test_words_and_pseudonyms_expire(path: Path) -> None:
    later = hours(24 * 3650)
    assert expire(path, now=later, days=3700) == 0
    assert value(path, "SELECT count(*) FROM claim_paraphrase") == [(1,)]
    assert expire(path, now=later, days=365) == 3
    assert value(path, "SELECT count(*) FROM claim_paraphrase") == [(0,)]
    assert expire(path, now=later, days=365) == 0
    content = path.read_bytes()
    assert b"Oktobersson" not in content
    assert AUTHOR.encode() not in content
    assert value(path, "SELECT count(DISTINCT author_key), count(text), count(url) FROM post") == [(3, 0, 3)]


def test_compacting_changes_nothing_but_the_file(path: Path) -> None:
    tables = "SELECT table_name, estimated_size, comment FROM duckdb_tables() ORDER BY 1"
    views = "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY 1"
    before = value(path, tables), value(path, views), value(path, "FROM label_current ORDER BY ALL")
    compact(path)
    assert (value(path, tables), value(path, views), value(path, "FROM label_current ORDER BY ALL")) == before
    assert value(path, "SELECT block_size FROM pragma_database_size()") == [(16384,)]


def test_words_and_centres_of_clusters_go_with_their_posts(path: Path) -> None:
    with open_warehouse(path) as con:
        plain = {"created_at": T0, "centroid": (0.5,), "state": "candidate"}
        one = Cluster(cluster_id="k", central_post_key=post_key("forum", "p1"), terms=("hjortronsbyn",), **plain)
        other = Cluster(cluster_id="m", central_post_key=post_key("forum", "p3"), terms=("annat",), **plain)
        keys = {"p1": "k", "p2": "k", "p3": "m"}
        members = [
            ClusterPost(post_key=post_key("forum", name), cluster_id=cluster, revision="r", model_version="v")
            for name, cluster in keys.items()
        ]
        put_clusters(con, [one, other], members)
    erase(path, at=hours(5), post=("forum", "p1"))
    found = value(path, "SELECT cluster_id, terms, centroid FROM cluster ORDER BY 1")
    assert found == [("k", [], []), ("m", ["annat"], [0.5])]
    assert b"hjortronsbyn" not in path.read_bytes()
