"""The author's own words apart from what the post quotes, and without the signature."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TAG = re.compile(r"\[(/?)quote\b[^\]\n]{0,200}\]|<(/?)blockquote\b[^>\n]{0,200}>", re.IGNORECASE)
_HEADER = re.compile(
    r"[ \t]*(?:citat:?|ursprungligen (?:postat|skrivet|skickat) av\b.{0,80}"
    r"|\S{1,40}(?: \S{1,40})? (?:skrev|wrote):?[ ↑]*)",
    re.IGNORECASE,
)
_QUOTED_LINE = re.compile(r"[ \t]{0,3}(?:>|&gt;)(?![ \t]*\d)")
_RULE = re.compile(r"[ \t]*(?:--|_{5,}|-{5,}|—{3,})[ \t]*")
HEADER_CHARS = 120
"""A longer line names nobody who is quoted."""
SIGNATURE_CHARS = 400
"""A longer last part under a rule is text, not a signature."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A post's text by who speaks."""

    own: str
    quoted: str


def split_quotes(text: str) -> Parts:
    """Return the author's own words and the quoted ones: quote tags, `>` lines, and "Citat:" blocks."""
    if len(text) > HEADER_CHARS and "\n" not in text and "[" not in text and "<" not in text:
        return Parts(own=text, quoted="")
    own, quoted, at = [], [], 0
    for start, end in _tagged(text):
        own.append(text[at:start])
        quoted.append(text[start:end])
        at = end
    own.append(text[at:])
    kept, cited = _by_line("\n".join(own) if quoted else text)
    cited = _TAG.sub(" ", "\n".join([*quoted, cited]))
    return Parts(own=_without_signature(kept), quoted=cited.strip())


def _tagged(text: str) -> list[tuple[int, int]]:
    """Return the outermost spans between opening and closing quote tags; a tag without its pair counts for nothing."""
    spans: list[tuple[int, int]] = []
    if "[" not in text and "<" not in text:
        return spans
    opened: list[int] = []
    for tag in _TAG.finditer(text):
        if not (tag.group(1) or tag.group(2)):
            opened.append(tag.start())
        elif opened:
            start = opened.pop()
            while spans and spans[-1][0] > start:
                spans.pop()
            spans.append((start, tag.end()))
    return spans


def _by_line(text: str) -> tuple[str, str]:
    own: list[str] = []
    quoted: list[str] = []
    is_block = False
    for line in text.split("\n"):
        is_header = len(line) <= HEADER_CHARS and bool(_HEADER.fullmatch(line))
        is_block = is_header or (is_block and bool(line.strip()))
        if is_header:
            continue
        (quoted if is_block or _QUOTED_LINE.match(line) else own).append(line)
    if quoted and not any(line.strip() for line in own):
        return "\n".join(quoted), ""
    return "\n".join(own), "\n".join(quoted)


def _without_signature(text: str) -> str:
    lines = text.split("\n")
    for at in range(len(lines) - 1, 0, -1):
        if _RULE.fullmatch(lines[at]):
            is_signature = sum(map(len, lines[at:])) <= SIGNATURE_CHARS and any(map(str.strip, lines[:at]))
            return "\n".join(lines[:at]) if is_signature else text
    return text
