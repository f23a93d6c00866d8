"""What a place wants before it lets a program in, said by its engine and carried out elsewhere: pure descriptions.

An engine that needs (or can use) credentials says so at module level, in one line where a token is all there is:

    CREDENTIALS = bearer("token", is_required=False, advice="make an application in the instance's settings")

Their values come from the environment, `RYKTESVAKT_<SOURCE>_<NAME>`, and the spiders' keyring sends them, in headers
alone and only to `home`. An engine that reads a place in another way when it is let in asks `site.is_signed_in`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crawlers.model import Engine, Page, Site

PRINTABLE = re.compile(r"[\x21-\x7e]+")


class Secrets(dict[str, str]):
    """Credentials by name. Nothing that prints or logs it shows more than their names."""

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self))})"

    __str__ = __repr__


class TokenError(ValueError):
    """Raised when the answer to a request for a token holds none; says what it holds instead, never the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """The request that a token is had by."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    method: str = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What opens a place for a while."""

    value: str = field(repr=False)
    expires_at: datetime | None = None
    """None: nobody says; it is used until it is refused."""
    refresh: str | None = field(default=None, repr=False)
    """What a new token can be had for, without the credentials themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How much a place gives for a day, in its own units."""

    units_per_day: int
    cost: Callable[[str], int]
    """The units that a URL costs."""
    zone: str = "UTC"
    """Where the day begins at midnight."""
    is_spent: Callable[[Page], bool] = lambda page: False
    """Whether a refusal means that the day's units are used up: others may use the same key."""


def _site_url(site: Site) -> str:
    return site.url


def _is_unauthorised(page: Page) -> bool:
    return page.status == 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What an engine's places want. Its functions are pure; `secrets` holds every one of `names`, or nothing is sent.

    With `request_token`, `headers` is given the token's value; without, an empty text.
    """

    names: tuple[str, ...]
    headers: Callable[[Site, Secrets, str], Mapping[str, str]]
    """What every request to `home` carries."""
    home: Callable[[Site], str] = _site_url
    """An address at the one origin (scheme, host and port) that may see the headers."""
    is_required: bool = True
    """False where the place can be read without, though less of it."""
    advice: str = ""
    """Where a person gets them."""
    shown: tuple[str, ...] = ()
    """Names whose values are no secret, such as a handle: they may stand in what the place answers."""
    request_token: Callable[[Site, Secrets, Token | None], TokenRequest] | None = None
    """How to get a token; given the old one, how to renew it."""
    read_token: Callable[[Page], Token] = field(default_factory=lambda: oauth_token)
    is_refused: Callable[[Page], bool] = _is_unauthorised
    """Whether an answer means that the token is no longer good."""
    quota: Quota | None = None
    is_shared: bool = False
    """True where `home` is the engine's own service, the same for all its sources: they may share credentials."""
    is_by_agreement: bool = False
    """True for an interface that is open to programs under its own terms only: those rule there, not robots.txt."""

    def missing(self, secrets: Mapping[str, str]) -> tuple[str, ...]:
        """Return the names that have no value."""
        return tuple(name for name in self.names if not secrets.get(name))

    def is_open(self, secrets: Mapping[str, str]) -> bool:
        """Return whether the place will let us in."""
        return not self.missing(secrets)


def of(engine: Engine) -> Credentials | None:
    """Return what an engine says that its places want; None for one that wants nothing."""
    found: Credentials | None = getattr(engine, "CREDENTIALS", None)
    return found


def bearer(name: str = "token", **rest: Any) -> Credentials:
    """Return credentials that are one long-lived token (RFC 6750), sent as it is to the site's own host."""
    return Credentials(
        names=(name,), headers=lambda site, secrets, _: {"Authorization": f"Bearer {secrets[name]}"}, **rest
    )


def api_key(header: str, name: str = "api_key", **rest: Any) -> Credentials:
    """Return credentials that are one key, sent in a header of the place's own."""
    return Credentials(names=(name,), headers=lambda site, secrets, _: {header: secrets[name]}, **rest)


def service(address: str, *, option: str = "api") -> Callable[[Site], str]:
    """Return the engine's own service as a `home`: the address, unless the site's options name another."""
    return lambda site: site.options.get(option, address)


def oauth_token(page: Page) -> Token:
    """Return the token of an OAuth 2 answer (RFC 6749, section 5.1). Raise TokenError where there is none."""
    data = token_answer(page)
    lifetime = data.get("expires_in")
    if isinstance(lifetime, str) and lifetime.isdecimal():
        lifetime = int(lifetime[:9])
    is_number = isinstance(lifetime, int | float) and not isinstance(lifetime, bool)
    seconds = float(lifetime) if is_number and lifetime is not None and 0 <= lifetime < 1e9 else None
    return Token(
        value=token_text(data, "access_token"),
        expires_at=None if seconds is None else page.fetched_at + timedelta(seconds=seconds),
    )


def token_answer(page: Page) -> Mapping[str, Any]:
    """Return the object that a token stands in. Raise TokenError, naming the place's error code if it gave one."""
    try:
        data = json.loads(page.body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise TokenError(f"status {page.status} and no JSON")
    if not 200 <= page.status < 300 or "error" in data:
        code = data.get("error")
        is_code = isinstance(code, str) and re.fullmatch(r"[A-Za-z_. -]{1,40}", code)
        raise TokenError(f"status {page.status}" + (f", {code}" if is_code else ""))
    return data


def token_text(data: Mapping[str, Any], name: str) -> str:
    """Return a token as it can stand in a header. Raise TokenError for anything else."""
    found = data.get(name)
    if not isinstance(found, str) or not PRINTABLE.fullmatch(found) or len(found) > 16_384:
        raise TokenError(f"no {name} in the answer")
    return found
