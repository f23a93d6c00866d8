"""What is archived is what warcio would write, whoever writes it, and its readers take both."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers import archive
from crawlers.archive import ArchiveWriter

AT = datetime(2026, 11, 22, 12, 0, 0, 5, tzinfo=UTC)
PLAIN = (
    "https://forum.example/threads/1/?a=b%20c",
    [("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "x")],
)
CASES = [
    (*PLAIN, b"<p>hej \xc3\xa5\r\n"),
    (*PLAIN, b""),
    ("https://forum.example/", [("X-Twice", "a"), ("X-Twice", "b"), ("X-Empty", "")], bytes(range(256)) * 1000),
    ("https://forum.example/\u00e5 b", [], b"a"),
    ("https://forum.example/", [("X-Odd", "\u00e9\r\nb")], b"a"),
    ("https://forum.example/", [("X-Odd", "a\tb")], b"a"),
]


def records(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise", no_record_parse=False):
            head = re.sub(
                r"urn:uuid:[0-9a-f-]{36}|(?<=WARC-Filename: ).*|(?<=WARC-Date: ).*\.\d{6}Z", "", str(record.rec_headers)
            )
            yield head + str(record.http_headers), record.raw_stream.read()


@pytest.mark.parametrize(("url", "headers", "body"), CASES)
def test_it_is_what_warcio_writes(
    url: str, headers: list[tuple[str, str]], body: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for name in ("ours", "theirs"):
        if name == "theirs":
            monkeypatch.setattr(archive, "response_record", lambda *_, **__: None)
        writer = ArchiveWriter(tmp_path / f"{name}.warc.gz", user_agent="test")
        writer.write(url=url, status=200, headers=headers, body=body, fetched_at=AT)
        writer.close()
        found.append(list(records(writer.path)))
    assert found[0] == found[1]
    assert found[0][1][1] == body


def test_the_common_case_takes_the_short_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "StatusAndHeaders", None)
    writer = ArchiveWriter(tmp_path / "a.warc.gz", user_agent="test")
    writer.write(url=PLAIN[0], status=200, headers=PLAIN[1], body=b"a", fetched_at=AT)
    writer.close()
    assert len(list(records(writer.path))) == 2
