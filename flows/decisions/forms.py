"""What people enter on the board, checked against what is known: a decision comes of it, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.errors import FlowsError
from flows.settings import Segment
from reports.swedish import TOPICS
from warehouse.alerts import STATES
from warehouse.labels import TASKS
from warehouse.ledger import CHANNELS, VERDICTS

LONGEST_NAME = 80
LONGEST_STATEMENT = 500
LONGEST_TRUTH = 2000
LONGEST_LETTER = 20_000


class FormError(FlowsError):
    """Raised when what was entered cannot be a decision; `key` names the sentence that says why."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What entries are checked against."""

    alerts: Mapping[str, str]
    """State of each alert."""
    claims: Collection[str]
    candidates: Collection[str]
    segments: Sequence[Segment]
    zone: ZoneInfo
    has_post: bool = True
    """Whether the post that is named is there."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was entered, fit to be journalled."""

    kind: str
    subject_id: str
    given: Mapping[str, Any]


def signer(entered: str) -> str:
    """Return a person's name as it is signed. Raises FormError."""
    name = " ".join(entered.split())
    if not name:
        raise FormError("problem.name")
    if len(name) > LONGEST_NAME or not name.isprintable() or re.search(r"[<>{}|\\^`\u200e\u200f\u061c]", name):
        raise FormError("problem.name_long")
    return name


def alert(form: Mapping[str, Any], facts: Facts) -> Checked:
    """Read what is made of an alert."""
    state = form.get("state", "")
    known = facts.alerts.get(form.get("alert_id", ""))
    if known is None:
        raise FormError("problem.alert")
    if state not in STATES or state == known:
        raise FormError("problem.alert_state")
    return Checked("alert", form["alert_id"], {"state": state})


def verdict(form: Mapping[str, Any], facts: Facts) -> Checked:
    """Read a verdict on a claim."""
    if form.get("verdict") not in VERDICTS:
        raise FormError("problem.verdict")
    return Checked("verdict", _claim(form, facts), {"verdict": form["verdict"]})


def label(form: Mapping[str, Any], facts: Facts) -> Checked:
    """Read what a person says of a post."""
    if not facts.has_post:
        raise FormError("problem.post")
    given: dict[str, Any] = {}
    if relevant := form.get("relevant"):
        given["relevant"] = _one_of(relevant, ("yes", "no")) == "yes"
    if sentiment := form.get("sentiment"):
        given["sentiment"] = _one_of(sentiment, TASKS["sentiment"] or ())
    if topics := list(dict.fromkeys(form.get("topic", ()))):
        given["topics"] = [_one_of(topic, TOPICS) for topic in topics]
        if "other" in topics and len(topics) > 1:
            raise FormError("problem.other_alone")
    if stance := form.get("stance"):
        given |= {"stance": _one_of(stance, TASKS["stance"] or ()), "claim_id": _claim(form, facts)}
    if not given:
        raise FormError("problem.label")
    return Checked("label", form.get("post_key", ""), given)


def match(form: Mapping[str, Any], facts: Facts) -> Checked:
    """Read whether a post is about a claim."""
    if not facts.has_post:
        raise FormError("problem.post")
    given = {"claim_id": _claim(form, facts), "label": _one_of(form.get("label", ""), TASKS["match"] or ())}
    return Checked("match", form.get("post_key", ""), given)


def accept(form: Mapping[str, Any], facts: Facts) -> Checked:
    """Read the claim that is made of a candidate."""
    statement = _text(form, "statement", LONGEST_STATEMENT)
    segments = list(dict.fromkeys(form.get("segment", ())))
    if not statement:
        raise FormError("problem.statement")
    if set(segments) - {segment.id for segment in facts.segments}:
        raise FormError("problem.segment")
    if form.get("verdict") not in VERDICTS:
        raise FormError("problem.verdict")
    given = {
        "statement": " ".join(statement.split()),
        "truth": _text(form, "truth", LONGEST_TRUTH),
        "verdict": form["verdict"],
        "segments": segments,
    }
    return Checked("accept", _candidate(form, facts), given)


def dismiss(form: Mapping[str, Any], facts: Facts) -> Checked:
    """Read which candidate is none."""
    return Checked("dismiss", _candidate(form, facts), {})


def mailing(form: Mapping[str, Any], facts: Facts, *, number: str) -> Checked:
    """Read a mailing that corrects a claim; its name is made of its day, its channel and a number."""
    sizes = {segment.id: segment.customers for segment in facts.segments}
    channel, segment = form.get("channel", ""), form.get("segment", "")
    if channel not in CHANNELS:
        raise FormError("problem.channel")
    if segment not in sizes:
        raise FormError("problem.segment")
    text = _text(form, "text", LONGEST_LETTER)
    if not text:
        raise FormError("problem.text")
    try:
        sent_at = datetime.fromisoformat(form.get("sent_at", ""))
    except ValueError as error:
        raise FormError("problem.sent_at") from error
    sent_at = sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=facts.zone)
    if not 2000 <= sent_at.year <= 2100:
        raise FormError("problem.sent_at")
    given = {
        "channel": channel,
        "segment": segment,
        "recipient_count": _recipients(form.get("recipient_count", ""), sizes[segment]),
        "sent_at": sent_at.isoformat(),
        "text": text,
        "corrects": _claim({"claim_id": form.get("corrects", "")}, facts),
    }
    return Checked("mailing", f"{sent_at:%Y-%m-%d}-{channel.replace('_', '-')}-{number}", given)


def _recipients(entered: str, size: int) -> int:
    digits = re.sub(r"\s", "", entered)
    if not digits:
        return size
    if not re.fullmatch(r"[0-9]{1,9}", digits) or not 1 <= int(digits) <= size:
        raise FormError("problem.recipients")
    return int(digits)


def _claim(form: Mapping[str, Any], facts: Facts) -> str:
    claim_id = str(form.get("claim_id", ""))
    if claim_id not in facts.claims:
        raise FormError("problem.claim")
    return claim_id


def _candidate(form: Mapping[str, Any], facts: Facts) -> str:
    cluster_id = str(form.get("cluster_id", ""))
    if cluster_id not in facts.candidates:
        raise FormError("problem.candidate")
    return cluster_id


def _one_of(value: str, allowed: Collection[str]) -> str:
    if value not in allowed:
        raise FormError("problem.label_value")
    return value


def _text(form: Mapping[str, Any], name: str, longest: int) -> str:
    text = str(form.get(name, "")).replace("\r\n", "\n").strip()
    if len(text) > longest:
        raise FormError("problem.long")
    return "".join(sign for sign in text if sign == "\n" or sign == "\t" or sign.isprintable() or sign == "\u00ad")
