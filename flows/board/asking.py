"""One request to the board: who asks, what they may, what they look at, and the page around every answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from flows.board import views
from flows.board.accounts import Brake
from flows.board.answers import CSRF_MARK, USER_MARK, Answers
from flows.board.oidc import Provider
from flows.board.sessions import Session, Sessions
from flows.board.sight import Sight, zone_of
from flows.board.store import NoSnapshotError, Snapshot, Store
from flows.decisions import journal
from flows.decisions.journal import Decision
from flows.paths import Paths, paths_of
from flows.settings import Config
from reports.board.render import render
from reports.board.speech import Speech
from warehouse import board_rows
from warehouse.records.board import DecisionRow

OLD_AFTER = timedelta(hours=26)
RANKS = {"reader": 0, "editor": 1, "admin": 2}


class Board:
    """What all requests share."""

    def __init__(self, config: Config, *, is_secure: bool = False) -> None:
        self.config = config
        self.paths: Paths = paths_of(config)
        self.speech = Speech(config.board.language, zone_of(config))
        self.store = Store(self.paths.published, self._warm)
        self.sessions = Sessions()
        self.brake = Brake()
        self.answers = Answers()
        self.is_secure = is_secure
        self.provider: Provider | None = None
        self._journal: tuple[tuple[int, int], list[Decision]] = ((-1, -1), [])

    def decisions(self) -> list[Decision]:
        """Return the journal, oldest first; read again only when it has grown."""
        stamp = self.journal_stamp()
        if stamp is None:
            return []
        if self._journal[0] != stamp:
            self._journal = (stamp, journal.read(journal.file_of(self.paths)))
        return self._journal[1]

    def journal_stamp(self) -> tuple[int, int] | None:
        """Return what changes whenever somebody decides; None before the first decision."""
        try:
            found = journal.file_of(self.paths).stat()
        except FileNotFoundError:
            return None
        return found.st_size, found.st_mtime_ns

    def waiting(self, snapshot: Snapshot) -> list[DecisionRow]:
        """Return the decisions that no pass has taken in, newest first; neither those taken back nor their undoing."""
        rows = self.rows(snapshot)
        undone = {row.undoes for row in rows if row.outcome == "pending"}
        return [r for r in rows if r.outcome == "pending" and r.decision_id not in undone and r.kind != "undo"]

    def rows(self, snapshot: Snapshot) -> list[DecisionRow]:
        """Return all decisions, newest first, each with what became of it."""
        taken = snapshot.kept("decisions", board_rows.list_decisions)
        known = {row.decision_id: row for row in taken if row.outcome != "begun"}
        waits = [_pending(one) for one in self.decisions() if one.decision_id not in known]
        return [*reversed(waits), *known.values()]

    def log(self, event: str, who: str, address: str, detail: str = "") -> None:
        """Write down who came in, or was kept out."""
        at = datetime.now(UTC).isoformat()
        entry = {"at": at, "event": event, "who": who[:100], "address": address, "detail": detail[:200]}
        journal.append_line(journal.audit_file_of(self.paths), entry)

    def _warm(self, snapshot: Snapshot) -> None:
        sight = Sight(snapshot=snapshot, config=self.config, speech=self.speech, pending=())
        views.overview(sight, newest=None)
        for claim_id in sight.claims():
            views.claim(sight, claim_id, segment=None, stance=None, place={})
        for view in (views.claims, views.sources, views.complaints, views.models):
            view(sight)


@dataclass(slots=True)
class Asking:
    """One request, and all that an answer to it needs."""

    request: Request
    board: Board
    session: Session
    user: str | None
    role: str | None
    """None for somebody who has not logged in."""
    form: Mapping[str, Any]
    section: str = ""
    is_shared: bool = False
    """The page is kept for others too: marks stand where it says whose it is."""

    def can(self, role: str) -> bool:
        return self.role is not None and RANKS[self.role] >= RANKS[role]

    @property
    def address(self) -> str:
        return self.request.client.host if self.request.client else ""

    def sight(self) -> Sight:
        """Return what the pages look at. Raises NoSnapshotError."""
        board = self.board
        snapshot = board.store.current()
        return Sight(snapshot=snapshot, config=board.config, speech=board.speech, pending=board.waiting(snapshot))


def show(asking: Asking, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page."""
    html = render(template, speech=asking.board.speech, page=page_values(asking), **values)
    return HTMLResponse(html, status_code=status)


def page_values(asking: Asking) -> dict[str, Any]:
    """Return what every page shows around what it is about."""
    board, config = asking.board, asking.board.config
    said = asking.session.said.pop(0) if asking.session.said and not asking.is_shared else ("", "", None)
    values: dict[str, Any] = {
        "company": config.company.name,
        "is_simulation": config.simulation,
        "login": config.board.login,
        "user": USER_MARK if asking.is_shared and asking.user else asking.user,
        "role": asking.role,
        "is_in": asking.role is not None,
        "section": asking.section,
        "can_edit": asking.can("editor"),
        "asks_name": config.board.login == "none",
        "csrf": CSRF_MARK if asking.is_shared else board.sessions.csrf(asking.session),
        "here": _here(asking),
        "said_kind": said[0],
        "said": said[1],
        "undo_id": said[2],
        "pending_count": 0,
        "asof": None,
        "now": None if config.simulation else datetime.now(UTC),
        "is_old": False,
    }
    if asking.role is not None:
        try:
            snapshot = board.store.current()
            values["pending_count"] = len(board.waiting(snapshot))
            asof = snapshot.kept("clock", board_rows.last_visit_at)
        except NoSnapshotError:
            return values
        values["asof"] = asof
        values["is_old"] = asof is not None and not config.simulation and datetime.now(UTC) - asof > OLD_AFTER
    return values


def as_day(text: str | None) -> date | None:
    """Return a day that somebody entered; None for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _pending(one: Decision) -> DecisionRow:
    return DecisionRow(
        decision_id=one.decision_id,
        kind=one.kind,
        subject_id=one.subject_id,
        given=one.given,
        decided_by=one.by,
        decided_at=one.at,
        undoes=one.undoes,
        outcome="pending",
        detail="",
    )


def _here(asking: Asking) -> str:
    url = asking.request.url
    return url.path + (f"?{url.query}" if url.query else "") if asking.request.method == "GET" else "/"
