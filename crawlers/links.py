"""Links without what is not for others: passwords, session numbers, keys that let whoever has them in."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit, urlunsplit

SECRET_NAME = re.compile(
    r"(?:.*[_-])?(?:sid|session(?:_?id)?|phpsessid|jsessionid|token|auth|authorization|access_?key|api_?key|key|secret|"
    r"sig|signature|password|passwd|pwd|otp|code|ticket|nonce|hash|csrf|jwt|invite|confirm(?:ation)?|reset|unsubscribe|"
    r"email|e-?mail|mail|epost|user(?:_?(?:name|id))?|uid|member_?id|kund(?:nr|nummer)|phone|telefon|pnr|personnummer|"
    r"ssn|fbclid|gclid|msclkid|mc_eid|mc_cid|igshid|utm_[a-z]+)",
    re.IGNORECASE,
)
"""Parameters that say who came, or let whoever holds the link in. A forum's own (`t`, `p`, `tid`, `page`) are none."""
SECRET_VALUE = re.compile(
    r"ey[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # a JSON web token
    r"|(?=[^a-f]*[a-f])(?=\D*\d)[0-9a-f]{24,}"  # long hex with both letters and digits
    r"|(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=\D*\d)[\w-]{28,}"  # long base64
)
HIDDEN_PATH = re.compile(
    r"(?<=/)(?:reset|confirm|verify|unsubscribe|invite|login|magic|avsluta)/[^/?#]{12,}", re.IGNORECASE
)
URL = re.compile(r"(?:https?|ftp)://[^\s<>\"'\]]+|(?<![\w@/.])www\.[^\s<>\"'\]]+", re.IGNORECASE)
PERSON_PATH = re.compile(
    r"(/(?:@|u/|users?/|profiles?/|profil/|members?/|medlem(?:mar)?/|anv(?:%C3%A4|ä|a)ndare/|in/))(?!\[användare)[^/?#\s]{2,}",
    re.IGNORECASE,
)
MAY_TELL = re.compile(rf"[?@=\x00-\x20]|{HIDDEN_PATH.pattern}", re.IGNORECASE)
"""Most addresses of posts have nothing that could tell and need not be taken apart, which drops tabs and line ends."""
ENDS = ".,;:!?)»”’"


def without_secrets(url: str) -> str:
    """Return a link without user, password and telling parameters; one without any comes back as it was."""
    if not MAY_TELL.search(url):
        return url
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        query = _without_parameters(parts.query)
        # What is behind `#` can hold parameters too (logins do that); an anchor is none.
        fragment = _without_parameters(parts.fragment) if "=" in parts.fragment else parts.fragment
        path = HIDDEN_PATH.sub(lambda found: found.group().partition("/")[0], parts.path)
    except ValueError:
        return url.partition("?")[0]
    kept = (host, path, query, fragment)
    same = (parts.netloc, parts.path, parts.query, parts.fragment)
    return url if kept == same else urlunsplit((parts.scheme, *kept))


def scrub_links(text: str) -> str:
    """Return a text in which every link is without secrets, and without whose profile it leads to."""

    def scrubbed(found: re.Match[str]) -> str:
        link = found.group().rstrip(ENDS)
        named = PERSON_PATH.sub(r"\1[användare]", without_secrets(link))
        return named + found.group()[len(link) :]

    return URL.sub(scrubbed, text) if "://" in text or "www." in text.lower() else text


def _without_parameters(query: str) -> str:
    parts = re.split(r"[&;]", query)
    kept = [part for part in parts if not _is_secret(part)]
    return query if len(kept) == len(parts) else "&".join(kept)


def _is_secret(part: str) -> bool:
    name, _, value = part.partition("=")
    plain = unquote(value)
    return bool(
        (value and SECRET_NAME.fullmatch(unquote(name))) or SECRET_VALUE.fullmatch(plain) or re.search(r"\w@\w", plain)
    )
