"""A digest as a mail: whole in text and HTML, safe headers, small, the same mail whenever it is built again."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from itertools import pairwise
from typing import Any

import pytest

from reports.digest import render_digest
from reports.mail import MOST_HTML_BYTES, address, digest_mail, harmless_header
from reports.unchanged import fingerprint
from tests.reports.samples import CLAIM, HOSTILE, NOW, bad_digest, calm_digest, post, race
from tests.reports.test_digest import Tags
from warehouse.records import Alert, CandidateClaim, Digest, FailedDelivery, ModelFigure

SENDER = "Ryktesvakt <ryktesvakt@foretag.example>"


@pytest.fixture(scope="module", autouse=True)
def _drawn_once() -> Iterator[None]:
    """Draw no picture here but where a test is about pictures: each takes a second of a busy machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reports.charts.Picture.png", lambda self: b"\x89PNG\r\n\x1a\n" + self.alt.encode())
        yield


def mail_of(digest: Digest, **changes: Any) -> EmailMessage:
    """Return the mail as its reader's program reads it."""
    given = {"language": "sv", "sender": SENDER, "recipient": "anna@foretag.example", **changes}
    read = email.message_from_bytes(digest_mail(digest, **given).as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def part(mail: EmailMessage, kind: str) -> str:
    return str(next(one for one in mail.walk() if one.get_content_type() == kind).get_content())


def huge_digest() -> Digest:
    """Return a digest of a very bad day, in which everybody writes without end."""
    endless = "ö<&>\"' " * 3000 + "x" * 30_000
    claims = tuple(
        replace(bad_digest().claims[0], claim=replace(CLAIM, claim_id=f"c{n}", statement=endless, truth=endless))
        for n in range(40)
    )
    alerts = tuple(
        replace(bad_digest().alerts[0], alert_id=f"a{n}", subject_id=f"c{n}", reason=endless) for n in range(60)
    )
    one = CandidateClaim(cluster_id="k", text=endless, post_count=3, posts_24h=3, terms=(endless[:200],) * 8)
    return replace(
        bad_digest(),
        claims=claims,
        alerts=alerts,
        posts=tuple(post(endless) for _ in range(50)),
        races=tuple(replace(race(), claim_id=f"c{n}") for n in range(40)),
        candidates=(one,) * 40,
        sources=tuple(replace(bad_digest().sources[0], source=f"källa-{n}") for n in range(80)),
    )


def test_a_mail_is_text_and_html_with_its_pictures_beside_it_and_asks_nobody_for_anything() -> None:
    mail = mail_of(bad_digest(), board_url="https://tavla.example")
    html = part(mail, "text/html")
    tags = Tags(html)
    assert {tag for tag, _ in tags.found} & {"script", "svg", "link", "form", "iframe", "object"} == set()
    wanted = {a["src"] for tag, a in tags.found if tag == "img"}
    held = {f"cid:{str(one['Content-ID']).strip('<>')}" for one in mail.walk() if one.get_content_type() == "image/png"}
    assert wanted == held and len(held) == 2
    assert all(a.get("alt") for tag, a in tags.found if tag == "img")
    assert re.findall(r"url\(|@import|http-equiv", html) == []
    links = {a["href"] for tag, a in tags.found if tag == "a"}
    assert links == {
        "https://tavla.example/", "https://tavla.example/pastaenden/fee_for_all", "https://forum.example/t/1#p2"
    }  # fmt: skip
    assert '<h1 style="' in html, "styles stand in the tags: many clients drop style elements"
    assert "prefers-color-scheme" in html
    assert [one.get_content_type() for one in mail.iter_parts()] == ["text/plain", "multipart/related"]


def test_the_text_says_all_that_the_page_says() -> None:
    text = part(mail_of(bad_digest()), "text/plain")
    for said in (
        "KRITISKT",
        "1. Skriv ett officiellt inlägg i tråden.",
        "* Kritiskt: Påståendet sprids (ny, sedan 6 november kl. 18.30)",
        "Det rätta: Brevet gällde bara",
        "Påståendet har nått 24\N{NO-BREAK SPACE}% och",
        "- Ett officiellt inlägg i tråden: 44\N{NO-BREAK SPACE}000",
        "Senaste dygnet: 7 sprider, 4 frågar, 1 dementerar.",
        "”Nu ska alla betala för drift och underhåll",
        "https://forum.example/t/1#p2",
        "30 oktober–5 november 2023: KO 4",
        "* byggforumet: inte läst på 33\N{NO-BREAK SPACE}timmar",
        "* Hållning: 0,71, där 1 är felfritt (macro-F1, 95 % säkert: 0,62–0,78).",
    ):
        assert said in text, said
    assert not re.search(r"<(div|p|td|br)|style=|\{%|\{\{(?! 7)", text)
    assert max(len(line) for line in text.splitlines() if "http" not in line) <= 110


def test_built_again_it_is_the_same_mail_and_another_day_is_another() -> None:
    def built(digest: Digest) -> bytes:
        mail = digest_mail(digest, language="sv", sender=SENDER, recipient="anna@foretag.example")
        return mail.as_bytes()

    assert built(bad_digest()) == built(bad_digest())
    other = replace(bad_digest(), day=bad_digest().day + timedelta(days=1))
    ids = {mail_of(one)["Message-ID"] for one in (bad_digest(), bad_digest(), other)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "Alla betalar\r\nBcc: offer@example.com",
        "Alla betalar\n\n<html>",
        "x\u2028Bcc: a@b.se\u0000\u0085y",
        "\u202emoc.elpmaxe\u2066 Alla betalar",
        "å" * 5000,
        "=?utf-8?b?QmNjOiBh?= Alla betalar",
        HOSTILE,
        "",
    ],
)
def test_no_text_breaks_a_header(statement: str) -> None:
    digest = bad_digest()
    claims = tuple(replace(u, claim=replace(u.claim, statement=statement)) for u in digest.claims)
    mail = mail_of(replace(digest, claims=claims, company="Open\r\nX-Evil: 1 Infra"))
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version",
        "Content-Type",
    }  # fmt: skip
    subject = str(mail["Subject"])
    assert subject.isprintable() and len(subject) < 140
    assert not {"\u202e", "\u2066"} & set(subject)
    assert mail["To"].addresses[0].addr_spec == "anna@foretag.example"


