"""What the model says of its own quality, registered where the digest and the board read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.desk import Desk
from nlp.errors import NlpError
from warehouse.digest_rows import list_figures, put_figures
from warehouse.records import ModelFigure

MEASURES = {
    ("relevance", "f1"): "F1",
    ("sentiment", "accuracy"): "accuracy",
    ("sentiment", "macro_f1"): "macro-F1",
    ("stance", "accuracy"): "accuracy",
    ("stance", "macro_f1"): "macro-F1",
    ("topic", "micro_f1"): "micro-F1",
}
"""What is told of what the model's card holds, and what it is called there."""
TASKS = {"topics": "topic"}
SET = "test"
OURS = "fibre"
"""The evaluation sets of posts about fibre; others are of other trades and say less."""


def register_figures(desk: Desk) -> tuple[ModelFigure, ...]:
    """Register the figures of the model in use unless they are registered; return them.

    A model whose card has none, or cannot be read, registers none.
    """
    try:
        meta = desk.known_meta
    except NlpError:
        return ()
    if meta is None:
        return ()
    found = tuple(figures_of(meta.figures))
    if found and set(found) != set(list_figures(desk.con)):
        put_figures(desk.con, found, model_version=f"{meta.name} {meta.version}", at=desk.now)
    return found


def figures_of(card: Mapping[str, Any]) -> Iterator[ModelFigure]:
    """Yield the figures of a model's card: `{"test": {"fibre.sentiment_accuracy": 0.8, ...}}`.

    An interval stands beside its figure as `[low, high]` under `<name>_ci`; without one, low and high are the figure.
    """
    measured = card.get(SET, {})
    for name, value in sorted(measured.items() if isinstance(measured, Mapping) else ()):
        data, _, rest = name.partition(".")
        task, _, metric = rest.partition("_")
        told = MEASURES.get((TASKS.get(task, task), metric))
        if told is None or data.split("_")[0] != OURS or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        interval = measured.get(f"{name}_ci", (value, value))
        low, high = interval if isinstance(interval, list | tuple) and len(interval) == 2 else (value, value)
        yield ModelFigure(
            task=TASKS.get(task, task), metric=told, value=float(value), low=float(low), high=float(high), data=data
        )
