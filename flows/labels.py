"""People's labels: set, asked for where the models are least sure, and written out as training data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from flows.claims import require_claim, settle_wording
from flows.errors import UsageError
from nlp.words import stems
from reports.swedish import TOPICS
from warehouse.labels import TASKS, judge
from warehouse.ledger import list_claims
from warehouse.reviewing import DoubtfulPost, doubtful_posts, judged_posts, judged_stances

ALIKE = 0.8
"""Share of stems in common, of those that either has, from which two posts ask the same."""
AHEAD = 8
"""So many times the posts that are wanted are looked at, to leave out those that ask the same."""


def set_labels(
    con: duckdb.DuckDBPyConnection,
    post_key: str,
    *,
    by: str,
    at: datetime,
    relevant: bool | None = None,
    sentiment: str | None = None,
    topics: Sequence[str] = (),
    stances: Mapping[str, str] | None = None,
) -> int:
    """Record what a person says of a post; return how many questions that answers. Raises LedgerError, UsageError.

    Everything is checked before anything is written.
    """
    given: list[tuple[str, Sequence[str], str]] = []
    if relevant is not None:
        given.append(("relevance", ["relevant" if relevant else "irrelevant"], ""))
    if sentiment is not None:
        given.append(("sentiment", [sentiment], ""))
    if topics:
        given.append(("topic", _checked(topics), ""))
    given += [("stance", [stance], claim) for claim, stance in (stances or {}).items()]
    if not given:
        raise UsageError("say something of the post: --relevant, --sentiment, --topics or --stance CLAIM=STANCE")
    for task, labels, claim in given:
        allowed = TASKS[task]
        if allowed is not None and labels[0] not in allowed:
            raise UsageError(f"{task} {labels[0]!r}: give one of {', '.join(allowed)}")
        if claim:
            require_claim(con, claim)
    for task, labels, claim in given:
        judge(con, post_key, task=task, labels=labels, by=by, at=at, claim_id=claim)
        if claim:
            settle_wording(con, claim, post_key, at=at)
    return len(given)


def to_review(con: duckdb.DuckDBPyConnection, *, limit: int) -> list[DoubtfulPost]:
    """Return the posts that the models are least sure of, most telling first; of posts that say the same, one."""
    chosen: list[DoubtfulPost] = []
    known: list[set[str]] = []
    for post in doubtful_posts(con, limit=limit * AHEAD):
        words = set(stems(post.text)) or {post.text}
        if len(chosen) == limit:
            break
        if all(len(words & other) < ALIKE * len(words | other) for other in known):
            chosen.append(post)
            known.append(words)
    return chosen


def training_rows(con: duckdb.DuckDBPyConnection, *, company: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return posts and claims as rows of `training/data`: what persons have said, null where nobody has.

    A claim and its posts lie in one split, told by the claim's id; other posts by their thread. A post with a stance
    to several claims is a row for each.
    """
    stances = judged_stances(con)
    posts: list[dict[str, Any]] = []
    used: set[str] = set()
    known = {claim.claim_id: claim for claim in list_claims(con)}
    for post in judged_posts(con):
        held: list[tuple[str | None, str | None]] = [
            (c, s) for (key, c), s in stances.items() if key == post.post_key and s != "unrelated" and c in known
        ]
        is_relevant = True if held or post.sentiment or post.topics else None
        if post.relevance is not None:
            is_relevant = post.relevance == "relevant"
        for claim, stance in held or [(None, None)]:
            used |= {claim} if claim else set()
            posts.append(
                {
                    "id": f"{post.post_key}-{claim}" if claim else post.post_key,
                    "text": post.text,
                    "is_relevant": is_relevant,
                    "sentiment": post.sentiment if is_relevant else None,
                    "topics": (list(post.topics) or None) if is_relevant else [],
                    "claim": claim,
                    "stance": stance,
                    "split": _split(claim or post.thread_key),
                    "company": company,
                }
            )
    claims = [
        {
            "claim_id": name,
            "statement": known[name].statement,
            "truth": known[name].truth,
            "split": _split(name),
            "company": company,
        }
        for name in sorted(used)
    ]
    return posts, claims


def _split(name: str) -> str:
    number = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % 10
    return {8: "dev", 9: "test"}.get(number, "train")


def _checked(topics: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(topics))
    if unknown := [topic for topic in found if topic not in TOPICS]:
        raise UsageError(f"--topics {', '.join(unknown)}: no such topic; known: {', '.join(TOPICS)}")
    if "other" in found and len(found) > 1:
        raise UsageError("--topics other: it stands alone, beside no other topic")
    return found
