"""What one request looks at: a snapshot, the moment that pages speak of, and the decisions that wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import duckdb

from flows.board.store import Snapshot
from flows.decisions.forms import Facts
from flows.settings import Config
from flows.sources import sites_of
from flows.steps.digest import expectations
from reports.board.speech import Speech
from warehouse import board_rows
from warehouse.alerts import list_alerts
from warehouse.digest_now import count_now
from warehouse.digest_rows import read_digest
from warehouse.ledger import list_claims
from warehouse.records import Alert, Digest
from warehouse.records.board import DecisionRow

DIGEST_SECONDS = 300.0
"""How old the overview's counts may be: they depend on the clock, and a big warehouse takes seconds to count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one request looks at."""

    snapshot: Snapshot
    config: Config
    speech: Speech
    pending: Sequence[DecisionRow]
    """Decisions that no pass has taken in yet, newest first; those taken back are not among them."""

    @property
    def now(self) -> datetime:
        """Return the moment that pages speak of: a simulation's clock is that of its last visit."""
        if not self.config.simulation:
            return datetime.now(UTC)
        at = self.snapshot.kept("clock", board_rows.last_visit_at)
        return at or datetime.now(UTC)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.speech.zone).date()

    def digest(self) -> Digest:
        """Return all that a digest of today so far would say."""
        return self.snapshot.kept(
            "digest", self._read_digest, seconds=None if self.config.simulation else DIGEST_SECONDS
        )

    def _read_digest(self, con: duckdb.DuckDBPyConnection) -> Digest:
        now = self.now
        config = self.config
        return read_digest(
            con,
            company=config.company.name,
            day=now.astimezone(self.speech.zone).date(),
            now=now,
            timezone=config.delivery.timezone,
            is_simulation=config.simulation,
            sources=expectations(sites_of(config)),
            false_alarms_per_month=config.budget.warning_per_month,
            count=count_now,
        )

    def alerts(self) -> list[Alert]:
        """Return all alerts as they stand, worst first."""
        return self.snapshot.kept("alerts", list_alerts)

    def claims(self) -> dict[str, str]:
        """Return what each claim says, by id."""
        return {claim.claim_id: claim.statement for claim in self.snapshot.kept("claims", list_claims)}

    def pending_by(self, kind: str) -> dict[str, DecisionRow]:
        """Return the latest waiting decision of a kind on each subject."""
        return {row.subject_id: row for row in reversed(self.pending) if row.kind == kind}

    def facts(self, *, has_post: bool = True) -> Facts:
        """Return what entries are checked against; a decision that waits counts as if it held."""
        states = {alert.alert_id: alert.state for alert in self.alerts()}
        states |= {key: str(row.given["state"]) for key, row in self.pending_by("alert").items() if key in states}
        decided = self.pending_by("accept").keys() | self.pending_by("dismiss").keys()
        return Facts(
            alerts=states,
            claims=self.claims().keys(),
            candidates={one.cluster_id for one in self.digest().candidates} - decided,
            segments=self.config.segment,
            zone=self.speech.zone,
            has_post=has_post,
        )


def zone_of(config: Config) -> ZoneInfo:
    """Return the zone that hours are told in."""
    return ZoneInfo(config.delivery.timezone)
