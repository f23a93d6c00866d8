"""Step 0: carry out what people decided on the board, through the same functions as the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from earlywarning.complaints import read_complaints
from flows import complaints
from flows.claims import accept, decide_match, remove, take_back
from flows.decisions import journal
from flows.decisions.journal import Decision
from flows.desk import Desk
from flows.errors import FlowsError
from flows.labels import set_labels
from flows.paths import segments_of
from warehouse import decisions as records_of
from warehouse.alerts import alert_events, set_alert_state, undo_alert_state
from warehouse.clusters import decide_cluster, get_cluster
from warehouse.errors import LedgerError, WarehouseError
from warehouse.ledger import drop_mailing, list_claims, put_mailings, put_segments, set_verdict
from warehouse.records import Mailing
from warehouse.reviewing import judgements_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of the decisions that waited."""

    done_count: int
    refused: tuple[str, ...]
    """Why, one line each."""


def take_in(desk: Desk) -> TakenIn:
    """Carry out every decision that no pass has taken in, in the order in which they were made.

    Each is recorded before and after: killed between, the next pass does it again, which ends the same. One that
    cannot be done is recorded with the reason and stops no other; one that was taken back in time is not done.
    """
    path, known = journal.file_of(desk.paths), records_of.taken_in(desk.con)
    everything = {decision.decision_id: decision for decision in journal.read(path)}
    waiting = [decision for decision in everything.values() if decision.decision_id not in known]
    begun = {d.decision_id for d in waiting if records_of.get(desk.con, d.decision_id)}
    withdrawn = {d.undoes for d in waiting if d.undoes in {w.decision_id for w in waiting} - begun}
    refused = []
    for decision in waiting:
        if decision.decision_id in withdrawn:
            _record(desk, decision, "withdrawn")
        elif decision.undoes in withdrawn:
            _record(desk, decision, "done")
        elif (why := _carry_out(desk, decision, everything)) is not None:
            refused.append(why)
    return TakenIn(done_count=len(waiting) - len(refused), refused=tuple(refused))


