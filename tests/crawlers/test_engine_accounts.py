"""Engines that want credentials, from the first request to the landing file, against a small server; and odd cases."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from crawlers.crawl_job import CrawlJob, CrawlResult
from crawlers.credentials import Secrets
from crawlers.engines import google_places, google_reviews, reddit, trustpilot, youtube
from crawlers.model import NotAThreadError
from crawlers.spiders.access import asked_at
from tests.crawlers.conftest import Crawl
from tests.crawlers.golden import PAGES, genuine, page, saved, site
from tests.crawlers.test_credentials import everything
from tests.crawlers.tiny_forum import Reply, TinyForum
from warehouse.records import Post, Record

KEY = "nyckel-som-ingen-ska-se"


class Api(TinyForum):
    """Answers by the last part of a path; addresses in saved answers stay as they are."""

    def __init__(self, answers: dict[str, Callable[[dict, dict], Reply] | Reply | str]) -> None:
        super().__init__()
        self.answers = answers

    def reply(self, path: str, headers: dict) -> Reply:
        parts = urlsplit(path)
        found = next((answer for end, answer in self.answers.items() if parts.path.endswith(end)), None)
        if callable(found):
            return found({name: values[0] for name, values in parse_qs(parts.query).items()}, headers)
        if isinstance(found, str):
            return Reply((PAGES / found).read_bytes(), headers={"Content-Type": "application/json"})
        return found or Reply(b"{}", status=404)


Start = Callable[..., tuple[Api, dict]]


@pytest.fixture
def start(forum: TinyForum, job: CrawlJob) -> Start:
    """Return a server with some answers, and what makes a job one that reads it with an engine."""

    def make(engine: str, url: str, secrets: dict, answers: dict, **options: str) -> tuple[Api, dict]:
        api = Api(answers)
        forum.reply = api.reply  # type: ignore[method-assign]
        given = {"api": forum.url, "token_url": f"{forum.url}/token", **options}
        place = replace(job.site, engine=engine, url=url, query="Open Infra", options=given)
        return api, {"site": place, "credentials": Secrets(secrets)}

    return make


def posts(records: list[Record]) -> dict[str, Post]:
    return {record.post_id: record for record in records if isinstance(record, Post)}


def hidden(folder: Path, result: CrawlResult) -> bool:
    """Return whether no file, and nothing that is said, shows the key."""
    return not any(KEY.encode() in data for data in [*everything(folder), repr(result).encode()])


def test_reddit_from_token_to_landing_file(start: Start, crawl: Crawl, forum: TinyForum, tmp_path: Path) -> None:
    def more(asked: dict, headers: dict) -> Reply:
        if asked["children"] == "k9,k10":
            return Reply((PAGES / "reddit/more.json").read_bytes())
        return Reply({"json": {"errors": [], "data": {"things": []}}})

    def thread(asked: dict, headers: dict) -> Reply:
        whole = json.loads((PAGES / "reddit/thread.json").read_bytes())
        return Reply(json.dumps(whole).encode())

    _, changes = start(
        "reddit",
        "https://www.reddit.com/r/sverige/",
        {"client_id": "appens-id", "client_secret": KEY},
        {
            "/token": Reply({"access_token": "polett-1", "token_type": "bearer", "expires_in": 86400, "scope": "*"}),
            "/search": lambda asked, headers: Reply(
                (PAGES / "reddit/search.json").read_bytes().replace(b'"after": "t3_1abaa9"', b'"after": null')
            ),
            "/comments/1abc01": thread,
            "/comments/1abaa9": Reply({"message": "Forbidden", "reason": "private", "error": 403}, status=403),
            "/morechildren": more,
        },
    )
    result, records = crawl(**changes)
    assert forum.bodies == [b"grant_type=client_credentials"]
    assert forum.headers[0]["authorization"].startswith("Basic ")
    assert {h.get("authorization") for h in forum.headers[1:]} == {"Bearer polett-1"}
    assert forum.requests[1].startswith("/r/sverige/search?")
    assert dict(parse_qsl(urlsplit(forum.requests[1]).query))["restrict_sr"] == "1"
    found = posts(records)
    assert set(found) == {"t3_1abc01", "t1_k1", "t1_k2", "t1_k8", "t1_k5", "t1_k6", "t1_k9", "t1_k10"}
    assert found["t1_k2"].reply_to == "t1_k1"
    assert [incident.cause for incident in result.incidents] == ["refused"]
    assert "/robots.txt" not in forum.requests
    assert hidden(tmp_path, result)


def test_reddit_comments_that_say_the_name_lead_to_their_threads() -> None:
    given = saved("reddit/comments.json", "https://oauth.reddit.com/r/sverige/comments?limit=100")
    assert [ref.thread_id for ref in reddit.parse_listing(given, site("reddit", query="Open Infra")).threads] == [
        "t3_1abc01"
    ]
    assert len(reddit.parse_listing(given, site("reddit")).threads) == 2


@pytest.mark.parametrize(
    ("url", "query", "options", "expected"),
    [
        ("https://www.reddit.com", "Open Infra", {}, ['/search q="Open Infra"']),
        (
            "https://old.reddit.com/r/sweden+stockholm/",
            "fiber OR bredband",
            {},
            ["/r/sweden+stockholm/search q=fiber OR bredband"],
        ),
        (
            "https://www.reddit.com/r/sverige",
            "Tele2",
            {"comments": "new"},
            ['/r/sverige/search q="Tele2"', "/r/sverige/comments q="],
        ),
        ("https://www.reddit.com/r/sverige", None, {}, ["/r/sverige/new q=", "/r/sverige/comments q="]),
        ("https://www.reddit.com/r/sverige/comments/1abc01/titel/k2/", "x", {}, ["/comments/1abc01 q="]),
    ],
)
def test_reddit_entries(url: str, query: str | None, options: dict, expected: list[str]) -> None:
    urls = reddit.listing_urls(site("reddit", url, query=query, options=options))
    assert all(one.startswith("https://oauth.reddit.com/") and "raw_json=1" in one for one in urls)
    parts = [urlsplit(one) for one in urls]
    assert [f"{part.path} q={dict(parse_qsl(part.query)).get('q', '')}" for part in parts] == expected


def test_reddit_says_why_it_refuses() -> None:
    for body, cause in (
        ({"message": "Unauthorized", "error": 401}, "login_wall"),
        ({"reason": "private", "message": "Forbidden", "error": 403}, "login_wall"),
        ({"message": "Too Many Requests", "error": 429}, "refused"),
        ({"message": "Not Found", "error": 404}, "http_error"),
    ):
        with pytest.raises(NotAThreadError) as caught:
            reddit.parse_listing(page(json.dumps(body), status=body["error"]), site("reddit"))
        assert caught.value.cause == cause


def cassette(name: str, part: str) -> tuple[str, bytes]:
    """Return address and body of an answer that Reddit gave, as praw's tests recorded it."""
    recorded = json.loads(genuine(f"reddit/TestComment.{name}.json", "https://x.example").body)
    found = next(i for i in recorded["interactions"] if part in i["request"]["uri"])
    return found["request"]["uri"], found["response"]["body"]["string"].encode()


