"""Jetstream's events: read to the posts that the search gives, and none overlooked by the quick look."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.batch import Batch
from crawlers.engines import bluesky, jetstream
from crawlers.engines.bluesky_record import read_post
from crawlers.engines.reading import UnreadablePostError
from crawlers.engines.stream import AccountEvent, GarbageError, Place, PostEvent, ProfileEvent, Watch
from crawlers.frontier import Frontier
from crawlers.heard import Heard
from crawlers.model import Page, Site
from crawlers.pseudonym import author_key
from nlp.gate import may_mention
from nlp.mentions import is_mention
from tests.crawlers.conftest import SECRET
from tests.crawlers.listener_child import COMPANY
from tests.crawlers.stream_world import AUTHORS, START, commit, happenings, post, quote, reply, wire
from warehouse.records import Deletion, Post, Record, SetAside

SITE = Site(name="firehose", engine="jetstream", url="https://jet.example", timezone=ZoneInfo("UTC"))
DID, KEY = AUTHORS[0], "3kaaaaaaaaaaa"
URI = f"at://{DID}/app.bsky.feed.post/{KEY}"
AT = datetime.fromtimestamp(START / 1e6, UTC)
NOTHING = Watch(may_mention=lambda _raw: False, keys=set())


def batch(path: Path) -> Batch:
    with Frontier(path, "bluesky"):
        heard = Heard(path, stream="firehose", source="bluesky")
    return Batch(
        source="bluesky",
        url=SITE.url,
        secret=SECRET,
        is_mention=partial(is_mention, company=COMPANY),
        redact=None,
        heard=heard,
        clock=lambda: datetime(2026, 11, 18, 10, tzinfo=UTC),
    )


def take_all(into: Batch, frames: Sequence[bytes], *, quick: bool) -> list[Record]:
    watch = Watch(may_mention=partial(may_mention, company=COMPANY), keys=into.heard.keys)
    for frame in frames:
        if not quick or jetstream.is_wanted(frame, watch):
            for event in jetstream.events_of(frame):
                into.take(event)
    return into.records


def test_a_post_is_read_as_the_search_reads_it() -> None:
    """The same post by both ways: same id, key, time, words, links; only the AppView counts likes."""
    record = post(
        "Har  nån\u200b erfarenhet av Open Infra?\n\n😡", **reply(f"at://{AUTHORS[1]}/app.bsky.feed.post/r", URI)
    )
    (event,) = jetstream.events_of(wire(commit(START, DID, KEY, record)))
    assert isinstance(event, PostEvent)
    view = {"uri": URI, "author": {"did": DID}, "record": record, "indexedAt": "2026-11-18T09:00:01Z"}
    body = json.dumps({"thread": {"post": view}}).encode()
    page = Page(url="https://public.api.bsky.app/x", body=body, fetched_at=datetime(2026, 11, 18, 10, tzinfo=UTC))
    (searched,) = bluesky.parse_thread(page, SITE).posts
    assert read_post(event) == searched


def test_addresses_ask_for_posts_and_profiles_from_a_little_before() -> None:
    place = Place(cursor=START, at=datetime(2026, 11, 18, tzinfo=UTC))
    asked = "wantedCollections=app.bsky.feed.post&wantedCollections=app.bsky.actor.profile"
    assert jetstream.subscribe_url(SITE, None) == f"wss://jet.example/subscribe?{asked}"
    assert jetstream.subscribe_url(SITE, place) == f"wss://jet.example/subscribe?{asked}&cursor={START - 5_000_000}"


def test_a_place_is_the_servers_time_to_the_microsecond() -> None:
    place = jetstream.place_of(wire(commit(1779719009157119, DID, KEY, post('"time_us":1111111111111111'))))
    assert place == Place(cursor=1779719009157119, at=datetime(2026, 5, 25, 14, 23, 29, 157119, tzinfo=UTC))
    assert jetstream.place_of(b'{"time_us": "soon"}') is None


def test_accounts_profiles_and_what_is_not_ours() -> None:
    down = {"active": False, "did": DID, "status": "takendown"}
    account = {"did": DID, "time_us": START, "kind": "account", "account": down}
    assert jetstream.events_of(wire(account)) == (AccountEvent(did=DID, at=AT, is_active=False, status="takendown"),)
    labels = {"values": [{"val": "!no-unauthenticated"}]}
    profile = commit(START, DID, "self", {"labels": labels}, operation="create")
    profile["commit"]["collection"] = "app.bsky.actor.profile"
    assert jetstream.events_of(wire(profile)) == (ProfileEvent(did=DID, at=AT, is_members_only=True),)
    like = commit(START, DID, KEY, {"subject": {}})
    like["commit"]["collection"] = "app.bsky.feed.like"
    assert jetstream.events_of(wire(like)) == ()
    assert jetstream.events_of(wire({"did": DID, "time_us": START, "kind": "identity"})) == ()


@pytest.mark.parametrize(
    "frame",
    [b"", b"\xff\xfe", b"[]", b"{}", b'{"did":"x","time_us":1}', b'{"did":"did:a:b","time_us":"1"}', b"[" * 100_000,
     b'{"did":"did:a:b","time_us":1,"kind":"commit","commit":{"collection":"app.bsky.feed.post","rkey":"a","rev":"b"}}'],
)  # fmt: skip
def test_garbage_is_said_to_be_garbage(frame: bytes) -> None:
    with pytest.raises(GarbageError):
        jetstream.events_of(frame)


@pytest.mark.parametrize(
    ("record", "reason"),
    [({"createdAt": "2026-11-18T09:00:00Z"}, "missing_text"), ({"text": "x"}, "unreadable_date"),
     ({"text": "x", "createdAt": "soon"}, "unreadable_date"), ({"text": 3, "createdAt": 4}, "missing_text")],
)  # fmt: skip
def test_a_post_without_text_or_time_is_not_guessed(record: dict[str, Any], reason: str) -> None:
    (event,) = jetstream.events_of(wire(commit(START, DID, KEY, record)))
    assert isinstance(event, PostEvent)
    with pytest.raises(UnreadablePostError) as caught:
        read_post(event)
    assert caught.value.reason == reason


def test_a_post_from_the_future_has_the_time_of_its_event() -> None:
    (event,) = jetstream.events_of(wire(commit(START, DID, KEY, post("x", createdAt="2031-01-01T00:00:00Z"))))
    assert isinstance(event, PostEvent)
    assert read_post(event).posted_at == event.at


def test_half_characters_stop_nothing() -> None:
    frame = json.dumps(commit(START, DID, KEY, post("Open Infra \ud83d"))).encode()
    assert jetstream.is_wanted(frame, NOTHING)
    (event,) = jetstream.events_of(frame)
    assert isinstance(event, PostEvent)
    assert read_post(event).text == "Open Infra �"


ODD_SPELLINGS = [
    (b'"text":', b'"te\\u0078t" : '),
    (b"app.bsky.feed.post", b"app.bsky.feed.po\\u0073t"),
    (b"post/", b"post\\/"),
    (b'":', b'" : '),
    (b"Open", b"\\u004fpen"),
    (b'"rkey"', b'"rke\\u0079"'),
    (b'"record":{', b'"record":{"operation":"create","rkey":"zzz","text":"","time_us":1,'),
]


def assert_nothing_is_overlooked(folder: Path, frames: list[bytes]) -> None:
    """Compare what is found by decoding every event with what is found when only those are that the look lets in."""
    all_of_them = take_all(batch(folder / "a.sqlite"), frames, quick=False)
    quick = take_all(batch(folder / "b.sqlite"), frames, quick=True)
    assert quick == all_of_them


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999), share=st.sampled_from([0.02, 0.3]))
def test_the_quick_look_overlooks_nothing(tmp_path_factory: pytest.TempPathFactory, seed: int, share: float) -> None:
    frames = [wire(event) for event in happenings(seed, 150, share=share, late=True)]
    assert_nothing_is_overlooked(tmp_path_factory.mktemp("heard"), frames)


@pytest.mark.parametrize("odd", ODD_SPELLINGS, ids=lambda pair: pair[1].decode())
def test_odd_spellings_hide_nothing(tmp_path: Path, odd: tuple[bytes, bytes]) -> None:
    """JSON can be written in many ways; half of the events come in an odd one."""
    frames = [wire(event) for event in happenings(3, 300, share=0.2, late=True)]
    frames = [frame.replace(*odd) if number % 2 else frame for number, frame in enumerate(frames)]
    assert all(json.loads(frame) for frame in frames)
    assert_nothing_is_overlooked(tmp_path, frames)


def test_the_quick_look_turns_most_away(tmp_path: Path) -> None:
    watch = Watch(may_mention=partial(may_mention, company=COMPANY), keys={b"3kept"})
    assert not jetstream.is_wanted(wire(commit(START, DID, KEY, post("Vädret är fint", **reply(URI, URI)))), watch)
    assert not jetstream.is_wanted(wire(commit(START, DID, KEY, None, operation="delete")), watch)
    assert jetstream.is_wanted(wire(commit(START, DID, "3kept", None, operation="delete")), watch)
    kept = f"at://{DID}/app.bsky.feed.post/3kept"
    assert jetstream.is_wanted(wire(commit(START, DID, KEY, post("Vädret", **reply(kept, URI)))), watch)


def test_threads_edits_deletions_and_quotes(tmp_path: Path) -> None:
    """A kept thread keeps its later answers; edits are revisions; only what was kept is deleted."""
    root, answer, other = (f"at://{DID}/app.bsky.feed.post/{key}" for key in ("3root", "3ans", "3other"))
    events = [
        commit(START, DID, "3other", post("Något annat")),
        commit(START + 1, DID, "3root", post("Open Infra grävde\nrad två")),
        commit(START + 2, AUTHORS[1], "3ans", post("Hos oss med", **reply(root, root))),
        commit(START + 3, AUTHORS[2], "3not", post("Hos oss med", **reply(other, other))),
        commit(START + 4, AUTHORS[2], "3quo", post("Läs detta", **quote(root))),
        commit(START + 5, AUTHORS[3], "3un", post("Och detta?", **quote(answer.replace(DID, AUTHORS[1])))),
        commit(START + 6, DID, "3root", post("Open Infra grävde\nrad tre"), operation="update"),
        commit(START + 7, DID, "3root", post("Open Infra grävde\nrad tre"), operation="update"),
        commit(START + 8, DID, "3other", None, operation="delete"),
        commit(START + 9, AUTHORS[1], "3ans", None, operation="delete"),
    ]
    frames = [wire(event) for event in events]
    records = take_all(batch(tmp_path / "a.sqlite"), frames + frames, quick=True)
    posts = [record for record in records if isinstance(record, Post)]
    assert [one.post_id.rsplit("/", 1)[-1] for one in posts] == ["3root", "3ans", "3quo", "3root"]
    assert {one.thread_title for one in posts} == {"Open Infra grävde", "Läs detta"}
    assert [one.thread_id for one in posts] == [root, root, posts[2].post_id, root]
    assert posts[0].content_key != posts[3].content_key
    assert (posts[0].edited_at, posts[3].edited_at) == (None, datetime.fromtimestamp((START + 6) / 1e6, UTC))
    assert posts[2].quoted[0].post_id == root
    assert posts[2].quoted[0].author_key == posts[0].author_key == author_key(SECRET, "bluesky", DID)
    assert [record.post_id for record in records if isinstance(record, Deletion)] == [posts[1].post_id]


def test_an_account_that_goes_takes_its_kept_posts_along(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = [
        commit(START, DID, "3a", post("Open Infra")),
        commit(START + 1, AUTHORS[1], "3b", post("Open Infra")),
    ]
    for at, status in ((2, "desynchronized"), (3, "takendown"), (4, "deleted")):
        account = {"active": False, "did": DID, "status": status}
        events.append({"did": DID, "time_us": START + at, "kind": "account", "account": account})
    records = take_all(batch(tmp_path / "a.sqlite"), [wire(event) for event in events], quick=True)
    assert [record.post_id[-2:] for record in records] == ["3a", "3b", "3a"]
    assert isinstance(records[-1], Deletion)


def test_authors_who_ask_strangers_to_keep_away_are_not_kept(tmp_path: Path) -> None:
    label = {"labels": {"values": [{"val": "!no-unauthenticated"}]}}
    profile = commit(START + 1, DID, "self", label, operation="update")
    profile["commit"]["collection"] = "app.bsky.actor.profile"
    events = [
        commit(START, DID, "3a", post("Open Infra")),
        profile,
        commit(START + 2, DID, "3b", post("Open Infra")),
        commit(START + 3, AUTHORS[1], "3c", post("Open Infra", **label)),
    ]
    records = take_all(batch(tmp_path / "a.sqlite"), [wire(event) for event in events], quick=True)
    assert [(type(record), record.post_id[-2:]) for record in records if isinstance(record, Post | Deletion)] == [
        (Post, "3a"),
        (Deletion, "3a"),
    ]


def test_a_mention_that_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    record = post("Open Infra")
    del record["createdAt"]
    frames = [wire(commit(START, DID, KEY, record)), wire(commit(START, DID, "3b", {"text": "annat"}))]
    (found,) = take_all(batch(tmp_path / "a.sqlite"), frames, quick=True)
    assert isinstance(found, SetAside)
    assert (found.reason, found.post_id) == ("unreadable_date", URI)
