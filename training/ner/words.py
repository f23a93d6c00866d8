"""What the lexicon is learnt from: how often a word is written small in ordinary Swedish, and who bears a name."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

HERE = Path(__file__).parent
SHARED = HERE.parent.parent.parent / "shared" / "data"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def klintan(part: str) -> list[list[tuple[str, str]]]:
    """Return the sentences of a part (`train` or `test`) as (token, tag); malformed rows are left out."""
    sentences: list[list[tuple[str, str]]] = [[]]
    for line in (SHARED / "ner" / "sv_klintan" / f"{part}_corpus.txt").read_text(encoding="utf-8").split("\n"):
        cells = line.replace("\u00ad", "").rsplit(maxsplit=1)
        if not cells:
            sentences.append([])
        elif len(cells) == 2 and " " not in cells[0].strip():
            sentences[-1].append((cells[0].strip(), cells[1]))
    return [sentence for sentence in sentences if sentence]


def plain_texts() -> Iterator[str]:
    """Yield ordinary Swedish text, most of it from forums and the public sector."""
    for path in sorted((SHARED / "superlim").rglob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").split("\n"):
            yield from _strings(json.loads(line)) if line else ()
    for line in (SHARED / "sentiment" / "sv_social_train.jsonl").read_text(encoding="utf-8").split("\n"):
        if line:
            yield json.loads(line)["text"]


def own_posts() -> Iterator[str]:
    """Yield the posts written for this project: their words are those of the trade."""
    for path in sorted((HERE.parent / "data").glob("fibre_posts_*.jsonl")):
        yield from (json.loads(line)["text"] for line in path.read_text(encoding="utf-8").split("\n") if line)


def _strings(row: dict[str, object]) -> Iterator[str]:
    for value in row.values():
        if isinstance(value, str) and " " in value:
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, str) and " " in item)


def word_counts() -> tuple[Counter[str], Counter[str]]:
    """Return how often each word is written small, and how often with a capital inside a sentence."""
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in chain(plain_texts(), own_posts()):
        for found in _WORD.finditer(text):
            word = found.group()
            if word.islower():
                small[word] += 1
            elif word.istitle() and text[max(0, found.start() - 2) : found.start()][-2:-1].isalpha():
                capital[word.lower()] += 1
    for sentence in klintan("train"):
        small.update(word for word, tag in sentence if word.islower() and tag != "PER")
    return small, capital


def given_names() -> Counter[str]:
    """Return the bearers of each given name in Sweden."""
    bearers: Counter[str] = Counter()
    for sex in ("kvinnor", "man"):
        with (SHARED / "names" / f"tilltalsnamn-{sex}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                bearers[row["name"].strip()] += int(row["persons"])
    return bearers


def places() -> set[str]:
    """Return the words of Swedish towns and municipalities, small."""
    found = set()
    for name, column in (("ortsnamn", "city"), ("kommuner", "name")):
        with (SHARED / "names" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                town = row[column].removesuffix(" kommun").removesuffix(" stad").lower()
                found |= {town, town.removesuffix("s")} if name == "kommuner" else {town}
    return found


def own_list(name: str) -> list[str]:
    """Return the words of a list written for this project."""
    return (HERE / f"{name}.txt").read_text(encoding="utf-8").split()


def own_lines(name: str) -> list[str]:
    """Return the lines of a list written for this project."""
    return [line for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").split("\n") if line]
