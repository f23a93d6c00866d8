"""Google reviews as their owner sees them (Business Profile, API v4): all of them, with the owner's answers.

Only a verified owner or manager of a place may list its reviews. Without that, see `google_places`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, urldefrag, urlencode, urlsplit

from crawlers.credentials import Credentials, Secrets, Token, TokenRequest, service
from crawlers.engines import decode, fields, markup, reading, refusal, reviews
from crawlers.model import Listing, NotAThreadError, Page, ParsedPost, Site, ThreadPage, ThreadRef

NAME = "google_reviews"
ACCESS = "json"

API = "https://mybusiness.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
PER_PAGE = 50
STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_PLACE = re.compile(r"accounts/([\w-]+)/locations/([\w-]+)")
_TRANSLATED = re.compile(r"\s*\(Translated by Google\)\s*")
_ORIGINAL = re.compile(r"\s*\(Original\)\s*")


def _ask_for_token(site: Site, secrets: Secrets, old: Token | None) -> TokenRequest:
    asked = {name: secrets[name] for name in ("client_id", "client_secret", "refresh_token")}
    return TokenRequest(
        url=site.options.get("token_url", TOKEN_URL),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=urlencode({"grant_type": "refresh_token", **asked}).encode(),
    )


CREDENTIALS = Credentials(
    names=("client_id", "client_secret", "refresh_token"),
    headers=lambda site, secrets, token: {"Authorization": f"Bearer {token}"},
    home=service(API),
    request_token=_ask_for_token,
    advice="OAuth for the scope business.manage, given by the profile's owner, in a project that Google has let in",
    is_shared=True,
    is_by_agreement=True,
)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the reviews of the location that the URL names (`.../accounts/NUMBER/locations/NUMBER`), newest first."""
    match = _PLACE.search(site.url)
    if match is None:
        return (site.url,)
    asked = urlencode({"pageSize": str(PER_PAGE), "orderBy": "updateTime desc"})
    base = CREDENTIALS.home(site).rstrip("/")
    return (f"{base}/v4/accounts/{match[1]}/locations/{match[2]}/reviews?{asked}",)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that the Business Profile API made the page."""
    start = page.body[:20_000]
    return 0.97 if b'"starRating"' in start and b'"reviewId"' in start else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the reviews of a page, each a thread inside it. Raise NotAThreadError for an answer of another kind."""
    data = _object(page, site, "Google reviews")
    # A location without reviews answers with nothing at all.
    if not isinstance(data.get("reviews"), list) and data.keys() - {"averageRating", "totalReviewCount"}:
        raise refusal.refused_json(page, data, "Google reviews")
    if not data and "/reviews" not in page.url:
        raise refusal.refused_json(page, data, "Google reviews")
    address, token = urldefrag(page.url)[0], fields.text(data, "nextPageToken")
    refs = tuple(
        ThreadRef(
            thread_id=name,
            url=f"{address}#{quote(name, safe='')}",
            title=reviews.title_of("", site),
            last_posted_at=_last_time(review, page, site),
            post_count=1 + bool(_reply(review)),
        )
        for review in fields.items(data, "reviews")
        if (name := fields.text(review, "reviewId"))
    )
    return Listing(threads=refs, next_url=_with_token(address, token) if token and refs else None)


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the review that the page's fragment names, or the only one, and the owner's answer to it.

    Raise NotAThreadError for an answer of another kind, or without that review.
    """
    data = _object(page, site, "a Google review")
    wanted = urlsplit(page.url).fragment
    found = [data] if "reviewId" in data else fields.items(data, "reviews")
    review = next((one for one in found if not wanted or quote(fields.text(one, "reviewId"), safe="") == wanted), None)
    if review is None or not fields.text(review, "reviewId"):
        raise refusal.refused_json(page, data, "a Google review")
    name = fields.text(review, "reviewId")
    posts, unreadable = reading.read_posts(
        [post for post in (review, _reply(review)) if post],
        lambda post: (_review if post is review else partial(_answer, review=review))(post, page=page, site=site),
        lambda post: name if post is review else f"{name}-reply",
    )
    return ThreadPage(thread_id=name, thread_title=reviews.title_of("", site), posts=posts, unreadable=unreadable)


def original(text: str) -> str:
    """Return what the reviewer wrote, without the translation that Google writes before or after it."""
    if parts := _ORIGINAL.split(text, maxsplit=1)[1:]:
        return markup.clean(parts[0])
    before, *after = _TRANSLATED.split(text, maxsplit=1)
    return markup.clean(before or "".join(after))


def _review(review: Mapping[str, Any], *, page: Page, site: Site) -> ParsedPost:
    name, reviewer = fields.text(review, "reviewId"), fields.mapping(review, "reviewer")
    shown = "" if reviewer.get("isAnonymous") else fields.text(reviewer, "displayName")
    created = fields.time(review, "createTime", page, site)
    updated = fields.time_or_none(review, "updateTime", page, site)
    return ParsedPost(
        post_id=name,
        # Reviewers have no id here. Those who show no name are not one person.
        author=shown or f"anonymous:{name}",
        posted_at=created,
        url=_url(review, page),
        text=reviews.with_stars(STARS.get(fields.text(review, "starRating")), original(fields.text(review, "comment"))),
        edited_at=updated if updated and updated > created else None,
        position=1,
        reply_count=int(bool(_reply(review))),
    )


def _answer(reply: Mapping[str, Any], *, review: Mapping[str, Any], page: Page, site: Site) -> ParsedPost:
    name = fields.text(review, "reviewId")
    return ParsedPost(
        post_id=f"{name}-reply",
        author="business:owner",
        # Only the last change is told; an answer that was never changed was written then.
        posted_at=fields.time(reply, "updateTime", page, site),
        url=_url(review, page),
        text=original(fields.text(reply, "comment")),
        reply_to=name,
        position=2,
    )


def _url(review: Mapping[str, Any], page: Page) -> str:
    """Return the review's own address in the interface: it has none that the public can open."""
    parts, name = urlsplit(page.url), fields.text(review, "name")
    match = re.fullmatch(r"accounts/[\w-]+/locations/[\w-]+/reviews/[\w-]+", name)
    return f"{parts.scheme}://{parts.netloc}/v4/{name}" if match else urldefrag(page.url)[0]


def _reply(review: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the owner's answer, if the public sees it: a new one may wait for Google, or have been refused."""
    found = fields.mapping(review, "reviewReply")
    is_shown = fields.text(found, "reviewReplyState") not in ("PENDING", "REJECTED")
    return found if is_shown and fields.text(found, "comment") else {}


def _last_time(review: Mapping[str, Any], page: Page, site: Site) -> Any:
    times = [fields.time_or_none(post, "updateTime", page, site) for post in (review, _reply(review))]
    return max(filter(None, times), default=None)


def _with_token(address: str, token: str) -> str:
    kept = [(name, value) for name, value in parse_qsl(urlsplit(address).query) if name != "pageToken"]
    return f"{address.partition('?')[0]}?{urlencode([*kept, ('pageToken', token)])}"


def _object(page: Page, site: Site, wanted: str) -> Mapping[str, Any]:
    data = decode.json_of(page, site)
    if not isinstance(data, dict):
        raise refusal.refused_json(page, data, wanted)
    if error := fields.mapping(data, "error"):
        said = fields.text(error, "status", "code")[:40]
        cause = {"UNAUTHENTICATED": "login_wall", "PERMISSION_DENIED": "login_wall"}.get(said, "http_error")
        raise NotAThreadError(f"{page.url}: not {wanted}: the place answers {said!r}", cause=cause)
    return data
