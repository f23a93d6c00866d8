"""The sections of the configuration file, each typed: what may be set, its bounds and what it is when left out."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

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
    retention_days: Annotated[float, Field(ge=0)] | None = None
    """Words and pseudonyms from there go so many days after they were last fetched; 0: it is not read."""
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
    workers: Annotated[int, Field(gt=0, le=256)] = 1
    """Dask workers that read posts, in scheduled passes (extra `dask`); 1: this process."""
    scheduler: str | None = None
    """Address of a Dask cluster of yours; None: workers on this machine."""


class Model(Section):
    """Models by name for part of the judging: a hub name (`owner/name`, `@revision` after it) or a folder."""

    encoder: Annotated[str, Field(min_length=1)] | None = None
    """For the embedding, which claims and clusters are found by. A folder like the shipped one answers everything."""
    sentiment: Annotated[str, Field(min_length=1)] | None = None
    match_near: Annotated[float, Field(gt=-1, le=2)] | None = None
    match_thread: Annotated[float, Field(gt=-1, le=2)] | None = None
    """Nearness to a claim, for that encoder: from which a post is judged, and from which a thread's title is sure."""

    @model_validator(mode="after")
    def _ordered(self) -> Model:
        if self.encoder is None and (self.match_near is not None or self.match_thread is not None):
            raise ValueError("match_near and match_thread are for an encoder of your own; name one, or leave them out")
        if self.match_near is not None and self.match_thread is not None and self.match_thread < self.match_near:
            raise ValueError("match_thread is less than match_near; a thread that is sure is nearer than a candidate")
        return self


class Delivery(Section):
    digest_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "06:30"
    timezone: str = "Europe/Stockholm"

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        return _known_zone(value)


class Board(Section):
    """Who may see the board, and how it speaks."""

    language: Literal["sv", "en"] = "sv"
    login: Literal["none", "accounts", "proxy"] = "none"
    """`none` is for this machine alone; `accounts` are those of `board user add`; `proxy` trusts a server before it."""
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


class Log(Section):
    """What the program says of its work, on standard error."""

    format: Literal["plain", "json"] = "plain"
    """The environment's RYKTESVAKT_LOG goes before it."""
    level: Literal["debug", "info", "warning", "error"] = "info"


class Metrics(Section):
    textfile: Path | None = None
    """Written after each pass, for the textfile collector of Prometheus' node exporter (extra `metrics`)."""


class Backup(Section):
    folder: Path | None = None
    """Where the scheduled backups go: on another disk. None: none is scheduled."""
    keep: Annotated[int, Field(gt=0)] = 14


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
    log: Log = Log()
    metrics: Metrics = Metrics()
    backup: Backup = Backup()
    board: Board = Board()
    simulation: bool = False
    """True for the town: every digest then says so."""

    @model_validator(mode="after")
    def _unique(self) -> Config:
        for label, names in (("segment", [s.id for s in self.segment]), ("source", [s.name for s in self.source])):
            if doubled := sorted({n for n in names if names.count(n) > 1}):
                raise ValueError(f"{label} named twice: {', '.join(doubled)}")
        return self


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"unknown time zone {value!r}; write it like Europe/Stockholm") from error
    return value