def test_genuine_reddit_thread() -> None:
    url, body = cassette("test_refresh__with_reply_sort_and_limit", "/comments/98vj9e")
    given = page(body, url)
    found = reddit.parse_thread(given, site("reddit"))
    assert reddit.detect(given) > 0.9
    assert (found.thread_id, len(found.posts), found.unreadable) == ("t3_98vj9e", 5, ())
    top = next(post for post in found.posts if post.post_id == "t1_e4j4830")
    assert top.text == "Please don't make me send your bot to a farm upstate.\nYou know I'll do it."
    assert (top.author, top.author_name, top.like_count) == ("t2_51pf6", "Sporkicide", 63)
    assert top.posted_at.isoformat() == "2018-08-20T20:24:26+02:00"


def test_genuine_reddit_thread_of_a_deleted_comment() -> None:
    url, body = cassette("test_refresh__deleted_comment", "/comments/52o2fl")
    found = reddit.parse_thread(page(body, url), site("reddit"))
    assert found.thread_id == "t3_52o2fl"
    assert [post.text for post in found.posts if "[deleted]" in post.text] == []


def test_youtube_from_key_to_landing_file(start: Start, crawl: Crawl, forum: TinyForum, tmp_path: Path) -> None:
    def video(asked: dict, headers: dict) -> Reply:
        return Reply(
            (PAGES / ("youtube/video.json" if asked["id"].endswith("1") else "youtube/silent.json")).read_bytes()
        )

    def comments(asked: dict, headers: dict) -> Reply:
        return (
            Reply({"kind": "youtube#commentThreadListResponse", "items": []})
            if "pageToken" in asked
            else Reply((PAGES / "youtube/comments.json").read_bytes())
        )

    def search(asked: dict, headers: dict) -> Reply:
        found = json.loads((PAGES / "youtube/search.json").read_bytes())
        return Reply({**found, "nextPageToken": None})

    answers = {"/search": search, "/videos": video, "/commentThreads": comments, "/comments": "youtube/replies.json"}
    _, changes = start("youtube", "https://www.youtube.com", {"api_key": KEY}, answers, units_per_day="206")
    result, records = crawl(**changes)
    assert {headers.get("x-goog-api-key") for headers in forum.headers} == {KEY}
    assert not any("key=" in path for path in forum.requests)
    names = {"dQw1AbC_-01", "UgxAAA111", "UgxAAA111.8a", "UgxAAA111.8b", "UgxBBB222", "UgxBBB222.8c", "UgxBBB222.8d"}
    assert set(posts(records)) == {*names, "UgxCCC333"}
    assert (result.incidents, result.is_complete, result.note) == ((), True, "")
    forum.fetched()
    # One search of 100, five requests of 1: what is left is enough for another search and one video.
    result, _ = crawl(**changes)
    assert [urlsplit(path).path for path in forum.fetched()] == ["/youtube/v3/search"]
    result, _ = crawl(**changes)
    assert forum.fetched() == []
    assert "of today's 206 units too few are left for a request of 100; what is left" in result.note
    assert result.note.endswith("America/Los_Angeles")
    assert hidden(tmp_path, result)


