"""An alert's one line: how grave, what it is about, whom, its number; whatever the words, it is one header."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from reports.alert_message import AlertMessage, Told, speech_for, title_of
from reports.mail import LONGEST_SUBJECT, a_mail

AT = datetime(2026, 11, 8, 6, 30, tzinfo=UTC)


def told(**changes: Any) -> Told:
    values: dict[str, Any] = {
        "alert_id": "a", "kind": "alarm", "severity": "critical", "event": "raised", "before_severity": None,
        "subject_id": "fee", "statement": "Alla kunder ska betala för drift och underhåll.", "reason": "Sju personer.",
    }  # fmt: skip
    return Told(**{**values, **changes})


def message(*alerts: Told, **changes: Any) -> AlertMessage:
    values: dict[str, Any] = {
        "number": "2026-11-08/3", "company": "Open Infra", "severity": "critical", "composed_at": AT,
        "alerts": alerts or (told(),), "is_reminder": False, "is_simulation": False, "board_url": None,
        "picture": None, "race_said": "",
    }  # fmt: skip
    return AlertMessage(**{**values, **changes})


def title(given: AlertMessage, language: str = "sv") -> str:
    return title_of(given, speech_for(language, "Europe/Stockholm"))


def test_it_names_what_it_is_about() -> None:
    about = "”Alla kunder ska betala för drift och underhåll” – Open Infra – Larm 2026-11-08/3"
    assert title(message()) == f"Kritiskt: {about}"
    assert title(message(is_reminder=True)) == f"Påminnelse. Kritiskt: {about}"
    assert title(message(is_simulation=True)) == f"[Simulering] Kritiskt: {about}"
    silent = told(kind="silence", subject_id="flashback", statement="")
    assert title(message(silent)) == "Kritiskt: En källa är tyst (flashback) – Open Infra – Larm 2026-11-08/3"
    several = message(told(), told(kind="void"), silent, told(subject_id="other", statement="Något annat."))
    assert "underhåll” och 2 till – Open Infra" in title(several), "two other subjects; two alerts are of the first"
    assert title(several, "en").startswith("Critical: “Alla kunder") and "and 2 more – Open Infra" in title(
        several, "en"
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "Alla betalar\r\nBcc: offer@example.com",
        "x\u2028Bcc: a@b.se\u0000\u0085y",
        "\u202emoc.elpmaxe\u2066 Alla betalar",
        "=?utf-8?b?QmNjOiBh?= Alla betalar",
        "å" * 5000,
        "ord " * 5000,
        "\r\n",
    ],
)
@pytest.mark.parametrize("where", ["statement", "company", "subject_id"])
def test_no_words_break_it_or_push_out_its_number(hostile: str, where: str) -> None:
    alert = told(kind="silence", statement="", subject_id=hostile) if where == "subject_id" else told()
    given = message(alert, told(subject_id="b"), is_reminder=True, is_simulation=True)
    if where == "statement":
        given = replace(given, alerts=(told(statement=hostile), told(subject_id="b")))
    if where == "company":
        given = replace(given, company=hostile)
    said = title(given)
    assert said.isprintable() and len(said) <= LONGEST_SUBJECT
    assert said.startswith("[Simulering] Påminnelse. Kritiskt: ") and said.endswith("Larm 2026-11-08/3")
    mail = a_mail(key="k", sender="a@b.se", recipient="c@d.se", subject=said, at=AT, text="t")
    assert mail["Subject"] == said and mail["Bcc"] is None
    assert b"\nBcc:" not in mail.as_bytes()
