"""What is wrong with a source, in a Swedish sentence that someone who is not a technician understands."""

from __future__ import annotations

from collections.abc import Iterable

from reports import swedish
from warehouse.records import HealthWarning, SourceHealth

FIELDS = {
    "author_name": "vem som skrivit",
    "edited_at": "när inlägg har ändrats",
    "language": "språket",
    "like_count": "hur många som gillar",
    "position": "inläggens plats i tråden",
    "quoted": "citat",
    "quoted_post_id": "vilket inlägg som citeras",
    "reply_count": "antalet svar",
    "reply_to": "vem som svarar vem",
    "text": "inläggens text",
    "thread_title": "trådens rubrik",
    "url": "länken till inlägget",
    "view_count": "antalet visningar",
}


def sentences(source: SourceHealth) -> list[str]:
    """Return what is wrong with a source, gravest first; lost fields together. Each goes on after the source's name."""
    lost = [warning for warning in source.warnings if warning.kind == "field_lost"]
    said = [_silence(source)] if source.is_silent else []
    for warning in source.warnings:
        if warning.kind not in ("silent", "field_lost"):
            said.append(_said(warning, source))
        elif lost and warning is lost[0]:
            said.append(_lost(lost))
    return said


def _said(warning: HealthWarning, source: SourceHealth) -> str:
    found, expected, share = _posts(warning.value), swedish.number(warning.expected), swedish.percent(warning.value)
    said = {
        "site_changed": lambda: (
            f"svarar, men {share} av sidorna gick inte att förstå vid senaste läsningen. "
            "Sajten har troligen gjorts om, och inlägg kan saknas."
        ),
        "few": lambda: f"{found} {_day(source)}, där minst {expected} väntas. Inlägg kan saknas.",
        "few_by_past": lambda: f"{found} {_day(source)}, mot {expected} en vanlig dag. Inlägg kan saknas.",
        "many": lambda: f"{found} {_day(source)}, där högst {expected} väntas. Något kan ha lästs fel.",
        "many_by_past": lambda: f"{found} {_day(source)}, mot {expected} en vanlig dag.",
        "set_aside": lambda: f"{share} av de senaste inläggen gick inte att läsa säkert och är lagda åt sidan.",
        "future_dates": lambda: f"{share} av de senaste inläggen är daterade i framtiden. Dygnsantalen är osäkra.",
        "backward_dates": lambda: f"{share} av de senaste inläggen är daterade före sin egen tråd. Tiderna är osäkra.",
        "heaped_dates": lambda: f"{share} av de senaste inläggen delar klockslag med andra. Tiderna är osäkra.",
    }
    return said[warning.kind]()


def _silence(source: SourceHealth) -> str:
    why = f" ({swedish.CAUSES.get(source.cause, source.cause)})" if source.cause else ""
    if source.last_seen_at is None or source.unseen_hours is None:
        return f"aldrig läst{why}."
    return f"inte läst på {swedish.duration(source.unseen_hours)}{why}."


def _lost(warnings: Iterable[HealthWarning]) -> str:
    names = swedish.listed([FIELDS.get(warning.field or "", warning.field or "") for warning in warnings])
    return f"sidorna visar inte längre {names}. Sajten har troligen gjorts om."


def _posts(count: float) -> str:
    return "inget inlägg" if not count else swedish.counted(round(count), "inlägg", "inlägg")


def _day(source: SourceHealth) -> str:
    return f"den {source.day.day} {swedish.MONTHS[source.day.month - 1]}" if source.day else "senaste dygnet"
