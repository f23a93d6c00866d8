"""Landing files: whole or absent, the same bytes for the same records, set aside when broken."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.errors import LandingError
from crawlers.landing import RecordFile, landing_file, landing_files, read_landing
from warehouse.records import Incident, Post, Record

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def post(number: int, text: str = "Hej åäö 😀") -> Post:
    return Post(
        source="s",
        post_id=str(number),
        thread_id="t",
        thread_title="Titel",
        author_key="k",
        posted_at=NOW,
        seen_at=NOW,
        url="https://a.se/1",
        text=text,
        content_key="c",
    )


RECORDS: list[Record] = [
    post(1),
    Incident(source="s", url="u", cause="timeout", detail="d", seen_at=NOW),
    post(2, "rad\nrad\x00\u2028"),
]


def write(path: Path, records: list[Record] = RECORDS) -> Path:
    with RecordFile(path) as file:
        for record in records:
            file.write(record)
        return file.commit()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = write(landing_file(tmp_path, "s", "r1"))
    assert path == tmp_path / "landing" / "s" / "r1.jsonl.gz"
    assert read_landing(path) == RECORDS
    assert landing_files(tmp_path) == landing_files(tmp_path, "s") == [path]


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    assert write(tmp_path / "a.jsonl.gz").read_bytes() == write(tmp_path / "b.jsonl.gz").read_bytes()


def test_nothing_is_visible_before_it_is_whole(tmp_path: Path) -> None:
    path = landing_file(tmp_path, "s", "r1")
    with RecordFile(path) as file:
        file.write(RECORDS[0])
        assert landing_files(tmp_path) == []
    assert list(path.parent.iterdir()) == []


def test_plain_files_hold_posts_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
    assert [line["post_id"] for line in lines] == ["1", "2"]
    assert "record" not in lines[0]
    assert lines[0]["posted_at"] == "2026-11-22T12:00:00+00:00"
    assert write(path, RECORDS[:1]).read_bytes().count(b"\n") == 1


def test_a_lone_surrogate_does_not_stop_the_file(tmp_path: Path) -> None:
    (found,) = read_landing(write(tmp_path / "a.jsonl.gz", [post(1, "x\ud800y")]))
    assert isinstance(found, Post)
    assert found.text == "x?y"


def test_an_unwritable_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "landing").write_text("a file")
    with pytest.raises(LandingError, match="cannot be written"):
        RecordFile(landing_file(tmp_path, "s", "r1"))


@pytest.mark.parametrize("length", [5, 40, 120, -9, -1])
def test_a_cut_file_is_set_aside_whole(tmp_path: Path, length: int) -> None:
    path = write(tmp_path / "a.jsonl.gz")
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(LandingError, match=r"set aside as a\.jsonl\.gz\.corrupt"):
        read_landing(path)
    assert [item.name for item in tmp_path.iterdir()] == ["a.jsonl.gz.corrupt"]


@pytest.mark.parametrize("line", [b"{}", b'{"record":"post"}', b"not json", b"\xff\xfe", b"[" * 5])
def test_a_line_that_is_no_record_sets_the_file_aside(tmp_path: Path, line: bytes) -> None:
    path = write(tmp_path / "a.jsonl.gz")
    path.write_bytes(path.read_bytes() + gzip.compress(line + b"\n"))
    with pytest.raises(LandingError, match="broken after 3 records"):
        read_landing(path)


def test_flipped_bits_are_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl.gz")
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(LandingError, match="set aside"):
        read_landing(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(LandingError, match="no such"):
        read_landing(tmp_path / "x.jsonl.gz")
