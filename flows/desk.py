"""The desk a pass works at: configuration, folders, the clock, the warehouse, the crawler and the language stage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import duckdb

from crawlers.worker import CrawlerWorker
from flows.config import author_secret
from flows.faults import explained
from flows.logs import name_run
from flows.machine_clock import require_forward
from flows.paths import Paths, paths_of, remove_leftovers, run_id_of, writer_lock
from flows.progress import PassNote, Progress, read_note
from flows.rotating import settle_key
from flows.settings import Config
from flows.sources import company_of, models_of
from nlp.encoder import SHIPPED
from nlp.hub import SHIPPED_ALONE
from nlp.meta import Meta, read_meta
from warehouse.connection import open_warehouse

if TYPE_CHECKING:
    from nlp.pipeline import LanguageStage

COLLECT_AFTER = 100_000
"""Objects more than there were: Python's own 700 has it look a thousand times a pass."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """All that the steps of a pass share. One a data folder and moment; holds the writer's lock."""

    config: Config
    paths: Paths
    secret: bytes
    con: duckdb.DuckDBPyConnection
    worker: CrawlerWorker
    started_at: datetime
    """When the pass began, UTC; names it."""
    virtual_now: datetime | None = None
    """A simulation's clock, UTC: it stands still during a pass, and pages are anchored to it as well."""
    progress: Progress | None = None
    """Where it is noted how far the pass has come; None where nobody looks."""
    last_pass: PassNote | None = None
    """The pass before this one."""
    _stage: LanguageStage | None = None

    @property
    def run_id(self) -> str:
        return run_id_of(self.started_at)

    @property
    def now(self) -> datetime:
        """Return the moment, UTC: what a step that begins now may know. Never before the pass, if the clock jumps."""
        return self.virtual_now or max(self.started_at, datetime.now(UTC))

    def turn_to(self, now: datetime) -> None:
        """Begin another pass at another moment of the virtual clock."""
        self.started_at = self.virtual_now = now.astimezone(UTC)
        name_run(self.run_id)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.config.delivery.timezone)

    @property
    def stage(self) -> LanguageStage:
        """The language stage, loaded when the first post needs it."""
        if self._stage is None:
            from nlp.pipeline import load_stage

            language = self.config.language
            self._stage = load_stage(
                company=company_of(self.config),
                model_dir=language.model,
                threads=language.threads,
                models=models_of(self.config),
            )
        return self._stage

    @property
    def meta(self) -> Meta:
        """What the model says of itself; read from its folder where nothing needed the model yet."""
        if self._stage is None and models_of(self.config) == SHIPPED_ALONE:
            return read_meta(self.config.language.model or SHIPPED)
        return self.stage.encoder.meta

    @property
    def known_meta(self) -> Meta | None:
        """What the model says of itself, where that can be told without loading a model for it."""
        is_cheap = self._stage is not None or models_of(self.config) == SHIPPED_ALONE
        return self.meta if is_cheap else None


@contextmanager
def open_desk(config: Config, *, now: datetime | None = None) -> Iterator[Desk]:
    """Open the data folder for writing; `now` sets a virtual clock. Raises BusyError when it is in use.

    Raises ClockError where the machine's clock has gone back behind the last pass.
    """
    paths = paths_of(config)
    with writer_lock(paths), CrawlerWorker() as worker, rare_collections():
        remove_leftovers(paths)
        last = read_note(paths.data)
        if now is None:
            require_forward(paths)
        con = opened(paths)
        try:
            secret = author_secret(config)
            settle_key(con, paths, secret)
            desk = Desk(
                config=config,
                paths=paths,
                secret=secret,
                con=con,
                worker=worker,
                started_at=(now or datetime.now(UTC)).astimezone(UTC),
                virtual_now=now.astimezone(UTC) if now else None,
                progress=Progress(paths.data),
                last_pass=last,
            )
            name_run(desk.run_id)
            yield desk
        finally:
            con.close()


@contextmanager
def rare_collections() -> Iterator[None]:
    """Let Python look for circles of dead objects seldom: a pass makes a million small ones, and hardly a circle."""
    usual = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def opened(paths: Paths) -> duckdb.DuckDBPyConnection:
    """Open the warehouse for writing. Raises one clear line, whatever stands in the way."""
    try:
        return open_warehouse(paths.warehouse)
    except (OSError, duckdb.Error) as error:
        raise explained(error, step="open", data=paths.data) from error
