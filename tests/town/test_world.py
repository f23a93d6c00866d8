"""The world on its timeline: one seed, one world; nothing of the future; edits, a deletion, the doubled hour."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from town import END, START, Post, StoryError, World, build_world
from town.places import PLACES
from town.story import STOCKHOLM, Draft, DraftThread, Truth

WORLD = build_world(1)
SPAN = int((END - START).total_seconds())
SILENT = Truth(is_about_company=False, topics=(), sentiment="neutral", claims={}, personal=())


def find(world: World, place: str, at: datetime) -> dict[int, tuple[str, int]]:
    return {p.post_id: (p.text, p.like_count) for thread in world.shown(place, at) for p in thread.posts}


def test_one_seed_makes_one_world_and_another_seed_moves_it() -> None:
    assert build_world(1) == WORLD
    other = build_world(2)
    assert [p.text for t in other.threads for p in t.posts if p.place == "torgskriket"] != []
    assert {p.text for p in other.posts} == {p.text for p in WORLD.posts}
    assert {p.posted_at for p in other.posts} != {p.posted_at for p in WORLD.posts}


@pytest.mark.parametrize("place", PLACES)
def test_ids_grow_with_time(place: str) -> None:
    posts = [post for post in WORLD.posts if post.place == place]
    assert [p.post_id for p in posts] == sorted({p.post_id for p in posts})
    starts = sorted((t.posts[0].posted_at, t.thread_id) for t in WORLD.threads if t.place == place)
    assert [number for _, number in starts] == sorted({number for _, number in starts})


def test_a_thread_reads_downwards_in_time() -> None:
    for thread in WORLD.threads:
        times = [post.posted_at for post in thread.posts]
        assert times == sorted(set(times))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, SPAN), st.sampled_from(sorted(PLACES)))
def test_a_moment_shows_all_of_the_past_and_nothing_of_the_future(seconds: int, place: str) -> None:
    at = START + timedelta(seconds=seconds)
    shown = find(WORLD, place, at)
    expected = [
        p for p in WORLD.posts if p.place == place and p.posted_at <= at and not (p.deleted_at and p.deleted_at <= at)
    ]
    assert set(shown) == {post.post_id for post in expected}
    edited = {p.post_id: p.edited_text for p in expected if p.edited_at and p.edited_at <= at}
    assert all(shown[p.post_id][0] == edited.get(p.post_id, p.text) for p in expected)
    for thread in WORLD.shown(place, at):
        assert thread.changed_at <= at
        assert [post.position for post in thread.posts] == list(range(1, len(thread.posts) + 1))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, SPAN), st.integers(0, 10 * 86_400))
def test_views_and_likes_never_fall(seconds: int, later: int) -> None:
    first, second = (WORLD.shown("husknuten", START + timedelta(seconds=s)) for s in (seconds, seconds + later))
    grown = {thread.thread_id: thread.view_count for thread in second}
    assert all(thread.view_count <= grown[thread.thread_id] for thread in first)


def only(posts: list[Post]) -> Post:
    assert len(posts) == 1
    return posts[0]


def test_one_post_is_there_for_a_day_and_then_gone() -> None:
    post = only([post for post in WORLD.posts if post.deleted_at])
    assert post.deleted_at
    assert timedelta(hours=24) < post.deleted_at - post.posted_at < timedelta(hours=30)
    moment = timedelta(seconds=1)
    assert post.post_id in find(WORLD, post.place, post.deleted_at - moment)
    assert post.post_id not in find(WORLD, post.place, post.deleted_at)
    before, after = (
        next(t for t in WORLD.shown(post.place, at) if t.thread_id == post.thread_id)
        for at in (post.deleted_at - moment, post.deleted_at)
    )
    assert len(after.posts) == len(before.posts) - 1
    assert after.changed_at == post.deleted_at


def test_some_posts_change_hours_later() -> None:
    edited = [post for post in WORLD.posts if post.edited_at]
    assert len(edited) >= 3
    for post in edited:
        assert post.edited_at and post.edited_text
        early, late = (find(WORLD, post.place, at)[post.post_id][0] for at in (post.posted_at, post.edited_at))
        assert (early, late) == (post.text, post.edited_text) and early != late


def test_the_doubled_hour_has_posts_in_both_halves_where_the_page_can_tell_them_apart() -> None:
    shift = datetime(2023, 10, 29, 1, tzinfo=UTC)
    night = [p for p in WORLD.posts if abs(p.posted_at - shift) < timedelta(hours=1)]
    assert any(p.posted_at < shift for p in night) and any(p.posted_at >= shift for p in night)
    # Flashback shows wall time only: an hour that comes twice cannot be read there.
    assert "torgskriket" not in {post.place for post in night}
    offsets = {p.posted_at.astimezone(STOCKHOLM).utcoffset() for p in WORLD.posts}
    assert offsets == {timedelta(hours=1), timedelta(hours=2)}


def test_a_quote_holds_words_of_an_earlier_post_of_the_thread() -> None:
    quoting = [(thread, post) for thread in WORLD.threads for post in thread.posts if post.quote]
    assert len(quoting) >= 12
    for thread, post in quoting:
        assert post.quote
        source = only([p for p in thread.posts if p.post_id == post.quote.post_id])
        assert source.posted_at < post.posted_at
        assert (source.author, source.author_id) == (post.quote.author, post.quote.author_id)
        assert post.quote.text in source.text


def test_a_quote_of_nobody_is_refused() -> None:
    draft = Draft(author="a", at=START, text="x", truth=SILENT, quote="b")
    with pytest.raises(StoryError, match="has not written yet"):
        build_world(1, [DraftThread(key="k", place="husknuten", title="t", posts=(draft,))])
