"""Who quotes our mailings: the first quote of each opens a watch, with no history needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from earlywarning.fingerprint import Fingerprint, QuoteMatch, fingerprint, is_quote, quotes
from earlywarning.mailings import Mailing
from earlywarning.prior import TALK_HOURS
from flows.desk import Desk
from reports.swedish import clipped
from warehouse import watching
from warehouse.watching import SeenPost

SUBJECT = "quotes"
OURS_IN_PUBLIC = frozenset({"thread_post", "web"})
"""What we publish ourselves stands where we read: it would be found as a quote of itself."""
SHOWN = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The first post known to carry something of a mailing."""

    mailing: Mailing
    post: SeenPost
    matches: tuple[QuoteMatch, ...]


def find_quotes(
    desk: Desk, memory: tuple[datetime, Any] | None, *, mailings: Sequence[Mailing], now: datetime
) -> tuple[list[Quote], dict[str, Any]]:
    """Return the first quotes that this pass found, and what the next one must know.

    Of a mailing that is new to us all posts since it was sent are read, of the others only new posts; one that has
    been quoted, or was sent too long ago to be talked of, is done.
    """
    since, told = memory or (None, {})
    done, met = dict(told.get("quoted", {})), set(told.get("met", ()))
    open_now = [mailing for mailing in mailings if _may_be_quoted(mailing, now) and mailing.mailing_id not in done]
    new = [mailing for mailing in open_now if mailing.mailing_id not in met]
    known = [mailing for mailing in open_now if mailing.mailing_id in met]
    found = [
        *_first_quotes(desk, new, others=mailings, now=now, since=None),
        *_first_quotes(desk, known, others=mailings, now=now, since=since),
    ]
    done |= {quote.mailing.mailing_id: quote.post.seen_at.isoformat() for quote in found}
    return found, {"quoted": done, "met": sorted(mailing.mailing_id for mailing in open_now)}


def words_of(quote: Quote) -> str:
    """Return what of the mailing is quoted: a whole sentence where there is one."""
    best = max(quote.matches, key=lambda match: (match.kind == "sentence", len(match.text)))
    return clipped(best.text, SHOWN)


def _may_be_quoted(mailing: Mailing, now: datetime) -> bool:
    if mailing.channel in OURS_IN_PUBLIC or not mailing.text.strip():
        return False
    return timedelta(0) <= now - mailing.sent_at <= timedelta(hours=TALK_HOURS)


def _first_quotes(
    desk: Desk, mailings: Sequence[Mailing], *, others: Sequence[Mailing], now: datetime, since: datetime | None
) -> Iterable[Quote]:
    if not mailings:
        return
    sent = min(mailing.sent_at for mailing in mailings)
    posts = watching.posts_seen(desk.con, now=now, posted_after=sent, seen_after=since)
    prints = {mailing.mailing_id: _print(mailing, others) for mailing in mailings} if posts else {}
    for mailing in mailings:
        quote = _first(mailing, posts, prints)
        if quote is not None:
            yield quote


def _first(mailing: Mailing, posts: Iterable[SeenPost], prints: Mapping[str, Fingerprint]) -> Quote | None:
    for post in posts:
        if post.posted_at > mailing.sent_at:
            matches = quotes(post.text, prints[mailing.mailing_id])
            if is_quote(matches):
                return Quote(mailing=mailing, post=post, matches=matches)
    return None


def _print(mailing: Mailing, others: Iterable[Mailing]) -> Fingerprint:
    """Return the mailing's fingerprint; sentences that an earlier, different letter had too do not tell it."""
    earlier = [m.text for m in others if m.sent_at < mailing.sent_at and m.text.strip() != mailing.text.strip()]
    return fingerprint(mailing.text, ignore=earlier)
