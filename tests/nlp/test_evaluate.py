"""The measuring itself: figures that are known, intervals that hold them, gold that is only partly labelled."""

from pathlib import Path

import numpy as np
import pytest

from nlp.claims import Claim
from nlp.evaluate import evaluate
from nlp.figures import bootstrap, calibration_error, measure_several, measure_single, reliability
from nlp.pipeline import LanguageStage, annotate, load_stage
from tests.nlp.conftest import OPEN_INFRA

TINY = Path(__file__).parent / "tiny_model"
TEXTS = [f"Open Infra tar {n} kr i avgift {'!' * (n % 4)}" for n in range(30)]


@pytest.fixture(scope="module")
def stage() -> LanguageStage:
    return load_stage(company=OPEN_INFRA, model_dir=TINY, threads=1)


def test_the_stages_own_labels_score_one(stage: LanguageStage) -> None:
    own = annotate(TEXTS, language_stage=stage)
    gold = [
        {"text": text, "is_relevant": one.is_relevant, "sentiment": one.sentiment, "topics": list(one.topics)}
        for text, one in zip(TEXTS, own, strict=True)
    ]
    report = evaluate(gold, stage=stage)
    assert report.value("sentiment", "macro_f1") == report.value("topics", "micro_f1") == 1.0
    assert report.value("relevance", "accuracy") == 1.0
    assert all(row == {label: sum(row.values())} for label, row in report.confusion["sentiment"].items())


def test_wrong_labels_score_less_and_are_counted(stage: LanguageStage) -> None:
    gold = [{"text": text, "is_relevant": False} for text in TEXTS]
    report = evaluate(gold, stage=stage)
    assert report.value("relevance", "accuracy") < 0.5
    assert sum(report.confusion["relevance"]["False"].values()) == len(TEXTS)
    with pytest.raises(KeyError):
        report.value("sentiment", "macro_f1")


def test_stance_is_judged_on_the_gold_pairs(stage: LanguageStage) -> None:
    claims = [Claim(claim_id="a", statement="Avgiften gäller alla.", truth="Nej.")]
    gold = [{"text": text, "claim": "a", "stance": "deny"} for text in TEXTS] + [
        {"text": "x", "claim": "b", "stance": "deny"}
    ]
    report = evaluate(gold, stage=stage, claims=claims)
    assert sum(report.confusion["stance"]["deny"].values()) == len(TEXTS)


def test_no_gold_no_figures(stage: LanguageStage) -> None:
    assert evaluate([], stage=stage).figures == ()


def test_the_interval_holds_the_value() -> None:
    right = np.arange(200) % 4 > 0
    value, low, high = bootstrap(lambda at: float(right[at].mean()), 200)
    assert value == 0.75 and 0.66 < low < value < high < 0.84


def test_calibration_error_is_the_mean_gap() -> None:
    chances = np.array([0.9] * 10 + [0.65] * 10)
    is_right = np.array([True] * 9 + [False] + [True] * 4 + [False] * 6)
    assert calibration_error(chances, is_right) == pytest.approx((0 * 10 + 0.25 * 10) / 20)


def test_figures_of_single_labels_are_those_of_hand() -> None:
    truth, given = ["a", "a", "a", "b", "b", "c"], ["a", "a", "b", "b", "a", "b"]
    found = {f.metric: f.value for f in measure_single("t", truth, given, [0.9] * 6).figures}
    assert (found["accuracy"], found["a_precision"], found["a_recall"], found["c_f1"]) == (0.5, 0.6667, 0.6667, 0.0)
    assert found["b_f1"] == pytest.approx(2 * 1 / (3 + 2), abs=1e-4)
    assert found["macro_f1"] == pytest.approx((2 / 3 + 0.4 + 0) / 3, abs=1e-4)
    assert found["calibration_error"] == pytest.approx(0.4)


def test_figures_of_several_labels_are_those_of_hand() -> None:
    made = measure_several("t", [["a", "b"], ["b"]], [["a"], ["a", "b"]], [{"a": 0.8, "b": 0.4}, {"a": 0.6, "b": 0.9}])
    found = {f.metric: f.value for f in made.figures}
    assert found["micro_f1"] == pytest.approx(2 * 2 / (3 + 3), abs=1e-4)
    assert (found["a_precision"], found["a_recall"], found["b_precision"], found["b_recall"]) == (0.5, 1.0, 1.0, 0.5)
    assert made.confusion == {"a": {"right": 1, "missed": 0, "wrong": 1}, "b": {"right": 1, "missed": 1, "wrong": 0}}


def test_bins_of_reliability_hold_everything_once() -> None:
    chances, is_right = np.array([0.05, 0.95, 0.96, 1.0, 0.5]), np.array([False, True, True, False, True])
    bins = reliability(chances, is_right)
    assert [(b.low, b.count) for b in bins] == [(0.0, 1), (0.5, 1), (0.9, 3)]
    assert bins[-1].share == pytest.approx(2 / 3, abs=1e-4) and bins[-1].chance == pytest.approx(0.97, abs=1e-3)
    error = sum(b.count * abs(b.chance - b.share) for b in bins) / 5
    assert calibration_error(chances, is_right) == pytest.approx(error, abs=1e-3)


def test_gold_in_the_form_that_predict_writes(stage: LanguageStage) -> None:
    claims = [
        Claim(
            claim_id="a", statement="Avgiften för drift och underhåll gäller alla kunder hos Open Infra.", truth="Nej."
        )
    ]
    text = claims[0].statement + " Ring 070-123 45 67!"
    at = text.index("070")
    phone = {"start": at, "end": at + 13, "kind": "phone"}
    gold = [
        {"text": text, "relevant": True, "claims": {"a": "support"}, "redactions": [phone]},
        {"text": "Vädret är fint", "relevant": False, "claims": {}, "redactions": []},
    ]
    report = evaluate(gold, stage=stage, claims=claims)
    assert report.value("redaction", "phone_recall") == report.value("redaction", "phone_precision") == 1.0
    assert report.value("claims", "shown_recall") == 1.0
    assert sum(report.confusion["stance"]["support"].values()) == 1
    assert sum(b.count for b in report.reliability["relevance"]) == 2
