"""Search finds words in all their forms, and nothing that only looks alike."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.warehouse.landings import T0, a_post, hours, write_landing
from warehouse import search as room
from warehouse.errors import QueryError
from warehouse.load import load_landing
from warehouse.publish import publish
from warehouse.records import Deletion
from warehouse.search import search

TEXTS = (
    "Breven om avgifterna kom i dag.",
    "Jag fick ett BREV. Brevet handlar om avgift, avgift och avgift.",
    "Brevlådan är full, men avgiften är låg.",
    "Avgiften är hög.",
    "Fel brev; fel avgift. (((",
    "Brevet med avgiften som togs bort.",
)


@pytest.fixture
def snapshot(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Path:
    posts = [
        a_post(n, text=text, thread_title="En tråd", posted_at=hours(-n), source=("forum", "other")[n == 4])
        for n, text in enumerate(TEXTS)
    ]
    gone = Deletion(source="forum", post_id="p5", seen_at=hours(5))
    load_landing(con, write_landing(tmp_path / "l.gz", [*posts, gone]), run_id="r")
    return publish(con, tmp_path / "published.duckdb").path


def test_words_are_found_in_all_their_forms_the_most_telling_first(snapshot: Path) -> None:
    found = search(snapshot, "brev avgifter")
    assert [hit.text for hit in found.hits] == [TEXTS[1], TEXTS[4], TEXTS[0]]
    assert not found.is_cut
    assert [hit.text for hit in search(snapshot, "Avgiften", limit=2).hits] == [TEXTS[1], TEXTS[3]]


def test_source_time_and_title_narrow_it(snapshot: Path) -> None:
    assert [hit.text for hit in search(snapshot, "brev", source="other").hits] == [TEXTS[4]]
    assert {hit.text for hit in search(snapshot, "brev", posted_after=hours(-0.5)).hits} == {TEXTS[0]}
    assert {hit.text for hit in search(snapshot, "trådarna avgift", posted_after=T0).hits} == {TEXTS[0]}


@pytest.mark.parametrize("words", ["(((", "", "  ", "%_*", "\\"])
def test_nothing_to_look_for_is_said(snapshot: Path, words: str) -> None:
    with pytest.raises(QueryError, match="at least one word"):
        search(snapshot, words)


@pytest.mark.parametrize("words", ["brev' OR 1=1 --", "brev)(.*", "\x00brev", "finnsinte"])
def test_hostile_words_are_only_words(snapshot: Path, words: str) -> None:
    assert len(search(snapshot, words).hits) <= 3


def test_it_says_when_there_is_more(snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_READ", 1)
    found = search(snapshot, "avgift")
    assert (len(found.hits), found.is_cut) == (1, True)
