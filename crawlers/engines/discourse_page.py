"""The object that Discourse answers, given as such or carried by the page that people see."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from crawlers.engines import decode, fields, markup, refusal
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute
from crawlers.model import NotAThreadError, Page, Site

_CAUSES = {"not_logged_in": "login_wall", "invalid_access": "login_wall", "rate_limit": "refused"}


def read(page: Page, site: Site, wanted: str) -> Mapping[str, Any]:
    """Return the page's object: a topic, a list of topics, of categories or of posts, a search.

    Raise NotAThreadError where there is none.
    """
    text = decode.text_of(page, site)
    if not text.lstrip().startswith("<"):
        data = decode.json_of(page, site)
        if not isinstance(data, dict):
            raise refused(page, data, wanted)
        return data
    document = markup.tree(text, page)
    carried = dict(_carried(document))
    topic = next((value for name, value in carried.items() if name.startswith("topic_") and "post_stream" in value), {})
    found = topic or next((value for value in carried.values() if {"topic_list", "category_list"} & set(value)), {})
    if not found:
        raise refusal.refused(page, document, wanted)
    return found


def refused(page: Page, data: Any, wanted: str) -> NotAThreadError:
    """Return the error for an answer of another kind, in the words of the place where it gives any."""
    kind = fields.text(fields.mapping(data), "error_type")
    if kind:
        return NotAThreadError(
            f"{page.url}: not {wanted}: the place answers {kind[:40]!r} (status {page.status})",
            cause=_CAUSES.get(kind, "http_error"),
        )
    is_page = page.body.lstrip()[:1] == b"<"
    return refusal.refused_json(page, None if is_page else data, wanted)


def _carried(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what the page was given before its scripts ran, by name: objects, most of them once more as text."""
    texts = [attribute(node, "data-preloaded") for node in document.css("[data-preloaded]")]
    texts += [node.text(deep=True) for node in document.css("script#data-preloaded")]
    for text in texts:
        for name, value in fields.mapping(_json(text)).items():
            found = _json(value) if isinstance(value, str) else value
            if isinstance(found, dict):
                yield name, found


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