@pytest.mark.parametrize("given", ["anna", "a@b@c", "a@b.se\nBcc: c@d.se", "", "a b@c.se"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="mail address"):
        address(given)


def test_a_header_keeps_its_words() -> None:
    assert harmless_header("Kritiskt:  ”Åsa & Örjan”\t– 50 %") == "Kritiskt: ”Åsa & Örjan” – 50 %"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_however_much_is_written_it_is_not_cut_off_by_its_reader(language: str) -> None:
    mail = mail_of(huge_digest(), language=language, board_url="https://tavla.example")
    html = part(mail, "text/html")
    assert len(html.encode()) < MOST_HTML_BYTES
    assert Tags(html).open == []
    assert len(part(mail, "text/plain").encode()) < MOST_HTML_BYTES


def test_english_has_no_swedish_but_what_was_written_in_it() -> None:
    digest = replace(
        bad_digest(),
        posts=(),
        is_simulation=False,
        figures=(ModelFigure(task="stance", metric="accuracy", value=0.78, low=0.74, high=0.82, data="x"),),
    )
    mail = mail_of(digest, language="en")
    text = part(mail, "text/plain")
    assert mail["Subject"].startswith("Critical: “Alla kunder")
    assert "Stance: the machine is right on 78 of 100 test texts (95% certain: 74–82)." in text
    swedish = {"och", "är", "påståendet", "rättelsen", "inlägg", "källa", "kunder", "timmar", "sprids"}
    of_ours = re.sub(r"“[^”]*”", "", text)
    for own in (*(a.reason for a in digest.alerts), CLAIM.truth, *(r.segment.name for r in digest.races)):
        of_ours = re.sub(r"\s+", " ", of_ours).replace(own, "").replace(own[:1].lower() + own[1:], "")
    assert swedish & set(re.findall(r"\w+", of_ours.lower())) == set()
    assert '<html lang="en">' in part(mail, "text/html")


def test_a_day_on_which_nothing_happened_says_so_and_news_do_not() -> None:
    before, now = bad_digest(), replace(bad_digest(), day=bad_digest().day + timedelta(days=1))
    later = replace(now, generated_at=NOW + timedelta(days=1), races=(race(coverage_top=0.1),))
    assert fingerprint(before) == fingerprint(later), "forecasts and clocks move when nothing has happened"
    alert: Alert = before.alerts[0]
    news = [
        replace(now, alerts=(*now.alerts, replace(alert, alert_id="new"))),
        replace(now, alerts=(replace(alert, state="acknowledged"), *now.alerts[1:])),
        replace(now, posts=(*now.posts, replace(post("Nytt"), posted_at=NOW))),
        replace(now, claims=(replace(now.claims[0], support_count=32),)),
        replace(now, claims=(replace(now.claims[0], claim=replace(CLAIM, verdict="true")),)),
        replace(now, mailings=()),
        replace(now, complaints=()),
        replace(
            now, failed_deliveries=(FailedDelivery(number="1", channels=("a",), problem="tls", is_given_up=False),)
        ),
    ]
    assert len({fingerprint(one) for one in [before, *news]}) == len(news) + 1
    mail = mail_of(calm_digest(), unchanged_since=calm_digest().day - timedelta(days=2))
    assert str(mail["Subject"]) == "[Simulering] Oförändrat – Lugnt: Open Infra 6 nov"
    for shape in (part(mail, "text/plain"), part(mail, "text/html")):
        assert "Oförändrat sedan lördag 4 november 2023." in shape
    assert "Oförändrat" not in render_digest(calm_digest())


def test_an_alert_that_did_not_arrive_is_told_in_the_digest() -> None:
    failed = FailedDelivery(number="2023-11-06/2", channels=("teams", "mejl"), problem="unreachable", is_given_up=False)
    text = part(mail_of(replace(calm_digest(), failed_deliveries=(failed,))), "text/plain")
    assert "LARMET KUNDE INTE SKICKAS" in text
    flat = " ".join(text.split())
    assert "Larm 2023-11-06/2 har inte nått teams och mejl: servern svarar inte. Det skickas igen" in flat


def test_a_claim_that_nobody_spreads_any_more_is_told_in_few_words() -> None:
    over = replace(
        bad_digest(), alerts=(), claims=(replace(bad_digest().claims[0], support_24h=0, query_24h=0),), posts=()
    )
    mail = mail_of(over)
    html, text = part(mail, "text/html"), part(mail, "text/plain")
    assert "Påståendet har nått" in html and "Påståendet har nått" in text
    assert "race1" not in html and "Sedan början" not in html + text
    assert len(html) < len(part(mail_of(bad_digest()), "text/html")) - 5000


def test_headings_follow_each_other() -> None:
    levels = [int(tag[1]) for tag, _ in Tags(render_digest(bad_digest())).found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))
