"""A thing of schema.org to a post: whose words, when, in answer to what; what is not said is not invented."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urldefrag

from selectolax.lexbor import LexborNode

from crawlers.dates import UnreadableDateError, parse
from crawlers.engines import addresses, generic_ids, markup, reading
from crawlers.engines.generic_things import Thing, Value, value_text
from crawlers.engines.generic_words import plain, quotes_of, words_of
from crawlers.engines.markup import Marks, attribute, text_of
from crawlers.model import Page, ParsedPost, Site

ARTICLES = frozenset(
    {"Article", "NewsArticle", "BlogPosting", "LiveBlogPosting", "TechArticle", "Report"}
    | {f"{kind}NewsArticle" for kind in ("Analysis", "Opinion", "Reportage", "Background", "Review", "AskPublic")}
)
OPENINGS = ARTICLES | frozenset({"DiscussionForumPosting", "SocialMediaPosting", "Question"})
REVIEWS = frozenset({"Review", "UserReview", "CriticReview", "EmployerReview"})
ANSWERS = frozenset({"Comment", "UserComments", "Answer", "CorrectionComment"})
COMMENTS = frozenset({"Comment", "UserComments"})
QUESTIONS = frozenset({"Question", "Answer"})
POSTS = OPENINGS | REVIEWS | ANSWERS

_COUNTERS = ("interactionStatistic", "interactionCount")
_COUNT = re.compile(r"User(?P<kind>\w+?):\s*(?P<count>\d[\d., ]*)")
_ID_ATTRIBUTES = ("post-id", "postid", "pid", "comment-id", "commentid", "answerid", "message-id", "review-id")
DATES = ("datePublished", "dateCreated", "commentTime", "uploadDate", "pubdate")
LIKES = ("LikeAction", "VoteAction", "AgreeAction", "EndorseAction", "ReactAction", "Likes", "PlusOnes")
REPLIES = ("CommentAction", "ReplyAction", "WriteAction", "Comments")
VIEWS = ("ViewAction", "ReadAction", "WatchAction", "PageVisits", "PageView")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What every post of a page is read with."""

    page: Page
    site: Site
    base: str
    """What links are relative to."""
    thread_id: str
    language: str | None
    marked: Marks
    said_of: Mapping[int, Said] = field(default_factory=dict)
    """The posts of the page by their things' `id()`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A thing that is a post, and the post that it answers, if any."""

    thing: Thing
    parent: Thing | None = None
    is_opening: bool = False


def post_id(said: Said, sheet: Sheet) -> str | None:
    """Return a post's name that lasts and that no other post of the place has; None where only its words tell it."""
    thing = said.thing
    addresses = [found for found in (own_address(thing, sheet.base), _resolved(thing.thing_id, sheet)) if found]
    names = (*_own_names(thing), *(generic_ids.post_id(url, thread=sheet.thread_id) for url in addresses))
    found = next(filter(None, names), None)
    if said.is_opening and (found is None or "#" in found or thing.is_a(ARTICLES | QUESTIONS)):
        # An opening has the thread's own address: a path never equals the number of an answer.
        return generic_ids.address(next(iter(addresses), sheet.base))
    return _told_apart(found, said, sheet) if found else None


def _told_apart(name: str, said: Said, sheet: Sheet) -> str:
    if name.isdecimal() and name == said.thing.text("position"):
        return f"{sheet.thread_id}#{name}"  # It counts from the top of the thread, not through the place.
    if name.isdecimal() and said.parent is not None and said.parent.is_a(QUESTIONS) and said.thing.is_a(COMMENTS):
        return f"comment-{name}"  # Places for questions number their comments apart.
    return name


def read(said: Said, sheet: Sheet) -> ParsedPost:
    """Return the post. Raise UnreadablePostError or UnreadableDateError, saying what the page leaves out."""
    thing, kind = said.thing, said.thing.types[0]
    found_id = reading.required(
        post_id(said, sheet) or "", "missing_id", f"a {kind} has neither an id nor an address of its own"
    )
    author, name = _author(thing, sheet)
    posted_at = _time(thing, sheet, *DATES)
    if posted_at is None:
        raise UnreadableDateError(f"the date is missing: {kind} {found_id[:80]} has no datePublished or dateCreated")
    words = words_of(thing, sheet.marked)
    if not words.text and not words.quotes:
        raise reading.UnreadablePostError("missing_text", f"{kind} {found_id[:80]} has no text")
    return ParsedPost(
        post_id=found_id,
        author=reading.required(author, "missing_author", f"{kind} {found_id[:80]} names no author"),
        author_name=name or None,
        posted_at=posted_at,
        url=own_address(thing, sheet.base) or _resolved(thing.thing_id, sheet) or _anchor(thing, sheet),
        text=_titled(thing, words.text),
        quoted=tuple(quote for node in words.quotes for quote in quotes_of(node, sheet.marked)),
        edited_at=_edited(said, posted_at, sheet),
        reply_to=_reply_to(said, sheet),
        position=markup.integer(thing.text("position")) if not said.is_opening else None,
        like_count=_likes(thing),
        reply_count=_first(markup.integer(thing.text("commentCount", "answerCount")), count(thing, REPLIES)),
        view_count=count(thing, VIEWS),
        language=thing.text("inLanguage")[:35] or sheet.language,
    )


