"""A post's text as the model reads it: markup and noise out, everything that carries feeling kept."""

from __future__ import annotations

import html
import re

from nlp.company import Company
from nlp.fold import ODD, fold
from nlp.mentions import COMPANY_MASK, OPERATOR_MASK, mask_company
from nlp.quotes import split_quotes

MODEL_CHARS = 4000
"""No model here reads further than this; a longer text is cut before the costly work."""
RAW_CHARS = 40_000
_HTML_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]{0,200}>", re.IGNORECASE)
_HTML_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_BBCODE = re.compile(
    r"\[/?(?:b|i|u|s|url|img|color|size|font|list|\*|code|spoiler|user|email|center|left|right|quote|attach|media|table"
    r"|tr|td|highlight|indent|h)(?:[= ][^\[\]\n]{0,300})?\]",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:https?://|www\.)([^\s/<>\[\]()\"']{1,200})(?:/[^\s<>\[\]\"']{0,2000})?", re.IGNORECASE)
_USER = re.compile(rf"(?<![\w@./])@(?!{COMPANY_MASK}|{OPERATOR_MASK})\w[\w.-]{{1,30}}")
_LETTERS = re.compile(r"([^\W\d_])\1{3,}")
_MARKS = re.compile(r"([^\w\s])\1{3,}")
MANY_LETTERS = 200
"""Different characters, above which runs are looked for at once instead of letter by letter."""
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s*\n\s*")
_EMOJI = str.maketrans(
    {"🤬": "😡", "💩": "😡", "🖕": "😡", "“": '"', "”": '"', "„": '"', "’": "'", "´": "'", "\u00a0": " "}
)
"""What the vocabulary lacks, as the nearest that it has."""
_EMOJI_OR_ODD = re.compile(f"[{''.join(map(chr, _EMOJI))}]|{ODD}")
_OTHER_SPACE = re.compile(r"[^\S ]")


def clean(text: str) -> str:
    """Return the text without markup, hidden characters and long runs; emoji, capitals and stress stay.

    At most `MODEL_CHARS` characters. A link becomes `länk` with its domain.
    """
    # Most posts have nothing of a kind: to see that they do not takes a tenth of looking for it.
    plain = html.unescape(text[:RAW_CHARS])
    if "<" in plain:
        plain = _HTML_TAG.sub(" ", _HTML_BREAK.sub("\n", plain))
    if "[" in plain:
        plain = _BBCODE.sub("", plain)
    if "://" in plain or "www." in plain.lower():
        plain = _URL.sub(lambda m: "länk " + m.group(1).lower().removeprefix("www."), plain)
    letters = "".join(set(plain))
    if _EMOJI_OR_ODD.search(letters):
        plain = fold(plain).text.translate(_EMOJI)
        letters = "".join(set(plain))
    if len(letters) > MANY_LETTERS or any(letter * 4 in plain for letter in letters):
        plain = _MARKS.sub(r"\1\1\1", _LETTERS.sub(r"\1\1\1", plain))
    if "  " in plain or _OTHER_SPACE.search(letters):
        plain = _BREAKS.sub("\n", _SPACES.sub(" ", plain))
    return plain.strip()[:MODEL_CHARS]


def model_text(text: str, company: Company) -> str:
    """Return what the encoder is given: the author's own words, cleaned, the company and operators masked.

    A post that only quotes is read as its quote. Training and prediction both go through here.
    """
    return masked(clean(split_quotes(text[:RAW_CHARS]).own), company)


def masked(plain: str, company: Company) -> str:
    """Return a text that is clean without the names of companies and users."""
    found = mask_company(plain, company)
    return _USER.sub("[användare]", found) if "@" in found else found
