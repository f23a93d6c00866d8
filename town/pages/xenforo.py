"""Husknuten: a forum whose pages are built as XenForo 2.2 builds them."""

from __future__ import annotations

import re
from datetime import datetime

from town.pages.answer import Answer, Moment, banner, broken, escape, local, page_of, said_day, slug
from town.world import ShownPost, ShownThread

NODE_PATH, NODE_TITLE = "/forums/bredband-och-teknik.12/", "Bredband och teknik"
_LISTING_SIZE = 20
_LISTING = re.compile(r"(/forums/(?:[^/]*\.)?12/|/whats-new/posts/)(?:page-(\d+))?/?")
_THREAD = re.compile(r"/threads/(?:([^/]*)\.)?(\d+)/?(?:page-(\d+)|(latest)|post-(\d+))?/?")
_POST = re.compile(r"/(?:posts/|goto/post\?id=)(\d+)/?")
_SIGNATURES = {0: "Byggår 1974, bergvärme, 2 plan + källare", 1: "Det är bara att göra om och göra rätt.", 2: "/ Mvh"}


def answer(moment: Moment, path: str, query: dict[str, list[str]]) -> Answer | None:
    """Return the page at a path; None where there is none."""
    if path == "/":
        return _index(moment)
    if found := _LISTING.fullmatch(path):
        return _listing(moment, found[1], int(found[2] or query.get("page", ["1"])[0]))
    if found := _THREAD.fullmatch(path):
        return _thread(moment, *found.groups())
    post = _POST.fullmatch(path + (f"?id={query['id'][0]}" if path == "/goto/post" and "id" in query else ""))
    return _jump(moment, int(post[1])) if post else None


def thread_path(thread: ShownThread) -> str:
    """Return where a thread lives."""
    return f"/threads/{slug(thread.title)}.{thread.thread_id}/"


def _index(moment: Moment) -> Answer:
    count = sum(len(thread.posts) for thread in moment.threads)
    body = f"""<div class="block block--category"><div class="block-container"><div class="block-body">
<div class="node node--id12 node--depth2 node--forum node--unread"><div class="node-body">
<div class="node-main js-nodeMain"><h3 class="node-title"><a href="{NODE_PATH}" data-xf-init="">{NODE_TITLE}</a></h3>
<div class="node-meta"><div class="node-statsMeta"><dl class="pairs pairs--inline"><dt>Trådar</dt><dd>\
{len(moment.threads)}</dd></dl><dl class="pairs pairs--inline"><dt>Inlägg</dt><dd>{count}</dd></dl></div></div></div>
</div></div></div></div></div>"""
    return _page(moment, "forum_list", "Husknuten", body, content_key="")


def _listing(moment: Moment, base: str, page: int) -> Answer | None:
    threads, count = page_of(moment.threads, page, _LISTING_SIZE)
    if page > count:
        return None
    rows = "\n".join(_row(moment, thread) for thread in threads)
    body = f"""<div class="block" data-xf-init="" data-type="thread"><div class="block-outer">\
{_page_nav(base, page, count)}</div>
<div class="block-container"><div class="block-body"><div class="structItemContainer">
<div class="structItemContainer-group js-threadList">
{rows}
</div></div></div></div><div class="block-outer block-outer--after">{_page_nav(base, page, count)}</div></div>"""
    changed = max((thread.changed_at for thread in moment.threads), default=None)
    return _page(moment, "forum_view", NODE_TITLE, body, content_key="forum-12", changed_at=changed)


def _row(moment: Moment, thread: ShownThread) -> str:
    first, last, path = thread.posts[0], thread.posts[-1], thread_path(thread)
    sticky = (
        '<li><i class="structItem-status structItem-status--sticky" aria-hidden="true" title="Klistrad"></i></li>'
        if thread.is_sticky
        else ""
    )
    return f"""<div class="structItem structItem--thread js-inlineModContainer js-threadListItem-{thread.thread_id}" \
data-author="{escape(first.author)}">
<div class="structItem-cell structItem-cell--icon"><div class="structItem-iconContainer">\
{_avatar(first, "s")}</div></div>
<div class="structItem-cell structItem-cell--main" data-xf-init="touch-proxy">
<ul class="structItem-statuses">{sticky}</ul>
<div class="structItem-title"><a href="{path}" class="" data-tp-primary="on" data-xf-init="preview-tooltip" \
data-preview-url="{path}preview">{escape(thread.title)}</a></div>
<div class="structItem-minor"><ul class="structItem-parts"><li>{_user(first)}</li>
<li class="structItem-startDate"><a href="{path}" rel="nofollow">{_time(first.posted_at, moment.at)}</a></li></ul></div>
</div>
<div class="structItem-cell structItem-cell--meta" title="Reaktioner på första inlägget: {first.like_count}">
<dl class="pairs pairs--justified"><dt>Svar</dt><dd>{len(thread.posts) - 1}</dd></dl>
<dl class="pairs pairs--justified structItem-minor"><dt>Visningar</dt><dd>{_short(thread.view_count)}</dd></dl></div>
<div class="structItem-cell structItem-cell--latest"><a href="{path}latest" rel="nofollow">\
{_time(last.posted_at, moment.at, "structItem-latestDate u-dt")}</a>\
<div class="structItem-minor">{_user(last)}</div></div>
</div>"""


