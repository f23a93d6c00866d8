"""The town's web servers on loopback, one a place, all on one virtual clock that the caller sets."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import TypedDict
from urllib.parse import parse_qs, urlsplit

from town.errors import ClockError, PortError
from town.pages import discourse, feed, flashback, xenforo
from town.pages.answer import Answer, Moment, banner
from town.places import NOTICE, PLACES, Place
from town.timeline import build_world
from town.web import Hit, Served, base_of, charset_of, handler_for
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


class Town:
    """The four places, served while the `with` block lasts: `with Town(seed=1) as town: town.now = ...`.

    `ports` asks for those of an earlier town, one a place, so that links to posts stay the same; free ones otherwise.
    Entering raises PortError when one of them is taken.
    """

    def __init__(self, *, seed: int = 1, world: World | None = None, ports: Sequence[int] = ()) -> None:
        self.world = world if world is not None else build_world(seed)
        self._wanted = list(ports) or [0] * len(PLACES)
        self._lock = threading.Lock()
        self._now = START
        self._shown: dict[str, tuple[ShownThread, ...]] = {}
        self._cache: dict[tuple[str, str], Served] = {}
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
        return [_entry(PLACES[name], base_of(server)) for name, server in self._servers.items()]

    @property
    def ports(self) -> list[int]:
        """The ports in use, in the order of `sites`."""
        return [int(server.server_address[1]) for server in self._servers.values()]

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Every request so far."""
        return tuple(self._hits)

    @property
    def trapped(self) -> tuple[Hit, ...]:
        """Requests for what robots.txt forbids: a polite crawler makes none."""
        return tuple(hit for hit in self._hits if hit.path.startswith(TRAP))

    def __enter__(self) -> Town:
        try:
            for place, port in zip(PLACES.values(), self._wanted, strict=True):
                self._servers[place.name] = _start(self, place, port)
        except PortError:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        for server in self._servers.values():
            server.shutdown()
            server.server_close()
        self._servers.clear()

    def serve(self, place: Place, target: str, base_url: str) -> Served:
        """Return what a place answers to a request target (path and query) now; cached until the clock moves."""
        with self._lock:
            key = (place.name, target)
            if key not in self._cache:
                answer = self._answer(place, target, base_url)
                body = answer.body.encode(charset_of(place, answer), errors="xmlcharrefreplace")
                etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
                self._cache[key] = Served(answer=answer, body=body, etag=etag)
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


def _start(town: Town, place: Place, port: int) -> ThreadingHTTPServer:
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler_for(town, place))
    except OSError as error:
        raise PortError(f"port {port} on loopback, for {place.name}: {error.strerror}") from error
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


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
