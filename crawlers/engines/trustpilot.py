"""Trustpilot's Business Units API: a company's reviews, newest first; a review with the company's reply is a thread."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, urldefrag, urlencode, urlsplit

from crawlers.credentials import Quota, api_key, service
from crawlers.engines import decode, fields, markup, reading, refusal, reviews
from crawlers.model import Listing, NotAThreadError, Page, ParsedPost, Site, ThreadPage, ThreadRef

NAME = "trustpilot"
ACCESS = "json"

API = "https://api.trustpilot.com"
WEB = "https://www.trustpilot.com"
PER_PAGE = 100
_UNITS = "/v1/business-units"
_UNIT = re.compile(r"/business-units/([0-9a-f]{24})")
_REVIEWED = re.compile(r"/review/([^/?#]+)")

CREDENTIALS = api_key(
    "apikey",
    home=service(API),
    advice="make an application in Trustpilot Business under Integrations, Developers, APIs (needs a plan that has it)",
    # The smallest plan gives 200,000 calls a year.
    quota=Quota(units_per_day=500, cost=lambda url: 1),
    is_shared=True,
    is_by_agreement=True,
)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the reviews of the business unit that the URL names by its id, else the look-up of the one it reviews.

    The URL may be a review page (`https://se.trustpilot.com/review/example.se`) or the company's own site.
    """
    base = CREDENTIALS.home(site).rstrip("/")
    if match := _UNIT.search(site.url):
        return (_reviews_url(base, match[1]),)
    parts = urlsplit(site.url)
    match = _REVIEWED.search(parts.path)
    name = match[1] if match else (parts.hostname or "").removeprefix("www.")
    return (f"{base}{_UNITS}/find?{urlencode({'name': name})}",)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that Trustpilot made the page."""
    start = page.body[:20_000]
    if b'"reviews"' in page.body and b'"businessUnit"' in start and b'"stars"' in start:
        return 0.97
    if b'"numberOfReviews"' in start and b'"identifying"' in start:
        return 0.95
    return 0.9 if re.search(r"(?:^|\.)trustpilot\.com$", urlsplit(page.url).hostname or "") else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the reviews of a page, each a thread inside it; a look-up only points to the reviews.

    Raise NotAThreadError for an answer of another kind.
    """
    data = _object(page, site, "Trustpilot reviews")
    base = _base(page.url)
    if (unit := fields.text(data, "id")) and "numberOfReviews" in data:
        return Listing(threads=(), more_urls=(_reviews_url(base, unit),))
    if not isinstance(data.get("reviews"), list):
        raise _refused(page, data, "Trustpilot reviews")
    found = fields.items(data, "reviews")
    address = urldefrag(page.url)[0]
    return Listing(
        threads=tuple(
            ThreadRef(
                thread_id=name,
                url=f"{address}#{quote(name)}",
                title=_title(review, site),
                last_posted_at=_last_time(review, page, site),
                post_count=1 + bool(_reply(review)),
            )
            for review in found
            if (name := fields.text(review, "id")) and _is_shown(review)
        ),
        next_url=_next_url(data, page) if found else None,
    )


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the review that the page's fragment names, or the only one, and the company's reply to it.

    Raise NotAThreadError for an answer of another kind, or without that review.
    """
    data = _object(page, site, "a Trustpilot review")
    wanted = urlsplit(page.url).fragment
    found = [data] if "stars" in data else fields.items(data, "reviews")
    review = next((one for one in found if not wanted or quote(fields.text(one, "id")) == wanted), None)
    if review is None:
        raise _refused(page, data, "a Trustpilot review")
    name = fields.text(review, "id")
    posts, unreadable = reading.read_posts(
        [post for post in (review, _reply(review)) if post and _is_shown(review)],
        lambda post: (_review if post is review else partial(_answer, review=review))(post, page=page, site=site),
        lambda post: name if post is review else f"{name}-reply",
    )
    return ThreadPage(thread_id=name, thread_title=_title(review, site), posts=posts, unreadable=unreadable)


def _review(review: Mapping[str, Any], *, page: Page, site: Site) -> ParsedPost:
    name = reading.required(fields.text(review, "id"), "missing_id", "a review has no id")
    consumer = fields.mapping(review, "consumer")
    shown = fields.text(consumer, "displayName")
    words = (markup.clean(fields.text(review, key)) for key in ("title", "text"))
    return ParsedPost(
        post_id=name,
        author=reading.required(fields.text(consumer, "id") or shown, "missing_author", f"{name} names no author"),
        author_name=shown or None,
        posted_at=fields.time(review, "createdAt", page, site),
        url=f"{WEB}/reviews/{quote(name)}",
        text=reviews.with_stars(fields.whole(review, "stars"), *words),
        edited_at=_edited_at(review, page, site),
        position=1,
        like_count=fields.whole(review, "numberOfLikes"),
        reply_count=int(bool(_reply(review))),
        language=fields.text(review, "language") or None,
    )


def _answer(reply: Mapping[str, Any], *, review: Mapping[str, Any], page: Page, site: Site) -> ParsedPost:
    name, unit = fields.text(review, "id"), fields.mapping(review, "businessUnit")
    author = fields.text(reply, "authorBusinessUserId") or fields.text(unit, "id")
    return ParsedPost(
        post_id=f"{name}-reply",
        # Several people may answer for a company; who reads wants to know that it was the company.
        author=f"business:{fields.text(unit, 'id') or author}",
        author_name=fields.text(unit, "displayName") or None,
        posted_at=fields.time(reply, "createdAt", page, site),
        url=f"{WEB}/reviews/{quote(name)}",
        text=markup.clean(fields.text(reply, "text")),
        edited_at=_edited_at(reply, page, site),
        reply_to=name,
        position=2,
    )


def _edited_at(post: Mapping[str, Any], page: Page, site: Site) -> Any:
    created, updated = (fields.time_or_none(post, key, page, site) for key in ("createdAt", "updatedAt"))
    return updated if created and updated and updated > created else None


def _last_time(review: Mapping[str, Any], page: Page, site: Site) -> Any:
    times = [
        fields.time_or_none(post, key, page, site)
        for post in (review, _reply(review))
        for key in ("createdAt", "updatedAt")
    ]
    return max(filter(None, times), default=None)


def _reply(review: Mapping[str, Any]) -> Mapping[str, Any]:
    found = fields.mapping(review, "companyReply")
    return found if fields.text(found, "text") else {}


def _is_shown(review: Mapping[str, Any]) -> bool:
    """Return whether readers see a review: a reported one may be hidden while Trustpilot looks at it."""
    return fields.text(review, "status") in ("", "active")


def _title(review: Mapping[str, Any], site: Site) -> str:
    company = fields.text(fields.mapping(review, "businessUnit"), "displayName", "identifyingName")
    return reviews.title_of(company, site, markup.clean(fields.text(review, "title")))


def _next_url(data: Mapping[str, Any], page: Page) -> str | None:
    """Return the next page, by its number: the link that the answer gives may lead to another host."""
    links = fields.items(data, "links")
    if links and not any(fields.text(link, "rel").startswith("next") for link in links):
        return None
    if not links and len(fields.items(data, "reviews")) < PER_PAGE:
        return None
    pairs = dict(parse_qsl(urlsplit(page.url).query))
    number = pairs.get("page", "1")
    following = int(number) + 1 if number.isdecimal() else 2
    return f"{page.url.partition('?')[0]}?{urlencode({**pairs, 'page': str(following)})}"


def _reviews_url(base: str, unit: str) -> str:
    asked = {"perPage": str(PER_PAGE), "orderBy": "createdat.desc", "page": "1"}
    return f"{base}{_UNITS}/{quote(unit)}/reviews?{urlencode(asked)}"


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _object(page: Page, site: Site, wanted: str) -> Mapping[str, Any]:
    data = decode.json_of(page, site)
    if not isinstance(data, dict):
        raise refusal.refused_json(page, data, wanted)
    return data


def _refused(page: Page, data: Mapping[str, Any], wanted: str) -> NotAThreadError:
    code = fields.text(data, "errorCode") or fields.text(fields.mapping(data, "fault"), "faultstring")
    if not code:
        return refusal.refused_json(page, data, wanted)
    cause = "login_wall" if re.search(r"apikey|unauthori[sz]ed|forbidden", code, re.IGNORECASE) else "http_error"
    return NotAThreadError(f"{page.url}: not {wanted}: the place answers {code[:60]!r}", cause=cause)
