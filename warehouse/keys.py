"""Keys that stay the same whenever, wherever and in whatever order a thing is loaded."""

from __future__ import annotations

import hashlib
import re

KEY_LENGTH = 20
REVISION_LENGTH = 12
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """Return the text with what no database can store (NUL, lone surrogates) made U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text) if _UNSTORABLE.search(text) else text


def stable_key(*parts: str) -> str:
    """Return 80 bits of SHA-256 of the parts in hex: injective, since a cleaned part holds no NUL."""
    joined = "\x00".join(clean(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:KEY_LENGTH]


def post_key(source: str, post_id: str) -> str:
    """Return the key of a post."""
    return stable_key(source, post_id)


def revision_key(content_key: str) -> str:
    """Return the key of a content that a post has had; 48 bits, compared within one post only."""
    return hashlib.sha256(clean(content_key).encode()).hexdigest()[:REVISION_LENGTH]


def author_subject(author_key: str) -> str:
    """Return the key under which an erased author is remembered; never another kind's key."""
    return stable_key("author", author_key, "erased")


def title_subject(source: str, thread_id: str) -> str:
    """Return the key under which an erased thread title is remembered; never another kind's key."""
    return stable_key("title", source, thread_id, "erased")


def erased_subject(kind: str, source: str, name: str) -> str:
    """Return the key under which an erased thing is remembered: a `post` by its id, an `author`, a thread's `title`."""
    if kind == "author":
        return author_subject(name)
    return post_key(source, name) if kind == "post" else title_subject(source, name)
