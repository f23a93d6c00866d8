"""Five days of the simulated autumn, made of the town's posts and what is true of them: no model runs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from earlywarning.clock import Clock, hour_of
from earlywarning.mailings import Mailing as SentMailing
from flows.complaints import judge_levels
from flows.config import validate
from flows.settings import Config
from flows.steps.race import run_segment
from tests.warehouse.landings import a_post, a_visit, empty_warehouse, write_landing
from town.story import read_claims, read_ledger
from town.timeline import build_world
from warehouse.alerts import put_alerts, set_alert_state
from warehouse.clusters import Cluster, ClusterPost, mark_candidates, put_clusters
from warehouse.connection import open_warehouse
from warehouse.digest_rows import put_figures
from warehouse.keys import post_key
from warehouse.labels import Annotation, Label, save_labels
from warehouse.ledger import list_mailings, put_claim, put_complaints, put_mailings, put_segments
from warehouse.load import load_landings
from warehouse.matches import Match, save_matches
from warehouse.publish import publish
from warehouse.races import save_races
from warehouse.records import Alert, Claim, Complaint, DayCount, Health, Mailing, ModelFigure, Post, Segment
from warehouse.watching import MatchedPost

MAIN = "maintenance-fee-all"
DAYS = {
    "quiet": datetime(2023, 10, 11, 10, tzinfo=UTC),
    "first_alert": datetime(2023, 10, 18, 10, tzinfo=UTC),
    "mismatch": datetime(2023, 11, 8, 10, tzinfo=UTC),
    "critical": datetime(2023, 11, 15, 10, tzinfo=UTC),
    "corrected": datetime(2023, 12, 20, 10, tzinfo=UTC),
}
SOURCES = ("husknuten", "torgskriket", "datorhornan", "fiberstugan")
VERSION = "scene"


def config_of(data: Path, **board: Any) -> Config:
    """Return a configuration over a data folder, with the town's segments and sources."""
    segments = read_ledger()["segment"]
    return validate(
        {
            "company": {"name": "Open Infra"},
            "segment": [{"id": s["segment"], "name": s["name"], "customers": s["customer_count"]} for s in segments],
            "source": [{"name": n, "engine": "xenforo", "url": "http://127.0.0.1/"} for n in SOURCES],
            "storage": {"data": str(data)},
            "simulation": True,
            "board": board,
        },
        where="test",
    )


def build(data: Path, scene: str, *, extra: Sequence[Post] = ()) -> Path:
    """Write the warehouse, the digests and the published snapshot of a scene; return its folder."""
    at = DAYS[scene]
    data.mkdir(parents=True, exist_ok=True)
    warehouse = data / "warehouse.duckdb"
    warehouse.write_bytes(empty_warehouse())
    with open_warehouse(warehouse) as con:
        con.execute("SET threads = 1")
        posts = [*_posts(at), *extra]
        _load(con, data, posts, at)
        _ledger(con, at)
        _judge(con, at, posts)
        _races(con, at)
        _alerts(con, scene, at)
        _candidate(con, at)
        figures = [("sentiment", 0.78, 0.75, 0.81), ("stance", 0.78, 0.74, 0.82), ("topic", 0.66, 0.62, 0.70)]
        put_figures(
            con,
            [ModelFigure(task=t, metric="macro-F1", value=v, low=a, high=b, data="scen") for t, v, a, b in figures],
            model_version=VERSION,
            at=at,
        )
        publish(con, data / "published.duckdb")
    (data / "digests").mkdir(exist_ok=True)
    for back in range(1, 5):
        day = (at - timedelta(days=back)).date()
        page = f"<!doctype html><html lang='sv'><title>{day}</title><h1>Morgonrapport {day}</h1>"
        (data / "digests" / f"{day}.html").write_text(page, encoding="utf-8")
    return data


@cache
def _world() -> Any:
    return build_world(1)


def _posts(at: datetime) -> list[Post]:
    truth = _world().truth
    return [
        a_post(
            0,
            source=p.place,
            post_id=str(p.post_id),
            thread_id=str(p.thread_id),
            author_key=hashlib.sha256(str(p.author_id).encode()).hexdigest()[:24],
            posted_at=p.posted_at,
            seen_at=max(p.posted_at + timedelta(hours=7), p.posted_at),
            url=f"https://{p.place}.example/t/{p.thread_id}#{p.post_id}",
            text=p.text,
        )
        for p in _world().posts
        if p.posted_at + timedelta(hours=7) <= at and truth[p.place, str(p.post_id)].is_about_company
    ]


