"""Names that people reach each other by on the net: e-mail addresses and handles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.company import Company
from nlp.mentions import find_mentions
from nlp.redact.kinds import Redaction

_LOCAL = r"(?<![\w.+-])[\w+-][\w.+-]{0,63}"
_EMAIL = re.compile(rf"{_LOCAL}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,4}}(?<![.-])")
_SPELT = re.compile(
    rf"{_LOCAL}\s?(?:[\[({{]\s?(?:at|snabel-?a|@|ät)\s?[\])}}]|\s(?:at|snabel-?a|@)\s|@)\s?"
    r"[\w-]{2,63}\s?(?:\.|[\[({]\s?(?:dot|punkt|\.)\s?[\])}]|\s(?:punkt|dot)\s)\s?"
    r"(?:se|com|nu|net|org|eu|no|dk|fi|me|io)\b",
    re.IGNORECASE,
)
"""The forms that are meant to fool machines: "kalle (at) gmail.com", "kalle snabel-a gmail punkt com"."""
_HANDLE = re.compile(r"(?<![\w@./+-])@(?=[\w.-]*[^\W\d_])\w(?:[\w.-]{0,62}\w)?|(?<![\w/.])/?u/[\w-]{3,20}(?![\w/])")


def find_contacts(text: str, company: Company) -> Iterator[Redaction]:
    """Yield e-mail addresses and handles; the handle of a company is not a person's."""
    for pattern in (_EMAIL, _SPELT):
        for found in pattern.finditer(text):
            yield Redaction(found.start(), found.end(), "email")
    for found in _HANDLE.finditer(text):
        if not find_mentions(found.group(), company):
            yield Redaction(found.start(), found.end(), "username")
