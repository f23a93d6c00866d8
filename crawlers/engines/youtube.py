"""YouTube's Data API: videos by search or channel as a listing, a video with its comments and replies as a thread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from crawlers.credentials import Quota, api_key, service
from crawlers.engines import decode, fields, markup, reading, refusal
from crawlers.model import Listing, NotAThreadError, Page, ParsedPost, Site, ThreadPage, ThreadRef

NAME = "youtube"
ACCESS = "json"

API = "https://youtube.googleapis.com"
SEARCH_COST = 100
SPENT = (b"quotaExceeded", b"dailyLimitExceeded")
_PATH = "/youtube/v3"
_KIND = re.compile(rb'"kind":\s*"youtube#(?:searchListResponse|video|comment|playlistItem)')
_VIDEO = re.compile(r"(?:[?&]v=|youtu\.be/|/(?:shorts|live|embed)/)([\w-]{11})")
_CHANNEL = re.compile(r"/channel/UC([\w-]{22})")
_PLAYLIST = re.compile(r"[?&]list=([\w-]{2,60})")


def _cost(url: str) -> int:
    return SEARCH_COST if urlsplit(url).path.endswith("/search") else 1


CREDENTIALS = api_key(
    "X-Goog-Api-Key",
    home=service(API),
    advice="make a key for the YouTube Data API v3 in a project at https://console.cloud.google.com/",
    quota=Quota(
        units_per_day=10_000,
        cost=_cost,
        zone="America/Los_Angeles",
        is_spent=lambda page: page.status in (403, 429) and any(reason in page.body for reason in SPENT),
    ),
    is_shared=True,
    is_by_agreement=True,
)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the video, playlist or channel's uploads that the URL names, else the search for the query, newest first.

    A search costs a hundred times what the others do.
    """
    if match := _VIDEO.search(site.url):
        return (_url(site, "videos", part="snippet,statistics", id=match[1]),)
    channel, playlist = _CHANNEL.search(site.url), _PLAYLIST.search(site.url)
    if channel or playlist:
        name = f"UU{channel[1]}" if channel else playlist[1] if playlist else ""
        return (_url(site, "playlistItems", part="snippet", playlistId=name, maxResults="50"),)
    words = site.query or ""
    if " " in words and not re.search(r'["|]', words):
        words = f'"{words}"'
    asked = {"part": "snippet", "type": "video", "order": "date", "maxResults": "50", "q": words}
    return (_url(site, "search", **asked, relevanceLanguage=site.options.get("lang", "sv")),)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that YouTube made the page."""
    if _KIND.search(page.body[:4_000]):
        return 0.98
    host = urlsplit(page.url).hostname or ""
    return 0.9 if re.search(r"(?:^|\.)(?:youtube\.com|youtu\.be)$", host) else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the videos of a search, a playlist or an answer about videos.

    Raise NotAThreadError for an answer of another kind.
    """
    data = _object(page, site, "a YouTube list of videos")
    if not re.fullmatch(r"youtube#(?:search|playlistItem|video)ListResponse", fields.text(data, "kind")):
        raise refusal.refused_json(page, data, "a YouTube list of videos")
    refs = [ref for item in fields.items(data, "items") if (ref := _ref(item, page))]
    token = fields.text(data, "nextPageToken")
    return Listing(threads=tuple(refs), next_url=_with_token(page.url, token) if token and refs else None)


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the video itself, or a page of its comments, or of the replies to one.

    A video comes first: only its own record tells whether it has comments. Raise NotAThreadError for another answer.
    """
    data = _object(page, site, "a YouTube thread")
    kind, items = fields.text(data, "kind"), fields.items(data, "items")
    if kind == "youtube#videoListResponse" and items:
        return _video(items[0], page, site)
    if kind == "youtube#videoListResponse":
        raise NotAThreadError(f"{page.url}: not a YouTube thread: the video is gone or private", cause="http_error")
    if kind not in ("youtube#commentThreadListResponse", "youtube#commentListResponse"):
        raise refusal.refused_json(page, data, "a YouTube thread")
    video = urlsplit(page.url).fragment or parse_qs(urlsplit(page.url).query).get("videoId", [""])[0]
    comments = [pair for item in items for pair in _comments(item)]
    posts, unreadable = reading.read_posts(
        comments, partial(_comment, video=video, page=page, site=site), lambda pair: fields.text(pair[0], "id") or None
    )
    token = fields.text(data, "nextPageToken")
    return ThreadPage(
        thread_id=video,
        thread_title="",
        posts=posts,
        unreadable=unreadable,
        page_number=2,
        next_url=_with_token(page.url, token) if token else None,
        more_urls=tuple(_replies_url(fields.text(item, "id"), video, page) for item in items if _has_unseen(item)),
    )


def _video(item: Mapping[str, Any], page: Page, site: Site) -> ThreadPage:
    video = reading.required(fields.text(item, "id"), "missing_id", "a video has no id")
    snippet, numbers = fields.mapping(item, "snippet"), fields.mapping(item, "statistics")
    title = markup.clean(fields.text(snippet, "title"))
    posts, unreadable = reading.read_posts(
        [item], lambda _: _opening(video, title, snippet, numbers, page, site), lambda _: video
    )
    asked = {"part": "snippet,replies", "videoId": video, "maxResults": "100", "textFormat": "plainText"}
    comments = f"{_base(page.url)}/commentThreads?{urlencode({**asked, 'order': 'time'})}#{video}"
    return ThreadPage(
        thread_id=video,
        thread_title=title,
        posts=posts,
        unreadable=unreadable,
        # Without a count comments are switched off, and asking for them is an error.
        more_urls=(comments,) if _number(numbers, "commentCount") else (),
        view_count=_number(numbers, "viewCount"),
    )


def _opening(
    video: str, title: str, snippet: Mapping[str, Any], numbers: Mapping[str, Any], page: Page, site: Site
) -> ParsedPost:
    author = fields.text(snippet, "channelId")
    said = markup.clean(fields.text(snippet, "description"))
    return ParsedPost(
        post_id=video,
        author=reading.required(author, "missing_author", f"{video} names no channel"),
        author_name=fields.text(snippet, "channelTitle") or None,
        posted_at=fields.time(snippet, "publishedAt", page, site),
        url=f"https://www.youtube.com/watch?v={video}",
        text="\n".join(filter(None, (title, said))),
        like_count=_number(numbers, "likeCount"),
        reply_count=_number(numbers, "commentCount"),
        view_count=_number(numbers, "viewCount"),
        language=fields.text(snippet, "defaultLanguage", "defaultAudioLanguage") or None,
    )


def _comments(item: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], int | None]]:
    """Yield a comment with how many replies it has, and the replies that stand under it."""
    if top := fields.mapping(item, "snippet", "topLevelComment"):
        yield top, fields.whole(fields.mapping(item, "snippet"), "totalReplyCount")
        yield from ((reply, None) for reply in fields.items(item, "replies", "comments"))
    else:
        yield item, None


def _comment(pair: tuple[Mapping[str, Any], int | None], *, video: str, page: Page, site: Site) -> ParsedPost:
    item, reply_count = pair
    name, snippet = fields.text(item, "id"), fields.mapping(item, "snippet")
    reading.required(name, "missing_id", "a comment has no id")
    shown = fields.text(snippet, "authorDisplayName")
    channel = fields.text(fields.mapping(snippet, "authorChannelId"), "value")
    if not any(isinstance(snippet.get(key), str) for key in ("textOriginal", "textDisplay")):
        raise reading.UnreadablePostError("missing_text", f"comment {name} has no text")
    posted, updated = (fields.time_or_none(snippet, key, page, site) for key in ("publishedAt", "updatedAt"))
    return ParsedPost(
        post_id=name,
        author=reading.required(channel or shown, "missing_author", f"comment {name} names no author"),
        author_name=shown if channel and shown else None,
        posted_at=posted or fields.time(snippet, "publishedAt", page, site),
        url=f"https://www.youtube.com/watch?{urlencode({'v': video, 'lc': name})}",
        text=_words(snippet),
        edited_at=updated if posted and updated and updated > posted else None,
        # Replies to replies are replies to the comment: the interface knows one level.
        reply_to=fields.text(snippet, "parentId") or (name.partition(".")[0] if "." in name else video),
        like_count=_number(snippet, "likeCount"),
        reply_count=reply_count,
    )


def _words(snippet: Mapping[str, Any]) -> str:
    if isinstance(snippet.get("textOriginal"), str):
        return markup.clean(snippet["textOriginal"])
    return markup.words(markup.fragment(fields.text(snippet, "textDisplay"))).text


def _has_unseen(item: Mapping[str, Any]) -> bool:
    count = fields.whole(fields.mapping(item, "snippet"), "totalReplyCount") or 0
    return count > len(fields.items(item, "replies", "comments"))


def _replies_url(parent: str, video: str, page: Page) -> str:
    asked = {"part": "snippet", "parentId": parent, "maxResults": "100", "textFormat": "plainText"}
    return f"{_base(page.url)}/comments?{urlencode(asked)}#{video}"


def _ref(item: Mapping[str, Any], page: Page) -> ThreadRef | None:
    found, snippet = item.get("id"), fields.mapping(item, "snippet")
    video = fields.text(fields.mapping(found), "videoId") or fields.text(
        fields.mapping(snippet, "resourceId"), "videoId"
    )
    video = video or (found if isinstance(found, str) and fields.text(item, "kind") == "youtube#video" else "")
    if not video:
        return None
    asked = urlencode({"part": "snippet,statistics", "id": video})
    return ThreadRef(
        thread_id=video,
        url=f"{_base(page.url)}/videos?{asked}",
        # Titles in searches carry entities; nothing here tells of new comments, so the back-off decides.
        title=markup.words(markup.fragment(fields.text(snippet, "title"))).text,
    )


def _number(values: Mapping[str, Any], name: str) -> int | None:
    """Return a count, which is text in some answers and a number in others."""
    found = fields.text(values, name)
    return int(found) if found.isdecimal() and len(found) < 16 else None


def _with_token(url: str, token: str) -> str:
    address, _, fragment = url.partition("#")
    kept = [(name, value) for name, value in parse_qsl(urlsplit(address).query) if name != "pageToken"]
    followed = f"{address.partition('?')[0]}?{urlencode([*kept, ('pageToken', token)])}"
    return f"{followed}#{fragment}" if fragment else followed


def _url(site: Site, what: str, **asked: str) -> str:
    return f"{CREDENTIALS.home(site).rstrip('/')}{_PATH}/{what}?{urlencode(asked)}"


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{_PATH}"


def _object(page: Page, site: Site, wanted: str) -> Mapping[str, Any]:
    data = decode.json_of(page, site)
    if not isinstance(data, dict):
        raise refusal.refused_json(page, data, wanted)
    if error := fields.mapping(data, "error"):
        reasons = [fields.text(one, "reason") for one in fields.items(error, "errors")]
        said = (reasons or [fields.text(error, "status")])[0][:40]
        cause = "login_wall" if said in ("keyInvalid", "forbidden", "UNAUTHENTICATED") else "http_error"
        raise NotAThreadError(f"{page.url}: not {wanted}: the place answers {said!r}", cause=cause)
    return data
