"""Lists that point to other lists: each is read once, and one that fails costs no other."""

from tests.crawlers.conftest import Crawl
from tests.crawlers.test_spiders import causes, posts
from tests.crawlers.tiny_forum import Reply, TinyForum


def listed(forum: TinyForum, *names: str, more: tuple[str, ...] = ()) -> Reply:
    threads = [{"id": name, "url": f"{forum.url}/t/{name}"} for name in names]
    return Reply({"threads": threads, "more": [forum.url + path for path in more]})


def test_an_index_and_its_forums_are_read_once(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    forum.thread("b", "Open Infra")
    forum.replies["/list"] = listed(forum, more=("/f1", "/f2", "/f1"))
    forum.replies["/f1"] = listed(forum, "a", more=("/list", "/f2"))
    forum.replies["/f2"] = listed(forum, "a", "b")
    result, records = crawl()
    assert (posts(records), causes(records), result.is_complete) == (["a-1", "b-1"], [], True)
    assert forum.fetched() == ["/list", "/f1", "/t/a", "/f2", "/t/b"]


def test_a_forum_that_fails_costs_no_other(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("b", "Open Infra")
    forum.replies["/list"] = listed(forum, more=("/f1", "/f2"))
    forum.replies["/f1"] = Reply(b"", status=404)
    forum.replies["/f2"] = listed(forum, "b")
    result, records = crawl()
    assert (posts(records), causes(records), result.is_complete) == (["b-1"], ["http_error"], False)


def test_a_start_page_that_only_points_to_lists_is_read(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Väder")
    forum.replies["/index"] = listed(forum, more=("/f1",))
    forum.replies["/f1"] = listed(forum, "a")
    result, _ = crawl(start_url=forum.url + "/index", keep_all=True)
    assert (result.post_count, result.is_complete) == (1, True)


def test_an_unchanged_index_still_leads_to_a_forum_that_failed(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    index = listed(forum, more=("/f1",))
    index.headers["ETag"] = '"1"'
    forum.replies["/list"] = lambda headers: Reply(status=304) if headers.get("If-None-Match") else index
    forum.replies["/f1"] = Reply(b"", status=404)
    assert posts(crawl()[1]) == []
    forum.replies["/f1"] = listed(forum, "a")
    assert posts(crawl()[1]) == ["a-1"]
