"""What is told at once of alerts: severity, one sentence, one picture, a link; as text, as HTML, and short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment

from reports.board.speech import Speech
from reports.charts import Picture
from reports.digest import inlined
from reports.mail import LONGEST_STATEMENT as SHORT_STATEMENT
from reports.mail import LONGEST_SUBJECT, harmless_header
from reports.swedish import clipped
from reports.templating import environment, harmless, wrapped

MOST_TOLD = 8
LONGEST_STATEMENT = 140
LONGEST_COMPANY = 30
NAMED = ("silence", "mailing")
"""Kinds of alerts whose subject people know by its id: a source, a mailing."""
LONGEST_REASON = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One alert of a message."""

    alert_id: str
    kind: str
    severity: str
    event: str
    """`raised`, `escalated` or `reopened`."""
    before_severity: str | None
    subject_id: str
    statement: str
    """The claim's; empty where it is about none."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMessage:
    """Alerts that are told together."""

    number: str
    """`2026-11-08/3`: shown, so that one that comes twice is known to be the same."""
    company: str
    severity: str
    composed_at: datetime
    alerts: tuple[Told, ...]
    """Worst first."""
    is_reminder: bool
    is_simulation: bool
    board_url: str | None
    picture: Picture | None
    race_said: str
    """Who is ahead, in a sentence; empty where there is no race."""


def title_of(message: AlertMessage, speech: Speech) -> str:
    """Return the message's one line: how grave, what it is about, whom, and the number that it is known by.

    What it is about is cut so that the rest has room: in a header it is one line of `LONGEST_SUBJECT` at most.
    """
    key = "alert.title_reminder" if message.is_reminder else "alert.title"
    severity, company = speech.name("severity", message.severity), clipped(message.company, LONGEST_COMPANY)

    def titled(about: str) -> str:
        title = speech.t(key, severity=severity, about=about, company=company, id=id_of(message, speech))
        return harmless_header(speech.t("mail.simulation", subject=title) if message.is_simulation else title)

    rest = len({one.subject_id for one in message.alerts}) - 1
    room = LONGEST_SUBJECT - len(titled("-")) - len(speech.t("alert.title_more", count=rest) if rest else "")
    about = _about(message.alerts[0], speech, most=min(room, SHORT_STATEMENT))
    return titled(about + speech.t("alert.title_more", count=rest) if rest else about)


def _about(one: Told, speech: Speech, *, most: int) -> str:
    """Return what an alert is about in a few words: the claim, or what has happened and where."""
    if one.statement:
        return speech.quoted(clipped(harmless_header(one.statement), most - 4).rstrip("."))
    kind = speech.called(one)
    return clipped(f"{kind} ({harmless_header(one.subject_id)})" if one.kind in NAMED else kind, most - 2)


def id_of(message: AlertMessage, speech: Speech) -> str:
    """Return what people call the message: `Larm 2026-11-08/3`."""
    return speech.t("alert.id", number=message.number)


def short_text(message: AlertMessage, speech: Speech) -> str:
    """Return one sentence and the link: what fits a text message."""
    worst = message.alerts[0]
    said = clipped(harmless(worst.statement or worst.reason), LONGEST_STATEMENT)
    kind = speech.called(worst)
    rest = len(message.alerts) - 1
    parts = [f"{kind}: {speech.quoted(said)}" if worst.statement else said]
    parts += [speech.t("alert.more", count=rest)] if rest else []
    parts += [link_of(message)] if message.board_url else []
    return " ".join(parts)


def plain_text(message: AlertMessage, speech: Speech) -> str:
    """Return the message as text."""
    lines = [speech.t("alert.simulation"), ""] if message.is_simulation else []
    lines += [speech.t("alert.reminder"), ""] if message.is_reminder else []
    for one in message.alerts[:MOST_TOLD]:
        news = f" ({said})" if (said := change(one, speech)) else ""
        lines += [f"{speech.name('severity', one.severity)}: {speech.called(one)}{news}"]
        lines += [wrapped(speech.t("alert.about", statement=said))] if (said := _new_statement(one, message)) else []
        lines += [wrapped(clipped(harmless(one.reason), LONGEST_REASON)), ""]
    if len(message.alerts) > MOST_TOLD:
        lines += [speech.t("alert.more", count=len(message.alerts) - MOST_TOLD), ""]
    if message.race_said:
        lines += [wrapped(message.race_said), ""]
    return "\n".join([*lines, *_ending(message, speech)]) + "\n"


def html_text(message: AlertMessage, speech: Speech, *, picture_tag: str) -> str:
    """Return the message as a mail's HTML; `picture_tag` shows its picture, empty for none."""
    template = _environment(speech.language, str(speech.zone)).get_template("alert.html.j2")
    shown = [
        {
            "one": one,
            "heading": speech.called(one),
            "change": change(one, speech),
            "statement": _new_statement(one, message),
            "reason": clipped(harmless(one.reason), LONGEST_REASON),
        }
        for one in message.alerts[:MOST_TOLD]
    ]
    html = template.render(
        message=message,
        title=title_of(message, speech),
        number=id_of(message, speech),
        alerts=shown,
        more=len(message.alerts) - len(shown),
        link=link_of(message) if message.board_url else None,
        take=_take(message, speech),
        picture_tag=picture_tag,
    )
    return inlined(html)


def change(one: Told, speech: Speech) -> str:
    """Return how an alert that was known before is news: it has grown graver, it is back; empty for a new one."""
    if one.event == "escalated" and one.before_severity:
        return speech.t("alert.escalated", before=speech.name("severity", one.before_severity))
    return speech.t("alert.reopened") if one.event == "reopened" else ""


def link_of(message: AlertMessage) -> str:
    """Return where the board shows what the message is about: a claim's page, a topic's posts, else the first page."""
    worst = message.alerts[0]
    if worst.kind == "topic":
        return f"{message.board_url}/inlagg?amne={quote(worst.subject_id.removeprefix('topic:'))}&ton=negative"
    return f"{message.board_url}/pastaenden/{quote(worst.subject_id)}" if worst.statement else f"{message.board_url}/"


def speech_for(language: str, zone: str) -> Speech:
    """Return how alerts are told."""
    return Speech(language, ZoneInfo(zone))


def _ending(message: AlertMessage, speech: Speech) -> Sequence[str]:
    lines = [f"{speech.t('alert.link')}: {link_of(message)}"] if message.board_url else []
    return [
        *lines,
        wrapped(_take(message, speech)),
        "",
        f"{id_of(message, speech)} · {speech.moment(message.composed_at)}",
    ]


def _take(message: AlertMessage, speech: Speech) -> str:
    return speech.t("alert.take") if message.board_url else speech.t("alert.take_cli", alert=message.alerts[0].alert_id)


def _new_statement(one: Told, message: AlertMessage) -> str:
    """Return the claim that an alert is about, unless an alert before it has said so."""
    first = next(other for other in message.alerts if other.subject_id == one.subject_id)
    return clipped(harmless(one.statement), LONGEST_STATEMENT) if first is one else ""


@cache
def _environment(language: str, zone: str) -> Environment:
    return environment("reports", Speech(language, ZoneInfo(zone)))
