"""The rows of XenForo's lists: threads of a forum, articles, new posts, and what a search found."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from crawlers.engines import addresses, markup, reading
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.model import Page, Site, ThreadRef

_ROWS = (
    ".structItem--thread, .structItem[class*='js-threadListItem-'], .message--articlePreview, .message--article,"
    ".block-row .contentRow"
)
_PLACEHOLDER = ".structItem-status--redirect, .structItem-status--deleted"
_TITLE = ".structItem-title a[href], .articlePreview-title a[href], .article-title a[href], .contentRow-title a[href]"
_LATEST = "time.structItem-latestDate, .structItem-latestDate time, .structItem-cell--latest time"
_FOUND = ".contentRow-minor time"
"""Of a search: the dates of articles are those of their writing, and say nothing of replies."""
_REPLIES = ".structItem-cell--meta dl:not(.structItem-minor) dd"
_VIEWS = ".structItem-cell--meta .structItem-minor dd"
_SHORT_COUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s?([KM])", re.IGNORECASE)
_THREAD = re.compile(r"(?:[./?]|threads/)(\d+)/(?:$|page-|post-|unread|latest|[?#])")
_ELSEWHERE = re.compile(r"(?:^|[/?])(?:profile-posts|members|media|resources|forums|categories)/[^/]*?\.?\d+/")
TAIL = re.compile(r"(?:(?:page|post)-\d+|unread|latest)/?(?:[?#].*)?$|#.*$")


def thread_id_in(url: str) -> str | None:
    """Return the id of a thread in an address of it."""
    match = _THREAD.search(url)
    return match[1] if match else None


def refs_of(document: Document, page: Page, site: Site) -> list[ThreadRef]:
    """Return the threads of a list, each once, without those that were moved away or deleted."""
    base = addresses.base_of(document, page)
    refs: dict[str, ThreadRef] = {}
    for row in document.css(_ROWS):
        if row.css_first(_PLACEHOLDER) is None and (ref := _ref(row, base, page, site)) is not None:
            refs.setdefault(ref.thread_id, ref)
    return list(refs.values())


def _ref(row: LexborNode, base: str, page: Page, site: Site) -> ThreadRef | None:
    links = [a for a in row.css(_TITLE) if "labelLink" not in attribute(a, "class")]
    link = row.css_first(".structItem-title a[data-tp-primary]") or (links[-1] if links else None)
    url = addresses.absolute(base, attribute(link, "href", "data-preview-url"))
    if link is None or url is None or _ELSEWHERE.search(url):
        return None
    url = TAIL.sub("", url)
    key = re.search(r"js-threadListItem-(\d+)", attribute(row, "class"))
    thread_id = key[1] if key else thread_id_in(url)
    if not thread_id:
        return None
    replies = _exact(text_of(row.css_first(_REPLIES)))
    return ThreadRef(
        thread_id=thread_id,
        url=url,
        title=markup.words(link, markup.marks(link, drop=".label, .label-append")).text.replace("\n", " "),
        last_posted_at=reading.time_or_none(row.css_first(_LATEST) or row.css_first(_FOUND), page, site),
        post_count=replies + 1 if replies is not None else None,
        view_count=_rough(text_of(row.css_first(_VIEWS))),
    )


def _exact(text: str) -> int | None:
    return None if re.search(r"[^\W\d]", text) else markup.integer(text)


def _rough(text: str) -> int | None:
    """Return a count that may be shown as 1.2K: views need no more precision."""
    if match := _SHORT_COUNT.fullmatch(text):
        return round(float(match[1].replace(",", ".")) * {"K": 1_000, "M": 1_000_000}[match[2].upper()])
    return _exact(text)
