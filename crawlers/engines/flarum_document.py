"""A document of Flarum's JSON:API: an answer of its own, or carried by a page for people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crawlers.engines import decode, fields, markup, refusal
from crawlers.model import NotAThreadError, Page, Site

_LOAD = re.compile(
    r"(?:\bapp\.load|\bapp\.boot|flarum\.core\.app\.load)\(\s*(?=\{)|\bdata\s*=\s*(?=\{)|\bpayload\s*=\s*(?=\{)"
)

_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The records asked for, and those that came with them."""

    data: list[Mapping[str, Any]]
    is_list: bool
    """False for a document about one record."""
    included: list[Mapping[str, Any]] = field(default_factory=list)
    links: Mapping[str, Any] = field(default_factory=dict)
    is_html: bool = False

    def is_of(self, kind: str) -> bool:
        """Return whether the records asked for are of a type, and there are any."""
        return bool(self.data) and all(item.get("type") == kind for item in self.data)

    def find(self, kind: str, record_id: str) -> Mapping[str, Any]:
        """Return the attributes of a record that came along; empty where it did not."""
        items = (item for item in self.included if item.get("type") == kind and fields.text(item, "id") == record_id)
        return fields.mapping(next(items, None), "attributes")


def related_id(item: Mapping[str, Any], name: str) -> str:
    """Return the id of the one record that an item is related to by a name; empty for none."""
    return fields.text(fields.mapping(item, "relationships", name, "data"), "id")


def related_count(item: Mapping[str, Any], name: str) -> int | None:
    """Return how many records an item is related to by a name, where it says so."""
    found = fields.mapping(item, "relationships", name).get("data")
    return len(found) if isinstance(found, list) else None


def names_more(discussion: Mapping[str, Any], posts: list[Mapping[str, Any]]) -> bool:
    """Return whether a discussion has posts beside those at hand, or does not say which it has."""
    named = fields.mapping(discussion, "relationships", "posts").get("data")
    if not isinstance(named, list):
        return True
    return not {fields.text(item, "id") for item in fields.items(named)} <= {fields.text(post, "id") for post in posts}


def read(page: Page, site: Site, wanted: str) -> Document:
    """Return the document of an answer or a page. Raise NotAThreadError where there is none."""
    text = decode.text_of(page, site)
    is_html = text.lstrip().startswith("<")
    value = _carried(text, page) if is_html else fields.mapping(decode.json_of(page, site))
    data = value.get("data")
    if not {"jsonapi", "links"} & set(value) and not _are_records(data):
        data = None
    if not isinstance(data, dict | list):
        raise refused(page, None, wanted, value=value)
    return Document(
        data=fields.items(data) if isinstance(data, list) else [data],
        is_list=isinstance(data, list),
        included=fields.items(value, "included"),
        links=fields.mapping(value, "links"),
        is_html=is_html,
    )


def refused(
    page: Page, found: Document | None, wanted: str, *, value: Mapping[str, Any] | None = None
) -> NotAThreadError:
    """Return the error for an answer of another kind, in the words of the place where it gives any."""
    errors = fields.items(value or {}, "errors")
    if errors:
        code = fields.text(errors[0], "code", "title", "status")
        cause = "login_wall" if code in ("not_authenticated", "permission_denied") else "http_error"
        return NotAThreadError(f"{page.url}: not {wanted}: the place answers {code[:40]!r}", cause=cause)
    if found is not None:
        kinds = ", ".join(sorted({fields.text(item, "type")[:20] for item in found.data})) or "nothing"
        return NotAThreadError(f"{page.url}: not {wanted}: a document of {kinds}", cause="site_changed")
    if page.body.lstrip()[:1] == b"<":
        document = markup.tree(page.body.decode("utf-8", errors="replace"), page)
        return refusal.refused(page, document, wanted)
    return refusal.refused_json(page, _json(page), wanted)


def _json(page: Page) -> object:
    try:
        return json.loads(page.body)
    except (ValueError, RecursionError):
        return None


def _are_records(data: object) -> bool:
    items = data if isinstance(data, list) else [data]
    return bool(items) and all(isinstance(item, dict) and "type" in item and "id" in item for item in items)


def _carried(html: str, page: Page) -> Mapping[str, Any]:
    """Return the document that a page carries for its scripts; empty where it carries none."""
    node = markup.tree(html, page).css_first("script#flarum-json-payload")
    text = node.text(deep=True) if node is not None else html
    starts = [len(text) - len(text.lstrip())] if node is not None else [match.end() for match in _LOAD.finditer(html)]
    for start in starts[:_TRIES]:
        try:
            value, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if found := fields.mapping(value, "apiDocument") or fields.mapping(value, "document"):
            return found
    return {}
