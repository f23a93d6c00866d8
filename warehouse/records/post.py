"""What a crawl writes: posts, and what else was learned on the way to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A part of another post, repeated inside a post; never the author's own words."""

    text: str
    post_id: str | None = None
    """Native id of the quoted post, where the page tells it."""
    author_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post as a page showed it at `seen_at`. `(source, post_id)` is its identity."""

    source: str
    post_id: str
    """The place's own id, unique within the source."""
    thread_id: str
    thread_title: str
    author_key: str
    """Keyed HMAC pseudonym; the name itself is never written."""
    posted_at: datetime
    """What the page says; always with an offset."""
    seen_at: datetime
    """When we fetched it; always with an offset."""
    url: str
    text: str
    """The author's own words, without quotes and signature."""
    content_key: str
    """Keyed HMAC of own words and quotes before redaction: differs when the post was edited."""
    quoted: tuple[Quote, ...] = ()
    edited_at: datetime | None = None
    reply_to: str | None = None
    position: int | None = None
    """Place in the thread, the opening post being 1."""
    like_count: int | None = None
    reply_count: int | None = None
    view_count: int | None = None
    """Views of the thread (or of the post, where the network counts those) at `seen_at`."""
    language: str | None = None
    """What the page declares, not what we judged."""
    redactions: tuple[str, ...] = ()
    """Kinds of personal data taken out of `text` and `quoted`, sorted, one per removal; never the content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A post that was seen before and is gone from a page that was read whole."""

    source: str
    post_id: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A record that a parser could not read for certain. Kept with its reason, so it can be replayed."""

    source: str
    url: str
    reason: str
    """Short code: `unreadable_date`, `missing_author`, `unknown_markup`, ..."""
    detail: str
    """One line for a person; never a post's text."""
    seen_at: datetime
    post_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A page that did not give what it should have."""

    source: str
    url: str
    cause: str
    """One of `dns`, `timeout`, `refused`, `robots`, `challenge`, `login_wall`, `site_changed`, `http_error`,
    `truncated`."""
    detail: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One crawl of one source: the evidence of when the source was really seen."""

    source: str
    started_at: datetime
    finished_at: datetime
    is_complete: bool
    """False when an incident or a budget cut it short: the hours since the last complete visit stay unknown."""
    page_count: int
    post_count: int
    """Posts written."""
    read_count: int
    """Posts parsed, kept or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCount:
    """On how many posts of a crawl the page told a field."""

    field: str
    present_count: int
    of_count: int
    """Posts that could have told it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """New posts by the Swedish day on which they were posted."""

    day: date
    post_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How sound one crawl's reading was, counted while it read; posts that are not kept are in it too."""

    source: str
    engine: str
    started_at: datetime
    finished_at: datetime
    read_count: int
    """Posts parsed."""
    new_count: int
    """Those of them that no earlier crawl had counted."""
    set_aside_count: int
    future_count: int
    """Posts dated later than they were fetched."""
    backward_count: int
    """Posts dated before the post that opened their thread."""
    heaped_count: int
    """Posts that share their instant with two others or more."""
    fields: tuple[FieldCount, ...] = ()
    days: tuple[DayCount, ...] = ()


Record = Post | Deletion | SetAside | Incident | Visit | Health