def test_youtube_that_is_used_up_by_others_is_no_incident(start: Start, crawl: Crawl, forum: TinyForum) -> None:
    spent = {"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}], "message": "exceeded your quota"}}
    _, changes = start("youtube", "https://www.youtube.com", {"api_key": KEY}, {"/search": Reply(spent, status=403)})
    result, _ = crawl(**changes)
    assert (result.incidents, result.is_complete) == ((), False)
    assert "the place says that today's units are used up" in result.note


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.youtube.com", "search order=date"),
        ("https://www.youtube.com/watch?v=dQw1AbC_-01&t=3", "videos id=dQw1AbC_-01"),
        ("https://youtu.be/dQw1AbC_-01?si=x", "videos id=dQw1AbC_-01"),
        ("https://www.youtube.com/shorts/dQw1AbC_-01", "videos id=dQw1AbC_-01"),
        (
            "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv/videos",
            "playlistItems playlistId=UUabcdefghijklmnopqrstuv",
        ),
        ("https://www.youtube.com/playlist?list=PL_x-1", "playlistItems playlistId=PL_x-1"),
    ],
)
def test_youtube_entries(url: str, expected: str) -> None:
    (found,) = youtube.listing_urls(site("youtube", url, query="Open Infra"))
    what, _, asked = expected.partition(" ")
    name, _, value = asked.partition("=")
    parts = urlsplit(found)
    assert (parts.netloc, parts.path.rpartition("/")[2]) == ("youtube.googleapis.com", what)
    assert dict(parse_qsl(parts.query))[name] == value
    assert youtube.CREDENTIALS.quota
    assert youtube.CREDENTIALS.quota.cost(found) == (100 if what == "search" else 1)


def test_a_video_that_is_gone_says_so() -> None:
    with pytest.raises(NotAThreadError, match="gone or private"):
        youtube.parse_thread(page('{"kind": "youtube#videoListResponse", "items": []}'), site("youtube"))


def test_trustpilot_from_look_up_to_landing_file(start: Start, crawl: Crawl, forum: TinyForum, tmp_path: Path) -> None:
    def reviews(asked: dict, headers: dict) -> Reply:
        return Reply({"links": [], "reviews": []} if asked["page"] == "2" else json.loads(first))

    first = (PAGES / "trustpilot/reviews.json").read_text()
    answers = {"/find": "trustpilot/find.json", "/reviews": reviews}
    _, changes = start("trustpilot", "https://se.trustpilot.com/review/openinfra.example", {"api_key": KEY}, answers)
    result, records = crawl(**changes)
    assert forum.requests[0] == "/v1/business-units/find?name=openinfra.example"
    assert {headers.get("apikey") for headers in forum.headers} == {KEY}
    one, two = "66f1aa00112233445566aa01", "66f1aa00112233445566aa02"
    assert set(posts(records)) == {one, f"{one}-reply", two}
    assert posts(records)[f"{one}-reply"].reply_to == one
    assert (result.incidents, result.is_complete) == ((), True)
    # Nothing new: nothing is written, and no page is read after the first.
    forum.fetched()
    _, records = crawl(**changes)
    assert (posts(records), len(forum.fetched())) == ({}, 2)
    assert hidden(tmp_path, result)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://www.openinfra.example/", "/v1/business-units/find?name=openinfra.example"),
        (
            "https://www.trustpilot.com/review/openinfra.example?page=2",
            "/v1/business-units/find?name=openinfra.example",
        ),
        (
            "https://api.trustpilot.com/v1/business-units/5f0c1e2d3b4a596877665544",
            "/v1/business-units/5f0c1e2d3b4a596877665544/reviews?perPage=100&orderBy=createdat.desc&page=1",
        ),
    ],
)
def test_trustpilot_entries(url: str, path: str) -> None:
    assert trustpilot.listing_urls(site("trustpilot", url)) == (f"https://api.trustpilot.com{path}",)


