"""A test message to each channel: so that it is known before the first alarm whether one arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flows.delivery.apprising import send_apprise
from flows.delivery.channels import Channel, NotTaken, alert_channels, digest_channels
from flows.delivery.sending import Sent
from flows.delivery.smtp import send_mail
from flows.delivery.wording import board_url, speech_of
from flows.errors import UsageError
from flows.settings import Config
from reports.mail import a_mail, mail_key


def send_test(config: Config, *, only: Sequence[str] = (), at: datetime) -> list[Sent]:
    """Send a test message to the channels of alerts and the readers of the digest; return what became of each.

    Raises UsageError where a channel that is asked for, or any at all, is missing.
    """
    channels = [*alert_channels(config), *digest_channels(config)]
    known = {channel.name for channel in channels}
    if unknown := sorted(set(only) - known):
        raise UsageError(f"{', '.join(unknown)}: no such channel; there are: {', '.join(sorted(known)) or 'none'}")
    chosen = [channel for channel in channels if not only or channel.name in only]
    if not chosen:
        raise UsageError("no channel is set up: add [[alerts.channel]], or `to` under [delivery]; docs/alerts.md")
    return [_sent(config, channel, at) for channel in chosen]


def _sent(config: Config, channel: Channel, at: datetime) -> Sent:
    try:
        _send(config, channel, at)
    except NotTaken as error:
        return Sent(message_id="test", channel=channel.key, problem=error.problem)
    return Sent(message_id="test", channel=channel.key, problem="")


def _send(config: Config, channel: Channel, at: datetime) -> None:
    speech = speech_of(config)
    title = speech.t("alert.test_title", company=config.company.name)
    url = board_url(config)
    body = speech.t("alert.test") + (f"\n{speech.t('alert.link')}: {url}/" if url else "") + "\n"
    if channel.recipient is None:
        send_apprise(channel.name, title=title, body=body, severity="watch", png=None)
        return
    if config.delivery.smtp is None:
        raise NotTaken("no_address")
    sender = config.delivery.sender or ""
    key = mail_key("test", at.isoformat(), channel.key)
    mail = a_mail(key=key, sender=sender, recipient=channel.recipient, subject=title, at=at, text=body)
    send_mail(mail, config.delivery.smtp)
