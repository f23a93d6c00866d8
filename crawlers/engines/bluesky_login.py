"""Bluesky with a login: a session at the account's own data server (PDS), which asks the AppView for us."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime

from crawlers.credentials import Credentials, Secrets, Token, TokenRequest, service, token_answer, token_text
from crawlers.model import Page, Site

PDS = "https://bsky.social"
"""Bluesky's front door: it hands requests on to whichever of its data servers holds the account."""
APPVIEW = "did:web:api.bsky.app#bsky_appview"
_REFUSED = ("ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired")


def _home(site: Site) -> str:
    return service(PDS, option="pds")(site).rstrip("/")


def _ask_for_token(site: Site, secrets: Secrets, old: Token | None) -> TokenRequest:
    address = f"{_home(site)}/xrpc/com.atproto.server"
    if old and old.refresh:
        return TokenRequest(url=f"{address}.refreshSession", headers={"Authorization": f"Bearer {old.refresh}"})
    login = {"identifier": secrets["identifier"], "password": secrets["app_password"]}
    return TokenRequest(
        url=f"{address}.createSession",
        headers={"Content-Type": "application/json"},
        body=json.dumps(login).encode(),
    )


def _read_token(page: Page) -> Token:
    data = token_answer(page)
    access = token_text(data, "accessJwt")
    return Token(value=access, expires_at=_expiry(access), refresh=token_text(data, "refreshJwt"))


def _expiry(token: str) -> datetime | None:
    """Return the time in a JWT's claims (RFC 7519, section 4.1.4); None where it cannot be read."""
    part = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return datetime.fromtimestamp(claims["exp"], tz=UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError, binascii.Error):
        return None


def _is_refused(page: Page) -> bool:
    if page.status == 401:
        return True
    return page.status == 400 and any(f'"{error}"'.encode() in page.body[:1_000] for error in _REFUSED)


CREDENTIALS = Credentials(
    names=("identifier", "app_password"),
    shown=("identifier",),
    headers=lambda site, secrets, token: {
        "Authorization": f"Bearer {token}",
        "atproto-proxy": site.options.get("appview", APPVIEW),
    },
    home=_home,
    is_required=False,
    request_token=_ask_for_token,
    read_token=_read_token,
    is_refused=_is_refused,
    advice="a handle, and an app password made under Settings, Privacy and security; the public search wants a login",
)
