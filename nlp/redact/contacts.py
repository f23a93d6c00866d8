"""Names that people reach each other by on the net: e-mail addresses and handles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.company import Company
from nlp.mentions import find_mentions
from nlp.redact.kinds import Redaction

_LOCAL = r"(?<![\w.+-])[\w+-][\w.+-]{0,63}"
_EMAIL = re.compile(rf"{_LOCAL}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,4}}(?<![.-])")
_AT = r"(?:\s?[\[({<]\s?(?:at|snabel[- ]?a|@|ät|a|på)\s?[\])}>]\s?|\s(?:at|ät|snabel[- ]?a)\s)"
_DOT = r"(?:\s?\.\s?|\s?[\[({<]\s?(?:dot|punkt|\.)\s?[\])}>]\s?|\s(?:punkt|dot)\s)"
_PROVIDER = r"(?:gmail|hotmail|outlook|icloud|protonmail|proton|yahoo|fastmail)"
_DOMAIN = rf"(?:[\w-]{{1,63}}{_DOT}){{1,3}}(?:[a-z]{{2}}|com|net|org|info|biz|name|email|online|dev|app)\b"
_SPELT = re.compile(
    rf"{_LOCAL}(?:\s(?:punkt|dot)\s[\w-]{{1,40}})?(?:{_AT}(?:{_DOMAIN}|{_PROVIDER}\b)|\s?@\s?{_DOMAIN})", re.IGNORECASE
)
"""The forms that are meant to fool machines: "kalle (at) gmail.com", "kalle snabel-a gmail punkt com"."""
_PROFILE = re.compile(
    r"(?:(?:facebook|fb|instagram|twitter|tiktok|\bx)\.com|linkedin\.com/in|\bt\.me|bsky\.app/profile|threads\.net"
    r"|reddit\.com/u(?:ser)?)/(?!groups|pages|events|watch|share|hashtag)(profile\.php\?id=\d+|@?[\w.%-]{2,60})"
    r"|\b(?:insta(?:gram)?|snap(?:chat)?|discord|telegram|skype|kik|facebook|messenger)[ ]?[:=][ ]?"
    r"((?=[\w.#-]*[\d._#]\w)[\w.#-]{3,40})",
    re.IGNORECASE,
)
"""Where a person is found elsewhere: the address of a profile, or "insta: kalle_k"."""
_HANDLE = re.compile(r"(?<![\w@./+-])@(?=[\w.-]*[^\W\d_])\w(?:[\w.-]{0,62}\w)?|(?<![\w/.])/?u/[\w-]{3,20}(?![\w/])")


def find_contacts(text: str, company: Company) -> Iterator[Redaction]:
    """Yield e-mail addresses and handles; the handle of a company is not a person's."""
    for pattern in (_EMAIL, _SPELT):
        for found in pattern.finditer(text):
            yield Redaction(found.start(), found.end(), "email")
    for found in _PROFILE.finditer(text):
        at = found.lastindex or 1
        if not find_mentions(found.group(at), company):
            yield Redaction(found.start(at), found.end(at), "username")
    for found in _HANDLE.finditer(text):
        if not find_mentions(found.group(), company):
            yield Redaction(found.start(), found.end(), "username")
