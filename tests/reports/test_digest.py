"""The digest says the right thing first, is self-contained, and survives what users write."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest

from reports import swedish
from reports.digest import render_digest
from reports.digest_contents import speech_of
from reports.headline import best_action, state_of
from tests.reports.samples import HOSTILE, bad_digest, calm_digest, post, race, source
from warehouse.records import CandidateClaim, Complaint

SPEECH = speech_of(calm_digest(), "sv")


class Tags(HTMLParser):
    """All start tags with their attributes, and whether each opened tag was closed."""

    VOID = ("meta", "br", "img", "link", "hr")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("digest", [calm_digest(), bad_digest()], ids=["calm", "bad"])
def test_the_page_is_whole_and_asks_nobody_for_anything(digest) -> None:
    html = render_digest(digest)
    tags = Tags(html)
    assert tags.open == []
    assert [tag for tag, _ in tags.found if tag in ("script", "iframe", "object", "img", "link", "form")] == []
    assert [a for _, a in tags.found if any(name.startswith("on") for name in a)] == []
    assert "Simulering." in html
    assert len(html.encode()) < 400_000


def test_a_calm_day_is_short_and_says_so() -> None:
    html = render_digest(calm_digest())
    assert "<h1>Lugnt</h1>" in html
    assert "Gör detta nu" not in html
    assert "Alla 2\N{NO-BREAK SPACE}källor är lästa" in html


def test_a_bad_day_says_what_whom_and_what_to_do() -> None:
    top = state_of(bad_digest(), SPEECH, scope="digest")
    assert top.level == "critical"
    assert "ingen rättelse är på väg till villakunder med gamla avtalet och lägenheter genom förening" in top.sentence
    assert top.actions[0].startswith("Skriv ett officiellt inlägg i tråden. Det sparar")
    assert "35\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}persondagar" in top.actions[0]


def test_what_users_write_stays_text() -> None:
    html = render_digest(bad_digest())
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "{{ 7*7 }}" in html
    assert "onerror=alert(2)" in HOSTILE
    bad_link = replace(bad_digest(), posts=(post("x", url="javascript:alert(1)"),))
    assert "javascript:" not in render_digest(bad_link)


def test_blind_is_not_calm() -> None:
    blind = replace(calm_digest(), sources=(source("a", silent=True),))
    assert state_of(blind, SPEECH).level == "blind"
    assert "inte läst på 33\N{NO-BREAK SPACE}timmar (sajten kräver mänsklig kontroll" in render_digest(blind)


def test_handled_alerts_do_not_head_the_day() -> None:
    alerts = tuple(replace(alert, state="handled") for alert in bad_digest().alerts)
    assert state_of(replace(bad_digest(), alerts=alerts), SPEECH).level == "calm"


def test_no_action_is_recommended_that_saves_nothing() -> None:
    useless = tuple(replace(c, saved_people_days=0.0) for c in race().counterfactuals)
    assert best_action(replace(race(), counterfactuals=useless), SPEECH) is None


def test_first_day_without_any_history_renders() -> None:
    bare = replace(calm_digest(), volume=(), topics=(), sources=())
    assert "Inga inlägg har lästs än." in render_digest(bare)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (swedish.number(12400), "12\N{NO-BREAK SPACE}400"),
        (swedish.number(3.46, decimals=1), "3,5"),
        (swedish.percent(0.004), "under 1\N{NO-BREAK SPACE}%"),
        (swedish.percent(0.999), "över 99\N{NO-BREAK SPACE}%"),
        (swedish.percent(0), "0\N{NO-BREAK SPACE}%"),
        (swedish.counted(1, "fråga", "frågor"), "1\N{NO-BREAK SPACE}fråga"),
        (swedish.counted(2, "fråga", "frågor"), "2\N{NO-BREAK SPACE}frågor"),
        (swedish.duration(0.5), "30\N{NO-BREAK SPACE}minuter"),
        (swedish.duration(1), "1\N{NO-BREAK SPACE}timme"),
        (swedish.duration(100), "4\N{NO-BREAK SPACE}dygn"),
        (swedish.listed(["a", "b", "c"]), "a, b och c"),
        (swedish.listed(["a"]), "a"),
        (str(swedish.rough(12345)), "12000"),
        (swedish.clipped("ett två tre fyra", 9), "ett två …"),
        (swedish.long_date(datetime(2023, 11, 14, tzinfo=UTC).date()), "tisdag 14 november 2023"),
    ],
)
def test_swedish_is_as_people_write_it(said: str, expected: str) -> None:
    assert said == expected


def test_complaints_are_the_latest_periods_with_a_column_for_each_channel() -> None:
    weeks = [date(2023, 9, 4) + timedelta(weeks=n) for n in range(9)]
    counted = [
        Complaint(channel=channel, period_start=w, period_end=w + timedelta(days=6), complaint_count=n, topic=topic)
        for w in weeks
        for channel, n, topic in (("customer_service", 1200, None), ("ko", 2, "price"), ("ko", 3, "terms"))
    ]
    late = Complaint(channel="arn", period_start=weeks[-1], period_end=weeks[-1] + timedelta(days=6), complaint_count=7)
    page = render_digest(replace(calm_digest(), complaints=(*counted, late)))
    table = page[page.index('id="complaints"') :].split("</table>")[0]
    assert table.index("KO</th>") < table.index("ARN</th>") < table.index("kundtjänst</th>")
    rows = re.findall(r"<tr><td>(.*?)</td>(.*?)</tr>", table)
    assert len(rows) == 6
    assert rows[0] == (
        "30 oktober–5 november 2023",
        '<td class="n">5</td><td class="n">7</td><td class="n">1\u00a0200</td>',
    )
    assert rows[1][0] == "23–29 oktober 2023"
    assert '<td class="n">–</td>' in rows[1][1]


def test_a_candidate_shows_its_post_its_people_its_growth_and_its_words() -> None:
    one = CandidateClaim(
        cluster_id="k21f4780515",
        text=f"Routrarna brinner {HOSTILE}",
        post_count=14,
        posts_24h=11,
        terms=("routrar", "<b>brinner</b>"),
        posts_before=3,
        author_count=12,
        first_posted_at=datetime(2023, 11, 12, 7, 0, tzinfo=UTC),
    )
    alert = replace(bad_digest().alerts[0], subject_id=one.cluster_id, kind="alarm", reason="12 personer ...")
    page = render_digest(replace(calm_digest(), candidates=(one,), alerts=(alert,)))
    assert "Något sprids som inget påstående förklarar" in page
    shown = page[page.index('id="new"') :].split("</section>")[0]
    for said in (
        "14\u00a0inlägg av 12\u00a0personer sedan 12 november",
        "11 det senaste dygnet, 3 dygnet före",
        one.cluster_id,
    ):
        assert said in shown
    assert HOSTILE not in page and "<b>brinner" not in page
    assert "avgör om det är ett påstående" in page
    assert 'id="new"' not in render_digest(calm_digest())
