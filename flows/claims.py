"""What a person decides on claims: a candidate becomes one, a match is right or not, a claim is followed no more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from flows.desk import Desk
from flows.errors import UsageError
from flows.steps.match import match
from flows.steps.standings import SUBJECT, alert_id
from nlp.claims import wording_of
from nlp.words import STOPWORDS
from warehouse import watching
from warehouse.alerts import list_alerts, mark_delivered, put_alerts, set_alert_state, undelivered_alerts
from warehouse.clusters import cluster_members, decide_cluster, get_cluster, list_clusters
from warehouse.labels import judge, undo_judgement
from warehouse.ledger import add_paraphrases, drop_paraphrases, list_claims, put_claim, set_verdict
from warehouse.ledger import follow as record_following
from warehouse.matches import confirmed_claims, list_matches
from warehouse.records import Claim

ID_WORDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A candidate that a person made a claim of."""

    claim_id: str
    post_count: int
    """Posts of the candidate, matches of the claim from now on."""


def accept(
    desk: Desk,
    cluster_id: str,
    *,
    statement: str,
    by: str,
    truth: str = "",
    claim_id: str | None = None,
    verdict: str | None = None,
    segments: Sequence[str] = (),
) -> Accepted:
    """Make a claim of a candidate: its posts are matches at once, its alert goes on as the claim's.

    Each step can be done again, the last one closes the candidate: killed anywhere and given again, it ends the same.
    Raises LedgerError, UsageError.
    """
    cluster, now = get_cluster(desk.con, cluster_id), desk.now
    keys = [member.post_key for member in cluster_members(desk.con, cluster_id=cluster_id)]
    if cluster.state == "named" and cluster.claim_id:
        return Accepted(claim_id=cluster.claim_id, post_count=len(keys))
    if not keys:
        raise UsageError(f"candidate {cluster_id} has no posts any more; see `ryktesvakt claim candidates`")
    claim = _claim(desk, statement=statement, truth=truth, claim_id=claim_id, segments=segments)
    put_claim(desk.con, claim)
    if verdict is not None:
        set_verdict(desk.con, claim.claim_id, verdict, by=by, at=now)
    confirmed = confirmed_claims(desk.con, now=now)
    for key in keys:
        if claim.claim_id not in confirmed.get(key, ()):
            judge(desk.con, key, task="match", labels=["about"], by=by, at=now, claim_id=claim.claim_id)
    match(desk, only=keys)
    if cluster.central_post_key in keys:
        settle_wording(desk.con, claim.claim_id, cluster.central_post_key, at=now)
    _carry_alert(desk, cluster_id, claim.claim_id, by=by)
    decide_cluster(desk.con, cluster_id, "named", by=by, at=now, claim_id=claim.claim_id)
    return Accepted(claim_id=claim.claim_id, post_count=len(keys))


def decide_match(
    con: duckdb.DuckDBPyConnection, claim_id: str, post_keys: Iterable[str], *, is_about: bool, by: str, at: datetime
) -> int:
    """Confirm that posts are about a claim, or that they are not; return how many. Raises LedgerError.

    A confirmed post counts at once and is a paraphrase of the claim from the next pass on; one that denies the claim
    is none, and a rejected one is none any more.
    """
    keys = list(dict.fromkeys(post_keys))
    require_claim(con, claim_id)
    for key in keys:
        label = "about" if is_about else "unrelated"
        judge(con, key, task="match", labels=[label], by=by, at=at, claim_id=claim_id)
        settle_wording(con, claim_id, key, at=at)
    return len(keys)


def take_back(
    con: duckdb.DuckDBPyConnection,
    post_key: str,
    *,
    by: str,
    at: datetime,
    task: str | None = None,
    claim_id: str | None = None,
) -> list[tuple[str, str, str, str]]:
    """Take back the latest judgement of a post, and what followed from it. Raises LedgerError."""
    undone = undo_judgement(con, post_key, by=by, at=at, task=task, claim_id=claim_id)
    for claim in {row[1] for row in undone if row[1]}:
        settle_wording(con, claim, post_key, at=at)
    return undone


