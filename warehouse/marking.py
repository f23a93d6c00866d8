"""Which of the staged lines decide: the first and the latest of each post, content, sighting and thread in a batch.

A window in SQL would say the same; DuckDB takes milliseconds to set one up, and most batches are a few lines.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import pyarrow as pa

_TIME = pa.timestamp("us", tz="UTC")


def mark(posts: pa.Table) -> pa.Table:
    """Return the staged posts with the columns by which `sql/load/*.sql` tells the lines that decide.

    The latest is the one seen last; of two at the same instant, the one whose record's hash is greater.
    """
    key, revision, thread, record = (
        posts[name].to_pylist() for name in ("post_key", "revision", "thread_key", "record_key")
    )
    seen = posts["seen_at"].cast(pa.int64()).to_pylist()
    title = posts["thread_title"].to_pylist()
    contents = list(zip(key, revision, strict=True))
    order = list(zip(seen, record, strict=True))
    marks = {
        "is_first_of_post": _firsts(key),
        "is_first_of_revision": _firsts(contents),
        "is_latest_of_post": _latest(key, order),
        "is_latest_of_revision": _latest(contents, order),
        "is_latest_of_instant": _latest(list(zip(key, seen, strict=True)), order),
        "is_latest_of_thread": _latest(thread, list(zip(seen, title, strict=True))),
    }
    for name, values in marks.items():
        posts = posts.append_column(name, pa.array(values, type=pa.bool_()))
    for name, groups in (("post", key), ("revision", contents), ("thread", thread)):
        posts = posts.append_column(f"{name}_first_seen_at", pa.array(_earliest(groups, seen), type=_TIME))
    return posts


def _firsts(groups: Sequence[Hashable]) -> list[bool]:
    known: set[Hashable] = set()
    return [not (group in known or known.add(group)) for group in groups]  # type: ignore[func-returns-value]


def _latest(groups: Sequence[Hashable], order: Sequence[Any]) -> list[bool]:
    best: dict[Hashable, int] = {}
    for number, group in enumerate(groups):
        if group not in best or order[number] > order[best[group]]:
            best[group] = number
    chosen = set(best.values())
    return [number in chosen for number in range(len(groups))]


def _earliest(groups: Sequence[Hashable], seen: Sequence[int]) -> list[int]:
    first: dict[Hashable, int] = {}
    for group, at in zip(groups, seen, strict=True):
        first[group] = min(at, first.get(group, at))
    return [first[group] for group in groups]