def count(thing: Thing, kinds: tuple[str, ...]) -> int | None:
    """Return a number that a thing states of what people did with it, by the names of schema.org's actions."""
    if thing.values.keys().isdisjoint(_COUNTERS):
        return None  # As of most posts, and each is asked three times.
    for counter in thing.things(*_COUNTERS):
        kind = counter.text("interactionType") + " ".join(t for a in counter.things("interactionType") for t in a.types)
        if kind.rstrip("/").rpartition("/")[2].endswith(kinds):
            return markup.integer(counter.text("userInteractionCount", "interactionCount"))
    for value in thing.all("interactionCount", "interactionStatistic"):
        match = _COUNT.search(value_text(value))
        if match and match["kind"] in kinds:
            return markup.integer(match["count"])
    return None


def title_of(thing: Thing) -> str:
    """Return a thing's title on one line."""
    return " ".join(plain(thing.shown("headline", "name", "alternativeHeadline")).text.split())


def own_address(thing: Thing, base: str) -> str | None:
    """Return the address that a thing says it has."""
    for name in ("url", "mainEntityOfPage", "permalink", "sameAs", "discussionUrl"):
        for value in thing.values.get(name, ()):
            text = (value.thing_id or value.text("url")) if isinstance(value, Thing) else value_text(value)
            if text and (found := addresses.absolute(base, text)):
                return found
    return None


def _own_names(thing: Thing) -> list[str]:
    """Return the names that the page gives a post in so many words."""
    node, found = thing.node, []
    identifier = next(iter(thing.all("identifier", "commentid")), None)
    if isinstance(identifier, Thing):
        found.append(identifier.text("value"))
    elif identifier is not None:
        found.append(value_text(identifier))
    if node is not None:
        values = node.attributes
        found += [(values.get(f"data-{kind}") or "").strip() for kind in _ID_ATTRIBUTES]
        marked = [(values.get(name) or "").strip() for name in ("data-content", "id")]
        found += [generic_ids.post_name(name) or "" for name in marked if name]
    plain = [generic_ids.post_name(name) or name for name in found if name and "/" not in name and len(name) <= 128]
    return list(dict.fromkeys(plain))


def _resolved(name: str, sheet: Sheet) -> str | None:
    return addresses.absolute(sheet.base, name) if name and not name.startswith("_:") else None


def _anchor(thing: Thing, sheet: Sheet) -> str:
    """Return the page's address with the post's element for a fragment."""
    here = urldefrag(sheet.page.url)[0]
    mark = attribute(thing.node, "id")
    return f"{here}#{mark}" if mark else here


def _author(thing: Thing, sheet: Sheet) -> tuple[str, str]:
    """Return the author's id where a link to a profile of the same place tells it, else the name; and the name."""
    for value in (*thing.all("author"), *thing.all("creator"), *thing.all("contributor")):
        name = " ".join(plain(_name_of(value)).text.split())[:200]
        url = addresses.absolute(sheet.base, _profile(value))
        is_here = url is not None and addresses.host(url) == addresses.host(sheet.page.url)
        user = generic_ids.user_id(url) if url and is_here else None
        if name.startswith(("http://", "https://")):
            name = ""
        if user or name:
            return user or name, name
    publisher = next(thing.things("publisher", "sourceOrganization"), None)
    name = publisher.shown("name") if publisher and thing.is_a(ARTICLES) else ""
    return name, name


def _name_of(value: Value) -> str:
    if isinstance(value, Thing):
        return value.shown("name", "alternateName") or (text_of(value.node) if value.node is not None else "")
    return value if isinstance(value, str) else attribute(value, "content") or text_of(value)


def _profile(value: Value) -> str:
    if not isinstance(value, Thing):
        return attribute(value, "href") if isinstance(value, LexborNode) else ""
    if found := value.text("url", "mainEntityOfPage") or value.thing_id or value.text("identifier"):
        return found
    if value.node is None:
        return ""
    inner = value.node if value.node.tag == "a" else value.node.css_first("a[href]")
    return attribute(inner, "href")


def _time(thing: Thing, sheet: Sheet, *names: str) -> datetime | None:
    """Return the first of the times that a thing has; None where it has none. Raise UnreadableDateError."""
    for name in names:
        for value in thing.values.get(name, ()):
            if isinstance(value, LexborNode):
                return reading.time_of(value, sheet.page, sheet.site)
            if text := value_text(value):
                order = sheet.site.options.get("date_order")
                return parse(text, anchor=sheet.page.fetched_at, zone=sheet.site.timezone, order=order)
    return None


def _edited(said: Said, posted_at: datetime, sheet: Sheet) -> datetime | None:
    """Return when a post was edited; of a discussion's opening, `dateModified` is when somebody last answered."""
    if said.is_opening and not said.thing.is_a(ARTICLES):
        return None
    try:
        found = _time(said.thing, sheet, "dateModified")
    except UnreadableDateError:
        return None
    return found if found and (found - posted_at).total_seconds() > 0 else None


def _titled(thing: Thing, text: str) -> str:
    """Return the text, under its title where that is the author's words for this text alone: articles and reviews."""
    title = title_of(thing) if thing.is_a(ARTICLES | REVIEWS) else ""
    return f"{title}\n{text}".strip() if title and not text.startswith(title) else text


def _reply_to(said: Said, sheet: Sheet) -> str | None:
    if said.parent is not None and said.parent.is_a(ANSWERS):
        return post_id(sheet.said_of.get(id(said.parent)) or Said(thing=said.parent), sheet)
    for parent in said.thing.all("parentItem", "inReplyTo"):
        if isinstance(parent, Thing):
            if not parent.is_a(OPENINGS):
                return post_id(sheet.said_of.get(id(parent)) or Said(thing=parent), sheet)
        elif url := _resolved(value_text(parent), sheet):
            return generic_ids.post_id(url, thread=sheet.thread_id)
    return None


def _likes(thing: Thing) -> int | None:
    return _first(count(thing, LIKES), markup.integer(thing.text("upvoteCount")))


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
