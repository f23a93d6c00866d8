"""What people enter and what is raised: signed, kept, told as of any time; each record goes round unchanged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest

from tests.warehouse.landings import T0, hours
from warehouse.alerts import alert_events, list_alerts, mark_delivered, put_alerts, set_alert_state, undelivered_alerts
from warehouse.audit import table_hash
from warehouse.clusters import Cluster, ClusterPost, cluster_members, decide_cluster, list_clusters, put_clusters
from warehouse.errors import LedgerError
from warehouse.ledger import (
    add_paraphrases,
    list_claims,
    list_complaints,
    list_mailings,
    list_segments,
    put_claim,
    put_complaints,
    put_mailings,
    put_segments,
    set_verdict,
)
from warehouse.races import list_races, save_races
from warehouse.records import Alert, Claim, Complaint, Counterfactual, Mailing, Race, RacePoint, Segment
from warehouse.watching import get_states, put_states

CLAIM = Claim(
    claim_id="om",
    statement="Alla ska betala för drift och underhåll",
    truth="Bara de vars avtal säger det",
    created_at=T0,
    segments=("hus",),
    paraphrases=("de höjer för alla",),
)
HOUSES = Segment(segment="hus", name="Villor", customer_count=9000)
ALERT = Alert(alert_id="a", kind="alarm", severity="watch", subject_id="om", raised_at=T0, reason="Tre frågar.")


def test_a_claim_keeps_all_its_verdicts(con: duckdb.DuckDBPyConnection) -> None:
    put_claim(con, CLAIM)
    put_claim(con, CLAIM)
    assert list_claims(con) == [CLAIM]
    set_verdict(con, "om", "disputed", by="Anna", at=hours(1))
    set_verdict(con, "om", "false", by="Bo", at=hours(2))
    set_verdict(con, "om", "false", by="Bo", at=hours(2))
    add_paraphrases(con, "om", ["nu tar de betalt", "nu tar de betalt"], at=hours(3))
    assert [(c.verdict, c.verdict_by, len(c.paraphrases)) for c in list_claims(con)] == [("false", "Bo", 2)]
    assert [(c.verdict, c.verdict_by, len(c.paraphrases)) for c in list_claims(con, now=hours(1))] == [
        ("disputed", "Anna", 1)
    ]
    assert list_claims(con, now=hours(-1)) == []
    put_claim(con, replace(CLAIM, statement="Nytt", verdict="true", verdict_by="X"))
    assert [(c.statement, c.verdict) for c in list_claims(con)] == [("Nytt", "false")]


def test_a_verdict_is_signed_and_known(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(LedgerError, match="no claim"):
        set_verdict(con, "om", "false", by="Anna", at=T0)
    put_claim(con, CLAIM)
    for verdict, by in (("wrong", "Anna"), ("false", "")):
        with pytest.raises(LedgerError):
            set_verdict(con, "om", verdict, by=by, at=T0)
    with pytest.raises(LedgerError, match="name of the person"):
        put_claim(con, replace(CLAIM, claim_id="c2", verdict="false"))
    assert [claim.claim_id for claim in list_claims(con)] == ["om"]
    set_verdict(con, "om", "false", by="Anna", at=T0)
    with pytest.raises(LedgerError, match="same instant"):
        set_verdict(con, "om", "true", by="Bo", at=T0)


def test_segments_mailings_and_complaints_go_round(con: duckdb.DuckDBPyConnection) -> None:
    put_claim(con, CLAIM)
    put_segments(con, [HOUSES])
    put_segments(con, [replace(HOUSES, customer_count=9100)])
    assert list_segments(con) == [replace(HOUSES, customer_count=9100)]
    mailing = Mailing(
        mailing_id="m", channel="email", segment="hus", recipient_count=9, sent_at=hours(5), text="Hej", corrects="om"
    )
    put_mailings(con, [mailing])
    assert list_mailings(con) == [mailing]
    assert list_mailings(con, now=hours(4)) == []
    for wrong in (replace(mailing, channel="pigeon"), replace(mailing, corrects="nothing")):
        with pytest.raises(LedgerError):
            put_mailings(con, [wrong])
    quarter = Complaint(
        channel="ko", period_start=date(2023, 7, 1), period_end=date(2023, 10, 2), complaint_count=3, topic=None
    )
    put_complaints(con, [quarter, replace(quarter, topic="price")])
    put_complaints(con, [replace(quarter, complaint_count=4)])
    assert list_complaints(con) == [replace(quarter, complaint_count=4), replace(quarter, topic="price")]
    assert list_complaints(con, now=T0) == []
    assert len(list_complaints(con, now=T0 + timedelta(days=1))) == 2
    with pytest.raises(LedgerError):
        put_complaints(con, [replace(quarter, complaint_count=-1)])


def test_an_alert_is_raised_once_escalates_and_remembers(con: duckdb.DuckDBPyConnection) -> None:
    assert put_alerts(con, [ALERT], at=T0) == [ALERT]
    before = table_hash(con)
    assert put_alerts(con, [ALERT], at=hours(1)) == []
    assert table_hash(con) == before
    assert undelivered_alerts(con) == [ALERT]
    mark_delivered(con, "a", at=hours(1))
    assert undelivered_alerts(con) == []
    set_alert_state(con, "a", "acknowledged", by="Anna", at=hours(2))
    worse = replace(ALERT, severity="critical", raised_at=hours(3), reason="Ryktet leder.", evidence=1500.0)
    assert put_alerts(con, [worse], at=hours(3)) == [worse]
    stands = replace(worse, raised_at=T0)  # graver than what was acknowledged: it is new again
    assert list_alerts(con) == undelivered_alerts(con) == [stands]
    assert list_alerts(con, now=T0) == [ALERT]
    assert list_alerts(con, now=hours(-1)) == []
    set_alert_state(con, "a", "false_alarm", by="Anna", at=hours(4))
    assert list_alerts(con, open_only=True) == []
    assert [row["event"] for row in alert_events(con, "a")] == [
        *("raised", "delivered", "acknowledged", "escalated", "false_alarm")
    ]
    for alert_id, state, by in (("a", "gone", "Anna"), ("a", "handled", ""), ("b", "handled", "Anna")):
        with pytest.raises(LedgerError):
            set_alert_state(con, alert_id, state, by=by, at=hours(5))


def test_alarm_states_are_kept_by_step(con: duckdb.DuckDBPyConnection) -> None:
    put_states(con, {"om": {"M": [1.0, 2.5]}, "x": None}, step_at=T0)
    put_states(con, {"om": {"M": [3.0]}}, step_at=hours(1))
    put_states(con, {"om": {"M": [4.0]}}, step_at=hours(1))
    assert get_states(con, now=hours(1)) == {"om": (hours(1), {"M": [4.0]}), "x": (T0, None)}
    assert get_states(con, now=T0)["om"] == (T0, {"M": [1.0, 2.5]})
    put_states(con, {"om": {"M": [5.0]}}, step_at=hours(9), keep_hours=2)
    assert get_states(con, now=hours(8)) == {"x": (T0, None)}
    assert get_states(con, now=hours(9)).keys() == {"om", "x"}


def test_a_race_goes_round_and_the_latest_shows(con: duckdb.DuckDBPyConnection) -> None:
    put_segments(con, [HOUSES])
    point = RacePoint(
        at=T0, reach_low=0.1, reach=0.2, reach_high=0.3, coverage_low=0.0, coverage=0.1, coverage_high=0.2
    )
    action = Counterfactual(
        action="email",
        people_days_low=1.0,
        people_days=2.0,
        people_days_high=3.0,
        saved_people_days_low=0.0,
        saved_people_days=0.5,
        saved_people_days_high=1.0,
    )
    race = Race(
        claim_id="om",
        segment=HOUSES,
        forecast_from=T0,
        points=(point, replace(point, at=hours(1))),
        lead_hours_low=None,
        lead_hours=None,
        lead_hours_high=None,
        rumour_leads_24h=0.5,
        rumour_leads_48h=0.6,
        rumour_leads_168h=0.7,
        counterfactuals=(replace(action, action="nothing"), action),
    )
    later = replace(race, forecast_from=hours(2), lead_hours=12.5)
    save_races(con, [race])
    save_races(con, [replace(race, points=())])
    save_races(con, [race, later])
    assert list_races(con, now=hours(2)) == [later]
    assert list_races(con, now=hours(1)) == [race]
    assert list_races(con, now=hours(-1)) == []
    assert con.execute("SELECT count(*) FROM race WHERE is_forecast").fetchone() == (0,)


def test_clusters_go_round(con: duckdb.DuckDBPyConnection) -> None:
    one = Cluster(cluster_id="k", created_at=T0, central_post_key="p", terms=("brev",), centroid=(0.5, 0.25))
    members = [ClusterPost(post_key=key, cluster_id="k", revision="r", model_version="v") for key in ("p", "q")]
    put_clusters(con, [one], members)
    put_clusters(con, [replace(one, cluster_id="m")], members[:1])
    assert ([c.cluster_id for c in list_clusters(con)], cluster_members(con)) == (["m"], members[:1])
    shown = replace(one, state="candidate", candidate_at=hours(1))
    put_clusters(con, [shown], members)
    put_clusters(con, [], [])
    assert (list_clusters(con), cluster_members(con)) == ([shown], [])


def test_a_decision_on_a_cluster_is_signed_repeatable_and_undone(con: duckdb.DuckDBPyConnection) -> None:
    one = Cluster(cluster_id="k", created_at=T0, central_post_key="p", terms=("brev",), centroid=(0.5,))
    put_clusters(con, [replace(one, state="candidate", candidate_at=hours(1))], [])
    named = decide_cluster(con, "k", "named", by="Anna", at=hours(2), claim_id="om")
    assert decide_cluster(con, "k", "named", by="Bo", at=hours(3), claim_id="om") == named
    with pytest.raises(LedgerError, match="remove that claim first"):
        decide_cluster(con, "k", "dismissed", by="Anna", at=hours(3))
    again = decide_cluster(con, "k", "candidate", by="Anna", at=hours(4))
    assert list_clusters(con) == [again] == [replace(one, state="candidate", candidate_at=hours(1))]
    for cluster_id, state, by in (("k", "dismissed", " "), ("k", "named", "Anna"), ("x", "dismissed", "Anna")):
        with pytest.raises(LedgerError):
            decide_cluster(con, cluster_id, state, by=by, at=hours(5))
