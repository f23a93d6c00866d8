"""A little engine for tests of the spiders: pages are JSON, whatever their place says they are."""

import json
from datetime import datetime

from crawlers.model import (
    Listing,
    NotAThreadError,
    Page,
    ParsedPost,
    ParsedQuote,
    Site,
    ThreadPage,
    ThreadRef,
    Unreadable,
)

NAME = "tests.crawlers.tiny_engine"
ACCESS = "html"


def listing_urls(site: Site) -> tuple[str, ...]:
    return (site.url.rstrip("/") + "/list",)


def _read(page: Page, kind: str) -> dict:
    try:
        value = json.loads(page.body)
    except ValueError as error:
        raise NotAThreadError("not one of our pages") from error
    if kind not in value:
        raise NotAThreadError(f"not a {kind}")
    if value.get("bug"):
        raise KeyError("a parser's own fault")
    return value


def parse_listing(page: Page, site: Site) -> Listing:
    value = _read(page, "threads")
    threads = tuple(
        ThreadRef(
            thread_id=item["id"],
            url=item["url"],
            title=item.get("title", ""),
            post_count=item.get("count"),
            last_posted_at=datetime.fromisoformat(item["last"]) if item.get("last") else None,
        )
        for item in value["threads"]
    )
    return Listing(threads=threads, next_url=value.get("next"), more_urls=tuple(value.get("more", ())))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    value = _read(page, "posts")
    posts = tuple(
        ParsedPost(
            post_id=item["id"],
            author=item.get("author", "anna"),
            posted_at=datetime.fromisoformat(item.get("at", "2026-11-20T12:00:00+00:00")),
            url=f"{page.url}#{item['id']}",
            text=item["text"],
            quoted=tuple(ParsedQuote(text=text, author="bosse") for text in item.get("quoted", ())),
        )
        for item in value["posts"]
    )
    return ThreadPage(
        thread_id=value["thread"],
        thread_title=value.get("title", ""),
        posts=posts,
        unreadable=tuple(Unreadable(reason=reason, detail="for a test") for reason in value.get("unreadable", ())),
        page_number=value.get("page", 1),
        next_url=value.get("next"),
        more_urls=tuple(value.get("more", ())),
        view_count=value.get("views"),
    )


def detect(page: Page) -> float:
    return 0.0
