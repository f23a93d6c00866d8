"""Whether a page has something to read, or leads to it: then it is no wall, whatever else stands on it."""

from __future__ import annotations

import re

from crawlers.engines import addresses, generic_ids
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute
from crawlers.model import Page
from crawlers.politeness import is_same_place

FEW = 2
"""So many threads any page may name: a wall's footer, or the place that one is sent to after logging in."""
LOGIN_PATH = re.compile(
    r"/(?:login|log-in|signin|sign-in|logga-in|account/login|user/login|ucp\.php\?mode=login)\b", re.IGNORECASE
)
_POSTS = (
    "[id^='post_message_'], [data-content^='post-'], [data-post-id], [data-pid], [id^='elComment_'], .postbody,"
    ".post_body, .post_wrapper, .postcontent, .messageText, .b-post__content, .message--post, [itemprop='comment'],"
    "[itemprop='articleBody']"
)
"""What software writes around what members say, and around nothing else."""
FORUM_TITLES = (
    "a.forumtitle[href], .forumtitle a[href], td[id^='f'].alt1Active a[href], td[id^='f'].alt1 > div > a[href],"
    ".node--forum .node-title a[href], .nodeTitle a[href], .cForumRow .ipsDataItem_title a[href],"
    "a.subject[href][name^='b'], a.subject[href][id^='b']"
)
"""How indexes name their forums (vBulletin, phpBB, XenForo, Invision, SMF), whatever the addresses look like."""


def has_what_to_read(document: Document, page: Page) -> bool:
    """Return whether a page shows posts, is an index of forums, or names more threads of its place than any page may.

    Forums have a login form on every page, and below each list what one must log in for. But a page that one was sent
    to in order to log in is a wall, also where it shows what is new beside the form.
    """
    if page.status in (401, 403) or LOGIN_PATH.search(page.url):
        return False
    is_filled = document.css_first(_POSTS) is not None or document.css_first(FORUM_TITLES) is not None
    return is_filled or _names_threads(document, page)


def _names_threads(document: Document, page: Page) -> bool:
    base = addresses.base_of(document, page)
    found = set[str]()
    for link in document.css("a[href]"):
        url = addresses.absolute(base, attribute(link, "href"))
        if url and is_same_place(url, page.url) and generic_ids.has_thread_number(url):
            found.add(generic_ids.thread_id(url))
            if len(found) > FEW:
                return True
    return False
