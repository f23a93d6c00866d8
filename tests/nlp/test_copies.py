"""Copies with small changes: found through edits, told apart from texts that only speak of the same."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.copies import ALIKE, likeness, place, prints_of
from nlp.shingles import LEAST_WORDS, RunLists, joined, read_runs

LETTER = (
    "Till dig som är kund hos oss. Från och med den första december tillkommer en avgift för drift och underhåll på "
    "125 kronor i månaden enligt de villkor som gäller för din anslutning. Har du frågor är du välkommen att höra av "
    "dig till vår kundtjänst, som har öppet vardagar mellan åtta och sjutton."
)
FLOORS = json.loads((Path(__file__).parent.parent / "gold" / "floors.json").read_text(encoding="utf-8"))
DATA = Path(__file__).parent.parent.parent / "training" / "data"

words = st.lists(st.sampled_from([f"ord{n}" for n in range(400)]), min_size=LEAST_WORDS, max_size=80)


NOTHING = read_runs([])


def groups(texts: list[str]) -> list[int]:
    return [int(at) for at in place(read_runs(texts), NOTHING).first]


def some_of(lists: RunLists, places: list[int]) -> RunLists:
    return joined(NOTHING, *(RunLists(lists[at], np.array([0, len(lists[at])])) for at in places))


@pytest.mark.parametrize(
    "other",
    [
        LETTER.upper(),
        LETTER.replace(".", "").replace(",", " –"),
        "Fick det här i dag, vad tror ni?\n\n" + LETTER,
        f"> {LETTER}\n\nJag fick också det där brevet och blev förvånad. Ringde, men där visste ingen.",
        LETTER.replace("125 kronor", "[belopp]").replace("kundtjänst", "support") + " https://forum.example/t/1?page=2",
        LETTER[: len(LETTER) * 3 // 4],
    ],
    ids=["case", "stops", "comment before", "quoted whole", "words", "cut off"],
)
def test_copies_with_small_changes_are_in_the_group_of_the_first(other: str) -> None:
    assert groups([LETTER, other]) == [0, 0]
    assert groups([other, LETTER]) == [0, 0]


@pytest.mark.parametrize(
    "other",
    [
        "Jag har också fått ett brev om avgift för drift och underhåll på 125 kronor, stämmer det verkligen?",
        "Till dig som är kund hos oss.",
        "",
        "Kundtjänsten har öppet vardagar mellan åtta och sjutton, men de svarar aldrig när man väl ringer dit.",
        " ".join(f"annat{n}" for n in range(400)) + " " + LETTER,
    ],
    ids=["same matter", "too short", "nothing", "one phrase", "a line among much else"],
)
def test_texts_that_share_a_matter_or_a_phrase_are_no_copies(other: str) -> None:
    assert len(set(groups([LETTER, other]))) == 2


def test_what_holds_two_texts_does_not_bring_them_together() -> None:
    first, second = (" ".join(f"{name}{n}" for n in range(30)) for name in ("ett", "två"))
    assert groups([first, f"{first} {second}", second])[0] != groups([first, f"{first} {second}", second])[2]


@settings(max_examples=60, deadline=None)
@given(words)
def test_a_text_is_as_like_itself_as_can_be(found: list[str]) -> None:
    lists = read_runs([" ".join(found)])
    runs = lists[0]
    assert likeness(runs, runs) == (1.0 if len(runs) >= 8 else 0.0)
    assert list(runs) == sorted(set(runs.tolist())) and prints_of(lists)[0].tolist() == sorted(runs.tolist())[:16]


@settings(max_examples=60, deadline=None)
@given(words, words)
def test_likeness_is_a_share_and_the_same_both_ways(left: list[str], right: list[str]) -> None:
    one, other = read_runs([" ".join(left), " ".join(right)])
    assert likeness(one, other) == likeness(other, one)
    assert 0.0 <= likeness(one, other) <= 1.0


@settings(max_examples=40, deadline=None)
@given(st.lists(words, min_size=1, max_size=8), st.integers(0, 2**32), st.integers(0, 20))
def test_groups_are_the_same_in_however_many_calls(texts: list[list[str]], seed: int, cut: int) -> None:
    """Each text comes three times, with a word changed, in any order; what was placed is handed to the next call."""
    rng = random.Random(seed)
    some = [" ".join([*text[:at], "nytt", *text[at + 1 :]]) for text in texts for at in (0, 5, len(text))]
    rng.shuffle(some)
    runs = read_runs(some)
    whole = place(runs, NOTHING)
    first = place(some_of(runs, list(range(len(runs)))[:cut]), NOTHING)
    kept = np.flatnonzero(first.is_found).tolist()
    rest = place(some_of(runs, list(range(len(runs)))[cut:]), some_of(runs, kept))
    # The places of the second call, in which those that later ones are not found by are no more.
    at = np.array([*kept, *range(cut, len(runs))], np.int64)
    group = np.array([*(first.first[one] for one in kept), *range(cut, len(runs))], np.int64)
    copies = [int(at[one]) if one >= 0 else -1 for one in rest.copy_of]
    assert [*first.copy_of, *copies] == whole.copy_of.tolist()
    assert [*first.first, *(int(group[one]) for one in rest.first)] == whole.first.tolist()
    assert [*first.is_found, *rest.is_found] == whole.is_found.tolist()


@settings(max_examples=40, deadline=None)
@given(st.lists(words, min_size=1, max_size=8))
def test_every_copy_is_like_what_it_is_a_copy_of(texts: list[list[str]]) -> None:
    runs = read_runs([" ".join(t) for t in [*texts, *texts]])
    placed = place(runs, NOTHING)
    for at, other in enumerate(placed.copy_of.tolist()):
        if other < 0:
            assert placed.first[at] == at
        else:
            assert other < at and likeness(runs[at], runs[other]) >= ALIKE
            assert placed.first[other] == placed.first[at]


def test_a_phrase_of_everybody_leads_to_no_more_than_the_first() -> None:
    """Three hundred posts with the same footer: each is looked up in the first few alone, and all stay apart."""
    footer = "skickat från min telefon med appen för alla som vill läsa forumet på bussen"
    texts = [" ".join(f"p{n}x{m}" for m in range(40)) + " " + footer for n in range(300)]
    assert len(set(groups(texts))) == 300


def test_quality_on_posts_that_nobody_made_for_this() -> None:
    """Posts as people write them: none taken for another's copy, and copies with every tenth word edited are found."""
    lines = (DATA / "fibre_posts_rumours.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [text for line in lines if len((text := json.loads(line)["text"]).split()) >= LEAST_WORDS + 3][:400]
    rng = random.Random(1)
    vocabulary = [word for text in texts for word in text.split()]
    copies = [
        " ".join(rng.choice(vocabulary) if rng.random() < 0.1 else word for word in text.split()) for text in texts
    ]
    found = groups([*texts, *copies])
    own = found[: len(texts)]
    recall = sum(mine == theirs for mine, theirs in zip(own, found[len(texts) :], strict=True)) / len(texts)
    assert len(set(own)) / len(texts) >= FLOORS["nlp.copies.apart_share"]
    assert recall >= FLOORS["nlp.copies.recall_one_word_in_ten"]
