"""One place over HTTP: the virtual time in its headers, charsets, and 304 where nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from town.pages.answer import HTML, Answer
from town.places import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One request that a place answered."""

    place: str
    path: str
    status: int
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An answer as it goes over the wire."""

    answer: Answer
    body: bytes
    etag: str


class Server(Protocol):
    """What a handler asks of the town."""

    @property
    def now(self) -> datetime:
        """The virtual time, UTC."""

    def serve(self, place: Place, target: str, base_url: str) -> Served:
        """Return what a place answers to a request target now."""

    def note(self, hit: Hit) -> None:
        """Record a request."""


def base_of(server: ThreadingHTTPServer) -> str:
    """Return where a server listens, without a slash at the end."""
    return f"http://127.0.0.1:{server.server_address[1]}"


def charset_of(place: Place, answer: Answer) -> str:
    """Return the charset of an answer: feeds and JSON are UTF-8 everywhere."""
    return place.encoding if answer.content_type == HTML else "utf-8"


def handler_for(town: Server, place: Place) -> type[BaseHTTPRequestHandler]:
    """Return the request handler of one place."""

    class Handler(BaseHTTPRequestHandler):
        """Answers one place's requests; conditional ones with 304 where nothing changed."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # headers and body leave in one segment

        def do_GET(self) -> None:
            self._reply(with_body=True)

        def do_HEAD(self) -> None:
            self._reply(with_body=False)

        def _reply(self, *, with_body: bool) -> None:
            served = town.serve(place, self.path, base_of(self.server))  # type: ignore[arg-type]
            status = 304 if served.answer.status == 200 and self._has_it(served) else served.answer.status
            agent = self.headers.get("User-Agent", "")
            town.note(Hit(place=place.name, path=self.path, status=status, user_agent=agent))
            self.send_response(status)
            self._send_headers(served, is_empty=status == 304)
            if with_body and status != 304:
                self.wfile.write(served.body)
            self.wfile.flush()

        def _send_headers(self, served: Served, *, is_empty: bool) -> None:
            answer = served.answer
            self.send_header("ETag", served.etag)
            if answer.changed_at:
                self.send_header("Last-Modified", format_datetime(answer.changed_at.astimezone(UTC), usegmt=True))
            if answer.location:
                self.send_header("Location", answer.location)
            if not is_empty:
                self.send_header("Content-Type", f"{answer.content_type}; charset={charset_of(place, answer)}")
                self.send_header("Content-Length", str(len(served.body)))
            self.end_headers()

        def _has_it(self, served: Served) -> bool:
            if known := self.headers.get("If-None-Match"):
                return served.etag in (tag.strip().removeprefix("W/") for tag in known.split(","))
            since, changed = self.headers.get("If-Modified-Since"), served.answer.changed_at
            try:
                return bool(since and changed) and changed.replace(microsecond=0) <= parsedate_to_datetime(since)  # type: ignore[union-attr, arg-type]
            except (TypeError, ValueError):
                return False

        def date_time_string(self, timestamp: float | None = None) -> str:
            """Return the virtual time for the Date header, so that "Idag" can be read from the answer alone."""
            return format_datetime(town.now, usegmt=True)

        def version_string(self) -> str:
            """Return the server's name."""
            return "town (simulering)"

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: what was asked is in `Town.hits`."""

    return Handler
