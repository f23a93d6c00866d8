"""Search in Swedish: posts whose words have the same stems as those that are asked for, the most telling first."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from snowballstemmer import stemmer

from warehouse.errors import QueryError
from warehouse.named import listed, statement
from warehouse.query import run_sql

MOST_READ = 5_000
"""Newest posts with all words that are weighed; of more, the older ones are not found. The answer says so."""
SATURATION, LENGTH_WEIGHT = 1.2, 0.75
"""k1 and b of Okapi BM25 (Robertson and Zaragoza 2009, section 3)."""
_WORD = re.compile(r"[^\W_]+")
_stem_word = stemmer("swedish").stemWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A post that was found."""

    post_key: str
    source: str
    posted_at: datetime
    thread_title: str
    url: str | None
    text: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What was found, best first."""

    hits: tuple[Hit, ...]
    is_cut: bool
    """True when more posts hold the words than were weighed."""


def search(
    snapshot: Path, words: str, *, source: str | None = None, posted_after: datetime | None = None, limit: int = 20
) -> SearchResult:
    """Return the posts of a snapshot that hold every word in some form, in their text or their thread's title.

    Reads the texts; no index has to be kept, erased from or backed up. Raises QueryError.
    """
    wanted = list(dict.fromkeys(stems(words)))
    if not wanted:
        raise QueryError(f"nothing to look for in {words!r}: give at least one word")
    values = {
        "patterns": listed(_pattern(stem) for stem in wanted),
        "source": source,
        "posted_after": posted_after,
        "row_limit": MOST_READ + 1,
    }
    found = run_sql(snapshot, statement("search_posts"), values, limit=MOST_READ)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    return SearchResult(hits=_ranked(rows, wanted)[:limit], is_cut=found.is_cut)


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return str(_stem_word(word))


def stems(text: str) -> list[str]:
    """Return the stems of a text's words, in order."""
    return [_stem(word) for word in _WORD.findall(text.lower())]


def _pattern(stem: str) -> str:
    """Return what a word with the stem begins with; a stem never is longer than its word, and holds letters only."""
    return rf"(?i)(^|[^\pL\pN]){stem}"


def _ranked(rows: Sequence[dict[str, Any]], wanted: Sequence[str]) -> tuple[Hit, ...]:
    counted = [(row, Counter(stems(f"{row['thread_title']} {row['text']}"))) for row in rows]
    meant = [(row, counts) for row, counts in counted if all(counts[stem] for stem in wanted)]
    mean = sum(counts.total() for _, counts in meant) / max(len(meant), 1)
    hits = [Hit(**row, score=round(_score(counts, wanted, mean=mean), 4)) for row, counts in meant]
    return tuple(sorted(hits, key=lambda hit: (-hit.score, -hit.posted_at.timestamp(), hit.post_key)))


def _score(counts: Counter[str], wanted: Sequence[str], *, mean: float) -> float:
    """Return BM25 without the weight of rarity: every post that is weighed holds every word."""
    norm = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * counts.total() / mean)
    return math.fsum(counts[stem] * (SATURATION + 1) / (counts[stem] + norm) for stem in wanted)
