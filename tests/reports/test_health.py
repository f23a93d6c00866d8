"""What was not seen, in Swedish that a person would write."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from reports.digest import render_digest
from reports.health import sentences
from tests.reports.samples import calm_digest, source
from warehouse.records import HealthWarning

NBSP = "\N{NO-BREAK SPACE}"


def said(*warnings: HealthWarning, silent: bool = False) -> list[str]:
    return sentences(replace(source("byggforumet", silent=silent), day=date(2023, 11, 5), warnings=warnings))


def test_each_warning_is_a_sentence() -> None:
    assert said(HealthWarning(kind="few_by_past", value=0, expected=42.5)) == [
        "inget inlägg den 5 november, mot 42 en vanlig dag. Inlägg kan saknas."
    ]
    assert said(HealthWarning(kind="few", value=3, expected=10)) == [
        f"3{NBSP}inlägg den 5 november, där minst 10 väntas. Inlägg kan saknas."
    ]
    assert said(HealthWarning(kind="many", value=1200, expected=300)) == [
        f"1{NBSP}200{NBSP}inlägg den 5 november, där högst 300 väntas. Något kan ha lästs fel."
    ]
    kinds = ("many_by_past", "set_aside", "future_dates", "backward_dates", "heaped_dates", "site_changed")
    for kind in kinds:
        (sentence,) = said(HealthWarning(kind=kind, value=0.5, expected=0.1))
        assert sentence.endswith(".") and "{" not in sentence


def test_lost_fields_are_one_sentence_and_silence_comes_first() -> None:
    lost = [HealthWarning(kind="field_lost", value=0, expected=1, field=f) for f in ("url", "like_count", "new_one")]
    assert said(HealthWarning(kind="silent", value=33, expected=24), *lost, silent=True) == [
        f"inte läst på 33{NBSP}timmar (sajten kräver mänsklig kontroll; vi stannar där).",
        "sidorna visar inte längre länken till inlägget, hur många som gillar och new_one. "
        "Sajten har troligen gjorts om.",
    ]


def test_the_digest_says_it_under_what_we_did_not_see() -> None:
    broken = replace(source("byggforumet"), warnings=(HealthWarning(kind="site_changed", value=0.6, expected=0.2),))
    html = render_digest(replace(calm_digest(), sources=(broken, source("tekniktrådar"))))
    part = html.partition('id="unseen"')[2].partition("</section>")[0]
    assert f"60{NBSP}% av sidorna gick inte att förstå" in part
    assert "räknas som okända" not in part, "no hour is unseen"
