"""Torgskriket: a forum whose pages are built as Flashback's customised vBulletin builds them, in windows-1252."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlencode

from town.pages.answer import Answer, Moment, banner, broken, escape, local, midnight, page_of, said_day
from town.world import ShownPost, ShownThread

_LISTING_SIZE = 30
_SEARCH_SIZE = 25
_LISTING = re.compile(r"/f327(?:p(\d+))?")
_THREAD = re.compile(r"/t(\d+)(?:p(\d+)|(s))?")
_POST = re.compile(r"/s?p(\d+)")


def answer(moment: Moment, path: str, query: dict[str, list[str]]) -> Answer | None:
    """Return the page at a path; None where there is none."""
    if path == "/":
        return _page(moment, "Torgskriket", '<ul><li><a href="/f327">Dator, bredband och tv</a></li></ul>')
    if path == "/sok/":
        return _search(moment, query.get("query", [""])[0], int(query.get("sp", ["1"])[0]))
    if found := _LISTING.fullmatch(path):
        return _listing(moment, int(found[1] or 1))
    if found := _THREAD.fullmatch(path):
        return _thread(moment, found[1], int(found[2] or 1))
    post = _POST.fullmatch(path)
    return _jump(moment, int(post[1])) if post else None


def _listing(moment: Moment, page: int) -> Answer | None:
    threads, count = page_of(moment.threads, page, _LISTING_SIZE)
    if page > count:
        return None
    rows = "\n".join(_row(moment, thread) for thread in threads)
    body = f"""{_pager("/f327", page, count)}
<div class="table-responsive"><table id="threadslist" class="table table-striped table-condensed table-threads">
<thead><tr><th>Ämne</th><th>Svar/Visningar</th><th>Senaste inlägg</th></tr></thead>
<tbody id="threadbits_forum_327">
{rows}
</tbody></table></div>{_pager("/f327", page, count)}"""
    changed = max((thread.changed_at for thread in moment.threads), default=moment.at)
    return _page(moment, "Dator, bredband och tv", body, path="/f327", changed_at=changed)


def _row(moment: Moment, thread: ShownThread) -> str:
    first, last, path = thread.posts[0], thread.posts[-1], f"/t{thread.thread_id}"
    sticky = '<span class="thread-sticky">Viktigt: </span>' if thread.is_sticky else ""
    pages = -(-len(thread.posts) // moment.place.page_size)
    last_page = path if pages == 1 else f"{path}p{pages}"
    return f"""<tr>
<td class="alt1 td_title" id="td_title_{thread.thread_id}"><div>{sticky}<a href="{path}" class="thread-title" \
id="thread_title_{thread.thread_id}">{escape(thread.title)}</a></div>
<div class="hidden-xs"><span class="thread-poster" data-userid="{first.author_id}">\
{escape(first.author)}</span></div></td>
<td class="td_replies"><div>{len(thread.posts) - 1} svar</div><div>{_spaced(thread.view_count)} visningar</div></td>
<td class="alt2 td_last_post"><div class="thread-list-meta">{_when(last.posted_at, moment.at)}<br />
av <a href="/u{last.author_id}">{escape(last.author)}</a> <a href="{last_page}#p{last.post_id}" \
title="Gå till sista inlägget"><i class="fa fa-caret-right"></i></a></div></td>
</tr>"""


def _search(moment: Moment, wanted: str, page: int) -> Answer | None:
    """Return the posts that hold every word, newest first, as the forum's own search shows them."""
    words = wanted.casefold().split()
    found = [
        (thread, post)
        for thread in moment.threads
        for post in thread.posts
        if words and all(word in f"{thread.title} {post.text}".casefold() for word in words)
    ]
    found.sort(key=lambda pair: pair[1].posted_at, reverse=True)
    hits, count = page_of(found, page, _SEARCH_SIZE)
    if page > count:
        return None
    onward = urlencode({"query": wanted, "sp": page + 1, "so": "pd"})
    nav = f'<ul class="pagination"><li class="next"><a href="/sok/?{escape(onward)}">&raquo;</a></li></ul>'
    body = f"""<div id="posts">
{"".join(_hit(moment, thread, post) for thread, post in hits) or "<p>Din sökning gav inget resultat.</p>"}
</div>{nav if page < count else ""}"""
    return _page(moment, "Sök", body, path="/sok/", changed_at=max((t.changed_at for t, _ in found), default=moment.at))


def _hit(moment: Moment, thread: ShownThread, post: ShownPost) -> str:
    number = post.post_id
    return f"""<div id="post{number}" class="post post-small" data-postid="{number}">
<div class="post-heading">{_when(post.posted_at, moment.at)} <!-- /t{thread.thread_id} --></div>
<div class="post-body"><a href="/p{number}#p{number}"><strong>{escape(thread.title)}</strong></a>
<div>{escape(post.text[:160])}</div><div>Skrivet av <a href="/u{post.author_id}">{escape(post.author)}</a></div></div>
</div>
"""


