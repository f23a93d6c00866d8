"""Markdown to HTML, for places whose answers carry what the author typed."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

# Typed HTML stays text: Lemmy and its kin show it so.
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": False}).enable(["table", "strikethrough"])
_SPOILER = re.compile(r"^[ \t]*:::[ \t]*(?:spoiler[ \t]*)?(.*)$", re.MULTILINE)
_LONGEST = 100_000
"""More is no post: the parser's time would grow beyond use."""


def to_html(text: str) -> str:
    """Return the HTML that Markdown means; the fences of a spoiler go, its heading and words stay."""
    return str(_MARKDOWN.render(_SPOILER.sub(r"\1\n", text[:_LONGEST])))
