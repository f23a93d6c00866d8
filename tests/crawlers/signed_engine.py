"""The little engine behind a login: `login` in the site's options says of what kind, in `KINDS`."""

import json
from dataclasses import replace

from crawlers.credentials import Credentials, Quota, Token, TokenRequest, oauth_token, token_answer, token_text
from crawlers.model import Page, Site
from tests.crawlers.tiny_engine import detect, listing_urls, parse_listing, parse_thread

__all__ = ["ACCESS", "CREDENTIALS", "NAME", "detect", "listing_urls", "parse_listing", "parse_thread"]

NAME = "tests.crawlers.signed_engine"
ACCESS = "html"


def _ask(site: Site, secrets: dict, old: Token | None) -> TokenRequest:
    url = site.options["token_url"]
    if old and old.refresh:
        return TokenRequest(url=url + "/refresh", headers={"Authorization": f"Bearer {old.refresh}"})
    return TokenRequest(url=url, body=json.dumps({"password": secrets["password"]}).encode())


def _read(page: Page) -> Token:
    data = token_answer(page)
    return replace(oauth_token(page), refresh=token_text(data, "refresh") if "refresh" in data else None)


CREDENTIALS = Credentials(
    names=("user", "password"),
    shown=("user",),
    headers=lambda site, secrets, token: {"Authorization": f"Bearer {token}", "X-User": secrets["user"]},
    request_token=_ask,
    read_token=_read,
    quota=Quota(
        units_per_day=100,
        cost=lambda url: 10 if "/list" in url else 1,
        is_spent=lambda page: page.status == 403 and b"quota" in page.body,
    ),
)
