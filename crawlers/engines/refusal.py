"""What a page is when it is not the thread or listing that was asked for."""

from __future__ import annotations

import re

from crawlers.engines.document import Document
from crawlers.engines.leads import has_what_to_read
from crawlers.engines.markup import text_of, tree
from crawlers.model import NotAThreadError, Page

_CHALLENGE = re.compile(
    r"just a moment|attention required! \| cloudflare|checking your browser|ddos-guard|ddos protection|"
    r"verify(?:ing)? (?:that )?you are (?:a )?human|making sure you'?re not a bot|are you a robot|"
    r"access denied \| .*cloudflare|vänta (?:lite|ett ögonblick)|pardon our interruption|kiwiflare",
    re.IGNORECASE,
)
_CHALLENGE_MARKS = (
    "#challenge-form, #challenge-running, #challenge-error-text, #cf-wrapper, #cf-challenge-running, #anubis_challenge,"
    ".cf-turnstile, .h-captcha, .g-recaptcha, [src*='/cdn-cgi/challenge-platform/'], [src*='captcha-delivery.com'],"
    "[src*='_Incapsula_Resource']"
)
_LOGIN_WORDS = re.compile(
    r"must be logged[- ]in|log in or register to|you must log in|please log in|not logged in|login required|"
    r"måste (?:vara inloggad|logga in)|logga in för att|inte inloggad|ej inloggad|saknar behörighet|"
    r"do(?:n't| not) have permission|insufficient privileges|skal være logget ind|må være logget inn|"
    r"må logge inn|skal logge ind",
    re.IGNORECASE,
)


def refused(page: Page, document: Document | None, wanted: str) -> NotAThreadError:
    """Return the error that says, in one line, what the page is instead of `wanted` ("a XenForo thread")."""
    cause, looks_like = _look(page, document)
    return NotAThreadError(f"{page.url}: not {wanted}: {looks_like} (status {page.status})", cause=cause)


def _look(page: Page, document: Document | None) -> tuple[str, str]:
    title = text_of(document.css_first("title") or document.css_first("h1"))[:80] if document else ""
    body = document.body.text(deep=True)[:20_000] if document and document.body else ""
    if page.headers.get("cf-mitigated") == "challenge" or _CHALLENGE.search(title):
        return "challenge", f"a browser check ({title or 'cf-mitigated'})"
    if document and document.css_first(_CHALLENGE_MARKS) is not None and not document.css_first("article, .post"):
        return "challenge", f"a browser check ({title or 'captcha'})"
    is_readable = document is not None and has_what_to_read(document, page)
    if page.status == 401 or (not is_readable and (_LOGIN_WORDS.search(title) or _LOGIN_WORDS.search(body))):
        return "login_wall", f"a page for members only ({title or 'no title'})"
    if page.status == 403:
        return "refused", "the place refuses us"
    if page.status == 429:
        return "refused", "the place asks us to slow down"
    if page.status >= 400:
        return "http_error", f"an error page ({title or 'no title'})"
    if document and not is_readable and document.css_first("input[type=password]") is not None:
        return "login_wall", f"a login form ({title or 'no title'})"
    if document is None:
        return "site_changed", "neither the JSON nor the HTML that was expected"
    if not re.search(rb"</html\s*>|</body\s*>", page.body[-4096:], re.IGNORECASE) and b"<html" in page.body[:4096]:
        return "truncated", "a page that ends in the middle"
    return "site_changed", f"a page of another kind ({title or 'no title'})"


def refused_json(page: Page, data: object, wanted: str) -> NotAThreadError:
    """Return the error for an answer that should have been JSON of a certain kind; `data` is None for no JSON."""
    start = page.body.lstrip()[:1]
    if data is None and start == b"<":
        return refused(page, tree(page.body.decode("utf-8", errors="replace"), page), wanted)
    if data is None and start in (b"{", b"["):
        return NotAThreadError(f"{page.url}: not {wanted}: JSON that ends in the middle", cause="truncated")
    if page.status >= 400:
        return refused(page, None, wanted)
    looks_like = "no JSON" if data is None else f"JSON of another kind ({_keys(data)})"
    return NotAThreadError(f"{page.url}: not {wanted}: {looks_like} (status {page.status})", cause="site_changed")


def _keys(data: object) -> str:
    return ", ".join(sorted(map(str, data)))[:80] or "empty" if isinstance(data, dict) else type(data).__name__
