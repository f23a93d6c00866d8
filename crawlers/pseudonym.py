"""The only door from parsed posts to written ones: names become keyed pseudonyms, personal data stays out."""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime

from crawlers.errors import CrawlerError
from crawlers.model import ParsedPost, ParsedQuote
from warehouse.records import Post, Quote

Redact = Callable[[str], tuple[str, Sequence[str]]]
"""Text in; text without personal data and the kinds that were taken out, one per removal."""

KEY_HEX = 24
SECRET_BYTES = 16


def author_key(secret: bytes, source: str, author: str) -> str:
    """Return the pseudonym of an author: HMAC-SHA256 (RFC 2104), so that no list of names can be tried without the key.

    The source is part of the message: the same name on two sites gives two keys, since nobody knows that it is the
    same person.
    """
    return _keyed(secret, "author", source, unicodedata.normalize("NFC", author).strip())


def content_key(secret: bytes, text: str, quoted: Sequence[ParsedQuote] = ()) -> str:
    """Return a key that differs when own words or quotes differ; taken before redaction."""
    return _keyed(secret, "content", text, *(quote.text for quote in quoted))


def to_post(
    parsed: ParsedPost,
    *,
    source: str,
    thread_id: str,
    thread_title: str,
    thread_views: int | None,
    seen_at: datetime,
    secret: bytes,
    redact: Redact | None,
) -> Post:
    """Return the post as it may be written."""
    clean = redact or _unredacted
    text, kinds = clean(parsed.text)
    quoted, quote_kinds = _clean_quotes(parsed.quoted, source, secret, clean)
    return Post(
        source=source,
        post_id=parsed.post_id,
        thread_id=thread_id,
        thread_title=clean(thread_title)[0],
        author_key=author_key(secret, source, parsed.author),
        posted_at=parsed.posted_at,
        seen_at=seen_at,
        url=parsed.url,
        text=text,
        content_key=content_key(secret, parsed.text, parsed.quoted),
        quoted=quoted,
        edited_at=parsed.edited_at,
        reply_to=parsed.reply_to,
        position=parsed.position,
        like_count=parsed.like_count,
        reply_count=parsed.reply_count,
        view_count=parsed.view_count if parsed.view_count is not None else thread_views,
        language=parsed.language,
        redactions=tuple(sorted([*kinds, *quote_kinds])),
    )


def check_secret(secret: bytes) -> None:
    """Raise CrawlerError for a key that could be guessed."""
    if len(secret) < SECRET_BYTES:
        raise CrawlerError(f"the pseudonym key has {len(secret)} bytes; it needs at least {SECRET_BYTES}")


def _clean_quotes(
    quoted: Sequence[ParsedQuote], source: str, secret: bytes, clean: Redact
) -> tuple[tuple[Quote, ...], list[str]]:
    quotes: list[Quote] = []
    kinds: list[str] = []
    for quote in quoted:
        text, found = clean(quote.text)
        kinds += found
        key = author_key(secret, source, quote.author) if quote.author else None
        quotes.append(Quote(text=text, post_id=quote.post_id, author_key=key))
    return tuple(quotes), kinds


def _unredacted(text: str) -> tuple[str, Sequence[str]]:
    return text, ()


def _keyed(secret: bytes, *parts: str) -> str:
    check_secret(secret)
    # JSON keeps the parts apart whatever they contain: ("a", "bc") and ("ab", "c") must differ.
    message = json.dumps(parts, ensure_ascii=True).encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:KEY_HEX]
