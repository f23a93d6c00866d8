"""The file of mailings and segments that a backtest may be given: TOML in, plain records out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from earlywarning.errors import MailingsError
from earlywarning.matches import read_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A group of customers."""

    segment: str
    name: str
    customer_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """An outgoing letter or message; `claims` names those it may give rise to, none meaning any."""

    mailing_id: str
    channel: str
    segment: str
    recipient_count: int
    sent_at: datetime
    text: str = ""
    corrects: str | None = None
    claims: tuple[str, ...] = ()

    def concerns(self, claim_id: str) -> bool:
        """Return whether talk of the claim may be talk of this mailing; a correction does not start its own claim."""
        return claim_id in self.claims if self.claims else self.corrects is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """What the company sent, and to whom it could send."""

    mailings: tuple[Mailing, ...] = ()
    segments: tuple[Segment, ...] = ()


def read_mailings(path: Path) -> Outbox:
    """Return what a TOML file registers. Raise MailingsError naming the entry."""
    try:
        return parse_mailings(path.read_text(encoding="utf-8"), name=path.name)
    except UnicodeDecodeError as error:
        raise MailingsError(f"{path.name}: not UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise MailingsError(f"{path}: {error.strerror or error}; give a readable TOML file") from error


def parse_mailings(text: str, *, name: str = "MAILINGS") -> Outbox:
    """Return what a TOML text registers: `[[mailing]]` tables, and `[[segment]]` tables where the race is wanted.

    A mailing: sent_at, recipient_count, channel, segment; and, as they apply, mailing_id, text, corrects (a claim id),
    claim_id (one, or a list of those that it may give rise to).
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MailingsError(f"{name}: not TOML: {error}") from error
    if unknown := sorted(set(found) - {"mailing", "mailings", "segment", "segments"}):
        raise MailingsError(f"{name}: unknown table {unknown[0]!r}; use [[mailing]] and [[segment]]")
    mailings = [
        _mailing(entry, i, f"{name}, mailing {i}") for i, entry in enumerate(_tables(found, "mailing", name), start=1)
    ]
    segments = [
        _segment(entry, f"{name}, segment {i}") for i, entry in enumerate(_tables(found, "segment", name), start=1)
    ]
    return Outbox(mailings=tuple(mailings), segments=tuple(segments))


def _tables(found: Mapping[str, Any], key: str, name: str) -> list[Mapping[str, Any]]:
    tables = found.get(key, found.get(f"{key}s", []))
    if not isinstance(tables, list) or not all(isinstance(entry, dict) for entry in tables):
        raise MailingsError(f"{name}: write each {key} as a table of its own, [[{key}]]")
    return tables


def _mailing(entry: Mapping[str, Any], number: int, where: str) -> Mailing:
    claims = entry.get("claim_id", entry.get("claims", ()))
    claims = (claims,) if isinstance(claims, str) else claims
    if not isinstance(claims, list | tuple) or not all(isinstance(claim, str) for claim in claims):
        raise MailingsError(f"{where}: claim_id must be a text or a list of texts")
    return Mailing(
        mailing_id=_text(entry, "mailing_id", where, default=f"mailing-{number}"),
        channel=_text(entry, "channel", where, default="letter_first"),
        segment=_text(entry, "segment", where, default=""),
        recipient_count=_count(entry, "recipient_count", where),
        sent_at=_time(entry, where),
        text=_text(entry, "text", where, default=""),
        corrects=_text(entry, "corrects", where, default="") or None,
        claims=tuple(claims),
    )


def _segment(entry: Mapping[str, Any], where: str) -> Segment:
    segment = _text(entry, "segment", where)
    name = _text(entry, "name", where, default=segment)
    return Segment(segment=segment, name=name, customer_count=_count(entry, "customer_count", where))


def _text(entry: Mapping[str, Any], key: str, where: str, *, default: str | None = None) -> str:
    value = entry.get(key, default)
    if not isinstance(value, str):
        raise MailingsError(f"{where}: {key} must be a text, not {value!r}"[:200])
    return value


def _count(entry: Mapping[str, Any], key: str, where: str) -> int:
    value = entry.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise MailingsError(f"{where}: {key} must be a whole number from 0 up, not {value!r}"[:200])
    return value


def _time(entry: Mapping[str, Any], where: str) -> datetime:
    value = entry.get("sent_at")
    text = value.isoformat() if isinstance(value, datetime) else value
    if not isinstance(text, str):
        raise MailingsError(f"{where}: sent_at must be a time with offset, as 2023-10-05T08:00:00+02:00")
    return read_time(text, where=f"{where}: sent_at", error=MailingsError)
