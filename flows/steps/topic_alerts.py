"""Which topics' alarms are news: what a claim's or a cluster's alert explains is noted at that alert instead."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import duckdb

from earlywarning.severity import Standing, is_open, severity_of
from earlywarning.topics import PREFIX, WINDOW, explaining
from flows.desk import Desk
from flows.steps.because import because
from flows.steps.standings import Finding, alert_id
from flows.steps.watch import WatchPass
from warehouse.alerts import OURSELVES, list_alerts, note_topic, set_alert_state

_ALARM, _TOPIC = "alarm:", "topic:"
"""How the keys of standings begin, by kind of alert."""


def explained_topics(
    found: WatchPass, standings: Mapping[str, Standing], findings: Iterable[Finding]
) -> dict[str, str]:
    """Return what explains a topic's alarm, for those of this pass and for alerts on topics that nobody has taken.

    Claims and clusters explain whose alarm goes in this pass or went lately, whatever people have made of it.
    """
    now = found.at
    live = {finding.subject_id for finding in findings if finding.kind == "alarm"}
    live |= {key.removeprefix(_ALARM) for key in _open(standings, _ALARM, now, anyhow=True)}
    said = _said(found, live)
    asked = {crossing.claim_id: crossing.evidence_at for crossing in found.topics.crossings}
    for key in _open(standings, _TOPIC, now):
        asked.setdefault(key.removeprefix(_TOPIC), now)
    by = {}
    for topic, at in asked.items():
        mine = [(p.post_key, p.author_key) for p in found.topics.posts.get(topic, ()) if p.posted_at > at - WINDOW]
        by[topic] = explaining(mine, said, usual_24h=found.topics.usual_24h.get(topic, 0.0))
    return {topic: subject for topic, subject in by.items() if subject is not None}


def topic_findings(desk: Desk, found: WatchPass, explained: Collection[str]) -> list[Finding]:
    """Return the topics' alarms of this pass that nothing explains."""
    return [
        Finding(
            kind="topic",
            subject_id=crossing.claim_id,
            severity=severity_of(crossing.level),
            evidence_at=crossing.evidence_at,
            **because(
                desk,
                "topic",
                people=crossing.authors_24h,
                usual=round(crossing.usual_24h, 2),
                topic=crossing.claim_id.removeprefix(PREFIX),
            ),
            evidence=crossing.evidence,
            threshold=crossing.threshold,
        )
        for crossing in found.topics.crossings
        if crossing.claim_id not in explained
    ]


def fold(
    con: duckdb.DuckDBPyConnection, explained: Mapping[str, str], standings: Mapping[str, Standing], *, now: datetime
) -> None:
    """Note each topic at the alert that explains it, and close an alert of its own that nobody has taken."""
    known = {alert.alert_id: alert for alert in list_alerts(con)} if explained else {}
    names = {key: alert_id(key, standing.opened_at) for key, standing in standings.items()}
    for topic, subject in explained.items():
        if (name := names[_ALARM + subject]) in known:
            note_topic(con, name, topic.removeprefix(PREFIX), at=now)
        own = known.get(names.get(_TOPIC + topic, ""))
        if own is not None and own.state == "new":
            set_alert_state(con, own.alert_id, "handled", by=OURSELVES, at=now)


def _open(standings: Mapping[str, Standing], kind: str, now: datetime, *, anyhow: bool = False) -> list[str]:
    """Return keys of a kind whose alert is open; with `anyhow` also of those that a person closed lately."""
    return [
        key
        for key, standing in standings.items()
        if key.startswith(kind) and is_open(replace(standing, state="new") if anyhow else standing, at=now)
    ]


def _said(found: WatchPass, live: set[str]) -> dict[str, set[str]]:
    """Return the posts of the last two weeks by claim and cluster, of those that are live."""
    since = found.at - 2 * WINDOW
    said: dict[str, set[str]] = {subject: set() for subject in live}
    for post in found.posts:
        if post.claim_id in said and post.posted_at > since:
            said[post.claim_id].add(post.post_key)
    for subject in live & found.clusters.keys():
        said[subject].update(post.post_key for post in found.clusters[subject])
    return said
