"""A topic's alarm beside the claims': what a claim or a cluster explains is not told twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

PREFIX = "topic:"
"""Before a topic's code, in the names of its series and its alerts: no claim's id has a colon."""
WINDOW = timedelta(days=7)
"""An alarm on a topic is held against what was said in so long: the gates ask for different authors within it."""


def explaining(
    posts: Iterable[tuple[str, str]], said: Mapping[str, Collection[str]], *, usual_24h: float
) -> str | None:
    """Return the claim or cluster that explains most of a topic's alarm; None if they leave it unexplained together.

    posts: (post, author) of the topic's last week. said: posts by claim or cluster with an alert of its own. An author
    is explained who wrote a post of them. Ordinary are as many as `usual_24h` gives in a week, but at most half of
    those who wrote; the alarm is explained when more than half of the others are.
    """
    wrote: dict[str, set[str]] = {}
    for post, author in posts:
        wrote.setdefault(author, set()).add(post)
    by_subject = {
        subject: sum(not mine.isdisjoint(keys) for mine in wrote.values()) for subject, keys in sorted(said.items())
    }
    every = {key for keys in said.values() for key in keys}
    explained = sum(not mine.isdisjoint(every) for mine in wrote.values())
    ordinary = min(usual_24h * WINDOW.days, len(wrote) / 2)
    if 2 * explained <= len(wrote) - ordinary:
        return None
    return max(by_subject, key=lambda subject: by_subject[subject], default=None)
