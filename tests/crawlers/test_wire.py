"""One request over a real socket: a whole answer comes back as it came, all else as the error that it is."""

import asyncio
import errno
import os
import ssl
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.settings import Settings

from crawlers.spiders import wire
from tests.crawlers.conftest import Crawl
from tests.crawlers.tiny_forum import Reply, TinyForum, serve

OK = b"HTTP/1.1 200 OK\r\n"
HI = OK + b"Content-Length: 2\r\n\r\nhi"
BIG = 100_000

Say = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Host:
    """A host that says what a test wants, byte by byte, and notes what it was asked and over how many connections."""

    def __init__(self, *answers: bytes | Say, is_closing: bool = False) -> None:
        self.answers = list(answers)
        self.is_closing = is_closing
        self.heads: list[bytes] = []
        self.connection_count = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connection_count += 1
        with suppress(OSError, EOFError):
            while True:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                answer = self.answers.pop(0)
                if callable(answer):
                    await answer(writer)
                else:
                    writer.write(answer)
                    await writer.drain()
                if self.is_closing:
                    break
        writer.close()


def asked(host: Host, *paths: str, timeout: float = 5.0, **meta: object) -> list[Response]:
    """Return the answers to requests, one after another."""

    async def ask() -> list[Response]:
        server = await asyncio.start_server(host.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        handler = handler_of(timeout)
        given = {name: value.format(url=url) if isinstance(value, str) else value for name, value in meta.items()}
        headers = given.pop("headers", {})
        try:
            made = [Request(path if "://" in path else url + path, headers=headers, meta=given) for path in paths]
            return [await handler.download_request(request) for request in made]
        finally:
            await handler.close()
            server.close()

    return asyncio.run(ask())


def handler_of(timeout: float = 5.0) -> wire.WireHandler:
    settings = Settings({"DOWNLOAD_MAXSIZE": BIG, "DOWNLOAD_TIMEOUT": timeout})
    return wire.WireHandler(SimpleNamespace(settings=settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "body"),
    [
        (HI, b"hi"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n0\r\nX-Last: 1\r\n\r\n", b"hi"),
        (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", b"hi"),
        (OK + b"X-Name: \xe5\xe4\xf6\r\nX-Long: " + b"a" * 30_000 + b"\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
        (OK + b"".join(b"X-%d: 1\r\n" % n for n in range(500)) + b"Content-Length: 2\r\n\r\nhi", b"hi"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + HI, b"hi"),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08", b"\x1f\x8b\x08"),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 20\r\n\r\n", b""),
        (b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", b""),
    ],
)
def test_an_answer_comes_back_as_it_came(said: bytes, body: bytes) -> None:
    (answer,) = asked(Host(said), "/")
    assert answer.body == body


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    (answer,) = asked(Host(b"HTTP/1.0 200 OK\r\n\r\nhi", is_closing=True), "/")
    assert (answer.status, answer.body) == (200, b"hi")


def test_headers_that_come_several_times_are_all_kept() -> None:
    said = OK + b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nhi"
    (answer,) = asked(Host(said), "/")
    assert answer.headers.getlist("Set-Cookie") == [b"a=1", b"b=2"]


def test_an_address_is_sent_as_it_stands_without_its_fragment() -> None:
    host = Host(HI)
    (answer,) = asked(host, "/t/a%2Fb?q=%C3%A5+%7E;y&z#post-3")
    assert host.heads[0].startswith(b"GET /t/a%2Fb?q=%C3%A5+%7E;y&z HTTP/1.1\r\n")
    assert answer.url.endswith("#post-3")


def test_a_request_says_what_it_says_and_no_more() -> None:
    host = Host(HI)
    asked(host, "/", headers={"Accept": "text/html", "User-Agent": "Ryktesvakt/1"})
    names = {line.split(b":")[0] for line in host.heads[0].splitlines()[1:] if line}
    assert names == {b"Host", b"Accept", b"User-Agent"}


def test_one_connection_is_kept_for_all_requests() -> None:
    host = Host(HI, HI, HI)
    asked(host, "/1", "/2", "/3")
    assert (len(host.heads), host.connection_count) == (3, 1)


def test_a_kept_connection_that_the_host_has_closed_is_no_failure() -> None:
    async def slam(writer: asyncio.StreamWriter) -> None:
        writer.write(HI)
        await writer.drain()
        writer.close()

    host = Host(slam, HI)
    assert [answer.body for answer in asked(host, "/1", "/2")] == [b"hi", b"hi"]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (OK + b"Content-Length: 10\r\n\r\nhi", ResponseDataLossError),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhi", ResponseDataLossError),
        (b"", DownloadFailedError),
        (b"HTTP/1.1 200 OK\r\nContent-", DownloadFailedError),
        (b"hello\r\n\r\n", DownloadFailedError),
        (OK + b"Content-Length: 99999999\r\n\r\nhi", DownloadCancelledError),
        (b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * (BIG + 1), DownloadCancelledError),
    ],
)
def test_half_an_answer_and_too_much_of_one_are_none(said: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        asked(Host(said, is_closing=True), "/")


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Content-Length: 1000\r\n\r\n")
    for _ in range(30):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _hang(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(1.5)


@pytest.mark.parametrize("say", [_drip, _hang])
def test_an_answer_that_is_not_whole_in_time_is_none(say: Say) -> None:
    with pytest.raises(DownloadTimeoutError):
        asked(Host(say), "/", timeout=0.3)


def test_who_is_not_there_is_told_from_who_is_not_known() -> None:
    with pytest.raises(DownloadConnectionRefusedError):
        asked(Host(), "http://127.0.0.1:9/")
    with pytest.raises(CannotResolveHostError):
        asked(Host(), "http://forum.invalid/")


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM])
def test_what_the_machine_refuses_stays_an_error_of_the_machine(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("aiohttp.connector.aiohappyeyeballs.start_connection", refuse)
    with pytest.raises(OSError) as caught:
        asked(Host(), "http://127.0.0.1:9/")
    assert caught.value.errno == number
    assert not isinstance(caught.value, aiohttp.ClientError)


def test_only_the_proxy_is_told_its_password() -> None:
    host = Host(HI)
    asked(host, "http://forum.invalid/a", proxy="{url}", headers={"Proxy-Authorization": "Basic YTpi"})
    assert host.heads[0].startswith(b"GET http://forum.invalid/a HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic YTpi" in host.heads[0]
    tunnel = Host(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(DownloadFailedError):
        asked(tunnel, "https://forum.invalid/a", proxy="{url}", headers={"Proxy-Authorization": "Basic YTpi"})
    assert tunnel.heads[0].startswith(b"CONNECT forum.invalid:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic YTpi" in tunnel.heads[0]


def test_a_host_whose_answers_are_not_to_the_letter_is_read_all_the_same(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("7", "Open Infra skrev ett brev", "jaha")
    plain = forum.reply

    def reply(path: str, headers: dict) -> Reply:
        found = plain(path, headers)
        # Some proxies say the length again.
        return Reply(found.body, status=found.status, headers={"content-length": str(len(found.body))})

    forum.reply = reply  # type: ignore[method-assign]
    result, _ = crawl()
    assert (result.post_count, result.incidents) == (2, ())


TWISTED = "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"


@pytest.mark.parametrize(
    ("handler", "is_clean"),
    [
        ("crawlers.spiders.wire.WireHandler", True),
        ("tests.crawlers.starved_child.LenientHandler", True),
        # What the two above are spared: without this the test would prove nothing.
        (TWISTED, False),
    ],
)
def test_closing_in_a_process_that_gets_no_time_closes_once(forum: TinyForum, handler: str, is_clean: bool) -> None:
    forum.replies["/a"] = Reply(b"hi")
    command = [sys.executable, "-m", "tests.crawlers.starved_child", handler, f"{forum.url}/a"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "200\n"
    assert ("AlreadyCalledError" not in done.stderr) == is_clean


def _certificate(folder: Path) -> Path:
    """Return a file with the key and certificate of a host that nobody vouches for but itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string("CN=localhost")
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "host.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("host", "is_vouched_for", "is_read"),
    [
        ("localhost", True, True),
        ("localhost", False, False),
        # Vouched for, but for another name.
        ("127.0.0.1", True, False),
    ],
)
def test_a_host_that_cannot_prove_its_name_is_not_read(
    host: str, is_vouched_for: bool, is_read: bool, tmp_path: Path
) -> None:
    pem = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with serve(TinyForum(), context=context) as forum:
        forum.replies["/a"] = Reply(b"hi")
        url = f"https://{host}:{forum.url.rpartition(':')[2]}/a"
        command = [sys.executable, "-m", "tests.crawlers.starved_child", "crawlers.spiders.wire.WireHandler", url]
        given = {**os.environ, **({"SSL_CERT_FILE": str(pem)} if is_vouched_for else {})}
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=given, check=False)
    assert (done.stdout == "200\n") == is_read
    assert ("CERTIFICATE_VERIFY_FAILED" in done.stderr) == (not is_read)
