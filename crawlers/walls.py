"""Recognises pages that stand in the way: challenges to prove that one is human, and demands to log in."""

from __future__ import annotations

import re

from crawlers.engines.document import Document
from crawlers.engines.leads import LOGIN_PATH, has_what_to_read
from crawlers.model import Page

HEAD_BYTES = 200_000

CHALLENGE = re.compile(
    rb"<title>\s*(?:Just a moment|Attention Required! \| Cloudflare|DDoS-Guard|Access denied|Vercel Security Checkpoint"
    rb"|Making sure you(?:&#39;|&#x27;|')re not a bot)"
    rb"|/cdn-cgi/challenge-platform/|window\._cf_chl_opt|id=[\"']challenge-(?:form|running|stage)"
    rb"|_Incapsula_Resource|/\.within\.website/x/cmd/anubis|captcha-delivery\.com|geo\.captcha|px-captcha"
    rb"|Checking (?:your browser before|if the site connection is secure)",
    re.IGNORECASE,
)
CAPTCHA = re.compile(rb"class=[\"'](?:g-recaptcha|h-captcha|cf-turnstile)[\"' ]|data-sitekey=", re.IGNORECASE)
BARE_BYTES = 20_000
"""A page with a captcha and little else is a challenge; a forum's page may have one in its registration form."""
PASSWORD = re.compile(rb"<input[^>]{0,300}\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
LOGIN = re.compile(
    "|".join(
        (
            r"you must (?:be )?log(?:ged)?[ -]?in",
            r"(?:please )?log ?in to (?:continue|view)",
            r"must be (?:logged in|registered)",
            r"du måste (?:vara inloggad|logga in)",
            r"logga in för att",
            r"kräver inloggning",
            r"authentication (?:is )?required",
            r"AuthMissing|AuthenticationRequired|not_logged_in",
        )
    ),
    re.IGNORECASE,
)


def wall_of(page: Page) -> tuple[str, str] | None:
    """Return the incident cause and a detail when a page that gave no posts is a wall, else None.

    Ask only about pages that failed otherwise: ordinary forum pages carry login forms and captchas too.
    """
    head = page.body[:HEAD_BYTES]
    if page.headers.get("cf-mitigated") == "challenge" or CHALLENGE.search(head) or _is_bare(page):
        return "challenge", f"status {page.status}: the site wants proof that a human reads it"
    text = head.decode(_charset(page), "replace")
    demands = page.status == 401 or LOGIN_PATH.search(page.url) or LOGIN.search(text)
    is_closed = page.status in (401, 403) or (PASSWORD.search(head) and not has_what_to_read(Document(text), page))
    if demands and is_closed:
        return "login_wall", f"status {page.status}: the site shows this to members only"
    return None


def _is_bare(page: Page) -> bool:
    return len(page.body) < BARE_BYTES and bool(CAPTCHA.search(page.body)) and not PASSWORD.search(page.body)


def _charset(page: Page) -> str:
    found = re.search(r"charset=[\"']?([\w-]{1,30})", page.headers.get("content-type", ""))
    name = found.group(1) if found else "utf-8"
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return name
