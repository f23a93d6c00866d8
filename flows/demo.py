"""The simulated autumn, day after day, through the real code: crawl over HTTP to the digest."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows.config import author_key_file, example_file, load, validate
from flows.desk import Desk, open_desk
from flows.settings import Config
from flows.steps.digest import digest as write_digest
from flows.steps.digest import write_whole
from flows.story import one_pass
from town.places import PLACES
from town.server import Town
from town.story import read_claims, read_ledger
from town.world import END, START
from warehouse.ledger import put_claim, put_complaints, put_mailings, put_segments
from warehouse.records import Claim, Complaint, Mailing, Segment

PASSES = (timedelta(hours=6, minutes=30),)
"""When the places are read, local time. A digest is written while an alert is open, and on Mondays."""
NOT_FOLLOWED = "letter-is-fraud"
"""Six posts of the town say so. The simulated team does not follow it: the model cannot yet tell a claim about a letter
from another about the same letter by their words, and would take the whole thread for it (docs/models.md)."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What the simulated team enters, and when it could have."""

    segments: tuple[Segment, ...]
    claims: tuple[Claim, ...]
    mailings: tuple[Mailing, ...]
    complaints: tuple[Complaint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRun:
    """Where a demo left what it made."""

    config: Config
    digest: Path
    pass_count: int
    skipped_count: int
    """Passes that an earlier, cut-short demo had done."""


def run_demo(
    folder: Path,
    *,
    seed: int = 1,
    day_limit: int | None = None,
    fresh: bool = False,
    first_port: int | None = None,
    begin: Callable[[int, int], None] = lambda total, done: None,
    advance: Tell = lambda day: None,
) -> DemoRun:
    """Replay the autumn into a folder; one that was cut short goes on where it was, one that was done starts over.

    The four places take `first_port` and those after it; free ports when it is not given. `begin` is told how many
    passes there are and how many are done; `advance` the local day of each that is finished.
    """
    moments = list(pass_moments(day_limit))
    progress = _Progress(folder, seed=seed, total=len(moments), fresh=fresh)
    begin(len(moments), progress.done)
    ports = progress.ports or ([] if first_port is None else list(range(first_port, first_port + len(PLACES))))
    with Town(seed=seed, ports=ports) as town:
        progress.keep_ports(town.ports)
        ledger = read_town_ledger()
        config = demo_config(town, folder, ledger)
        _plant_key(config, seed)
        entered = None
        with open_desk(config, now=moments[0]) as desk:
            for number, moment in enumerate(moments):
                if number < progress.done:
                    continue
                town.now = moment
                desk.turn_to(moment)
                entered = enter_ledger(desk, ledger, entered=entered)
                local = moment.astimezone(desk.zone)
                is_due = local.weekday() == 0 or number == len(moments) - 1
                report = one_pass(desk, write_digest=is_due)
                if not is_due and report.alerts.open_count:
                    write_digest(desk)
                progress.finish(number + 1)
                advance(local.date().isoformat())
    return DemoRun(
        config=config,
        digest=max((folder / "data" / "digests").glob("*.html")),
        pass_count=len(moments),
        skipped_count=progress.skipped,
    )


def pass_moments(day_limit: int | None = None) -> Iterator[datetime]:
    """Yield the virtual moments of the passes, UTC-aware, days as they are in Stockholm (two have 23 and 25 hours)."""
    zone = ZoneInfo("Europe/Stockholm")
    first = START.astimezone(zone).date() + timedelta(days=1)
    last = END.astimezone(zone).date()
    if day_limit is not None:
        last = min(last, first + timedelta(days=day_limit - 1))
    for number in range((last - first).days + 1):
        midnight = datetime.combine(first + timedelta(days=number), datetime.min.time())
        for offset in PASSES:
            yield (midnight + offset).replace(tzinfo=zone)


def demo_config(town: Town, folder: Path, ledger: Ledger) -> Config:
    """Return the example configuration pointed at the town, its data in the demo's folder."""
    example = load(example_file())
    values: dict[str, Any] = {
        "company": example.company.model_dump(),
        "segment": [{"id": s.segment, "name": s.name, "customers": s.customer_count} for s in ledger.segments],
        "source": [dict(site) for site in town.sites],
        "crawl": {"contact": "simulation@example.invalid", "delay_seconds": 0.0},
        "storage": {"data": folder / "data"},
        "simulation": True,
    }
    return validate(values, where="the demo")


def read_town_ledger() -> Ledger:
    """Return the simulated team's ledger."""
    tables = read_ledger()
    return Ledger(
        segments=tuple(Segment(**row) for row in tables["segment"]),
        claims=tuple(Claim(**_tuples(row)) for row in read_claims() if row["claim_id"] != NOT_FOLLOWED),
        mailings=tuple(Mailing(**row) for row in tables["mailing"]),
        complaints=tuple(Complaint(**row) for row in tables["complaint"]),
    )


def known_by(ledger: Ledger, now: datetime, today: date) -> Ledger:
    """Return what the team could have entered by now: nobody knows of a letter before it is sent."""
    return replace(
        ledger,
        claims=tuple(claim for claim in ledger.claims if claim.created_at <= now),
        mailings=tuple(mailing for mailing in ledger.mailings if mailing.sent_at <= now),
        complaints=tuple(complaint for complaint in ledger.complaints if complaint.period_end < today),
    )


def enter_ledger(desk: Desk, ledger: Ledger, *, entered: Ledger | None = None) -> Ledger:
    """Enter what the team could have entered by now, unless it is what was entered before; return it."""
    known = known_by(ledger, desk.now, desk.now.astimezone(desk.zone).date())
    if known != entered:
        put_segments(desk.con, known.segments)
        for claim in known.claims:
            put_claim(desk.con, claim)
        put_mailings(desk.con, known.mailings)
        put_complaints(desk.con, known.complaints)
    return known


def _plant_key(config: Config, seed: int) -> None:
    """Give the demo a key of the seed's: its authors are invented, and two demos must end with the same tables."""
    file = author_key_file(config)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(file, hashlib.sha256(f"the simulated autumn, seed {seed}".encode()).hexdigest())
    file.chmod(0o600)


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


class _Progress:
    """How far a demo has come, in a file of its own: a pass that was cut short is simply done again."""

    def __init__(self, folder: Path, *, seed: int, total: int, fresh: bool) -> None:
        self._file = folder / "progress.json"
        self._state: dict[str, Any] = {"seed": seed, "total": total, "done": 0, "ports": []}
        found = self._read()
        is_same = found.get("seed") == seed and found.get("total") == total
        if is_same and not fresh and found["done"] < total:
            self._state = found
        elif folder.exists():
            for part in ("data", "progress.json"):
                _remove(folder / part)
        self.skipped: int = self._state["done"]

    @property
    def done(self) -> int:
        return int(self._state["done"])

    @property
    def ports(self) -> list[int]:
        return list(self._state["ports"])

    def keep_ports(self, ports: list[int]) -> None:
        """Links to posts hold the ports: a demo that goes on must use the same."""
        self._save(ports=ports)

    def finish(self, done: int) -> None:
        self._save(done=done)

    def _save(self, **changes: Any) -> None:
        self._state.update(changes)
        write_whole(self._file, json.dumps(self._state))

    def _read(self) -> dict[str, Any]:
        try:
            value = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) and {"done", "ports"} <= value.keys() else {}


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
