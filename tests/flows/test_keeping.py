"""Backup, restore, rebuild and the quarantine: what comes back is what was, table by table, and nothing is lost."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import pytest
import tomli_w
from typer.testing import CliRunner

from flows.backup import BackupError, backup, restore
from flows.cli.app import app
from flows.erasing import erase_author
from flows.paths import paths_of
from flows.rebuilding import rebuild_warehouse
from flows.settings import Config
from tests.flows.kept import KEY, OTHERS, SECRET, TITLE, a_config, fill, look, pseudonym, where
from tests.warehouse.landings import a_post, write_landing
from warehouse import columns, landing
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse
from warehouse.load import load_landings
from warehouse.records import Record, WireError, from_line


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("RYKTESVAKT_AUTHOR_KEY", KEY)
    made = a_config(tmp_path / "data")
    fill(made, is_sealed=False)
    return made


def hashes(config: Config) -> dict[str, str]:
    with open_warehouse(paths_of(config).warehouse) as con:
        return table_hashes(con)


def test_a_backup_is_put_back_byte_by_byte_and_table_by_table(config: Config, tmp_path: Path) -> None:
    paths, out = paths_of(config), tmp_path / "backup.tar"
    done = backup(config, out)
    before, digests = hashes(config), sorted(path.name for path in paths.digests.iterdir())
    assert before == done.tables
    assert {"warehouse.duckdb", "frontier.sqlite"} <= set(done.files)
    assert not any(name.startswith(("archive/", "secrets/")) or "published" in name for name in done.files)
    with pytest.raises(BackupError, match="exists already"):
        backup(config, out)
    with pytest.raises(BackupError, match="--force"):
        restore(config, out)
    shutil.rmtree(paths.landing)
    shutil.rmtree(paths.digests)
    paths.warehouse.write_bytes(b"")
    paths.warehouse.unlink()
    assert restore(config, out).erased_count == 0
    assert hashes(config) == before
    assert sorted(path.name for path in paths.digests.iterdir()) == digests
    assert paths.published.exists()
    assert not (paths.data / "restoring").exists()


def test_what_was_erased_since_is_erased_again(config: Config, tmp_path: Path) -> None:
    paths, out = paths_of(config), tmp_path / "backup.tar"
    backup(config, out)
    erase_author(config, pseudonym())
    assert restore(config, out, force=True).erased_count >= 1
    seen = look(paths.data)
    assert where(seen, SECRET[:30], TITLE) == []
    assert "warehouse.duckdb" in where(seen, OTHERS)


def spoil_bytes(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[content.index(OTHERS.encode())] ^= 1
    file.write_bytes(content)


def spoil_end(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def spoil_all(file: Path) -> None:
    file.write_text("no backup")


def climb_out(file: Path) -> None:
    with tarfile.open(file, "w") as tar:
        tar.add(__file__, arcname="../../outside.py")


@pytest.mark.parametrize("spoil", [spoil_bytes, spoil_end, spoil_all, climb_out])
def test_a_damaged_backup_changes_nothing(config: Config, tmp_path: Path, spoil: object) -> None:
    out = tmp_path / "backup.tar"
    backup(config, out)
    before = hashes(config)
    spoil(out)  # type: ignore[operator]
    with pytest.raises(BackupError):
        restore(config, out, force=True)
    assert hashes(config) == before
    assert not (tmp_path / "outside.py").exists()


def test_rebuilt_after_an_erasure_nothing_differs(config: Config) -> None:
    with open_warehouse(paths_of(config).warehouse) as con:
        load_landings(con, sorted(paths_of(config).landing.glob("*/*.jsonl.gz")), run_id="r")
    erase_author(config, pseudonym())
    before = hashes(config)
    done, old = rebuild_warehouse(config)
    assert (done.differing, old) == ((), paths_of(config).warehouse)
    assert hashes(config) == before
    assert where(paths_of(config).data, SECRET[:30], TITLE) == []
    paths_of(config).warehouse.write_bytes(b"not a database" * 1000)
    done, old = rebuild_warehouse(config)
    assert (done.differing, old) == ((), paths_of(config).published)
    assert hashes(config) == before


def test_the_quarantine_is_listed_shown_and_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = a_config(tmp_path / "data")
    file = tmp_path / "my.toml"
    file.write_text(tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)))

    def older(line: str) -> Record:
        if '"language": "sv"' in line:
            raise WireError("unknown fields: language")
        return from_line(line)

    landed = write_landing(paths_of(config).landing / "forum" / "1.jsonl.gz", [a_post(1, language="sv"), b"{broken"])
    with monkeypatch.context() as patch, open_warehouse(paths_of(config).warehouse) as con:
        patch.setattr(landing, "from_line", older)
        patch.setattr(columns, "LEAST_LINES", 10**9)
        load_landings(con, [landed], run_id="r")

    def run(*words: str, status: int = 0) -> str:
        found = CliRunner().invoke(app, [*words, "--config", str(file)], catch_exceptions=True)
        assert found.exit_code == status, found.output
        return found.output

    waiting = json.loads(run("quarantine", "list", "--json"))
    assert [(row["name"], row["line_number"], row["reason"]) for row in waiting] == [
        ("forum/1.jsonl.gz", 1, "unreadable_line"),
        ("forum/1.jsonl.gz", 2, "unreadable_line"),
    ]
    assert json.loads(run("quarantine", "list", "--json", "--reason", "other")) == []
    assert "{broken" in run("quarantine", "show", "forum/1.jsonl.gz", "2")
    run("quarantine", "show", "forum/1.jsonl.gz", "3", status=1)
    assert json.loads(run("replay", "--json"))["loaded"] == 1
    nothing = {"lines": 0, "loaded": 0, "revised": 0, "unchanged": 0, "posts": 0}
    assert json.loads(run("replay", "--json")) == nothing
    assert [row["line_number"] for row in json.loads(run("quarantine", "list", "--json"))] == [2]
    with open_warehouse(paths_of(config).warehouse, read_only=True) as con:
        assert con.execute("SELECT count(*) FROM post").fetchall() == [(1,)]
        assert con.execute("SELECT count(*) FROM outcome_balance WHERE NOT is_balanced").fetchall() == [(0,)]
