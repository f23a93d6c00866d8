"""The rows that `ryktesvakt predict` writes, field by field."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nlp.claims import Claim
from nlp.company import Company
from nlp.pipeline import LanguageStage, load_stage
from nlp.predict import CHUNK, predict

TINY = Path(__file__).parent / "tiny_model"
CLAIMS = [
    Claim(claim_id="alla", statement="Open Infras avgift för drift och underhåll gäller alla kunder.", truth="Nej.")
]


@pytest.fixture(scope="module")
def stage(company: Company) -> LanguageStage:
    return load_stage(company=company, model_dir=TINY, threads=2)


def test_a_row_keeps_the_contract(stage: LanguageStage) -> None:
    text = "Open Infras avgift för drift och underhåll gäller alla kunder. Ring 070-123 45 67"
    (row,) = predict([{"id": 7, "text": text}], CLAIMS, stage=stage)
    assert row["id"] == 7 and row["lang"] == "sv" and row["relevant"] in (True, False)
    assert row["sentiment"] in ("negative", "neutral", "positive") and row["topics"]
    assert row["redactions"] == [{"start": text.index("070"), "end": len(text), "kind": "phone"}]
    assert {**row["claims"], **row["suggestions"]}["alla"] in ("support", "deny", "query", "comment")
    assert json.loads(json.dumps(row)) == row


def test_an_official_account_corrects(company: Company) -> None:
    known = load_stage(company=replace(company, accounts=("OpenInfra Kundservice",)), model_dir=TINY, threads=1)
    text = CLAIMS[0].statement + " Läs mer hos oss."
    given = [{"id": name, "text": text, "author": name} for name in ("openinfra kundservice", "kalle")]
    ours, theirs = predict(given, CLAIMS, stage=known)
    scores = [row["claim_scores"]["alla"]["stance_scores"] for row in (ours, theirs)]
    assert scores[0]["support"] == 0 < scores[1]["support"]


def test_posts_about_somebody_else_match_nothing(stage: LanguageStage) -> None:
    texts = [
        "Telias avgift för drift och underhåll gäller alla kunder.",
        "OpenInfra Summit drift underhåll alla kunder avgift",
    ]
    for row in predict([{"id": t, "text": t} for t in texts], CLAIMS, stage=stage):
        assert row["claims"] == {} and row["suggestions"] == {}


def test_unjudged_languages_are_neutral_without_topics(stage: LanguageStage) -> None:
    (row,) = predict(
        [{"id": 1, "text": "Ich habe gestern einen Brief über die Wartungskosten bekommen"}], [], stage=stage
    )
    assert (row["lang"], row["sentiment"], row["topics"], row["claims"]) == ("de", "neutral", [], {})


def test_rows_come_lazily_and_in_order(stage: LanguageStage) -> None:
    asked = []

    def rows() -> Iterator[dict[str, object]]:
        for number in range(CHUNK + 3):
            asked.append(number)
            yield {"id": number, "text": f"hej {number % 9}"}

    found = predict(rows(), CLAIMS, stage=stage)
    assert next(found)["id"] == 0 and len(asked) == CHUNK
    assert [row["id"] for row in found] == list(range(1, CHUNK + 3))


def test_how_many_are_read_together_changes_nothing(stage: LanguageStage, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"Open Infra tar {n % 7} kr i avgift för drift och underhåll{'!' * (n % 3)}" for n in range(40)]
    rows = [{"id": n, "text": text} for n, text in enumerate(texts)]
    whole = list(predict(rows, CLAIMS, stage=stage))
    monkeypatch.setattr("nlp.predict.CHUNK", 3)
    stage.encoder.kept.clear()
    assert list(predict(rows, CLAIMS, stage=stage)) == whole
    stage.encoder.kept.clear()
    assert sorted(predict(rows[::-1], CLAIMS, stage=stage), key=lambda row: row["id"]) == whole


def test_nothing_in_nothing_out(stage: LanguageStage) -> None:
    assert list(predict([], CLAIMS, stage=stage)) == []
