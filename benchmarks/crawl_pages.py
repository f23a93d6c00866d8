"""A forum on loopback for the crawl's benchmark: XenForo's pages, made once, served fast.

python -m benchmarks.crawl_pages      # prints its port, serves until its input ends
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Iterator

SPEECH = (
    "fiber avtal brevet bolaget Open Infra stämmer inte kunder villkor år öppet nät priset grävde tomten drift och "
    "underhåll grannen säger att de aldrig svarar på mejl eller telefon men vi väntar fortfarande på svar"
)
WORDS = SPEECH.split()
THREADS = 150
PAGES = 3
POSTS = 20
THREADS_A_LIST = 25
CHROME = "".join(
    f'<li class="nav-item"><a class="nav-link" href="/forums/del-{n}.{n}/" data-nav-id="n{n}"><span>Del {n}</span>'
    f"</a></li>\n"
    for n in range(60)
)


def words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count))


def body(chance: random.Random) -> str:
    """Return what people write: some paragraphs, now and then a link."""
    parts = [words(chance, chance.randrange(15, 70)) for _ in range(chance.randrange(1, 5))]
    link = ' <a href="https://example.test/villkor" class="link link--external" rel="nofollow">villkoren</a>'
    return "<br />\n<br />\n".join(parts) + (link if chance.random() < 0.3 else "")


def xenforo(thread: int, number: int, pages: int, posts: int) -> str:
    chance = random.Random(thread * 1000 + number)
    address = f"/threads/trad-{thread}.{thread}/"
    following = f'<a href="{address}page-{number + 1}" class="pageNav-jump pageNav-jump--next">Nästa</a>'
    rows = []
    for n in range(posts):
        post, user = thread * 1000 + (number - 1) * posts + n, chance.randrange(1, 400)
        quote = (
            f'<blockquote class="bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote" data-quote="medlem{user}" '
            f'data-source="post: {post - 1}"><div class="bbCodeBlock-title"><a class="bbCodeBlock-sourceJump" '
            f'href="/goto/post?id={post - 1}">medlem{user} skrev:</a></div><div class="bbCodeBlock-content"><div '
            f'class="bbCodeBlock-expandContent">{words(chance, 30)}</div></div></blockquote>'
            if n % 4 == 3
            else ""
        )
        rows.append(
            f'<article class="message message--post js-post js-inlineModContainer" data-author="medlem{user}" '
            f'data-content="post-{post}" id="js-post-{post}"><span class="u-anchorTarget" id="post-{post}"></span>'
            f'<div class="message-inner"><div class="message-cell message-cell--user"><section class="message-user">'
            f'<div class="message-avatar"><div class="message-avatar-wrapper">'
            f'<a href="/members/m.{user}/" class="avatar '
            f'avatar--m" data-user-id="{user}" data-xf-init="member-tooltip"><img src="/data/avatars/m/0/{user}.jpg" '
            f'alt="medlem{user}" width="96" height="96" loading="lazy" /></a></div></div>'
            f'<div class="message-userDetails"><h4 class="message-name"><a href="/members/m.{user}/" class="username" '
            f'data-user-id="{user}">medlem{user}</a></h4><h5 class="userTitle message-userTitle">Medlem</h5></div>'
            f'<div class="message-userExtras"><dl class="pairs pairs--justified"><dt>Gick med</dt><dd>3 jan 2019</dd>'
            f"</dl>"
            f'<dl class="pairs pairs--justified"><dt>Inlägg</dt><dd>1 {user}</dd></dl></div></section></div>'
            f'<div class="message-cell message-cell--main"><div class="message-main js-quickEditTarget"><header '
            f'class="message-attribution message-attribution--split"><ul class="message-attribution-main listInline">'
            f'<li class="u-concealed"><a href="{address}post-{post}" rel="nofollow"><time class="u-dt" dir="auto" '
            f'datetime="2026-11-20T18:04:11+0100" data-time="{1790000000 + post}" title="20 nov 2026 kl 18:04">'
            f'20 nov 2026</time></a></li></ul><ul class="message-attribution-opposite"><li>'
            f'<a href="{address}post-{post}" '
            f'rel="nofollow">#{(number - 1) * posts + n + 1}</a></li></ul></header><div class="message-content">'
            f'<div class="message-userContent lbContainer js-lbContainer" data-lb-id="post-{post}"><article '
            f'class="message-body js-selectToQuote"><div class="bbWrapper">{quote}{body(chance)}</div>'
            f'<div class="js-selectToQuoteEnd">&nbsp;</div></article></div></div><footer class="message-footer">'
            f'<div class="reactionsBar js-reactionsList"></div></footer></div></div></div></article>'
        )
    return (
        f'<!DOCTYPE html><html id="XF" lang="sv-SE" data-app="public" data-template="thread_view" '
        f'data-content-key="thread-{thread}"><head><meta charset="utf-8" /><title>Open Infra, tråd {thread}</title>'
        f"</head>"
        f'<body data-template="thread_view"><ul>{CHROME}</ul><h1 class="p-title-value">Open Infra, tråd {thread}</h1>'
        f'<nav class="pageNav"><ul><li class="pageNav-page pageNav-page--current"><a href="#">{number}</a></li></ul>'
        f"{following if number < pages else ''}</nav>"
        f'<div class="block-container lbContainer" data-lb-id="thread-{thread}">{"".join(rows)}</div></body></html>'
    )


def xenforo_list(number: int, lists: int) -> str:
    first = (number - 1) * THREADS_A_LIST + 1
    rows = "".join(
        f'<div class="structItem structItem--thread js-threadListItem-{n}"><div class="structItem-cell '
        f'structItem-cell--main"><div class="structItem-title"><a href="/threads/trad-{n}.{n}/" data-tp-primary="on">'
        f'Open Infra, tråd {n}</a></div></div><div class="structItem-cell structItem-cell--meta"><dl class="pairs">'
        f"<dt>Svar"
        f"</dt><dd>{PAGES * POSTS - 1}</dd></dl></div></div>"
        for n in range(first, min(first + THREADS_A_LIST, THREADS + 1))
    )
    following = f'<a href="/forums/fiber.2/page-{number + 1}" class="pageNav-jump pageNav-jump--next">Nästa</a>'
    return (
        f'<!DOCTYPE html><html id="XF" lang="sv-SE" data-app="public" data-template="forum_view"><head><meta '
        f'charset="utf-8" /><title>Fiber</title></head><body data-template="forum_view"><ul>{CHROME}</ul>{rows}'
        f"{following if number < lists else ''}</body></html>"
    )


def forum() -> Iterator[tuple[str, str]]:
    """Yield the paths and pages of a XenForo forum."""
    lists = -(-THREADS // THREADS_A_LIST)
    for number in range(1, lists + 1):
        yield "/forums/fiber.2/" + (f"page-{number}" if number > 1 else ""), xenforo_list(number, lists)
    for thread in range(1, THREADS + 1):
        for number in range(1, PAGES + 1):
            path = f"/threads/trad-{thread}.{thread}/" + (f"page-{number}" if number > 1 else "")
            yield path, xenforo(thread, number, PAGES, POSTS)


class Server(asyncio.Protocol):
    """Answers GET requests from memory, as little as HTTP/1.1 with open connections needs."""

    answers: dict[bytes, bytes]
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.held = b""

    def data_received(self, data: bytes) -> None:
        self.held += data
        while b"\r\n\r\n" in self.held:
            request, _, self.held = self.held.partition(b"\r\n\r\n")
            self.transport.write(self.answers.get(request.split(b" ", 2)[1], self.missing))


async def serve() -> None:
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n"
    pages = {path: page.encode() for path, page in forum()}
    Server.answers = {path.encode(): head.format(len(page)).encode() + page for path, page in pages.items()}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
