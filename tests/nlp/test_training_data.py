"""The written training data: its labels are known, its splits are honest, its spans lie where they say."""

import json
import re
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2] / "training" / "data"
TOPICS = {
    "terms",
    "maintenance_fee",
    "price",
    "marketing",
    "billing",
    "outage",
    "speed",
    "installation",
    "support",
    "switching",
    "complaints",
    "other",
}
SPLITS = {"train", "dev", "test"}
STANCES = {"support", "deny", "query", "comment"}
SENTIMENTS = {"negative", "neutral", "positive"}
REQUIRED = {"id", "text", "is_relevant", "sentiment", "topics", "claim", "stance", "split", "company"}
OPTIONAL = {"named", "near"}
NEAR_DUPLICATE = 0.5
"""Shared part of two texts' word 5-grams above which one is a copy of the other."""

Row = dict[str, Any]


def read(name: str) -> list[Row]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def all_posts() -> list[Row]:
    return [row for path in sorted(DATA.glob("fibre_posts_*.jsonl")) for row in read(path.name)]


POSTS = all_posts()
CLAIMS = {row["claim_id"]: row for row in read("fibre_claims.jsonl")}


def fivegrams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + 5]) for i in range(max(1, len(words) - 4))}


def jaccard(a: set[tuple[str, ...]], b: set[tuple[str, ...]]) -> float:
    return len(a & b) / len(a | b)


def faults(row: Row) -> list[str]:
    """Say everything that is wrong with one post's labels."""
    wrong = []
    if not REQUIRED <= set(row) <= REQUIRED | OPTIONAL:
        wrong.append("fields")
    if not row["text"].strip() or row["text"] != row["text"].strip():
        wrong.append("text")
    if row["split"] not in SPLITS:
        wrong.append("split")
    if row["is_relevant"]:
        if row["sentiment"] not in SENTIMENTS:
            wrong.append("sentiment")
        if not row["topics"] or not set(row["topics"]) <= TOPICS or len(set(row["topics"])) != len(row["topics"]):
            wrong.append("topics")
    elif row["sentiment"] is not None or row["topics"] or row["claim"] is not None:
        wrong.append("labels of a post that is not relevant")
    if (row["claim"] is None) != (row["stance"] is None) or row["stance"] not in STANCES | {None}:
        wrong.append("stance")
    if "named" in row and (row["named"] is not False or not row["is_relevant"]):
        wrong.append("named")
    return wrong


def test_labels_are_known() -> None:
    assert {row["id"]: found for row in POSTS if (found := faults(row))} == {}


def squeezed(text: str) -> str:
    return re.sub(r"\W", "", text.casefold())


def test_a_post_marked_as_unnamed_does_not_name_the_company() -> None:
    assert [row["id"] for row in POSTS if "named" in row and squeezed(row["company"]) in squeezed(row["text"])] == []


def test_other_stands_alone() -> None:
    assert [row["id"] for row in POSTS if "other" in row["topics"] and len(row["topics"]) > 1] == []


def test_ids_are_unique() -> None:
    assert [key for key, count in Counter(row["id"] for row in POSTS).items() if count > 1] == []


def test_each_claim_stays_in_its_split() -> None:
    wrong = [
        row["id"]
        for row in POSTS
        for claim in (row["claim"], row.get("near"))
        if claim is not None and CLAIMS[claim]["split"] != row["split"]
    ]
    assert wrong == []


def test_claims_are_enough_for_unseen_ones_in_dev_and_test() -> None:
    counts = Counter(claim["split"] for claim in CLAIMS.values())
    assert counts["train"] >= 17
    assert counts["dev"] >= 4
    assert counts["test"] >= 6


def test_each_claim_has_every_stance_and_hard_negatives() -> None:
    stances = {claim: Counter(row["stance"] for row in POSTS if row["claim"] == claim) for claim in CLAIMS}
    near = Counter(row.get("near") for row in POSTS)
    thin = [
        claim
        for claim, counts in stances.items()
        if min(counts["support"], counts["deny"]) < 4 or min(counts["query"], counts["comment"]) < 2 or near[claim] < 1
    ]
    assert thin == []


def copies(texts: dict[str, str]) -> list[tuple[str, str]]:
    """Pair the ids of texts that share most of their 5-grams; only pairs that share one are compared."""
    grams = {key: fivegrams(text) for key, text in texts.items()}
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, found in grams.items():
        for gram in found:
            holders[gram].append(key)
    pairs = {pair for keys in holders.values() for pair in combinations(keys, 2)}
    return sorted((a, b) for a, b in pairs if jaccard(grams[a], grams[b]) > NEAR_DUPLICATE)


def test_copies_are_found() -> None:
    text = "hela gatan ligger nere sedan klockan sex i morse och ingen svarar"
    assert copies({"a": text, "b": text.upper() + " nu", "c": "grannens gata fungerar"}) == [("a", "b")]


def test_no_text_is_written_twice() -> None:
    assert copies({row["id"]: row["text"] for row in POSTS}) == []


@pytest.mark.parametrize("split", sorted(SPLITS))
def test_every_label_occurs_in_every_split(split: str) -> None:
    rows = [row for row in POSTS if row["split"] == split]
    assert {row["sentiment"] for row in rows} == SENTIMENTS | {None}
    assert {row["stance"] for row in rows} == STANCES | {None}
    assert {topic for row in rows for topic in row["topics"]} == TOPICS


PERSONS = read("persons_gold.jsonl")


def span_faults(text: str, spans: list[list[int]]) -> list[str]:
    """Say what is wrong with the name spans of one sentence: each is whole words, in order, apart."""
    wrong, end = [], 0
    for start, stop in spans:
        name = text[start:stop]
        if not end <= start < stop <= len(text):
            wrong.append("order")
        if not re.fullmatch(r"[^\W\d].*[\w.]|[^\W\d]", name) or "\n" in name:
            wrong.append(f"not a name: {name!r}")
        if re.match(r"\w\w", text[max(0, start - 1) : start + 1]) or re.match(r"\w\w", text[stop - 1 : stop + 1]):
            wrong.append(f"cut inside a word: {name!r}")
        end = stop
    return wrong


@pytest.mark.parametrize(
    ("spans", "count"), [([[5, 9]], 0), ([[5, 8]], 1), ([[4, 9]], 1), ([[5, 9], [0, 3]], 1), ([[5, 40]], 1)]
)
def test_span_faults_are_found(spans: list[list[int]], count: int) -> None:
    assert len(span_faults("Ring Anna nu", spans)) >= count
    assert bool(span_faults("Ring Anna nu", spans)) is bool(count)


def test_person_spans_lie_on_whole_names() -> None:
    assert {row["text"]: found for row in PERSONS if (found := span_faults(row["text"], row["persons"]))} == {}


def test_person_gold_has_names_and_sentences_without() -> None:
    assert len({row["text"] for row in PERSONS}) == len(PERSONS) >= 150
    for split in ("train", "test"):
        with_names = [bool(row["persons"]) for row in PERSONS if row["split"] == split]
        assert with_names.count(True) >= 40
        assert with_names.count(False) >= 15
