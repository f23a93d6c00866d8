"""Google reviews as anybody with a key sees them (Places API, New): five of a place's reviews, chosen by Google.

Which five, and that there are no more, is Google's choice: this shows some of what is said, never how much.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote, urldefrag, urlencode, urlsplit

from crawlers.credentials import Credentials, Secrets, service
from crawlers.engines import decode, fields, markup, reading, refusal, reviews
from crawlers.model import Listing, NotAThreadError, Page, ParsedPost, Site, ThreadPage, ThreadRef

NAME = "google_places"
ACCESS = "json"

API = "https://places.googleapis.com"
FIELDS = "id,displayName,googleMapsUri,userRatingCount,reviews"
_PLACE = re.compile(r"(?:/places/|place_id[:=])([\w-]{10,300})")
_CONTRIBUTOR = re.compile(r"/contrib/(\d+)")


def _headers(site: Site, secrets: Secrets, token: str) -> Mapping[str, str]:
    return {"X-Goog-Api-Key": secrets["api_key"], "X-Goog-FieldMask": FIELDS}


CREDENTIALS = Credentials(
    names=("api_key",),
    headers=_headers,
    home=service(API),
    advice="make a key for the Places API (New) in a project at https://console.cloud.google.com/; reviews are billed",
    is_shared=True,
    is_by_agreement=True,
)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the place that the URL names by its id (`https://places.googleapis.com/v1/places/ID`)."""
    match = _PLACE.search(site.url)
    if match is None:
        return (site.url,)
    asked = urlencode({"languageCode": site.options.get("lang", "sv")})
    return (f"{CREDENTIALS.home(site).rstrip('/')}/v1/places/{match[1]}?{asked}",)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that the Places API made the page."""
    start = page.body[:20_000]
    return 0.97 if b'"publishTime"' in start and b'"authorAttribution"' in start and b'"places/' in start else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the reviews that a place shows, each a thread inside the answer.

    Raise NotAThreadError for an answer of another kind.
    """
    data = _place(page, site, "a Google place")
    address = urldefrag(page.url)[0]
    return Listing(
        threads=tuple(
            ThreadRef(
                thread_id=name,
                url=f"{address}#{quote(name, safe='')}",
                title=_title(data, site),
                last_posted_at=fields.time_or_none(review, "publishTime", page, site),
                post_count=1,
            )
            for review in fields.items(data, "reviews")
            if (name := fields.text(review, "name"))
        )
    )


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the review that the page's fragment names, or the first.

    Raise NotAThreadError for an answer of another kind, or without that review.
    """
    data = _place(page, site, "a Google review")
    wanted = urlsplit(page.url).fragment
    found = fields.items(data, "reviews")
    review = next((one for one in found if not wanted or quote(fields.text(one, "name"), safe="") == wanted), None)
    if review is None or not (name := fields.text(review, "name")):
        raise refusal.refused_json(page, data, "a Google review")
    posts, unreadable = reading.read_posts([review], partial(_review, page=page, site=site), lambda _: name)
    return ThreadPage(thread_id=name, thread_title=_title(data, site), posts=posts, unreadable=unreadable)


def _review(review: Mapping[str, Any], *, page: Page, site: Site) -> ParsedPost:
    name, by = fields.text(review, "name"), fields.mapping(review, "authorAttribution")
    shown, match = fields.text(by, "displayName"), _CONTRIBUTOR.search(fields.text(by, "uri"))
    # `text` may be a translation; what was written is `originalText`.
    said = fields.mapping(review, "originalText") or fields.mapping(review, "text")
    stars = review.get("rating")
    return ParsedPost(
        post_id=name,
        author=reading.required(match[1] if match else shown, "missing_author", f"{name} names no author"),
        author_name=shown if match and shown else None,
        posted_at=fields.time(review, "publishTime", page, site),
        url=fields.text(review, "googleMapsUri") or urldefrag(page.url)[0],
        text=reviews.with_stars(
            int(stars) if isinstance(stars, int | float) and stars == stars else None,
            markup.clean(fields.text(said, "text")),
        ),
        position=1,
        language=fields.text(said, "languageCode") or None,
    )


def _title(data: Mapping[str, Any], site: Site) -> str:
    return reviews.title_of(markup.clean(fields.text(fields.mapping(data, "displayName"), "text")), site)


def _place(page: Page, site: Site, wanted: str) -> Mapping[str, Any]:
    data = decode.json_of(page, site)
    if not isinstance(data, dict):
        raise refusal.refused_json(page, data, wanted)
    if error := fields.mapping(data, "error"):
        said = fields.text(error, "status", "code")[:40]
        cause = {"UNAUTHENTICATED": "login_wall", "PERMISSION_DENIED": "login_wall"}.get(said, "http_error")
        raise NotAThreadError(f"{page.url}: not {wanted}: the place answers {said!r}", cause=cause)
    if not isinstance(data.get("reviews", []), list) or not data.keys() & {"id", "displayName", "reviews"}:
        raise refusal.refused_json(page, data, wanted)
    if "reviews" not in data and "userRatingCount" not in data and not data.get("googleMapsUri"):
        raise refusal.refused_json(page, data, wanted)
    return data
