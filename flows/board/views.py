"""What each page shows: rows of the snapshot and decisions that wait, made ready for the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flows.board.saying import label_said, said_of
from flows.board.sight import Sight
from flows.sources import sites_of
from flows.steps.digest import only_live
from reports import headline
from reports.board import claim_specs, complaint_specs, specs
from reports.board.speech import Speech
from reports.digest_contents import failed_said
from reports.headline import main_race
from warehouse import board_rows
from warehouse.board_search import MORE_READ, MOST_READ, PAGE_POSTS, FoundPosts, search_posts
from warehouse.digest_rows import list_figures
from warehouse.ledger import list_complaints, list_mailings
from warehouse.records import Digest, Race
from warehouse.records.board import BoardPost, ClaimDay, PostQuery

CLOSED_SHOWN = timedelta(days=14)
MOST_RACES = 3
TIMELINE = timedelta(days=183)


def overview(sight: Sight, *, newest: date | None) -> dict[str, Any]:
    """Return what the first page shows."""
    digest = only_live(sight.digest())
    speech, alerts = sight.speech, headline.waiting(tuple(sight.alerts()))
    digest = replace(digest, alerts=tuple(alerts))
    spread = [(headline.is_news(uptake, alerts), uptake) for uptake in digest.claims]
    races = [race for is_news, one in spread if is_news and (race := main_race(digest, one.claim.claim_id)) is not None]
    closed = [a for a in sight.alerts() if a not in alerts and sight.now - a.raised_at < CLOSED_SHOWN]
    unseen = [{"source": s.source, "said": said} for s in digest.sources if (said := speech.health(s))]
    return {
        "now_day": sight.today,
        "state": headline.state_of(digest, speech),
        "alerts": alerts,
        "failed": [failed_said(one, speech) for one in digest.failed_deliveries],
        "closed": closed,
        "claims": sight.claims(),
        "candidate_ids": {one.cluster_id for one in digest.candidates},
        "candidates": digest.candidates,
        "races": [_race_item(race, digest, speech) for race in races[:MOST_RACES]],
        "dormant": [one.claim for is_news, one in spread if not is_news and one.support_count + one.query_count],
        "volume": specs.volume_chart(digest.volume, speech) if digest.volume else None,
        "last": digest.volume[-1] if digest.volume else None,
        "unseen": unseen,
        "source_count": len(digest.sources),
        "delay": digest.delay.posted_to_seen_hours,
        "posts": digest.posts[:3],
        "newest": newest,
        "pending_alerts": sight.pending_by("alert"),
    }


def claims(sight: Sight) -> dict[str, Any]:
    """Return what the list of claims shows, and the candidates beside it."""
    digest = sight.digest()
    rows = []
    for uptake in digest.claims:
        race = main_race(digest, uptake.claim.claim_id)
        rows.append({"uptake": uptake, "leader": headline.leader(race) if race else None})
    return {
        "rows": rows,
        "candidates": digest.candidates,
        "segments": sight.config.segment,
        "pending_candidates": {**sight.pending_by("accept"), **sight.pending_by("dismiss")},
    }


def claim(
    sight: Sight, claim_id: str, *, segment: str | None, stance: str | None, place: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return what a claim's page shows; None when no such claim is followed."""
    digest, speech = sight.digest(), sight.speech
    uptake = next((u for u in digest.claims if u.claim.claim_id == claim_id), None)
    if uptake is None:
        return None
    races = [race for race in digest.races if race.claim_id == claim_id]
    race = next((r for r in races if r.segment.segment == segment), None) or main_race(digest, claim_id)
    days = sight.snapshot.kept(
        ("days", str(speech.zone)), lambda con: board_rows.claim_days(con, timezone=str(speech.zone))
    )
    mailings = sight.snapshot.kept("mailings", list_mailings)
    posts = _posts_of(sight, claim_id, stance=stance, place=place)
    return {
        "claim": uptake.claim,
        "uptake": uptake,
        "alerts": [a for a in headline.waiting(tuple(sight.alerts())) if a.subject_id == claim_id],
        "pending_alerts": sight.pending_by("alert"),
        "pending_verdict": sight.pending_by("verdict").get(claim_id),
        "race": race,
        "segments": [r.segment for r in races],
        **(_race_parts(race, digest, speech) if race else {}),
        "timeline": claim_specs.timeline_chart(_lately(days.get(claim_id, [])), mailings, claim_id, speech),
        "posts": posts,
        "chosen": stance,
        "older": urlencode(place_of(posts[-1])) if len(posts) == PAGE_POSTS else None,
        "verdicts": sight.snapshot.kept(("verdicts", claim_id), lambda con: board_rows.verdicts(con, claim_id)),
        "mailings": [m for m in mailings if m.corrects in (claim_id, None)],
        "segment_names": {s.id: s.name for s in sight.config.segment}
        | {r.segment.segment: r.segment.name for r in races},
        "pending_mailings": [r for r in sight.pending if r.kind == "mailing" and r.given["corrects"] == claim_id],
        "all_segments": sight.config.segment,
    }


def post(sight: Sight, post_key: str) -> dict[str, Any] | None:
    """Return what one post's page shows; None when there is no such post."""
    key = ("post", post_key)
    rows = sight.snapshot.kept(key, lambda con: board_rows.get_post(con, post_key))
    if not rows:
        return None
    judged = sight.snapshot.kept((*key, "said"), lambda con: board_rows.judgements(con, post_key))
    speech = sight.speech
    waiting = [r for r in sight.pending if r.kind in ("label", "match") and r.subject_id == post_key]
    return {
        "row": rows[0],
        "matches": [row for row in rows if row.claim_id],
        "claims": sight.claims(),
        "judgements": [{**_fields(one), "label_said": label_said(one.label, speech)} for one in judged],
        "pending": [{"said": said_of(row, sight), "by": row.decided_by} for row in waiting],
    }