def _thread(moment: Moment, thread_id: str, page: int) -> Answer | None:
    thread = moment.thread(thread_id)
    if thread is None:
        return None
    path = f"/t{thread.thread_id}"
    posts, count = page_of(thread.posts, page, moment.place.page_size)
    if not posts:
        return Answer(status=302, location=f"{moment.base_url}{path}p{count}" if count > 1 else moment.base_url + path)
    nav = _pager(path, page, count)
    body = f"""{nav}
<div id="posts">
{"".join(_post(moment, post) for post in posts)}
</div>
{nav}"""
    return _page(moment, thread.title, body, path=path, changed_at=thread.changed_at)


def _post(moment: Moment, post: ShownPost) -> str:
    number = post.post_id
    edited = (
        f'<div class="post-edited"><em>Senast redigerad av {escape(post.author)} '
        f"{local(post.edited_at):%Y-%m-%d} kl. {local(post.edited_at):%H:%M}.</em></div>"
        if post.edited_at
        else ""
    )
    return f"""<div id="post{number}" class="post" data-postid="{number}">
<div class="post-heading">
<a class="jumptarget" name="p{number}"></a>
{_when(post.posted_at, moment.at)}
<span class="pull-right"><a href="/sp{number}" id="postcount{number}" name="{post.position}" rel="nofollow" \
target="new"><strong>#{post.position}</strong></a></span>
</div>
<div class="post-body">
<div class="post-col post-left"><div class="post-user">
<div class="dropdown"><a href="/u{post.author_id}" id="dropdown-user-{number}" class="post-user-username \
dropdown-toggle" data-toggle="dropdown">{escape(post.author)}</a>
<ul class="dropdown-menu"><li class="dropdown-header"><strong>{escape(post.author)}</strong></li>
<li><a href="/u{post.author_id}">Visa medlemsprofil</a></li></ul></div>
<div class="post-user-title">Medlem</div>
<div class="post-user-info">Reg: {2005 + post.author_id % 18}<br />Inlägg: {_spaced(post.author_id % 6000 + 2)}</div>
</div></div>
<div class="post-col post-right"><div class="post_message" id="post_message_{number}">{_quote(post)}
{broken(post.text)}
</div>{edited}</div>
</div>
<div class="post-footer"><a href="/newreply.php?do=newreply&amp;p={number}" rel="nofollow">Citera</a></div>
</div>
"""


def _quote(post: ShownPost) -> str:
    quote = post.quote
    if quote is None:
        return ""
    return f"""<div class="post-bbcode-quote-wrapper"><div class="smallfont"><small>Citat:</small></div>
<div class="alt2 post-bbcode-quote"><div>Ursprungligen postat av <strong>{escape(quote.author)}</strong> \
<a href="/p{quote.post_id}#p{quote.post_id}" rel="nofollow"><i class="fa fa-chevron-right"></i></a></div>
<div class="post-clamped-text">{broken(quote.text)}</div></div></div>"""


def _jump(moment: Moment, post_id: int) -> Answer | None:
    for thread in moment.threads:
        for post in thread.posts:
            if post.post_id == post_id:
                page = (post.position - 1) // moment.place.page_size + 1
                suffix = f"p{page}" if page > 1 else ""
                return Answer(status=302, location=f"{moment.base_url}/t{thread.thread_id}{suffix}#p{post_id}")
    return None


def _pager(base: str, page: int, count: int) -> str:
    if count == 1:
        return ""
    back = "" if page == 1 else f'<li class="previous"><a href="{_page_path(base, page - 1)}">&laquo;</a></li>'
    on = "" if page == count else f'<li class="next"><a href="{_page_path(base, page + 1)}">&raquo;</a></li>'
    links = "".join(
        f'<li class="active"><span>{n}</span></li>'
        if n == page
        else f'<li><a href="{_page_path(base, n)}">{n}</a></li>'
        for n in range(1, count + 1)
    )
    return f'<ul class="pagination" data-total-pages="{count}">{back}{links}{on}</ul>'


def _page_path(base: str, page: int) -> str:
    return base if page == 1 else f"{base}p{page}"


def _when(at: datetime, now: datetime) -> str:
    return f"{said_day(at, now, otherwise='%Y-%m-%d')}, {local(at):%H:%M}"


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def _page(moment: Moment, title: str, body: str, *, path: str = "/", changed_at: datetime | None = None) -> Answer:
    return Answer(
        # "Idag" becomes "Igår" at midnight: the page then changed though nobody wrote.
        changed_at=max(changed_at, midnight(moment.at)) if changed_at else None,
        body=f"""<!DOCTYPE html>
<html lang="sv"><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1252" />
<title>{escape(title)} - {escape(moment.place.title)}</title>
<link rel="canonical" href="{moment.base_url}{path}" /></head>
<body id="site-torgskriket">{banner()}
<ol class="breadcrumb"><li><a href="/">Torgskriket</a></li><li><a href="/f327">Dator, bredband och tv</a></li></ol>
<div class="page-title"><h1><a href="{path}">{escape(title)}</a></h1></div>
{body}
<div id="footer"><a href="/hemligt/1" rel="nofollow" style="display:none">Arkiv</a></div>
</body></html>""",
    )
