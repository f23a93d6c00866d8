"""Floors for what the clusters find: rumours whose claims were never seen in training, among everything else."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.unregistered import Quality, quality, written
from nlp.pipeline import load_stage
from training.text import company_named

FLOORS = json.loads((Path(__file__).parents[1] / "gold" / "unregistered_floors.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found() -> Quality:
    return quality(written("test"), load_stage(company=company_named("Open Infra")), rounds=1)


def test_unseen_rumours_stand_out_early_and_pure(found: Quality) -> None:
    figures = asdict(found)
    under = {name: figures[name] for name, floor in FLOORS["at_least"].items() if figures[name] < floor}
    over = {name: figures[name] for name, ceiling in FLOORS["at_most"].items() if figures[name] > ceiling}
    assert (under, over) == ({}, {}), figures
