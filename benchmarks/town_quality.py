"""How the labels of a finished demo compare with what the simulated town's writers meant.

Run as `python -m benchmarks.town_quality demo/data/published.duckdb` after `make demo`. The town is a simulation, and
its posts were written with this product: the figures say how the parts work together, not how good they are elsewhere.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from earlywarning.own_past import replay_own_past
from earlywarning.watch import MatchedPost
from flows.config import example_file, load
from flows.own_past import read_past
from flows.promise import settings_of
from town import END, Post, Truth, build_world

STANCES = ("support", "deny", "query", "comment")
SPREADING = ("support", "query")
UNMATCHED, SUGGESTED = "none", "suggest"
_POSTS = "SELECT source, posted_at, post_key FROM post"
_SEEN = "SELECT source, posted_at, seen_at, author_key FROM post"
_MATCHES = "SELECT post_key, claim_id, tier, coalesce(stance, 'comment') FROM match_current"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
Key = tuple[str, datetime]


def truths(seed: int) -> dict[Key, Truth]:
    """Return what the writers meant, by place and time of writing: to the second, and to the minute where it is alone.

    A place may show no seconds; the few posts of it that share a minute are left out.
    """
    posts = build_world(seed).posts
    exact = {(post.place, post.posted_at): post.truth for post in posts}
    minutes = Counter(_minute(post) for post in posts)
    return {_minute(post): post.truth for post in posts if minutes[_minute(post)] == 1} | exact


def _minute(post: Post) -> Key:
    return post.place, post.posted_at.replace(second=0, microsecond=0)


def compare(con: duckdb.DuckDBPyConnection, seed: int) -> dict[str, Counter[tuple[str, str]]]:
    """Return for each claim the number of seen posts by what was meant and what was judged."""
    meant = truths(seed)
    matches = {(key, claim): (tier, stance) for key, claim, tier, stance in con.execute(_MATCHES).fetchall()}
    claims = {claim for _, claim in matches} | {claim for truth in meant.values() for claim in truth.claims}
    found: dict[str, Counter[tuple[str, str]]] = {claim: Counter() for claim in sorted(claims)}
    for source, posted_at, post_key in con.execute(_POSTS).fetchall():
        truth = meant.get((source, posted_at.astimezone(UTC)))
        if truth is None:
            continue
        for claim, pairs in found.items():
            tier, stance = matches.get((post_key, claim), (UNMATCHED, UNMATCHED))
            judged = stance if tier == "auto" else tier
            wanted = truth.claims.get(claim, UNMATCHED)
            if (wanted, judged) != (UNMATCHED, UNMATCHED):
                pairs[wanted, judged] += 1
    return found


def first_alarms(con: duckdb.DuckDBPyConnection, seed: int) -> dict[str, dict[str, datetime]]:
    """Return the first alarm of each claim by the labels, and had every post been judged as it was meant."""
    config = load(example_file())
    past = replace(read_past(con, config, now=END), sources=())
    settings = settings_of(config, "claims")
    meant = {key: truth.claims for key, truth in truths(seed).items()}
    posts = [
        MatchedPost(claim_id=claim, source=source, posted_at=at, seen_at=seen_at, author_key=author, stance=stance)
        for source, at, seen_at, author in con.execute(_SEEN).fetchall()
        for claim, stance in meant.get((source, at.astimezone(UTC)), {}).items()
        if claim in past.claims
    ]
    return {
        name: {
            alert.claim_id: alert.raised_at
            for alert in reversed(replay_own_past(each, until=END, settings=settings).alerts)
        }
        for name, each in (("as judged", past), ("as meant", replace(past, posts=posts)))
    }


def main() -> None:
    """Print one table for each claim, rows are what was meant, columns what was judged; then the first alarms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with duckdb.connect(str(options.database), read_only=True) as con:
        tables = compare(con, options.seed)
        alarms = first_alarms(con, options.seed)
    columns = (*STANCES, SUGGESTED, UNMATCHED)
    for claim, pairs in tables.items():
        print(f"{claim}\n{'meant':10}" + "".join(f"{name:>10}" for name in columns))
        for row in (*STANCES, UNMATCHED):
            print(f"{row:10}" + "".join(f"{pairs[row, name]:10}" for name in columns))
        spread = {pair: count for pair, count in pairs.items() if pair[0] in SPREADING}
        counted = sum(count for (_, judged), count in spread.items() if judged in SPREADING)
        false = sum(count for (was, judged), count in pairs.items() if judged in SPREADING and was not in SPREADING)
        print(f"spread or ask: {sum(spread.values())}; counted of these: {counted}; counted wrongly: {false}\n")
    for name, found in alarms.items():
        for claim, at in found.items():
            print(f"first alarm on {claim}, posts {name}: {at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}")


if __name__ == "__main__":
    main()
