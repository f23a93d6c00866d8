"""Why an alert was raised, in the language of whoever reads it: a sentence made from the facts kept with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from reports.swedish import inside

if TYPE_CHECKING:
    from reports.board.speech import Speech

Facts = Mapping[str, Any]
"""`why` names the sentence; the others are its numbers, names and codes, as JSON holds them."""


class Reasoned(Protocol):
    """An alert, or the news of one."""

    @property
    def reason(self) -> str: ...
    @property
    def facts(self) -> str: ...


def reason_of(alert: Reasoned, speech: Speech) -> str:
    """Return why an alert was raised; where no facts were kept, or are newer than we are, as it was said then."""
    facts = json.loads(alert.facts) if alert.facts else {}
    return said(facts, speech) if facts.get("why") in WHY else alert.reason


def said(facts: Facts, speech: Speech) -> str:
    """Return the sentence that facts make. Raises KeyError where one is missing."""
    return speech.t(f"reason.{facts['why']}", **WHY[facts["why"]](facts, speech))


def _alarm(facts: Facts, speech: Speech) -> dict[str, str]:
    return {"people": speech.count(facts["people"], "person"), "usual": speech.number(facts["usual"], 1)}


def _cluster(facts: Facts, speech: Speech) -> dict[str, str]:
    words = speech.listed([speech.quoted(word) for word in facts["words"]])
    return {**_alarm(facts, speech), "about": f" ({words})" if words else ""}


def _topic(facts: Facts, speech: Speech) -> dict[str, str]:
    return {**_alarm(facts, speech), "topic": inside(speech.name("topic", facts["topic"]))}


def _mismatch(facts: Facts, speech: Speech) -> dict[str, str]:
    names = speech.listed([inside(name) for name in facts["segments"]])
    return {"segments": names, "people": speech.count(facts["people"], "customer")}


def _void(facts: Facts, speech: Speech) -> dict[str, str]:
    return {"questions": speech.count(facts["questions"], "question"), "usual": speech.number(facts["usual"], 1)}


def _mailing(facts: Facts, speech: Speech) -> dict[str, str]:
    return {
        "mailing": facts["mailing"],
        "channel": speech.name("channel", facts["channel"]),
        "sent": speech.moment(datetime.fromisoformat(facts["sent_at"])),
        "source": facts["source"],
        "quote": facts["quote"],
    }


def _silence(facts: Facts, speech: Speech) -> dict[str, str]:
    return {"source": facts["source"], "hours": speech.duration(facts["hours"])}


def _never(facts: Facts, speech: Speech) -> dict[str, str]:
    return {"source": facts["source"]}


def _unseen(facts: Facts, speech: Speech) -> dict[str, str]:
    return {"source": facts["source"], "what": facts["said"][speech.language]}


WHY = {
    "alarm": _alarm,
    "cluster": _cluster,
    "topic": _topic,
    "mismatch": _mismatch,
    "void": _void,
    "mailing": _mailing,
    "silence": _silence,
    "never": _never,
    "unseen": _unseen,
}
"""What each sentence wants to be told."""
