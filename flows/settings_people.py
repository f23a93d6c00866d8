"""The sections of the configuration on what reaches people: the mailed digest, alerts, the board."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from flows.section import Clock, Identifier, MailAddress, Name, Section, known_zone


class Smtp(Section):
    """The server that takes our mails; its password is RYKTESVAKT_SMTP_PASSWORD in the environment."""

    host: Name
    port: Annotated[int, Field(gt=0, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`none` is for a server on this machine, or in a network that nobody else is in."""
    user: str = ""
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 20.0

    @model_validator(mode="after")
    def _safe(self) -> Smtp:
        if self.user and self.security == "none":
            raise ValueError('a user\'s password is not sent in the clear; set security to "starttls" or "tls"')
        return self


class Delivery(Section):
    """The day's digest: when, in which language, and whom it is mailed to."""

    digest_at: Clock = "06:30"
    timezone: str = "Europe/Stockholm"
    language: Literal["sv", "en"] = "sv"
    """Of digests and alerts."""
    to: tuple[MailAddress, ...] = ()
    """Who get the digest by mail; nobody: it is only written."""
    sender: MailAddress | None = None
    unchanged: Literal["mark", "skip"] = "mark"
    """A digest with nothing new is mailed and says so, or is not mailed."""
    smtp: Smtp | None = None

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        return known_zone(value)

    @model_validator(mode="after")
    def _mailed(self) -> Delivery:
        if self.to and not (self.sender and self.smtp):
            raise ValueError("to needs sender, and smtp with the host that takes mails")
        return self


class AlertChannel(Section):
    """Where alerts go: mail (`to`), or what Apprise can reach, its address in RYKTESVAKT_ALERT_<NAME>."""

    name: Identifier
    to: tuple[MailAddress, ...] = ()
    from_severity: Literal["watch", "warning", "critical"] = "watch"
    short: bool = False
    """One sentence and the link, without a picture: for text messages."""


class Alerts(Section):
    """What is told at once, and when it waits."""

    quiet: Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$")] = "22:00-07:00"
    """Local hours in which only Critical is sent; empty for none."""
    cool_down_hours: Annotated[float, Field(ge=0)] = 3.0
    """So long nothing more is told of a subject, unless it is graver."""
    remind_hours: Annotated[float, Field(ge=0)] = 24.0
    """A Warning or Critical that nobody has taken is told again, three times at most; 0 for never."""
    channel: tuple[AlertChannel, ...] = ()


class Oidc(Section):
    """The provider that people log in by; the client's secret is RYKTESVAKT_OIDC_SECRET in the environment."""

    issuer: Annotated[str, Field(max_length=300)]
    client_id: Name
    scopes: tuple[Name, ...] = ("openid", "profile", "email")
    name_claim: Name = "preferred_username"
    """What somebody signs with; else their address, name or id."""
    groups_claim: Name = "groups"
    """Where the groups stand: in the ID token or what the provider tells of a person; `a.b` is b in a."""
    readers: tuple[Name, ...] = ()
    """Groups that may read; `*` for everybody whom the provider lets in."""
    editors: tuple[Name, ...] = ()
    admins: tuple[Name, ...] = ()

    @field_validator("issuer")
    @classmethod
    def _safe(cls, value: str) -> str:
        parts = urlsplit(value)
        is_own = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
        if not parts.hostname or parts.query or parts.fragment or not (parts.scheme == "https" or is_own):
            raise ValueError(f"{value!r} is no issuer; write it as the provider does: https://login.example/realm")
        return value

    @model_validator(mode="after")
    def _open_to_somebody(self) -> Oidc:
        if "openid" not in self.scopes:
            raise ValueError("scopes must hold openid")
        if not (self.readers or self.editors or self.admins):
            raise ValueError('nobody may see the board: name groups in readers, editors or admins, or readers = ["*"]')
        return self


class Board(Section):
    """Who may see the board, and how it speaks."""

    language: Literal["sv", "en"] = "sv"
    login: Literal["none", "accounts", "oidc", "proxy"] = "none"
    """`none` is for this machine alone; `accounts` are those of `board user add`; `oidc` asks a provider of logins;
    `proxy` trusts a server before it."""
    oidc: Oidc | None = None
    url: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+/?$")] | None = None
    """Where people reach it: digests and alerts link there; none: they have no links."""
    hosts: tuple[Name, ...] = ()
    """Names that it is reached by beyond this machine; requests for others are refused."""
    proxies: tuple[str, ...] = ()
    """Addresses or networks of the servers that may say who is asking."""
    proxy_user: Name = "X-Forwarded-User"
    proxy_groups: Name = "X-Forwarded-Groups"
    """Headers of such a server: the person, and the groups with commas between."""
    editors: tuple[Name, ...] = ()
    admins: tuple[Name, ...] = ()
    """Groups or persons from the proxy that may decide, and that also see who logged in; others read."""

    @field_validator("proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network, strict=False)
            except ValueError as error:
                raise ValueError(f"{network!r} is no address or network; write it like 10.0.0.0/8") from error
        return value

    @model_validator(mode="after")
    def _whole(self) -> Board:
        if self.login == "oidc" and (self.oidc is None or self.url is None):
            raise ValueError('login = "oidc" needs [board.oidc], and url: where the provider sends people back to')
        return self
