"""`storage.encrypted`: the whole way of a post, and no file under the data folder holds a word of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers.landing import RecordFile, landing_file
from flows.backup import backup, restore
from flows.config import landing_key, validate
from flows.erasing import erase_post
from flows.errors import ConfigError
from flows.paths import Paths, paths_of
from flows.rebuilding import rebuild_warehouse
from flows.rotating import rotate_key
from flows.settings import Config
from tests.warehouse.landings import a_post, a_visit
from warehouse import access
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse
from warehouse.errors import LandingError
from warehouse.load import load_landings
from warehouse.publish import publish
from warehouse.query import run_sql

pytest.importorskip("duckdb_extension_httpfs")
KEY = "nyckel-som-inte-syns-" * 3
SECRET = "Hemligheten om Barbro Oktobersson"


@pytest.fixture(autouse=True)
def in_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RYKTESVAKT_ARCHIVE_KEY", KEY)
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", "f" * 64)
    before = dict(access._SAID)
    yield
    access._SAID.clear()
    access._SAID.update(before)


def a_config(data: Path) -> Config:
    storage = {"data": str(data), "encrypted": True}
    return validate({"company": {"name": "Open Infra"}, "storage": storage}, where="test")


def crawled(config: Config, run: str) -> Path:
    """Write a landing file as a crawl does."""
    with RecordFile(landing_file(config.storage.data, "forum", run), key=landing_key(config)) as file:
        for number in range(4):
            file.write(a_post(number, text=f"{SECRET} {number}", author_key=f"author-{number}"))
        file.write(a_visit())
        return file.commit()


def loaded(paths: Paths, *files: Path) -> dict[str, str]:
    with open_warehouse(paths.warehouse) as con:
        load_landings(con, files, run_id="r")
        publish(con, paths.published)
        return table_hashes(con)


def holds(folder: Path) -> list[str]:
    words = (b"Oktobersson", b"author-2", b"forum.example", KEY.encode())
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "secrets"]
    assert files
    return [path.name for path in files if any(word in path.read_bytes() for word in words)]


def test_the_whole_way_leaves_no_word_in_any_file(tmp_path: Path) -> None:
    config = a_config(tmp_path / "data")
    paths = paths_of(config)
    before = loaded(paths, crawled(config, "20231101T060000Z"))
    assert before["post"].startswith("4:")
    assert run_sql(paths.published, "SELECT count(*) FROM post WHERE contains(text, 'Barbro')").rows == ((4,),)
    assert holds(paths.data) == []

    (tmp_path / "kept").mkdir()
    backup(config, tmp_path / "kept" / "b.tar")
    assert holds(tmp_path / "kept") == []

    assert erase_post(config, "forum", "p2")["landing_lines"] >= 1
    assert holds(paths.data) == []
    done, _ = rebuild_warehouse(config)
    assert (done.post_count, done.differing) == (4, ())

    restore(config, tmp_path / "kept" / "b.tar", force=True)
    assert run_sql(paths.published, "SELECT count(text) FROM post").rows == ((3,),)  # erased again
    assert holds(paths.data) == []


def test_a_landing_file_without_its_key_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = a_config(tmp_path / "data")
    file = crawled(config, "20231101T060000Z")
    monkeypatch.setenv("RYKTESVAKT_ARCHIVE_KEY", "o" * 40)
    paths = paths_of(config)
    with open_warehouse(paths.warehouse) as con, pytest.raises(LandingError, match="RYKTESVAKT_ARCHIVE_KEY") as caught:
        load_landings(con, [file], run_id="r")
    assert "\n" not in str(caught.value) and "o" * 40 not in str(caught.value)


def test_a_torn_landing_file_gives_what_was_written(tmp_path: Path) -> None:
    config = a_config(tmp_path / "data")
    file = crawled(config, "20231101T060000Z")
    file.write_bytes(file.read_bytes()[:-9])
    with open_warehouse(paths_of(config).warehouse) as con:
        (report,) = load_landings(con, [file], run_id="r")
    assert report.is_truncated


def test_rotating_pseudonyms_keeps_landing_files_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = a_config(tmp_path / "data")
    paths = paths_of(config)
    loaded(paths, crawled(config, "20231101T060000Z"))
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", f"{'f' * 64},{'e' * 64}")
    assert rotate_key(config).landing_count == 1
    assert holds(paths.data) == []


def test_without_a_key_the_configuration_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RYKTESVAKT_ARCHIVE_KEY")
    with pytest.raises(ConfigError, match="RYKTESVAKT_ARCHIVE_KEY"):
        paths_of(a_config(tmp_path))
