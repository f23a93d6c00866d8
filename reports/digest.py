"""The digest in its three shapes (page, mail's HTML, mail's text) from the same rows: nothing from elsewhere loads."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reports.board.render import harmless
from reports.board.speech import Speech
from reports.charts import Picture
from reports.digest_contents import EVERYTHING, Limits, contents, speech_of
from warehouse.records import Digest

TEXT_WIDTH = 76
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
    speech = Speech(language, ZoneInfo(zone))
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=is_html,  # noqa: S701 - the text of a mail is no HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(speech.filters())
    environment.filters.update(
        harmless=harmless,
        web=lambda url: bool(url) and url.startswith(("https://", "http://")),
        author=lambda key: speech.t("posts.author", key=key[:6]) if key else speech.t("posts.nobody"),
        wrapped=wrapped,
        oneline=lambda text: "".join(text.split()),
    )
    environment.globals.update(t=speech.t, name=speech.name, language=language)
    return environment


def wrapped(text: str, indent: str = "") -> str:
    """Return a paragraph in lines of a mail's width; addresses are not cut."""
    return textwrap.fill(text, TEXT_WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
