"""Read the training sources into examples of one shape, and pin what was read by hash."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nlp.quotes import split_quotes
from training.labels import SENTIMENTS, STANCES, TOPICS
from training.text import plain, post_text, statement_text

ROOT = Path(__file__).parent
SHARED = ROOT.parent.parent / "shared"
FIBRE = ROOT / "data"
HASHES = ROOT / "data_hashes.json"
SEED = 20231101

SHARED_FILES = (
    "sentiment/sv_social_train.jsonl",
    "sentiment/nb_norec_train.jsonl",
    "sentiment/nb_norec_dev.jsonl",
    "sentiment/nb_norec_test.jsonl",
    "stance/en_covid.jsonl",
    "superlim/swenli/swenli_dev.jsonl",
    "superlim/swenli/swenli_test.jsonl",
    "superlim/sweparaphrase/sweparaphrase_train.jsonl",
    "superlim/sweparaphrase/sweparaphrase_dev.jsonl",
    "superlim/absabank-imm/absabank-imm_train.jsonl",
    "superlim/swefaq/swefaq_dev.jsonl",
)
OTHER_TRADES = frozenset(
    (
        "Apotek Linden", "Bruksvärme", "Dalbussen", "Granbanken", "Hallonboden", "Hemgården", "Lekbro",
        "Lillåns Vatten", "Matfyren", "Norrspåret", "Paketräven", "Region Ådal", "Renhåll Öst", "Rönnsjö Vatten",
        "Sjövalla Energi", "Solgläntan Bostäder", "Solrike", "Sundbanken", "Tallmo kommun", "Tryggvik Försäkring",
        "Vaktora Larm", "Västkraft Elnät", "Älvkraft", "Åkerbuss",
    )
)  # fmt: skip
"""Companies that sell no fibre: that a post on them has none of the topics tells nothing of posts on fibre."""
SCENES = "fibre_posts_scenes.jsonl"
"""Posts on odd claims, told roundabout, that teach the word model topics and relevance. The encoder learnt topics from
them too, but told less well what a post is about; the word model's mood grew worse at talk of other things.
"""
NLI_STANCE = {"entailment": "support", "contradiction": "deny", "neutral": "comment"}


class TrainingError(Exception):
    """Base of what training raises."""


class DataChangedError(TrainingError):
    """Raised when a source differs from the hash that was pinned for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One text, or one (claim, text) pair, with the labels that its source knows."""

    source: str
    split: str
    """`train`, `dev` or `test`."""
    text: str
    claim: str | None = None
    """The statement, for a pair that is judged for stance."""
    relevance: int | None = None
    sentiment: int | None = None
    topics: tuple[int, ...] | None = None
    stance: int | None = None
    about: int | None = None
    """Of a pair: whether the text is about the claim at all."""
    group: str | None = None
    """Texts of one group say the same: a claim's statement and the posts that match it, or one paraphrase pair."""
    score: float | None = None
    """Graded likeness of a paraphrase pair, 0 to 5."""


LIMITS = {"reply": 3000, "paraphrase": 5000, "paraphrase_pair": 2000, "nli": 7000}
"""Training examples kept of a source: what two cores manage in an hour."""


def read_shared(shared: Path = SHARED) -> list[Example]:
    """Return the examples of all outside sources, each text prepared as at inference."""
    data = shared / "data"
    found = [
        *_read_social(data / "sentiment" / "sv_social_train.jsonl"),
        *(e for split in ("train", "dev", "test") for e in _read_norec(data, split)),
        *_read_nli(data / "superlim" / "swenli"),
        *_read_replies(data / "stance" / "en_covid.jsonl"),
        *_read_paraphrases(data / "superlim" / "sweparaphrase"),
        *_read_paraphrase_pairs(data / "superlim" / "sweparaphrase"),
        *_read_language(data / "superlim"),
    ]
    train = [example for example in found if example.split == "train"]
    kept = [example for source in dict.fromkeys(e.source for e in train) for example in _limited(train, source)]
    return [*kept, *(example for example in found if example.split != "train")]


def _limited(examples: list[Example], source: str) -> list[Example]:
    own = [example for example in examples if example.source == source]
    limit = LIMITS.get(source, len(own))
    if source == "paraphrase" or limit >= len(own):
        return own[:limit]  # In order: both sides of a pair stay together.
    return random.Random(SEED).sample(own, limit)


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _read_social(path: Path) -> Iterator[Example]:
    # 30 % is never trained on; half of that chooses between models, half is the figure.
    for row in rows(path):
        yield Example(
            source="social",
            split=_hash_split(row["text"]),
            text=plain(row["text"]),
            sentiment=SENTIMENTS.index(row["label"]),
        )


def _read_norec(data: Path, split: str) -> Iterator[Example]:
    for row in rows(data / "sentiment" / f"nb_norec_{split}.jsonl"):
        text = re.sub(r"\s+([.,!?:;»)])", r"\1", row["text"])
        yield Example(source="norec", split=split, text=plain(text), sentiment=SENTIMENTS.index(row["label"]))


def _read_nli(folder: Path) -> Iterator[Example]:
    # A post is the premise, the claim the hypothesis: does the post say that the claim holds?
    for name in ("dev", "test"):
        for row in rows(folder / f"swenli_{name}.jsonl"):
            split = "test" if name == "test" else ("dev" if _bucket(row["premise"]) < 6 else "train")
            yield Example(
                source="nli",
                split=split,
                text=plain(row["premise"]),
                claim=plain(row["hypothesis"]),
                stance=STANCES.index(NLI_STANCE[row["label"]]),
                about=int(row["label"] != "neutral"),
            )


