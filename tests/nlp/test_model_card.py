"""The model card says what was measured, and nothing that was not."""

import re
from pathlib import Path

import pytest

from training.card import BEGIN, CARD, LINES, figures, written

ROOT = Path(__file__).parents[2]


def test_the_figures_are_those_of_the_last_training() -> None:
    card = CARD.read_text(encoding="utf-8")
    assert written(card) == card, "run `python -m training.card`"


def test_a_figure_under_its_goal_is_said() -> None:
    goal = next(line for line in LINES if line.goal)
    metrics = {
        "test": {goal.key: 0.1}, "model_bytes": 7, "ngrams_bytes": 3, "calibration_error_test": {"stance": 0.1},
        "retrieval_test": {"claims": 2, "posts": 3, "map5_embedding": 0.5, "map5_bm25": 0.4, "map5_both": 0.5},
        "int8_against_fp32": {"sentiment_same_label": 0.9, "stance_same_label": 0.8},
    }  # fmt: skip
    made = figures(metrics, {"name": "m", "version": "1"})
    assert "**not reached**" in made and "0.100" in made and "+0.100" in made
    assert "**not reached**" not in figures({**metrics, "test": {goal.key: 0.99}}, {"name": "m", "version": "1"})


def test_a_card_without_a_place_for_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks"):
        written("# card")


def test_the_card_says_what_it_gets_wrong_by_example() -> None:
    card = CARD.read_text(encoding="utf-8")
    wrong = card.split("## What it gets wrong")[1].split("\n## ")[0]
    assert len(re.findall(r"^- \*\*", wrong, re.MULTILINE)) >= 5 and wrong.count('"') >= 10
    assert card.count(BEGIN) == 1
