"""The pages of a login by OpenID Connect: to the provider, and back from it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import RedirectResponse, Response

from flows.board import pages
from flows.board.asking import Asking, show
from flows.board.guard import own_page
from flows.board.oidc import OidcError
from flows.board.sessions import LIFE_SECONDS

START = "/logga-in/start"
BACK = "/logga-in/klar"
MOST_ATTEMPTS = 5
"""Logins that one browser may have begun at the same time: one a window."""


def start(asking: Asking) -> Response:
    """Send somebody to the provider."""
    provider = asking.board.provider
    if provider is None:
        return pages.not_found(asking)
    if asking.role is not None:
        return RedirectResponse("/", 303)
    try:
        attempt = provider.begin(own_page(asking.request.query_params.get("till", "/")))
    except OidcError as error:
        return _refused(asking, str(error))
    asking.session.attempts = {
        **dict(list(asking.session.attempts.items())[1 - MOST_ATTEMPTS :]),
        attempt.state: attempt,
    }
    return RedirectResponse(attempt.url, 303)


def finish(asking: Asking) -> Response:
    """Let somebody in whom the provider vouches for, in a session of their own."""
    board, answer = asking.board, dict(asking.request.query_params)
    if board.provider is None:
        return pages.not_found(asking)
    # An answer is taken once: what stands in a browser's history lets nobody in.
    attempt = asking.session.attempts.pop(answer.get("state", ""), None)
    try:
        if attempt is None:
            raise OidcError("no such login was begun in this browser")
        person = board.provider.finish(attempt, answer)
    except OidcError as error:
        return _refused(asking, str(error))
    role = board.provider.role_of(person)
    if role is None:
        board.log("login_failed", person.name, asking.address, "in none of the groups that may see the board")
        return show(asking, "login", 403, problem=board.speech.t("login.no_role", user=person.name), back="/")
    board.log("login", person.name, asking.address, role)
    board.sessions.end(asking.session)
    asking.session = board.sessions.start(user=person.name, role=role, ends_in=LIFE_SECONDS)
    return RedirectResponse(attempt.back, 303)


def _refused(asking: Asking, why: str) -> Response:
    asking.board.log("login_failed", "", asking.address, why)
    return show(asking, "login", 403, problem=asking.board.speech.t("login.oidc_failed"), back="/")


GET: tuple[tuple[str, Callable[[Asking], Response], str, str | None], ...] = (
    (START, start, "", None),
    (BACK, finish, "", None),
)
"""Address, what answers there, its place in the menu, and who may see it."""
