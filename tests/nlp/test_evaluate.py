"""The measuring itself: figures that are known, intervals that hold them, gold that is only partly labelled."""

from pathlib import Path

import numpy as np
import pytest

from nlp.claims import Claim
from nlp.evaluate import bootstrap, calibration_error, evaluate
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