def test_google_reviews_of_the_owner(start: Start, crawl: Crawl, forum: TinyForum, tmp_path: Path) -> None:
    def reviews(asked: dict, headers: dict) -> Reply:
        return Reply({}) if "pageToken" in asked else Reply((PAGES / "google_reviews/reviews.json").read_bytes())

    secrets = {"client_id": "appens-id", "client_secret": KEY, "refresh_token": f"1//{KEY}"}
    answers = {"/token": Reply({"access_token": "ya29.polett", "expires_in": 3599}), "/reviews": reviews}
    url = "https://business.google.com/accounts/1234567890/locations/9876543210"
    _, changes = start("google_reviews", url, secrets, answers)
    result, records = crawl(**changes)
    asked = dict(parse_qsl(forum.bodies[0].decode()))
    assert asked == {"grant_type": "refresh_token", **secrets}
    assert set(posts(records)) == {"AbFvOq_1", "AbFvOq_1-reply", "AbFvOq_2", "AbFvOq_3"}
    assert {post.thread_title for post in posts(records).values()} == {"Open Infra"}
    assert (result.incidents, result.is_complete) == ((), True)
    assert hidden(tmp_path, result)


def test_google_places_shows_five_at_most(start: Start, crawl: Crawl, forum: TinyForum, tmp_path: Path) -> None:
    answers = {"/v1/places/ChIJabcdefGHIJK": "google_places/place.json"}
    url = "https://places.googleapis.com/v1/places/ChIJabcdefGHIJK"
    _, changes = start("google_places", url, {"api_key": KEY}, answers)
    result, records = crawl(**changes)
    assert {headers.get("x-goog-api-key") for headers in forum.headers} == {KEY}
    assert {headers.get("x-goog-fieldmask") for headers in forum.headers} == {google_places.FIELDS}
    assert len(posts(records)) == 2
    assert hidden(tmp_path, result)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Bra!", "Bra!"),
        ("Bra!\n\n(Translated by Google)\nGood!", "Bra!"),
        ("(Translated by Google) Good!\n\n(Original)\nBra!", "Bra!"),
        ("(Translated by Google) Good!", "Good!"),
        ("", ""),
    ],
)
def test_a_translation_is_not_what_was_written(said: str, meant: str) -> None:
    assert google_reviews.original(said) == meant


@pytest.mark.parametrize(("state", "count"), [("APPROVED", 2), ("PENDING", 1), ("REJECTED", 1), (None, 2)])
def test_an_answer_that_nobody_sees_is_no_post(state: str | None, count: int) -> None:
    review = json.loads((PAGES / "google_reviews/answered.json").read_bytes())["reviews"][0]
    review["reviewReply"]["reviewReplyState"] = state
    assert len(google_reviews.parse_thread(page(json.dumps(review)), site("google_reviews")).posts) == count


@pytest.mark.parametrize("engine", [google_reviews, google_places, youtube])
@pytest.mark.parametrize(("status", "cause"), [("UNAUTHENTICATED", "login_wall"), ("NOT_FOUND", "http_error")])
def test_google_says_why_it_refuses(engine: object, status: str, cause: str) -> None:
    body = json.dumps({"error": {"code": 400, "message": "x", "status": status}})
    with pytest.raises(NotAThreadError) as caught:
        engine.parse_thread(page(body, status=400), site("x"))  # type: ignore[attr-defined]
    assert caught.value.cause == cause


def test_sources_of_one_service_are_asked_one_after_another() -> None:
    here = site("trustpilot", "https://www.openinfra.example/")
    assert asked_at(here, None) == asked_at(site("trustpilot", "https://se.trustpilot.com/review/x"), None)
    assert asked_at(site("xenforo", "https://forum.example/"), None) == "https://forum.example/"
    assert asked_at(site("bluesky", "https://public.api.bsky.app"), "https://bsky.app/x") == "https://bsky.app/x"
    assert asked_at(site("not-there", "https://forum.example/"), None) == "https://forum.example/"
