"""The only door from parsed posts to written ones: names become keyed pseudonyms, personal data stays out."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring_ascii

from crawlers.errors import CrawlerError
from crawlers.links import scrub_links, without_secrets
from crawlers.model import ParsedPost, ParsedQuote
from warehouse.records import Post, Quote

Clean = tuple[str, Sequence[str]]
"""A text without personal data, and the kinds that were taken out, one per removal."""

Redact = Callable[[Sequence[str]], Iterable[Clean]]
"""Takes texts, many at once since that is faster; gives what is left of each, in their order."""

IsErased = Callable[[str, str, str], bool]
"""Takes a kind (`post`, `author` or `title`), a source and a post id, author key or thread id; says whether that was
erased and must not be written again."""

KEY_HEX = 24
SECRET_BYTES = 16
BLOCK_BYTES = 64
"""Of SHA-256."""
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


_author_key = lru_cache(maxsize=4096)(author_key)
"""For those who write and quote again and again in a place: only where its posts are read, and as long as that runs."""


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
    return sha256(f"author\x00{pseudonym}\x00erased".encode()).hexdigest()[:20]


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


@dataclass(frozen=True, slots=True)
class SeenPost:
    """A post as a page showed it, when that was, and its content key."""

    parsed: ParsedPost
    seen_at: datetime
    content_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where posts stand, and how they are kept."""

    source: str
    thread_id: str
    thread_title: str
    thread_views: int | None
    language: str | None = None
    """What the thread's pages declare."""
    secret: bytes = field(repr=False)
    redact: Redact | None
    is_erased: IsErased | None = None


def to_post(parsed: ParsedPost, place: Place, *, seen_at: datetime) -> Post:
    """Return a post as it may be written."""
    (post,) = to_posts([SeenPost(parsed, seen_at, content_key(place.secret, parsed.text, parsed.quoted))], place)
    return post


def to_posts(seen: Sequence[SeenPost], place: Place) -> list[Post]:
    """Return posts of one thread as they may be written."""
    texts = [place.thread_title]
    for one in seen:
        texts += [one.parsed.text, *(quote.text for quote in one.parsed.quoted)]
    clean = _cleaned(texts, place.redact)
    is_erased = place.is_erased and place.is_erased("title", place.source, place.thread_id)
    titled = replace(place, thread_title="" if is_erased else clean[place.thread_title][0])
    return [_to_post(one, titled, clean) for one in seen]


def _to_post(seen: SeenPost, place: Place, clean: Mapping[str, Clean]) -> Post:
    parsed = seen.parsed
    text, kinds = clean[parsed.text]
    quote_kinds = (kind for quote in parsed.quoted for kind in clean[quote.text][1])
    return Post(
        source=place.source,
        post_id=parsed.post_id,
        thread_id=place.thread_id,
        thread_title=place.thread_title,
        author_key=_author_key(place.secret, place.source, parsed.author),
        posted_at=parsed.posted_at,
        seen_at=seen.seen_at,
        url=without_secrets(parsed.url),
        text=text,
        content_key=seen.content_key,
        quoted=tuple(_to_quote(quote, place, clean[quote.text][0]) for quote in parsed.quoted),
        edited_at=parsed.edited_at,
        reply_to=parsed.reply_to,
        position=parsed.position,
        like_count=parsed.like_count,
        reply_count=parsed.reply_count,
        view_count=parsed.view_count if parsed.view_count is not None else place.thread_views,
        language=parsed.language or place.language,
        redactions=tuple(sorted([*kinds, *quote_kinds])),
    )


def check_secret(secret: bytes) -> None:
    """Raise CrawlerError for a key that could be guessed."""
    for key in split_keys(secret):
        if len(key) < SECRET_BYTES:
            raise CrawlerError(f"the pseudonym key has {len(key)} bytes; it needs at least {SECRET_BYTES}")


def _to_quote(parsed: ParsedQuote, place: Place, text: str) -> Quote:
    key = _author_key(place.secret, place.source, parsed.author) if parsed.author else None
    quote = Quote(text=text, post_id=parsed.post_id, author_key=key)
    is_erased = place.is_erased and _quotes_erased(quote, place.source, place.is_erased)
    return Quote(text="") if is_erased else quote


def _quotes_erased(quote: Quote, source: str, is_erased: IsErased) -> bool:
    by_post = quote.post_id is not None and is_erased("post", source, quote.post_id)
    return by_post or (quote.author_key is not None and is_erased("author", source, quote.author_key))


def _cleaned(texts: Iterable[str], redact: Redact | None) -> dict[str, Clean]:
    """Return what is left of each text."""
    if redact is None:
        return {text: (text, ()) for text in texts}
    # What is quoted again and again is read once.
    given = list(dict.fromkeys(texts))
    return dict(zip(given, redact([scrub_links(text) for text in given]), strict=True))


def _through(secret: bytes, *parts: str) -> str:
    first, *later = split_keys(secret)
    found = _keyed(first, *parts)
    for key in later:
        found = rotated(key, found)
    return found


def _keyed(secret: bytes, *parts: str) -> str:
    if len(secret) < SECRET_BYTES:
        check_secret(secret)
    # JSON keeps the parts apart whatever they contain: ("a", "bc") and ("ab", "c") must differ.
    message = f"[{', '.join(map(encode_basestring_ascii, parts))}]".encode("ascii")
    inner, outer = _pads(secret)
    return sha256(outer + sha256(inner + message).digest()).hexdigest()[:KEY_HEX]


@lru_cache(maxsize=8)
def _pads(secret: bytes) -> tuple[bytes, bytes]:
    """Return what HMAC-SHA256 puts before the message, and before that hash (RFC 2104, section 2).

    OpenSSL makes both anew for every message, which takes longer than hashing a post.
    """
    key = (sha256(secret).digest() if len(secret) > BLOCK_BYTES else secret).ljust(BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)