def settle_wording(con: duckdb.DuckDBPyConnection, claim_id: str, post_key: str, *, at: datetime) -> None:
    """Let a post's words be a paraphrase of the claim if a person says that it is about it and it does not deny it."""
    found = [m for m in list_matches(con, claim_id=claim_id, post_key=post_key) if m.judged_by and m.stance != "deny"]
    wording = wording_of(found[0].text, found[0].span_start, found[0].span_end) if found else None
    if wording is None:
        drop_paraphrases(con, claim_id, post_key)
    else:
        add_paraphrases(con, claim_id, [wording], at=at, post_key=post_key)


def remove(con: duckdb.DuckDBPyConnection, claim_id: str, *, by: str, at: datetime) -> None:
    """Follow a claim no more; what was decided and counted stays on record. A candidate that it was is one again."""
    require_claim(con, claim_id)
    record_following(con, claim_id, is_followed=False, by=by, at=at)
    for cluster in list_clusters(con):
        if cluster.state == "named" and cluster.claim_id == claim_id:
            decide_cluster(con, cluster.cluster_id, "candidate", by=by, at=at)


def require_claim(con: duckdb.DuckDBPyConnection, claim_id: str) -> Claim:
    """Return a claim that is followed. Raises UsageError."""
    for claim in list_claims(con):
        if claim.claim_id == claim_id:
            return claim
    raise UsageError(f"{claim_id}: no such claim is followed; see `ryktesvakt claim list`")


def id_of(statement: str) -> str:
    """Return a short name made of a statement's first telling words: `alla-kunder-betala-underhall`."""
    plain = unicodedata.normalize("NFKD", statement.lower()).encode("ascii", "ignore").decode()
    stop = {unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode() for word in STOPWORDS}
    words = re.findall(r"[a-z0-9]+", plain)
    telling = [word for word in words if word not in stop] or words or ["claim"]
    return "-".join(telling[:ID_WORDS])[:56]


def _claim(desk: Desk, *, statement: str, truth: str, claim_id: str | None, segments: Sequence[str]) -> Claim:
    """Return the claim to register: the one of that wording, if an earlier try has registered it."""
    known = {claim.claim_id: claim for claim in list_claims(desk.con)}
    name = claim_id or id_of(statement)
    numbered = [name, *(f"{name}-{number}" for number in range(2, len(known) + 3))]
    for candidate in [name] if claim_id else numbered:
        if candidate not in known:
            return Claim(
                claim_id=candidate, statement=statement, truth=truth, created_at=desk.now, segments=tuple(segments)
            )
        if known[candidate].statement == statement:
            return replace(known[candidate], truth=truth or known[candidate].truth)
    raise UsageError(f"--id {name}: another claim has that name; choose another, or leave it out")


def _carry_alert(desk: Desk, cluster_id: str, claim_id: str, *, by: str) -> None:
    """Let the claim stand where the candidate stood: what has been said once is not said again."""
    old, new = f"alarm:{cluster_id}", f"alarm:{claim_id}"
    step_at, standings = watching.get_states(desk.con, now=desk.now).get(SUBJECT, (desk.now, {}))
    if old not in standings:
        return
    moved = standings[old]
    name = alert_id(new, datetime.fromisoformat(moved.get("opened_at", moved["raised_at"])))
    waiting = {one.alert_id for one in undelivered_alerts(desk.con)}
    for one in list_alerts(desk.con, open_only=True):
        if (one.kind, one.subject_id) == ("alarm", cluster_id):
            put_alerts(desk.con, [replace(one, alert_id=name, subject_id=claim_id)], at=desk.now)
            if one.alert_id not in waiting:
                mark_delivered(desk.con, name, at=desk.now)
            set_alert_state(desk.con, one.alert_id, "handled", by=by, at=desk.now)
    kept = {key: value for key, value in standings.items() if key != old}
    watching.put_states(desk.con, {SUBJECT: {**kept, new: moved}}, step_at=step_at)
