"""Any page that says in schema.org's words what its posts are: discussions, questions, comments, reviews, articles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from urllib.parse import urldefrag, urljoin
from zoneinfo import ZoneInfo

from crawlers.engines import (
    addresses,
    decode,
    generic_classes,
    generic_elements,
    generic_ids,
    generic_links,
    generic_things,
    markup,
    reading,
    refusal,
)
from crawlers.engines.document import Document
from crawlers.engines.generic_post import (
    ARTICLES,
    DATES,
    OPENINGS,
    POSTS,
    REVIEWS,
    VIEWS,
    Said,
    Sheet,
    count,
    own_address,
    post_id,
    read,
    title_of,
)
from crawlers.engines.generic_things import Thing
from crawlers.engines.generic_words import TEXTS, marks
from crawlers.engines.markup import attribute, text_of
from crawlers.model import Listing, NotAThreadError, Page, Site, ThreadPage

NAME = "generic"
ACCESS = "html"

_ANSWERS_IN = (
    *("comment", "comments", "suggestedAnswer", "acceptedAnswer", "answer", "review", "reviews", "reply", "replies"),
    *("hasPart", "mainEntity", "subjectOf", "itemListElement", "item", "about", "itemReviewed", "blogPost"),
)
"""Properties in which posts are found inside other things."""
_NO_TALK = frozenset({"FAQPage", "HowTo", "BreadcrumbList", "SiteNavigationElement", "ClaimReview"})
_SPOKEN = re.compile(
    rb"DiscussionForumPosting|UserComments|SocialMediaPosting|QAPage|Comment\b|Review\b|Article\b|BlogPosting|sioct?:"
)
_TALK = re.compile(rb"DiscussionForumPosting|QAPage|UserComments|(?:[\"'/:])Comment[\"'\s]")
_DATA = re.compile(rb"application/ld\+json|schema\.org/|typeof=[\"'](?:schema|sioct?):|sioc:", re.IGNORECASE)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the page that the URL names: a list, a sitemap or a feed that points to pages with posts."""
    return (site.url,)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that the page can be read by what it says of itself, whoever made it."""
    is_blog = generic_classes.BYTES.search(page.body) is not None
    if not is_blog and not (_DATA.search(page.body) and _SPOKEN.search(page.body)):
        return 0.0
    site = Site(name="x", engine=NAME, url=page.url, timezone=ZoneInfo("UTC"))
    try:
        found = parse_thread(page, site)
    except NotAThreadError:
        return _detected_list(page, site)
    if not found.posts:
        return 0.3
    # An article alone may be any page with words on it.
    return 0.92 if len(found.posts) > 1 or _TALK.search(page.body) else 0.55


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the threads that a list of things, a sitemap, a feed or plain links point to.

    Raise NotAThreadError for a page that points to none.
    """
    text = decode.text_of(page, site)
    if found := generic_links.of_xml(text, page, site):
        return found
    document = markup.tree(text, page)
    things = _things(document)
    if _main(things, _walk(things), page) is not None:
        raise refusal.refused(page, document, "a list of threads, but one thread")
    refs = generic_links.of_things(things, document, page, site) or generic_links.of_page(document, page, site)
    if not refs:
        raise refusal.refused(page, document, "a list that says what it points to")
    return Listing(threads=refs, next_url=generic_links.next_url(document, page, site))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a page, as its JSON-LD or else its microdata or RDFa has them.

    Posts without a date, an author, a text or a name that lasts are set aside, saying which of these is missing.
    Raise NotAThreadError for a page that describes no posts.
    """
    document = markup.tree(decode.utf8_of(page, site), page)
    written, broken_count = generic_things.of_json(document)
    shown = generic_elements.of_elements(document)
    ways = (shown, written, generic_classes.of_classes(document))
    told = [_thread(things, document, page, site) for things in ways if things]
    found = max(told, key=lambda thread: len(thread.posts) if thread else -1, default=None)
    if found is None or not (found.posts or found.unreadable):
        raise refusal.refused(page, document, f"a page that describes posts ({_told(shown + written, broken_count)})")
    return found


def _told(things: list[Thing], broken_count: int) -> str:
    """Return what a page describes instead of posts, for the message that says why it cannot be read."""
    kinds = list(dict.fromkeys(name[:40] for thing in things for name in thing.types))[:6]
    broken = f"; {broken_count} blocks of its JSON-LD are broken" if broken_count else ""
    return f"it describes {', '.join(kinds) or 'nothing'} in schema.org's words{broken}"


def _thread(things: list[Thing], document: Document, page: Page, site: Site) -> ThreadPage | None:
    walked = _walk(things)
    main = _main(things, walked, page)
    said = _posts(walked, main)
    if not said:
        return None
    thread = generic_ids.thread_id(page.url, pattern=site.options.get("thread_pattern", ""))
    inner = frozenset(one.thing.node.mem_id for one in said if one.thing.node is not None)
    sheet = Sheet(
        page=page,
        site=site,
        base=addresses.base_of(document, page),
        thread_id=thread,
        language=attribute(document.css_first("html"), "lang")[:35] or None,
        marked=marks(document, inner),
        said_of={id(one.thing): one for one in said},
    )
    posts, unreadable = reading.read_posts(said, partial(read, sheet=sheet), partial(post_id, sheet=sheet))
    title = title_of(main) if main else ""
    return ThreadPage(
        thread_id=thread,
        thread_title=title or text_of(document.css_first("h1") or document.css_first("title")),
        posts=posts,
        unreadable=unreadable,
        page_number=generic_ids.page_number(page.url),
        next_url=generic_links.next_url(document, page, site),
        more_urls=generic_links.comment_pages(document, page, site),
        view_count=count(main, VIEWS) if main else None,
    )


def _things(document: Document) -> list[Thing]:
    return [*generic_things.of_json(document)[0], *generic_elements.of_elements(document)]


def _main(things: list[Thing], walked: list[Said], page: Page) -> Thing | None:
    """Return what the page is about: the opening that is at this address or has answers, or the thing reviewed."""
    openings = [one.thing for one in walked if one.thing.is_a(OPENINGS)]
    here = [thing for thing in openings if _is_here(thing, page)]
    for thing in (*here, *openings):
        if any(_walk([answer]) for answer in thing.things(*_ANSWERS_IN)):
            return thing
    if here:
        return here[0]
    if len(openings) == 1:
        return openings[0] if own_address(openings[0], page.url) is None else None
    reviewed = (thing for thing in _every(things) if any(r.is_a(REVIEWS) for r in thing.things("review", "reviews")))
    return next(reviewed, None) if not openings else None


def _is_here(thing: Thing, page: Page) -> bool:
    url = own_address(thing, page.url) or (urljoin(page.url, thing.thing_id) if "/" in thing.thing_id else None)
    return url is not None and generic_ids.thread_id(url) == generic_ids.thread_id(page.url)


def _posts(walked: list[Said], main: Thing | None) -> list[Said]:
    """Return the things that are posts of this page, in its order, without teasers of other threads."""
    found: list[Said] = []
    openings = [one.thing for one in walked if one.thing.is_a(OPENINGS)]
    strangers = {id(thing) for thing in openings if thing is not main and _is_teaser(thing, main)}
    for one in walked:
        if id(one.thing) in strangers or (one.parent is not None and id(one.parent) in strangers):
            continue
        # A discussion without text or date of its own is the frame around its posts.
        if one.thing is not main or one.thing.all(*TEXTS, *DATES):
            found.append(Said(thing=one.thing, parent=one.parent, is_opening=one.thing is main))
    return found


def _is_teaser(thing: Thing, main: Thing | None) -> bool:
    """Return whether an opening beside the main one is another thread's: it has an address of its own."""
    url = own_address(thing, "http://x/")
    if url is None:
        return thing.node is None
    return main is None or urldefrag(url)[0] != urldefrag(own_address(main, "http://x/") or url)[0]


