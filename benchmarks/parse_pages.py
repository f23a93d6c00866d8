"""Thread pages for the parsing benchmark: the tests' saved pages, their posts repeated and filled, and genuine ones."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import crawl_pages
from crawlers.model import Page

SAVED = Path(__file__).parents[1] / "tests" / "crawlers" / "pages"
SHARED = Path(__file__).parents[2] / "shared" / "pages"
"""Pages that the real software made, where they are at hand: read as they are."""
GENUINE = {
    "genuine nodebb": ("nodebb", "nodebb/topic.html", "https://community.example/topic/1/a"),
    "genuine phpbb": ("phpbb", "phpbb3/viewtopic.html", "https://community.example/viewtopic.php?t=1"),
    "genuine spirit": ("spirit", "spirit/topic.html", "https://community.example/topic/1/a/"),
}
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
POSTS = 20


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a saved page is taken apart: what begins a post, with its id; what follows the last; where its words begin.

    The saved pages have the software's own markup, but few posts and short ones.
    """

    engine: str
    file: str
    url: str
    start: str
    end: str
    words: str
    picks: tuple[int, ...]
    """The posts to repeat: an ordinary one and one with quotes, no stubs of deleted ones."""
    encoding: str = "utf-8"


RECIPES = {
    "xenforo": Recipe(
        engine="xenforo",
        file="thread_22.html",
        url="https://husforum.example/threads/brev-om-drift-och-underhall.4711/",
        start=r'<article class="message [^>]*?data-content="post-(\d+)"',
        end=r'(?=</div></div>\s*<div class="block-outer block-outer--after")',
        words=r'<div class="bbWrapper">',
        picks=(0, 1),
    ),
    "vbulletin 3": Recipe(
        engine="vbulletin",
        file="thread_3.html",
        url="https://villaforum.example/showthread.php?t=70412&page=2",
        start=r"<!-- post #(\d+) -->",
        end=r"(?<=<!-- / post #900105 -->)",
        words=r'<div id="post_message_\d+">',
        picks=(0, 1),
        encoding="latin-1",
    ),
    "vbulletin 4": Recipe(
        engine="vbulletin",
        file="thread_4.html",
        url="https://board.example/forum/showthread.php?88-Fibre-letter",
        start=r'<li class="postbit\w* postbitim postcontainer old" id="post_(\d+)">',
        end=r'(?=</ol></div>\s*<form id="quick_reply")',
        words=r'<blockquote class="postcontent restore ">',
        picks=(0, 1),
    ),
    "vbulletin 5": Recipe(
        engine="vbulletin",
        file="thread_5.html",
        url="https://forum.example/forum/hus/bredband/4711-brev-om-fiber",
        start=r'<li data-node-id="(\d+)"',
        end=r"(?=</ul></div></body>)",
        words=r'itemprop="text">|class="js-post__content-text[^>]*>',
        picks=(0, 1),
    ),
    "flashback": Recipe(
        engine="flashback",
        file="thread.html",
        url="https://www.flashback.org/t3456789",
        start=r'<div id="post(\d+)" data-postid="\d+" class="post">',
        end=r"(?=</div></body>)",
        words=r'<div class="post_message" id="post_message_\d+">',
        picks=(0, 1),
        encoding="cp1252",
    ),
    "phpbb": Recipe(
        engine="phpbb",
        file="thread_33.html",
        url="https://villaforum.example/viewtopic.php?t=812&start=20",
        start=r'<div id="p(\d+)" class="post has-profile bg2',
        end=r'(?=</div>\s*<div id="page-footer")',
        words=r'(?<!<div class="inner">)<div class="content">',
        picks=(0, 1),
    ),
    "phpbb subsilver2": Recipe(
        engine="phpbb",
        file="thread_subsilver2.html",
        url="https://silver.example/viewtopic.php?f=9&t=501",
        start=(
            r'<table class="tablebg" width="100%" cellspacing="1">\s*(?:<tr><th>.{20,60}</tr>\s*)?'
            r'(?=<tr class="row1">\s*<td[^>]*><a name="p(\d+)">)'
        ),
        end=r"(?=<table[^>]*>\s*(?:(?!<a name).)*?</body>)",
        words=r'<div class="postbody">',
        picks=(0,),
    ),
    "smf": Recipe(
        engine="smf",
        file="thread_21.html",
        url="https://radhus.example/index.php?topic=91.15",
        start=r'<div class="windowbg" id="msg(\d+)">',
        end=r"(?=</div>\s*</form>|</form>)",
        words=r'<div class="inner" [^>]*>',
        picks=(0, 1),
    ),
    "smf 2.0": Recipe(
        engine="smf",
        file="thread_20.html",
        url="https://gard.example/forum/index.php/topic,12.0.html",
        start=r'<div class="windowbg2?">(?=(?:(?!<div class="windowbg).)*?id="msg_(\d+)")',
        end=r"(?=</form>)",
        words=r'<div class="inner" [^>]*>',
        picks=(0, 1),
        encoding="latin-1",
    ),
    "mybb": Recipe(
        engine="mybb",
        file="thread_18.html",
        url="https://mitt.example/showthread.php?tid=31&page=2",
        start=r'<a name="pid(\d+)" id="pid\d+">(?=</a>\s*<div class="post " )',
        end=r"(?=</div>\s*</td>|</td>)",
        words=r'<div class="post_body[^>]*>',
        picks=(0, 1),
    ),
    "invision": Recipe(
        engine="invision",
        file="thread_4.html",
        url="https://klubben.example/topic/4711-brev-om-drift/",
        start=r'<article id="elComment_(\d+)"',
        end=r"(?<=</article>)(?=</div></div>)",
        words=r"""<div [^>]*data-role=["']commentContent["'][^>]*>""",
        picks=(0, 1),
    ),
    "spirit": Recipe(
        engine="spirit",
        file="topic.html",
        url="http://spirit.example/topic/2/brevet/",
        start=r'<div class="comments_list__comment js-comment" id="c\d+" data-number="\d+" data-pk="(\d+)">',
        end=(
            r'(?=<div class="comments_list__item js-comment"[^>]*>(?:(?!js-comment).)*</div>\s*'
            r'<div class="comments__footer_menu")'
        ),
        words=r'<div class="comment__text js-comment-text">',
        picks=(0, 1),
    ),
    "familjeliv": Recipe(
        engine="familjeliv",
        file="thread_1.html",
        url="https://www.familjeliv.se/forum/thread/83012345-brev-om-fiber-och-drift",
        start=r'<div class="message" id="anchor-m\d+" data-message-id="(\d+)">',
        end=r'(?=<div class="paginator">)',
        words=r'<div class="message-body">',
        picks=(0, 1, 2),
    ),
    "nodebb": Recipe(
        engine="nodebb",
        file="topic_persona.html",
        url="https://villa.example/topic/31/brev",
        start=r'<li component="post" class="" data-index="\d+" data-pid="(\d+)"',
        end=r"(?=</ul>)",
        words=r'itemprop="text">',
        picks=(0, 1),
    ),
    "generic microdata": Recipe(
        engine="generic",
        file="woltlab.html",
        url="https://wolt.example/thread/88-drift-och-underhåll/?pageNo=2",
        start=r'<li id="post(\d+)"',
        end=r"(?=</ul>\s*<nav)",
        words=r'<div class="messageText" itemprop="text">',
        picks=(0, 1),
    ),
    "generic blog": Recipe(
        engine="generic",
        file="blog.html",
        url="https://byabloggen.example/2026/11/fibern-i-byn/",
        start=r'<li id="comment-(\d+)" class="comment even[^>]*>',
        end=r'(?=<li id="comment-302")',
        words=r'<div class="comment-content">',
        picks=(0,),
    ),
}