def sources(sight: Sight) -> dict[str, Any]:
    """Return what the page of sources shows: those in trouble first."""
    digest, speech, today = sight.digest(), sight.speech, sight.today
    days = sight.snapshot.kept(("source days", today), lambda con: board_rows.source_days(con, day=today))
    rows = [
        {
            "health": s,
            "said": speech.health(s),
            "chart": specs.source_chart(days.get(s.source, []), today, speech),
            "is_lively": any(one.post_count for one in days.get(s.source, [])),
        }
        for s in digest.sources
    ]
    incidents = sight.snapshot.kept(("incidents", today), lambda con: board_rows.source_incidents(con, day=today))
    return {"rows": sorted(rows, key=lambda row: not row["said"]), "incidents": incidents[:50]}


def complaints(sight: Sight) -> dict[str, Any]:
    """Return what the page of complaints shows."""
    found, digest = sight.snapshot.kept("complaints", list_complaints), sight.digest()
    race = main_race(digest, digest.claims[0].claim.claim_id) if digest.claims else None
    return {
        "charts": complaint_specs.complaint_charts(found, digest.complaint_levels, race, sight.speech),
        "race_claim": digest.claims[0].claim if race else None,
        "pending": [row for row in sight.pending if row.kind == "complaints"],
    }


def models(sight: Sight) -> dict[str, Any]:
    """Return what the page of the models' quality shows."""
    budget = sight.config.budget
    return {
        "figures": sight.snapshot.kept("figures", list_figures),
        "agreement": sight.snapshot.kept("agreement", board_rows.agreement),
        "watch": budget.watch_per_month,
        "warning": budget.warning_per_month,
    }


def archive(days: Sequence[date], speech: Speech) -> dict[str, Any]:
    """Return the days that have a digest, by month."""
    months: dict[str, list[date]] = {}
    for day in days:
        name = " ".join(speech.day(day).split()[2:])
        months.setdefault(name[:1].upper() + name[1:], []).append(day)
    return {"days": months}


def search(sight: Sight, query: PostQuery, *, is_further: bool = False) -> dict[str, Any]:
    """Return the posts that fit a query, and what that search said; one that goes further back reads more."""
    speech, found = sight.speech, _found(sight, query, most=MORE_READ if is_further else MOST_READ)
    said = speech.t("posts.found_none")
    if found.posts:
        said = speech.t("posts.found", count=speech.count(len(found.posts), "post"))
    if found.read_from:
        since = speech.day(found.read_from.astimezone(speech.zone).date())
        said = f"{said} {speech.t('posts.read_from', day=since)}"
    return {
        "query": query,
        "posts": found.posts,
        "found_said": said,
        "is_full": len(found.posts) == PAGE_POSTS,
        "read_from": found.read_from,
        "claims": sight.claims(),
        "sources": sorted({site.name for site in sites_of(sight.config)}),
    }


def digest_days(folder: Path) -> list[date]:
    """Return the days that a digest is written of, newest first."""
    found = []
    for file in folder.glob("????-??-??.html"):
        try:
            found.append(date.fromisoformat(file.stem))
        except ValueError:
            continue
    return sorted(found, reverse=True)


def _lately(days: Sequence[ClaimDay]) -> list[ClaimDay]:
    """Return the last half year of a claim: years of days are no picture, and a page of megabytes."""
    return [day for day in days if days[-1].day - day.day < TIMELINE]


def place_of(last: BoardPost) -> dict[str, str]:
    """Return how an address says where a page ended."""
    return {"fore": last.posted_at.isoformat(), "efter": last.post_key}


def _posts_of(sight: Sight, claim_id: str, *, stance: str | None, place: Mapping[str, Any]) -> list[BoardPost]:
    if stance == "forslag":
        key = ("suggested", claim_id, *place.values())
        return sight.snapshot.kept(key, lambda con: board_rows.suggested_posts(con, claim_id, **place))
    return list(_found(sight, PostQuery(claim_id=claim_id, stance=stance, **place)).posts)


def _found(sight: Sight, query: PostQuery, *, most: int = MOST_READ) -> FoundPosts:
    zone = str(sight.speech.zone)
    key = ("search", query, most)
    return sight.snapshot.kept(key, lambda con: search_posts(con, query, timezone=zone, most=most))


def _race_item(race: Race, digest: Digest, speech: Speech) -> dict[str, Any]:
    return {
        "claim_id": race.claim_id,
        "segment": race.segment.name,
        "leader": headline.leader(race),
        "sentence": headline.race_sentence(race, speech),
        "chart": claim_specs.race_chart(race, digest.mailings, speech),
    }


def _race_parts(race: Race, digest: Digest, speech: Speech) -> dict[str, Any]:
    bars: list[dict[str, Any]] = [
        {
            "label": speech.name("action", c.action),
            "low": c.people_days_low,
            "middle": c.people_days,
            "high": c.people_days_high,
            "is_plan": c.action == "planned",
        }
        for c in race.counterfactuals
    ]
    return {
        "leader": headline.leader(race),
        "sentence": headline.race_sentence(race, speech),
        "race_chart": claim_specs.race_chart(race, digest.mailings, speech),
        "bars": bars,
        "most": max([1.0, *(bar["high"] for bar in bars)]),
    }


def _fields(one: Any) -> Mapping[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}