def _read_replies(path: Path) -> Iterator[Example]:
    # The rumour's own words are not in the file: the reply alone still shows doubt, denial and questions.
    for row in rows(path):
        text = re.sub(r"^(@\w+\s+)+", "", row["text"])
        split = "dev" if _bucket(row["rumour"]) < 5 else "train"
        yield Example(source="reply", split=split, text=plain(text), claim="", stance=STANCES.index(row["stance"]))


def _read_paraphrases(folder: Path) -> Iterator[Example]:
    for split in ("train", "dev"):
        for number, row in enumerate(rows(folder / f"sweparaphrase_{split}.jsonl")):
            for side in ("sentence_1", "sentence_2"):
                yield Example(
                    source="paraphrase",
                    split=split,
                    text=plain(row[side]),
                    group=f"{split}{number}",
                    score=float(row["label"]),
                )


def _read_paraphrase_pairs(folder: Path) -> Iterator[Example]:
    # Scored alike or apart by people; what lies between is left out.
    for row in rows(folder / "sweparaphrase_train.jsonl"):
        score = float(row["label"])
        if not 2.0 < score < 4.0:
            first, second = plain(row["sentence_1"]), plain(row["sentence_2"])
            yield Example(
                source="paraphrase_pair", split="train", text=second, claim=first, about=int(score >= 4.0), score=score
            )


def _read_language(folder: Path) -> Iterator[Example]:
    # Texts without labels of ours: the embedding must stay where it was on these (and none is about the company).
    chosen = random.Random(SEED).sample(rows(folder / "absabank-imm" / "absabank-imm_train.jsonl"), 900)
    for row in chosen:
        yield Example(source="language", split="train", text=plain(row["text"][:400]), relevance=0)
    for row in rows(folder / "swefaq" / "swefaq_dev.jsonl")[:600]:
        yield Example(source="language", split="train", text=plain(row["question"]), relevance=0)


def read_fibre(folder: Path = FIBRE) -> tuple[list[Example], dict[str, dict[str, Any]]]:
    """Return the project's own posts but the scenes, as single texts and as stance pairs, and their claims by id."""
    posts = read_posts(folder)
    meant = {key for row in posts for key in (row["claim"], row.get("near"))}
    claims = {key: row for key, row in read_claims(folder).items() if key in meant}
    singles = [_single(row) for row in posts]
    pairs = [_pair(row, claims) for row in posts if row["claim"]]
    return [*singles, *pairs], claims


def read_posts(folder: Path = FIBRE) -> list[dict[str, Any]]:
    """Return the rows of the project's own posts but the scenes."""
    return [row for path in sorted(folder.glob("fibre_posts_*.jsonl")) if path.name != SCENES for row in rows(path)]


def read_scenes(folder: Path = FIBRE) -> list[Example]:
    """Return the scenes as single texts of a source of their own, without mood."""
    return [replace(_single(row), source="scene", sentiment=None) for row in rows(folder / SCENES)]


def read_claims(folder: Path = FIBRE) -> dict[str, dict[str, Any]]:
    """Return the rows of the project's own claims by claim id."""
    return {row["claim_id"]: row for row in rows(folder / "fibre_claims.jsonl")}


def _single(row: dict[str, Any]) -> Example:
    return Example(
        source="fibre",
        split=row["split"],
        text=post_text(row["text"], row["company"]),
        relevance=int(row["is_relevant"]),
        sentiment=SENTIMENTS.index(row["sentiment"]) if row["sentiment"] else None,
        topics=_topics(row),
        group=row["claim"],
    )


def _topics(row: dict[str, Any]) -> tuple[int, ...] | None:
    if not row["is_relevant"] or not row["topics"]:
        return None
    if row["topics"] == ["other"] and row["company"] in OTHER_TRADES:
        return None
    return tuple(int(topic in row["topics"]) for topic in TOPICS)


def _pair(row: dict[str, Any], claims: dict[str, dict[str, Any]]) -> Example:
    return Example(
        source="fibre_pair",
        split=row["split"],
        text=post_text(row["text"], row["company"]),
        claim=statement_text(claims[row["claim"]]["statement"], row["company"]),
        stance=STANCES.index(row["stance"]),
        # A reply to a quote may not name the claim with a word of its own: only the quote is about it then.
        about=None if split_quotes(row["text"]).quoted else 1,
        group=row["claim"],
    )


def _hash_split(text: str) -> str:
    number = _bucket(text)
    return "dev" if number < 15 else "test" if number < 30 else "train"


def _bucket(key: str) -> int:
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % 100


def hash_files(paths: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file, by its last three path parts."""
    return {"/".join(path.parts[-3:]): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def pin_hashes(shared: Path = SHARED, *, accept: bool = False) -> dict[str, str]:
    """Check every source against `data_hashes.json`, or write that file when it is absent or `accept` is set."""
    fibre = sorted(FIBRE.glob("fibre_*.jsonl"))
    found = hash_files([*(shared / "data" / name for name in SHARED_FILES), *fibre])
    if accept or not HASHES.exists():
        HASHES.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    pinned = json.loads(HASHES.read_text(encoding="utf-8"))
    if changed := sorted(name for name in found.keys() | pinned.keys() if found.get(name) != pinned.get(name)):
        raise DataChangedError(f"sources differ from data_hashes.json: {', '.join(changed)}; run with --accept-data")
    return found
