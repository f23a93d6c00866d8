"""The address of a thread's first page, in the ways that forum software writes later ones."""

import pytest

from crawlers.spiders.reading import first_page_url

CASES = [
    ("https://a.se/threads/x.12/page-4", "https://a.se/threads/x.12/"),
    ("https://a.se/index.php?threads/x.12/page-2", "https://a.se/index.php?threads/x.12/"),
    ("https://a.se/showthread.php?123-brev/page2", "https://a.se/showthread.php?123-brev/"),
    ("https://a.se/showthread.php?123-brev", "https://a.se/showthread.php?123-brev"),
    ("https://a.se/showthread.php?t=5&page=2", "https://a.se/showthread.php?t=5"),
    ("https://a.se/forum/hus/12-brev/page7", "https://a.se/forum/hus/12-brev/"),
    ("https://a.se/topic/5-brev/page/2/#comments", "https://a.se/topic/5-brev/"),
    ("https://www.familjeliv.se/forum/thread/123-brev/4", "https://www.familjeliv.se/forum/thread/123-brev"),
    ("https://www.familjeliv.se/forum/thread/123-brev", "https://www.familjeliv.se/forum/thread/123-brev"),
    ("http://gamla.familjeliv.se/Forum-19-421/m55-3.html", "http://gamla.familjeliv.se/Forum-19-421/m55.html"),
    ("https://a.se/x?a=&b=%C3%A5&page=3", "https://a.se/x?a=&b=%C3%A5"),
]


@pytest.mark.parametrize(("url", "expected"), CASES)
def test_the_first_page_is_found_from_a_later_one(url: str, expected: str) -> None:
    assert first_page_url(url) == expected
