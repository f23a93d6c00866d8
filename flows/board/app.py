"""The board as a web application: its routes, who is let in, and which forms are believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from flows.board import actions, pages, signing_in
from flows.board.accounts import file_of, list_accounts
from flows.board.answers import answer as kept_answer
from flows.board.asking import Asking, Board
from flows.board.guard import LOOPBACK_NAMES, Guard, host_of, is_loopback
from flows.board.oidc import Provider
from flows.board.sessions import COOKIE, is_trusted
from flows.board.store import NoSnapshotError
from flows.config import oidc_secret
from flows.errors import UsageError
from flows.paths import paths_of
from flows.settings import Config

Handler = Callable[[Asking], Response]


def make_board(config: Config, *, host: str = "127.0.0.1") -> Starlette:
    """Return the board of a configuration, to be served at an address. Raises UsageError where that would be unsafe."""
    require_login(config, host)
    is_secure = not is_loopback(host) or config.board.login == "proxy" or (config.board.url or "").startswith("https:")
    board = Board(config, is_secure=is_secure)
    board.provider = provider_of(config)
    own = [host_of(urlsplit(config.board.url).netloc)] if config.board.url else []
    hosts = {*LOOPBACK_NAMES, *own, *config.board.hosts, *(() if host in ("0.0.0.0", "::") else (host,))}  # noqa: S104
    readable = (*pages.GET, *signing_in.GET)
    routes = [Route(path, _page(board, handler, section, role)) for path, handler, section, role in readable]
    routes += [Route(path, _action(board, handler, role), methods=["POST"]) for path, handler, role in actions.POST]
    app = Starlette(
        routes=[
            *routes,
            Route("/halsa", _health(board)),
            Route("/static/{version}/{name:path}", pages.static),
            Route("/favicon.ico", pages.favicon),
        ],
        middleware=[Middleware(Guard, hosts=hosts, is_secure=is_secure)],
        exception_handlers={HTTPException: _page(board, pages.not_found, "", None, is_error=True)},
    )
    app.state.board = board
    return app


def provider_of(config: Config) -> Provider | None:
    """Return the provider that people log in by, where the configuration names one."""
    settings = config.board
    if settings.login != "oidc" or settings.oidc is None or settings.url is None:
        return None
    return Provider(settings.oidc, redirect_uri=settings.url.rstrip("/") + signing_in.BACK, secret=oidc_secret())


def require_login(config: Config, host: str) -> None:
    """Raise UsageError unless the address is this machine's own, or a login stands before the pages."""
    settings = config.board
    if settings.login == "accounts" and not list_accounts(file_of(paths_of(config))):
        raise UsageError('[board] login = "accounts", and there is no account; add one: ryktesvakt board user add NAME')
    if settings.login == "proxy" and not settings.proxies:
        raise UsageError('[board] login = "proxy" needs proxies: the addresses that may say who is asking')
    if is_loopback(host):
        return
    if settings.login == "none":
        raise UsageError(
            f'--host {host}: beyond this machine the board wants a login; set [board] login to "accounts", '
            '"oidc" or "proxy" (docs/board.md), or leave --host out'
        )
    if host in ("0.0.0.0", "::") and not settings.hosts and not settings.url:  # noqa: S104
        raise UsageError(f"--host {host}: set [board] hosts to the names that the board is reached by")


def _page(
    board: Board, handler: Handler, section: str, role: str | None, *, is_error: bool = False
) -> Callable[..., Any]:
    """Wrap a handler of pages: who is asking, whether they may, and what to say where there is nothing to show."""

    async def endpoint(request: Request, *_: Any) -> Response:
        return await run_in_threadpool(answer, request)

    def answer(request: Request) -> Response:
        asking = _asking(board, request, {})
        asking.section = section
        if role is not None and not asking.can(role):
            here = request.url.path if request.method == "GET" else "/"
            return _with_cookie(asking, RedirectResponse(f"/logga-in?till={here}", 303))
        try:
            is_own = role is None or handler in pages.OWN
            return _with_cookie(asking, handler(asking) if is_own else kept_answer(asking, handler))
        except NoSnapshotError as error:
            asking.is_shared = False
            return _with_cookie(asking, pages.message(asking, error.key, 503))

    return endpoint


def _health(board: Board) -> Callable[..., Any]:
    async def endpoint(_: Request) -> Response:
        return await run_in_threadpool(pages.health, board)

    return endpoint


def _action(board: Board, handler: Handler, role: str | None) -> Callable[..., Any]:
    """Wrap a handler of forms: from a page of this session alone, and from somebody who may."""

    async def endpoint(request: Request) -> Response:
        async with request.form(max_files=1, max_fields=100, max_part_size=1024 * 1024) as form:
            values: dict[str, Any] = {}
            for name, value in form.multi_items():
                read = value if isinstance(value, str) else await value.read()
                if name in ("topic", "segment") and request.url.path not in ("/beslut/utskick",):
                    values.setdefault(name, []).append(read)
                else:
                    values[name] = read
        return await run_in_threadpool(answer, request, values)

    def answer(request: Request, form: dict[str, Any]) -> Response:
        asking = _asking(board, request, form)
        if not _is_own(asking):
            board.log("refused", asking.user or "", asking.address, f"csrf {request.url.path}")
            return _with_cookie(asking, pages.message(asking, "stale", 403))
        if role is not None and not asking.can(role):
            board.log("refused", asking.user or "", asking.address, f"role {request.url.path}")
            if asking.role is None:
                return _with_cookie(asking, RedirectResponse("/logga-in", 303))
            return _with_cookie(asking, pages.message(asking, "forbidden", 403))
        try:
            return _with_cookie(asking, handler(asking))
        except NoSnapshotError as error:
            return _with_cookie(asking, pages.message(asking, error.key, 503))

    return endpoint


def _asking(board: Board, request: Request, form: Mapping[str, Any]) -> Asking:
    """Return who is asking, by the way that the configuration says."""
    settings = board.config.board
    session = board.sessions.get(request.cookies.get(COOKIE)) or board.sessions.start()
    user, role = session.user, session.role  # of a login by OpenID Connect, as they stand
    if settings.login == "none":
        role = "admin"
    elif settings.login == "accounts" and user is not None:
        account = next((one for one in list_accounts(file_of(board.paths)) if one.name == user), None)
        role = account.role if account and role is not None else None
    elif settings.login == "proxy":
        user, role = _from_proxy(board, request)
    return Asking(request, board, session, user, role, form)


def _from_proxy(board: Board, request: Request) -> tuple[str | None, str | None]:
    settings = board.config.board
    user = " ".join(request.headers.get(settings.proxy_user, "").split())[:80]
    if not user or not request.client or not is_trusted(request.client.host, settings.proxies):
        return None, None
    groups = {one.strip() for one in request.headers.get(settings.proxy_groups, "").split(",")} | {user}
    role = "admin" if groups & set(settings.admins) else "editor" if groups & set(settings.editors) else "reader"
    return user, role


def _is_own(asking: Asking) -> bool:
    """Return whether a form was sent from a page of this session: by its token, and by what the browser says of it."""
    headers = asking.request.headers
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != headers.get("host"):
        return False
    csrf = asking.form.get("csrf", "")
    return isinstance(csrf, str) and asking.board.sessions.is_own(asking.session, csrf)


def _with_cookie(asking: Asking, response: Response) -> Response:
    if asking.request.cookies.get(COOKIE) != asking.session.token:
        response.set_cookie(
            COOKIE,
            asking.session.token,
            httponly=True,
            samesite="lax",
            secure=asking.board.is_secure,
            path="/",
        )
    return response
