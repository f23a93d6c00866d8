"""What is polite: robots.txt, delays, how long to wait when asked to, and never leaving the place."""

from __future__ import annotations

import ipaddress
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from protego import Protego

PRODUCT = "Ryktesvakt"
PUBLIC_DELAY_SECONDS = 2.0
"""No configuration makes us faster than this on a host that is not this machine."""
LONGEST_DELAY_SECONDS = 300.0
ROBOTS_BYTES = 512 * 1024
"""RFC 9309, section 2.5: at least 500 KiB must be read; more need not."""
DEFAULT_PORTS = {"http": 80, "https": 443}
_PLAIN_ORIGIN = re.compile(r"https?://[a-z0-9.:-]+/(?=[!-~]*\Z)")


def user_agent(version: str, contact: str) -> str:
    """Return who we say we are: product, version and where to complain."""
    comment = "".join(c for c in contact if c.isprintable() and c not in "()").strip()
    return f"{PRODUCT}/{version}" + (f" (+{comment})" if comment else "")


def host_of(url: str) -> str:
    """Return host and port as one name for budgets and delays; the port only where it is unusual."""
    return _host(_origin(url))


@lru_cache(maxsize=256)
def _host(url: str) -> str:
    parts = urlsplit(url)
    port = _port(parts)
    host = (parts.hostname or "").rstrip(".")
    return host if port in (None, DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"


def is_loopback(url: str) -> bool:
    """Return whether a URL points to this machine by its text alone: no name is looked up."""
    return _is_loopback(_origin(url))


@lru_cache(maxsize=256)
def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_same_place(url: str, home: str) -> bool:
    """Return whether a URL stays on the host that a crawl was sent to.

    `http` and `https` on their own ports are one place, and so are a name with and without `www.`.
    """
    one, other = _place(_origin(url)), _place(_origin(home))
    return one is not None and one == other


def delay_seconds(configured: float, *, url: str, crawl_delay: float | None) -> float:
    """Return the seconds between two pages: as configured, at least what robots.txt asks and what is decent."""
    decent = 0.0 if is_loopback(url) else PUBLIC_DELAY_SECONDS
    return max(configured, crawl_delay or 0.0, decent)


def retry_after_seconds(value: str | None, *, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` header asks for (RFC 9110, section 10.2.3), or None."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


@dataclass(frozen=True, slots=True)
class Robots:
    """A host's robots.txt (RFC 9309), as it applies to us."""

    rules: Protego | None = None
    """None: the host has no rules."""

    @classmethod
    def parse(cls, body: bytes) -> Robots:
        """Return the rules of a robots.txt."""
        return cls(Protego.parse(body[:ROBOTS_BYTES].decode("utf-8-sig", "replace")))

    def allows(self, url: str) -> bool:
        """Return whether we may fetch a URL."""
        return self.rules is None or bool(self.rules.can_fetch(url, PRODUCT))

    @property
    def crawl_delay(self) -> float | None:
        """Seconds that the host wants between two of our requests."""
        delay = self.rules.crawl_delay(PRODUCT) if self.rules else None
        return float(delay) if delay is not None and math.isfinite(delay) and delay > 0 else None


@lru_cache(maxsize=256)
def _place(url: str) -> tuple[str, int] | None:
    parts = urlsplit(url)
    port = _port(parts)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.username is not None or port == 0:
        return None
    # A default port of either scheme counts as 443: a redirect from http to https stays at home.
    number = 443 if port in (None, 80, 443) else port
    return parts.hostname.rstrip(".").removeprefix("www."), number


def _origin(url: str) -> str:
    """Return a plain URL without its path, any other as it is: so a place's URLs are taken apart once, not each."""
    match = _PLAIN_ORIGIN.match(url)
    return match[0] if match else url


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return 0
