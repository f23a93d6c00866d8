"""The town's web servers on loopback, one a place, all on one virtual clock that the caller sets."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TypedDict
from urllib.parse import parse_qs, urlsplit

from town.errors import ClockError
from town.pages import discourse, feed, flashback, xenforo
from town.pages.answer import HTML, Answer, Moment, banner
from town.places import NOTICE, PLACES, Place
from town.timeline import build_world
from town.world import START, ShownThread, World

Renderer = Callable[[Moment, str, dict[str, list[str]]], Answer | None]
_RENDERERS: dict[str, Renderer] = {
    "xenforo": xenforo.answer,
    "flashback": flashback.answer,
    "discourse": discourse.answer,
    "feed": feed.answer,
}
TRAP = "/hemligt/"
_ROBOTS = f"# {NOTICE}\nUser-agent: *\nDisallow: {TRAP}\n"


class SiteEntry(TypedDict):
    """A place as a source of the product's configuration."""

    name: str
    engine: str
    url: str
    encoding: str
    timezone: str
    interval_hours: float
    delay_seconds: float
    expected_min: float
    expected_max: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One request that a place answered."""

    place: str
    path: str
    status: int
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Served:
    answer: Answer
    body: bytes
    etag: str


class Town:
    """The four places, served while the `with` block lasts: `with Town(seed=1) as town: town.now = ...`."""

    def __init__(self, *, seed: int = 1, world: World | None = None) -> None:
        self.world = world if world is not None else build_world(seed)
        self._lock = threading.Lock()
        self._now = START
        self._shown: dict[str, tuple[ShownThread, ...]] = {}
        self._cache: dict[tuple[str, str], _Served] = {}
        self._hits: list[Hit] = []
        self._servers: dict[str, ThreadingHTTPServer] = {}

    @property
    def now(self) -> datetime:
        """The virtual time, UTC. Set it with any aware time; every page then shows that moment."""
        return self._now

    @now.setter
    def now(self, value: datetime) -> None:
        if value.tzinfo is None:
            raise ClockError(f"the clock needs a time with an offset, not {value.isoformat()}")
        with self._lock:
            self._now = value.astimezone(UTC)
            self._shown.clear()
            self._cache.clear()

    @property
    def sites(self) -> list[SiteEntry]:
        """The places as sources: name, engine, where to begin, encoding and what to expect a day."""
        return [_entry(PLACES[name], _base(server)) for name, server in self._servers.items()]

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Every request so far."""
        return tuple(self._hits)

    @property
    def trapped(self) -> tuple[Hit, ...]:
        """Requests for what robots.txt forbids: a polite crawler makes none."""
        return tuple(hit for hit in self._hits if hit.path.startswith(TRAP))

    def __enter__(self) -> Town:
        for place in PLACES.values():
            server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, place))
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            self._servers[place.name] = server
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers.values():
            server.shutdown()
            server.server_close()
        self._servers.clear()

    def serve(self, place: Place, target: str, base_url: str) -> _Served:
        """Return what a place answers to a request target (path and query) now; cached until the clock moves."""
        with self._lock:
            key = (place.name, target)
            if key not in self._cache:
                answer = self._answer(place, target, base_url)
                body = answer.body.encode(_charset(place, answer), errors="xmlcharrefreplace")
                etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
                self._cache[key] = _Served(answer=answer, body=body, etag=etag)
            return self._cache[key]

    def note(self, hit: Hit) -> None:
        """Record a request."""
        self._hits.append(hit)

    def _answer(self, place: Place, target: str, base_url: str) -> Answer:
        parts = urlsplit(target)
        if parts.path == "/robots.txt":
            return Answer(content_type="text/plain", body=_ROBOTS)
        if parts.path.startswith(TRAP):
            return _trap(parts.path)
        if place.name not in self._shown:
            self._shown[place.name] = self.world.shown(place.name, self._now)
        moment = Moment(place=place, at=self._now, base_url=base_url, threads=self._shown[place.name])
        try:
            found = _RENDERERS[place.engine](moment, parts.path, parse_qs(parts.query))
        except ValueError:  # a number in the query that is none
            found = Answer(status=400, body=f"<!DOCTYPE html><title>400</title>{banner()}")
        return found or Answer(status=404, body=f"<!DOCTYPE html><title>404</title>{banner()}<p>Sidan finns inte.</p>")


def _trap(path: str) -> Answer:
    """Return a page of the maze: each leads on to two more, for ever."""
    number = int("".join(filter(str.isdigit, path))[:12] or 0)
    links = "".join(f'<a href="{TRAP}{n}">Arkiv {n}</a> ' for n in (2 * number, 2 * number + 1))
    return Answer(body=f"<!DOCTYPE html><title>Arkiv</title>{banner()}{links}")


def _entry(place: Place, base_url: str) -> SiteEntry:
    return SiteEntry(
        name=place.name,
        engine=place.engine,
        url=base_url + place.start_path,
        encoding=place.encoding,
        timezone="Europe/Stockholm",
        interval_hours=24.0,
        delay_seconds=0.0,
        expected_min=0.0,
        expected_max=200.0,
    )


def _base(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def _charset(place: Place, answer: Answer) -> str:
    return place.encoding if answer.content_type == HTML else "utf-8"


def _handler(town: Town, place: Place) -> type[BaseHTTPRequestHandler]:
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
            served = town.serve(place, self.path, _base(self.server))  # type: ignore[arg-type]
            status = 304 if served.answer.status == 200 and self._has_it(served) else served.answer.status
            agent = self.headers.get("User-Agent", "")
            town.note(Hit(place=place.name, path=self.path, status=status, user_agent=agent))
            self.send_response(status)
            self._send_headers(served, is_empty=status == 304)
            if with_body and status != 304:
                self.wfile.write(served.body)
            self.wfile.flush()

        def _send_headers(self, served: _Served, *, is_empty: bool) -> None:
            answer = served.answer
            self.send_header("ETag", served.etag)
            if answer.changed_at:
                self.send_header("Last-Modified", format_datetime(answer.changed_at.astimezone(UTC), usegmt=True))
            if answer.location:
                self.send_header("Location", answer.location)
            if not is_empty:
                self.send_header("Content-Type", f"{answer.content_type}; charset={_charset(place, answer)}")
                self.send_header("Content-Length", str(len(served.body)))
            self.end_headers()

        def _has_it(self, served: _Served) -> bool:
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
