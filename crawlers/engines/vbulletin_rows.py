"""The rows of vBulletin's lists of threads and of search results, in versions 3 to 6."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from selectolax.lexbor import LexborNode

from crawlers.dates import UnreadableDateError, from_timestamp
from crawlers.engines import addresses, markup, vbulletin_dates
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.engines.vbulletin_classic import without_session
from crawlers.engines.vbulletin_dates import Calendar
from crawlers.model import Page, Site, ThreadRef

_TITLES = (
    "a[id^='thread_title_'], tr.topic-item a.topic-title, .threadbit a.title, .searchresult a.title,"
    "[id^='post'] a[href*='showthread.php?t='], .searchbit h3 a, .searchtitle a.title, li.search_list a.title"
)
_GONE = {"deleted", "moved", "redirect", "threadbit-deleted"}
_IN_QUERY = re.compile(r"^(\d+)(?:-|$|/|&)")
_IN_PATH = (
    re.compile(r"/showthread\.php/(\d+)"),
    re.compile(r"/threads?/(\d+)(?=[-/]|$)"),
    re.compile(r"/t(\d+)(?=[-/.]|$)"),
    re.compile(r"/(\d+)-[^/]*?(?:\.html|/?(?:page\d+)?/?$)"),
    re.compile(r"-(\d+)(?:-\d+)?(?:-post\d+)?(?:\.html|/)(?:index\d+\.html|page\d+/?)?$"),
)
_COUNTS = re.compile(r"\D*(\d[\d.,\s\u00a0]*)\D+?(\d[\d.,\s\u00a0]*)\D*")
_LAST_CELLS = ".threadlastpost, .cell-lastpost, td.lastpost, .lastpost, .threadbit.ui-li-has-icon > p"


def thread_id_in(url: str) -> str | None:
    """Return the id of a thread in an address of it, in any of the ways that boards write them."""
    parts = urlsplit(url)
    named = dict(parse_qsl(parts.query))
    for name in ("t", "threadid"):
        if named.get(name, "").isdigit():
            return named[name]
    if parts.path.endswith(("showthread.php", "printthread.php")) and (match := _IN_QUERY.match(unquote(parts.query))):
        return match[1]
    return next((match[1] for form in _IN_PATH if (match := form.search(parts.path))), None)


def _told_id(url: str) -> str | None:
    """Return the thread's id where an address names it as such; numbers in rewritten ones may be anything."""
    return thread_id_in(url) if "showthread.php" in url else None


def refs_of(document: Document, page: Page, site: Site) -> list[ThreadRef]:
    """Return the threads of a list, each once, without those that were moved away or deleted."""
    base = addresses.base_of(document, page)
    rows = [(link, row) for link in document.css(_TITLES) if (row := _row(link)) is not None]
    texts = [_last_text(row) for _, row in rows]
    calendar = vbulletin_dates.calendar(texts, page, site)
    refs: dict[str, ThreadRef] = {}
    for (link, row), said in zip(rows, texts, strict=True):
        if (ref := _ref(link, row, said, base, calendar)) is not None:
            refs.setdefault(ref.thread_id, ref)
    return list(refs.values())


def _row(link: LexborNode) -> LexborNode | None:
    for above in markup.ancestors(link):
        classes = set(attribute(above, "class").split())
        if above.tag == "tr" or (above.tag == "li" and classes) or "threadbit" in classes:
            return above
    return None


def _ref(link: LexborNode, row: LexborNode, said: str, base: str, calendar: Calendar) -> ThreadRef | None:
    url = addresses.absolute(base, attribute(link, "href"))
    element_id = attribute(link, "id").removeprefix("thread_title_")
    address_id = attribute(row, "data-node-id") or thread_id_in(url or "")
    is_elsewhere = element_id and (told := _told_id(url or "")) and element_id != told
    if url is None or is_elsewhere or _GONE & set(attribute(row, "class").split()):
        return None
    thread_id = element_id or address_id
    replies, views = _counts(row)
    return (
        ThreadRef(
            thread_id=thread_id,
            url=_plain(url),
            title=text_of(link),
            last_posted_at=_last_posted_at(row, said, calendar),
            post_count=replies + 1 if replies is not None else None,
            view_count=views,
        )
        if thread_id and thread_id.isdigit()
        else None
    )


def _plain(url: str) -> str:
    """Return a thread's address without the session, the searched words and the place to jump to."""
    url = without_session(url).split("#")[0]
    return re.sub(r"[?&](?=$)", "", re.sub(r"(?<=[?&])(?:highlight|goto|mode|viewfull|s)=[^&]*&?", "", url))


def _last_posted_at(row: LexborNode, said: str, calendar: Calendar) -> datetime | None:
    stamp = attribute(row, "data-lastcontent")
    if stamp.isdigit() and len(stamp) > 6:
        try:
            return from_timestamp(stamp, zone=calendar.zone)
        except UnreadableDateError:
            return None
    return calendar.find_or_none(said)


def _last_text(row: LexborNode) -> str:
    """Return the text of the cell that says when the last post was written."""
    named = row.css_first(_LAST_CELLS)
    # Skins give the class to a mere picture too: then the cell is the one with a date.
    for cells in ([named] if named is not None else [], row.css("td:not([id^='td_threadtitle'])")):
        dated = [text for cell in cells if vbulletin_dates.DATE.search(text := markup.words(cell).text)]
        if dated:
            return dated[-1]
    return ""


def _counts(row: LexborNode) -> tuple[int | None, int | None]:
    """Return the replies and views that a row shows."""
    if (posts := row.css_first(".posts-count")) is not None:
        shown = markup.integer(text_of(posts))
        # Early builds of version 5 count the opening post too, and say "posts" instead of "responses".
        has_opening = re.search(r"\b(?:posts?|inlägg|indlæg|innlegg)\b", text_of(posts), re.IGNORECASE)
        replies = shown - 1 if shown and has_opening else shown
        return replies, markup.integer(text_of(row.css_first(".views-count")))
    if (count := row.css_first(".ui-li-count")) is not None:
        return markup.integer(text_of(count)), None
    stats = row.css(".threadstats li")
    if len(stats) >= 2:
        return _after_label(text_of(stats[0])), _after_label(text_of(stats[1]))
    told = next(
        (m for cell in row.css("td[title]:not([id])") if (m := _COUNTS.fullmatch(attribute(cell, "title")))), None
    )
    if told:
        return markup.integer(told[1]), markup.integer(told[2])
    cell = next((above for link in row.css("a[href*='whoposted']") for above in markup.ancestors(link)), None)
    following = cell.next if cell is not None else None
    while following is not None and following.tag != "td":
        following = following.next
    return markup.integer(text_of(cell)), markup.integer(text_of(following))


def _after_label(text: str) -> int | None:
    match = re.search(r"\d[\d.,\s\u00a0]*", text)
    return markup.integer(match[0]) if match else None
