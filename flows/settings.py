"""The sections of the configuration file, each typed: what may be set, its bounds and what it is when left out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from flows.section import Identifier, Name, Section
from flows.settings_people import Alerts, Board, Delivery
from flows.settings_warehouse import Warehouse
from reports.swedish import TOPICS


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
    options: dict[str, str] = {}  # noqa: RUF012 - pydantic copies it for each source
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


class Topics(Section):
    """Topics with an alarm of their own, on a small part of the budget; none: claims and clusters have it all."""

    watched: tuple[str, ...] = ("terms", "maintenance_fee", "price", "marketing", "billing", "complaints")

    @field_validator("watched")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(value) - set(TOPICS)):
            raise ValueError(f"no such topic: {', '.join(unknown)}; the topics are {', '.join(TOPICS)}")
        return tuple(dict.fromkeys(value))


class Storage(Section):
    data: Path = Path("data")
    landing_days: Annotated[int, Field(gt=0)] = 180
    archive_days: Annotated[int, Field(gt=0)] = 14
    text_days: Annotated[int, Field(gt=0)] = 180
    generations: Annotated[int, Field(gt=0)] = 3
    encrypted: bool = False
    """Warehouse, snapshots and landing files are encrypted, under the key of RYKTESVAKT_ARCHIVE_KEY."""


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
    topics: Topics = Topics()
    storage: Storage = Storage()
    warehouse: Warehouse = Warehouse()
    language: Language = Language()
    model: Model = Model()
    delivery: Delivery = Delivery()
    alerts: Alerts = Alerts()
    log: Log = Log()
    metrics: Metrics = Metrics()
    backup: Backup = Backup()
    board: Board = Board()
    simulation: bool = False
    """True for the town: every digest then says so."""

    @model_validator(mode="after")
    def _unique(self) -> Config:
        given = {
            "segment": [s.id for s in self.segment],
            "source": [s.name for s in self.source],
            "alerts.channel": [c.name for c in self.alerts.channel],
        }
        for label, names in given.items():
            if doubled := sorted({n for n in names if names.count(n) > 1}):
                raise ValueError(f"{label} named twice: {', '.join(doubled)}")
        if any(channel.to for channel in self.alerts.channel) and not (self.delivery.sender and self.delivery.smtp):
            raise ValueError("alerts.channel with to needs delivery.sender and delivery.smtp")
        return self
