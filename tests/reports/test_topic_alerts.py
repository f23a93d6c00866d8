"""An alert on a topic goes by the topic's name, in both languages; a claim's alert says which topics it is seen in."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from reports.alert_message import link_of, plain_text, title_of
from reports.board.speech import Speech
from reports.digest import render_digest, render_mail
from reports.headline import state_of
from tests.reports.samples import NOW, bad_digest, calm_digest
from tests.reports.test_alert_message import message, told
from warehouse.records import Alert, Digest

NAMES = {"sv": "Missnöjet växer: Pris och avgifter", "en": "Discontent is growing: Prices and fees"}
ALSO = {
    "sv": "Märks också i Pris och avgifter och Faktura och betalning.",
    "en": "Also seen in Prices and fees and Inv",
}
ON_TOPIC = Alert(
    alert_id="t", kind="topic", severity="watch", subject_id="topic:price", raised_at=NOW, reason="Åtta personer."
)


def digest(*alerts: Alert) -> Digest:
    return replace(calm_digest(), alerts=alerts)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_goes_by_the_topics_name_everywhere(language: str) -> None:
    speech, name = Speech(language, ZoneInfo("Europe/Stockholm")), NAMES[language]
    given = digest(ON_TOPIC)
    assert name in render_digest(given, language=language)
    text, html = render_mail(given, language=language, draw=lambda _: Markup())
    assert name in text and name in html
    assert state_of(given, speech).sentence == f"{name}."
    one = told(kind="topic", severity="watch", subject_id="topic:price", statement="", reason="Åtta personer.")
    mail = message(one, severity="watch", board_url="https://tavla.example")
    assert name in title_of(mail, speech) and name in plain_text(mail, speech)
    assert link_of(mail) == "https://tavla.example/inlagg?amne=price&ton=negative"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_claims_alert_says_in_which_topics_it_is_seen(language: str) -> None:
    whole = bad_digest()
    noted = replace(whole, alerts=tuple(replace(one, topics=("price", "billing")) for one in whole.alerts))
    assert ALSO[language] in render_digest(noted, language=language)
    assert ALSO[language] not in render_digest(whole, language=language)