def _carry_out(desk: Desk, decision: Decision, everything: Mapping[str, Decision]) -> str | None:
    begun = records_of.get(desk.con, decision.decision_id)
    try:
        before = begun.before if begun else _before(desk, decision)
        if begun is None:
            _record(desk, decision, "begun", before=before)
        detail = _do(desk, decision, everything)
    except (FlowsError, WarehouseError, KeyError, ValueError, TypeError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        _record(desk, decision, "refused", detail=why)
        return f"decision {decision.decision_id} ({decision.kind} by {decision.by}): {why}"
    _record(desk, decision, "done", detail=detail, before=before)
    return None


def _record(
    desk: Desk, decision: Decision, outcome: str, *, detail: str = "", before: Mapping[str, Any] | None = None
) -> None:
    records_of.put(
        desk.con,
        decision_id=decision.decision_id,
        kind=decision.kind,
        subject_id=decision.subject_id,
        given=decision.given,
        by=decision.by,
        at=decision.at,
        undoes=decision.undoes,
        outcome=outcome,
        detail=detail,
        before=before or {},
        taken_in_at=datetime.now(UTC),
    )


def _before(desk: Desk, decision: Decision) -> dict[str, Any]:
    """Return what has to be known to take the decision back."""
    if decision.kind == "verdict":
        verdicts = {claim.claim_id: claim.verdict for claim in list_claims(desk.con)}
        return {"verdict": verdicts.get(decision.subject_id, "unverified")}
    return {}


def _do(desk: Desk, decision: Decision, everything: Mapping[str, Decision]) -> str:
    if decision.kind == "undo":
        return _undo(desk, decision, everything)
    return _DO[decision.kind](desk, decision) or ""


def _alert(desk: Desk, d: Decision) -> None:
    set_alert_state(desk.con, d.subject_id, d.given["state"], by=d.by, at=d.at)


def _label(desk: Desk, d: Decision) -> None:
    given = d.given
    stances = {given["claim_id"]: given["stance"]} if given.get("stance") else {}
    set_labels(
        desk.con,
        d.subject_id,
        by=d.by,
        at=d.at,
        relevant=given.get("relevant"),
        sentiment=given.get("sentiment"),
        topics=given.get("topics", ()),
        stances=stances,
    )


def _match(desk: Desk, d: Decision) -> None:
    is_about = d.given["label"] == "about"
    decide_match(desk.con, d.given["claim_id"], [d.subject_id], is_about=is_about, by=d.by, at=d.at)


def _accept(desk: Desk, d: Decision) -> str:
    given = d.given
    return accept(
        desk,
        d.subject_id,
        statement=given["statement"],
        truth=given["truth"],
        verdict=given["verdict"],
        segments=given["segments"],
        by=d.by,
    ).claim_id


def _dismiss(desk: Desk, d: Decision) -> None:
    decide_cluster(desk.con, d.subject_id, "dismissed", by=d.by, at=d.at)


def _verdict(desk: Desk, d: Decision) -> None:
    set_verdict(desk.con, d.subject_id, d.given["verdict"], by=d.by, at=d.at)


def _mailing(desk: Desk, d: Decision) -> None:
    put_segments(desk.con, segments_of(desk.config))
    values = {**d.given, "sent_at": datetime.fromisoformat(d.given["sent_at"])}
    put_mailings(desk.con, [Mailing(mailing_id=d.subject_id, **values)])


def _complaints(desk: Desk, d: Decision) -> str | None:
    name = d.given["file_name"]
    found = read_complaints(d.given["content"].encode(), name=name)
    return complaints.take_in(desk.con, found, file_name=name, by=d.by, at=d.at).import_id


_DO: Mapping[str, Callable[[Desk, Decision], str | None]] = {
    "alert": _alert,
    "label": _label,
    "match": _match,
    "accept": _accept,
    "dismiss": _dismiss,
    "verdict": _verdict,
    "mailing": _mailing,
    "complaints": _complaints,
}


def _undo(desk: Desk, d: Decision, everything: Mapping[str, Decision]) -> str:
    original = everything.get(d.undoes or "")
    record = records_of.get(desk.con, d.undoes or "")
    if original is None or record is None or record.outcome != "done":
        raise LedgerError("there is nothing to take back: it was never carried out")
    con, kind = desk.con, original.kind
    if kind == "alert":
        _require_last(desk, original)
        undo_alert_state(con, original.subject_id, by=d.by, at=d.at)
    elif kind in ("label", "match"):
        _take_back_labels(desk, original, d)
    elif kind == "accept":
        if claim := get_cluster(con, original.subject_id).claim_id:
            remove(con, claim, by=d.by, at=d.at)
    elif kind == "dismiss":
        decide_cluster(con, original.subject_id, "candidate", by=d.by, at=d.at)
    elif kind == "verdict":
        set_verdict(con, original.subject_id, record.before["verdict"], by=d.by, at=d.at)
    elif kind == "mailing":
        drop_mailing(con, original.subject_id)
    elif kind == "complaints":
        if record.detail:
            complaints.take_back(con, record.detail, by=d.by, at=d.at)
    else:
        raise LedgerError(f"a decision of the kind {kind} cannot be taken back")
    return ""


def _require_last(desk: Desk, original: Decision) -> None:
    """Raise LedgerError when somebody has said otherwise of the alert since; taken back already is well."""
    said = [e for e in alert_events(desk.con, original.subject_id) if e["happened_by"] is not None]
    if said and (said[-1]["happened_by"], said[-1]["happened_at"]) != (original.by, original.at):
        raise LedgerError("somebody has said something else of the alert since; take that back first")


def _take_back_labels(desk: Desk, original: Decision, d: Decision) -> None:
    """Take back what the decision said of a post and nobody has taken back yet."""
    mine = {
        (row["task"], row["claim_id"])
        for row in judgements_of(desk.con, original.subject_id)
        if (row["judged_by"], row["judged_at"]) == (original.by, original.at) and row["undone_at"] is None
    }
    for task, claim in sorted(mine):
        take_back(desk.con, original.subject_id, by=d.by, at=d.at, task=task, claim_id=claim or None)
