"""The board's templates to HTML, and the files that its pages load."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from reports.board.speech import Speech
from reports.templating import environment


def render(template: str, *, speech: Speech, **values: Any) -> str:
    """Return a page as HTML."""
    made = _environment(speech.language, str(speech.zone)).get_template(f"{template}.html.j2")
    return made.render(speech=speech, **values)


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
    made = environment("reports.board", speech)
    made.filters["data"] = _data
    made.globals.update(names=speech.names, static=_static)
    return made


@pass_context
def _static(_: Context, name: str) -> str:
    STATIC[name]
    return f"/static/{_static_version()}/{name}"


def _data(value: Any) -> Markup:
    """Return a value as JSON that can stand inside a script element of type application/json."""
    text = json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704
