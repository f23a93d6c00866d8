"""Who may log in: local accounts in one file, passwords by argon2, attempts slowed."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from flows.errors import UsageError
from flows.paths import Paths

ROLES = ("reader", "editor", "admin")
SHORTEST_PASSWORD = 10
NAME = re.compile(r"[\w.@-]{1,80}")
ATTEMPTS = 5
"""Failed attempts on one account, or ten times as many from one address, within `WINDOW_SECONDS`."""
ADDRESS_ATTEMPTS = 50
WINDOW_SECONDS = 900.0
MOST_TRACKED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may log in."""

    name: str
    role: str
    """`reader`, `editor` or `admin`."""
    hash: str
    created_at: str


def file_of(paths: Paths) -> Path:
    """Return where the accounts of a data folder are."""
    return paths.data / "secrets" / "board-accounts.json"


def list_accounts(path: Path) -> list[Account]:
    """Return the accounts, by name. Raises UsageError for a file that is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return sorted((Account(**one) for one in found), key=lambda account: account.name)
    except FileNotFoundError:
        return []
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path}: is damaged; restore it, or remove it and add the accounts again") from error


def put_account(path: Path, name: str, password: str, *, role: str) -> None:
    """Add an account, or change its password and role. Raises UsageError."""
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r}: an account's name is letters, digits, dots, hyphens, underscores and @")
    if role not in ROLES:
        raise UsageError(f"--role {role}: one of {', '.join(ROLES)}")
    if len(password) < SHORTEST_PASSWORD:
        raise UsageError(f"a password has at least {SHORTEST_PASSWORD} characters; a few words in a row do well")
    account = Account(
        name=name, role=role, hash=PasswordHasher().hash(password), created_at=datetime.now(UTC).isoformat()
    )
    _write(path, [*(one for one in list_accounts(path) if one.name != name), account])


def drop_account(path: Path, name: str) -> None:
    """Remove an account: its sessions end with it. Raises UsageError when there is none."""
    known = list_accounts(path)
    if all(one.name != name for one in known):
        raise UsageError(f"{name}: no such account; see `ryktesvakt board user list`")
    _write(path, [one for one in known if one.name != name])


def check_password(accounts: list[Account], name: str, password: str) -> Account | None:
    """Return the account if the password is its own; an unknown name takes as long as a wrong password."""
    account = next((one for one in accounts if one.name == name), None)
    hasher = PasswordHasher()
    try:
        hasher.verify(account.hash if account else _nobody(), password)
    except (VerificationError, InvalidHashError):
        return None
    return account


class Brake:
    """Counts failed attempts by account and by address, and says how long to wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def wait_seconds(self, name: str, address: str) -> float:
        """Return how long to wait before another attempt is looked at; 0 for none."""
        with self._lock:
            waits = [self._wait(f"n:{name}", ATTEMPTS), self._wait(f"a:{address}", ADDRESS_ATTEMPTS)]
        return max(waits)

    def failed(self, name: str, address: str) -> None:
        """Count a failed attempt."""
        with self._lock:
            for key in (f"n:{name}", f"a:{address}"):
                if len(self._failed) >= MOST_TRACKED and key not in self._failed:
                    self._failed.pop(next(iter(self._failed)))
                self._failed.setdefault(key, []).append(self._clock())

    def passed(self, name: str) -> None:
        """Forget the failures of an account: its own person has logged in."""
        with self._lock:
            self._failed.pop(f"n:{name}", None)

    def _wait(self, key: str, most: int) -> float:
        since = self._clock() - WINDOW_SECONDS
        recent = [at for at in self._failed.get(key, ()) if at > since]
        if recent:
            self._failed[key] = recent
        return recent[-most] + WINDOW_SECONDS - self._clock() if len(recent) >= most else 0.0


_NOBODY: list[str] = []


def _nobody() -> str:
    if not _NOBODY:
        _NOBODY.append(PasswordHasher().hash(os.urandom(16).hex()))
    return _NOBODY[0]


def _write(path: Path, accounts: list[Account]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump([asdict(account) for account in accounts], file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
