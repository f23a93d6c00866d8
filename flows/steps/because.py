"""Why an alert is raised: the facts that are kept, and the sentence that they make in the team's language."""

from __future__ import annotations

import json
from typing import Any, TypedDict

from flows.desk import Desk
from reports.board.speech import LANGUAGES, Speech
from reports.reasons import said
from warehouse.records import SourceHealth


class Because(TypedDict):
    """A part of a finding."""

    reason: str
    facts: str


def because(desk: Desk, why: str, **facts: Any) -> Because:
    """Return `reason` and `facts` of a finding. Raises KeyError where the sentence wants more than is given."""
    given = {"why": why, **facts}
    speech = Speech(desk.config.delivery.language, desk.zone)
    return {"reason": said(given, speech), "facts": json.dumps(given, ensure_ascii=False, sort_keys=True)}


def because_unseen(desk: Desk, source: SourceHealth) -> Because:
    """Return the same of a source that is silent, or probably not seen whole."""
    if not source.is_silent:
        told = {language: Speech(language, desk.zone).health(source)[0] for language in LANGUAGES}
        return because(desk, "unseen", source=source.source, said=told)
    if source.unseen_hours is None:
        return because(desk, "never", source=source.source)
    return because(desk, "silence", source=source.source, hours=round(source.unseen_hours, 2))
