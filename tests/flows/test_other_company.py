"""A company that nobody trained anything on, from a configuration of its own, through `ryktesvakt predict`."""

import json
import sys
from typing import Any

import pytest

from flows.cli import app

CONFIG = """
[company]
name = "Fjällvågen Nät"
aliases = ["Fjällvågen", "FVN"]
misspellings = ["fjellvågen"]
products = ["Våg Hemma", "Vågbox 2"]
operators = ["Open Infra", "Telia", "GlobalConnect", "Lindström Kabel"]
context = ["fiber", "bredband", "router", "avtal", "faktura", "avgift", "nät"]

[[company.homonyms]]
name = "Fjällvågen Camping"

[[company.homonyms]]
name = "Fjällvågen"
context = ["skidor", "lift", "stuga", "camping", "vandring"]
"""
CLAIMS = [{"id": "hyra", "statement": "Fjällvågen Nät höjer hyran för Vågbox 2 för alla kunder.", "truth": "Bara nya."}]
NAMED = [
    "Fjällvågen Näts avgift är för hög, säger upp avtalet",
    "fjällvågens router startar om hela tiden, uruselt bredband",
    "Är fjallvagen nat bra som bredband? Någon som har deras fiber?",
    "Fjällvagen svarar inte om min faktura",
    "fjellvågen har grävt av fibern igen",
    "Jag är fjällvågenkund och min fiber är nere igen",
    "FVN vill att jag skriver på ett nytt avtal om fiber",
    "Min Vågbox 2 tappar nätet varje kväll, urdåligt bredband",
]
NOT_NAMED = [
    "Vi hyrde en stuga och åkte skidor vid Fjällvågen",
    "Fjällvågen Camping har nya ägare",
    "Open Infra skickade ett brev om drift och underhåll",
    "Telias fiber är nere igen",
    "Frida Fjällgren har målat om sitt hus i falurött",
]
NAMESAKE, STRANGER = "Jag heter Frida Fjällgren och har en fråga", "Jag heter Karin Lundberg och har en fråga"

THEIRS = "Open Infra höjer hyran för boxen för alla kunder. Det är helt sjukt."

Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    folder = tmp_path_factory.mktemp("company")
    copied = CLAIMS[0]["statement"] + " Det är helt sjukt."
    texts = [*NAMED, *NOT_NAMED, NAMESAKE, STRANGER, copied, THEIRS, "Ring Lindström Kabel"]
    lines = [json.dumps({"id": text, "text": text}, ensure_ascii=False) for text in texts]
    (folder / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "claims.json").write_text(json.dumps(CLAIMS), encoding="utf-8")
    (folder / "fjallvagen.toml").write_text(CONFIG, encoding="utf-8")
    given = [str(folder / "in.jsonl"), "--claims", str(folder / "claims.json"), "--out", str(folder / "out.jsonl")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["ryktesvakt", "predict", *given, "--config", str(folder / "fjallvagen.toml")])
        with pytest.raises(SystemExit) as stopped:
            app.main()
    assert not stopped.value.code
    rows = [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == texts
    return {row["id"]: row for row in rows}


@pytest.mark.parametrize("text", NAMED)
def test_its_names_slips_products_and_compounds_are_ours(judged: Rows, text: str) -> None:
    assert judged[text]["relevant"] is True


@pytest.mark.parametrize("text", NOT_NAMED)
def test_namesakes_and_other_companies_are_not(judged: Rows, text: str) -> None:
    assert judged[text]["relevant"] is False


def test_a_namesake_is_as_much_the_company_as_any_other_person(judged: Rows) -> None:
    """A question to nobody may be one to the company: near the limit, on either side."""
    one, other = judged[NAMESAKE], judged[STRANGER]
    assert one["relevance_score"] == other["relevance_score"] and one["relevant"] == other["relevant"]


def test_its_name_is_nobodys_name(judged: Rows) -> None:
    taken = {text: row["redactions"] for text, row in judged.items() if row["redactions"]}
    assert set(taken) == {NOT_NAMED[-1], NAMESAKE, STRANGER}
    assert {one["kind"] for found in taken.values() for one in found} == {"person"}


def test_a_claim_is_about_it_and_not_about_another(judged: Rows) -> None:
    copied = CLAIMS[0]["statement"]
    (ours,) = (row for text, row in judged.items() if text.startswith(copied))
    assert "hyra" in {**ours["claims"], **ours["suggestions"]}
    start, end = ours["claim_scores"]["hyra"]["start"], ours["claim_scores"]["hyra"]["end"]
    assert ours["id"][start:end] == copied
    assert judged[THEIRS]["claims"] == judged[THEIRS]["suggestions"] == {}
