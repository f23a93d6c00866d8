"""How many copies with small changes are found, how many texts that are none are taken for copies, and what it costs.

    python -m benchmarks.copies

Copies are made from the training posts and from texts laid together of them, by edits whose share is known; texts that
nobody copied are all other pairs. Speed is of this machine, in one run.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from nlp.copies import place
from nlp.shingles import LEAST_WORDS, RunLists, read_runs

DATA = Path(__file__).parent.parent / "training" / "data"
SEED = 20231113
Edit = Callable[[list[str], list[str], random.Random], list[str]]


NOTHING: RunLists = read_runs([])


def own_texts() -> list[str]:
    """Return the training posts that are long enough, each once."""
    found = {}
    for file in sorted(DATA.glob("fibre_posts_*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            text = json.loads(line)["text"]
            if len(text.split()) >= LEAST_WORDS + 3:
                found.setdefault(" ".join(text.lower().split()), text)
    return list(found.values())


def long_texts(texts: list[str], rng: random.Random, count: int = 300) -> list[str]:
    """Return texts of the length of news, each of other posts laid one after another."""
    shuffled = rng.sample(texts, len(texts))
    return [" ".join(shuffled[at * 6 : at * 6 + 6]) for at in range(min(count, len(shuffled) // 6))]


def changed(share: float) -> Edit:
    """Return an edit that takes out, adds or replaces this share of the words, each as often."""

    def edit(words: list[str], others: list[str], rng: random.Random) -> list[str]:
        found: list[str] = []
        for word in words:
            if rng.random() >= share:
                found.append(word)
                continue
            kind = rng.randrange(3)
            found += [[], [word, rng.choice(others)], [rng.choice(others)]][kind]
        return found

    return edit


EDITS: dict[str, Edit] = {
    "as it is": lambda words, others, rng: words,
    "case, stops and an address": lambda words, others, rng: [
        *" ".join(words).upper().replace(",", "").split(),
        "https://x.example/1",
    ],
    "2 % of words": changed(0.02),
    "5 % of words": changed(0.05),
    "10 % of words": changed(0.10),
    "a comment of 8 words before": lambda words, others, rng: [*rng.choices(others, k=8), *words],
    "quoted whole, as many words added": lambda words, others, rng: [*words, *rng.choices(others, k=len(words))],
    "last fifth cut off": lambda words, others, rng: words[: -max(len(words) // 5, 1)],
}


def rows(kind: str, texts: list[str], rng: random.Random) -> Iterator[str]:
    vocabulary = [word for text in texts for word in text.split()]
    asked = rng.sample(texts, min(300, len(texts)))
    for name, edit in EDITS.items():
        copies = [" ".join(edit(text.split(), vocabulary, rng)) for text in asked]
        placed = place(read_runs([*texts, *copies]), NOTHING)
        own, first = placed.first[[texts.index(text) for text in asked]], placed.first[len(texts) :]
        found = int((first == own).sum())
        wrong = int(((placed.copy_of[len(texts) :] >= 0) & (first != own)).sum())
        yield f"| {kind} | {name} | {found / len(asked):.3f} | {wrong / len(asked):.3f} |"


def main() -> None:
    rng = random.Random(SEED)
    texts = own_texts()
    print(f"{len(texts)} posts of {sum(len(t.split()) for t in texts) / len(texts):.0f} words")
    copy_of = place(read_runs(texts), NOTHING).copy_of.tolist()
    together = [(text, texts[other]) for text, other in zip(texts, copy_of, strict=True) if other >= 0]
    print(f"posts that nobody copied, taken for copies: {len(together)} of {len(texts)}")
    for left, right in together[:10]:
        print(f"  {left!r}\n    ~ {right!r}")
    print("| texts | edit | recall | put with others |\n|---|---|---|---|")
    for kind, some in (("posts", texts), ("news", long_texts(texts, rng))):
        for line in rows(kind, some, rng):
            print(line)
    many = [text for _ in range(2) for text in texts]
    started = time.perf_counter()
    found = read_runs(many)
    read = time.perf_counter()
    place(found, NOTHING)
    done = time.perf_counter()
    reading, placing = ((end - start) / len(many) * 1e6 for start, end in ((started, read), (read, done)))
    print(f"a post: {reading:.0f} microseconds to read, {placing:.0f} to place")


if __name__ == "__main__":
    main()
