"""The model's own figures reach the digest and the board, and only those that it has."""

from __future__ import annotations

import json
from pathlib import Path

from flows.desk import Desk
from flows.figures import figures_of, register_figures
from nlp.encoder import SHIPPED
from nlp.meta import Meta, read_meta
from tests.flows.desks import a_desk
from warehouse.digest_rows import list_figures

CARD = {
    "test": {
        "fibre.sentiment_accuracy": 0.8,
        "fibre.sentiment_accuracy_ci": [0.77, 0.83],
        "fibre.topics_micro_f1": 0.66,
        "fibre.topics_price_f1": 0.7,
        "fibre_pair.stance_accuracy": 0.78,
        "social.sentiment_accuracy": 0.99,
        "fibre.relevance_f1": "hög",
        "odd": None,
    },
    "dev": {"fibre.sentiment_accuracy": 0.1},
}


def test_a_card_gives_the_figures_that_say_how_good_it_is_on_our_posts() -> None:
    found = {(f.task, f.metric): (f.value, f.low, f.high) for f in figures_of(CARD)}
    assert found == {
        ("sentiment", "accuracy"): (0.8, 0.77, 0.83),
        ("topic", "micro-F1"): (0.66, 0.66, 0.66),
        ("stance", "accuracy"): (0.78, 0.78, 0.78),
    }
    assert list(figures_of({})) == list(figures_of({"test": [1]})) == []


def test_the_model_that_ships_tells_of_every_task() -> None:
    card = json.loads((SHIPPED / "meta.json").read_text(encoding="utf-8"))["figures"]
    assert {f.task for f in figures_of(card)} == {"relevance", "sentiment", "stance", "topic"}
    assert all(0 < f.low <= f.value <= f.high <= 1 for f in figures_of(card))


def test_they_are_registered_once_and_anew_with_another_model(tmp_path: Path, monkeypatch) -> None:
    with a_desk(tmp_path) as desk:
        assert register_figures(desk) == list_figures(desk.con) == (), "the tiny model has none"
        shipped = read_meta(SHIPPED)
        monkeypatch.setattr(Desk, "known_meta", shipped)
        assert set(register_figures(desk)) == set(list_figures(desk.con)) != set()
        count = desk.con.execute("SELECT count(*) FROM model_figure").fetchone()
        register_figures(desk)
        assert desk.con.execute("SELECT count(*) FROM model_figure").fetchone() == count
        other = {name: getattr(shipped, name) for name in Meta.__dataclass_fields__} | {"version": "2", "figures": CARD}
        monkeypatch.setattr(Desk, "known_meta", Meta(**other))
        desk.turn_to(desk.now.replace(year=desk.now.year + 1))
        register_figures(desk)
        assert {f.value for f in list_figures(desk.con)} == {0.8, 0.66, 0.78}
