"""A data folder with everything in it that a real one has, and a look at every byte of it."""

from __future__ import annotations

import gzip
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from crawlers.archive import ArchiveWriter, archive_file
from crawlers.frontier import Changes, Frontier, KnownPost, KnownThread
from crawlers.named import script
from crawlers.pseudonym import author_key
from crawlers.sealed import open_plain
from flows.config import validate
from flows.paths import Paths, paths_of
from flows.settings import Config
from tests.warehouse.landings import T0, a_post, a_visit, empty_warehouse, write_landing
from warehouse.connection import open_warehouse
from warehouse.load import load_landings
from warehouse.publish import publish
from warehouse.records import Post, Quote, Record
from warehouse.watching import put_states

NAME = "Barbro Oktobersson"
SECRET = "Hemligheten om grannen i Hjortronsbyn, sa hon"
TITLE = "Fråga om Hjortronsbyns fiber"
KEY = "f" * 64
ARCHIVE_KEY = b"an archive key for tests, 32 bytes"
OTHERS = "Det där stämmer inte alls"


def a_config(data: Path) -> Config:
    values = {"company": {"name": "Open Infra"}, "storage": {"data": str(data)}}
    return validate(values, where="test")


def pseudonym(secret: bytes = KEY.encode()) -> str:
    return author_key(secret, "forum", NAME)


def records(author: str) -> list[Record | bytes]:
    own = {"author_key": author, "text": SECRET, "thread_title": TITLE, "content_key": "c0ffee-77"}
    quote = Quote(text=SECRET, post_id="p1", author_key=author)
    return [
        a_post(1, position=1, **own),
        a_post(2, text=OTHERS, quoted=(quote, Quote(text="Annat citat")), thread_title=TITLE, position=2),
        a_post(3, text="Utan namn", quoted=(Quote(text=SECRET[:30]),), thread_title=TITLE, position=3),
        a_post(14, text="Annan tråd", thread_title="En annan fråga", position=1),
        f'{{"record": "post", "source": "forum", "post_id": "p1", "author_key": "{author}", "text": "{SECRET}'.encode(),
        a_visit(),
    ]


def fill(config: Config, *, is_sealed: bool, author: str | None = None) -> Paths:
    """Make the folder: loaded and waiting landing files, a corrupt one, archives, frontier, tables, digests."""
    paths, author = paths_of(config), author or pseudonym()
    landing = paths.landing / "forum"
    found = records(author)
    write_landing(landing / "20231002T060000Z.jsonl.gz", found)
    paths.warehouse.write_bytes(empty_warehouse())
    with open_warehouse(paths.warehouse) as con:
        load_landings(con, sorted(landing.glob("*.gz")), run_id="r")
        # What the alarm remembers of who has spoken.
        put_states(con, {"watch": {"claims": {"c": {"ledger": [[author, 1.0]]}}}}, step_at=T0)
        publish(con, paths.published, generations=3)
    waiting = a_post(5, author_key=author, text=SECRET + " igen", thread_title=TITLE, position=5)
    write_landing(landing / "20231002T090000Z.jsonl.gz", [waiting])
    corrupt = write_landing(landing / "20231002T080000Z.jsonl.gz.corrupt", found).read_bytes()
    (landing / "20231002T080000Z.jsonl.gz.corrupt").write_bytes(corrupt[:-20])
    (landing / ".20231002T070000Z.jsonl.gz.999999999.tmp").write_bytes(gzip.compress(SECRET.encode()))
    _archive(config, is_sealed=is_sealed)
    _frontier(config)
    _heard(config, author)
    _digests(paths)
    return paths


def _archive(config: Config, *, is_sealed: bool) -> None:
    for source in ("forum", "other"):
        path = archive_file(config.storage.data, source, "20231002T060000Z")
        writer = ArchiveWriter(path, user_agent="test", key=ARCHIVE_KEY if is_sealed else None)
        text = f"<b>{NAME}</b> {SECRET}" if source == "forum" else "Något annat"
        body = gzip.compress(text.encode())
        headers = [("Content-Encoding", "gzip")]
        writer.write(url=f"https://{source}.example/1", status=200, headers=headers, body=body, fetched_at=T0)
        writer.close()


