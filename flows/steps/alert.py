"""Step 8: what a person should look at now. An alert is raised once and escalates; it never repeats itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from earlywarning.mailings import Mailing, Segment
from earlywarning.mismatch import find_mismatches, find_void
from earlywarning.severity import Standing, is_open, severity_of
from earlywarning.watch import WatchCrossing
from flows.complaints import judge_levels
from flows.desk import Desk
from flows.sources import sites_of
from flows.steps import quotes
from flows.steps.because import Because, because, because_unseen
from flows.steps.digest import expectations
from flows.steps.standings import SUBJECT, Finding, as_json, recall, settle
from flows.steps.topic_alerts import explained_topics, fold, topic_findings
from flows.steps.watch import WatchPass, mailings_of
from warehouse import watching
from warehouse.alerts import list_alerts
from warehouse.clusters import mark_candidates
from warehouse.digest_rows import read_sources
from warehouse.ledger import list_segments
from warehouse.records import Alert, Claim, Race

VOID_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReport:
    """What a pass raised."""

    news: tuple[Alert, ...]
    """Raised, escalated or re-opened now."""
    open_count: int


def alert(desk: Desk, found: WatchPass, races: Sequence[Race]) -> AlertReport:
    """Raise what is new, escalate what has grown, close what has been quiet; then let the watch remember."""
    now = found.at
    memory, mailings = recall(desk.con, now=now), mailings_of(desk, now)
    findings = [*_alarms(desk, found, races), *_silences(desk, now)]
    is_spreading = _spreading(memory.standings, findings, now)
    segments = [Segment(**asdict(segment)) for segment in list_segments(desk.con)]
    quoted, remembered = quotes.find_quotes(
        desk, watching.get_states(desk.con, now=now).get(quotes.SUBJECT), mailings=mailings, now=now
    )
    findings += [_quoted(quote, desk) for quote in quoted]
    for claim in found.claims:
        findings += _beside(desk, claim, found, segments, mailings, is_spreading=claim.claim_id in is_spreading)
    explained = explained_topics(found, memory.standings, findings)
    findings += topic_findings(desk, found, explained)
    answered = [mailing.corrects for mailing in mailings if mailing.corrects]
    judge_levels(desk.con)
    news, standings = settle(desk.con, memory, findings, answered=answered, now=now)
    fold(desk.con, explained, standings, now=now)
    mark_candidates(desk.con, sorted(found.cluster_ids), at=now)
    remembered_by = {**found.memory, SUBJECT: as_json(standings), quotes.SUBJECT: remembered}
    watching.put_states(desk.con, remembered_by, step_at=now)
    return AlertReport(news=tuple(news), open_count=len(list_alerts(desk.con, open_only=True)))


def _alarms(desk: Desk, found: WatchPass, races: Sequence[Race]) -> list[Finding]:
    return [
        Finding(
            kind="alarm",
            subject_id=crossing.claim_id,
            severity=severity_of(crossing.level, rumour_leads_168h=_leads(crossing.claim_id, races)),
            evidence_at=crossing.evidence_at,
            **_told(desk, crossing, found),
            segments=tuple(r.segment.segment for r in races if r.claim_id == crossing.claim_id),
            evidence=crossing.evidence,
            threshold=crossing.threshold,
        )
        for crossing in found.crossings
    ]


def _told(desk: Desk, crossing: WatchCrossing, found: WatchPass) -> Because:
    usual = round(crossing.usual_24h, 2)
    if crossing.claim_id in found.cluster_ids:  # who wrote its first post is no evidence, and has written
        return because(desk, "cluster", people=crossing.authors_24h + 1, usual=usual, words=crossing.terms)
    return because(desk, "alarm", people=crossing.authors_24h, usual=usual)


def _quoted(quote: quotes.Quote, desk: Desk) -> Finding:
    return Finding(
        kind="mailing",
        subject_id=quote.mailing.mailing_id,
        severity="watch",
        evidence_at=quote.post.seen_at,
        **because(
            desk,
            "mailing",
            mailing=quote.mailing.mailing_id,
            channel=quote.mailing.channel,
            sent_at=quote.mailing.sent_at.isoformat(),
            source=quote.post.source,
            quote=quotes.words_of(quote),
        ),
        segments=(quote.mailing.segment,),
    )


def _leads(claim_id: str, races: Sequence[Race]) -> float | None:
    return max((race.rumour_leads_168h for race in races if race.claim_id == claim_id), default=None)


def _spreading(standings: Mapping[str, Standing], findings: Iterable[Finding], now: datetime) -> set[str]:
    """Return the claims whose alarm goes now, or went lately and was not called false; handled ones still mislead."""
    old = {
        key.split(":", 1)[1]
        for key, standing in standings.items()
        if key.startswith("alarm:") and is_open(replace(standing, state="new"), at=now)
        if standing.state != "false_alarm"
    }
    return old | {finding.subject_id for finding in findings if finding.kind == "alarm"}


def _beside(
    desk: Desk,
    claim: Claim,
    watched: WatchPass,
    segments: Sequence[Segment],
    mailings: Sequence[Mailing],
    *,
    is_spreading: bool,
) -> list[Finding]:
    now, found = watched.at, []
    missed = find_mismatches(
        claim_id=claim.claim_id,
        is_spreading=is_spreading and claim.verdict != "true",
        true_for=claim.segments,
        segments=segments,
        mailings=mailings,
        now=now,
    )
    if missed:
        found.append(
            Finding(
                kind="mismatch",
                subject_id=claim.claim_id,
                severity="warning",
                evidence_at=now,
                **because(
                    desk,
                    "mismatch",
                    segments=[m.segment.name for m in missed],
                    people=sum(m.segment.customer_count for m in missed),
                ),
                segments=tuple(m.segment.segment for m in missed),
            )
        )
    asked = _queries(claim.claim_id, watched)
    void = find_void(
        claim_id=claim.claim_id,
        queries_24h=sum(at > now - timedelta(days=1) for at in asked),
        queries_before=sum(at <= now - timedelta(days=1) for at in asked),
        days_before=VOID_DAYS - 1.0,
        mailings=mailings,
        now=now,
    )
    if void:
        found.append(
            Finding(
                kind="void",
                subject_id=claim.claim_id,
                severity="watch",
                evidence_at=now,
                **because(desk, "void", questions=void.queries_24h, usual=round(void.usual_24h, 2)),
            )
        )
    return found


def _queries(claim_id: str, watched: WatchPass) -> list[datetime]:
    """Return when different people asked, each once a day."""
    seen: dict[tuple[str, object], datetime] = {}
    since = watched.at - timedelta(days=VOID_DAYS)
    for post in watched.posts:
        if post.claim_id == claim_id and post.stance == "query" and post.posted_at > since:
            seen.setdefault((post.author_key, post.posted_at.date()), post.posted_at)
    return list(seen.values())


def _silences(desk: Desk, now: datetime) -> list[Finding]:
    """Return the sources that are silent, or that answer and are probably not seen whole."""
    sources = read_sources(desk.con, expectations(sites_of(desk.config)), now=now)
    return [
        Finding(
            kind="silence",
            subject_id=source.source,
            severity="watch",
            evidence_at=now,
            **because_unseen(desk, source),
        )
        for source in sources
        if source.is_failing
    ]
