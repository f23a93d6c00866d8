"""Templates to HTML: everything that users wrote is escaped, cut where it is long, and kept from turning the page."""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from reports.board.speech import Speech

LONGEST_TEXT = 6000
"""Characters of a post that a page shows; the rest is where it was written."""
_TURNING = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Signs that turn the direction of what follows: none of ours, and a trick in others' words."""


def render(template: str, *, speech: Speech, **values: Any) -> str:
    """Return a page as HTML."""
    made = _environment(speech.language, str(speech.zone)).get_template(f"{template}.html.j2")
    return made.render(speech=speech, **values)


def harmless(text: str | None) -> str:
    """Return a user's text without signs that turn, hide or break what stands around it, and not endless."""
    if not text:
        return ""
    shown = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + " …"
    kept = shown.translate(_TURNING)
    # Stacks of combining marks climb over the lines above; three on a letter is more than any language here needs.
    out: list[str] = []
    marks = 0
    for sign in kept:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= 3 and (sign in "\n\t" or unicodedata.category(sign) != "Cc"):
            out.append(sign)
    return "".join(out)


def static_version() -> str:
    """Return a short hash of all that is served beside the pages: an address with it can be kept for ever."""
    return _static_version()


@cache
def _static_version() -> str:
    found = sha256()
    root = files("reports.board") / "static"
    for name in sorted(STATIC):
        found.update(root.joinpath(name).read_bytes())
    return found.hexdigest()[:12]


@cache
def static_file(name: str) -> bytes:
    """Return a file that pages load. Raises KeyError for any other name."""
    STATIC[name]
    return (files("reports.board") / "static").joinpath(name).read_bytes()


STATIC = {
    "board.css": "text/css; charset=utf-8",
    "board.js": "text/javascript; charset=utf-8",
    "favicon.svg": "image/svg+xml",
    "vendor/vega.min.js": "text/javascript; charset=utf-8",
    "vendor/vega-lite.min.js": "text/javascript; charset=utf-8",
    "vendor/vega-embed.min.js": "text/javascript; charset=utf-8",
}
"""What may be loaded, with its type."""


@cache
def _environment(language: str, zone: str) -> Environment:
    speech = Speech(language, ZoneInfo(zone))
    environment = Environment(
        loader=PackageLoader("reports.board"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(speech.filters())
    environment.filters.update(
        harmless=harmless,
        web=lambda url: bool(url) and url.startswith(("https://", "http://")),
        data=_data,
        author=lambda key: speech.t("posts.author", key=key[:6]) if key else speech.t("posts.nobody"),
    )
    environment.globals.update(t=speech.t, name=speech.name, names=speech.names, static=_static, language=language)
    return environment


@pass_context
def _static(_: Context, name: str) -> str:
    STATIC[name]
    return f"/static/{_static_version()}/{name}"


def _data(value: Any) -> Markup:
    """Return a value as JSON that can stand inside a script element of type application/json."""
    text = json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704
