"""Replays: from our own WARC, from other tools', from broken ones; never from the network."""

import gzip
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.archive import ArchiveWriter
from crawlers.errors import ArchiveError
from crawlers.replay import Replay, url_keys
from tests.crawlers.conftest import Crawl
from tests.crawlers.test_spiders import posts
from tests.crawlers.tiny_forum import Reply, TinyForum
from warehouse.records import Post

AT = datetime(2026, 11, 20, 9, 30, 15, 250000, tzinfo=UTC)


def test_a_replay_gives_the_same_records_without_the_network(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Hej", "Open Infra", "3", "4")
    forum.thread("b", "Open Infra")
    first, records = crawl(now=AT)
    forum.fetched()
    again, replayed = crawl(archive=first.archive_path)
    assert [r for r in replayed if isinstance(r, Post)] == [r for r in records if isinstance(r, Post)]
    assert {r.seen_at for r in replayed if isinstance(r, Post)} == {AT}
    assert (forum.requests, again.incidents, again.archive_path) == ([], (), None)


def test_a_replay_leaves_the_frontier_alone(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    first, _ = crawl()
    crawl(archive=first.archive_path)
    forum.thread("a", "Open Infra", "2")
    assert posts(crawl()[1]) == ["a-2"]


def test_a_page_that_is_not_archived_is_an_incident(forum: TinyForum, crawl: Crawl, tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    listing = {"threads": [{"id": name, "url": f"{forum.url}/t/{name}"} for name in "ab"]}
    thread = {"thread": "a", "posts": [{"id": "a-1", "text": "Open Infra"}]}
    write(path, (f"{forum.url}/list", listing), (f"{forum.url}/t/a", thread))
    result, records = crawl(archive=path)
    assert posts(records) == ["a-1"]
    assert [(i.cause, i.detail, i.url) for i in result.incidents] == [
        ("http_error", "not in the archive", f"{forum.url}/t/b")
    ]
    assert not result.is_complete


@pytest.mark.parametrize("cut_bytes", [60, 200, 400])
def test_a_cut_archive_is_used_as_far_as_it_goes(
    forum: TinyForum, crawl: Crawl, tmp_path: Path, cut_bytes: int
) -> None:
    for name in "abc":
        forum.thread(name, "Open Infra", "x" * 3000)
    first, _ = crawl()
    assert first.archive_path
    cut = tmp_path / "cut.warc.gz"
    cut.write_bytes(first.archive_path.read_bytes()[:-cut_bytes])
    result, records = crawl(archive=cut)
    assert posts(records) == ["a-1", "a-2", "b-1", "b-2"]
    assert [incident.cause for incident in result.incidents] == ["truncated", "http_error"]
    assert "what came before is used" in result.incidents[0].detail


@pytest.mark.parametrize("body", [b"", b"hello", b"\x1f\x8b\x08\x00", b"WARC/1.1\r\n"])
def test_an_archive_with_nothing_in_it_is_an_error(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(body)
    with pytest.raises(ArchiveError, match=r"x\.warc\.gz: no responses in it"):
        Replay(path)


def test_an_archive_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="No such file"):
        Replay(tmp_path / "x.warc.gz")


SAME = [
    ("http://a.se/t?x=1&y=2", "https://www.a.se/t?y=2&x=1#p3"),
    ("https://a.se", "https://a.se/"),
    ("https://a.se/t/", "https://a.se/t"),
    ("https://a.se/å", "https://a.se/%C3%A5"),
    ("https://a.se/t?sid=0123456789abcdef0123456789abcdef&t=5", "https://a.se/t?t=5"),
    ("https://a.se:443/t", "http://a.se/t"),
    ("https://a.se/t?utm_source=x", "https://a.se/t"),
]
DIFFERENT = [
    ("https://a.se/t?x=1", "https://a.se/t?x=2"),
    ("https://a.se/t", "https://a.se/T"),
    ("https://a.se:8443/t", "https://a.se/t"),
    ("https://a.se/t?s=hej", "https://a.se/t"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_urls_that_are_one(one: str, other: str) -> None:
    assert set(url_keys(one)) & set(url_keys(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_urls_that_are_two(one: str, other: str) -> None:
    assert not set(url_keys(one)) & set(url_keys(other))


def write(path: Path, *pages: tuple[str, dict]) -> None:
    writer = ArchiveWriter(path, user_agent="test")
    for url, value in pages:
        body = Reply(value).body
        writer.write(url=url, status=200, headers=[("Content-Type", "text/html")], body=body, fetched_at=AT)
    writer.close()


def foreign(path: Path, *, is_gzip: bool = True) -> WARCWriter:
    stream = path.open("wb")
    writer = WARCWriter(stream, gzip=is_gzip)
    writer.stream = stream
    return writer


def add(writer: WARCWriter, url: str, body: bytes, *headers: tuple[str, str], status: str = "200 OK") -> str:
    record = writer.create_warc_record(
        url,
        "response",
        payload=io.BytesIO(body),
        http_headers=StatusAndHeaders(status, list(headers), protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": "2026-11-20T09:30:15Z"},
    )
    writer.write_record(record)
    return str(record.rec_headers.get_header("WARC-Payload-Digest"))


def read(path: Path, url: str) -> tuple[int, bytes]:
    replay = Replay(path)
    entry = replay.find(url)
    assert entry
    found = replay.read(entry, max_bytes=1_000_000)
    assert not {name.lower() for name, _ in found.headers} & {"content-encoding", "transfer-encoding"}
    return found.status, found.body


@pytest.mark.parametrize("is_gzip", [True, False])
def test_chunked_and_compressed_bodies_are_undone(tmp_path: Path, is_gzip: bool) -> None:
    path = tmp_path / ("x.warc.gz" if is_gzip else "x.warc")
    packed = gzip.compress("Hej på dig".encode())
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    writer = foreign(path, is_gzip=is_gzip)
    add(writer, "https://a.se/1", chunks, ("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip"))
    # Some tools store the body undone and leave the headers as they were.
    add(writer, "https://a.se/2", "Hej på dig".encode(), ("Content-Encoding", "gzip"))
    add(writer, "https://a.se/3", b"not html", ("Content-Type", "text/html"))
    writer.stream.close()
    assert read(path, "https://a.se/1") == read(path, "https://a.se/2") == (200, "Hej på dig".encode())
    assert read(path, "https://a.se/3") == (200, b"not html")


def test_a_revisit_is_answered_with_the_body_stored_before(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    writer = foreign(path)
    digest = add(writer, "https://a.se/1", b"the body", ("Content-Type", "text/html"))
    headers = StatusAndHeaders("200 OK", [("X-Again", "yes")], protocol="HTTP/1.1")
    writer.write_record(
        writer.create_revisit_record(
            "https://a.se/2", digest, "https://a.se/1", "2026-11-20T09:30:15Z", http_headers=headers
        )
    )
    writer.stream.close()
    assert read(path, "https://a.se/2") == (200, b"the body")


def test_redirects_between_http_and_https_end_at_the_page(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    writer = foreign(path)
    add(writer, "http://a.se/1", b"", ("Location", "https://www.a.se/1"), status="301 Moved Permanently")
    add(writer, "https://www.a.se/1", b"the page")
    add(writer, "http://a.se/gone", b"", status="404 Not Found")
    writer.stream.close()
    assert read(path, "http://a.se/1") == read(path, "https://a.se/1") == (200, b"the page")
    assert read(path, "http://a.se/gone")[0] == 404


def test_angle_brackets_newest_capture_and_not_modified(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    writer = foreign(path)
    add(writer, "<https://a.se/1>", b"old")
    add(writer, "https://a.se/1", b"new")
    add(writer, "https://a.se/1", b"", status="304 Not Modified")
    writer.stream.close()
    assert read(path, "https://a.se/1") == (200, b"new")


def test_a_body_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    writer = foreign(path)
    add(writer, "https://a.se/1", gzip.compress(b" " * 5_000_000), ("Content-Encoding", "gzip"))
    writer.stream.close()
    with pytest.raises(ArchiveError, match="longer than"):
        read(path, "https://a.se/1")


def test_a_folder_of_archives_is_one_archive(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra", "2", "3", "4")
    first, _ = crawl()
    forum.thread("a", "Open Infra", "2", "3", "4", "5")
    crawl()
    assert first.archive_path
    assert posts(crawl(archive=first.archive_path.parent)[1]) == ["a-1", "a-2", "a-3", "a-4", "a-5"]


def test_a_url_is_replayed_with_its_engine_told(forum: TinyForum, crawl: Crawl, job, tmp_path: Path) -> None:
    forum.thread("a", "ett", "två")
    first, _ = crawl(start_url=f"{forum.url}/t/a", keep_all=True)
    out = tmp_path / "out.jsonl"
    url = forum.url.replace("http://", "HTTP://") + "/t/a#post2"
    result, _ = crawl(start_url=url, keep_all=True, archive=first.archive_path, out=out, data_dir=None)
    assert result.post_count == 2
    site = replace(job.site, engine="")
    with pytest.raises(AssertionError, match="no engine recognises"):
        crawl(site=site, start_url=url, archive=first.archive_path)
