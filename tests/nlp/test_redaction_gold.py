"""How much personal data is found in sentences written for this project, and how little else is taken, kind by kind."""

import json
from pathlib import Path

import pytest

from nlp.redact.kinds import LABELS
from nlp.redact.redactor import Redactor, redact_all
from tests.nlp.conftest import OPEN_INFRA
from tests.nlp.gold_redaction import Counts, count, read

GOLD = Path(__file__).parents[1] / "gold"
FLOORS = json.loads((GOLD / "floors.json").read_text(encoding="utf-8"))
SENTENCES = [one for path in sorted(GOLD.glob("redaction*.txt")) for one in read(path)]


@pytest.fixture(scope="module")
def counts() -> Counts:
    return count(SENTENCES, list(redact_all([one.text for one in SENTENCES], Redactor(OPEN_INFRA))))


def test_the_set_has_every_kind_and_much_that_must_stay() -> None:
    assert len(SENTENCES) > 350 and sum(not one.wanted for one in SENTENCES) > 100
    assert {want.kind for one in SENTENCES for want in one.wanted} == set(LABELS)


@pytest.mark.parametrize("kind", LABELS)
def test_floors(counts: Counts, kind: str) -> None:
    said = "\n".join(fault for fault in counts.faults if f" {kind}:" in fault)
    assert counts.recall(kind) >= FLOORS[f"nlp.redaction.{kind}_recall"], said
    assert counts.precision(kind) >= FLOORS[f"nlp.redaction.{kind}_precision"], said


def test_a_miss_and_a_wrong_take_are_counted() -> None:
    (sentence,) = (one for one in SENTENCES if one.text.startswith("Ring 0739-12 34 56"))
    (whole,), (nothing,) = (list(redact_all([text], Redactor(OPEN_INFRA))) for text in (sentence.text, "Ring"))
    assert count([sentence], [whole]).recall("phone") == count([sentence], [whole]).precision("phone") == 1
    assert count([sentence], [nothing]).recall("phone") == 0
    assert len(count([sentence], [nothing]).faults) == 1
