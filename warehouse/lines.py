"""A line of a landing file, one at a time: the rows that it gives, in the order of the columns of `staging.SCHEMAS`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from warehouse.keys import author_subject, clean, post_key, revision_key, stable_key, title_subject
from warehouse.landing import Line
from warehouse.records import Deletion, Health, Incident, Post, Quote, SetAside, Visit

INT_LIMIT = 1 << 63
TITLE = 6
"""Place of the thread's title in what `_post` returns."""
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a line stands: its file, its number there, and its number in the whole batch."""

    nth: int
    landing_key: str
    line_number: int


def add_line(rows: Rows, line: Line, place: Place, erased: frozenset[str]) -> None:
    """Add the rows that a line gives; a value that no table can hold sets the line aside."""
    at = (place.landing_key, place.line_number)
    try:
        match line.record:
            case Post() as post:
                _add_post(rows, line, post, place, erased)
            case Deletion() as gone:
                key = post_key(gone.source, gone.post_id)
                rows["staged_deletion"].append((place.nth, *at, key, _utc(gone.seen_at), clean(gone.source)))
            case Visit() as visit:
                rows["staged_visit"].append(_visit(visit))
                rows["staged_outcome"].append((*at, "visit", "visit", None, None))
            case Incident() as incident:
                rows["staged_incident"].append(_incident(incident))
                rows["staged_outcome"].append((*at, "incident", "incident", None, None))
            case Health() as health:
                _add_health(rows, health)
                rows["staged_outcome"].append((*at, "health", "health", None, None))
            case SetAside() as aside:
                rows["staged_quarantine"].append((*at, *_set_aside(aside), line.raw))
                rows["staged_outcome"].append((*at, "set_aside", "quarantined", clean(aside.reason), None))
            case None:
                _add_unreadable(rows, line, at, line.reason, line.detail)
    except (OverflowError, ValueError) as error:
        _add_unreadable(rows, line, at, "out_of_range", str(error))


def _add_post(rows: Rows, line: Line, post: Post, place: Place, erased: frozenset[str]) -> None:
    row = _post(post)
    key = row[0]
    if erased and (key in erased or author_subject(post.author_key) in erased):
        rows["staged_outcome"].append((place.landing_key, place.line_number, "post", "suppressed", None, key))
        return
    if erased and title_subject(post.source, post.thread_id) in erased:
        row = (*row[:TITLE], "", *row[TITLE + 1 :])
    record_key = hashlib.blake2b(line.raw, digest_size=8).hexdigest()
    rows["staged_post"].append((place.nth, place.landing_key, place.line_number, record_key, *row))
    for number, quote in enumerate(post.quoted, start=1):
        is_erased = bool(erased) and _is_erased(post.source, quote, erased)
        rows["staged_quote"].append((place.nth, number, *((None,) * 3 if is_erased else _quote(quote))))


def _add_health(rows: Rows, health: Health) -> None:
    times = (_utc(health.started_at), _utc(health.finished_at))
    texts = (clean(health.source), clean(health.engine))
    names = ("read_count", "new_count", "set_aside_count", "future_count", "backward_count", "heaped_count")
    counts = tuple(_whole(getattr(health, name)) for name in names)
    key = stable_key(*texts, *map(str, (*times, *counts)))
    fields = [(key, clean(f.field), _whole(f.present_count), _whole(f.of_count)) for f in health.fields]
    days = [(key, day.day, _whole(day.post_count)) for day in health.days]
    rows["staged_health"].append((key, *texts, *times, *counts))
    rows["staged_health_field"] += fields
    rows["staged_health_day"] += days


def _add_unreadable(rows: Rows, line: Line, at: tuple[str, int], reason: str, detail: str) -> None:
    rows["staged_quarantine"].append((*at, None, None, reason, clean(detail), None, None, line.raw))
    rows["staged_outcome"].append((*at, "unreadable", "quarantined", reason, None))


def _is_erased(source: str, quote: Quote, erased: frozenset[str]) -> bool:
    return (quote.post_id is not None and post_key(source, quote.post_id) in erased) or (
        quote.author_key is not None and author_subject(quote.author_key) in erased
    )


def _post(post: Post) -> tuple[Any, ...]:
    return (
        post_key(post.source, post.post_id),
        revision_key(post.content_key),
        stable_key(post.source, post.thread_id),
        clean(post.source),
        clean(post.post_id),
        clean(post.thread_id),
        clean(post.thread_title),
        clean(post.author_key),
        clean(post.url),
        clean(post.text),
        clean(post.content_key),
        _utc(post.posted_at),
        _utc(post.seen_at),
        _utc(post.edited_at) if post.edited_at else None,
        _maybe(post.reply_to),
        _whole(post.position),
        _whole(post.like_count),
        _whole(post.reply_count),
        _whole(post.view_count),
        _maybe(post.language),
        [clean(kind) for kind in post.redactions],
    )


def _quote(quote: Quote) -> tuple[str | None, ...]:
    return (clean(quote.text), _maybe(quote.post_id), _maybe(quote.author_key))


def _visit(visit: Visit) -> tuple[Any, ...]:
    counts = (_whole(visit.page_count), _whole(visit.post_count), _whole(visit.read_count))
    times = (_utc(visit.started_at), _utc(visit.finished_at))
    key = stable_key(visit.source, *(str(value) for value in (*times, visit.is_complete, *counts)))
    return (key, clean(visit.source), *times, visit.is_complete, *counts)


def _incident(incident: Incident) -> tuple[Any, ...]:
    seen_at = _utc(incident.seen_at)
    texts = tuple(clean(text) for text in (incident.source, incident.url, incident.cause, incident.detail))
    return (stable_key(*texts, str(seen_at)), *texts, seen_at)


def _set_aside(aside: SetAside) -> tuple[Any, ...]:
    texts = tuple(clean(text) for text in (aside.source, aside.url, aside.reason, aside.detail))
    return (*texts, _utc(aside.seen_at), _maybe(aside.post_id))


def _maybe(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _whole(value: int | None) -> int | None:
    if value is not None and not -INT_LIMIT <= value < INT_LIMIT:
        raise OverflowError("a count does not fit in 64 bits")
    return value
