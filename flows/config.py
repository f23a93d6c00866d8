"""Reads the configuration file and the environment, once, and says every problem at the same time."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from crawlers.errors import of_the_system
from crawlers.pseudonym import join_keys, split_keys
from flows.errors import ConfigError
from flows.settings import Config
from warehouse.access import ObjectStore

LEAST_KEY_LENGTH = 32
LEAST_SECRET = 6
"""Characters. A shorter value is an ordinary word, that starring out would take from every line."""
SECRET_MARKS = ("PASSWORD", "SECRET", "TOKEN", "API_KEY", "CREDENTIAL")
DEFAULT_FILE = Path("ryktesvakt.toml")


def load(path: Path | None = None) -> Config:
    """Return the configuration of a file, of `ryktesvakt.toml` here, or of the shipped example.

    Raises ConfigError naming the file and every problem in it.
    """
    file = path or (DEFAULT_FILE if DEFAULT_FILE.exists() else example_file())
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{file}: no such file; name one with --config, or leave it out for the example") from error
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {of_the_system(error)}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not valid TOML: {error}") from error
    return validate(values, where=str(file))


def validate(values: dict[str, Any], *, where: str) -> Config:
    """Return the values as a configuration. Raises ConfigError with every problem, one a line."""
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError("\n".join(_problem(where, found) for found in error.errors())) from error


def example_file() -> Path:
    """Return the example configuration (Open Infra's): in the wheel beside this module, in a clone at its root."""
    here = Path(__file__).parent
    shipped = here / "example" / "ryktesvakt.toml"
    return shipped if shipped.exists() else here.parent / "ryktesvakt.toml"


def author_secret(config: Config) -> bytes:
    """Return the key of the author pseudonyms: from the environment, else made once beside the data.

    `RYKTESVAKT_AUTHOR_KEY` is the key itself (32 characters or more), so that it can live apart from what it
    protects; after a rotation the old key, a comma and the new one. Without it a key file only the owner can read is
    made in `<data>/secrets/`; `doctor` says so.
    """
    if given := os.environ.get("RYKTESVAKT_AUTHOR_KEY"):
        keys = given.split(",")
        if any(len(key) < LEAST_KEY_LENGTH for key in keys):
            raise ConfigError("RYKTESVAKT_AUTHOR_KEY: shorter than 32 characters; make one with `openssl rand -hex 32`")
        return join_keys([key.encode() for key in keys])
    file = author_key_file(config)
    if not file.exists():
        write_author_keys(file, join_keys([secrets.token_hex(32).encode()]))
    return read_author_keys(file)


def read_author_keys(file: Path) -> bytes:
    """Return the secret that a key file holds, one key a line, the first one first."""
    return join_keys(file.read_bytes().split())


def write_author_keys(file: Path, secret: bytes) -> None:
    """Write a key file that only its owner can read, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_name(f".{file.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(b"\n".join(split_keys(secret)))
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)


def author_key_file(config: Config) -> Path:
    return config.storage.data / "secrets" / "author.key"


def has_author_key_in_environment() -> bool:
    """Return whether the pseudonym key comes from the environment, as it should beyond a first try."""
    return bool(os.environ.get("RYKTESVAKT_AUTHOR_KEY"))


def archive_keys() -> tuple[bytes, ...]:
    """Return the keys of the archives, the one for new files first; none when they are written in the clear.

    `RYKTESVAKT_ARCHIVE_KEY` holds one key, or several with commas between: the old ones open old files.
    """
    given = [key.strip() for key in os.environ.get("RYKTESVAKT_ARCHIVE_KEY", "").split(",") if key.strip()]
    if any(len(key) < LEAST_KEY_LENGTH for key in given):
        raise ConfigError(
            "RYKTESVAKT_ARCHIVE_KEY: a key shorter than 32 characters; make one with `openssl rand -hex 32`"
        )
    return tuple(key.encode() for key in given)


def storage_keys(config: Config) -> tuple[bytes, ...]:
    """Return the keys of what is kept encrypted, which are the archives'. Raises ConfigError where one is needed."""
    keys = archive_keys()
    if config.storage.encrypted and not keys:
        raise ConfigError(
            "storage.encrypted: needs a key; set RYKTESVAKT_ARCHIVE_KEY from a secret store (openssl rand -hex 32)"
        )
    return keys


def landing_key(config: Config) -> bytes | None:
    """Return the key that landing files are written under; None where they are plain."""
    return storage_keys(config)[0] if config.storage.encrypted else None


def object_store(config: Config) -> ObjectStore | None:
    """Return how the bucket of a lake is reached, from the variables that all programs of its kind read; None without.

    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and where they are needed AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL.
    """
    if not config.warehouse.is_in_bucket:
        return None
    key_id, secret = os.environ.get("AWS_ACCESS_KEY_ID", ""), os.environ.get("AWS_SECRET_ACCESS_KEY", "")
    if not (key_id and secret):
        raise ConfigError(
            "warehouse.lake: a bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment"
        )
    return ObjectStore(
        key_id=key_id,
        secret=secret,
        session_token=os.environ.get("AWS_SESSION_TOKEN", ""),
        region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
        endpoint=os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", ""),
    )


def credential_variable(owner: str, name: str) -> str:
    """Return the environment's name of a credential: `RYKTESVAKT_<SOURCE>_<NAME>`, letters, digits and underscores."""
    return f"RYKTESVAKT_{re.sub(r'[^A-Z0-9]+', '_', owner.upper())}_{name.upper()}"


def credential(owner: str, name: str) -> str:
    """Return a credential of a source (or of an engine that its sources share it by); empty for none.

    Raises ConfigError, without the value, for one that holds a line break or the like: it was not copied whole.
    """
    variable = credential_variable(owner, name)
    value = os.environ.get(variable, "").strip()
    if not value.isprintable():
        raise ConfigError(f"{variable}: holds a line break or another character that cannot be sent; set it again")
    return value


def log_format(config: Config) -> str:
    """Return how the log is written, `plain` or `json`: as RYKTESVAKT_LOG says, else as the file does."""
    return os.environ.get("RYKTESVAKT_LOG") or config.log.format


def notify_addresses() -> tuple[str, ...]:
    """Return whom to tell that operations are needed: Apprise addresses from RYKTESVAKT_NOTIFY, a space between.

    They hold passwords and tokens, so no file has them.
    """
    return tuple(os.environ.get("RYKTESVAKT_NOTIFY", "").split())


def alert_address(channel: str) -> str:
    """Return the Apprise address of a channel of alerts, from RYKTESVAKT_ALERT_<NAME>; empty for none.

    It holds passwords and tokens, so no file has it.
    """
    return os.environ.get(alert_variable(channel), "").strip()


def alert_variable(channel: str) -> str:
    """Return the environment's name of a channel's address."""
    return f"RYKTESVAKT_ALERT_{re.sub(r'[^A-Z0-9]+', '_', channel.upper())}"


def oidc_secret() -> str:
    """Return the secret that the board shows its login provider, from RYKTESVAKT_OIDC_SECRET; empty for none."""
    return os.environ.get("RYKTESVAKT_OIDC_SECRET", "")


def smtp_password() -> str:
    """Return the password of the server that takes our mails, from RYKTESVAKT_SMTP_PASSWORD; empty for none."""
    return os.environ.get("RYKTESVAKT_SMTP_PASSWORD", "")


def secrets_in_environment() -> tuple[str, ...]:
    """Return what must never be written to a log: all values of our own variables, and whatever looks like a secret."""
    return tuple(
        part
        for name, value in os.environ.items()
        if name.startswith("RYKTESVAKT_") or any(mark in name for mark in SECRET_MARKS)
        for part in (value, *re.split(r"[\s,]+", value))
        if len(part) >= LEAST_SECRET
    )


def has_server() -> bool:
    """Return whether a Prefect server is named, which keeps what flows tell it."""
    return bool(os.environ.get("PREFECT_API_URL"))


def quieten_prefect() -> None:
    """Set Prefect's own settings for a program that runs flows in its process: no telemetry, few words.

    Must be called before Prefect is imported; what the user has set stays.
    """
    for name, value in {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    }.items():
        os.environ.setdefault(name, value)


def _problem(where: str, found: Any) -> str:
    at = ".".join(str(part) for part in found["loc"]) or "the file"
    message = {"extra_forbidden": "unknown key", "missing": "is missing"}.get(found["type"], found["msg"])
    return f"{where}: {at}: {message.removeprefix('Value error, ')}"
