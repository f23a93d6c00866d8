"""A post that a component cannot do is set aside with the reason, the others go on, and it can be tried again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from flows import apart
from flows.errors import ComponentError
from flows.in_hand import DEATHS, in_hand
from flows.poison import TooSlowError
from flows.steps import annotate as step
from flows.steps import match as match_step
from nlp.stance import Stance, judge_stances
from tests.faults import deadly
from tests.flows.desks import a_desk, land, told
from tests.warehouse.landings import T0
from warehouse.aside import list_set_aside, try_again
from warehouse.audit import table_hashes
from warehouse.ledger import put_claim
from warehouse.records import Claim, Post

POISON = f"Open Infra är ett {deadly.MARK} som ingen kan läsa."


def posts() -> list[Post]:
    texts = [f"Brevet från Open Infra, exemplar nummer {number}." for number in range(6)]
    return [told(number, text, T0) for number, text in enumerate([*texts[:3], POISON, *texts[3:]])]


def calm(folder: Path) -> dict[str, str]:
    with a_desk(folder / "calm") as desk:
        land(desk, "1", posts())
        step.annotate(desk)
        return table_hashes(desk.con)


@pytest.mark.parametrize(
    ("component", "reason"),
    [(deadly.raising, "error"), (deadly.no_number, "not_a_number"), (deadly.out_of_memory, "error")],
)
def test_it_is_set_aside_and_tried_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    component: Callable[..., Any],
    reason: str,
) -> None:
    with a_desk(tmp_path / "rough") as desk, caplog.at_level(logging.DEBUG):
        land(desk, "1", posts())
        monkeypatch.setattr(step, "judge", component)
        assert step.annotate(desk) == len(posts()) - 1
        (aside,) = list_set_aside(desk.con)
        assert (aside.step, aside.reason) == ("annotate", reason)
        assert step.annotate(desk) == 0
        assert deadly.MARK not in caplog.text + aside.detail
        assert aside.post_key in [record.__dict__.get("post_key") for record in caplog.records]
        monkeypatch.undo()
        assert try_again(desk.con) == 1
        assert step.annotate(desk) == 1
        assert table_hashes(desk.con) == calm(tmp_path)


def test_a_component_that_fails_at_everything_sets_nothing_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_desk(tmp_path) as desk:
        land(desk, "1", posts())
        monkeypatch.setattr(step, "judge", deadly.broken)
        with pytest.raises(ComponentError, match="the language stage does not work") as failed:
            step.annotate(desk)
        assert "Brevet" not in str(failed.value)
        assert list_set_aside(desk.con) == []


def test_one_of_which_passes_died_is_read_where_it_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "Child", partial(apart.Child, read=deadly.dying))
    found = posts()[2:4]
    with a_desk(tmp_path) as desk:
        land(desk, "1", found)
        for _ in range(DEATHS):
            die_with_all(desk)
        assert step.annotate(desk) == len(found) - 1
        assert [aside.reason for aside in list_set_aside(desk.con)] == ["process_died"]


def test_a_child_that_hangs_is_ended(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        spec = apart.spec_of(desk.config)
    with apart.Child(spec, read=deadly.hanging, post_seconds=1.0) as child, pytest.raises(TooSlowError):
        child.read([POISON])


def die_with_all(desk: Any) -> None:
    """Leave what a pass leaves that is killed while it reads."""
    waiting = [post.post_key for post in step.labels.pending_posts(desk.con, model_version="none", limit=99)]
    note = in_hand(desk.paths, step.STEP, waiting)
    note.__enter__()
    kept = next(desk.paths.data.glob(".annotate.in_hand"))
    content = kept.read_bytes()
    note.__exit__(None, None, None)
    kept.write_bytes(content)


def test_a_stance_that_is_no_number_sets_its_post_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def some_unsound(pairs: Sequence[tuple[str, str]], **given: Any) -> list[Stance]:
        found = judge_stances(pairs, **given)
        return [
            Stance(stance=one.stance, score=float("nan"), scores=one.scores, is_sure=False, about=one.about)
            if deadly.MARK in text
            else one
            for (_, text), one in zip(pairs, found, strict=True)
        ]

    claim = Claim(claim_id="c", statement=POISON, truth="Nej.", created_at=T0, segments=())
    with a_desk(tmp_path) as desk:
        put_claim(desk.con, claim)
        land(desk, "1", posts())
        step.annotate(desk)
        monkeypatch.setattr(match_step, "judge_stances", some_unsound)
        assert match_step.match(desk) == len(posts()) - 1
        assert [(aside.step, aside.reason) for aside in list_set_aside(desk.con)] == [("match", "not_a_number")]
        assert match_step.match(desk) == 0
