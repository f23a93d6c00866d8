"""Imports of complaint counts: nothing is counted twice, a new figure is a revision, an import can go back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from warehouse.connection import transaction
from warehouse.errors import LedgerError
from warehouse.keys import stable_key
from warehouse.ledger import list_complaints, put_complaints
from warehouse.named import insert_new, records, rows, run
from warehouse.records import Complaint, ComplaintLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import, or taking one back, did."""

    import_id: str | None
    """None when everything was known already: then nothing is recorded."""
    new_count: int
    """Periods."""
    changed_count: int
    unchanged_count: int


def import_complaints(
    con: duckdb.DuckDBPyConnection,
    complaints: Iterable[Complaint],
    *,
    file_name: str,
    by: str | None = None,
    at: datetime,
) -> ImportReport:
    """Take counts in that are new or other than known, and keep what was there before. Raises LedgerError."""
    known, found = _known(con), list(complaints)
    news = [one for one in found if known.get(_key(one)) != one.complaint_count]
    changed = sum(_key(one) in known for one in news)
    name = stable_key(file_name, at.isoformat(), *(f"{_key(one)}{one.complaint_count}" for one in news))
    if news:
        with transaction(con):
            put_complaints(con, news)
            row = {"file_name": file_name, "new_count": len(news) - changed, "changed_count": changed}
            insert_new(con, "complaint_import", [{"import_id": name, **row, "imported_at": at, "imported_by": by}])
            insert_new(con, "complaint_revision", [_revision(name, one, known.get(_key(one))) for one in news])
    return ImportReport(
        import_id=name if news else None,
        new_count=len(news) - changed,
        changed_count=changed,
        unchanged_count=len(found) - len(news),
    )


def undo_import(con: duckdb.DuckDBPyConnection, import_id: str, *, by: str, at: datetime) -> ImportReport:
    """Take an import back: each of its periods gets the count of the last other import that stands, or what was before.

    Raises LedgerError for an import that is not known or was taken back already.
    """
    known = {row["import_id"]: row for row in list_imports(con)}
    if import_id not in known or known[import_id]["undone_at"] is not None or not by.strip():
        why = "was taken back already" if import_id in known else "is not known"
        raise LedgerError(f"import {import_id} {why}; `ryktesvakt complaint imports` lists them")
    with transaction(con):
        insert_new(con, "complaint_import_undo", [{"import_id": import_id, "undone_at": at, "undone_by": by}])
        after = rows(con, "complaints_after_undo", import_id=import_id)
        gone = [row for row in after if row["complaint_count"] is None]
        for row in gone:
            run(con, "forget_complaint", **{key: row[key] for key in _KEY})
        kept = [row for row in after if row["complaint_count"] is not None]
        put_complaints(con, [Complaint(**{**row, "topic": row["topic"] or None}) for row in kept])
    return ImportReport(import_id=import_id, new_count=len(gone), changed_count=len(kept), unchanged_count=0)


def list_imports(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the imports, latest first, with who took them back where somebody did."""
    return rows(con, "list_complaint_imports")


def put_levels(con: duckdb.DuckDBPyConnection, levels: Sequence[ComplaintLevel]) -> None:
    """Save the levels of all complaints; those that are saved already and hold are left alone."""
    if list_levels(con) == list(levels):
        return
    with transaction(con):
        run(con, "forget_complaint_levels")
        insert_new(con, "complaint_level", [asdict(level) for level in levels])


def list_levels(con: duckdb.DuckDBPyConnection, *, now: datetime | None = None) -> list[ComplaintLevel]:
    """Return each period's complaints against the ordinary, oldest first; of periods that had ended by `now`."""
    return records(con, "list_complaint_levels", ComplaintLevel, now=now)


def alert_leads(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return how long before the complaints rose each alert came: the rows of the view `alert_lead`."""
    return rows(con, "alert_leads")


_KEY = ("channel", "period_start", "period_end", "topic")


def _known(con: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, date, date, str], int]:
    return {_key(one): one.complaint_count for one in list_complaints(con)}


def _key(one: Complaint) -> tuple[str, date, date, str]:
    return one.channel, one.period_start, one.period_end, one.topic or ""


def _revision(import_id: str, one: Complaint, previous: int | None) -> dict[str, Any]:
    row = {**asdict(one), "topic": one.topic or ""}
    return {"import_id": import_id, **row, "previous_count": previous}
