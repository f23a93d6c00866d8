"""The lake's files in an object store: the same tables, an erasure reaches the bucket, one that is away is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import ConfigError
from flows.faults import explained, is_of_the_machine
from flows.paths import paths_of
from tests.live import lakes, object_store, postgres
from tests.live.lakes import hashes, on_a_lake, said
from tests.warehouse.landings import a_post, a_visit, fresh, hours, write_landing
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse
from warehouse.erase import erase
from warehouse.load import load_landings
from warehouse.publish import publish
from warehouse.rollups import refresh

SECRET = "Hemligheten-om-Barbro-Oktobersson"
pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("lake")]


def test_a_lake_in_a_bucket_holds_what_a_file_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lakes.require_extensions()
    told = [a_post(n, text=SECRET if n == 3 else f"Text {n}") for n in range(12)]
    first = write_landing(tmp_path / "1.jsonl.gz", [*told, a_visit()])
    second = write_landing(tmp_path / "2.jsonl.gz", [a_post(4, text="Ändrat", seen_at=hours(2))])
    with postgres.running() as server:
        with object_store.running(tmp_path) as address:
            config = on_a_lake(tmp_path / "data", server.database("bucket"), f"s3://{object_store.BUCKET}/lake")
            with pytest.raises(ConfigError, match="AWS_ACCESS_KEY_ID"):
                paths_of(config)
            for name, value in {"ACCESS_KEY_ID": "tester", "SECRET_ACCESS_KEY": "a-secret-key"}.items():
                monkeypatch.setenv(f"AWS_{name}", value)
            monkeypatch.setenv("AWS_ENDPOINT_URL", address)
            path = paths_of(config).warehouse
            with open_warehouse(path) as con:
                load_landings(con, [first, second], run_id="r")
                published = paths_of(config).published
                publish(con, published)
            with fresh(tmp_path) as con:
                load_landings(con, [first, second], run_id="r")
                refresh(con)
                expected = table_hashes(con)
            with open_warehouse(published, read_only=True) as con:
                assert table_hashes(con) == expected
            assert hashes(config) == expected
            assert SECRET in said(object_store.taken_down(address, tmp_path / "before"))
            erase(path, at=hours(9), post=("forum", "p3"))
            assert SECRET not in said(object_store.taken_down(address, tmp_path / "after"))
        with pytest.raises(Exception) as lost, open_warehouse(path) as con:
            con.execute("SELECT count(text) FROM post").fetchall()
    clear = explained(lost.value, step="load", data=tmp_path)
    assert "object store" in str(clear) and len(str(clear).splitlines()) == 1
    assert "a-secret-key" not in str(clear) and is_of_the_machine(lost.value)
