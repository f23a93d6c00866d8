"""Reads the configuration file and the environment, once, and says every problem at the same time."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from crawlers.pseudonym import join_keys, split_keys
from flows.errors import ConfigError

LEAST_KEY_LENGTH = 32
DEFAULT_FILE = Path("ryktesvakt.toml")
Name = Annotated[str, Field(min_length=1, max_length=80)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]


class Section(BaseModel):
    """A table of the file: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Homonym(Section):
    """A name that looks like the company's and is something else."""

    name: Name
    context: tuple[str, ...] = ()
    """Words near the name that show that the other thing is meant; none: the name alone shows it."""


class Company(Section):
    """Whom the posts are about."""

    name: Name
    aliases: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    """Other companies of the trade: posts about them are not ours."""
    homonyms: tuple[Homonym, ...] = ()
    context: tuple[str, ...] = ()
    """Words of the trade: they make an ambiguous name ours."""
    accounts: tuple[Name, ...] = ()
    """The company's official accounts, by user id or shown name: their posts correct a claim, never support it."""


class Segment(Section):
    id: Identifier
    name: Name
    customers: Annotated[int, Field(gt=0)]
    forum_share: Annotated[float, Field(gt=0, le=1)] = 0.15
    """Share of the segment that reads public forums: the audience a rumour can reach there. An assumption."""


class Source(Section):
    """A place to watch: a shipped site by name, or one described here."""

    name: Identifier
    engine: str | None = None
    url: str | None = None
    timezone: str = "Europe/Stockholm"
    encoding: str | None = None
    query: str | None = None
    """What to search for, where the place has a search; the company's name otherwise."""
    interval_hours: Annotated[float, Field(gt=0)] = 24.0
    delay_seconds: Annotated[float, Field(ge=0)] | None = None
    expected_min: Annotated[float, Field(ge=0)] = 0.0
    expected_max: Annotated[float, Field(gt=0)] = 10_000.0
    enabled: bool = True
    options: dict[str, str] = {}
    """Settings of the engine, added to those that a shipped site has."""

    @model_validator(mode="after")
    def _described(self) -> Source:
        if (self.engine is None) != (self.url is None):
            raise ValueError("a source needs both engine and url, or neither (then its name is a shipped site)")
        return self


class Crawl(Section):
    contact: str = ""
    """Address that a site's owner can write to; part of the user agent."""
    delay_seconds: Annotated[float, Field(ge=0)] = 2.0
    pages_per_day: Annotated[int, Field(gt=0)] = 2000
    sweep_days: Annotated[float, Field(gt=0)] = 14.0
    """Each kept thread is read whole within so many days, for edits and deletions that nothing points to."""


class Budget(Section):
    """False alarms a month that the team accepts."""

    watch_per_month: Annotated[float, Field(gt=0)] = 2.0
    warning_per_month: Annotated[float, Field(gt=0)] = 0.5


class Storage(Section):
    data: Path = Path("data")
    landing_days: Annotated[int, Field(gt=0)] = 180
    archive_days: Annotated[int, Field(gt=0)] = 14
    text_days: Annotated[int, Field(gt=0)] = 180
    generations: Annotated[int, Field(gt=0)] = 3


class Language(Section):
    model: Path | None = None
    """Folder of another model; none: the one that ships."""
    threads: Annotated[int, Field(gt=0)] | None = None


class Model(Section):
    """Models by name for part of the judging: a hub name (`owner/name`, `@revision` after it) or a folder."""

    encoder: Annotated[str, Field(min_length=1)] | None = None
    """For the embedding, which claims and clusters are found by. A folder like the shipped one answers everything."""
    sentiment: Annotated[str, Field(min_length=1)] | None = None
    match_auto: Annotated[float, Field(gt=-1, le=2)] | None = None
    match_suggest: Annotated[float, Field(gt=-1, le=2)] | None = None
    """Cosines to a claim that count at once and that are worth a look, for that encoder."""

    @model_validator(mode="after")
    def _ordered(self) -> Model:
        if self.encoder is None and (self.match_auto is not None or self.match_suggest is not None):
            raise ValueError("match_auto and match_suggest are for an encoder of your own; name one, or leave them out")
        if self.match_auto is not None and self.match_suggest is not None and self.match_auto < self.match_suggest:
            raise ValueError("match_auto is less than match_suggest; what counts at once is nearer than what is shown")
        return self


class Delivery(Section):
    digest_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "06:30"
    timezone: str = "Europe/Stockholm"

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        return _known_zone(value)


class Config(Section):
    company: Company
    segment: tuple[Segment, ...] = ()
    source: tuple[Source, ...] = ()
    crawl: Crawl = Crawl()
    budget: Budget = Budget()
    storage: Storage = Storage()
    language: Language = Language()
    model: Model = Model()
    delivery: Delivery = Delivery()
    simulation: bool = False
    """True for the town: every digest then says so."""

    @model_validator(mode="after")
    def _unique(self) -> Config:
        for label, names in (("segment", [s.id for s in self.segment]), ("source", [s.name for s in self.source])):
            if doubled := sorted({n for n in names if names.count(n) > 1}):
                raise ValueError(f"{label} named twice: {', '.join(doubled)}")
        return self


def load(path: Path | None = None) -> Config:
    """Return the configuration of a file, of `ryktesvakt.toml` here, or of the shipped example.

    Raises ConfigError naming the file and every problem in it.
    """
    file = path or (DEFAULT_FILE if DEFAULT_FILE.exists() else example_file())
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{file}: no such file; name one with --config, or leave it out for the example") from error
    except (OSError, UnicodeDecodeError) as error:
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


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"unknown time zone {value!r}; write it like Europe/Stockholm") from error
    return value
