"""Digests made by hand, as the flows would fill them: a calm day and a bad one."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from warehouse.records import (
    Alert,
    Claim,
    ClaimUptake,
    Complaint,
    Counterfactual,
    DailyVolume,
    Delay,
    Digest,
    Mailing,
    ModelFigure,
    Race,
    RacePoint,
    Segment,
    SourceHealth,
    TellingPost,
    TopicVolume,
)

NOW = datetime(2023, 11, 7, 5, 30, tzinfo=UTC)
VILLA = Segment(segment="villa", name="Villakunder med gamla avtalet", customer_count=34000)
FLAT = Segment(segment="apartment", name="Lägenheter genom förening", customer_count=20000)
CLAIM = Claim(
    claim_id="fee_for_all",
    statement="Alla kunder måste börja betala en avgift för drift och underhåll",
    truth="Brevet gällde bara kunder vars avtal saknar paragrafen om drift och underhåll.",
    created_at=datetime(2023, 10, 25, 8, tzinfo=UTC),
    verdict="false",
    verdict_by="Anna Ek",
)
HOSTILE = '<script>alert(1)</script> "><img src=x onerror=alert(2)> {{ 7*7 }} \u202eomvänt'


def volume(days: int = 28, *, busy: bool = False) -> tuple[DailyVolume, ...]:
    first = date(2023, 11, 6) - timedelta(days=days - 1)
    rows = []
    for i in range(days):
        rumour = max(0, round(9 * math.exp(-((i - days + 2) ** 2) / 18))) if busy else 0
        rows.append(
            DailyVolume(
                day=first + timedelta(days=i),
                post_count=(i * 7) % 5 + rumour,
                negative_count=(i * 3) % 3 + rumour // 2,
                rumour_count=rumour,
                usual_low=0,
                usual=2,
                usual_high=5,
            )
        )
    return tuple(rows)


def race(segment: Segment = VILLA, *, coverage_top: float = 0.0) -> Race:
    points = []
    for hour in range(-240, 169, 6):
        reach = 1 / (1 + math.exp(-(hour - 20) / 70)) * 0.55
        covered = coverage_top / (1 + math.exp(-(hour - 90) / 20))
        spread = 0.04 + max(0, hour) / 168 * 0.14
        points.append(
            RacePoint(
                at=NOW + timedelta(hours=hour),
                reach_low=max(0, reach - spread),
                reach=reach,
                reach_high=min(1, reach + spread),
                coverage_low=covered * 0.85,
                coverage=covered,
                coverage_high=min(1, covered * 1.1),
            )
        )
    actions = (
        ("nothing", 91000, -12000),
        ("planned", 79000, 0),
        ("email", 52000, 27000),
        ("thread_post", 44000, 35000),
    )
    return Race(
        claim_id=CLAIM.claim_id,
        segment=segment,
        forecast_from=NOW,
        points=tuple(points),
        lead_hours_low=60,
        lead_hours=101,
        lead_hours_high=150,
        rumour_leads_24h=0.97,
        rumour_leads_48h=0.94,
        rumour_leads_168h=0.71,
        counterfactuals=tuple(
            Counterfactual(
                action=action,
                people_days_low=days * 0.6,
                people_days=days,
                people_days_high=days * 1.7,
                saved_people_days_low=saved * 0.5,
                saved_people_days=saved,
                saved_people_days_high=saved * 1.6,
            )
            for action, days, saved in actions
        ),
    )


def post(text: str, *, stance: str = "support", url: str = "https://forum.example/t/1#p2") -> TellingPost:
    return TellingPost(
        claim_id=CLAIM.claim_id,
        source="byggforumet",
        url=url,
        author_key="a1b2c3d4e5f60718",
        posted_at=NOW - timedelta(hours=7),
        text=text,
        stance=stance,
        sentiment="negative",
        score=0.91,
    )


def source(name: str, *, silent: bool = False) -> SourceHealth:
    return SourceHealth(
        source=name,
        last_seen_at=NOW - timedelta(hours=33 if silent else 1),
        unseen_hours=33.0 if silent else 1.0,
        interval_hours=24,
        is_silent=silent,
        posts_24h=12,
        expected_min=1,
        expected_max=200,
        cause="challenge" if silent else None,
        is_verified_live=False,
    )


def calm_digest() -> Digest:
    return Digest(
        company="Open Infra",
        day=date(2023, 11, 6),
        generated_at=NOW,
        timezone="Europe/Stockholm",
        is_simulation=True,
        volume=volume(),
        topics=(TopicVolume(topic="installation", post_count=2, usual=1.4),),
        alerts=(),
        claims=(),
        races=(),
        posts=(),
        candidates=(),
        complaints=(),
        mailings=(),
        sources=(source("byggforumet"), source("tekniktrådar")),
        delay=Delay(posted_to_seen_hours=5.5, seen_to_judged_hours=0.1, post_count=31),
        figures=(),
        false_alarms_per_month=0.5,
    )


def bad_digest() -> Digest:
    def alert(kind: str, severity: str, reason: str) -> Alert:
        return Alert(
            alert_id=kind,
            kind=kind,
            severity=severity,
            subject_id=CLAIM.claim_id,
            raised_at=NOW - timedelta(hours=12),
            reason=reason,
            segments=("villa", "apartment"),
        )

    return replace(
        calm_digest(),
        volume=volume(busy=True),
        alerts=(
            alert("mismatch", "warning", "Ingen rättelse går till Lägenheter genom förening, där påståendet sprids."),
            alert("alarm", "critical", "Sju personer på ett dygn, mot ungefär en i veckan i vanligt prat."),
            replace(alert("silence", "watch", "byggforumet har inte lästs på 33 timmar."), subject_id="byggforumet"),
        ),
        claims=(
            ClaimUptake(
                claim=CLAIM,
                support_24h=7,
                query_24h=4,
                deny_24h=1,
                support_count=31,
                query_count=18,
                deny_count=6,
                first_posted_at=NOW - timedelta(days=13),
                misled_segments=("villa", "apartment"),
            ),
        ),
        races=(race(), race(FLAT, coverage_top=0.35)),
        posts=(post("Nu ska alla betala för drift och underhåll, läste det i ett brev grannen fick."), post(HOSTILE)),
        complaints=(
            Complaint(channel="ko", period_start=date(2023, 10, 30), period_end=date(2023, 11, 5), complaint_count=4),
        ),
        mailings=(
            Mailing(
                mailing_id="rattelse",
                channel="letter_economy",
                segment="villa",
                recipient_count=6000,
                sent_at=NOW - timedelta(hours=30),
                text="Rättelse",
                corrects=CLAIM.claim_id,
            ),
        ),
        sources=(source("byggforumet", silent=True), source("tekniktrådar")),
        figures=(ModelFigure(task="Hållning", metric="macro-F1", value=0.71, low=0.62, high=0.78, data="egna inlägg"),),
    )