def _frontier(config: Config) -> None:
    thread = KnownThread(thread_id="t0", url="https://forum.example/t0", next_check_at=T0, is_kept=True)
    posts = {f"p{n}": KnownPost(content_key=f"c0ffee-7{n}") for n in (1, 2, 3)}
    with Frontier(config.storage.data / "frontier.sqlite", "forum") as frontier:
        frontier.apply(Changes(threads={"t0": thread}, posts={"t0": posts}))


def _heard(config: Config, author: str) -> None:
    """What listeners remember, and a batch that they have ready."""
    with closing(sqlite3.connect(config.storage.data / "frontier.sqlite")) as db:
        db.executescript(script("heard_schema.sql"))
        db.execute("INSERT INTO heard_post VALUES ('stream', 'p1', 't0', 'c0ffee-77', 'r', 'now', 0, 0)")
        db.execute("INSERT INTO heard_thread VALUES ('stream', 't0', ?, 0)", [TITLE])
        db.execute("INSERT INTO heard_author VALUES ('stream', ?)", [author])
        db.commit()
    batch = a_post(6, author_key=author, text=SECRET + " strax", thread_title=TITLE, position=6)
    write_landing(config.storage.data / "listening" / "stream" / "20231002T100000Z.jsonl.gz", [batch])
    (config.storage.data / "listening" / "stream.lock").touch()


def _digests(paths: Paths) -> None:
    paths.digests.mkdir(parents=True)
    pages = {
        "2023-10-01": '<a href="https://forum.example/1">länk</a>',
        "2023-10-02": f"<p>{SECRET}</p>",
        "2023-10-03": f"<p>{OTHERS}</p>",
    }
    for day, html in pages.items():
        (paths.digests / f"{day}.html").write_text(html, encoding="utf-8")


def everything(data: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file as it lies on the disk, and what is in it: decrypted, decompressed, table by table."""
    for path in sorted(file for file in data.rglob("*") if file.is_file()):
        raw = path.read_bytes()
        yield path.name, raw
        with open_plain(path, (ARCHIVE_KEY,)) as stream:
            plain = stream.read()
        yield path.name, plain
        yield from ((path.name, part) for part in _unpacked(plain))
        if path.suffix == ".duckdb":
            yield from ((path.name, part) for part in _rows(path))


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Yield what any gzip member in the bytes holds, as far as it goes; pages inside archives too."""
    start = content.find(b"\x1f\x8b\x08")
    while start >= 0:
        try:
            found = zlib.decompressobj(wbits=31).decompress(content[start:])
        except zlib.error:
            found = b""
        if found:
            yield found
            yield from _unpacked(found)
        start = content.find(b"\x1f\x8b\x08", start + 1)


def _rows(path: Path) -> Iterator[bytes]:
    # DuckDB compresses texts: the file's own bytes do not show all that it says.
    with duckdb.connect(str(path), read_only=True) as con:
        for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            yield repr(con.execute(f'FROM "{name}"').fetchall()).encode()
            columns = [column[0] for column in con.execute(f'DESCRIBE "{name}"').fetchall()]
            if "raw_line" in columns:
                raw = con.execute(f'SELECT raw_line FROM "{name}" WHERE raw_line IS NOT NULL').fetchall()
                yield b"\n".join(bytes(line) for (line,) in raw)


Look = list[tuple[str, bytes]]


def look(data: Path) -> Look:
    """Return all that is kept, once."""
    return list(everything(data))


def where(kept: Path | Look, *needles: str) -> list[str]:
    """Return the names of the files that hold one of the texts, as UTF-8 or as JSON writes it."""
    marks = [form for text in needles for form in (text.encode(), text.encode("unicode_escape"))]
    seen = look(kept) if isinstance(kept, Path) else kept
    return sorted({name for name, content in seen if any(mark in content for mark in marks)})


def landed(paths: Paths) -> list[Post]:
    from crawlers.keeping import kept_landings, read_lines
    from warehouse.records import WireError, from_line

    found = []
    for line in (line for path in kept_landings(paths.data) for line in read_lines(path)):
        try:
            record = from_line(line.decode())
        except WireError:
            continue
        found += [record] if isinstance(record, Post) else []
    return found
