"""Posts that mean harm are words on a page, in the journal and in the tables, and nothing else."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reports.templating import LONGEST_TEXT, harmless
from tests.board.conftest import browser, send
from tests.board.scenes import DAYS, MAIN, build
from tests.warehouse.landings import a_post

TEXTS = {
    "script": "Avgift <script>alert(1)</script><img src=x onerror=alert(2)>",
    "close": "avgift </script></template></textarea><svg onload=alert(3)> {{ 7*7 }} {% raw %}",
    "turn": "avgift \u202egnurts lliv iv\u2066 och \u200fså vidare",
    "climb": "avgift Z" + "\u0351\u0345\u0300" * 200,
    "formula": '=HYPERLINK("http://evil.example","avgift")',
    "header": "avgift\r\nSet-Cookie: a=b\r\n\r\n<h1>hej",
    "huge": "avgift " + "A" * 60_000,
    "null": "avgift \x07\x1b[31m röd",
}
LINK = "javascript:alert(document.cookie)"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    at = DAYS["first_alert"]
    posts = [
        a_post(
            number,
            source="husknuten",
            post_id=name,
            thread_id="hostile",
            thread_title="<b>Tråd</b>",
            posted_at=at.replace(hour=3),
            seen_at=at.replace(hour=4),
            url=LINK,
            text=text,
        )
        for number, (name, text) in enumerate(TEXTS.items())
    ]
    return browser(build(tmp_path_factory.mktemp("hostile") / "data", "first_alert", extra=posts))


def test_no_page_has_markup_of_theirs(hostile: TestClient) -> None:
    pages = [
        hostile.get(path).text for path in ("/", "/inlagg?ord=avgift", f"/pastaenden/{MAIN}", "/inlagg?ord=hyperlink")
    ]
    keys = set(re.findall(r'id="p-([0-9a-f]{20})"', "".join(pages)))
    pages += [hostile.get(f"/inlagg/{key}").text for key in keys]
    assert len(keys) >= len(TEXTS)
    for page in pages:
        for bad in (
            "<script>alert",
            "<img src=x",
            "<svg onload",
            "<h1>hej",
            'href="javascript',
            "\u202e",
            "\u2066",
            "\x1b",
        ):
            assert bad not in page
    assert any("&lt;script&gt;alert(1)" in page for page in pages)
    assert any("{{ 7*7 }}" in page for page in pages)


def test_a_search_for_markup_is_words_too(hostile: TestClient) -> None:
    asked = hostile.get("/inlagg", params={"ord": '"><script>alert(1)</script>', "kalla": "';DROP TABLE post;--"})
    assert asked.status_code == 200
    assert "<script>alert" not in asked.text
    assert "&#34;&gt;&lt;script&gt;" in asked.text


def test_what_people_enter_is_words_too(folder: Path, client: TestClient) -> None:
    letter = {
        "corrects": MAIN,
        "channel": "email",
        "segment": "apartment",
        "sent_at": "2023-11-09T08:00",
        "text": "</textarea><script>alert(1)</script>\x00=1+1",
    }
    assert send(client, "/beslut/utskick", **letter).status_code == 303
    assert send(client, "/beslut/larm", alert_id="alarm01", state="handled", by="<script>x").status_code == 422
    assert "<script>alert" not in client.get(f"/pastaenden/{MAIN}").text + client.get("/beslut").text


ODD = (
    "/inlagg?fore=%00",
    "/inlagg?fran=99999-01-01",
    "/inlagg?till=9999-12-31",
    "/inlagg?ord=%ff%fe",
    f"/pastaenden/{MAIN}?fore=x&hallning=<x>&timmar=-1&svar=<b>",
    f"/pastaenden/{MAIN}?timmar=999999999999&svar=email",
)


@pytest.mark.parametrize("path", ODD)
def test_odd_addresses_are_answered(path: str, client: TestClient) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "<b>" not in answer.text and "<x>" not in answer.text


def test_harmless_keeps_words_and_is_quick_on_anything() -> None:
    assert harmless("Å, ä och ö \u2014 ”så” 👍🏽") == "Å, ä och ö \u2014 ”så” 👍🏽"
    assert harmless(None) == ""
    begun = time.process_time()
    assert len(harmless("\u0301" * 5_000_000)) <= LONGEST_TEXT + 2
    assert time.process_time() - begun < 1
