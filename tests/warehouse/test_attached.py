"""Encryption at rest: what is asked of sealed tables is answered, and their files hold no word of a post."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.landings import a_post, a_visit, hours, write_landing
from warehouse import access
from warehouse.access import Access, use
from warehouse.attached import attach, is_sealed
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse
from warehouse.erase import erase
from warehouse.errors import QueryError, SealedError
from warehouse.load import load_landings
from warehouse.publish import list_generations, publish
from warehouse.query import export, run_sql
from warehouse.rebuild import rebuild

pytest.importorskip("duckdb_extension_httpfs")
KEY, OTHER = b"k" * 40, b"o" * 40
SECRET = "Hemligheten om Barbro Oktobersson"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = dict(access._SAID)
    yield
    access._SAID.clear()
    access._SAID.update(before)


def sealed(folder: Path, *keys: bytes, is_sealed: bool = True) -> Path:
    use(folder, Access(keys=keys, is_sealed=is_sealed))
    return folder / "warehouse.duckdb"


def landing(folder: Path, *, count: int = 9) -> Path:
    posts = [a_post(n, text=f"{SECRET} {n}") for n in range(count)]
    return write_landing(folder.parent / "landing" / "l.jsonl.gz", [*posts, a_visit()])


def filled(path: Path) -> dict[str, str]:
    with open_warehouse(path) as con:
        load_landings(con, [landing(path.parent)], run_id="r")
        publish(con, path.with_name("published.duckdb"))
        return table_hashes(con)


def holds(folder: Path, *words: bytes) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file() and any(word in p.read_bytes() for word in words)]


def test_no_file_holds_a_word_and_all_that_is_asked_is_answered(tmp_path: Path) -> None:
    plain = filled(tmp_path / "plain" / "warehouse.duckdb")
    folder = tmp_path / "data"
    path = sealed(folder, KEY)
    assert filled(path) == plain
    published = path.with_name("published.duckdb")
    assert is_sealed(path) and is_sealed(published) and all(map(is_sealed, list_generations(published)))
    assert holds(tmp_path / "plain", b"Oktobersson") != []
    assert holds(folder, b"Oktobersson", KEY, b"forum.example", b"author-1") == []
    assert run_sql(published, "SELECT count(*) FROM post WHERE contains(text, 'Oktobersson')").rows == ((9,),)
    assert export(published, "FROM post", tmp_path / "out.csv", format="csv") == 9
    erase(path, at=hours(9), post=("forum", "p7"))
    assert is_sealed(path) and list(folder.glob("warehouse*")) == [path]
    with open_warehouse(path) as con:
        assert con.execute("SELECT count(text) FROM post").fetchall() == [(8,)]


def test_the_log_of_a_killed_writer_and_what_spills_are_sealed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    path = sealed(folder, KEY)
    with open_warehouse(path) as con:
        load_landings(con, [landing(folder, count=400)], run_id="r")
        assert path.with_name(path.name + ".wal").stat().st_size > 10_000
        assert holds(folder, b"Oktobersson", b"forum.example") == []
        con.execute("SET memory_limit = '30MB'; SET threads = 1")
        con.execute("CREATE TEMP TABLE much AS SELECT text || hash(range) AS said FROM post, range(2000)")
        spilled = [file for file in folder.rglob("*") if ".tmp" in str(file) and file.is_file()]
        assert spilled
        assert holds(folder, b"Oktobersson") == []


@pytest.mark.parametrize("keys", [(OTHER,), ()], ids=["wrong", "none"])
def test_without_its_key_one_line_says_so(tmp_path: Path, keys: tuple[bytes, ...]) -> None:
    path = sealed(tmp_path / "data", KEY)
    filled(path)
    sealed(tmp_path / "data", *keys)
    for attempt in (open_warehouse, lambda file: run_sql(file, "SELECT 1")):
        with pytest.raises((SealedError, QueryError), match="RYKTESVAKT_ARCHIVE_KEY") as caught:
            attempt(path)
        said = "".join(traceback.format_exception(caught.value))
        assert "\n" not in str(caught.value)
        assert "ENCRYPTION_KEY" not in said and KEY.decode() not in said and OTHER.decode() not in said


def test_an_older_key_opens_and_a_rebuild_writes_under_the_newer(tmp_path: Path) -> None:
    path = sealed(tmp_path / "data", OTHER)
    before = filled(path)
    sealed(tmp_path / "data", KEY, OTHER)
    fresh = path.with_name(".rebuilt.duckdb")
    assert rebuild(fresh, [landing(path.parent)], old=path, run_id="r").differing == ()
    sealed(tmp_path / "data", KEY)
    with open_warehouse(fresh) as con:
        assert table_hashes(con) == before


@pytest.mark.parametrize("is_first_sealed", [True, False])
def test_what_is_not_as_said_is_not_written_and_a_rebuild_makes_it_so(tmp_path: Path, is_first_sealed: bool) -> None:
    path = sealed(tmp_path / "data", KEY, is_sealed=is_first_sealed)
    before = filled(path)
    sealed(tmp_path / "data", KEY, is_sealed=not is_first_sealed)
    with pytest.raises(SealedError, match="ryktesvakt rebuild"):
        open_warehouse(path)
    fresh = path.with_name(".rebuilt.duckdb")
    assert rebuild(fresh, [], old=path, run_id="r").differing == ()
    assert is_sealed(fresh) is not is_first_sealed
    with open_warehouse(fresh) as con:
        assert table_hashes(con) == before


def test_no_query_shows_the_key(tmp_path: Path) -> None:
    path = sealed(tmp_path / "data", KEY)
    filled(path)
    con = duckdb.connect(":memory:")
    attach(con, path, "published", read_only=True)
    for table in ("duckdb_databases()", "duckdb_settings()", "duckdb_secrets()", "duckdb_logs()"):
        said = str(con.execute(f"FROM {table}").fetchall())
        assert "ENCRYPTION_KEY" not in said and KEY.decode() not in said
