"""Templates as every page and mail has them: strict, escaped, in the reader's language, others' words made harmless."""

from __future__ import annotations

import textwrap
import unicodedata

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.board.speech import Speech

LONGEST_TEXT = 6000
"""Characters of a post that a page shows; the rest is where it was written."""
TEXT_WIDTH = 76
_TURNING = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Signs that turn the direction of what follows: none of ours, and a trick in others' words."""


def environment(package: str, speech: Speech, *, is_html: bool = True) -> Environment:
    """Return what makes the templates of a package; a value that is not there is an error."""
    made = Environment(
        loader=PackageLoader(package),
        autoescape=is_html,  # noqa: S701 - the text of a mail is no HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(speech.filters())
    made.filters.update(
        harmless=harmless,
        web=lambda url: bool(url) and url.startswith(("https://", "http://")),
        author=lambda key: speech.t("posts.author", key=key[:6]) if key else speech.t("posts.nobody"),
        wrapped=wrapped,
        oneline=lambda text: "".join(text.split()),
    )
    made.globals.update(t=speech.t, name=speech.name, language=speech.language)
    return made


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


def wrapped(text: str, indent: str = "") -> str:
    """Return a paragraph in lines of a mail's width; addresses are not cut."""
    return textwrap.fill(text, TEXT_WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