def _load(con: duckdb.DuckDBPyConnection, data: Path, posts: Sequence[Post], at: datetime) -> None:
    places = sorted({*SOURCES, *(p.source for p in posts)})
    for source in places:
        mine = [p for p in posts if p.source == source]
        hours = 30 if source == "datorhornan" else 0
        visits = [a_visit(source, at - timedelta(hours=hours + 24 * back), post_count=len(mine)) for back in range(60)]
        records = [*mine, *visits, _health(source, mine, at - timedelta(hours=hours))]
        path = write_landing(data / "landing" / source / "scene.jsonl.gz", records)
        load_landings(con, [path], run_id="scene")


def _health(source: str, posts: Sequence[Post], at: datetime) -> Health:
    zone = ZoneInfo("Europe/Stockholm")
    days = Counter(post.posted_at.astimezone(zone).date() for post in posts if post.posted_at)
    return Health(
        source=source,
        engine="xenforo",
        started_at=at - timedelta(minutes=5),
        finished_at=at,
        read_count=len(posts),
        new_count=len(posts),
        set_aside_count=0,
        future_count=0,
        backward_count=0,
        heaped_count=0,
        days=tuple(DayCount(day=day, post_count=count) for day, count in sorted(days.items())),
    )


def _ledger(con: duckdb.DuckDBPyConnection, at: datetime) -> None:
    ledger = read_ledger()
    put_segments(con, [Segment(**row) for row in ledger["segment"]])
    for row in read_claims()[:2]:
        if row["created_at"] <= at:
            lists = {name: tuple(row.get(name, ())) for name in ("segments", "paraphrases")}
            put_claim(con, Claim(**{**row, **lists}))
    known = {row["claim_id"] for row in read_claims()[:2] if row["created_at"] <= at}
    mailings = [Mailing(**row) for row in ledger["mailing"] if row["sent_at"] <= at]
    put_mailings(con, [m for m in mailings if m.corrects is None or m.corrects in known])
    counts = [Complaint(**row) for row in ledger["complaint"] if row["period_end"] < at.date()]
    put_complaints(con, counts)
    judge_levels(con)


def _judge(con: duckdb.DuckDBPyConnection, at: datetime, posts: Sequence[Post]) -> None:
    truth, claims = _world().truth, {row["claim_id"] for row in read_claims()[:2] if row["created_at"] <= at}
    revision = dict(con.execute("SELECT post_key, revision FROM post").fetchall())
    annotations, held, found = [], [], []
    for post in posts:
        key = post_key(post.source, post.post_id)
        about = truth.get((post.source, post.post_id))
        topics = about.topics if about else ("other",)
        labels = [
            Label(task="relevance", label="relevant", score=0.98),
            Label(task="sentiment", label=about.sentiment if about else "negative", score=0.8),
            *(Label(task="topic", label=topic, score=0.8) for topic in topics),
        ]
        annotations.append(Annotation(post_key=key, revision=revision[key], language="sv", labels=tuple(labels)))
        held.append((key, revision[key]))
        stances = about.claims if about else {MAIN: "support"} if MAIN in claims else {}
        for number, (claim, stance) in enumerate(stances.items()):
            if claim in claims:
                tier = "suggest" if hash_of(key) % 17 == 0 and not number else "auto"
                found.append(
                    Match(
                        post_key=key, revision=revision[key], claim_id=claim, tier=tier, score_embedding=0.8,
                        score_lexical=0.5, span_start=0, span_end=5, stance=stance, stance_score=0.9,
                    )
                )  # fmt: skip
    save_labels(
        con, annotations, model="scene", model_version=VERSION, at=at, vectors=np.eye(len(posts), 4, dtype="f4")
    )
    save_matches(con, held, found, model="scene", version=VERSION, at=at)


def _vectors(count: int) -> Any:
    return np.eye(count, 4, dtype="f4")


def hash_of(key: str) -> int:
    """Return a number that is the same for a key in every process."""
    return int(key[:6], 16)


