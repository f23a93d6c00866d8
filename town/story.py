"""The written story: threads and posts, and what is true of each, read from the text files. A simulation."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from town.errors import StoryError

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SENTIMENTS = ("negative", "neutral", "positive")
STANCES = ("support", "deny", "query", "comment")
TOPICS = (
    *("terms", "maintenance_fee", "price", "marketing", "billing", "outage", "speed", "installation", "support"),
    *("switching", "complaints", "other"),
)
PERSONAL = ("person", "personnummer", "phone", "email", "street_address", "customer_number", "username")
_THREAD_KEYS = {"key", "place", "title", "audience", "sticky", "post"}
_POST_KEYS = {
    *("author", "at", "text", "quote", "quote_text", "edited_hours", "edited_text", "deleted_hours"),
    *("about", "topics", "sentiment", "claims", "personal"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a careful reader says of a post; never served."""

    is_about_company: bool
    topics: tuple[str, ...]
    sentiment: str
    """Towards the company; neutral for a post that is not about it."""
    claims: Mapping[str, str]
    """Claim id to stance; empty for most posts."""
    personal: tuple[tuple[str, str], ...]
    """Invented personal data in the text: (kind, the exact words)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A post as it was written for the story."""

    author: str
    at: datetime
    """About when, with offset; the world moves it by some minutes."""
    text: str
    truth: Truth
    quote: str | None = None
    """Author whose latest earlier post in the thread is quoted."""
    quote_text: str | None = None
    """The part of that post which is quoted; none: all of it."""
    edited_text: str | None = None
    edited_after: timedelta | None = None
    deleted_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftThread:
    key: str
    place: str
    title: str
    posts: tuple[Draft, ...]
    audience: float = 1.0
    """How many read it, against an ordinary thread."""
    is_sticky: bool = False


def read_story() -> tuple[DraftThread, ...]:
    """Return every thread of the story's text files."""
    folder = resources.files("town") / "texts"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return read_threads({f.name: f.read_text(encoding="utf-8") for f in files})


def read_threads(files: Mapping[str, str]) -> tuple[DraftThread, ...]:
    """Return the threads of TOML texts, by file name, in their order.

    Raises StoryError for an unknown key, label or quote: a slip of the pen must not pass for a fact.
    """
    threads: dict[str, DraftThread] = {}
    for name, content in files.items():
        for table in _tables(name, content):
            where = f"{name}: {table.get('key', '?')}"
            thread = _thread(where, table, threads.get(table["key"]))
            _check_order(where, thread.posts)
            threads[thread.key] = thread
    return tuple(threads.values())


def read_claims() -> tuple[dict[str, Any], ...]:
    """Return the rows of `claims.toml`, one per tracked claim, keyed as `warehouse.records.Claim`."""
    return _rows("claims.toml", "claim")


def read_ledger() -> dict[str, tuple[dict[str, Any], ...]]:
    """Return the rows of `ledger.toml` under `segment`, `mailing` and `complaint`, keyed as the warehouse's records."""
    return {name: _rows("ledger.toml", name) for name in ("segment", "mailing", "complaint")}


def _rows(filename: str, table: str) -> tuple[dict[str, Any], ...]:
    content = tomllib.loads((resources.files("town") / filename).read_text(encoding="utf-8"))
    return tuple(
        {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        for row in content[table]
    )


def _tables(filename: str, content: str) -> list[dict[str, Any]]:
    try:
        tables: list[dict[str, Any]] = tomllib.loads(content)["thread"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise StoryError(f"{filename}: {error}") from error
    return tables


def _thread(where: str, table: Mapping[str, Any], begun: DraftThread | None) -> DraftThread:
    """Return a table's thread; one with only a key and posts goes on with the thread of that key."""
    _require(set(table) <= _THREAD_KEYS, where, f"unknown key among {sorted(table)}")
    posts = tuple(_draft(f"{where}, post {n}", row) for n, row in enumerate(table["post"], 1))
    if begun is not None:
        _require(set(table) == {"key", "post"}, where, "thread begun twice; to go on with it, give key and posts only")
        return replace(begun, posts=begun.posts + posts)
    return DraftThread(
        key=table["key"],
        place=table["place"],
        title=table["title"],
        posts=posts,
        audience=float(table.get("audience", 1.0)),
        is_sticky=table.get("sticky", False),
    )


def _draft(where: str, row: Mapping[str, Any]) -> Draft:
    _require(set(row) <= _POST_KEYS, where, f"unknown key among {sorted(set(row) - _POST_KEYS)}")
    at: datetime = row["at"]
    return Draft(
        author=row["author"],
        at=at if at.tzinfo else at.replace(tzinfo=STOCKHOLM),
        text=row["text"].strip(),
        truth=_truth(where, row),
        quote=row.get("quote"),
        quote_text=row.get("quote_text"),
        edited_text=row["edited_text"].strip() if "edited_text" in row else None,
        edited_after=_hours(row.get("edited_hours")),
        deleted_after=_hours(row.get("deleted_hours")),
    )


def _truth(where: str, row: Mapping[str, Any]) -> Truth:
    is_about = row.get("about", False)
    topics, claims = tuple(row.get("topics", ())), dict(row.get("claims", {}))
    sentiment = row.get("sentiment", "neutral")
    personal = tuple((pair[0], pair[1]) for pair in row.get("personal", ()))
    _require(set(topics) <= set(TOPICS), where, f"unknown topic among {topics}")
    _require(bool(topics) == is_about, where, "topics belong to posts about the company, and those have one at least")
    _require("other" not in topics or len(topics) == 1, where, "`other` stands alone")
    _require(sentiment in SENTIMENTS and (is_about or sentiment == "neutral"), where, f"sentiment {sentiment!r}")
    _require(set(claims.values()) <= set(STANCES) and (is_about or not claims), where, f"claims {claims}")
    _require(all(kind in PERSONAL and words in row["text"] for kind, words in personal), where, f"personal {personal}")
    return Truth(is_about_company=is_about, topics=topics, sentiment=sentiment, claims=claims, personal=personal)


def _check_order(where: str, posts: tuple[Draft, ...]) -> None:
    for n, post in enumerate(posts):
        _require(n == 0 or posts[n - 1].at <= post.at, where, f"post {n + 1} is earlier than the one before it")
        if post.quote is not None:
            quoted = [p for p in posts[:n] if p.author == post.quote]
            _require(bool(quoted), where, f"post {n + 1} quotes {post.quote!r}, who has not written yet")
            part = post.quote_text or ""
            _require(part in quoted[-1].text, where, f"post {n + 1} quotes words that {post.quote!r} did not write")


def _hours(value: float | None) -> timedelta | None:
    return None if value is None else timedelta(hours=value)


def _require(is_right: bool, where: str, problem: str) -> None:
    if not is_right:
        raise StoryError(f"{where}: {problem}")
