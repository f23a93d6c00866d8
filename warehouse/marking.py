"""Which of the staged lines decide: the first and the latest of each post, content and sighting in a batch.

A window in SQL would say the same; DuckDB takes milliseconds to set one up, and most batches are a few lines.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_TIME = pa.timestamp("us", tz="UTC")
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def mark(posts: pa.Table) -> pa.Table:
    """Return the staged posts, in their order, with the columns by which `sql/load/*.sql` tells those that decide.

    The latest is the one seen last; of two at the same instant, the one whose record's hash is greater.
    """
    key, record = _numbered(posts["post_key"]), _ranked(posts["record_key"])
    seen: Numbers = posts["seen_at"].cast(pa.int64()).to_numpy()
    content = _paired(key, _numbered(posts["revision"]))
    order = np.lexsort((record, seen))
    marks: dict[str, Any] = {
        "is_first_of_post": _first(key),
        "is_first_of_revision": _first(content),
        "is_latest_of_post": _last(key, order),
        "is_latest_of_revision": _last(content, order),
        "is_latest_of_instant": _last(_paired(key, seen), order),
    }
    for name, flags in marks.items():
        posts = posts.append_column(name, pa.array(flags))
    for name, groups in (("post", key), ("revision", content)):
        posts = posts.append_column(f"{name}_first_seen_at", pa.array(_earliest(groups, seen)).cast(_TIME))
    return posts


def _numbered(column: pa.ChunkedArray) -> Numbers:
    """Return a number for each value, the same for the same."""
    return np.asarray(column.combine_chunks().dictionary_encode().indices, dtype=np.int64)


def _ranked(column: pa.ChunkedArray) -> Numbers:
    return np.asarray(pc.rank(column.combine_chunks(), tiebreaker="dense"), dtype=np.int64)


def _paired(left: Numbers, right: Numbers) -> Numbers:
    """Return a number for each pair."""
    _, codes = np.unique(right, return_inverse=True)
    return left * (int(codes.max()) + 1) + codes


def _first(groups: Numbers) -> Flags:
    """Return which line is the first of its group, in their order."""
    _, places = np.unique(groups, return_index=True)
    return _flags(places, len(groups))


def _last(groups: Numbers, order: Numbers) -> Flags:
    """Return which line is the last of its group, in the given order."""
    _, places = np.unique(groups[order[::-1]], return_index=True)
    return _flags(order[::-1][places], len(groups))


def _earliest(groups: Numbers, seen: Numbers) -> Numbers:
    """Return for each line the least of its group."""
    _, codes = np.unique(groups, return_inverse=True)
    least = np.full(int(codes.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, codes, seen)
    return least[codes]


def _flags(places: Numbers, count: int) -> Flags:
    flags = np.zeros(count, dtype=np.bool_)
    flags[places] = True
    return flags
