"""Pages of the real software, recorded outside the project: facts that a person read off them."""

import json
import re

from crawlers.engines import bluesky, discourse, spirit
from tests.crawlers.golden import genuine, site

TOPIC = "http://127.0.0.1:18083/topic/1/open-infra-gr%C3%A4ver-i-norrt%C3%A4lje/"
SEARCH = "http://127.0.0.1:2584/xrpc/app.bsky.feed.searchPosts?q=Open+Infra&limit=25"


def test_spirit_topic() -> None:
    found = spirit.parse_thread(genuine("spirit/topic.html", TOPIC), site("spirit"))
    assert (found.thread_id, found.thread_title) == ("1", "Open Infra gräver i Norrtälje")
    assert [post.post_id for post in found.posts] == [str(number) for number in range(1, 21)]
    assert [post.position for post in found.posts] == list(range(1, 21))
    assert found.posts[18].text == "Svar 17: Open Infra åäö"
    assert (found.posts[18].author, found.posts[18].author_name) == ("3", "cilla")
    assert found.posts[18].posted_at.isoformat() == "2026-10-29T00:39:00+01:00"
    assert found.next_url == TOPIC + "?page=2"
    assert found.unreadable == ()


def test_discourse_topic() -> None:
    given = genuine("discourse/discourse_topic_1148.json", "https://d.example/t/1148.json")
    found = discourse.parse_thread(given, site("discourse"))
    assert (found.thread_id, found.thread_title, found.view_count) == ("1148", "[Support] uBlock Origin", 13372)
    assert len(found.posts) == 20
    first, second = found.posts[:2]
    assert (first.post_id, first.author, first.author_name, first.like_count) == ("18952", "2544", "gorhill", 6)
    assert first.posted_at.isoformat() == "2016-01-26T20:07:49.559000+00:00"
    assert first.text.startswith("This is the new support and feedback thread for uBlock Origin")
    assert "Easy on CPU" not in first.text
    assert any("On money.cnn.com" in quote.text for quote in second.quoted)
    assert "On money.cnn.com" not in second.text
    assert found.more_urls == ("https://d.example/t/1148/posts.json?post_ids%5B%5D=21&post_ids%5B%5D=22",)


def test_discourse_quotes_point_to_posts_of_the_page() -> None:
    given = genuine("discourse/discourse_topic_1148.json", "https://d.example/t/1148.json")
    found = discourse.parse_thread(given, site("discourse"))
    by_position = {post.position: post for post in found.posts}
    cooked = {str(post["id"]): post["cooked"] for post in json.loads(given.body)["post_stream"]["posts"]}
    named = [(post, quote) for post in found.posts for quote in post.quoted if quote.post_id]
    assert len(named) == sum(len(re.findall(r'<aside class="quote"[^>]*data-topic="1148"', c)) for c in cooked.values())
    for post, quote in named:
        assert quote.position is not None
        assert quote.post_id == by_position[quote.position].post_id
        assert quote.author == by_position[quote.position].author_name
        assert quote.text not in post.text


def test_discourse_lists() -> None:
    urls = {"topics": 2, "topics_empty": 0, "topics_pinned": 3}
    for name, count in urls.items():
        given = genuine(f"discourse/discourse_{name}.json", "https://d.example/latest.json")
        assert len(discourse.parse_listing(given, site("discourse")).threads) == count
    given = genuine("discourse/discourse_topics.json", "https://d.example/latest.json")
    first = discourse.parse_listing(given, site("discourse")).threads[0]
    assert (first.thread_id, first.title, first.post_count, first.view_count) == ("1148", "IBM PowerVM support?", 4, 40)


def test_bluesky_search() -> None:
    given = genuine("bluesky/searchPosts.json", SEARCH)
    found = bluesky.parse_listing(given, site("bluesky"))
    assert len(found.threads) == 25
    assert found.threads[0].thread_id == "at://did:plc:lrhw4vtttqxrggjedaxe2air/app.bsky.feed.post/3n2w4tbmkm22p"
    assert found.threads[0].last_posted_at is not None
    assert found.threads[0].last_posted_at.isoformat() == "2026-11-22T17:20:43.487000+00:00"
    assert found.next_url is not None
    assert found.next_url.startswith(SEARCH + "&cursor=")
