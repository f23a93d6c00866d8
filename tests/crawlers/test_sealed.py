"""Encrypted archives: nothing readable on the disk, whole or said not to be, and replayed as if in the clear."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.archive import ArchiveWriter, archive_file, archive_files
from crawlers.crawl_job import CrawlJob
from crawlers.errors import ArchiveError
from crawlers.model import Site
from crawlers.replay import Replay
from crawlers.sealed import CHUNK_BYTES, HEAD_BYTES, SealedWriter, fault_of, is_sealed, open_plain
from crawlers.worker import CrawlerWorker
from tests.crawlers.conftest import Crawl
from tests.crawlers.tiny_forum import Reply, TinyForum
from tests.warehouse.landings import fresh
from warehouse.load import load_landing
from warehouse.records import Post

KEY, OTHER = b"k" * 32, b"o" * 32
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "Hemligheten om Barbro Oktobersson"


def sealed(path: Path, *parts: bytes, key: bytes = KEY, is_closed: bool = True) -> Path:
    """Write a file with a flush after each part; one that is not closed is as a killed program leaves it."""
    stream = path.open("wb")
    writer = SealedWriter(stream, key)
    for part in parts:
        writer.write(part)
        writer.flush()
    if is_closed:
        writer.close()
    return path


def plain(path: Path, *keys: bytes) -> tuple[bytes, str]:
    with open_plain(path, keys or (KEY,)) as stream:
        return stream.read(), fault_of(stream)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(st.one_of(st.binary(max_size=300), st.integers(0, 3 * CHUNK_BYTES).map(bytes)), max_size=6),
    seeks=st.lists(st.tuples(st.integers(0, 9 * CHUNK_BYTES), st.integers(0, 2 * CHUNK_BYTES)), max_size=5),
)
def test_what_was_written_is_read_from_any_place(
    tmp_path: Path, parts: list[bytes], seeks: list[tuple[int, int]]
) -> None:
    path, whole = sealed(tmp_path / "f", *parts), b"".join(parts)
    assert plain(path) == (whole, "")
    with open_plain(path, (KEY,)) as stream:
        for offset, count in seeks:
            stream.seek(offset)
            assert stream.read(count) == whole[offset : offset + count]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(1, 400), data=st.data())
def test_cut_anywhere_what_was_flushed_is_read_and_the_cut_is_said(
    tmp_path: Path, cut: int, data: st.DataObject
) -> None:
    parts = data.draw(st.lists(st.binary(min_size=1, max_size=100), min_size=1, max_size=6))
    path = sealed(tmp_path / "f", *parts)
    content = path.read_bytes()
    keep = max(HEAD_BYTES, len(content) - cut)
    path.write_bytes(content[:keep])
    found, fault = plain(path)
    assert b"".join(parts).startswith(found)
    assert fault, "a file without its last chunk is never taken for whole"
    whole_parts = [len(b"".join(parts[:n])) for n in range(len(parts) + 1)]
    assert len(found) in whole_parts, "a chunk is read whole or not at all"


@pytest.mark.parametrize("place", ["salt", "print", "length", "bytes", "tag", "appended", "swapped", "dropped"])
def test_what_was_changed_does_not_open(tmp_path: Path, place: str) -> None:
    path = sealed(tmp_path / "f", b"a" * 50, b"b" * 50, b"c" * 50)
    content, size = bytearray(path.read_bytes()), 4 + 50 + 16
    chunks = [bytes(content[HEAD_BYTES + n * size : HEAD_BYTES + (n + 1) * size]) for n in range(3)]
    last = bytes(content[HEAD_BYTES + 3 * size :])
    match place:
        case "salt" | "print":
            content[9 if place == "salt" else HEAD_BYTES - 1] ^= 1
        case "length" | "bytes" | "tag":
            content[HEAD_BYTES + {"length": 3, "bytes": 10, "tag": size - 1}[place]] ^= 1
        case "appended":
            content += chunks[0]
        case "swapped":
            content[HEAD_BYTES:] = chunks[1] + chunks[0] + chunks[2] + last
        case "dropped":
            content[HEAD_BYTES:] = chunks[0] + chunks[2] + last
    path.write_bytes(bytes(content))
    if place in ("salt", "print"):
        with pytest.raises(ArchiveError, match="none of the keys"):
            plain(path)
        return
    found, fault = plain(path)
    assert fault and (b"a" * 50 + b"b" * 50 + b"c" * 50).startswith(found[:150])
    assert len(found) <= (150 if place == "appended" else 50)


def test_the_same_bytes_are_sealed_differently_each_time_and_any_given_key_may_open(tmp_path: Path) -> None:
    first, second = sealed(tmp_path / "1", b"same"), sealed(tmp_path / "2", b"same")
    assert first.read_bytes()[8:] != second.read_bytes()[8:]
    assert plain(first, OTHER, KEY) == (b"same", "")
    with pytest.raises(ArchiveError, match=r"none of the keys given.*RYKTESVAKT_ARCHIVE_KEY"):
        plain(first, OTHER)
    with pytest.raises(ArchiveError, match=r"no key is given; set RYKTESVAKT_ARCHIVE_KEY"), open_plain(first):
        pass
    (clear := tmp_path / "3").write_bytes(b"clear")
    assert plain(clear) == (b"clear", "") and not is_sealed(clear)


def write(writer: ArchiveWriter, *numbers: int) -> None:
    for n in numbers:
        body = f"{SECRET} {n}".encode() * 40
        writer.write(url=f"http://forum.test/{n}", status=200, headers=[("X", SECRET)], body=body, fetched_at=AT)


def test_an_archive_of_a_killed_crawl_is_used_as_far_as_it_came(tmp_path: Path) -> None:
    writer = ArchiveWriter(archive_file(tmp_path, "forum", "r1"), user_agent="test", key=KEY)
    write(writer, 1, 2, 3)
    assert archive_files(tmp_path) == [writer.path] and writer.path.name == "r1.warc.gz.sealed"
    assert archive_file(tmp_path, "forum", "r1").name == "r1.2.warc.gz"
    replay = Replay(writer.path, keys=(KEY,))
    assert replay.problem == (
        "r1.warc.gz.sealed: broken after 4 records (r1.warc.gz.sealed: cut off after chunk 3); what came before is used"
    )
    for n in (1, 2, 3):
        entry = replay.find(f"http://forum.test/{n}")
        assert entry and replay.read(entry, max_bytes=10_000).body == f"{SECRET} {n}".encode() * 40
    writer.close()
    assert Replay(writer.path, keys=(KEY,)).problem is None
    assert Replay(writer.path.parent, keys=(OTHER, KEY)).find("http://forum.test/3")
    for keys in ((), (OTHER,)):
        with pytest.raises(ArchiveError, match=r"r1\.warc\.gz\.sealed: is encrypted, and"):
            Replay(writer.path.parent, keys=keys)
    content = writer.path.read_bytes()
    assert b"Oktobersson" not in content and b"forum.test" not in content and b"\x1f\x8b\x08\x00" not in content


def posts(found: list) -> list[Post]:
    return [record for record in found if isinstance(record, Post)]


@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["clear", "sealed"])
def test_what_was_archived_is_read_again_without_the_network(
    forum: TinyForum, crawl: Crawl, job: CrawlJob, worker: CrawlerWorker, tmp_path: Path, keys: tuple[bytes, ...]
) -> None:
    forum.thread("t1", "Open Infra grävde " + SECRET, "två", "tre", "fyra")
    forum.thread("t2", "Om katter")
    result, live = crawl(archive_keys=keys)
    assert result.archive_path and is_sealed(result.archive_path) == bool(keys)
    forum.requests.clear()
    again, replayed = crawl(archive=result.archive_path.parent, archive_keys=keys, data_dir=tmp_path / "new")
    assert forum.requests == []
    assert posts(replayed) == posts(live) and len(posts(live)) == 4
    assert tables(result.landing_path, tmp_path) == tables(again.landing_path, tmp_path)
    assert again.archive_path is None and again.is_complete
    if keys:
        assert SECRET.encode() not in result.archive_path.read_bytes()
        (denied,) = worker.crawl([replace(job, archive=result.archive_path, run_id="r9")], timeout_seconds=60)
        assert denied.error and denied.error.count("\n") == 0 and "RYKTESVAKT_ARCHIVE_KEY" in denied.error


def tables(path: Path, folder: Path) -> dict[str, list]:
    """Return what loading a landing file into an empty warehouse gives."""
    names = ("post", "post_revision", "quote", "thread", "sighting")
    with fresh(folder) as con:
        load_landing(con, path, run_id="r")
        return {name: con.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in names}


@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["clear", "sealed"])
def test_a_mended_parser_reads_what_the_old_one_could_not_from_the_archive(
    forum: TinyForum, crawl: Crawl, tmp_path: Path, keys: tuple[bytes, ...]
) -> None:
    forum.thread("t1", "Open Infra grävde", "två", "tre")
    forum.thread("t2", "Open Infra igen")
    forum.threads["t1"]["posts"][1]["quoted"] = ["Open Infra grävde"]
    whole, _ = crawl(archive_keys=keys, data_dir=tmp_path / "whole")
    # The parser fails on one thread, as after a change of the site: the page says what it does not know.
    page = forum.reply("/t/t1", {})
    forum.replies["/t/t1"] = Reply({**json.loads(page.body), "bug": True})
    broken, found = crawl(archive_keys=keys)
    assert {post.thread_id for post in posts(found)} == {"t2"} and broken.incidents
    forum.requests.clear()
    mended = crawl(
        archive=broken.archive_path.parent,
        archive_keys=keys,
        data_dir=tmp_path / "mended",
        site=replace(whole_site(forum), engine="tests.crawlers.mended_engine"),
    )[0]
    assert forum.requests == []
    expected, again = tables(whole.landing_path, tmp_path), tables(mended.landing_path, tmp_path)
    # When pages were fetched differs between the two crawls, and so the keys of the records: nothing else may.
    assert [row[:6] for row in again["post"]] == [row[:6] for row in expected["post"]] and len(again["post"]) == 4
    assert again["quote"] == expected["quote"] and len(again["quote"]) == 1
    landing = tmp_path / "landing" / "tiny"
    with fresh(tmp_path) as con:
        for path in (*sorted(landing.glob("*.gz")), mended.landing_path):
            load_landing(con, path, run_id="r")
        assert [row[:6] for row in con.execute("FROM post ORDER BY ALL").fetchall()] == [
            row[:6] for row in expected["post"]
        ]


def test_threads_that_have_left_the_lists_are_replayed_too(forum: TinyForum, crawl: Crawl, tmp_path: Path) -> None:
    forum.thread("t1", "Open Infra grävde", "två", "tre", "fyra")
    forum.thread("t2", "Om katter")
    for number in range(25):
        forum.thread(f"old-{number}", "Open Infra var det")
    crawl()
    forum.threads.clear()
    forum.thread("t3", "Open Infra igen")
    result, _ = crawl()
    forum.requests.clear()
    _, replayed = crawl(archive=result.archive_path.parent, data_dir=tmp_path / "new")
    assert forum.requests == []
    ids = {post.post_id for post in posts(replayed)}
    assert ids == {"t1-1", "t1-2", "t1-3", "t1-4", "t3-1", *(f"old-{number}-1" for number in range(25))}


def whole_site(forum: TinyForum) -> Site:
    return Site(
        name="tiny",
        engine="tests.crawlers.tiny_engine",
        url=forum.url,
        timezone=ZoneInfo("Europe/Stockholm"),
        delay_seconds=0.0,
    )


def test_nothing_of_a_sealed_file_waits_in_memory_after_a_flush(tmp_path: Path) -> None:
    stream = io.BytesIO()
    writer = SealedWriter(stream, KEY)
    writer.write(b"x" * 10)
    before = len(stream.getvalue())
    writer.flush()
    assert len(stream.getvalue()) == before + 4 + 10 + 16
