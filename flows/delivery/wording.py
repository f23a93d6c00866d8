"""An outbox message made ready to be told: its alerts with their claims, its picture, its words."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage

import duckdb

from flows.delivery.channels import Channel
from flows.settings import Config
from reports.alert_message import AlertMessage, Told, html_text, plain_text, speech_for, title_of
from reports.board.speech import Speech
from reports.charts import Picture, race_chart, volume_chart
from reports.headline import main_race_of, race_sentence
from reports.mail import a_mail, mail_key, picture_tag
from warehouse import outbox
from warehouse.digest_rows import known_at, read_volume
from warehouse.ledger import list_claims, list_mailings
from warehouse.outbox import Due
from warehouse.races import list_races
from warehouse.records import Race


def speech_of(config: Config) -> Speech:
    """Return how digests and alerts are spoken."""
    return speech_for(config.delivery.language, config.delivery.timezone)


def board_url(config: Config) -> str | None:
    """Return where the board is reached, without a slash at the end; None when nobody has said."""
    return config.board.url.rstrip("/") if config.board.url else None


def alert_message(con: duckdb.DuckDBPyConnection, config: Config, due: Due) -> AlertMessage:
    """Return what a message says: as of when it was composed, so that it says the same when it is sent again."""
    speech, now = speech_of(config), due.composed_at
    claims = {claim.claim_id: claim.statement for claim in list_claims(con, now=due.composed_at)}
    alerts = outbox.alerts_of(con, due.message_id)
    told = tuple(
        Told(
            alert_id=one.alert_id,
            kind=one.kind,
            severity=one.severity,
            event=one.event,
            before_severity=one.before_severity,
            subject_id=one.subject_id,
            statement=claims.get(one.subject_id, ""),
            reason=speech.reason(one),
        )
        for one in alerts
    )
    race = _race(con, told, now)
    said = speech.t("alert.picture", segment=race.segment.name, sentence=race_sentence(race, speech)) if race else ""
    return AlertMessage(
        number=outbox.number_of(due.message_id),
        company=config.company.name,
        severity=due.severity or "watch",
        composed_at=due.composed_at,
        alerts=told,
        is_reminder=due.kind == outbox.REMINDER,
        is_simulation=config.simulation,
        board_url=board_url(config),
        picture=race_chart(race, list_mailings(con, now=now), speech) if race else _volume(con, config, told, now),
        race_said=said,
    )


def alert_mail(message: AlertMessage, config: Config, channel: Channel) -> EmailMessage:
    """Return the message as a mail to a recipient."""
    speech, sender = speech_of(config), config.delivery.sender or ""
    key = mail_key("alert", message.company, message.number, sender)
    pictures = {message.picture.name: message.picture} if message.picture and not channel.is_short else {}
    tag = picture_tag(message.picture, key) if message.picture and pictures else ""
    return a_mail(
        key=key,
        sender=sender,
        recipient=channel.recipient or "",
        subject=title_of(message, speech),
        at=message.composed_at,
        text=plain_text(message, speech),
        html=html_text(message, speech, picture_tag=tag),
        pictures=pictures,
        headers={"X-Ryktesvakt": message.number, **({"Importance": "high"} if message.severity != "watch" else {})},
    )


def _race(con: duckdb.DuckDBPyConnection, told: tuple[Told, ...], now: datetime) -> Race | None:
    """Return the race of the worst alert that has one."""
    races = list_races(con, now=now)
    found = (main_race_of(races, one.subject_id) for one in told)
    return next((race for race in found if race), None)


def _volume(con: duckdb.DuckDBPyConnection, config: Config, told: tuple[Told, ...], now: datetime) -> Picture | None:
    """Return how much has been written lately; nothing where only sources are silent, or nobody has written."""
    speech = speech_of(config)
    if all(one.kind == "silence" for one in told):
        return None
    with known_at(con, now=now):
        day = now.astimezone(speech.zone).date()
        volume = read_volume(con, day=day, now=now, timezone=config.delivery.timezone)
    return volume_chart(volume, speech) if any(row.post_count for row in volume) else None
