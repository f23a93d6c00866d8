"""The digest in its three shapes (page, mail's HTML, mail's text) from the same rows: nothing from elsewhere loads."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import css_inline
from jinja2 import Environment
from markupsafe import Markup, escape

from reports.board.speech import Speech
from reports.charts import Picture
from reports.digest_contents import EVERYTHING, Limits, contents, speech_of
from reports.templating import environment
from warehouse.records import Digest

Draw = Callable[[Picture], Markup]


def render_digest(digest: Digest, *, language: str = "sv", **about: Any) -> str:
    """Return the digest as one self-contained page; `about` is what `digest_contents.contents` takes."""
    speech = speech_of(digest, language)
    values = contents(digest, speech, **about)
    return _html(speech).get_template("digest.html.j2").render(**values, is_mail=False, drawn=_inline)


def render_mail(
    digest: Digest, *, language: str, draw: Draw, limits: Limits = EVERYTHING, **about: Any
) -> tuple[str, str]:
    """Return a mail's text and HTML: styles in the tags; `draw` returns the tag of each picture."""
    speech = speech_of(digest, language)
    values = contents(digest, speech, limits=limits, **about)
    html = _html(speech).get_template("digest.html.j2").render(**values, is_mail=True, drawn=draw)
    text = _text(speech).get_template("digest.txt.j2").render(**values)
    return text.strip() + "\n", inlined(html)


def inlined(html: str) -> str:
    """Return HTML with its styles in its tags, as mail clients want it; rules for screens stay in a style element."""
    styler = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
    return styler.inline(html)


def _inline(picture: Picture) -> Markup:
    """Return a picture as part of the page: our own SVG from numbers and our own words, no user's text in it."""
    drawn = picture.svg().replace("<svg ", f'<svg role="img" aria-label="{escape(picture.alt)}" class="drawn" ', 1)
    return Markup(drawn.replace('class="marks" ', "", 1))  # noqa: S704


def _html(speech: Speech) -> Environment:
    return _environment(speech.language, str(speech.zone), is_html=True)


def _text(speech: Speech) -> Environment:
    return _environment(speech.language, str(speech.zone), is_html=False)


@cache
def _environment(language: str, zone: str, *, is_html: bool) -> Environment:
    return environment("reports", Speech(language, ZoneInfo(zone)), is_html=is_html)