def _walk(things: Iterable[Thing]) -> list[Said]:
    """Return every post among things and inside them, each once, with the post that it stands in."""
    found: dict[int, Said] = {}
    queue: list[tuple[Thing, Thing | None]] = [(thing, None) for thing in reversed(list(things))]
    seen: set[int] = set()
    while queue:
        thing, parent = queue.pop()
        if id(thing) in seen:
            if parent is not None and id(thing) in found and found[id(thing)].parent is None and thing is not parent:
                found[id(thing)] = Said(thing=thing, parent=parent)
            continue
        if thing.is_a(_NO_TALK):
            continue
        seen.add(id(thing))
        if thing.is_a(POSTS):
            found[id(thing)] = Said(thing=thing, parent=parent)
        inside = thing if thing.is_a(POSTS) else parent
        queue += [(value, inside) for value in reversed(list(thing.things(*_ANSWERS_IN)))]
    return list(found.values())


def _every(things: Iterable[Thing]) -> Iterable[Thing]:
    queue, seen = list(things), set[int]()
    while queue:
        thing = queue.pop(0)
        if id(thing) not in seen and not thing.is_a(_NO_TALK):
            seen.add(id(thing))
            yield thing
            queue += thing.things(*_ANSWERS_IN)


def _detected_list(page: Page, site: Site) -> float:
    try:
        document = markup.tree(decode.utf8_of(page, site), page)
    except NotAThreadError:
        return 0.0
    things = _things(document)
    if not generic_links.of_things(things, document, page, site):
        return 0.0
    is_talk = any(one.thing.is_a(POSTS - ARTICLES - REVIEWS) for one in _walk(things))
    return 0.92 if is_talk else 0.3