def _thread(
    moment: Moment, given_slug: str | None, thread_id: str, page: str | None, latest: str | None, post: str | None
) -> Answer | None:
    thread = moment.thread(thread_id)
    if thread is None:
        return None
    if latest or post:
        return _jump(moment, int(post) if post else thread.posts[-1].post_id)
    number = int(page or 1)
    if given_slug != slug(thread.title) or page == "1":
        suffix = f"page-{number}" if number > 1 else ""
        return Answer(status=301, location=moment.base_url + thread_path(thread) + suffix)
    posts, count = page_of(thread.posts, number, moment.place.page_size)
    if not posts:
        return Answer(status=303, location=f"{moment.base_url}{thread_path(thread)}page-{count}")
    nav = _page_nav(thread_path(thread), number, count)
    body = f"""<div class="block block--messages" data-xf-init="" data-type="post" data-href="/inline-mod/">
<div class="block-outer"><div class="block-outer-main">{nav}</div></div>
<div class="block-container lbContainer" data-xf-init="lightbox select-to-quote" data-message-selector=".js-post" \
data-lb-id="thread-{thread.thread_id}"><div class="block-body js-replyNewMessageContainer">
{"".join(_post(moment, thread, post) for post in posts)}
</div></div><div class="block-outer block-outer--after"><div class="block-outer-main">{nav}</div></div></div>"""
    key = f"thread-{thread.thread_id}"
    return _page(moment, "thread_view", thread.title, body, content_key=key, changed_at=thread.changed_at)


def _post(moment: Moment, thread: ShownThread, post: ShownPost) -> str:
    here = f"{thread_path(thread)}post-{post.post_id}"
    edited = (
        f'<div class="message-lastEdit">Senast ändrad: {_time(post.edited_at, moment.at)}</div>'
        if post.edited_at
        else ""
    )
    signature = _SIGNATURES.get(post.author_id % 11)
    signed = f'<aside class="message-signature"><div class="bbWrapper">{signature}</div></aside>' if signature else ""
    return f"""<article class="message message--post js-post js-inlineModContainer  " \
data-author="{escape(post.author)}" data-content="post-{post.post_id}" id="js-post-{post.post_id}">
<span class="u-anchorTarget" id="post-{post.post_id}"></span>
<div class="message-inner"><div class="message-cell message-cell--user"><section class="message-user">
<div class="message-avatar"><div class="message-avatar-wrapper">{_avatar(post, "m")}</div></div>
<div class="message-userDetails"><h4 class="message-name">{_user(post)}</h4>
<h5 class="userTitle message-userTitle" dir="auto">Medlem</h5></div>
<div class="message-userExtras"><dl class="pairs pairs--justified"><dt>Inlägg</dt>\
<dd>{post.author_id % 4000 + 3}</dd></dl></div></section></div>
<div class="message-cell message-cell--main"><div class="message-main js-quickEditTarget">
<header class="message-attribution message-attribution--split"><ul class="message-attribution-main listInline ">
<li class="u-concealed"><a href="{here}" rel="nofollow">{_time(post.posted_at, moment.at)}</a></li></ul>
<ul class="message-attribution-opposite message-attribution-opposite--list ">
<li><a href="{here}" rel="nofollow">#{post.position}</a></li></ul></header>
<div class="message-content js-messageContent"><div class="message-userContent lbContainer js-lbContainer " \
data-lb-id="post-{post.post_id}"><article class="message-body js-selectToQuote">
<div class="bbWrapper">{_quote(post)}{broken(post.text, attributes=_LINK)}</div>
<div class="js-selectToQuoteEnd">&nbsp;</div></article></div>{edited}{signed}</div>
<footer class="message-footer">{_reactions(thread, post)}</footer>
</div></div></div></article>
"""


_LINK = 'target="_blank" class="link link--external" rel="nofollow ugc noopener"'


def _quote(post: ShownPost) -> str:
    quote = post.quote
    if quote is None:
        return ""
    return f"""<blockquote data-attributes="member: {quote.author_id}" data-quote="{escape(quote.author)}" \
data-source="post: {quote.post_id}" class="bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote js-expandWatch">
<div class="bbCodeBlock-title"><a href="/goto/post?id={quote.post_id}" class="bbCodeBlock-sourceJump" rel="nofollow" \
data-xf-click="attribution" data-content-selector="#post-{quote.post_id}">{escape(quote.author)} skrev:</a></div>
<div class="bbCodeBlock-content"><div class="bbCodeBlock-expandContent js-expandContent ">{broken(quote.text)}</div>
<div class="bbCodeBlock-expandLink js-expandLink"><a role="button" tabindex="0">Klicka för att visa mer...</a></div>
</div></blockquote>"""


