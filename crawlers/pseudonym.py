"""The only door from parsed posts to written ones: names become keyed pseudonyms, personal data stays out."""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime

from crawlers.errors import CrawlerError
from crawlers.links import scrub_links, without_secrets
from crawlers.model import ParsedPost, ParsedQuote
from warehouse.records import Post, Quote

Redact = Callable[[str], tuple[str, Sequence[str]]]
"""Text in; text without personal data and the kinds that were taken out, one per removal."""

IsErased = Callable[[str, str, str], bool]
"""Takes a kind (`post`, `author` or `title`), a source and a post id, author key or thread id; says whether that was
erased and must not be written again."""

KEY_HEX = 24
SECRET_BYTES = 16
ROTATED = b"\x00rotated\x00"
"""Between the keys of a secret that was rotated, the first key first."""
ERASED = "erased"
"""Stands for the content key of a post that was erased."""


def author_key(secret: bytes, source: str, author: str) -> str:
    """Return the pseudonym of an author: HMAC-SHA256 (RFC 2104), so that no list of names can be tried without the key.

    The source is part of the message: the same name on two sites gives two keys, since nobody knows that it is the
    same person.
    """
    return _through(secret, "author", source, unicodedata.normalize("NFC", author).strip())


def rotated(key: bytes, pseudonym: str) -> str:
    """Return what a pseudonym becomes under one more key.

    It is taken from the pseudonym's subject, by which an erased author is remembered: so that is rotated too, though
    nothing leads back from it.
    """
    return rotate_subject(key, subject_of(pseudonym))


def rotate_subject(key: bytes, subject: str) -> str:
    """Return what a pseudonym of this subject becomes under one more key."""
    return _keyed(key, "rotated", subject)


def subject_of(pseudonym: str) -> str:
    """Return the hash by which an erased author is remembered, as `warehouse.keys.author_subject` makes it."""
    return hashlib.sha256(f"author\x00{pseudonym}\x00erased".encode()).hexdigest()[:20]


def key_print(secret: bytes) -> str:
    """Return what tells a secret from others, and nothing of it."""
    return _through(secret, "key print")


def join_keys(keys: Sequence[bytes]) -> bytes:
    """Return the secret of keys, the first key first, the one that was added last at the end."""
    return ROTATED.join(keys)


def split_keys(secret: bytes) -> tuple[bytes, ...]:
    """Return the keys of a secret."""
    return tuple(secret.split(ROTATED))


def content_key(secret: bytes, text: str, quoted: Sequence[ParsedQuote] = ()) -> str:
    """Return a key that differs when own words or quotes differ; taken before redaction.

    It names nobody and stays under the first key: were it rotated, every post would look edited.
    """
    return _keyed(split_keys(secret)[0], "content", text, *(quote.text for quote in quoted))


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
    is_erased: IsErased | None = None,
    key: str | None = None,
) -> Post:
    """Return the post as it may be written. `key`: its content key, where that is known already."""
    clean = _without_links(redact) if redact else _unredacted
    text, kinds = clean(parsed.text)
    quoted, quote_kinds = _clean_quotes(parsed.quoted, source, secret, clean)
    title = clean(thread_title)[0]
    if is_erased:
        quoted = tuple(Quote(text="") if _quotes_erased(quote, source, is_erased) else quote for quote in quoted)
        title = "" if is_erased("title", source, thread_id) else title
    return Post(
        source=source,
        post_id=parsed.post_id,
        thread_id=thread_id,
        thread_title=title,
        author_key=author_key(secret, source, parsed.author),
        posted_at=parsed.posted_at,
        seen_at=seen_at,
        url=without_secrets(parsed.url),
        text=text,
        content_key=key or content_key(secret, parsed.text, parsed.quoted),
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
    for key in split_keys(secret):
        if len(key) < SECRET_BYTES:
            raise CrawlerError(f"the pseudonym key has {len(key)} bytes; it needs at least {SECRET_BYTES}")


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


def _quotes_erased(quote: Quote, source: str, is_erased: IsErased) -> bool:
    by_post = quote.post_id is not None and is_erased("post", source, quote.post_id)
    return by_post or (quote.author_key is not None and is_erased("author", source, quote.author_key))


def _without_links(redact: Redact) -> Redact:
    def clean(text: str) -> tuple[str, Sequence[str]]:
        return redact(scrub_links(text))

    return clean


def _unredacted(text: str) -> tuple[str, Sequence[str]]:
    return text, ()


def _through(secret: bytes, *parts: str) -> str:
    first, *later = split_keys(secret)
    found = _keyed(first, *parts)
    for key in later:
        found = rotated(key, found)
    return found


def _keyed(secret: bytes, *parts: str) -> str:
    check_secret(secret)
    # JSON keeps the parts apart whatever they contain: ("a", "bc") and ("ab", "c") must differ.
    message = json.dumps(parts, ensure_ascii=True).encode()
    return hmac.digest(secret, message, "sha256").hex()[:KEY_HEX]
