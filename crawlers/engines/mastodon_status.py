"""A status of Mastodon: whether its author lets us have it, its words, and what it quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from crawlers.engines import addresses, fields, markup, reading
from crawlers.model import Page, ParsedPost, ParsedQuote, Site

_WISH = re.compile(r"#(?:<span>)?(?:no_?bots?|no_?index|no_?search|no_?archive|no_?scrap(?:e|ing))\b", re.IGNORECASE)
"""What authors write about themselves to be left alone by programs."""
_FALLBACK = ".quote-inline, .reference-link-inline"
"""What stands for the quote where it cannot be shown: "RE: https://..."."""


def is_status(value: Mapping[str, Any]) -> bool:
    """Return whether an object is a status."""
    return "in_reply_to_id" in value and isinstance(value.get("account"), dict)


def is_open(status: Mapping[str, Any]) -> bool:
    """Return whether a status is its author's own, for everyone, and the author does not ask to be left alone."""
    if status.get("reblog") or status.get("visibility", "public") != "public" or status.get("local_only"):
        return False
    return not _wants_peace(fields.mapping(status, "account"))


def read(status: Mapping[str, Any], *, page: Page, site: Site) -> ParsedPost:
    """Return a status as a post."""
    post_id = reading.required(fields.text(status, "id"), "missing_id", "a status has no id")
    account = fields.mapping(status, "account")
    author = fields.text(account, "id") or fields.text(account, "acct")
    url = fields.text(status, "url") or fields.text(status, "uri")
    return ParsedPost(
        post_id=post_id,
        author=reading.required(author, "missing_author", f"status {post_id} names no author"),
        author_name=fields.text(account, "acct", "username") or None,
        posted_at=fields.time(status, "created_at", page, site),
        url=addresses.absolute(page.url, url) or page.url,
        text=_words(status, post_id),
        quoted=tuple(_quotes(fields.mapping(status, "quote"))),
        edited_at=fields.time_or_none(status, "edited_at", page, site),
        reply_to=fields.text(status, "in_reply_to_id") or None,
        like_count=fields.whole(status, "favourites_count"),
        reply_count=fields.whole(status, "replies_count"),
        language=fields.text(status, "language") or None,
    )


def _wants_peace(account: Mapping[str, Any]) -> bool:
    about = [account, *fields.items(account, "fields")]
    said = " ".join(fields.text(part, name) for part in about for name in ("note", "name", "value"))
    return account.get("noindex") is True or bool(_WISH.search(said))


def _words(status: Mapping[str, Any], post_id: str) -> str:
    """Return the author's words: the warning, the text, and the choices of a poll."""
    content = status.get("content")
    if not isinstance(content, str):
        raise reading.UnreadablePostError("missing_text", f"status {post_id} has no content")
    body = markup.fragment(content)
    said = markup.words(body, markup.marks(body, drop=_FALLBACK)).text
    choices = [fields.text(choice, "title") for choice in fields.items(status, "poll", "options")]
    return markup.clean("\n".join(filter(None, [fields.text(status, "spoiler_text"), said, *choices])))


def _quotes(quote: Mapping[str, Any]) -> Iterator[ParsedQuote]:
    """Yield the quoted status: with its text where its author agreed and it is open, else with no more than its id."""
    status = fields.mapping(quote, "quoted_status") or (quote if is_status(quote) else {})
    number = fields.text(status, "id") or fields.text(quote, "quoted_status_id")
    if not number:
        return
    is_shown = is_status(status) and is_open(status) and quote.get("state", "accepted") == "accepted"
    account = fields.mapping(status, "account") if is_shown else {}
    yield ParsedQuote(
        text=_words(status, number) if is_shown and isinstance(status.get("content"), str) else "",
        post_id=number,
        author=fields.text(account, "id") or None,
    )