def _reactions(thread: ShownThread, post: ShownPost) -> str:
    """Return the bar that names three who liked a post and counts the others."""
    likers = list(dict.fromkeys(p.author for p in thread.posts if p.author != post.author))
    named = likers[: min(3, post.like_count)]
    others = f" och {post.like_count - len(named)} andra" if post.like_count > len(named) else ""
    said = ", ".join(f"<bdi>{escape(name)}</bdi>" for name in named) + others
    return f"""<div class="reactionsBar js-reactionsList{" is-active" if post.like_count else ""}">\
<ul class="reactionSummary"></ul><span class="u-srOnly">Reaktioner:</span>\
<a class="reactionsBar-link" href="/posts/{post.post_id}/reactions" rel="nofollow">{said}</a></div>"""


def _jump(moment: Moment, post_id: int) -> Answer | None:
    for thread in moment.threads:
        for post in thread.posts:
            if post.post_id == post_id:
                page = (post.position - 1) // moment.place.page_size + 1
                suffix = f"page-{page}" if page > 1 else ""
                return Answer(status=303, location=f"{moment.base_url}{thread_path(thread)}{suffix}#post-{post_id}")
    return None


def _page_nav(base: str, page: int, count: int) -> str:
    if count == 1:
        return ""
    links = "".join(
        f'<li class="pageNav-page {"pageNav-page--current " if n == page else ""}">'
        f'<a href="{_page_path(base, n)}">{n}</a></li>'
        for n in range(1, count + 1)
    )
    back = f'<a href="{_page_path(base, page - 1)}" class="pageNav-jump pageNav-jump--prev">Föregående</a>'
    on = f'<a href="{_page_path(base, page + 1)}" class="pageNav-jump pageNav-jump--next">Nästa</a>'
    return f"""<nav class="pageNavWrapper pageNavWrapper--mixed "><div class="pageNav ">{back if page > 1 else ""}\
<ul class="pageNav-main">{links}</ul>{on if page < count else ""}</div></nav>"""


def _page_path(base: str, page: int) -> str:
    return base if page == 1 else f"{base}page-{page}"


def _time(at: datetime, now: datetime, css: str = "u-dt") -> str:
    there = local(at)
    said = f"{said_day(at, now, otherwise='%-d %b %Y')} {there:%H:%M}"
    return f"""<time class="{css}" dir="auto" datetime="{there:%Y-%m-%dT%H:%M:%S%z}" data-time="{int(at.timestamp())}" \
data-date-string="{there:%Y-%m-%d}" data-time-string="{there:%H:%M}" title="{there:%Y-%m-%d} vid {there:%H:%M}">\
{said}</time>"""


def _user(post: ShownPost) -> str:
    return f"""<a href="{_member(post)}" class="username " dir="auto" data-user-id="{post.author_id}" \
data-xf-init="member-tooltip">{escape(post.author)}</a>"""


def _avatar(post: ShownPost, size: str) -> str:
    return f"""<a href="{_member(post)}" class="avatar avatar--{size} avatar--default avatar--default--dynamic" \
data-user-id="{post.author_id}"><span class="avatar-u{post.author_id}-{size}" role="img">\
{escape(post.author[0].upper())}</span></a>"""


def _member(post: ShownPost) -> str:
    return f"/members/{slug(post.author)}.{post.author_id}/"


def _short(count: int) -> str:
    return str(count) if count < 1000 else f"{count // 1000}K"


def _page(
    moment: Moment, template: str, title: str, body: str, *, content_key: str, changed_at: datetime | None = None
) -> Answer:
    key = f' data-content-key="{content_key}"' if content_key else ""
    return Answer(
        changed_at=changed_at,
        body=f"""<!DOCTYPE html>
<html id="XF" lang="sv-SE" dir="LTR" data-app="public" data-template="{template}" data-container-key="node-12"{key} \
data-logged-in="false" data-cookie-prefix="xf_" class="has-no-js template-{template}">
<head><meta charset="utf-8" /><title>{escape(title)} | {escape(moment.place.title)}</title>
<meta name="generator" content="Ryktesvakts stad (simulering), i XenForos form" /></head>
<body data-template="{template}">
<div class="p-pageWrapper" id="top">{banner()}
<div class="p-body-header"><div class="p-title "><h1 class="p-title-value">{escape(title)}</h1></div></div>
<div class="p-body-main"><div class="p-body-content"><div class="p-body-pageContent">
{body}
</div></div></div>
<footer class="p-footer" id="footer"><a href="/hemligt/1" rel="nofollow" hidden>Arkiv</a>
<a href="https://xenforo.com" class="u-concealed" dir="ltr">Forumets form efter XenForo</a></footer></div>
</body></html>""",
    )
