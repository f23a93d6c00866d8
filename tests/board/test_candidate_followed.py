"""A candidate that is accepted on the board is watched from the next run on, and held against the last 90 days."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from starlette.testclient import TestClient

from flows.board.app import make_board
from flows.decisions.taking_in import take_in
from flows.desk import Desk
from tests.board.conftest import send
from tests.flows.desks import a_desk, land, one_pass, told
from tests.flows.test_gather import ENDINGS, rumour
from tests.warehouse.landings import hours
from warehouse.alerts import list_alerts
from warehouse.clusters import get_cluster, list_candidates
from warehouse.decisions import taken_in
from warehouse.keys import post_key
from warehouse.ledger import list_claims
from warehouse.publish import publish
from warehouse.watching import matched_posts

STATEMENT = "Open Infras routrar överhettas och börjar brinna."
SAME = f"Open Infra routrar överhettas och börjar brinna, {ENDINGS[0]}"


def next_run(desk: Desk, client: TestClient | None, at: float) -> Any:
    """Do a pass, from what people decided to what the board reads; return what was raised."""
    desk.turn_to(hours(at))
    take_in(desk)
    found = one_pass(desk, hours(at)).news
    publish(desk.con, desk.paths.published)
    if client:
        cast(Any, client.app).state.board.store.renew()
    return found


def keys_of(desk: Desk) -> set[str]:
    return {post.post_key for post in matched_posts(desk.con, now=desk.now)}


def test_it_is_watched_and_held_against_ninety_days(tmp_path: Path) -> None:
    with a_desk(tmp_path / "data") as desk:
        old = [told(n, SAME, hours(-24 * days)) for n, days in ((80, 60), (81, 120))]
        land(desk, "a", [*old, *rumour(10, 14, 1)])
        next_run(desk, None, 8)
        (candidate,) = list_candidates(desk.con, now=desk.now)
        client = TestClient(make_board(desk.config), base_url="http://127.0.0.1", follow_redirects=False)
        form = {"cluster_id": candidate.cluster_id, "statement": STATEMENT, "truth": "Nej.", "verdict": "false"}
        assert send(client, "/beslut/kandidat", **form).status_code == 303
        assert list_claims(desk.con) == [] and STATEMENT not in client.get("/pastaenden").text.split("<table")[0]

        next_run(desk, client, 9)
        (claim,) = list_claims(desk.con)
        assert (claim.statement, claim.verdict, claim.verdict_by) == (STATEMENT, "false", "Karin Lund")
        assert list_candidates(desk.con, now=desk.now) == []
        members = {post_key("forum", f"p{n}") for n in range(10, 24)}
        assert members <= keys_of(desk)
        assert post_key("forum", "p80") in keys_of(desk), "two months ago somebody said it"
        assert post_key("forum", "p81") not in keys_of(desk), "four months ago is longer than it looks back"
        (alarm,) = [alert for alert in list_alerts(desk.con, open_only=True) if alert.kind == "alarm"]
        assert alarm.subject_id == claim.claim_id
        page = client.get(f"/pastaenden/{claim.claim_id}").text
        assert STATEMENT in page and "Karin Lund" in page

        fresh = [told(40 + n, SAME, hours(9) + timedelta(minutes=5 * n)) for n in range(12)]
        land(desk, "b", fresh)
        next_run(desk, client, 11)
        assert {post_key("forum", f"p{40 + n}") for n in range(12)} <= keys_of(desk), "what is said from now on counts"

        undo = next(iter(taken_in(desk.con)))
        assert send(client, "/beslut/angra", decision_id=undo).status_code == 303
        next_run(desk, client, 12)
        assert list_claims(desk.con) == []
        assert get_cluster(desk.con, candidate.cluster_id).state == "candidate", "it may be followed another time"
