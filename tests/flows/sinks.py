"""Receivers on loopback that a test starts: a mail server and a webhook, which fail as they are told to."""

from __future__ import annotations

import email
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

TAKEN = "250 taken"


@dataclass(slots=True)
class MailSink:
    """What a mail server was given, and what it answers next."""

    port: int = 0
    got: list[tuple[str, EmailMessage]] = field(default_factory=list)
    """Recipient and mail, of those that were taken."""
    raw: list[bytes] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """What the next mails are answered; `250 taken` after them."""
    unknown: set[str] = field(default_factory=set)
    """Recipients that it refuses."""
    on_taken: Callable[[], None] = lambda: None
    logins: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer whether there is such a recipient."""
        if address in self.unknown:
            return "550 no such recipient"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, or answer as told."""
        answer = self.answers.pop(0) if self.answers else TAKEN
        if answer == TAKEN:
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            read = email.message_from_bytes(content, policy=default)
            assert isinstance(read, EmailMessage)
            self.raw.append(content)
            self.got += [(to, read) for to in envelope.rcpt_tos]
            self.on_taken()
        return answer

    def ids(self) -> list[str]:
        """Return the Message-IDs that were taken, in order."""
        return [str(mail["Message-ID"]) for _, mail in self.got]

    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for _, mail in self.got]


@contextmanager
def mail_sink(*, tls: ssl.SSLContext | None = None, password: str | None = None) -> Iterator[MailSink]:
    """Run a mail server; with `tls` it wants STARTTLS, with a password also a login."""
    sink = MailSink(port=free_port())

    def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        sink.logins.append(mechanism)
        is_right = isinstance(given, LoginPassword) and given.password == (password or "").encode()
        return AuthResult(success=is_right, handled=is_right)

    asked = {"tls_context": tls, "require_starttls": True} if tls else {}
    if password is not None:
        asked |= {"authenticator": known, "auth_required": True}
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, ready_timeout=30, **asked)  # type: ignore[arg-type]
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


@dataclass(slots=True)
class HookSink:
    """What a webhook was given, and what it answers next."""

    port: int = 0
    got: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """Statuses of the next answers; 200 after them."""

    def titles(self) -> list[str]:
        return [one["title"] for one in self.got]


@contextmanager
def hook_sink() -> Iterator[HookSink]:
    """Run a server that takes JSON."""
    sink = HookSink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Take what was posted, or answer as told."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = sink.answers.pop(0) if sink.answers else 200
            sink.paths.append(self.path)
            if status == 200:
                sink.got.append(json.loads(body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sink.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
