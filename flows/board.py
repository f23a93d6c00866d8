"""The board: today's digest and the old ones, served to this machine alone."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from html import escape
from ipaddress import ip_address
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from flows.errors import UsageError
from reports.swedish import long_date

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
DIGEST_NAME = re.compile(r"\d{4}-\d{2}-\d{2}\.html")


def require_loopback(host: str) -> None:
    """Raise UsageError unless the address is this machine's own: the board has no login yet."""
    try:
        is_loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise UsageError(
            f"--host {host}: the board has no login yet and serves loopback only; "
            "leave --host out and put an authenticating proxy before it"
        )


def digest_files(folder: Path) -> list[Path]:
    """Return the digests that have been written, newest day first."""
    return sorted((f for f in folder.glob("*.html") if _is_digest(f.name)), reverse=True)


def _is_digest(name: str) -> bool:
    with suppress(ValueError):
        return bool(DIGEST_NAME.fullmatch(name) and date.fromisoformat(name.removesuffix(".html")))
    return False


def make_board(folder: Path) -> Starlette:
    """Return the web application over a folder of digests."""

    def newest(_: Request) -> HTMLResponse:
        files = digest_files(folder)
        if not files:
            return _page("<p>Ingen morgonrapport är skriven än. Kör <code>ryktesvakt run</code>.</p>", status=404)
        return HTMLResponse(files[0].read_text(encoding="utf-8"), headers=HEADERS)

    def archive(_: Request) -> HTMLResponse:
        rows = "".join(
            f'<li><a href="/rapport/{f.stem}">{long_date(date.fromisoformat(f.stem))}</a></li>'
            for f in digest_files(folder)
        )
        return _page(f"<h1>Tidigare morgonrapporter</h1><ul>{rows}</ul>")

    def one(request: Request) -> HTMLResponse:
        day = request.path_params["day"]
        file = folder / f"{day}.html"
        if not _is_digest(file.name) or not file.is_file():
            return _page(f"<p>Ingen morgonrapport för {escape(day[:40])}.</p>", status=404)
        return HTMLResponse(file.read_text(encoding="utf-8"), headers=HEADERS)

    return Starlette(
        routes=[Route("/", newest), Route("/arkiv", archive), Route("/rapport/{day:str}", one)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])],
    )


def _page(body: str, *, status: int = 200) -> HTMLResponse:
    html = (
        '<!doctype html><html lang="sv"><meta charset="utf-8"><title>Ryktesvakt</title>'
        '<body style="font:16px/1.5 sans-serif;max-width:720px;margin:40px auto">'
        f'{body}<p><a href="/">Senaste rapporten</a> · <a href="/arkiv">Arkiv</a></p>'
    )
    return HTMLResponse(html, status_code=status, headers=HEADERS)