def _races(con: duckdb.DuckDBPyConnection, at: datetime) -> None:
    rows = con.execute(
        "SELECT claim_id, post_key, author_key, posted_at FROM match_current JOIN post USING (post_key) "
        "WHERE tier = 'auto' AND stance IN ('support', 'query')"
    ).fetchall()
    segments = [Segment(**row) for row in read_ledger()["segment"]]
    names = ("mailing_id", "channel", "segment", "recipient_count", "sent_at", "text", "corrects")
    sent = [SentMailing(**{n: getattr(m, n) for n in names}) for m in list_mailings(con, now=at)]
    races = []
    for claim in sorted({row[0] for row in rows}):
        posts = [
            MatchedPost(
                claim_id=claim, post_key=key, source="forum", thread_key="t", author_key=author, posted_at=posted,
                seen_at=posted, stance="support", tier="auto", views=None,
            )
            for name, key, author, posted in rows
            if name == claim
        ]  # fmt: skip
        misled = [s for s in segments if s.segment in ("apartment", "villa-group")]
        races += [run_segment(claim, s, posts, hour_of(at) - 1, sent, Clock()) for s in misled]
    save_races(con, races)


def _alerts(con: duckdb.DuckDBPyConnection, scene: str, at: datetime) -> None:
    def alert(name: str, kind: str, severity: str, subject: str, hours: float, reason: str, **more: Any) -> Alert:
        raised = at - timedelta(hours=hours)
        return Alert(
            alert_id=name, kind=kind, severity=severity, subject_id=subject, raised_at=raised, reason=reason, **more
        )

    quoted = (
        "Vårt utskick 2023-10-wrong-letter (brev (ekonomi), 13 oktober kl. 14.00) citeras på husknuten: ”från och med "
        "den 1 januari 2024 tillkommer en avgift för drift och underhåll …”. Det är det första citatet; fler brukar "
        "följa."
    )
    grows = (
        "41 personer har spritt eller frågat om påståendet, de flesta de senaste tre dygnen. Vanligt är färre än en om "
        "dagen."
    )
    missed = "Rättelsen är på väg till 2 400 kunder, men de som vilseleds är 36 700 andra. Ingen av dem får den."
    silent = "datorhornan är inte läst på 30 timmar; den läses annars varje dygn."
    mailing = alert("quote01", "mailing", "watch", "2023-10-wrong-letter", 6, quoted, segments=("villa-no-paragraph",))
    alarm = alert("alarm01", "alarm", "warning", MAIN, 20, grows, evidence=80.0, threshold=60.0)
    mismatch = alert("mismatch01", "mismatch", "warning", MAIN, 18, missed, segments=("apartment", "villa-group"))
    silence = alert("silence01", "silence", "watch", "datorhornan", 5, silent)
    found = {
        "quiet": [],
        "first_alert": [mailing],
        "mismatch": [alarm, mismatch, silence],
        "critical": [
            alert("alarm01", "alarm", "critical", MAIN, 60, grows, evidence=900.0, threshold=60.0), mismatch, silence
        ],
        "corrected": [alarm],
    }[scene]  # fmt: skip
    put_alerts(con, found, at=at - timedelta(hours=1))
    if scene == "corrected":
        set_alert_state(con, "alarm01", "handled", by="Karin Lund", at=at - timedelta(minutes=30))


def _candidate(con: duckdb.DuckDBPyConnection, at: datetime) -> None:
    keys = [
        key
        for (key,) in con.execute(
            "SELECT post_key FROM post ANTI JOIN claim_match USING (post_key) "
            "WHERE posted_at > $since ORDER BY posted_at DESC, post_key LIMIT 4",
            {"since": at - timedelta(days=4)},
        ).fetchall()
    ]
    if at < DAYS["mismatch"] or len(keys) < 3:
        return
    cluster = Cluster(
        cluster_id=keys[-1], created_at=at - timedelta(days=2), central_post_key=keys[-1],
        terms=("hastighet", "kväll", "router"), centroid=(1.0, 0.0, 0.0, 0.0),
    )  # fmt: skip
    revisions = dict(con.execute("SELECT post_key, revision FROM post").fetchall())
    members = [
        ClusterPost(post_key=key, cluster_id=keys[-1], revision=revisions[key], model_version=VERSION) for key in keys
    ]
    put_clusters(con, [cluster], members)
    mark_candidates(con, [keys[-1]], at=at - timedelta(hours=3))


def day_of(scene: str) -> date:
    """Return the local day of a scene."""
    return (DAYS[scene] + timedelta(hours=1)).date()
