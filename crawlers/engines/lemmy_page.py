"""The object that Lemmy answers, given as such or carried by the page that people see."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from crawlers.engines import decode, fields, markup, refusal
from crawlers.model import NotAThreadError, Page, Site

_CARRIED = re.compile(r"window\.isoData\s*=\s*(?=\{)")
_UNDEFINED = re.compile(r'"(?:[^"\\]|\\.)*"|\bundefined\b')
"""What JavaScript has and JSON has not, outside of texts."""
_WALLS = {"not_logged_in": "login_wall", "instance_is_private": "login_wall", "incorrect_login": "login_wall"}


def read(page: Page, site: Site, wanted: str) -> Mapping[str, Any]:
    """Return the page's object: a post, with its comments where the page shows them; or a list of posts or comments.

    Raise NotAThreadError where there is none.
    """
    text = decode.text_of(page, site)
    data = _carried(text) if text.lstrip().startswith("<") else decode.json_of(page, site)
    if not isinstance(data, dict):
        raise refused(page, data, wanted)
    return data


def refused(page: Page, data: Any, wanted: str) -> NotAThreadError:
    """Return the error for an answer of another kind, in the words of the place where it gives any."""
    error = fields.text(fields.mapping(data), "error")
    if not error:
        return refusal.refused_json(page, None if page.body.lstrip()[:1] == b"<" else data, wanted)
    cause = "refused" if error.startswith("rate_limit") else _WALLS.get(error, "http_error")
    return NotAThreadError(f"{page.url}: not {wanted}: the place answers {error[:40]!r}", cause=cause)


def is_html(page: Page) -> bool:
    """Return whether a page is one for people."""
    return markup.clean(page.body[:200].decode("utf-8", errors="replace")).startswith("<")


def _carried(html: str) -> Mapping[str, Any] | None:
    match = _CARRIED.search(html)
    if match is None:
        return None
    end = html.find("</script", match.end())
    script = html[match.end() : end if end >= 0 else len(html)]
    try:
        value, _ = json.JSONDecoder().raw_decode(_UNDEFINED.sub(_as_json, script))
    except (ValueError, RecursionError):
        return None
    routes = {name: fields.mapping(route, "data") for name, route in fields.mapping(value, "routeData").items()}
    post, comments = routes.get("postRes", {}), routes.get("commentsRes", {})
    found = {**comments, **post} if post else routes.get("postsRes") or routes.get("searchRes") or comments
    return found or None


def _as_json(match: re.Match[str]) -> str:
    return "null" if match[0] == "undefined" else match[0]
