"""Login by OpenID Connect: authorization code with PKCE, an ID token that is checked, a role from its groups.

The protocol is Authlib's, the signatures joserfc's; here is what must hold before somebody is let in.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from flows.errors import FlowsError
from flows.settings_people import Oidc

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signed by the provider's private key: neither unsigned, nor by a secret that we know too."""
LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 10.0
NAMES = ("preferred_username", "email", "name", "sub")
LONGEST_NAME = 80


class OidcError(FlowsError):
    """Raised when a login cannot be believed, or the provider does not answer; holds no token and no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A login that was begun: what its answer must fit."""

    url: str
    """Where the person logs in."""
    state: str
    nonce: str
    verifier: str
    back: str
    """The page of ours to go to afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whom the provider vouches for."""

    name: str
    groups: frozenset[str]


class Provider:
    """The provider that the settings name; its endpoints and keys are asked for when they are needed first."""

    def __init__(self, settings: Oidc, *, redirect_uri: str, secret: str) -> None:
        self._settings = settings
        self._redirect_uri = redirect_uri
        self._secret = secret
        self._lock = threading.Lock()
        self._metadata: Mapping[str, Any] | None = None
        self._keys: KeySet | None = None

    def begin(self, back: str) -> Attempt:
        """Begin a login. Raises OidcError."""
        endpoint = self._endpoint("authorization_endpoint")
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        with self._client() as client:
            url, state = client.create_authorization_url(
                endpoint, state=secrets.token_urlsafe(32), nonce=nonce, code_verifier=verifier
            )
        return Attempt(url=url, state=state, nonce=nonce, verifier=verifier, back=back)

    def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> Person:
        """Return whom the provider's answer is about. Raises OidcError unless all of it holds."""
        if "error" in answer:
            raise OidcError(f"the provider said {_word(answer['error'])}")
        if not secrets.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise OidcError("the answer is to another login")
        if "iss" in answer and answer["iss"] != self._settings.issuer:
            raise OidcError("the answer is another provider's")
        if not answer.get("code"):
            raise OidcError("the answer has no code")
        token = self._token(answer["code"], attempt.verifier)
        claims = self.claims_of(str(token.get("id_token", "")), nonce=attempt.nonce)
        return self._person(claims, str(token.get("access_token", "")))

    def claims_of(self, id_token: str, *, nonce: str) -> dict[str, Any]:
        """Return what an ID token says. Raises OidcError unless signed by the provider, for us, now, for this login."""
        try:
            claims = self._decoded(id_token)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self._settings.issuer},
                aud={"essential": True, "value": self._settings.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise OidcError(f"the ID token does not hold ({type(error).__name__})") from error
        others = [one for one in _several(claims["aud"]) if one != self._settings.client_id]
        if (others or "azp" in claims) and claims.get("azp") != self._settings.client_id:
            raise OidcError("the ID token was made for another program")
        return claims

    def role_of(self, person: Person) -> str | None:
        """Return the role that somebody's groups give; None for no access."""
        settings = self._settings
        for role, groups in (("admin", settings.admins), ("editor", settings.editors), ("reader", settings.readers)):
            if person.groups & set(groups) or (role == "reader" and "*" in groups):
                return role
        return None

    def _decoded(self, id_token: str) -> dict[str, Any]:
        """Check the signature; with keys that are asked for again where ours do not fit: providers change them."""
        known = self._keys
        if known is not None:
            try:
                return dict(jwt.decode(id_token, known, algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError):
                pass
        self._keys = KeySet.import_key_set(self._asked(self._endpoint("jwks_uri")))  # type: ignore[arg-type]
        return dict(jwt.decode(id_token, self._keys, algorithms=ALGORITHMS).claims)

    def _person(self, claims: Mapping[str, Any], access_token: str) -> Person:
        found = dict(claims)
        has_groups = _inside(found, self._settings.groups_claim) is not None
        if not has_groups and "userinfo_endpoint" in self._known() and access_token:
            headers = {"Authorization": f"Bearer {access_token}"}
            told = self._asked(self._endpoint("userinfo_endpoint"), headers=headers)
            if told.get("sub") != claims["sub"]:
                raise OidcError("the provider told of somebody else")
            found = {**told, **found}
        wanted = (self._settings.name_claim, *NAMES)
        name = next(str(found[one]) for one in wanted if isinstance(found.get(one), str) and found[one].strip())
        groups = _several(_inside(found, self._settings.groups_claim))
        return Person(name=_word(name), groups=frozenset(str(group) for group in groups))

    def _token(self, code: str, verifier: str) -> Mapping[str, Any]:
        try:
            with self._client() as client:
                found = client.fetch_token(self._endpoint("token_endpoint"), code=code, code_verifier=verifier)
        except (AuthlibBaseError, httpx.HTTPError, ValueError) as error:
            raise OidcError(f"the provider gave no token ({type(error).__name__})") from error
        return dict(found)

    def _client(self) -> OAuth2Client:
        methods = self._known().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        way = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return OAuth2Client(
            self._settings.client_id,
            self._secret or None,
            token_endpoint_auth_method=way if self._secret else "none",
            scope=" ".join(self._settings.scopes),
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
        )

    def _known(self) -> Mapping[str, Any]:
        with self._lock:
            if self._metadata is None:
                found = self._asked(f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != self._settings.issuer:
                    raise OidcError("the provider calls itself something else than [board.oidc] issuer")
                self._metadata = found
            return self._metadata

    def _endpoint(self, name: str) -> str:
        found = self._known().get(name)
        if not isinstance(found, str) or not found.startswith(("https://", self._settings.issuer)):
            raise OidcError(f"the provider has no safe {name}")
        return found

    def _asked(self, url: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = httpx.get(url, headers=dict(headers or {}), timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OidcError(f"the provider does not answer ({type(error).__name__})") from error
        if not isinstance(found, dict):
            raise OidcError("the provider answers something else than JSON")
        return found


def _inside(claims: Mapping[str, Any], path: str) -> Any:
    """Return what stands at `groups`, or at `realm_access.roles`; a name with dots in it goes first."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _several(value: Any) -> Iterable[Any]:
    if isinstance(value, str):
        return [value]
    return value if isinstance(value, list | tuple) else []


def _word(text: str) -> str:
    """Return a text of the provider's as it may stand in a page and a log."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())[:LONGEST_NAME]