def pages() -> Iterator[tuple[str, str, Page]]:
    """Yield a name, the engine and the page of each recipe, and of the genuine pages that are there."""
    for name, recipe in RECIPES.items():
        yield name, recipe.engine, page_of(recipe)
    for name, (engine, file, url) in GENUINE.items():
        if (path := SHARED / file).exists():
            yield name, engine, Page(url=url, body=path.read_bytes(), fetched_at=NOW)


def page_of(recipe: Recipe, *, posts: int = POSTS) -> Page:
    """Return the saved page with so many posts of ordinary length, as a server sends it."""
    return Page(
        url=recipe.url,
        body=_grown(recipe, posts).encode(recipe.encoding),
        fetched_at=NOW,
        headers={"content-type": f"text/html; charset={recipe.encoding}"},
    )


def _grown(recipe: Recipe, count: int) -> str:
    text = (SAVED / recipe.engine / recipe.file).read_bytes().decode(recipe.encoding)
    found = list(re.finditer(recipe.start, text, re.DOTALL))
    end = re.compile(recipe.end, re.DOTALL).search(text, found[-1].start())
    assert end, f"{recipe.file} has no end"
    starts = [*(match.start() for match in found), end.start()]
    blocks = [(match[1], text[match.start() : after]) for match, after in zip(found, starts[1:], strict=True)]
    chance = random.Random(7)
    posts = []
    for n in range(count):
        number, block = blocks[recipe.picks[n % len(recipe.picks)]]
        new = str(int(number) + n * 10_000 + 1_000_000)
        filled = re.sub(recipe.words, lambda match: match[0] + said(chance), block, count=1)
        posts.append(filled.replace(number, new))
    return text[: starts[0]] + chrome() + "".join(posts) + text[starts[-1] :]


def said(chance: random.Random) -> str:
    """Return the words of a post, some 900 characters."""
    return f"{crawl_pages.body(chance)}<br /><br />{crawl_pages.body(chance)}"


def chrome() -> str:
    """Return what stands around the posts of a whole forum's page: its menus."""
    return f"<ul>{crawl_pages.CHROME}</ul><ul>{crawl_pages.CHROME}</ul>"
